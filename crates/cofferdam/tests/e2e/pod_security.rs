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

/// Where nothing is refused.
pub(crate) const FREE: &str = "pss-free";

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

fn create(namespace: &str, pod: &Value) -> Request {
    Request::post(&format!("/api/v1/namespaces/{namespace}/pods?dryRun=All"), pod)
}

/// The pods as admission sees them: the server sets defaults, and the AppArmor field where only the annotation is.
pub(crate) fn as_seen(cluster: &Cluster<'_>, fixtures: &[Fixture]) -> Vec<Value> {
    let requests: Vec<Request> = fixtures.iter().map(|fixture| create(FREE, &fixture.pod)).collect();
    let answers = cluster.each(&requests);
    let seen = fixtures.iter().zip(answers).map(|(fixture, answer)| {
        assert_eq!(answer.status, 201, "{}: {}", fixture.file, answer.text());
        answer.json()
    });
    seen.collect()
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
    cluster.namespace(FREE, &json!({}));
    let seen = as_seen(&cluster, &fixtures);
    let requests: Vec<Request> =
        fixtures.iter().map(|fixture| create(&fixture.namespace(), &fixture.pod)).collect();
    let answers = cluster.each(&requests);
    let decider = decider(BY_LABELS);
    let (mut wrong, mut denied, mut reworded) = (Vec::new(), 0, 0);
    for ((fixture, seen), answer) in fixtures.iter().zip(&seen).zip(&answers) {
        let ours = |pod: &Value| {
            let response = creation(&decider, &namespaces, &fixture.namespace(), pod);
            response.denied.map(|status| status.message)
        };
        let theirs = (answer.status != 201).then(|| answer.message());
        let (ours, of_file) = (ours(seen), ours(&fixture.pod));
        denied += usize::from(theirs.is_some());
        reworded += usize::from(ours != of_file);
        if ours != theirs || of_file.is_some() != theirs.is_some() {
            wrong.push(format!(
                "{}\n  ours   {ours:?}\n  file   {of_file:?}\n  theirs {theirs:?}",
                fixture.file
            ));
        }
    }
    eprintln!(
        "{} pods of {} namespaces, {denied} denied by both in the same words; {reworded} of those in other words where \
         we see the file and not what the server made of it",
        fixtures.len(),
        made.len()
    );
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(denied > 2000, "only {denied} were denied");
}
