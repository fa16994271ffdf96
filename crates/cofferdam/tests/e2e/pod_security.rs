//! Does the built-in Pod Security admission refuse the same pods in the same words?

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::apiserver::Request;

use crate::cluster::{Cluster, shared};
use crate::native::{Namespaces, creation, decider, objects};

pub(crate) const BY_LABELS: &str = "\
apiVersion: cofferdam.dev/v1alpha1
kind: Policy
metadata: {name: by-labels}
spec: {podSecurity: {namespaceLabels: true}}
";

/// A fixture, and the namespace that asks for its level and version.
pub(crate) struct Fixture {
    pub(crate) file: String,
    pub(crate) level: String,
    pub(crate) version: String,
    pub(crate) pod: Value,
}

impl Fixture {
    pub(crate) fn namespace(&self) -> String {
        format!("pss-{}-{}", self.level, self.version.replace('.', "-"))
    }

    pub(crate) fn labels(&self) -> Value {
        json!({
            "pod-security.kubernetes.io/enforce": self.level,
            "pod-security.kubernetes.io/enforce-version": self.version,
        })
    }
}

/// Upstream's fixtures, if they are here.
pub(crate) fn fixtures() -> Option<Vec<Fixture>> {
    let folder = testkit::conformance("pss")?;
    let fixtures: Vec<Fixture> = testkit::yaml_files(&folder)
        .into_iter()
        .map(|path| {
            let file = path.strip_prefix(&folder).unwrap().display().to_string();
            let mut parts = file.split('/').map(str::to_owned);
            let (level, version) = (parts.next().unwrap(), parts.next().unwrap());
            let objects = objects(&file, testkit::text(&path));
            let mut pod = policy::value::of(objects[0].root());
            // Names with an underscore are no names; upstream's own test never asks a server.
            let name = pod["metadata"]["name"].as_str().unwrap().replace('_', "-");
            pod["metadata"]["name"] = name.into();
            Fixture { file, level, version, pod }
        })
        .collect();
    assert!(fixtures.len() > 3900, "only {} fixtures", fixtures.len());
    Some(fixtures)
}

#[test]
fn every_fixture_is_judged_as_the_built_in_plugin_judges_it() {
    let (Some(server), Some(fixtures)) = (shared(), fixtures()) else { return };
    let cluster = Cluster::new(server);
    let mut namespaces = Namespaces::default();
    let mut made = BTreeSet::new();
    for fixture in &fixtures {
        if made.insert(fixture.namespace()) {
            cluster.namespace(&fixture.namespace(), &fixture.labels());
            namespaces.add(&fixture.namespace(), &fixture.labels());
        }
    }
    let requests: Vec<Request> = fixtures
        .iter()
        .map(|fixture| {
            let path = format!("/api/v1/namespaces/{}/pods?dryRun=All", fixture.namespace());
            Request::post(&path, &fixture.pod)
        })
        .collect();
    let answers = cluster.each(&requests);
    let decider = decider(BY_LABELS);
    let (mut wrong, mut denied, mut invalid) = (Vec::new(), 0, 0);
    for (fixture, answer) in fixtures.iter().zip(&answers) {
        let ours = creation(&decider, &namespaces, &fixture.namespace(), &fixture.pod);
        // Validation comes after admission: what it refuses was let in.
        let theirs = match answer.status {
            201 => None,
            422 => {
                invalid += 1;
                None
            }
            _ => Some(answer.message()),
        };
        let ours = ours.denied.map(|status| status.message);
        denied += usize::from(theirs.is_some());
        if ours != theirs {
            wrong.push(format!("{}\n  ours   {ours:?}\n  theirs {theirs:?}", fixture.file));
        }
    }
    eprintln!(
        "{} pods of {} namespaces, {denied} denied by both in the same words, {invalid} let in and then no valid pod",
        fixtures.len(),
        made.len()
    );
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(denied > 2000, "only {denied} were denied");
}
