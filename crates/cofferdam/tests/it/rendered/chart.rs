//! Helm charts: is a finding mapped to the template it came from?

use super::{HOST_POD, installed};
use crate::support::{Place, Report};

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 0.1.0\n";

/// What `helm template` prints, with the marks of its documents.
fn printed(documents: &[(&str, &str)]) -> String {
    documents.iter().map(|(path, text)| format!("---\n# Source: {path}\n{text}")).collect::<Vec<_>>().concat()
}

/// A chart in a directory of another name than its own, and a stand-in that prints these documents.
fn chart(documents: &[(&str, &str)]) -> Place {
    Place::with("directory/Chart.yaml", CHART)
        .program("helm", &format!("cat <<'END'\n{}END", printed(documents)))
}

fn place_of(report: &Report) -> String {
    report.findings().join(", ")
}

const ONLY: &str = "--only host-namespace";

#[test]
fn a_finding_stands_at_the_line_of_the_template_that_says_the_same() {
    let place = chart(&[("shop/templates/pod.yaml", HOST_POD)]).file(
        "directory/templates/pod.yaml",
        format!("{{{{- if true }}}}\n# a comment\n{HOST_POD}{{{{- end }}}}\n"),
    );
    let report = place.report(&format!("{ONLY} ."));
    assert_eq!(place_of(&report), "directory/templates/pod.yaml:8 host-namespace");
    let finding = report.finding("host-namespace");
    assert_eq!(finding["column"], 3);
    assert_eq!(finding["rendered"], "helm template");
    place
        .check(&format!("{ONLY} ."))
        .ends(1)
        .says("--> directory/templates/pod.yaml:8:3\n")
        .says("line 8 of what `helm template` renders from directory/Chart.yaml")
        .says("1 file, 1 object");
}

#[test]
fn a_line_that_stands_there_twice_or_never_is_not_guessed() {
    let twice = format!("{HOST_POD}{{{{- if .Values.more }}}}\n{HOST_POD}");
    for template in [twice.as_str(), "{{ include \"pod\" . }}\n", ""] {
        let place =
            chart(&[("shop/templates/pod.yaml", HOST_POD)]).file("directory/templates/pod.yaml", template);
        assert_eq!(
            place_of(&place.report(&format!("{ONLY} ."))),
            "directory/templates/pod.yaml:1 host-namespace"
        );
    }
}

#[test]
fn a_subchart_is_mapped_into_its_own_directory() {
    let second = HOST_POD.replace("name: web", "name: db");
    let place = chart(&[
        ("shop/charts/db/templates/pod.yaml", &second),
        ("shop/charts/packed/templates/pod.yaml", &second),
        ("shop/templates/pod.yaml", HOST_POD),
    ])
    .file("directory/templates/pod.yaml", HOST_POD)
    .file("directory/charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 0.1.0\n")
    .file("directory/charts/db/templates/pod.yaml", &second);
    let report = place.report(&format!("{ONLY} ."));
    assert_eq!(
        report.findings(),
        [
            "directory/charts/db/templates/pod.yaml:6 host-namespace",
            "directory/charts/packed/templates/pod.yaml:1 host-namespace",
            "directory/templates/pod.yaml:6 host-namespace",
        ]
    );
    assert_eq!(report.0["files"], 1);
}

#[test]
fn a_mark_that_a_template_forges_leads_out_of_no_chart() {
    let place =
        chart(&[("shop/../../secret.yaml", HOST_POD), ("/etc/hostname", HOST_POD), ("shop", HOST_POD)]);
    let place = place.file("secret.yaml", HOST_POD);
    let report = place.report(&format!("{ONLY} directory"));
    assert_eq!(report.findings()[0], "directory/Chart.yaml:1 host-namespace");
    // One that stands inside of a document is text.
    let forged = format!("{HOST_POD}  hostname: |\n# Source: shop/templates/other.yaml\n  hostPID: true\n");
    let report = chart(&[("shop/templates/pod.yaml", &forged)]).report(&format!("{ONLY} directory"));
    assert!(report.findings().iter().all(|f| f.starts_with("directory/templates/pod.yaml:")), "{report:?}");
}

#[test]
fn the_chart_is_rendered_once_and_its_templates_are_not_read_as_manifests() {
    let place = chart(&[("shop/templates/pod.yaml", HOST_POD)])
        .file("directory/templates/pod.yaml", "{{ broken")
        .file("directory/values.yaml", "a: 1\n")
        .file("directory/charts/db/Chart.yaml", CHART);
    for words in [".", "directory", "directory/Chart.yaml", "directory directory/Chart.yaml ./directory/"] {
        let report = place.report(&format!("{ONLY} {words}"));
        assert_eq!(
            (&report.0["files"], report.findings().len(), report.errors().len()),
            (&1.into(), 1, 0),
            "{words}"
        );
    }
}

#[test]
fn a_template_given_by_its_own_name_is_told_to_be_rendered() {
    let place = chart(&[]).file("directory/templates/pod.yaml", "kind: {{ .Values.kind }}\n");
    place
        .check("directory/templates/pod.yaml")
        .ends(2)
        .says("render it first (`helm template`)")
        .says("--> directory/templates/pod.yaml:1:");
    place.check("directory/templates").ends(2).says("render it first");
}

#[test]
fn a_directory_that_looks_like_an_option_is_not_one() {
    let script = r#"for word; do case "$word" in -x*) exit 9;; esac; done; echo "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostNetwork: true}}""#;
    let place = Place::with("--x/Chart.yaml", CHART).file("-x/Chart.yaml", CHART).program("helm", script);
    place.cofferdam("check --format json -- -x --x").run().ends(1).says("\"objects\": 2");
}

#[test]
fn the_real_helm_renders_what_the_stand_in_pretends() {
    if !installed("helm") {
        return;
    }
    let templated = HOST_POD.replace("name: web", "name: {{ .Release.Name }}-{{ .Values.name }}");
    let place = Place::with("directory/Chart.yaml", CHART)
        .file("directory/values.yaml", "name: own\n")
        .file("directory/templates/pod.yaml", &templated)
        .file("directory/charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 0.1.0\n")
        .file("directory/charts/db/templates/pod.yaml", HOST_POD);
    let ran = place.cofferdam(&format!("check --format json {ONLY} .")).real_path().run().ends(1);
    let report = Report(serde_json::from_str(&ran.out).unwrap());
    assert_eq!(
        report.findings(),
        [
            "directory/charts/db/templates/pod.yaml:6 host-namespace",
            "directory/templates/pod.yaml:6 host-namespace",
        ]
    );
    assert_eq!(report.list("findings")[1]["object"]["name"], "release-name-own");
    let failing = place.file("directory/templates/fail.yaml", "{{ fail \"out of order\" }}\n");
    failing.cofferdam("check .").real_path().run().ends(2).says("out of order");
}
