//! Which findings were there before?
//!
//! A baseline knows a finding by its file and by its [`Identity`]: check, object, container, the path by names.
//! Equal ones are counted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::identity::Identity;
use crate::{Finding, Waived, WaivedBy};

const SCHEMA: &str = "cofferdam/baseline/v2";
/// Knew findings by list indexes and messages; it would hide what happens to stand where something stood.
const FIRST: &str = "cofferdam/baseline/v1";

/// Findings recorded earlier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    known: BTreeMap<Key, usize>,
}

/// Why a text is no baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// Not JSON, or JSON of another shape.
    #[error("this is no baseline, write one with `check --write-baseline FILE`")]
    Shape(#[source] serde_json::Error),
    /// Written before findings were known by names.
    #[error(
        "this is `{FIRST}`, which knew findings by list indexes: look at what `check` finds without it, then \
         record it anew with `check --write-baseline FILE`"
    )]
    Old,
    /// Another document of ours, or one of a later version.
    #[error("this is `{0}`, expected `{SCHEMA}`: write one with `check --write-baseline FILE`")]
    Schema(String),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Key {
    file: String,
    id: String,
    object: Option<String>,
    container: Option<String>,
    field: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Document {
    schema: String,
    #[serde(default)]
    findings: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    key: Key,
    count: usize,
}

impl Baseline {
    /// Records the findings that nobody waived.
    pub fn of(findings: &[Finding]) -> Self {
        let mut known = BTreeMap::new();
        for finding in findings.iter().filter(|finding| finding.waived.is_none()) {
            *known.entry(Key::of(finding)).or_default() += 1;
        }
        Self { known }
    }

    /// Reads what [`Baseline::json`] wrote.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let document: Document = serde_json::from_str(text).map_err(BaselineError::Shape)?;
        match document.schema.as_str() {
            SCHEMA => {}
            FIRST => return Err(BaselineError::Old),
            _ => return Err(BaselineError::Schema(document.schema)),
        }
        let mut known = BTreeMap::new();
        for Entry { key, count } in document.findings {
            let sum: &mut usize = known.entry(key).or_default();
            *sum = sum.saturating_add(count);
        }
        Ok(Self { known })
    }

    /// The same findings as a sorted JSON document with a line end.
    ///
    /// # Errors
    /// None in practice: every part has a JSON form.
    pub fn json(&self) -> serde_json::Result<String> {
        let findings = self.known.iter().map(|(key, count)| Entry { key: key.clone(), count: *count });
        let document = Document { schema: SCHEMA.to_owned(), findings: findings.collect() };
        let mut out = serde_json::to_string_pretty(&document)?;
        out.push('\n');
        Ok(out)
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.known.values().sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Marks the findings it knows, as often as it knows them; returns how many it knows of the checks
    /// that ran and were not found any more.
    pub fn hide(&self, findings: &mut [Finding], ran: &dyn Fn(&str) -> bool) -> usize {
        let mut left = self.known.clone();
        for finding in findings.iter_mut().filter(|finding| finding.waived.is_none()) {
            let Some(count) = left.get_mut(&Key::of(finding)).filter(|count| **count > 0) else { continue };
            *count -= 1;
            finding.waived = Some(Waived {
                reason: "in the baseline".to_owned(),
                by: WaivedBy::Baseline,
                owner: None,
                expires: None,
            });
        }
        left.iter().filter(|(key, _)| ran(&key.id)).map(|(_, count)| count).sum()
    }
}

impl Key {
    fn of(finding: &Finding) -> Self {
        let Identity { id, object, container, field, message } = Identity::of(finding);
        let object = object.map(|object| match &object.namespace {
            Some(namespace) => format!("{}/{namespace}/{}", object.kind, object.name),
            None => format!("{}/{}", object.kind, object.name),
        });
        Self {
            file: finding.file().to_owned(),
            id: id.to_owned(),
            object,
            container: container.map(str::to_owned),
            field: field.into_owned(),
            message: message.map(|hash| format!("{hash:016x}")),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fall over
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Severity, Source, Span};

    fn finding(line: usize, message: &str) -> Finding {
        let text = "\n".repeat(line) + "x: y\n";
        let at = line as u32;
        Finding {
            id: "host-port",
            severity: Severity::Medium,
            message: message.to_owned(),
            source: Arc::new(Source::file("a.yaml", text)),
            span: Span::new(at, at + 1),
            field: String::new(),
            by_name: String::new(),
            object: None,
            container: None,
            pod_security: None,
            labels: Vec::new(),
            secret: None,
            fix: None,
            waived: None,
        }
    }

    fn shown(findings: &[Finding]) -> usize {
        findings.iter().filter(|finding| finding.waived.is_none()).count()
    }

    #[test]
    fn a_finding_is_known_again_on_another_line() {
        let baseline = Baseline::of(&[finding(0, "a")]);
        let mut now = [finding(7, "a"), finding(8, "b")];
        assert_eq!(baseline.hide(&mut now, &|_| true), 0);
        assert_eq!(shown(&now), 1);
    }

    #[test]
    fn equal_findings_are_counted_and_the_next_one_is_new() {
        let baseline = Baseline::of(&[finding(0, "a"), finding(1, "a")]);
        let mut now = [finding(0, "a"), finding(1, "a"), finding(2, "a")];
        baseline.hide(&mut now, &|_| true);
        assert_eq!(shown(&now), 1);
    }

    #[test]
    fn what_is_gone_is_counted_unless_its_check_did_not_run() {
        let baseline = Baseline::of(&[finding(0, "a"), finding(1, "b")]);
        assert_eq!(baseline.hide(&mut [finding(0, "a")], &|_| true), 1);
        assert_eq!(baseline.hide(&mut [], &|_| false), 0);
    }

    #[test]
    fn what_is_written_is_read_back_and_other_documents_are_refused() {
        let baseline = Baseline::of(&[finding(0, "b"), finding(0, "a"), finding(3, "a")]);
        let text = baseline.json().unwrap();
        assert_eq!(Baseline::parse(&text).unwrap(), baseline);
        assert!(text.contains("\"count\": 2"), "{text}");
        assert!(matches!(Baseline::parse("{"), Err(BaselineError::Shape(_))));
        let other = Baseline::parse(r#"{"schema": "cofferdam/check/v1", "findings": []}"#);
        assert!(matches!(other, Err(BaselineError::Schema(_))));
    }

    #[test]
    fn a_finding_goes_by_names_and_by_its_words_only_where_names_do_not_tell() {
        let at = |field: &str, by_name: &str, message: &str| Finding {
            field: field.to_owned(),
            by_name: by_name.to_owned(),
            ..finding(0, message)
        };
        let old = [
            at("spec.containers[0].env[0].value", "spec.containers[web].env[A].value", "3 characters"),
            at("rules[0]", "rules[]", "reads `rules[0]`"),
        ];
        let baseline = Baseline::of(&old);
        let mut now = [
            at("spec.containers[1].env[7].value", "spec.containers[web].env[A].value", "4 characters"),
            at("rules[1]", "rules[]", "reads `rules[1]`"),
            at("spec.containers[0].env[0].value", "spec.containers[web].env[B].value", "3 characters"),
            at("rules[0]", "rules[]", "writes `rules[0]`"),
        ];
        assert_eq!(baseline.hide(&mut now, &|_| true), 0);
        assert_eq!(now.map(|finding| finding.waived.is_some()), [true, true, false, false]);
    }

    #[test]
    fn an_old_baseline_is_refused_with_the_way_out() {
        let old = r#"{"schema": "cofferdam/baseline/v1", "findings": [{"file": "a.yaml", "id": "host-port",
            "object": null, "container": null, "field": "x", "message": "85944171f73967e8", "count": 1}]}"#;
        let error = Baseline::parse(old).unwrap_err().to_string();
        assert!(error.contains("list indexes") && error.contains("check --write-baseline FILE"), "{error}");
    }
}
