//! In which order does a person read a report, and how often the same sentence?

use std::collections::BTreeMap;
use std::sync::Arc;

use finding::{Advice, Color, Finding, ObjectRef, Report, Severity, Source, Span, json, text};

const TEXT: &str = "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\n";

/// Id, severity, object, container, message.
type Row = (&'static str, Severity, &'static str, &'static str, &'static str);

/// Findings of one file, one to a line.
fn report(rows: &[Row]) -> Report {
    let source = Arc::new(Source::file("web.yaml", TEXT.to_owned()));
    let finding = |(line, row): (u32, &Row)| {
        let (id, severity, object, container, message) = *row;
        Finding {
            id,
            severity,
            message: message.to_owned(),
            source: Arc::clone(&source),
            span: Span::new(line * 5, line * 5 + 1),
            field: format!("spec.containers[{line}]"),
            by_name: String::new(),
            object: Some(Arc::new(ObjectRef {
                api_version: "v1".to_owned(),
                kind: "Pod".to_owned(),
                namespace: None,
                name: object.to_owned(),
            })),
            container: (!container.is_empty()).then(|| container.to_owned()),
            pod_security: None,
            labels: Vec::new(),
            secret: None,
            fix: None,
            waived: None,
        }
    };
    let findings = (0..).zip(rows).map(finding).collect();
    let advice = Advice { why: "it is bad".to_owned(), help: "stop it".to_owned() };
    Report { files: 1, objects: 2, findings, advice: BTreeMap::from([("run", advice)]), ..Report::default() }
}

/// Lines of the report that begin a section or an entry.
fn heads(report: &Report) -> Vec<String> {
    let all = text(report, Color::Off, None);
    let is_head =
        |line: &&str| line.starts_with("Pod ") || Severity::ALL.iter().any(|s| line.starts_with(s.word()));
    all.lines().filter(is_head).map(str::to_owned).collect()
}

#[test]
fn the_worst_object_comes_first_and_in_it_the_worst_finding() {
    let report = report(&[
        ("low", Severity::Low, "mild", "", "a"),
        ("medium", Severity::Medium, "bad", "", "b"),
        ("high", Severity::High, "mild", "", "c"),
        ("critical", Severity::Critical, "bad", "", "d"),
    ]);
    assert_eq!(
        heads(&report),
        [
            "Pod bad, web.yaml: 1 critical, 1 medium",
            "critical[critical]: d",
            "medium[medium]: b",
            "Pod mild, web.yaml: 1 high, 1 low",
            "high[high]: c",
            "low[low]: a",
        ]
    );
    let json = json(&report).unwrap();
    let places: Vec<_> =
        ["low", "medium", "high", "critical"].map(|id| json.find(&format!("\"id\": \"{id}\""))).into();
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{json}");
}

#[test]
fn one_sentence_about_several_containers_is_read_once_with_every_place() {
    let report = report(&[
        ("run", Severity::High, "web", "a", "container `a` may run as root"),
        ("run", Severity::High, "web", "b", "init container `b` may run as root"),
        ("run", Severity::High, "web", "c", "container `c` may run as root as `0`"),
        ("run", Severity::Low, "web", "d", "container `d` may run as root"),
        ("run", Severity::High, "other", "e", "container `e` may run as root"),
    ]);
    assert_eq!(
        heads(&report),
        [
            "Pod web, web.yaml: 3 high, 1 low",
            "high[run]: container `a` may run as root",
            "high[run]: container `c` may run as root as `0`",
            "low[run]: container `d` may run as root",
            "Pod other, web.yaml: 1 high",
            "high[run]: container `e` may run as root",
        ]
    );
    let text = text(&report, Color::Off, None);
    assert!(text.contains("= also: init container `b` (web.yaml:2:1)\n"), "{text}");
    assert_eq!(text.matches("it is bad").count(), 1, "{text}");
    assert!(text.ends_with("1 file, 2 objects: 4 high, 1 low\n"), "{text}");
}

#[test]
fn what_names_no_container_goes_by_its_field() {
    let report = report(&[
        ("run", Severity::High, "web", "", "the rule grants everything"),
        ("run", Severity::High, "web", "", "the rule grants everything"),
    ]);
    let text = text(&report, Color::On, None);
    assert!(text.contains("spec.containers[1] (web.yaml:2:1)"), "{text}");
}
