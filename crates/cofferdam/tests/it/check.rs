//! `cofferdam check` on files: exit codes, the two formats, every flag.

mod output;
mod standard;

use std::fs;

use crate::support::{GOOD, POD, Place};

#[test]
fn nothing_to_object_to_ends_with_0() {
    Place::with("good.yaml", GOOD)
        .check("good.yaml")
        .ends(0)
        .says("1 file, 2 objects in")
        .says("nothing to object to");
}

#[test]
fn a_finding_at_the_threshold_ends_with_1() {
    let place = Place::with("pod.yaml", POD);
    place.check("pod.yaml").ends(1);
    place.check("pod.yaml --only no-network-policy --fail-on medium").ends(1);
    place.check("pod.yaml --only no-network-policy --fail-on high").ends(0).says("no-network-policy");
    place.check("pod.yaml --fail-on critical").ends(1);
    place.check("pod.yaml --skip privileged-container --fail-on critical").ends(0);
    place.check("pod.yaml --fail-on info").ends(1);
    place.check("pod.yaml --fail-on worst").ends(2).complains("expected info, low, medium, high or critical");
}

#[test]
fn what_could_not_be_read_beside_other_things_ends_with_1() {
    Place::with("good.yaml", GOOD)
        .check("good.yaml missing.yaml")
        .ends(1)
        .says("no such file or directory")
        .says("missing.yaml")
        .says("1 input could not be read");
}

#[test]
fn nothing_judged_ends_with_2() {
    let place = Place::with("values.yaml", "replicas: 3\n").file("empty/.keep", "");
    let missing =
        place.check("missing.yaml").ends(2).says("no such file or directory").says("0 files, 0 objects");
    missing
        .says("nothing could be judged, nothing could be read")
        .never_says("there is no Kubernetes object");
    place.check("missing.yaml --write-baseline b.json").ends(2).complains("missing.yaml: no such file");
    place.check("empty").ends(2).says("nothing could be judged, there is no .yaml, .yml or .json file here");
    place.check("values.yaml").ends(2).says("1 document without a Kubernetes object");
}

#[test]
fn the_default_path_is_here_and_directories_are_searched_in_depth() {
    let place = Place::with("a/b/pod.yaml", POD).file("a/pod.yml", GOOD).file("notes.txt", "no manifest");
    let report = place.report("");
    assert_eq!(report.0["files"], 2);
    assert_eq!(report.0["objects"], 3);
    assert_eq!(report.finding("privileged-container")["file"], "a/b/pod.yaml");
    place.check(".").ends(1).says("--> a/b/pod.yaml:13");
}

#[test]
fn standard_input_is_a_file_called_stdin() {
    let place = Place::new();
    let ran = place.cofferdam("check --format json -").input(POD).run().ends(1);
    assert!(ran.out.contains("\"file\": \"<stdin>\""), "{}", ran.out);
    place.cofferdam("check - -").input(POD).run().ends(1).says("1 file, 1 object in");
    place.cofferdam("check -").input("").run().ends(2);
}

#[test]
fn a_file_named_twice_is_judged_once() {
    let place = Place::with("dir/pod.yaml", POD).file("other/good.yaml", GOOD);
    fs::hard_link(place.path("dir/pod.yaml"), place.path("other/hard.yaml")).unwrap();
    std::os::unix::fs::symlink("../dir/pod.yaml", place.path("other/alias.yaml")).unwrap();
    let absolute = place.path("dir/pod.yaml");
    let words = format!(
        "dir/pod.yaml ./dir/pod.yaml dir dir/../dir/pod.yaml other/alias.yaml {}",
        absolute.display()
    );
    let report = place.report(&words);
    assert_eq!((&report.0["files"], &report.0["objects"]), (&1.into(), &1.into()));
    assert_eq!(report.finding("privileged-container")["file"], "dir/pod.yaml");
    // A hard link is a file of its own right; a symbolic link to what is judged anyway is not.
    assert_eq!(place.report(".").0["files"], 3);
    assert_eq!(place.report("other").0["files"], 3);
}

#[test]
fn only_and_skip_choose_among_the_checks() {
    let place = Place::with("pod.yaml", POD);
    assert_eq!(
        place.report("pod.yaml --only privileged-container").findings(),
        ["pod.yaml:13 privileged-container"]
    );
    assert_eq!(place.report("pod.yaml --only privileged-container,no-network-policy").findings().len(), 2);
    let skipped = place.report("pod.yaml --skip privileged-container --skip no-network-policy");
    assert_eq!(
        skipped.findings(),
        ["pod.yaml:8 privileged-drops-profile", "pod.yaml:12 privilege-escalation-allowed"]
    );
    place.check("pod.yaml --only privileged").ends(2).complains("no check is called `privileged`");
    place.check("pod.yaml --skip host-namespce").ends(2).complains("did you mean `host-namespace`?");
    place.check("pod.yaml --only x --pss baseline").ends(2);
}

#[test]
fn a_document_that_was_left_unread_is_named_even_when_its_check_is_left_out() {
    let place = Place::with("good.yaml", GOOD).file("bad.yaml", "a: [\n");
    for words in ["--only privileged-container .", "--skip unreadable-document ."] {
        place.check(words).ends(1).says("--> bad.yaml:").says("1 input could not be read");
        assert_eq!(place.report(words).errors().len(), 1);
    }
}

#[test]
fn the_kubernetes_release_decides_what_a_field_means() {
    let place = Place::with("pod.yaml", POD);
    place.check("pod.yaml --kube-version 1.24").ends(1);
    place.check("pod.yaml --kube-version v1.30").ends(1);
    place.check("pod.yaml --kube-version 1.99").ends(2).complains("the newest Kubernetes known here is 1.");
    place.check("pod.yaml --kube-version 1.30.2").ends(2).complains("is not a Kubernetes version");
    place.check("pod.yaml --kube-version latest").ends(2).complains("is not a Kubernetes version");
}

#[test]
fn a_report_goes_to_a_file_without_colour() {
    let place = Place::with("in/pod.yaml", POD);
    let ran = place.check("in -o report.txt --color always").ends(1);
    assert_eq!(ran.out, "");
    assert!(ran.err.starts_with("report.txt: 1 file, 1 object in "), "{}", ran.err);
    assert_eq!(place.check("in -o report.txt --color always --quiet").ends(1).err, "");
    let text = place.read("report.txt");
    assert!(text.contains("privileged-container") && !text.contains('\u{1b}'));
    place.check("in --format json --output report.json").ends(1);
    assert!(place.read("report.json").starts_with("{\n  \"schema\": \"cofferdam/check/v1\""));
    place.check("in -o no/such/directory.txt").ends(2).complains("writing no/such/directory.txt");
}

#[test]
fn quiet_leaves_out_what_is_not_the_result() {
    let place = Place::with("pod.yaml", POD);
    let noted = place.check("pod.yaml --pss baseline@1.99").ends(1);
    assert!(noted.err.contains("1.99 is newer than any version known here"), "{}", noted.err);
    let quiet = place
        .check("pod.yaml --pss baseline@1.99 --quiet")
        .ends(1)
        .says("is forbidden: violates PodSecurity");
    assert_eq!(quiet.err, "");
}

#[test]
fn yaml_1_1_words_are_booleans_as_kubectl_reads_them() {
    let pod = POD.replace("privileged: true", "privileged: yes");
    Place::with("pod.yaml", pod).check("pod.yaml").ends(1).says("container `web` is privileged");
}

#[test]
fn lines_are_those_of_the_file_whatever_its_line_ends_and_marks() {
    let text = format!("\u{feff}{GOOD}---\n# next\n\n---\n{POD}").replace('\n', "\r\n");
    let line = 1 + text.split("\r\n").position(|line| line.contains("privileged: true")).unwrap();
    let place = Place::with("pod.yaml", text);
    let report = place.report("pod.yaml");
    assert_eq!(report.finding("privileged-container")["line"], line);
    assert_eq!(report.finding("privileged-container")["column"], 9);
    place.check("pod.yaml").ends(1).says(&format!("{line} |         privileged: true\n"));
}

#[test]
fn a_json_manifest_is_judged_like_yaml() {
    let pod = r#"{
  "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
  "spec": {"containers": [
    {"name": "web", "image": "web@sha256:0", "securityContext": {"privileged": true}}]}
}"#;
    let report = Place::with("pod.json", pod).report("pod.json");
    let finding = report.finding("privileged-container");
    assert_eq!((&finding["line"], &finding["column"]), (&4.into(), &66.into()));
    assert_eq!(finding["field"], "spec.containers[0].securityContext.privileged");
}

#[test]
fn a_manifest_on_one_long_line_is_shown_around_the_carets() {
    let pods: Vec<String> = (0..100)
        .map(|n| {
            format!(
                r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p{n}"}},"spec":{{"containers":[{{"name":"ü{n}","image":"i:1.2.3","securityContext":{{"privileged":true}}}}]}}}}"#
            )
        })
        .collect();
    let text = format!(r#"{{"apiVersion":"v1","kind":"List","items":[{}]}}"#, pods.join(","));
    assert!(text.len() > 10_000);
    let column =
        1 + text.split("\"privileged\"").take(100).collect::<Vec<_>>().join("\"privileged\"").chars().count();
    let place = Place::with("min.json", &text);
    let report = place.report("min.json --only privileged-container");
    assert_eq!(report.list("findings").len(), 100);
    assert_eq!(report.list("findings")[99]["column"], column);
    let ran = place.check("min.json --only privileged-container").ends(1);
    assert!(ran.out.lines().all(|line| line.chars().count() < 250), "{}", ran.out);
    ran.says(&format!("--> min.json:1:{column}\n")).says("container `ü99` is privileged");
}

#[test]
fn a_reader_who_goes_away_ends_the_run_with_0() {
    let place = Place::with("pods.yaml", format!("{POD}---\n").repeat(300));
    let mut child = place.cofferdam("check pods.yaml").spawn();
    drop(child.stdout.take());
    assert_eq!(crate::support::wait(&mut child), 0);
}
