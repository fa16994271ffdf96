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

/// A base with an image of its own, and an overlay that patches in every way there is.
fn patched() -> Place {
    let deploy = "\
# a comment
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: side
        image: side:1.2.3
        securityContext:
          privileged: true
      - name: app
        image: app:1
";
    let patch = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      hostNetwork: true
      containers:
      - name: app
        securityContext: {privileged: true}
";
    let prod = "\
namePrefix: prod-
resources: [../base]
patches:
- path: patch.yaml
- patch: |-
    apiVersion: v1
    kind: Pod
    metadata: {name: db}
    spec: {hostIPC: true}
- target: {kind: Pod}
  patch: |-
    - {op: add, path: /spec/hostPID, value: true}
";
    let base = "resources: [deploy.yaml, db.yaml]\nimages: [{name: app, newTag: latest}]\n";
    Place::with("base/kustomization.yaml", base)
        .file("base/deploy.yaml", deploy)
        .file(
            "base/db.yaml",
            "{apiVersion: v1, kind: Pod, metadata: {name: db}, spec: {containers: [{name: db}]}}\n",
        )
        .file("prod/kustomization.yaml", prod)
        .file("prod/patch.yaml", patch)
}

/// What `kubectl kustomize prod` prints of it, and two values that nothing explains.
const PATCHED: &str = r"cat <<'END'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: prod-web
spec:
  template:
    spec:
      containers:
      - image: app:latest
        name: app
        securityContext:
          privileged: true
      - image: side:1.2.3
        name: side
        securityContext:
          privileged: true
      hostNetwork: true
---
apiVersion: v1
kind: Pod
metadata:
  name: prod-db
spec:
  containers:
  - name: db
    securityContext:
      privileged: true
  hostIPC: true
  hostPID: true
---
apiVersion: v1
kind: Pod
metadata:
  name: generated
spec:
  hostNetwork: true
END";

const TRACED: [&str; 6] = [
    "base/deploy.yaml:15 privileged-container",
    "base/kustomization.yaml:2 mutable-image-tag",
    "prod/kustomization.yaml:9 host-namespace",
    "prod/kustomization.yaml:12 host-namespace",
    "prod/patch.yaml:7 host-namespace",
    "prod/patch.yaml:10 privileged-container",
];

#[test]
fn a_finding_stands_on_the_line_that_it_comes_from() {
    let place = patched().program("kubectl", PATCHED);
    let report = place.report("prod --only host-namespace,privileged-container,mutable-image-tag");
    let mut expected = TRACED.to_vec();
    let unknown =
        ["prod/kustomization.yaml:1 host-namespace", "prod/kustomization.yaml:1 privileged-container"];
    expected.splice(2..2, unknown);
    assert_eq!(report.findings(), expected);
    let privileged = report.finding("privileged-container");
    assert_eq!([&privileged["column"], &privileged["endColumn"]], [11, 21]);
    place.check("prod --only privileged-container --format junit").ends(1).never_says("nothing to object to");
}

#[test]
fn a_value_of_a_generator_stands_where_it_is_written() {
    let text =
        "configMapGenerator:\n- name: app\n  literals:\n  - mode=fast\n  - password=correct-horse-battery\n";
    let rendered = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app-7t8kfh8722}\ndata:\n  mode: fast\n  \
                    password: correct-horse-battery\n";
    let place = Place::with("app/kustomization.yaml", text)
        .program("kubectl", &format!("cat <<'END'\n{rendered}END"));
    let report = place.report("app --only secret-in-configmap");
    assert_eq!(report.findings(), ["app/kustomization.yaml:5 secret-in-configmap"]);
    place.check("app").ends(1).never_says("correct-horse");
}

#[test]
fn what_the_real_kubectl_renders_is_traced_to_its_lines() {
    if !installed("kubectl") {
        return;
    }
    let words = "check prod --format json --only host-namespace,privileged-container,mutable-image-tag";
    let ran = patched().cofferdam(words).real_path().run().ends(1);
    assert_eq!(Report(serde_json::from_str(&ran.out).unwrap()).findings(), TRACED);
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
    assert_eq!(report.findings(), ["base/pod.yaml:6 host-namespace"]);
    assert_eq!(judged(&report), ["prod-web"]);
    let broken = place.file("base/kustomization.yaml", "resources: [gone.yaml]\n");
    broken.cofferdam("check prod").real_path().run().ends(2).says("gone.yaml");
}
