//! Text made to break a reader: each gives a problem that helps, at its line, and never a panic.

use std::sync::Arc;

use finding::Source;
use object::{Limits, ProblemKind};

use crate::reader::{problems, read};

/// The first problem: its line and a phrase of its message.
fn says(text: &str, line: u32, phrase: &str) {
    let shown: String = text.chars().take(60).collect();
    let found = problems(text);
    let Some((at, _, message)) = found.first() else { panic!("{shown:?}: no problem") };
    assert!(message.contains(phrase), "{shown:?}: {message:?} lacks {phrase:?}");
    assert_eq!(*at, line, "{shown:?}: {message}");
}

fn is_silent(text: &str) {
    assert_eq!(problems(text), [], "{text:?}");
}

#[test]
fn a_text_without_content_is_nothing_and_no_problem() {
    for text in ["", " ", "\n\n", "# only\n# comments\n", "---\n", "---\n---\n", "\u{feff}", "...\n"] {
        is_silent(text);
        assert_eq!((read(text).objects.len(), read(text).foreign), (0, 0), "{text:?}");
    }
}

#[test]
fn bytes_that_are_no_text_are_told_at_their_line() {
    let refused = |bytes: &[u8], line, phrase| {
        let error = object::decode(bytes.to_vec()).unwrap_err();
        assert_eq!(error.line, line, "{error}");
        assert!(error.message.contains(phrase), "{error}");
    };
    refused(b"a: 1\nb: caf\xe9\n", Some(2), "not UTF-8");
    refused(b"a: 1\n\0\0\x01\x02\xff", Some(2), "binary");
    refused(b"\xff\xfea\0:\0", Some(1), "save it as UTF-8");
    says("a: 1\nb: x\u{1b}[31m\n", 2, "control character U+001B");
    says("a: 1\n# \u{7f}\n", 2, "control character U+007F");
    says("a: 1 # \u{2028}privileged: true\n", 1, "U+2028 ends a line for kubectl");
    says("a: 1\n\u{85}b: 1\n", 2, "U+0085 ends a line for kubectl");
    is_silent("a: \"b\u{2028}c\"\n");
}

#[test]
fn one_bad_document_does_not_hide_the_others() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";
    for bad in ["a: [", "a: \"", "a: \u{1}", "{{ x }}: y: z", "%YAML 1.2", "- a\nb: 1", "--- x"] {
        let text = format!("{pod}---\n{bad}\n---\n{pod}");
        let read = read(&text);
        assert_eq!((read.objects.len(), read.problems.len()), (2, 1), "{bad:?}: {:?}", read.problems);
        assert!(read.problems[0].loses_objects());
    }
}

#[test]
fn depth_has_an_end() {
    says(&"[".repeat(100_000), 1, "more than 200 collections inside each other");
    says(&"{a: ".repeat(100_000), 1, "more than 200 collections inside each other");
    says(&"{\"a\":".repeat(100_000), 1, "more than 200 collections inside each other");
    says(&"- ".repeat(100_000), 1, "more than 200 collections inside each other");
    says(&"? ".repeat(100_000), 1, "more than 200 collections inside each other");
    let block: String = (0..5_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    says(&block, 201, "more than 200 collections inside each other");
    is_silent(&format!("{}{}", "[".repeat(200), "]".repeat(200)));
}

#[test]
fn aliases_do_not_unfold_without_end() {
    let mut deep = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let below = vec![format!("*a{}", level - 1); 10].join(", ");
        deep += &format!("a{level}: &a{level} [{below}]\n");
    }
    says(&deep, 6, "unfold to more than 200000 values");
    let wide = format!("a: &a [{}]\nb: [{}]\n", "x, ".repeat(1_000), "*a, ".repeat(1_000));
    says(&wide, 2, "unfold to more than 200000 values");
    let mut merges = String::from("m0: &m0 {a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8}\n");
    for level in 1..10 {
        let below = vec![format!("*m{}", level - 1); 10].join(", ");
        merges += &format!("m{level}: &m{level} {{<<: [{below}]}}\n");
    }
    says(&merges, 5, "unfold to more than 200000 values");
    says("a: 1\nb: &b [*b]\n", 2, "inside its own anchor");
    says("a: &a {<<: *a}\n", 1, "inside its own anchor");
    says("a: &a [*a, x]\nb: *a\n", 1, "inside its own anchor");
}

#[test]
fn size_alone_is_no_problem() {
    let line = format!("{{\"a\": [{}1]}}", "{\"b\": \"xxxxxxxxxxxxxxxx\"}, ".repeat(40_000));
    is_silent(&line);
    is_silent(&format!("a: \"{}\"\n", "x".repeat(2_000_000)));
    is_silent(&format!("a: |\n{}", "  x\n".repeat(200_000)));
    is_silent(&(0..50_000).map(|key| format!("k{key}: 1\n")).collect::<String>());
    assert_eq!(
        object::documents(&source("a: 1\n---\n".repeat(100_000)), Limits::default()).trees.len(),
        100_000
    );
}

#[test]
fn limits_are_told_where_they_are_met() {
    let limits = Limits { documents: 2, nodes: 10, ..Limits::default() };
    let told = |text: &str| {
        let source = source(text.to_owned());
        let problem = object::documents(&source, limits).problems.remove(0);
        (source.position(problem.span.start).line, problem.message)
    };
    assert_eq!(
        told("a: 1\n---\n---\n# c\n---\na: 2\n---\na: 3\n"),
        (8, "more than 2 documents in one input, the rest is not read".to_owned())
    );
    assert_eq!(told("- 1\n".repeat(20).as_str()), (10, "more than 10 values in one document".to_owned()));
}

#[test]
fn many_repeated_keys_are_counted_not_listed() {
    let found = problems(&"a: 1\n".repeat(5_000));
    assert_eq!(found.len(), 1001);
    assert_eq!(found[0].1, ProblemKind::DuplicateKey);
    assert!(found[1000].2.starts_with("3999 more keys"), "{}", found[1000].2);
}

#[test]
fn keys_that_become_the_same_text_are_reported() {
    let chance = "which one Kubernetes reads is left to chance";
    for text in
        ["1: a\n\"1\": b\n", "true: a\n\"true\": b\n", "1: a\n1.0: b\n", "x: &x {1: a}\n<<: *x\n\"1\": b\n"]
    {
        let line = text.lines().count() as u32;
        says(text, line, chance);
    }
    says("a: 1\nb: 2\na: 3\n", 3, "key `a` stands twice in this mapping, the last one wins");
    says("yes: 1\ntrue: 2\n", 2, "key `true` stands twice");
    is_silent("x: &x {a: 1}\ny: {<<: *x, a: 2}\n");
    let many: String = (0..20).map(|key| format!("{key}: x\n")).collect();
    says(&format!("{many}\"7\": y\n"), 21, chance);
}

#[test]
fn what_stands_behind_a_document_is_told() {
    let passed_over = "kubectl passes over this text";
    for (text, line) in [
        ("a: 1\n...\nb: 2\n", 3),
        ("a: 1\n... # end\n# more\n\n]]] b\n", 5),
        ("{a: 1} {b: 2}\n", 1),
        ("{a: 1}}\n", 1),
        ("[1]\nfoo: {\n", 2),
        ("---\n{\"a\": 1}\n{\"b\": 1}\n", 3),
    ] {
        says(text, line, passed_over);
        assert_eq!(problems(text)[0].1, ProblemKind::Ignored, "{text:?}");
    }
    is_silent("a: 1\n...\n# comment\n---\nb: 1\n");
    is_silent("{a: 1} # comment\n");
}

fn source(text: String) -> Arc<Source> {
    Arc::new(Source::file("t.yaml", text))
}
