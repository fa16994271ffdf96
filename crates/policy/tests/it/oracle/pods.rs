//! Random pods: every field that a Pod Security check reads, with what may stand there.

use super::containers::{container, shared_context};
use super::json::{Fields, list, text};
use super::random::Random;
use super::values::{ANNOTATIONS, NAMES, SOURCES, SYSCTLS, words};

/// An object that is a pod or carries one, as a line of JSON.
pub(crate) fn object(random: &mut Random) -> String {
    random.odds = random.pick(&[2, 4, 12, 60]);
    let mut pod = Fields::default();
    pod.set("spec", spec(random));
    match random.below(12) {
        0 => drop(pod.set("metadata", "null")),
        1 => {}
        _ => drop(pod.set("metadata", metadata(random))),
    }
    if !random.one_in(4) {
        pod.set("apiVersion", r#""v1""#).set("kind", r#""Pod""#);
        return pod.end(random);
    }
    workload(random, pod)
}

fn workload(random: &mut Random, pod: Fields) -> String {
    let template = pod.end(random);
    let (api, kind) = random.pick(&[
        ("v1", "PodTemplate"),
        ("v1", "ReplicationController"),
        ("apps/v1", "ReplicaSet"),
        ("apps/v1", "Deployment"),
        ("apps/v1", "DaemonSet"),
        ("apps/v1", "StatefulSet"),
        ("batch/v1", "Job"),
        ("batch/v1", "CronJob"),
    ]);
    let body = match kind {
        "PodTemplate" => format!(r#""template": {template}"#),
        "CronJob" => format!(r#""spec": {{"jobTemplate": {{"spec": {{"template": {template}}}}}}}"#),
        _ => format!(r#""spec": {{"template": {template}}}"#),
    };
    format!(r#"{{"apiVersion": "{api}", "kind": "{kind}", "metadata": {{"name": "w"}}, {body}}}"#)
}

fn metadata(random: &mut Random) -> String {
    let mut metadata = Fields::default();
    metadata.set("name", r#""p""#);
    metadata.maybe(random, "annotations", |random| {
        let mut annotations = Fields::default();
        for _ in 0..random.below(6) {
            let key = format!("{}{}", random.pick(&ANNOTATIONS), random.pick(&NAMES));
            let key =
                if random.one_in(6) { "seccomp.security.alpha.kubernetes.io/pod".to_owned() } else { key };
            let value = if random.one_in(12) { "null".to_owned() } else { words(random) };
            annotations.set(&key, value);
        }
        annotations.end(random)
    });
    metadata.end(random)
}

fn spec(random: &mut Random) -> String {
    let mut spec = Fields::default();
    for field in ["hostNetwork", "hostPID", "hostIPC", "hostUsers"] {
        spec.maybe(random, field, |random| random.mostly(&["false"], &["true"]).to_owned());
    }
    spec.maybe(random, "os", |random| {
        let mut os = Fields::default();
        os.maybe(random, "name", |random| {
            text(random.mostly(&["windows", "linux"], &["", "Windows", "windows ", "Linux"]))
        });
        os.end(random)
    });
    spec.maybe(random, "securityContext", security_context);
    spec.maybe(random, "volumes", |random| list(random.below(5), || volume(random)));
    spec.maybe(random, "initContainers", |random| list(random.below(4), || container(random)));
    spec.maybe(random, "ephemeralContainers", |random| list(random.below(3), || container(random)));
    match random.below(24) {
        0 => {}
        1 => drop(spec.set("containers", "null")),
        2 => drop(spec.set("containers", "[]")),
        _ => drop(spec.set("containers", list(1 + random.below(3), || container(random)))),
    }
    spec.end(random)
}

fn security_context(random: &mut Random) -> String {
    let mut context = shared_context(random);
    context.maybe(random, "fsGroup", |_| "0".to_owned());
    context.maybe(random, "sysctls", |random| {
        list(random.below(5), || {
            if random.one_in(20) {
                return "null".to_owned();
            }
            let mut sysctl = Fields::default();
            if random.one_in(20) {
                sysctl.maybe(random, "name", |_| "null".to_owned());
            } else {
                sysctl.set("name", text(random.pick(&SYSCTLS)));
            }
            sysctl.set("value", r#""1""#);
            sysctl.end(random)
        })
    });
    context.end(random)
}

fn volume(random: &mut Random) -> String {
    if random.one_in(30) {
        return "null".to_owned();
    }
    let mut volume = Fields::default();
    volume.set("name", text(random.pick(&NAMES)));
    for _ in 0..random.pick(&[0, 1, 1, 1, 1, 2, 2, 3]) {
        // One key twice would be merged by one JSON reader and replaced by another.
        let source = random.pick(&SOURCES);
        if !volume.has(source) {
            let value = if random.one_in(6) { "null" } else { "{}" };
            volume.set(source, value);
        }
    }
    volume.end(random)
}
