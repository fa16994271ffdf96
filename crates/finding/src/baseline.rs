//! Which findings were there before?
//!
//! A baseline knows a finding by what does not change when lines move: check, file, object, container,
//! field and the hash of its message. Equal ones are counted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Finding, Waived, WaivedBy};

const SCHEMA: &str = "cofferdam/baseline/v1";

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
    message: String,
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
        if document.schema != SCHEMA {
            return Err(BaselineError::Schema(document.schema));
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
        let object = finding.object.as_ref().map(|object| match &object.namespace {
            Some(namespace) => format!("{}/{namespace}/{}", object.kind, object.name),
            None => format!("{}/{}", object.kind, object.name),
        });
        Self {
            file: finding.file().to_owned(),
            id: finding.id.to_owned(),
            object,
            container: finding.container.clone(),
            field: finding.field.clone(),
            message: format!("{:016x}", hash(&finding.message)),
        }
    }
}

/// FNV-1a, 64 bits: it tells messages apart and stays the same in every release; nothing rests on it
/// being hard to forge.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
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
            field: "x".to_owned(),
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
    fn the_hash_is_the_published_one() {
        assert_eq!(format!("{:x}", hash("foobar")), "85944171f73967e8");
    }
}
