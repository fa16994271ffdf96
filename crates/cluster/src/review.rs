//! May somebody do something, where we may not read the roles ourselves?

use serde_json::json;

use crate::error::ApiError;
use crate::request::Cluster;

/// Who wants to use what.
#[derive(Clone, Debug)]
pub struct Question {
    /// The user's name.
    pub user: String,
    /// The groups it is in.
    pub groups: Vec<String>,
    /// Where.
    pub namespace: String,
    /// The PodSecurityPolicy.
    pub policy: String,
}

impl Cluster {
    /// Whether somebody may `use` a PodSecurityPolicy, as the API server's own authorizers see it. Either API group
    /// counts, as it did when there were two.
    ///
    /// # Errors
    /// When the server refuses or does not answer.
    pub async fn may_use(&self, question: &Question) -> Result<bool, ApiError> {
        for group in ["policy", "cofferdam.dev"] {
            let review = json!({
                "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
                "spec": {
                    "user": question.user, "groups": question.groups,
                    "resourceAttributes": {"verb": "use", "group": group, "resource": "podsecuritypolicies",
                        "namespace": question.namespace, "name": question.policy},
                },
            });
            let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
            if self.ask_by_creating(path, &review).await?["status"]["allowed"] == true {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
