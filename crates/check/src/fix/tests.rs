//! Each case: many objects, some with fixes that do not hold; what is counted is how often the text is judged.

use std::cell::Cell;
use std::fmt::Write as _;

use object::{Inventory, Limits, Version};

use super::*;
use crate::Judge;

fn judge(source: &Arc<Source>) -> Vec<Finding> {
    let judge = Judge::new(Version::NEWEST, |_| true);
    let read = object::read(source, Limits::default());
    let inventory = Inventory::new(Vec::new());
    read.objects.iter().flat_map(|object| judge.object(object, &inventory)).collect()
}

/// Mends a text; how often it was judged for that, too.
fn mended(text: String) -> (Mended, usize) {
    let judged = Cell::new(0);
    let source = Arc::new(Source::file("a.yaml", text));
    let mended = mend(&source, Safety::Risky, &|source| {
        judged.set(judged.get() + 1);
        judge(source)
    });
    (mended, judged.get())
}

/// A pod with a dozen fixes; of every third some do not hold.
fn pod(number: usize, indent: &str) -> String {
    let context = if number.is_multiple_of(3) { "privilegd: true" } else { "privileged: true # why" };
    format!(
        "apiVersion: v1\n{indent}kind: Pod\n{indent}metadata: {{name: p{number}}}\n{indent}spec:\n\
         {indent}  hostPID: true\n{indent}  hostNetwork: true\n{indent}  containers:\n{indent}  - name: a\n\
         {indent}    securityContext:\n{indent}      runAsUser: 0\n{indent}      {context}\n{indent}  - name: b\n"
    )
}

fn stream(count: usize) -> String {
    (0..count).flat_map(|number| ["---\n".to_owned(), pod(number, "")]).collect()
}

fn list(count: usize) -> String {
    let items: String = (0..count).flat_map(|number| ["- ".to_owned(), pod(number, "  ")]).collect();
    format!("apiVersion: v1\nkind: List\nitems:\n{items}")
}

fn json(count: usize) -> String {
    let mut items = String::new();
    for number in 0..count {
        let key = if number.is_multiple_of(3) { "privilegd" } else { "privileged" };
        let comma = if number == 0 { "" } else { ", " };
        let _ = write!(
            items,
            "{comma}{{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {{\"name\": \"p{number}\"}}, \"spec\": \
             {{\"hostPID\": true, \"containers\": [{{\"name\": \"a\", \"securityContext\": {{\"{key}\": true}}}}]}}}}"
        );
    }
    format!("{{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{items}]}}")
}

#[test]
fn a_text_is_judged_as_often_for_many_objects_as_for_few() {
    for text in [stream, list, json] {
        let (few, judged_few) = mended(text(6));
        let (many, judged_many) = mended(text(60));
        assert_eq!(judged_few, judged_many);
        assert!(judged_many <= 12, "{judged_many}");
        assert!(few.fixed.len() >= 6 * 4, "{}", few.fixed.len());
        assert_eq!(many.fixed.len(), few.fixed.len() * 10);
        assert_eq!(many.refused.len(), few.refused.len() * 10);
        assert_eq!(few.refused.len(), 2, "{:?}", few.refused);
        for (finding, why) in &few.refused {
            assert_eq!(finding.id, "unknown-field");
            assert!(why.starts_with("it would bring a new finding: "), "{why}");
        }
    }
}

#[test]
fn objects_are_mended_in_company_as_they_are_alone() {
    let alone = |number: usize| {
        let (mended, _) = mended(format!("---\n{}", pod(number, "")));
        mended.source.text().to_owned()
    };
    let expected: String = (0..6).map(alone).collect();
    assert_eq!(mended(stream(6)).0.source.text(), expected);
}

#[test]
fn a_second_run_finds_nothing_that_the_first_left() {
    for text in [stream(5), list(5), json(5)] {
        let (once, _) = mended(text);
        let (twice, _) = mended(once.source.text().to_owned());
        assert!(twice.fixed.is_empty() && twice.source.text() == once.source.text());
        assert_eq!(twice.refused.len(), once.refused.len());
    }
}
