//! Findings that somebody accepted: comments, `cofferdam.yaml`, the baseline.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

/// A pod with one finding of `host-namespace` on its fifth line.
const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: ops}
spec:
  hostNetwork: true
  containers: [{name: agent, image: registry.example.com/agent:1.2.3}]
";
const CONFIG: &str = "\
skip: []
waivers:
- check: host-namespace
  object: Pod/ops/agent
  reason: talks to the kubelet
  owner: platform
";

/// A directory of its own that goes away with the value.
struct Folder(PathBuf);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder =
            Self(std::env::temp_dir().join(format!("cofferdam-waivers-{}-{number}", std::process::id())));
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    /// Exit code, standard output and standard error of `cofferdam check`, run in a folder below.
    fn check_in(&self, below: &str, words: &str) -> (i32, String, String) {
        let ran = Command::new(env!("CARGO_BIN_EXE_cofferdam"))
            .arg("check")
            .args(words.split_whitespace())
            .current_dir(self.0.join(below))
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (ran.status.code().unwrap(), text(ran.stdout), text(ran.stderr))
    }

    fn check(&self, words: &str) -> (i32, String, String) {
        self.check_in("", words)
    }

    /// `file:line id` of every finding, with its reason where it is waived.
    fn found(&self, words: &str) -> Vec<String> {
        let (_, out, err) = self.check(&format!("--format json {words}"));
        let report: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}"));
        let row = |f: &Value| {
            let place =
                format!("{}:{} {}", f["file"].as_str().unwrap(), f["line"], f["id"].as_str().unwrap());
            f["waived"]["reason"].as_str().map_or(place.clone(), |reason| format!("{place} ({reason})"))
        };
        report["findings"].as_array().unwrap().iter().map(row).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(Path::new(&self.0));
    }
}

const ONLY: &str = "--only host-namespace,waiver-stale";

#[test]
fn a_comment_waives_the_finding_and_the_summary_counts_it() {
    let pod = POD.replace("true", "true # cofferdam: allow(host-namespace): talks to the kubelet");
    let folder = Folder::with(&[("pod.yaml", &pod)]);
    let (code, out, _) = folder.check(ONLY);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("nothing to object to, 1 waived") && !out.contains("-->"), "{out}");
    assert_eq!(folder.found(ONLY), ["pod.yaml:5 host-namespace (talks to the kubelet)"]);
}

#[test]
fn a_waiver_that_matches_nothing_fails_the_run_unless_its_check_was_left_out() {
    let folder =
        Folder::with(&[("pod.yaml", &POD.replace("true", "false # cofferdam: allow(host-namespace): x"))]);
    let (code, out, _) = folder.check(ONLY);
    assert!(code == 1 && out.contains("matches nothing"), "{out}");
    assert_eq!(folder.check("--only waiver-stale").0, 0);
    assert_eq!(folder.check("--skip host-namespace --only waiver-stale,host-namespace").0, 0);
}

#[test]
fn the_standard_knows_no_waivers() {
    let pod = POD.replace("true", "true # cofferdam: allow(host-namespace, pod-security): x");
    let folder =
        Folder::with(&[("pod.yaml", &pod), ("cofferdam.yaml", "checks: {unreadable-document: off}\n")]);
    assert_eq!(folder.check("--pss baseline").0, 1);
}

#[test]
fn settings_waive_by_object_from_the_nearest_file_upwards() {
    let folder = Folder::with(&[("cofferdam.yaml", CONFIG), ("deploy/x/pod.yaml", POD)]);
    assert_eq!(folder.found(ONLY), ["deploy/x/pod.yaml:5 host-namespace (talks to the kubelet)"]);
    assert_eq!(folder.check_in("deploy/x", ONLY).0, 0);
    let (_, out, _) = folder.check_in("deploy/x", &format!("--format json {ONLY}"));
    assert!(out.contains("\"by\": \"config\"") && out.contains("\"owner\": \"platform\""), "{out}");
}

#[test]
fn files_and_containers_narrow_a_waiver() {
    let config = |more: &str| CONFIG.replace("  owner", &format!("  {more}\n  owner"));
    let folder = Folder::with(&[("deploy/pod.yaml", POD)]);
    let stale = "cofferdam.yaml:3 waiver-stale";
    for (more, stands) in [
        ("file: deploy/*.yaml", false),
        ("file: other/**", true),
        ("container: agent", true), // the finding is about the pod
    ] {
        folder.write("cofferdam.yaml", &config(more));
        assert_eq!(folder.found(ONLY).contains(&stale.to_owned()), stands, "{more}");
    }
    folder.write("cofferdam.yaml", &config("file: deploy/pod.yaml"));
    assert_eq!(folder.check_in("deploy", ONLY).0, 0);
}

#[test]
fn an_expired_waiver_is_a_finding_where_it_is_written() {
    let config = |day: &str| format!("{CONFIG}  expires: {day}\n");
    let folder = Folder::with(&[("pod.yaml", POD), ("cofferdam.yaml", &config("2020-02-29"))]);
    assert_eq!(folder.found(ONLY), ["cofferdam.yaml:7 waiver-stale", "pod.yaml:5 host-namespace"]);
    let (_, out, _) = folder.check(ONLY);
    assert!(out.contains("expired on 2020-02-29, its owner is platform"), "{out}");
    folder.write("cofferdam.yaml", &config("9999-12-31"));
    assert_eq!(folder.check(ONLY).0, 0);
}

#[test]
fn a_settings_waiver_that_matches_nothing_is_stale_only_where_a_directory_was_judged() {
    let folder = Folder::with(&[
        ("other.yaml", &POD.replace("name: agent, n", "name: x, n")),
        ("cofferdam.yaml", CONFIG),
    ]);
    assert_eq!(folder.found(ONLY), ["cofferdam.yaml:3 waiver-stale", "other.yaml:5 host-namespace"]);
    assert_eq!(folder.found(&format!("{ONLY} other.yaml")), ["other.yaml:5 host-namespace"]);
}

#[test]
fn settings_choose_checks_and_thresholds_and_the_words_of_the_command_line_win() {
    let folder = Folder::with(&[("pod.yaml", POD)]);
    folder.write("cofferdam.yaml", "skip: [host-namespace]\n");
    assert!(!folder.found("").iter().any(|found| found.ends_with("host-namespace")));
    assert_eq!(folder.found("--only host-namespace"), ["pod.yaml:5 host-namespace"]);
    folder.write("cofferdam.yaml", "checks: {host-namespace: low}\n");
    assert_eq!(folder.check("--only host-namespace").0, 0);
    assert_eq!(folder.check("--only host-namespace --fail-on low").0, 1);
    folder.write("cofferdam.yaml", "failOn: critical\n");
    assert_eq!(folder.check("--only host-namespace").0, 0);
    assert_eq!(folder.check("--only host-namespace --fail-on high").0, 1);
}

#[test]
fn broken_settings_end_the_run_with_the_line_and_the_way_out() {
    let folder = Folder::with(&[("pod.yaml", POD), ("cofferdam.yaml", "failOn: high\nskips: [x]\n")]);
    let (code, out, err) = folder.check("");
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("error: cofferdam.yaml:2: unknown key `skips`, did you mean `skip`?"), "{err}");
    let (code, _, err) = folder.check("--config gone.yaml");
    assert!(code == 2 && err.contains("reading gone.yaml: no such file"), "{err}");
    folder.write("sub/pod.yaml", POD);
    assert!(folder.check_in("sub", "").2.contains("../cofferdam.yaml:2:"));
}

#[test]
fn a_manifest_called_like_the_settings_is_judged() {
    let folder = Folder::with(&[("cofferdam.yaml", POD)]);
    assert_eq!(folder.found(ONLY), ["cofferdam.yaml:5 host-namespace"]);
    folder.write("settings.yaml", "failOn: critical\n");
    assert_eq!(folder.check("--only host-namespace --config settings.yaml").0, 0);
}

#[test]
fn a_baseline_hides_what_was_there_wherever_it_moved_and_shows_what_is_new() {
    let folder = Folder::with(&[("pod.yaml", POD)]);
    let (code, out, err) = folder.check(&format!("{ONLY} --write-baseline base.json"));
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", "1 finding recorded in base.json\n"));
    assert!(folder.read("base.json").contains("cofferdam/baseline/v2"));
    folder.write("pod.yaml", &format!("# moved\n\n{POD}"));
    let (code, out, err) = folder.check(&format!("{ONLY} --baseline base.json"));
    assert!(
        code == 0 && err.is_empty() && out.contains("nothing to object to, 1 in the baseline\n"),
        "{out}{err}"
    );
    folder.write("pod.yaml", &POD.replace("  hostN", "  hostPID: true\n  hostN"));
    assert_eq!(folder.found(&format!("{ONLY} --baseline base.json")).len(), 2);
    assert_eq!(folder.check(&format!("{ONLY} --baseline base.json")).0, 1);
}

#[test]
fn a_neighbour_put_before_an_old_finding_does_not_bring_it_back() {
    const ONLY: &str = "--only secret-in-env,privileged-container,capability-added";
    let pod = "\
apiVersion: v1
kind: Pod
metadata: {name: agent}
spec:
  containers:
  - name: agent
    env:
    - {name: DB_PASSWORD, value: correct-horse-battery}
    securityContext: {privileged: true, capabilities: {add: [SYS_TIME]}}
";
    let folder = Folder::with(&[("pod.yaml", pod)]);
    folder.check(&format!("{ONLY} --write-baseline base.json"));
    let baseline = folder.read("base.json");
    assert!(baseline.contains("spec.containers[agent].env[DB_PASSWORD].value"), "{baseline}");
    let more = pod
        .replace("  - name: agent\n", "  - name: first\n  - name: agent\n")
        .replace("    env:\n", "    env:\n    - {name: MODE, value: fast}\n")
        .replace("correct-horse-battery", "a-longer-correct-horse-battery")
        .replace("[SYS_TIME]", "[NET_BIND_SERVICE, SYS_TIME]");
    folder.write("pod.yaml", &more);
    let (code, out, err) = folder.check(&format!("{ONLY} --baseline base.json"));
    assert!(code == 0 && err.is_empty() && out.contains("3 in the baseline"), "{out}{err}");
    folder.write("pod.yaml", &more.replace("[NET_BIND_SERVICE, SYS_TIME]", "[NET_BIND_SERVICE, SYS_ADMIN]"));
    let (code, out, _) = folder.check(&format!("{ONLY} --baseline base.json"));
    assert!(code == 1 && out.contains("SYS_ADMIN") && out.contains("2 in the baseline"), "{out}");
}

#[test]
fn what_the_baseline_holds_and_nobody_finds_is_told() {
    let folder = Folder::with(&[("pod.yaml", POD)]);
    folder.check(&format!("{ONLY} --write-baseline base.json"));
    folder.write("pod.yaml", &POD.replace("true", "false"));
    let (code, _, err) = folder.check(&format!("{ONLY} --baseline base.json"));
    assert_eq!(code, 0);
    assert!(
        err.contains("1 finding of the baseline not found any more: drop it with --write-baseline base.json"),
        "{err}"
    );
    folder.write("base.json", r#"{"schema": "cofferdam/baseline/v1", "findings": []}"#);
    let (code, _, err) = folder.check("--baseline base.json");
    assert!(code == 2 && err.contains("record it anew with `check --write-baseline FILE`"), "{err}");
    let (code, _, err) = folder.check("--baseline gone.json");
    assert!(
        code == 2 && err.contains("reading gone.json: no such file or directory; record one with"),
        "{err}"
    );
    folder.write("base.json", "{}");
    let (code, _, err) = folder.check("--baseline base.json");
    assert!(code == 2 && err.contains("this is no baseline, write one with"), "{err}");
}

#[test]
fn what_is_waived_or_in_the_baseline_is_not_mended() {
    let pod = POD.replace("true", "true # cofferdam: allow(host-namespace): x");
    let folder = Folder::with(&[("pod.yaml", &pod)]);
    folder.check(&format!("{ONLY} --fix=risky"));
    assert_eq!(folder.read("pod.yaml"), pod);
    folder.write("pod.yaml", POD);
    folder.check(&format!("{ONLY} --write-baseline base.json"));
    folder.check(&format!("{ONLY} --fix=risky --baseline base.json"));
    assert_eq!(folder.read("pod.yaml"), POD);
    folder.check(&format!("{ONLY} --fix=risky"));
    assert!(!folder.read("pod.yaml").contains("hostNetwork: true"));
}
