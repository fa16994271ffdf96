//! `serve --crd` beside a real API server, where one is to be had: `COFFERDAM_E2E_KUBECONFIG` names a kubeconfig whose
//! user may do everything there. `kubectl` is that of this machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::Place;

/// An API server and a namespace that is named after the test.
struct Real {
    place: Place,
    kubeconfig: String,
    name: String,
}

impl Real {
    #[allow(clippy::print_stdout)] // the reason why it is skipped
    fn at_hand(name: &str) -> Option<Self> {
        let Ok(kubeconfig) = std::env::var("COFFERDAM_E2E_KUBECONFIG") else {
            println!("skipped: COFFERDAM_E2E_KUBECONFIG names no cluster to try this on");
            return None;
        };
        let name = format!("cofferdam-it-{name}-{}", std::process::id());
        let real = Self { place: Place::new(), kubeconfig, name };
        let definitions = real.place.cofferdam("policy crd").run().out;
        real.kubectl(&["apply", "--server-side", "--force-conflicts", "-f", "-"], &definitions);
        real.kubectl(&["wait", "--for=condition=Established", "crd/policies.cofferdam.dev"], "");
        real.kubectl(&["create", "namespace", &real.name], "");
        Some(real)
    }

    fn kubectl(&self, words: &[&str], input: &str) -> String {
        let mut child = Command::new("kubectl")
            .args(["--kubeconfig", &self.kubeconfig])
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn get(&self, words: &[&str]) -> Value {
        let words = [&["get", "-o", "json"], words].concat();
        serde_json::from_str(&self.kubectl(&words, "")).unwrap()
    }

    fn apply(&self, object: &Value) {
        self.kubectl(&["apply", "-f", "-"], &object.to_string());
    }

    fn policy(&self, spec: &Value) {
        let metadata = json!({"name": self.name});
        self.apply(&json!({"apiVersion": "cofferdam.dev/v1alpha1", "kind": "Policy", "metadata": metadata, "spec": spec}));
    }

    /// A server with a certificate for a name, and where its figures are; it ends with the value.
    fn serve(&self, certificate: &str) -> Running {
        let words = format!(
            "serve --crd --kubeconfig {} --self-signed {certificate} --listen 127.0.0.1:0 --metrics 127.0.0.1:0 --audit 1s --drain 0s",
            self.kubeconfig
        );
        let mut child = Command::new(env!("CARGO_BIN_EXE_cofferdam"))
            .args(words.split(' '))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let serving = lines.find(|line| line.contains("\"serving\""));
        let serving: Value = serde_json::from_str(&serving.unwrap()).unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        Running { child, figures: serving["metrics"].as_str().unwrap().to_owned() }
    }
}

/// Looks until what is looked for is there.
fn until<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    for _ in 0..150 {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    panic!("{what} did not come about")
}

struct Running {
    child: Child,
    figures: String,
}

impl Running {
    fn page(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(&self.figures).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        head.starts_with("HTTP/1.1 200").then(|| body.to_owned())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn policies_of_the_cluster_are_decided_by_and_say_whether_they_are() {
    let Some(real) = Real::at_hand("serve") else { return };
    let hook = |path: &str| {
        json!([{"name": "it.cofferdam.dev", "sideEffects": "NoneOnDryRun", "admissionReviewVersions": ["v1"],
            "failurePolicy": "Ignore", "clientConfig": {"url": format!("https://127.0.0.1:1/{path}")},
            "rules": [{"apiGroups": ["it.example.com"], "apiVersions": ["v1"], "operations": ["CREATE"],
                       "resources": ["nothings"]}]}])
    };
    let configuration = format!("guard.{}", real.name);
    for (kind, path) in
        [("ValidatingWebhookConfiguration", "validate"), ("MutatingWebhookConfiguration", "mutate")]
    {
        real.apply(&json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind,
            "metadata": {"name": configuration}, "webhooks": hook(path)}));
    }
    // As the chart makes it: empty, with labels of its own.
    real.apply(&json!({"apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": "guard-certificate", "namespace": real.name, "labels": {"kept": "yes"}}}));
    real.apply(
        &json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "old", "namespace": real.name},
        "spec": {"hostPID": true, "containers": [{"name": "a", "image": "registry.example.com/a:1"}]}}),
    );
    let only_here = json!({"namespaces": [real.name]});
    real.policy(&json!({"match": only_here, "podSecurity": {"level": "baseline"}}));
    let server = real.serve(&format!("guard.{}.svc", real.name));

    let accepted = |wanted: &str| {
        let policy = real.get(&["policy.v1alpha1.cofferdam.dev", &real.name]);
        let condition = &policy["status"]["conditions"][0];
        (condition["status"] == wanted).then(|| condition["message"].as_str().unwrap().to_owned())
    };
    until("the status of a good policy", || accepted("True"));
    real.policy(&json!({"match": only_here, "podSecurity": {"level": "baseline"}, "mistyped": 1}));
    let why = until("the status of a bad edit", || accepted("False"));
    assert!(why.starts_with("what it said before holds: "), "{why}");

    let secret = real.get(&["secret", "guard-certificate", "-n", &real.name]);
    assert!(secret["data"]["certificate.json"].is_string());
    assert_eq!(secret["metadata"]["labels"]["kept"], "yes");
    let hooks = real.get(&["validatingwebhookconfiguration", &configuration]);
    assert!(hooks["webhooks"][0]["clientConfig"]["caBundle"].is_string());

    let report = until("the report", || server.page("/report"));
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["schema"], "cofferdam/report/v1");
    let found = until("the finding about what was there before", || {
        let report: Value = serde_json::from_str(&server.page("/report")?).ok()?;
        let namespaces = report["namespaces"].as_array()?;
        namespaces.iter().find(|each| each["namespace"] == real.name.as_str()).cloned()
    });
    assert_eq!(found["findings"][0]["object"]["name"], "old");
    assert!(server.page("/report.html").unwrap().contains("Pod"));
    let summary = until("the summary", || {
        let list = real.get(&["auditsummaries.cofferdam.dev", "-n", &real.name]);
        list["items"].as_array()?.first().cloned()
    });
    assert_eq!(summary["summary"]["high"], 1);
    drop(server);
    real.kubectl(&["delete", "policy.v1alpha1.cofferdam.dev", &real.name], "");
    real.kubectl(
        &["delete", "validatingwebhookconfiguration,mutatingwebhookconfiguration", &configuration],
        "",
    );
}

#[test]
fn a_server_without_a_service_writes_statuses_and_says_of_which_edit_it_holds_the_state_before() {
    let Some(real) = Real::at_hand("alone") else { return };
    let good =
        json!({"match": {"namespaces": [real.name]}, "mode": "audit", "podSecurity": {"level": "baseline"}});
    real.policy(&good);
    let running = real.serve("127.0.0.1");
    let status = || real.get(&["policy", &real.name])["status"]["conditions"][0]["status"].clone();
    until("the status of a good policy", || (status() == "True").then_some(()));
    real.policy(
        &json!({"match": {"namespaces": [real.name]}, "mode": "audit", "podSecurty": {"level": "baseline"}}),
    );
    until("the status of a bad edit", || (status() == "False").then_some(()));
    let ready = running.page("/readyz").unwrap();
    let named = format!("Policy `{}`: what it said before holds: ", real.name);
    assert!(ready.contains(&named) && ready.contains("unknown field `podSecurty`"), "{ready}");
    assert!(running.page("/metrics").unwrap().contains("\ncofferdam_policy_reload_failed 1\n"));
    real.policy(&good);
    until("an edit that is mended", || (!running.page("/readyz")?.contains(&named)).then_some(()));
}
