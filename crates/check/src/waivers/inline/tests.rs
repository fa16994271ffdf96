use super::*;
use crate::Scope;

/// What is said of a text in which every `!` of a value starts a finding of `host-port`: for each line
/// the finding on it is `waived` or `open`, and what is wrong with the waivers.
fn judged(text: &str) -> Vec<String> {
    let source = Arc::new(Source::file("a.yaml", text.to_owned()));
    let mut findings: Vec<_> = text
        .match_indices('!')
        .map(|(at, _)| {
            let mut finding = complaint(&source, Span::new(at as u32, at as u32 + 1), "found".to_owned());
            finding.id = "run-as-root";
            finding
        })
        .collect();
    Waivers::in_text(&source).apply(&mut findings, &|id| id != "secret-in-env", Scope::Part);
    let mut said: Vec<_> = findings
        .iter()
        .map(|finding| match (finding.id, &finding.waived) {
            ("run-as-root", None) => format!("{} open", finding.start().line),
            ("run-as-root", Some(waived)) => format!("{} {}", finding.start().line, waived.reason),
            _ => format!("{} {}", finding.start().line, finding.message),
        })
        .collect();
    said.sort();
    said
}

#[test]
fn behind_a_value_a_waiver_covers_the_line_only() {
    let text = "a: b! # cofferdam: allow(run-as-root): why\nc: d!\n";
    assert_eq!(judged(text), ["1 why", "2 open"]);
    let text =
        "a: # cofferdam: allow(run-as-root): why\n  b: c!\nd!: e # cofferdam:allow( run-as-root ) : y\n";
    assert_eq!(judged(text), ["1 the waiver for `run-as-root` matches nothing", "2 open", "3 y"]);
}

#[test]
fn above_a_key_it_covers_all_of_the_key() {
    let text = "# cofferdam: allow(run-as-root): why\na:\n  b: [c!,\n   d!]\n  e: f!\ng: h!\n";
    assert_eq!(judged(text), ["3 why", "4 why", "5 why", "6 open"]);
}

#[test]
fn above_an_item_it_covers_all_of_the_item() {
    let text = "a:\n# cofferdam: allow(run-as-root): why\n- b: c!\n  d:\n    e: f!\n- g!\n";
    assert_eq!(judged(text), ["3 why", "5 why", "6 open"]);
}

#[test]
fn the_first_key_of_a_document_is_not_the_document() {
    let text = "# cofferdam: allow(run-as-root): why\na: b!\nc: d!\n";
    assert_eq!(judged(text), ["2 why", "3 open"]);
}

#[test]
fn several_waivers_stand_in_one_block_of_comments() {
    let text = "# because\n# cofferdam: allow(run-as-root): one\n# more words\n\
                # cofferdam: allow(seccomp-unset, run-as-root): two\na: b!\n";
    assert_eq!(judged(text), ["4 the waiver for `seccomp-unset` matches nothing", "5 one"]);
}

#[test]
fn a_waiver_for_a_check_that_did_not_run_is_not_stale() {
    assert_eq!(judged("# cofferdam: allow(secret-in-env): why\na: b\n"), [""; 0]);
}

#[test]
fn a_broken_waiver_waives_nothing() {
    let said = |text: &str| judged(&format!("a: b! # {text}\n")).join("; ");
    assert!(said("cofferdam: allow(run-as-root)").contains("open; 1 the waiver gives no reason"));
    assert!(said("cofferdam: allow(run-as-root):  ").contains("gives no reason"));
    assert!(said("cofferdam: allow: why").contains("names no check"));
    assert!(said("cofferdam: allow(run-as-root,): why").contains("names no check"));
    assert!(said("cofferdam: ignore(run-as-root): why").contains("`ignore` is not understood"));
    assert!(said("cofferdam: allow(waiver-stale): why").contains("cannot be waived"));
    assert_eq!(said("cofferdam: a tool that allows this"), "1 open");
    assert_eq!(said("write `# cofferdam: allow(<id>): <reason>`"), "1 open");
    assert_eq!(said("see #12 # cofferdam: allow(run-as-root): issue #12"), "1 issue #12");
}

#[test]
fn a_waiver_above_nothing_says_so() {
    for text in ["a: b!\n# W\n", "# W\n\na: b!\n", "# W\n---\na: b!\n", "a: b!\n---\n# W\n"] {
        let said = judged(&text.replace('W', "cofferdam: allow(run-as-root): why"));
        assert!(said.iter().any(|said| said.ends_with("open")), "{said:?}");
        assert!(said.iter().any(|said| said.contains("stands above nothing")), "{said:?}");
    }
}

#[test]
fn an_alias_is_covered_where_its_anchor_stands() {
    let text = "a: &x {b: c!}\n# cofferdam: allow(run-as-root): why\nd: *x\n";
    assert_eq!(judged(text), ["1 open", "2 the waiver for `run-as-root` matches nothing"]);
}

#[test]
fn what_stands_behind_a_broken_waiver_or_looks_like_a_credential_is_hidden() {
    let hidden = |text: &str| -> Vec<String> {
        let source = Arc::new(Source::file("a.yaml", text.to_owned()));
        let waivers = Waivers::in_text(&source);
        waivers.hidden().iter().map(|(source, span)| source.slice(*span).to_owned()).collect()
    };
    assert_eq!(hidden("a: b # cofferdam: allow(nope): hunter2\n"), [": hunter2"]);
    assert_eq!(hidden("a: b # cofferdam: ignore(host-port) hunter2\n"), [" hunter2"]);
    assert_eq!(hidden("a: b # cofferdam: allow host-port hunter2\n"), [" allow host-port hunter2"]);
    assert_eq!(hidden("# cofferdam: allow(run-as-root): hunter2\n\na: b\n"), [": hunter2"]);
    let token = "ghp_0123456789abcdefghijABCDEFGHIJ456789";
    assert_eq!(hidden(&format!("a: b # cofferdam: allow(run-as-root): by {token}\n")), [token]);
    assert!(hidden("a: b # cofferdam: allow(run-as-root): hunter2\n").is_empty());
    let text = format!("a!: b # cofferdam: allow(run-as-root): by {token}\n");
    assert_eq!(judged(&text), [format!("1 by {}", "*".repeat(token.len()))]);
}
