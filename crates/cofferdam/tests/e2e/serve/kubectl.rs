//! What does a person with kubectl see?

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use testkit::apiserver::ApiServer;

use super::{Guarded, bad, good, policy};
use crate::cluster::{shared, until};

/// kubectl with these words and this object on standard input.
fn kubectl(server: &ApiServer, words: &str, object: &Value) -> Output {
    let mut command = Command::new(&server.programs().kubectl);
    command.arg("--kubeconfig").arg(server.kubeconfig()).args(words.split_whitespace());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(object.to_string().as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn kubectl_shows_a_denial_a_warning_and_a_mutated_pod() {
    let Some(server) = shared() else { return };
    let spec = "{podSecurity: {level: restricted}, checks: {mutable-image-tag: warn}, defaults: {seccompProfile: RuntimeDefault}}";
    let guarded = Guarded::start(server, "kubectl", &policy(spec), &[]);
    guarded.register("Mutating", "Fail");
    guarded.register("Validating", "Fail");

    let denied = kubectl(server, "create -n kubectl -f -", &bad("bad"));
    let said = String::from_utf8_lossy(&denied.stderr).into_owned();
    let words =
        format!("{}pods \"bad\" is forbidden: violates PodSecurity \"restricted:latest\"", guarded.prefix());
    assert!(!denied.status.success() && said.contains(&words), "{said}");

    let mut pod = good("changed");
    pod["spec"]["securityContext"].as_object_mut().unwrap().remove("seccompProfile");
    pod["spec"]["containers"][0]["image"] = "registry.example.com/a:latest".into();
    // The two configurations are known one after the other.
    let created = until("the pod is let in", || {
        let created = kubectl(server, "create -n kubectl -f - -o json", &pod);
        created.status.success().then_some(created)
    });
    let warned = String::from_utf8_lossy(&created.stderr).into_owned();
    assert!(warned.contains("Warning: ") && warned.contains("mutable-image-tag"), "{warned}");
    let stored: Value = serde_json::from_slice(&created.stdout).unwrap();
    assert_eq!(stored["spec"]["securityContext"]["seccompProfile"], json!({"type": "RuntimeDefault"}));
    let read = kubectl(server, "get pod -n kubectl changed -o json", &Value::Null);
    let read: Value = serde_json::from_slice(&read.stdout).unwrap();
    assert_eq!(read["spec"]["securityContext"]["seccompProfile"], json!({"type": "RuntimeDefault"}));
    eprintln!("kubectl: {}\nkubectl: {}", said.trim(), warned.trim());
}
