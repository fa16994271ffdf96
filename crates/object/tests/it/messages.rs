//! What is said about text that does not parse: the place, the trouble and the way out.

use crate::reader::read;

/// The first problem as `line:column` and a part of its message.
fn says(text: &str, place: &str, phrase: &str) {
    let read = read(text);
    let Some(problem) = read.problems.first() else { panic!("{text:?}: no problem") };
    let position = problem.source.position(problem.span.start);
    let found = format!("{}:{}", position.line, position.column);
    assert_eq!(found, place, "{text:?}: {}", problem.message);
    assert!(problem.message.contains(phrase), "{text:?}: {:?} lacks {phrase:?}", problem.message);
}

#[test]
fn a_tab_is_shown_where_it_stands() {
    let phrase = "a tab in the indentation, YAML allows only spaces there";
    says("a:\n\tb: 1\n", "2:1", phrase);
    says("a:\n  b: 1\n\tc: 2\n", "3:1", phrase);
    says("a:\n  \tb: 1\n", "2:3", phrase);
    says("-\ta\n", "1:2", phrase);
    says("a: |\n\tx\n", "2:1", phrase);
}

#[test]
fn a_colon_out_of_place_is_explained() {
    says("a: b: c\n", "1:5", "put that in quotes");
    says("image: nginx:latest: x\n", "1:20", "put that in quotes");
    says("a:1\nb: 2\n", "2:2", "the line above has no blank behind its colon");
    says("a: 1\nb:2\nc: 3\n", "2:1", "a colon without a blank behind it; write `key: value`");
    says("a: 1\nb\nc: 3\n", "2:1", "a key is expected here");
    says("a: 1\n  b: 2\n", "2:4", "align it with the keys above");
}

#[test]
fn indentation_that_fits_nothing_is_named() {
    says("a:\n    b: 1\n  c: 2\n", "3:3", "indented like none of those above");
    says("containers:\n  - name: a\n   image: b\n", "3:4", "indented like none of those above");
    says("a:\n  - b\n - c\n", "3:2", "align it with the items of its list");
    says("a: - b\n", "1:4", "put it on a line of its own");
}

#[test]
fn what_is_not_closed_is_shown_where_it_opens() {
    says("a: 1\nb: \"x\nc: 1\n", "2:4", "unclosed quote");
    says("a: [\n", "1:4", "unclosed bracket");
    says("a: [1, 2}\n", "1:4", "the bracket `[` is closed by `}`");
    says("command: [\"sh\", \"-c\"\nargs: []\n", "2:5", "the bracket that opens on line 1");
    says("a: {b: 1\nc: 2\n", "2:2", "missing in the bracket that opens on line 1");
    says("a: [b,, c]\n", "1:7", "a comma with nothing before it");
    says("a: ]\n", "1:4", "closes none");
    says("a: 'it's'\n", "1:8", "a quote is written `''`");
}

#[test]
fn text_that_needs_quotes_is_told_so() {
    for (text, phrase) in [
        ("a: @b\n", "no text starts with '@'; put it in quotes"),
        ("a: `b`\n", "no text starts with '`'; put it in quotes"),
        ("a: %b\n", "no text starts with '%'; put it in quotes"),
        ("a: ,b\n", "no text starts with ','; put it in quotes"),
        ("a: * * * * *\n", "if it is text, put it in quotes"),
        ("a: *.example.com\n", "no anchor of this name stands before the alias"),
        ("a: !x!y 1\n", "if it is text, put it in quotes"),
    ] {
        says(text, "1:4", phrase);
    }
    says("a: \"\\d\"\n", "1:4", "write `\\\\` for a backslash");
}

#[test]
fn templates_and_conflicts_are_recognized() {
    let template = "template braces `{{ }}`, render it first";
    says("a: {{ .Values.x }}\n", "1:5", template);
    says("a: 1\n{{- if x }}\nb: 2\n{{- end }}\n", "2:3", template);
    says("{{ include \"x\" . }}\n", "1:2", template);
    says("a: {{ x }}-y\n", "1:5", template);
    says("a: 1\nb: {% if x %}\n", "2:5", template);
    says("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n", "2:1", "merge conflict");
    says("a: \"{{ x }}\"\nb: c: d\n", "2:5", "a second colon");
}

#[test]
fn what_only_kubectl_refuses_says_so() {
    says("a: 1\n--- b: 2\n", "2:1", "move what follows `---` to the next line");
    says("a: |\n-----BEGIN KEY\n", "2:1", "indent it if it is text");
    says("%YAML 1.2\n---\na: 1\n", "1:1", "refuses directives such as `%YAML`");
    says("null: a\n", "1:1", "refuses `null` as a key");
    says("a: .inf\n", "1:4", "JSON has no infinity");
    says("a: &b.c 1\n", "1:4", "refuses the anchor's name");
    says("? [a]\n: b\n", "1:3", "Kubernetes knows only text");
    says("a: {<<: 1}\n", "1:9", "takes a mapping or a list of mappings");
    says("a: {b:}\n", "1:6", "put a blank after it");
    says("18446744073709551615: a\n", "1:1", "so big a number as a key");
    says("# c\n\u{feff}a: 1\n", "2:1", "byte order mark");
    says("{\"a\":1}\n{\"b\":2}\nc: 3\n", "3:1", "after two JSON objects");
}
