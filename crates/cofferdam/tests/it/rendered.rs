//! Charts and overlays, rendered by stand-ins, and by the real programs where there are some.

mod chart;
mod overlay;

use std::path::PathBuf;

use crate::support::{GOOD, POD, Place, skipped};

/// A pod as a template that helm would pass on as it is.
const HOST_POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostNetwork: true
";

/// Whether this machine has a program; says so when it has not.
fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found: Option<PathBuf> = std::env::split_paths(&path).map(|d| d.join(program)).find(|p| p.is_file());
    if found.is_none() {
        skipped(&format!("the real `{program}` is not installed"));
    }
    found.is_some()
}

/// A chart and an overlay, each beside a manifest that can be judged.
fn both() -> [(Place, &'static str); 2] {
    let chart = Place::with("app/Chart.yaml", "apiVersion: v2\nname: app\nversion: 0.1.0\n");
    let overlay = Place::with("app/kustomization.yaml", "resources: [pod.yaml]\n").file("app/pod.yaml", POD);
    [(chart, "helm"), (overlay, "kubectl")].map(|(place, program)| (place.file("good.yaml", GOOD), program))
}

#[test]
fn a_missing_program_is_named_where_the_source_stands() {
    for (place, program) in both() {
        let ran =
            place.check("app").ends(2).says("high[unrendered-source]: this ").says(&format!("`{program}`"));
        ran.says("is not judged: ").says("installed").says("nothing could be judged");
        let report = place.report(".");
        assert_eq!(report.findings().len(), 1, "{:?}", report.findings());
        let finding = report.finding("unrendered-source");
        assert_eq!(report.list("errors")[0]["message"], finding["message"]);
        assert_eq!(report.list("errors")[0]["file"], finding["file"]);
        place.check(".").ends(1);
        place.check(". --pss restricted").ends(1).says("unrendered-source");
    }
}

#[test]
fn a_render_that_fails_is_quoted_with_its_last_words() {
    for (place, program) in both() {
        let place = place
            .program(program, "echo first >&2; echo 'Error: no \x1b[31msuch value' >&2; echo >&2; exit 1");
        place
            .check("app")
            .ends(2)
            .stays_inert()
            .says(" says: no \\u{1b}[31msuch value\n")
            .never_says("first");
        place.check(".").ends(1);
    }
    for (place, program) in both() {
        place.program(program, "exit 3").check("app").ends(2).says("failed without a word");
    }
}

#[test]
fn a_render_that_prints_nothing_is_no_success() {
    for (place, program) in both() {
        let place = place.program(program, "printf -- '---\\n# Source: app/templates/x.yaml\\n\\n'");
        place.check("app").ends(2).says("printed no object");
    }
}

#[test]
fn a_render_that_prints_no_text_is_no_success() {
    for (place, program) in both() {
        place.program(program, "printf 'a: \\000'").check("app").ends(2).says("binary file");
    }
}

#[test]
fn a_render_that_hangs_is_ended() {
    for script in ["exec sleep 100", "sleep 100", "sleep 100 & echo 'a: 1'"] {
        for (place, program) in both() {
            let place = place.program(program, script);
            let run = place.cofferdam("check app").env("COFFERDAM_RENDER_TIMEOUT", "1");
            run.run().ends(2).says(&format!("{program} took longer than 1 s"));
        }
    }
}

#[test]
fn a_renderer_does_not_get_our_standard_input() {
    for (place, program) in both() {
        let place = place
            .program(program, "cat; echo 'kind: Pod'; echo 'apiVersion: v1'; echo 'metadata: {name: fixed}'; echo 'spec: {hostNetwork: true}'");
        let ran = place.cofferdam("check app").input("metadata: {name: typed}\n").run();
        ran.says("1 object").says("Pod fixed").never_says("typed");
    }
}

#[test]
fn a_renderer_that_says_much_on_both_streams_is_heard_to_the_end() {
    for (place, program) in both() {
        let script = format!("seq 100000 >&2; cat <<'END'\n{HOST_POD}END\nseq -f '# %g' 100000");
        place.program(program, &script).check("app").ends(1).says("the pod uses the node's network");
    }
}
