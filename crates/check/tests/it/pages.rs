//! Every page is true: its flagged examples are flagged at the carets, its accepted ones stay silent.

use std::collections::BTreeSet;
use std::sync::Arc;

use check::{CHECKS, Check, Judge, Page, Run};
use finding::{Severity, Source};
use object::{Inventory, Limits, Version};
use testkit::page::{agrees, examples, said, severities};

/// Headings every page has, in this order.
const HEADINGS: [&str; 4] = ["What to do", "Flagged", "Accepted", "When to allow it"];

fn needs_examples(check: &Check) -> bool {
    !matches!(check.run, Run::Rendering | Run::Policies)
}

#[test]
fn every_page_is_whole() {
    for check in CHECKS {
        let page = Page::parse(check.page);
        assert_eq!(page.title, check.id, "the page of {} has another title", check.id);
        let headings: Vec<&str> = page.sections.iter().map(|(heading, _)| *heading).collect();
        assert_eq!(headings, HEADINGS, "the headings of {}", check.id);
        assert!(page.why.len() > 60, "{} does not say why", check.id);
        assert!(page.help.len() > 30, "{} does not say what to do", check.id);
    }
}

#[test]
fn flagged_examples_are_flagged_at_the_carets_and_accepted_ones_stay_silent() {
    let mut wrong = Vec::new();
    for check in CHECKS.iter().filter(|check| needs_examples(check)) {
        for example in examples(check.page) {
            let said = said(check, &example);
            let flagged = example.heading == "Flagged";
            if flagged == example.expected.is_empty() {
                wrong.push(format!(
                    "{}: an example under {} states {:?}",
                    check.id, example.heading, example.expected
                ));
            }
            if !agrees(&example.expected, &said) {
                wrong.push(format!(
                    "{}: {}\n  page says {:#?}\n  check says {said:#?}",
                    check.id, example.text, example.expected
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_severities_of_a_check_are_those_that_its_examples_show() {
    let mut wrong = Vec::new();
    for check in CHECKS.iter().filter(|check| needs_examples(check)) {
        let shown: BTreeSet<Severity> =
            examples(check.page).iter().flat_map(|example| severities(check, example)).collect();
        let stated: BTreeSet<Severity> = check.severities().collect();
        if shown != stated {
            wrong.push(format!("{}: the examples show {shown:?}, the check says {stated:?}", check.id));
        }
        if check.also.contains(&check.severity) {
            wrong.push(format!("{}: its severity stands among the others", check.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_real_manifest_is_judged_by_a_severity_that_is_not_stated() {
    let Some(corpus) = testkit::corpus("manifests") else { return };
    let judge = Judge::new(Version::NEWEST, |_| true);
    for path in testkit::yaml_files(&corpus) {
        let source = Arc::new(Source::file("manifest", testkit::text(&path)));
        let read = object::read(&source, Limits::default());
        let of_text: Vec<_> = read.problems.iter().filter_map(|problem| judge.problem(problem)).collect();
        let inventory = Inventory::new(read.objects);
        let of_objects = inventory.objects().iter().flat_map(|object| judge.object(object, &inventory));
        for finding in of_objects.chain(of_text) {
            let check = check::find(finding.id).unwrap();
            assert!(
                check.severities().any(|each| each == finding.severity),
                "{}: {}",
                check.id,
                finding.severity
            );
        }
    }
}

#[test]
fn every_check_has_both_kinds_of_example() {
    for check in CHECKS.iter().filter(|check| needs_examples(check)) {
        for heading in ["Flagged", "Accepted"] {
            assert!(
                examples(check.page).iter().any(|example| example.heading == heading),
                "{} has no example under {heading}",
                check.id
            );
        }
    }
}

#[test]
fn every_fix_ends_its_finding_and_a_second_run_finds_nothing_to_mend() {
    let (mut wrong, mut mended_rules) = (Vec::new(), 0);
    for check in CHECKS.iter().filter(|check| needs_examples(check)) {
        let mut fixed = 0;
        for example in examples(check.page) {
            let mended = testkit::page::mended(check, &example);
            fixed += mended.fixed.len();
            wrong.extend(mended.refused.iter().map(|(f, why)| format!("{}: {}: {why}", check.id, f.message)));
            let text = mended.source.text().to_owned();
            let again =
                testkit::page::mended(check, &testkit::page::Example { text: text.clone(), ..example });
            if again.source.text() != text {
                wrong.push(format!(
                    "{}: a second run changes\n{text}\nto\n{}",
                    check.id,
                    again.source.text()
                ));
            }
        }
        mended_rules += usize::from(fixed > 0);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(mended_rules >= 12, "only {mended_rules} rules are mended on their own pages");
}
