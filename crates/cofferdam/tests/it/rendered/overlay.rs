//! Kustomize: is each thing judged once, as it is deployed, and nothing fetched?

use super::{HOST_POD, installed};
use crate::support::{GOOD, POD, Place, Report};

const ONLY: &str = "--only host-namespace,unrendered-source";

/// A stand-in that prints one pod, named after the directory it is asked to render.
const STAND_IN: &str = r#"case "$1" in kustomize) ;; *) exit 8;; esac
name=$(cd "$2" && basename "$(pwd)")
echo "$name" >> "$(dirname "$0")/rendered"
echo "{apiVersion: v1, kind: Pod, metadata: {name: $name}, spec: {hostNetwork: true}}""#;

/// A base and an overlay of it, with the stand-in.
fn tree() -> Place {
    Place::with("base/kustomization.yaml", "resources: [pod.yaml]\n")
        .file("base/pod.yaml", POD)
        .file("prod/kustomization.yaml", "resources: [../base]\npatches: [{path: patch.yaml}]\n")
        .file("prod/patch.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {hostIPC: true}\n")
        .program("kubectl", STAND_IN)
}

/// The names of what was judged.
fn judged(report: &Report) -> Vec<&str> {
    let name = |f: &'_ serde_json::Value| f["object"]["name"].as_str().map(str::to_owned);
    let mut names: Vec<String> = report.list("findings").iter().filter_map(name).collect();
    names.dedup();
    names.into_iter().map(|name| &*name.leak()).collect()
}

#[test]
fn a_base_is_judged_as_its_overlay_deploys_it() {
    let report = tree().report(&format!("{ONLY} ."));
    assert_eq!(report.findings(), ["prod/kustomization.yaml:1 host-namespace"]);
    assert_eq!(report.finding("host-namespace")["rendered"], "kubectl kustomize");
    assert_eq!((&report.0["files"], report.errors().len()), (&1.into(), 0));
    tree()
        .check(&format!("{ONLY} ."))
        .ends(1)
        .says("--> prod/kustomization.yaml:1:1")
        .says("line 1 of what `kubectl kustomize` renders from prod/kustomization.yaml");
}

#[test]
fn an_overlay_given_directly_is_rendered_even_when_it_is_a_base() {
    for words in ["base", "base/kustomization.yaml", "./base/"] {
        assert_eq!(judged(&tree().report(&format!("{ONLY} {words}"))), ["base"], "{words}");
    }
    assert_eq!(judged(&tree().report(&format!("{ONLY} prod"))), ["prod"]);
    assert_eq!(judged(&tree().report(&format!("{ONLY} base prod"))), ["base", "prod"]);
}

#[test]
fn overlays_below_the_base_they_use_are_found() {
    let place = Place::with("kustomization.yaml", "resources: [pod.yaml]\n")
        .file("pod.yaml", POD)
        .file("overlays/prod/kustomization.yaml", "resources: [../..]\n")
        .program("kubectl", STAND_IN);
    let report = place.report(&format!("{ONLY} ."));
    assert!(
        report.findings().contains(&"overlays/prod/kustomization.yaml:1 host-namespace".to_owned()),
        "{report:?}"
    );
}

#[test]
fn a_manifest_that_no_overlay_draws_on_is_judged_as_it_is() {
    let place = tree().file("prod/forgotten/pod.yaml", HOST_POD).file("base/values/config.yaml", "a: 1\n");
    let report = place.report(&format!("{ONLY} ."));
    assert_eq!(
        report.findings(),
        ["prod/forgotten/pod.yaml:6 host-namespace", "prod/kustomization.yaml:1 host-namespace"]
    );
}

#[test]
fn what_an_overlay_mentions_in_any_field_is_a_part_of_it() {
    let text = "\
resources: [pod.yaml]
patchesStrategicMerge: [a.yaml]
patches: [{path: b.yaml}, {patch: \"kind: Pod\\nhostPID: true\\n\"}]
configMapGenerator: [{name: x, files: [c.yaml, key=d.yaml]}]
transformers: [e.yaml]
replacements: [{path: f.yaml}]
components: [part]
";
    let mut place = Place::with("app/kustomization.yaml", text)
        .file("app/part/kustomization.yaml", "kind: Component\nresources: [g.yaml]\n")
        .program("kubectl", STAND_IN);
    for name in ["pod", "a", "b", "c", "d", "e", "f", "part/g"] {
        place = place.file(format!("app/{name}.yaml"), HOST_POD);
    }
    let report = place.report(&format!("{ONLY} ."));
    assert_eq!(report.findings(), ["app/kustomization.yaml:1 host-namespace"]);
}

#[test]
fn a_component_is_not_judged_on_its_own() {
    let place = Place::with("part/kustomization.yaml", "kind: Component\nresources: []\n")
        .program("kubectl", STAND_IN);
    place.check("part").ends(2).says("this Kustomize component is not judged on its own");
}

#[test]
fn what_would_be_fetched_is_refused_and_nothing_is_started() {
    for remote in [
        "https://example.com/pod.yaml",
        "github.com/example/repo//deploy?ref=v1",
        "git@example.com:org/repo.git",
        "git::https://example.com/org/repo",
        "example.com/org/repo",
        "ssh://git@example.com/repo",
    ] {
        let place = Place::with("app/kustomization.yaml", format!("resources: [\"{remote}\"]\n"))
            .file("over/kustomization.yaml", "resources: [../app]\n")
            .file("patch/kustomization.yaml", format!("patches: [{{path: \"{remote}\"}}]\n"))
            .program("kubectl", STAND_IN);
        for words in ["app", "over", "patch"] {
            place.check(words).ends(2).says(&format!("it fetches `{remote}`"));
        }
        assert!(!place.path("../bin/rendered").exists(), "{remote}");
    }
}

#[test]
fn what_only_looks_remote_is_rendered() {
    let text = "resources: [./pod.yaml, ../app.d/pod.yaml, v1.2/pod.yaml]\ncommonAnnotations: {home: \"https://example.com\"}\n";
    let place = Place::with("app/kustomization.yaml", text)
        .file("app/pod.yaml", POD)
        .file("app/v1.2/pod.yaml", POD)
        .file("app.d/pod.yaml", POD)
        .program("kubectl", STAND_IN);
    assert_eq!(judged(&place.report(&format!("{ONLY} app"))), ["app"]);
}

#[test]
fn overlays_that_use_each_other_end() {
    let place = Place::with("a/kustomization.yaml", "resources: [../b]\n")
        .file("b/kustomization.yaml", "resources: [../a]\n")
        .program("kubectl", "echo 'Error: cycle detected' >&2; exit 1");
    place.check("a").ends(2).says("cycle detected");
    place.check(".").ends(2).says("[unrendered-source]").says("cycle detected");
}

#[test]
fn kustomize_itself_stands_in_for_kubectl() {
    let script = STAND_IN.replace("kustomize) ;;", "build) ;;");
    let place = Place::with("app/kustomization.yml", "resources: [pod.yaml]\n").program("kustomize", &script);
    assert_eq!(place.report(&format!("{ONLY} app")).finding("host-namespace")["rendered"], "kustomize build");
}

#[test]
fn a_chart_below_an_overlay_is_rendered_too() {
    let place =
        tree().file("prod/charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 0.1.0\n").program(
            "helm",
            "echo '{apiVersion: v1, kind: Pod, metadata: {name: db}, spec: {hostNetwork: true}}'",
        );
    assert_eq!(judged(&place.report(&format!("{ONLY} ."))), ["db", "prod"]);
}

#[test]
fn the_real_kubectl_renders_what_the_stand_in_pretends() {
    if !installed("kubectl") {
        return;
    }
    let place = Place::with("base/kustomization.yaml", "resources: [pod.yaml]\n")
        .file("base/pod.yaml", HOST_POD)
        .file("prod/kustomization.yaml", "resources: [../base]\nnamePrefix: prod-\n")
        .file("good.yaml", GOOD);
    let ran = place.cofferdam(&format!("check --format json {ONLY} .")).real_path().run().ends(1);
    let report = Report(serde_json::from_str(&ran.out).unwrap());
    assert_eq!(report.findings(), ["prod/kustomization.yaml:1 host-namespace"]);
    assert_eq!(judged(&report), ["prod-web"]);
    let broken = place.file("base/kustomization.yaml", "resources: [gone.yaml]\n");
    broken.cofferdam("check prod").real_path().run().ends(2).says("gone.yaml");
}
