//! What does the author of a `Policy` read about it in the cluster?

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::discover::Resource;
use crate::error::ApiError;
use crate::request::Cluster;

/// Whether a policy is in force as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// It is.
    Accepted,
    /// It is not, for this reason.
    Refused(String),
}

const TYPE: &str = "Accepted";

/// The status that says so; nothing when the one that stands there says it already.
pub(crate) fn change(policy: &Value, acceptance: &Acceptance, now: &str) -> Option<Value> {
    let generation = &policy["metadata"]["generation"];
    let (word, reason, message) = match acceptance {
        Acceptance::Accepted => ("True", "InForce", "in force as it is written"),
        Acceptance::Refused(why) => ("False", "Refused", why.as_str()),
    };
    let conditions = policy["status"]["conditions"].as_array();
    let stands = conditions.into_iter().flatten().find(|condition| condition["type"] == TYPE);
    let is_word = stands.is_some_and(|stands| stands["status"] == word);
    let is_all = |stands: &Value| stands["message"] == message && stands["observedGeneration"] == *generation;
    if is_word && stands.is_some_and(is_all) {
        return None;
    }
    let since =
        stands.and_then(|stands| stands["lastTransitionTime"].as_str()).filter(|_| is_word).unwrap_or(now);
    let condition = json!({"type": TYPE, "status": word, "reason": reason, "message": message,
        "observedGeneration": generation, "lastTransitionTime": since});
    Some(json!({"status": {"conditions": [condition]}}))
}

impl Cluster {
    /// Writes into a `Policy` whether it is in force, unless that stands there already.
    ///
    /// # Errors
    /// When the server refuses or does not answer.
    pub async fn accept(&self, policy: &str, acceptance: &Acceptance) -> Result<(), ApiError> {
        let policies = Resource::policies();
        let Some(now) = self.value(&policies, "", policy).await? else { return Ok(()) };
        let time = format!("{:.0}", Timestamp::now());
        let Some(change) = change(&now, acceptance, &time) else { return Ok(()) };
        self.merge_status(&policies, "", policy, &change).await.map(drop)
    }
}

impl Cluster {
    /// Writes what the audit found in a namespace, unless that stands there already. Says whether it wrote.
    ///
    /// # Errors
    /// When the server refuses or does not answer.
    pub async fn summarize(&self, namespace: &str, summary: &Value) -> Result<bool, ApiError> {
        const NAME: &str = "cofferdam";
        let kind = Resource::audit_summaries();
        match self.value(&kind, namespace, NAME).await? {
            Some(now) if now["summary"] == *summary => return Ok(false),
            Some(_) => self.merge(&kind, namespace, NAME, &json!({"summary": summary})).await?,
            None => {
                let object = json!({"apiVersion": kind.api_version(), "kind": kind.kind,
                    "metadata": {"name": NAME, "namespace": namespace,
                                 "labels": {"app.kubernetes.io/managed-by": "cofferdam"}},
                    "summary": summary});
                self.create(&kind, namespace, &object).await?
            }
        };
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_changes_its_time_with_its_word_and_is_written_once() {
        let mut policy = json!({"metadata": {"generation": 3}});
        let first = change(&policy, &Acceptance::Accepted, "t1").unwrap();
        policy["status"] = first["status"].clone();
        assert_eq!(change(&policy, &Acceptance::Accepted, "t2"), None);
        policy["metadata"]["generation"] = 4.into();
        let again = change(&policy, &Acceptance::Accepted, "t2").unwrap();
        assert_eq!(again["status"]["conditions"][0]["lastTransitionTime"], "t1");
        let refused = change(&policy, &Acceptance::Refused("line 3".into()), "t2").unwrap();
        let condition = &refused["status"]["conditions"][0];
        assert_eq!((&condition["status"], &condition["lastTransitionTime"]), (&json!("False"), &json!("t2")));
        assert_eq!(condition["message"], "line 3");
    }
}
