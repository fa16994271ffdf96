//! Each case: a text, what is to be done, the text afterwards. The proof runs over every one.

use std::sync::Arc;

use finding::{Action, Change, Source, Step, Value, apply};

use super::edits;
use crate::{Limits, documents};

fn models(source: &Arc<Source>) -> Vec<(u32, super::Model)> {
    super::models(&documents(source, Limits::default()).trees)
}

/// Reads `spec.containers[0].image`.
fn path(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in text.split('.') {
        let (key, indexes) = part.split_once('[').unwrap_or((part, ""));
        steps.push(Step::Key(key.to_owned()));
        steps
            .extend(indexes.split('[').filter_map(|i| i.trim_end_matches(']').parse().ok()).map(Step::Index));
    }
    steps
}

fn edited(text: &str, actions: &[(&str, Action)]) -> Result<String, String> {
    let source = Arc::new(Source::file("t.yaml", text.to_owned()));
    let mut before = models(&source);
    let document = before[0].0;
    let changes: Vec<Change> = actions
        .iter()
        .map(|(at, action)| Change { document, path: path(at), action: action.clone() })
        .collect();
    let edits = edits(&source, &changes).map_err(|refused| refused.to_string())?;
    let after = apply(text, &edits).unwrap();
    for change in &changes {
        before[0].1.change(change);
    }
    let read = models(&Arc::new(Source::file("t.yaml", after.clone())));
    let values = |models: &[(u32, super::Model)]| models.iter().map(|(_, m)| m.clone()).collect::<Vec<_>>();
    assert_eq!(values(&read), values(&before), "{after}");
    Ok(after)
}

fn set(value: impl Into<Value>) -> Action {
    Action::Set(value.into())
}

#[test]
fn a_missing_field_goes_below_its_siblings_in_their_style() {
    let text = "spec:\n  containers:\n  - name: a   # first\n    image: x\n  - name: b\n";
    let done = edited(text, &[("spec.containers[0].securityContext.privileged", set(false))]).unwrap();
    assert_eq!(
        done,
        "spec:\n  containers:\n  - name: a   # first\n    image: x\n    securityContext:\n      privileged: false\n  - name: b\n"
    );
    let flow = edited("spec: {containers: [{name: a}]}", &[("spec.containers[0].x.z", set("no"))]).unwrap();
    assert_eq!(flow, "spec: {containers: [{name: a, x: {z: \"no\"}}]}");
}

#[test]
fn several_missing_fields_share_what_is_made_for_them() {
    let text = "a:\n  b: 1\n";
    let done = edited(text, &[("a.c.d", set(true)), ("a.c.e.f", set("x")), ("g", set(1i64))]).unwrap();
    assert_eq!(done, "a:\n  b: 1\n  c:\n    d: true\n    e:\n      f: x\ng: 1\n");
}

#[test]
fn json_stays_json() {
    let text = "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n";
    let done = edited(text, &[("a.c", set("x")), ("d.e", set(false))]).unwrap();
    assert_eq!(done, "{\n  \"a\": {\n    \"b\": 1,\n    \"c\": \"x\"\n  },\n  \"d\": {\"e\": false}\n}\n");
}

#[test]
fn a_scalar_is_replaced_and_its_comment_stays() {
    let done = edited("a: yes   # why\r\nb: 'x'\r\n", &[("a", set(false)), ("b", set("true"))]).unwrap();
    assert_eq!(done, "a: false   # why\r\nb: \"true\"\r\n");
    assert_eq!(edited("a:\nb: 1\n", &[("a", set(1i64))]).unwrap(), "a: 1\nb: 1\n");
}

#[test]
fn a_key_without_value_or_with_null_is_filled() {
    assert_eq!(edited("a: # c\nb: 1\n", &[("a.x", set(true))]).unwrap(), "a: # c\n  x: true\nb: 1\n");
    assert_eq!(edited("a: null\n", &[("a.x", set(true))]).unwrap(), "a: {x: true}\n");
    assert_eq!(edited("a: {}\n", &[("a.x", set(true))]).unwrap(), "a: {x: true}\n");
    assert_eq!(edited("{a: , b: 1}", &[("a.x", set(true))]).unwrap(), "{a: {x: true} , b: 1}");
}

#[test]
fn a_list_is_extended_or_made() {
    let all = || Action::Append("ALL".into());
    assert_eq!(edited("d: [A, B]  # x\n", &[("d", all())]).unwrap(), "d: [A, B, ALL]  # x\n");
    assert_eq!(edited("d: []\n", &[("d", all())]).unwrap(), "d: [ALL]\n");
    assert_eq!(edited("d:\n  - A # a\nc: 1\n", &[("d", all())]).unwrap(), "d:\n  - A # a\n  - ALL\nc: 1\n");
    assert_eq!(edited("c: 1\n", &[("x.drop", all())]).unwrap(), "c: 1\nx:\n  drop: [ALL]\n");
}

#[test]
fn what_is_removed_leaves_its_comments_and_takes_what_it_empties() {
    let gone = Action::Remove;
    assert_eq!(edited("a: 1\nb: 2 # keep\nc: 3\n", &[("b", gone.clone())]).unwrap(), "a: 1\n# keep\nc: 3\n");
    assert_eq!(edited("a:\n  b:\n    c: 1\nd: 1\n", &[("a.b.c", gone.clone())]).unwrap(), "d: 1\n");
    assert_eq!(edited("{a: 1, b: 2}", &[("b", gone.clone())]).unwrap(), "{a: 1}");
    assert_eq!(edited("{a: 1, b: 2}", &[("a", gone.clone())]).unwrap(), "{b: 2}");
    assert_eq!(edited("l:\n- a: 1\n  b: 2\n", &[("l[0].a", gone.clone())]).unwrap(), "l:\n- b: 2\n");
    let flow = "a: {\n  b: 1, # of b\n  c: 2, # of c\n  d: 3 # of d\n  }\n";
    assert_eq!(
        edited(flow, &[("a.b", gone.clone())]).unwrap(),
        "a: {\n   # of b\n  c: 2, # of c\n  d: 3 # of d\n  }\n"
    );
    assert_eq!(
        edited(flow, &[("a.d", gone.clone())]).unwrap(),
        "a: {\n  b: 1, # of b\n  c: 2 # of c\n   # of d\n  }\n"
    );
    let behind_dash = "l:\n- a: 1 # keep\n  # me too\n  b: 2\n";
    assert_eq!(
        edited(behind_dash, &[("l[0].a", gone.clone())]).unwrap(),
        "l:\n- # keep\n  # me too\n  b: 2\n"
    );
    assert_eq!(edited("l: [a, b]\nm: 1\n", &[("l[1]", gone.clone())]).unwrap(), "l: [a]\nm: 1\n");
    assert_eq!(edited("l:\n- a\n- b\nm: 1\n", &[("l[0]", gone)]).unwrap(), "l:\n- b\nm: 1\n");
}

#[test]
fn a_key_is_renamed_in_place() {
    let name = Action::Rename("serviceAccountName".to_owned());
    assert_eq!(
        edited("serviceAccount: x # y\n", &[("serviceAccount", name)]).unwrap(),
        "serviceAccountName: x # y\n"
    );
}

#[test]
fn a_field_goes_behind_an_alias_that_is_the_last_value() {
    let text = "l: &l {p: true}\na:\n  q: 1\n  r: *l # same\nb: 2\n";
    assert_eq!(
        edited(text, &[("a.s", set(false))]).unwrap(),
        "l: &l {p: true}\na:\n  q: 1\n  r: *l # same\n  s: false\nb: 2\n"
    );
}

#[test]
fn what_an_anchor_gives_is_refused() {
    let text = "a: &x {p: true}\nb: *x\nc: {<<: *x, q: 1}\n";
    for at in ["b.p", "c.p"] {
        assert!(edited(text, &[(at, set(false))]).unwrap_err().contains("anchor"), "{at}");
    }
    let list = "a: [1]\n";
    assert!(edited(list, &[("a.b", set(true))]).unwrap_err().contains("a list where a mapping is expected"));
    assert!(edited("a: |\n  x\n", &[("a", set(true))]).unwrap_err().contains("several lines"));
}

#[test]
fn only_the_named_document_changes() {
    let text = "a: 1\n---\na: 1 # two\n";
    let source = Arc::new(Source::file("t.yaml", text.to_owned()));
    let document = models(&source)[1].0;
    let change = Change { document, path: path("b"), action: set(true) };
    let done = apply(text, &edits(&source, &[change]).unwrap()).unwrap();
    assert_eq!(done, "a: 1\n---\na: 1 # two\nb: true\n");
}
