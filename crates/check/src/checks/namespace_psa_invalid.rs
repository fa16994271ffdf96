//! `namespace-psa-invalid`: a label that Pod Security admission does not read as it was meant.
use object::Version;
use policy::pod_security::Level;

use crate::pod_security_labels::{PREFIX, is_judged, labels};
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "namespace-psa-invalid",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("namespace_psa_invalid.md"),
    run: Run::Object(namespace_psa_invalid),
};

const MODES: [&str; 3] = ["enforce", "audit", "warn"];

fn namespace_psa_invalid(object: &Object, out: &mut Findings<'_>) {
    if !is_judged(object, out.version()) {
        return;
    }
    for (key, value) in labels(object) {
        let Some(name) = key.strip_prefix(PREFIX) else { continue };
        let text = value.text().unwrap_or_default();
        let (meant, message) = if MODES.contains(&name) {
            let is_good = value.str().is_some_and(|text| text.parse::<Level>().is_ok());
            (level_meant(text), (!is_good).then(|| bad_level(key, name, text)))
        } else if name.strip_suffix("-version").is_some_and(|mode| MODES.contains(&mode)) {
            let is_good = value.str().is_some_and(is_version);
            (version_meant(text), (!is_good).then(|| bad_version(key, text)))
        } else {
            (None, Some(format!("Pod Security admission reads no label `{key}`")))
        };
        let Some(message) = message else { continue };
        let flag = out.flag(object.site(value, ""), message);
        if let Some(meant) = meant {
            flag.fix(Safety::Safe, [set(value, "", meant.as_str())]);
        }
    }
}

/// What the API server does with it (pod-security-admission/api/helpers.go, `PolicyToEvaluate`): a new
/// namespace is refused, one that has the label from before falls closed when enforcing, open otherwise.
fn bad_level(key: &str, mode: &str, text: &str) -> String {
    let read = if mode == "enforce" { "is held to `restricted`" } else { "is not looked at" };
    format!("label `{key}` says `{text}`, which is no level: a new namespace is refused, an old one {read}")
}

fn bad_version(key: &str, text: &str) -> String {
    format!(
        "label `{key}` says `{text}`, which is no version: a new namespace is refused, an old one is held to `latest`"
    )
}

/// `latest` or `v1.N`, the `v` included.
fn is_version(text: &str) -> bool {
    text == "latest" || text.starts_with('v') && text.parse::<Version>().is_ok()
}

/// The level with other capitals.
fn level_meant(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    lower.parse::<Level>().is_ok().then_some(lower)
}

/// `Latest`, `1.25`, `V1.25` and `v1.25.3` each leave one thing that can be meant.
fn version_meant(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    if lower == "latest" {
        return Some(lower);
    }
    let numbers = lower.strip_prefix('v').unwrap_or(&lower);
    let (minor, patch) = match numbers.match_indices('.').nth(1) {
        Some((dot, _)) => (numbers.get(..dot)?, numbers.get(dot + 1..)?),
        None => (numbers, "0"),
    };
    let is_number = !patch.is_empty() && patch.bytes().all(|b| b.is_ascii_digit());
    let version = format!("v{minor}");
    (is_number && is_version(&version)).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_is_said_only_where_it_is_certain() {
        for (text, meant) in
            [("1.25", "v1.25"), ("V1.25", "v1.25"), ("v1.25.3", "v1.25"), ("Latest", "latest")]
        {
            assert_eq!(version_meant(text).as_deref(), Some(meant), "{text}");
        }
        for text in ["v1.08", "v2.0", "v1", "1.x", "v1.25.", "v1.25.x", "", "v1.25.1.2", "newest"] {
            assert_eq!(version_meant(text), None, "{text}");
        }
        assert_eq!(level_meant("RESTRICTED").as_deref(), Some("restricted"));
        assert_eq!(level_meant("restrict"), None);
    }
}
