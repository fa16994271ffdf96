//! Does a secret stand in any output, wherever it was planted?

use std::fs;

use crate::support::Place;

/// Words that are a credential by the name they go under.
const PASSWORD: &str = "correct-Horse7-battery";
/// The same in base64.
const ENCODED: &str = "Y29ycmVjdC1Ib3JzZTctYmF0dGVyeQ==";
/// A credential by its shape.
const TOKEN: &str = "ghp_c0rrectHorseBatteryStaple0123456789ab";

/// Manifests on one line each, so that whatever is said of them shows the whole line; `P` is the password, `E`
/// its base64, `T` the token.
const PLANTED: [(&str, &str); 24] = [
    ("env", "kind: Pod, spec: {containers: [{name: a, env: [{name: DB_PASSWORD, value: P}]}]}"),
    ("env-shape", "kind: Pod, spec: {containers: [{name: a, env: [{name: X, value: T}]}]}"),
    ("env-misspelt", "kind: Pod, spec: {containers: [{name: a, env: [{name: DB_PASSWORD, valeu: P}]}]}"),
    ("env-list", "kind: Pod, spec: {containers: [{name: a, env: [{name: DB_PASSWORD, value: [P]}]}]}"),
    ("env-map", "kind: Pod, spec: {containers: [{name: a, env: {DB_PASSWORD: P}}]}"),
    (
        "env-twice",
        "kind: Pod, spec: {containers: [{name: a, env: [{name: DB_PASSWORD, value: P, value: P}]}]}",
    ),
    ("args", "kind: Pod, spec: {containers: [{name: a, args: [--password=P]}]}"),
    ("args-pair", "kind: Pod, spec: {containers: [{name: a, args: [--password, P]}]}"),
    ("args-shell", "kind: Pod, spec: {containers: [{name: a, command: [sh, -c, 'DB_PASSWORD=P exec app']}]}"),
    ("args-url", "kind: Pod, spec: {containers: [{name: a, args: ['--db=postgres://app:P@db/app']}]}"),
    (
        "hook",
        "kind: Pod, spec: {containers: [{name: a, lifecycle: {preStop: {exec: {command: [x, --token=T]}}}}]}",
    ),
    (
        "header",
        "kind: Pod, spec: {containers: [{name: a, livenessProbe: {httpGet: {host: 127.0.0.1, port: 80, httpHeaders: [{name: Authorization, value: Bearer T}]}}}]}",
    ),
    ("configmap", "kind: ConfigMap, data: {password: P}"),
    ("configmap-file", "kind: ConfigMap, data: {app.ini: \"[db]\\npassword = P\\n\"}"),
    ("configmap-twice", "kind: ConfigMap, data: {password: P, password: P}"),
    ("secret", "kind: Secret, stringData: {motto: P}, data: {motto: E}"),
    ("secret-twice", "kind: Secret, stringData: {motto: P, motto: P}, data: {motto: E, motto: E}"),
    (
        "secret-last-applied",
        "kind: Secret, metadata: {name: a, annotations: {kubectl.kubernetes.io/last-applied-configuration: '{\"data\":{\"motto\":\"E\"},\"stringData\":{\"motto\":\"P\"}}'}}",
    ),
    (
        "last-applied",
        "kind: Pod, metadata: {name: a, annotations: {kubectl.kubernetes.io/last-applied-configuration: '{\"spec\":{\"containers\":[{\"name\":\"a\",\"env\":[{\"name\":\"DB_PASSWORD\",\"value\":\"P\"}]}]}}'}}, spec: {containers: [{name: a}]}",
    ),
    (
        "annotation",
        "kind: Pod, metadata: {name: a, annotations: {example.com/db-password: P, example.com/x: T}}, spec: {containers: [{name: a}]}",
    ),
    (
        "image",
        "kind: Pod, spec: {containers: [{name: a, image: 'https://app:P@registry.example.com/app:1'}]}",
    ),
    ("image-bare", "kind: Pod, spec: {containers: [{name: a, image: 'app:P@registry.example.com/app'}]}"),
    ("unknown", "kind: Pod, spec: {hostPassword: P, containers: [{name: a, password: P}]}"),
    ("custom", "kind: Db, spec: {image: 'app:latest', password: P, list: [{token: T}]}"),
];

fn planted() -> Vec<(&'static str, String)> {
    let plant = |text: &str| text.replace("T}", &format!("{TOKEN}}}")).replace("=T]", &format!("={TOKEN}]"));
    let plant = |text: &str| {
        let text = plant(text);
        let text = text.replace("P}", &format!("{PASSWORD}}}")).replace("P]", &format!("{PASSWORD}]"));
        let text = text.replace("P,", &format!("{PASSWORD},")).replace("P\\n", &format!("{PASSWORD}\\n"));
        let text = text.replace("P@", &format!("{PASSWORD}@")).replace("=P ", &format!("={PASSWORD} "));
        let text =
            text.replace("\"P\"", &format!("\"{PASSWORD}\"")).replace("\"E\"", &format!("\"{ENCODED}\""));
        text.replace("E}", &format!("{ENCODED}}}")).replace("E,", &format!("{ENCODED},"))
    };
    let mut all: Vec<(&str, String)> = PLANTED
        .iter()
        .map(|(name, text)| {
            let version = if *name == "custom" { "example.com/v1" } else { "v1" };
            let metadata = if text.contains("metadata:") { "" } else { ", metadata: {name: a}" };
            (*name, format!("{{apiVersion: {version}, {}{metadata}}}\n", plant(text)))
        })
        .collect();
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n";
    let waived = |id: &str, reason: &str| {
        format!("{pod}  hostPID: true # cofferdam: allow({id}): {reason}\n  containers: [{{name: a}}]\n")
    };
    for (name, comment) in [
        ("comment-shape", format!("was {TOKEN}")),
        ("comment-name", format!("DB_PASSWORD={PASSWORD}")),
        ("comment-prose", format!("the old password is '{PASSWORD}'")),
        ("comment-url", format!("postgres://app:{PASSWORD}@db/app")),
    ] {
        all.push((name, format!("{pod}  hostPID: true # {comment}\n  containers: [{{name: a}}]\n")));
    }
    let between = format!(
        "{pod}  containers:\n  - name: a\n    image: a\n    env:\n    # - name: PGPASSWORD\n    #   value: {PASSWORD}\n    - {{name: A, value: b}}\n    - {{name: A, value: c}}\n"
    );
    all.push(("comment-between", between));
    for name in ["PASSWORD_2", "DB_PASSWORD_OLD", "SECRET_KEY_BASE", "DBPASSWORD", "PGPASSWORD", "AccountKey"]
    {
        let env = format!("    env: [{{name: {name}, value: {PASSWORD}}}]\n");
        all.push((name, format!("{pod}  containers:\n  - name: a\n{env}")));
    }
    all.push(("waiver-unknown", waived("nope", PASSWORD)));
    all.push((
        "waiver-broken",
        waived("host-namespace", "").replace("allow", "ignore") + "# cofferdam: allow: " + PASSWORD,
    ));
    all.push(("waiver-reason", waived("host-namespace", &format!("because {TOKEN} says so"))));
    all.push(("waiver-stale", waived("host-port", &format!("because {TOKEN} says so"))));
    all
}

#[test]
fn a_planted_secret_stands_in_no_output() {
    let mut told = Vec::new();
    for (name, text) in planted() {
        assert!([PASSWORD, ENCODED, TOKEN].iter().any(|secret| text.contains(secret)), "{name}: {text}");
        let place = Place::with("a.yaml", &text);
        let mut look = |words: &str, out: &str| {
            // A line of the source is masked byte for byte; no part of a secret may be left either.
            for part in ["Horse7", "Horse", &ENCODED[..16], "c0rrect"] {
                if out.contains(part) {
                    told.push(format!(
                        "{name}: {words}: {}",
                        out.lines().find(|line| line.contains(part)).unwrap()
                    ));
                }
            }
        };
        for words in [
            "",
            "--color always",
            "--format json",
            "--format sarif",
            "--format junit",
            "--format github",
            "--format sarif -o report",
            "--skip secret-in-env,secret-in-args,secret-in-configmap,secret-in-manifest,last-applied-secret,waiver-stale",
            "--only mutable-image-tag,image-not-pinned,duplicate-yaml-key,unknown-field,wrong-type,memory-limit-missing",
            "--pss restricted",
            "--write-baseline report",
            "--fix=risky",
        ] {
            let ran = place.check(&format!("{words} a.yaml"));
            assert!(ran.code < 2, "{name}: {ran:?}");
            let report = fs::read_to_string(place.path("report")).unwrap_or_default();
            look(words, &(ran.out + &ran.err + &report));
        }
    }
    assert!(told.is_empty(), "{} outputs tell:\n{}", told.len(), told.join("\n"));
}
