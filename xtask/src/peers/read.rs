//! What did a tool say of which object?

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context;
use serde_json::Value;

/// An object by what every tool knows of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    /// Below the corpus.
    pub(super) file: String,
    pub(super) kind: String,
    /// `default` where none is written, as checkov has it.
    pub(super) namespace: String,
    pub(super) name: String,
}

/// What a tool said.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    /// The objects each check flagged.
    pub(super) flagged: BTreeMap<String, BTreeSet<Identity>>,
    /// Objects it says anything about, good or bad: what is not among them it may not have read.
    pub(super) seen: BTreeSet<Identity>,
}

impl Verdicts {
    /// The objects that any of the checks flagged.
    pub(super) fn of(&self, checks: &[&str]) -> BTreeSet<&Identity> {
        checks.iter().filter_map(|check| self.flagged.get(*check)).flatten().collect()
    }

    /// Takes in what was said of another project.
    pub(super) fn add(&mut self, other: Self) {
        for (check, objects) in other.flagged {
            self.flagged.entry(check).or_default().extend(objects);
        }
        self.seen.extend(other.seen);
    }

    fn flag(&mut self, check: &str, object: Identity) {
        self.flagged.entry(check.to_owned()).or_default().insert(object.clone());
        self.seen.insert(object);
    }
}

/// Ids of `cofferdam list checks --format json`, in its order.
pub(super) fn rules(json: &str) -> anyhow::Result<Vec<String>> {
    let list: Value = serde_json::from_str(json).context("reading the list of checks")?;
    let checks = list["checks"].as_array().context("the list of checks has no `checks`")?;
    Ok(checks.iter().filter_map(|check| check["id"].as_str()).map(str::to_owned).collect())
}

/// What `cofferdam check --format json` says.
pub(super) fn ours(json: &str, corpus: &Path) -> anyhow::Result<Verdicts> {
    let report: Value = serde_json::from_str(json).context("reading our report")?;
    let mut verdicts = Verdicts::default();
    for finding in report["findings"].as_array().context("our report has no `findings`")? {
        let object = &finding["object"];
        if object.is_null() || !finding["waived"].is_null() {
            continue;
        }
        let file = below(text(&finding["file"]), corpus);
        let object = identity(file, &object["kind"], &object["namespace"], &object["name"]);
        verdicts.flag(text(&finding["id"]), object);
    }
    Ok(verdicts)
}

/// What `kube-linter lint --format json` says.
pub(super) fn kube_linter(json: &str, corpus: &Path) -> anyhow::Result<Verdicts> {
    let report: Value = serde_json::from_str(json)?;
    let mut verdicts = Verdicts::default();
    for each in report["Reports"].as_array().context("the report has no `Reports`")? {
        let object = &each["Object"]["K8sObject"];
        let file = below(text(&each["Object"]["Metadata"]["FilePath"]), corpus);
        let kind = &object["GroupVersionKind"]["Kind"];
        verdicts.flag(text(&each["Check"]), identity(file, kind, &object["Namespace"], &object["Name"]));
    }
    Ok(verdicts)
}

/// What `checkov -o json` says.
pub(super) fn checkov(json: &str, corpus: &Path) -> anyhow::Result<Verdicts> {
    let report: Value = serde_json::from_str(json)?;
    let list =
        |of: &str| report["results"][of].as_array().with_context(|| format!("the report has no `{of}`"));
    let named = |each: &Value| resource(below(text(&each["file_abs_path"]), corpus), text(&each["resource"]));
    let (failed, passed) = (list("failed_checks")?, list("passed_checks")?);
    let all: BTreeSet<Identity> = failed.iter().chain(passed).filter_map(named).collect();
    let mut verdicts = Verdicts::default();
    for each in failed {
        if let Some(object) = named(each) {
            verdicts.flag(text(&each["check_id"]), owner(object, &all));
        }
    }
    verdicts.seen = all.iter().map(|object| owner(object.clone(), &all)).collect();
    Ok(verdicts)
}

/// checkov's `Kind.namespace.name`; the name may hold dots.
fn resource(file: String, name: &str) -> Option<Identity> {
    let mut parts = name.splitn(3, '.');
    let mut part = || parts.next().map(str::to_owned);
    Some(Identity { file, kind: part()?, namespace: part()?, name: part()? })
}

/// checkov makes a pod of every template and calls it `Pod.namespace.OWNER.LABELS`: the object that was written.
fn owner(object: Identity, all: &BTreeSet<Identity>) -> Identity {
    let is_owner = |other: &&Identity| {
        let beside = other.file == object.file && other.namespace == object.namespace && other.kind != "Pod";
        let creates = !matches!(other.kind.as_str(), "Service" | "ServiceAccount" | "ConfigMap" | "Secret");
        let named = object.name.strip_prefix(&other.name).is_some_and(|rest| rest.starts_with('.'));
        beside && creates && named
    };
    if object.kind != "Pod" {
        return object;
    }
    all.iter().filter(is_owner).max_by_key(|other| other.name.len()).cloned().unwrap_or(object)
}

fn identity(file: String, kind: &Value, namespace: &Value, name: &Value) -> Identity {
    let namespace = Some(text(namespace)).filter(|namespace| !namespace.is_empty()).unwrap_or("default");
    Identity {
        file,
        kind: text(kind).to_owned(),
        namespace: namespace.to_owned(),
        name: text(name).to_owned(),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn below(file: &str, corpus: &Path) -> String {
    let path = Path::new(file);
    path.strip_prefix(corpus).unwrap_or(path).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles<'a>(objects: impl IntoIterator<Item = &'a Identity>) -> Vec<String> {
        let title = |o: &Identity| format!("{} {} {}/{}", o.file, o.kind, o.namespace, o.name);
        objects.into_iter().map(title).collect()
    }

    #[test]
    fn three_reports_name_the_same_object_alike() {
        let corpus = Path::new("/c");
        let ours = ours(
            r#"{"findings": [
                {"id": "a", "file": "/c/x.yaml", "object": {"kind": "Deployment", "namespace": null, "name": "web"}, "waived": null},
                {"id": "b", "file": "/c/x.yaml", "object": null, "waived": null},
                {"id": "c", "file": "/c/x.yaml", "object": {"kind": "Pod", "name": "p"}, "waived": {"reason": "known"}}
            ]}"#,
            corpus,
        );
        let kube_linter = kube_linter(
            r#"{"Reports": [{"Check": "a", "Object": {"Metadata": {"FilePath": "/c/x.yaml"},
                "K8sObject": {"Namespace": "", "Name": "web", "GroupVersionKind": {"Kind": "Deployment"}}}}]}"#,
            corpus,
        );
        let checkov = checkov(
            r#"{"results": {
                "failed_checks": [{"check_id": "a", "file_abs_path": "/c/x.yaml", "resource": "Pod.default.web.app-web.tier-x"}],
                "passed_checks": [{"check_id": "b", "file_abs_path": "/c/x.yaml", "resource": "Deployment.default.web"},
                                  {"check_id": "b", "file_abs_path": "/c/x.yaml", "resource": "Service.default.web"}]}}"#,
            corpus,
        );
        for verdicts in [ours.unwrap(), kube_linter.unwrap(), checkov.unwrap()] {
            assert_eq!(titles(verdicts.of(&["a", "c"])), ["x.yaml Deployment default/web"]);
        }
    }

    #[test]
    fn a_pod_that_was_written_stays_a_pod() {
        let pod = resource("x.yaml".into(), "Pod.shop.web.v1").unwrap();
        let service = resource("x.yaml".into(), "Service.shop.web").unwrap();
        let all = BTreeSet::from([pod.clone(), service]);
        assert_eq!(owner(pod.clone(), &all), pod);
    }

    #[test]
    fn a_report_of_another_shape_is_an_error() {
        assert!(checkov("{}", Path::new("/c")).is_err());
        assert!(kube_linter("[]", Path::new("/c")).is_err());
        assert!(ours("", Path::new("/c")).is_err());
        assert_eq!(rules(r#"{"checks": [{"id": "a"}]}"#).unwrap(), ["a"]);
    }
}
