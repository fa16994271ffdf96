//! `cofferdam serve`: does it begin, follow its files and end as it should? What it answers is tested in `admission`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::Place;

const POLICY: &str = "\
apiVersion: cofferdam.dev/v1alpha1
kind: Policy
metadata: {name: strict}
spec: {podSecurity: {level: restricted}}
";

const ANY: &str =
    "serve --policy policies --self-signed 127.0.0.1 --listen 127.0.0.1:0 --metrics 127.0.0.1:0";

fn place() -> Place {
    Place::new().file("policies/p.yaml", POLICY)
}

/// A server that runs until it is told to end.
struct Server {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStderr>>,
    figures: String,
}

impl Server {
    fn start(place: &Place, words: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cofferdam"));
        command
            .args(words.split(' '))
            .current_dir(place.path(""))
            .stderr(Stdio::piped())
            .stdin(Stdio::null());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut server = Self { child, lines, figures: String::new() };
        let line = server.until("serving");
        line["metrics"].as_str().unwrap().clone_into(&mut server.figures);
        server
    }

    /// The next line of the log with this message.
    fn until(&mut self, message: &str) -> Value {
        for line in self.lines.by_ref() {
            // What is said before the log begins is for people.
            let Ok(line) = serde_json::from_str::<Value>(&line.unwrap()) else { continue };
            if line["message"].as_str().unwrap().contains(message) {
                return line;
            }
            assert_ne!(line["level"], "error", "{line}");
        }
        panic!("the log ended before `{message}`");
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.figures).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn end(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.until("drained");
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn policies_are_followed_and_the_last_good_ones_kept() {
    let place = place();
    let mut server = Server::start(&place, &format!("{ANY} --drain 0s --ca-out ca.pem"));
    assert!(std::fs::read_to_string(place.path("ca.pem")).unwrap().starts_with("-----BEGIN CERTIFICATE"));
    assert!(server.get("/readyz").ends_with("\r\n\r\nok\n"));
    assert!(server.get("/metrics").contains("\ncofferdam_policies 1\n"));
    let place = place.file("policies/p.yaml", POLICY.replace("restricted", "restrict"));
    let refused = server.until("those before hold");
    assert!(refused["error"].as_str().unwrap().contains("policies/p.yaml:4:"), "{refused}");
    let ready = server.get("/readyz");
    assert!(
        ready.starts_with("HTTP/1.1 200") && ready.contains("\npolicies: what is written now is refused"),
        "{ready}"
    );
    let figures = server.get("/metrics");
    for figure in ["_policy_reload_failures_total 1", "_policy_reload_failed 1", "_policies 1"] {
        assert!(figures.contains(&format!("\ncofferdam{figure}\n")), "{figure}: {figures}");
    }
    let _place = place
        .file("policies/p.yaml", format!("{POLICY}---\n{}", POLICY.replace("name: strict", "name: other")));
    server.until("policies replaced");
    assert!(server.get("/readyz").ends_with("\r\n\r\nok\n"));
    assert!(server.get("/metrics").contains("\ncofferdam_policies 2\n"));
    assert_eq!(server.end(), Some(0));
}

#[test]
fn a_mounted_config_map_is_read_once_and_followed_through_its_link() {
    let place = Place::new().file("policies/..one/p.yaml", POLICY);
    let link =
        |from: &str, to: &str| std::os::unix::fs::symlink(from, place.path("policies").join(to)).unwrap();
    link("..one", "..data");
    link("..data/p.yaml", "p.yaml");
    let mut server = Server::start(&place, &format!("{ANY} --drain 0s"));
    assert!(server.get("/metrics").contains("\ncofferdam_policies 1\n"));
    // As the kubelet does it: the new files first, then the link, then the old ones away.
    let folder: PathBuf = place.path("policies/..two");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(
        folder.join("p.yaml"),
        format!("{POLICY}---\n{}", POLICY.replace("name: strict", "name: other")),
    )
    .unwrap();
    link("..two", "..new");
    std::fs::rename(place.path("policies/..new"), place.path("policies/..data")).unwrap();
    std::fs::remove_dir_all(place.path("policies/..one")).unwrap();
    server.until("policies replaced");
    let figures = server.get("/metrics");
    assert!(
        figures.contains("\ncofferdam_policies 2\n")
            && figures.contains("\ncofferdam_policy_reload_failures_total 0\n")
    );
    assert_eq!(server.end(), Some(0));
}

#[test]
fn with_nothing_in_force_it_does_not_begin() {
    let place = Place::new().file("policies/p.yaml", POLICY.replace("restricted", "restrict"));
    let ran = place.cofferdam(ANY).run().ends(2);
    assert!(ran.err.contains("policies/p.yaml:4:") && ran.err.contains("nothing is decided"), "{}", ran.err);
}

#[test]
fn one_bad_policy_among_good_ones_is_said_and_shown() {
    let place = place().file(
        "policies/q.yaml",
        POLICY.replace("name: strict", "name: other").replace("restricted", "restrict"),
    );
    let mut server = Command::new(env!("CARGO_BIN_EXE_cofferdam"));
    server.args(format!("{ANY} --drain 0s").split(' ')).current_dir(place.path("")).stderr(Stdio::piped());
    let mut child = server.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let said: Vec<String> =
        lines.by_ref().map(Result::unwrap).take_while(|line| !line.contains("\"serving\"")).collect();
    let said = said.join("\n");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(said.contains("Policy `other` is to be mended, meanwhile it is not in force"), "{said}");
}

#[test]
fn what_the_gate_cannot_judge_is_said_when_policies_are_read() {
    let policy = "{apiVersion: cofferdam.dev/v1alpha1, kind: Policy, metadata: {name: p}, spec: {checks: {no-network-policy: enforce, host-port: enforce}}}";
    let place = Place::new().file("policies/p.yaml", policy).file("taken", "");
    // It cannot begin: the port is no port of ours. What is said before is what matters.
    let ran = place
        .cofferdam(&format!("{ANY} --tls-cert taken --tls-key taken").replace("--self-signed 127.0.0.1 ", ""))
        .run()
        .ends(2);
    assert!(ran.err.contains("`no-network-policy` looks at NetworkPolicies"), "{}", ran.err);
    assert!(!ran.err.contains("`host-port` looks"), "{}", ran.err);
}

#[test]
fn without_a_certificate_it_says_which_ways_there_are() {
    let ran = place().cofferdam("serve --policy policies").run().ends(2);
    assert!(ran.err.contains("--tls-cert") || ran.err.contains("--self-signed"), "{}", ran.err);
}

#[test]
fn a_service_that_is_no_name_in_a_cluster_is_refused() {
    let ran =
        place().cofferdam("serve --policy policies --tls-cert a --tls-key b --service guard").run().ends(2);
    assert!(ran.err.contains("`guard` is no SERVICE.NAMESPACE.svc"), "{}", ran.err);
}
