use std::sync::Arc;

use finding::{Source, Span};

use super::*;

fn finding(namespace: &str, name: &str, severity: Severity) -> Finding {
    let object = ObjectRef {
        api_version: "v1".into(),
        kind: "Pod".into(),
        namespace: Some(namespace.to_owned()).filter(|namespace| !namespace.is_empty()),
        name: name.into(),
    };
    Finding {
        id: "host-port",
        severity,
        message: "takes <b>node</b> port 'x'".into(),
        source: Arc::new(Source::file("cluster:v1/Pod", String::new())),
        span: Span::default(),
        field: "spec".into(),
        by_name: "spec".into(),
        object: Some(Arc::new(object)),
        container: None,
        pod_security: None,
        labels: Vec::new(),
        secret: None,
        fix: None,
        waived: None,
    }
}

#[test]
fn everything_is_counted_and_the_worst_are_kept() {
    let mut book = Book::new(Bounds { per_namespace: 3, ..Bounds::default() });
    for number in 0..50 {
        book.add(finding("shop", &format!("low-{number}"), Severity::Low));
    }
    book.add(finding("shop", "bad", Severity::Critical));
    book.add(finding("", "node", Severity::High));
    book.close();
    let report: Value = serde_json::from_str(&book.json()).unwrap();
    let [cluster, shop] = &report["namespaces"].as_array().unwrap()[..] else { panic!("{report}") };
    assert_eq!((&cluster["namespace"], &cluster["summary"]["high"]), (&Value::Null, &json!(1)));
    assert_eq!((&shop["summary"]["low"], &shop["notShown"]), (&json!(50), &json!(48)));
    assert_eq!(shop["findings"][0]["object"]["name"], "bad");
    let summaries: Vec<_> = book.summaries().collect();
    assert_eq!(summaries.len(), 1);
    assert_eq!(summaries[0].1["checks"], json!([{"id": "host-port", "severity": "critical", "count": 51}]));
}

#[test]
fn memory_is_bounded_over_all_namespaces() {
    let mut book = Book::new(Bounds { findings: 10, ..Bounds::default() });
    for number in 0..100 {
        book.add(finding(&format!("n-{number}"), "a", Severity::Low));
    }
    assert_eq!(book.namespaces.values().map(|namespace| namespace.entries.len()).sum::<usize>(), 10);
    for _ in 0..200 {
        book.fail(&Failure {
            file: "f".into(),
            line: None,
            message: "m".into(),
            stage: finding::Stage::Read,
        });
    }
    assert_eq!((book.errors.len(), book.errors_not_shown), (100, 100));
}

#[test]
fn nothing_that_an_object_says_is_markup() {
    let mut book = Book::default();
    book.add(finding("shop", "<script>alert(1)</script>\"&'", Severity::Low));
    book.close();
    let page = book.page();
    assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;&#39;"));
}
