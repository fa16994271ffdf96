//! Mending in place: what is written, what is shown, what is left alone.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{POD, Place};

/// Everything from a `#` on, line by line: as good as comments for comparing two versions of a text.
fn remarks(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.find('#').map(|at| line[at..].trim_end())).collect()
}

fn fixable(report: &Value) -> Vec<&Value> {
    report["findings"].as_array().unwrap().iter().filter(|f| !f["fix"].is_null()).collect()
}

#[test]
fn a_safe_run_leaves_risky_findings_and_a_risky_run_leaves_none() {
    let place = Place::with("pod.yaml", POD);
    let safe = place.check("--fix pod.yaml").ends(1).warns("0 findings in 0 files mended");
    safe.warns("1 more finding can be mended where a workload could notice: --fix=risky\n");
    place.check("--diff pod.yaml").ends(1).complains("could notice: --diff --fix=risky\n");
    assert_eq!(place.read("pod.yaml"), POD);
    place.check("--fix=risky pod.yaml").ends(1).warns("in 1 file mended");
    assert!(place.read("pod.yaml").contains("privileged: false"));
    assert!(fixable(&place.report("pod.yaml").0).is_empty());
    let once = place.read("pod.yaml");
    place.check("--fix=risky pod.yaml").ends(1).warns("0 findings in 0 files mended");
    assert_eq!(place.read("pod.yaml"), once);
}

#[test]
fn a_field_that_can_only_be_a_slip_is_renamed_and_one_that_would_harm_is_not() {
    const ONLY: &str = "--only unknown-field,privileged-container,duplicate-yaml-key";
    let pod = "\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  securityContext:
    runAsNonroot: true # the image says so
  containers:
  - name: web
    securityContext: {privilegd: true}
    imagePullPolici: Always
    ports: [{containerPort: 80, hostPorts: 80, hostPort: 80}]
  hostNetwrok: false
  hostNetwerk: false
";
    let place = Place::with("pod.yaml", pod);
    place.check(&format!("--fix {ONLY} pod.yaml")).ends(1);
    assert_eq!(place.read("pod.yaml"), pod);
    let ran = place.check(&format!("--fix=risky {ONLY} pod.yaml")).ends(1);
    let ran =
        ran.warns("3 findings in 1 file mended").warns("unknown-field is not mended: it would bring a new");
    let mended = place.read("pod.yaml");
    for line in
        ["    runAsNonRoot: true # the image says so\n", "    imagePullPolicy: Always\n", "{privilegd: true}"]
    {
        assert!(mended.contains(line), "{mended}");
    }
    // One of two slips for the same field takes its place; what is left names a field that is there.
    assert!(
        mended.contains("hostPorts: 80") && mended.matches("hostNetwork: false").count() == 1,
        "{mended}"
    );
    place.check(&format!("--fix=risky {ONLY} pod.yaml")).ends(1).warns("0 findings in 0 files mended");
    assert_eq!(place.read("pod.yaml"), mended, "{ran:?}");
}

#[test]
fn a_diff_writes_nothing_and_git_applies_it_to_the_same_result() {
    let place = Place::with("a dir/pod.yaml", POD.replace('\n', "\r\n")).file("json/pod.json", JSON);
    let patch = place.check("--diff --fix=risky .").ends(1).out;
    assert_eq!(place.read("json/pod.json"), JSON);
    place.check("--fix=risky .");
    let fixed = (place.read("a dir/pod.yaml"), place.read("json/pod.json"));
    assert!(fixed.0.lines().count() > 10 && !fixed.0.replace("\r\n", "").contains('\n'), "{}", fixed.0);
    let place =
        Place::with("a dir/pod.yaml", POD.replace('\n', "\r\n")).file("json/pod.json", JSON).file("p", patch);
    let git = Command::new("git").args(["apply", "p"]).current_dir(place.path("")).output();
    let Ok(git) = git else { return testkit::skip("git is not installed") };
    assert!(git.status.success(), "{}", String::from_utf8_lossy(&git.stderr));
    assert_eq!((place.read("a dir/pod.yaml"), place.read("json/pod.json")), fixed);
}

#[test]
fn a_diff_from_within_a_repository_is_applied_from_there_and_from_its_root() {
    let git = |place: &Place, dir: &str, words: &[&str]| {
        let run = Command::new("git").args(words).current_dir(place.path(dir)).output().ok()?;
        assert!(run.status.success(), "git {words:?} in {dir}: {}", String::from_utf8_lossy(&run.stderr));
        Some(run)
    };
    let place = Place::with("a/b/pod.yaml", POD).file("a/y.yaml", POD).file("top.yaml", POD);
    if git(&place, "", &["init", "-q", "."]).is_none() {
        return testkit::skip("git is not installed");
    }
    let diff = |dir: &str, paths: &[&str]| {
        let words = ["check", "--diff", "--fix=risky"].iter().chain(paths);
        let run =
            Command::new(env!("CARGO_BIN_EXE_cofferdam")).args(words).current_dir(place.path(dir)).output();
        let run = run.unwrap();
        fs::write(place.path("p"), run.stdout).unwrap();
        String::from_utf8(run.stderr).unwrap()
    };
    for (from, paths, apply, changed) in [
        ("a/b", &["."][..], "a/b", "a/b/pod.yaml"),
        ("a/b", &["."], "", "a/b/pod.yaml"),
        ("a/b", &["./../b/pod.yaml"], "a", "a/b/pod.yaml"),
        ("a", &["./b/../y.yaml"], "a", "a/y.yaml"),
        ("", &["a/b/../y.yaml"], "", "a/y.yaml"),
        ("a", &["../top.yaml"], "", "top.yaml"),
    ] {
        let said = diff(from, paths);
        assert_eq!(said.contains("git apply` takes it from"), changed == "top.yaml", "{said}");
        let patch = place.path("p");
        git(&place, apply, &["apply", patch.to_str().unwrap()]);
        assert_ne!(place.read(changed), POD, "{from} {paths:?} {apply}");
        fs::write(place.path(changed), POD).unwrap();
    }
    let outside = Place::with("pod.yaml", POD);
    let said = diff("a", &[outside.path("pod.yaml").to_str().unwrap()]);
    assert!(said.contains("pod.yaml: left alone: `git apply` changes nothing outside of"), "{said}");
    assert_eq!(place.read("p"), "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_of_any_bytes_is_one_that_git_knows() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    for name in [&b"a\xff.yaml"[..], b"b\n\"\\.yaml", "ü\u{202e}.yaml".as_bytes()] {
        let file = place.path("").join(std::ffi::OsStr::from_bytes(name));
        fs::write(&file, POD).unwrap();
        let patch = place.check("--diff --fix=risky .").ends(1).out;
        fs::write(place.path("p"), patch).unwrap();
        let Ok(git) = Command::new("git").args(["apply", "p"]).current_dir(place.path("")).output() else {
            return testkit::skip("git is not installed");
        };
        assert!(git.status.success(), "{}", String::from_utf8_lossy(&git.stderr));
        assert_ne!(fs::read_to_string(&file).unwrap(), POD);
        fs::remove_file(&file).unwrap();
    }
}

const JSON: &str = r#"{
  "apiVersion": "v1",
  "kind": "Pod",
  "metadata": {"name": "j"},
  "spec": {
    "containers": [
      {
        "name": "j",
        "image": "x:1"
      }
    ]
  }
}"#;

#[test]
fn links_read_only_files_and_standard_input_are_left_alone_and_modes_are_kept() {
    let place =
        Place::with("work/pod.yaml", POD).file("elsewhere/real.yaml", POD).file("work/locked.yaml", POD);
    symlink(place.path("elsewhere/real.yaml"), place.path("work/link.yaml")).unwrap();
    fs::set_permissions(place.path("work/locked.yaml"), fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(place.path("work/pod.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    let ran = place.check("--fix=risky work").ends(1);
    assert!(ran.err.contains("link.yaml: left alone: it is a symbolic link"), "{}", ran.err);
    assert!(ran.err.contains("locked.yaml: left alone: it is read-only"), "{}", ran.err);
    assert_eq!(place.read("elsewhere/real.yaml"), POD);
    assert_eq!(place.read("work/locked.yaml"), POD);
    assert_ne!(place.read("work/pod.yaml"), POD);
    assert_eq!(fs::metadata(place.path("work/pod.yaml")).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_dir(place.path("work")).unwrap().count(), 3, "something was left behind");
    place
        .cofferdam("check --fix=risky -")
        .input(POD)
        .run()
        .ends(2)
        .complains("standard input cannot be mended");
}

#[test]
fn a_file_that_may_not_be_written_is_named_to_who_wants_to_hear_nothing_and_fails_the_run() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  serviceAccount: web\n  containers: [{name: a}]\n";
    let place = Place::with("pod.yaml", text);
    fs::set_permissions(place.path("pod.yaml"), fs::Permissions::from_mode(0o444)).unwrap();
    let only = "-q --only deprecated-service-account-field --fail-on critical pod.yaml";
    for words in ["--fix", "--diff"] {
        let ran = place.check(&format!("{words} {only}")).ends(1);
        assert!(ran.err.contains("pod.yaml: left alone: it is read-only"), "{words}: {}", ran.err);
    }
    place.check(only).ends(0);
    fs::set_permissions(place.path("pod.yaml"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(place.check(&format!("--fix {only}")).ends(0).err, "");
}

#[test]
fn what_a_dead_annotation_asked_for_is_not_said_by_a_safe_fix_nor_overruled_by_any() {
    let pod = |annotation: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations:\n    {annotation}\nspec:\n  containers:\n  \
             - name: a\n  - name: b\n"
        )
    };
    let only = "--only seccomp-unset,dead-seccomp-annotation pod.yaml";
    let of_pod = pod("seccomp.security.alpha.kubernetes.io/pod: runtime/default");
    let place = Place::with("pod.yaml", &of_pod);
    place.check(&format!("--fix {only}")).ends(1);
    assert_eq!(place.read("pod.yaml"), of_pod, "the workload runs unconfined since 1.27");
    place.check(&format!("--fix --kube-version 1.26 {only}"));
    assert!(place.read("pod.yaml").contains("RuntimeDefault"), "{}", place.read("pod.yaml"));
    let of_container = pod("container.seccomp.security.alpha.kubernetes.io/a: unconfined");
    let place = Place::with("pod.yaml", &of_container);
    place.check(&format!("--fix=risky {only}")).ends(1);
    let (a, b) =
        place.read("pod.yaml").split_once("- name: b").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert!(!a.contains("RuntimeDefault") && b.contains("RuntimeDefault"), "{a}- name: b{b}");
}

#[test]
fn what_an_anchor_gives_is_not_edited_and_said_so() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: a\n    \
                securityContext: &c {privileged: true}\n  - name: b\n    securityContext: *c\n";
    let place = Place::with("pod.yaml", text);
    let ran = place.check("--fix=risky --only privileged-container pod.yaml").ends(1);
    assert!(ran.err.contains("privileged-container is not mended"), "{}", ran.err);
    assert_eq!(place.read("pod.yaml"), text);
}

#[test]
fn the_whole_corpus_is_mended_every_file_still_reads_and_a_second_run_changes_nothing() {
    let Some(corpus) = testkit::corpus("manifests") else { return };
    let place = Place::new();
    let files = copy(&corpus, &place.path("corpus"));
    assert!(files.len() > 300, "only {} files in the corpus", files.len());
    let before = place.report("corpus").0;
    let patch = place.check("--diff --fix=risky corpus").out;
    place.check("--fix=risky corpus --format json -o report.json");
    let after: Value = serde_json::from_str(&place.read("report.json")).unwrap();
    assert!(!fixable(&before).is_empty());
    assert_eq!(fixable(&after), Vec::<&Value>::new());
    assert_eq!((&after["objects"], &after["errors"]), (&before["objects"], &before["errors"]));
    for (from, to) in &files {
        let (old, new) = (testkit::text(from), testkit::text(to));
        assert_eq!(remarks(&old), remarks(&new), "{}", to.display());
    }
    let fixed: Vec<String> = files.iter().map(|(_, to)| testkit::text(to)).collect();
    place.check("--fix=risky corpus").warns("0 findings in 0 files mended");
    assert_eq!(files.iter().map(|(_, to)| testkit::text(to)).collect::<Vec<_>>(), fixed);
    copy(&corpus, &place.path("corpus"));
    fs::write(place.path("p"), patch).unwrap();
    let git =
        Command::new("git").args(["apply", "--whitespace=nowarn", "p"]).current_dir(place.path("")).output();
    let Ok(git) = git else { return testkit::skip("git is not installed") };
    assert!(git.status.success(), "{}", String::from_utf8_lossy(&git.stderr));
    assert_eq!(files.iter().map(|(_, to)| testkit::text(to)).collect::<Vec<_>>(), fixed);
}

/// Copies every manifest; pairs of source and copy.
fn copy(from: &Path, to: &Path) -> Vec<(PathBuf, PathBuf)> {
    let pair = |file: PathBuf| {
        let copy = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::write(&copy, fs::read(&file).unwrap()).unwrap();
        (file, copy)
    };
    testkit::yaml_files(from).into_iter().map(pair).collect()
}
