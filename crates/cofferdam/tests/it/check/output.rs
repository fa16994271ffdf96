//! What does a report look like, and what never stands in one?

use serde_json::Value;

use crate::support::{GOOD, POD, Place, skipped, snapshot, without_time};

#[test]
fn the_text_shows_each_finding_with_its_line_reason_and_way_out() {
    let ran = Place::with("pod.yaml", POD).check("pod.yaml").ends(1);
    assert_eq!(ran.err, "");
    snapshot("pod.txt", &ran.out);
}

#[test]
fn colour_is_written_when_asked_for_and_never_into_a_pipe() {
    let place = Place::with("pod.yaml", POD);
    place.check("pod.yaml --color always").ends(1).says("\u{1b}[");
    for words in ["pod.yaml", "pod.yaml --color never", "pod.yaml --color auto"] {
        place.check(words).ends(1).stays_inert();
    }
    place.cofferdam("check pod.yaml").env("NO_COLOR", "1").run().ends(1).stays_inert();
    place.cofferdam("check pod.yaml --color always").env("NO_COLOR", "1").run().ends(1).says("\u{1b}[");
}

#[test]
fn the_json_document_is_the_contract() {
    let place = Place::with("pod.yaml", POD).file("broken.yaml", "a: [\n");
    let ran = place.check("--format json pod.yaml broken.yaml missing.yaml").ends(1);
    snapshot("report.json", &ran.out);
}

#[test]
fn every_key_has_the_type_that_the_contract_gives_it() {
    let place =
        Place::with("pod.yaml", POD).file("dup.yaml", GOOD.replace("spec: {pod", "spec: {pod: 1, pod"));
    let report = place.report(". missing.yaml");
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&report.0), ["errors", "files", "findings", "objects", "paths", "schema"]);
    assert_eq!(report.0["paths"], Value::Array(Vec::new()));
    for finding in report.list("findings") {
        let expected = [
            "column",
            "container",
            "endColumn",
            "endLine",
            "field",
            "file",
            "fix",
            "id",
            "line",
            "message",
            "object",
            "pss",
            "severity",
            "waived",
        ];
        assert_eq!(keys(finding), expected);
        for key in ["id", "severity", "message", "file", "field"] {
            assert!(finding[key].is_string(), "{key}: {finding}");
        }
        for key in ["line", "column", "endLine", "endColumn"] {
            assert!(finding[key].as_u64().is_some_and(|n| n > 0), "{key}: {finding}");
        }
        if !finding["object"].is_null() {
            assert_eq!(keys(&finding["object"]), ["apiVersion", "kind", "name", "namespace"]);
        }
        assert!(finding["pss"].is_null() || keys(&finding["pss"]) == ["id", "level"]);
        assert!(finding["container"].is_null() || finding["container"].is_string());
    }
    for error in report.list("errors") {
        assert_eq!(keys(error), ["file", "line", "message"]);
    }
    let privileged = report.finding("privileged-container");
    assert_eq!(privileged["pss"], serde_json::json!({"id": "privileged", "level": "baseline"}));
    assert_eq!(privileged["container"], "web");
}

#[test]
fn findings_stand_in_the_order_of_file_line_column_and_id() {
    let place = Place::with("b.yaml", POD)
        .file("a/z.yaml", POD)
        .file("a.yaml", POD)
        .file("B.yaml", format!("{GOOD}---\n{POD}"));
    let report = place.report(".");
    let key = |f: &Value| {
        let number = |key: &str| f[key].as_u64().unwrap();
        let text = |key: &str| f[key].as_str().unwrap().to_owned();
        (text("file"), number("line"), number("column"), text("id"))
    };
    let keys: Vec<_> = report.list("findings").iter().map(key).collect();
    assert!(keys.is_sorted(), "{keys:?}");
    assert_eq!(keys.len(), 12);
}

#[test]
fn the_same_input_gives_the_same_bytes_on_any_number_of_cores() {
    let mut place = Place::new();
    for n in 0..40 {
        place = place.file(format!("{n}.yaml"), POD.replace("name: web", &format!("name: web{n}")));
    }
    for words in ["--format json .", "."] {
        let first = without_time(&place.check(words).ends(1).out);
        assert_eq!(without_time(&place.check(words).ends(1).out), first);
        match place.cofferdam(&format!("check {words}")).under(&["taskset", "-c", "0"]) {
            Some(alone) => assert_eq!(without_time(&alone.run().ends(1).out), first),
            None => skipped("taskset is not installed: one core is not compared with many"),
        }
    }
}

/// Credentials beside each other and beside other findings, in one flow mapping.
const CREDENTIALS: &str = r#"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostNetwork: true
  containers: [{name: web, image: "web:latest", env: [{name: DB_PASSWORD, value: "correct-horse-battery"}, {name: API_TOKEN, value: tr0ub4dor-and-three}], securityContext: {privileged: true}}]
"#;

#[test]
fn a_credential_stands_in_no_output_whichever_checks_run() {
    let place = Place::with("pod.yaml", CREDENTIALS);
    let choices =
        ["", "--skip secret-in-env", "--only privileged-container,mutable-image-tag", "--pss restricted"];
    for choice in choices {
        for format in ["text", "json"] {
            place
                .check(&format!("pod.yaml {choice} --format {format} --color always"))
                .ends(1)
                .never_says("correct-horse")
                .never_says("tr0ub4dor");
        }
    }
    place.check("pod.yaml").says("value: ***********************}");
}

#[test]
fn the_values_of_a_secret_stand_in_no_output() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  password: correct-horse\n  \
                  password: tr0ub4dor\n  pin: {a: [hunter-two]}\n";
    let place = Place::with("secret.yaml", secret);
    for format in ["text", "json"] {
        let ran = place.check(&format!("--format {format} secret.yaml")).ends(1).says("stands twice");
        ran.never_says("correct-horse").never_says("tr0ub4dor").never_says("hunter-two");
    }
}

#[test]
fn a_credential_in_a_document_that_does_not_parse_is_hidden() {
    let env =
        |line: &str| format!("kind: Pod\nspec:\n  containers:\n  - env:\n    - name: DB_PASSWORD\n{line}\n");
    let secret = |line: &str| format!("kind: Secret\napiVersion: v1\nstringData:\n{line}\n");
    for text in [
        env("      value: \"correct-horse\" x"),
        env("     value: correct-horse"),
        secret("  motto: \"correct-horse\" x"),
        secret("\tmotto: correct-horse"),
        "env: [{name: API_TOKEN, value: \"correct-horse\" x}]\n".to_owned(),
        "{\"kind\": \"Pod\", \"env\": [{\"name\": \"API_TOKEN\", \"value\": \"correct-horse\" x}]}\n"
            .to_owned(),
        format!("x: \"y\" ghp_{}\n", "correct-horse".repeat(4)),
    ] {
        let place = Place::with("broken.yaml", &text);
        for format in ["text", "json"] {
            place.check(&format!("--format {format} broken.yaml")).ends(2).never_says("correct-horse");
        }
    }
}

#[test]
fn a_credential_in_one_long_line_is_hidden_too() {
    let filler = r#"{"name":"x","image":"i:1.2.3","command":["ffffffffffffffffffff"]},"#.repeat(20);
    let pod = format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p"}},"spec":{{"containers":[{filler}{{"name":"y","image":"i:latest","env":[{{"name":"DB_PASSWORD","value":"correct-horse-battery-staple-{}"}}],"securityContext":{{"privileged":true}}}}]}}}}"#,
        "correct-horse".repeat(9)
    );
    Place::with("p.json", pod).check("p.json").ends(1).never_says("orrect-hors").says("****");
}
