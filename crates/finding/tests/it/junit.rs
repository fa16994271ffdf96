//! JUnit XML.

use crate::{expected, sample};
use finding::junit;
use testkit::{Form, refusal};

#[test]
fn a_report_with_everything_is_what_it_was() {
    let text = junit(&sample::report(sample::FILE), Some(sample::ROOT));
    expected::same("junit.xml", &text);
    assert_eq!(refusal(Form::Xml, &text), None);
    assert!(!text.contains(sample::PASSWORD));
}

#[test]
fn an_absolute_path_gives_the_same() {
    let absolute = format!("{}/{}", sample::ROOT, sample::FILE);
    let report = |file: &str| junit(&sample::report(file), Some(sample::ROOT));
    assert!(report(&absolute) == report(sample::FILE));
}

#[test]
fn a_report_on_nothing_is_an_error() {
    let text = junit(&sample::nothing(), None);
    assert!(text.contains("errors=\"1\"") && text.contains("nothing could be judged"), "{text}");
}

#[test]
fn nothing_in_a_name_acts_on_who_reads_it() {
    let report = sample::report("a\u{202e}\n\u{1b}.yaml");
    let text = junit(&report, None);
    assert!(sample::is_plain(&text), "{text}");
    assert!(!text.contains("&#"), "a control character as a reference: {text}");
}
