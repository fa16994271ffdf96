//! A report with everything in it that a format could trip over.

use std::collections::BTreeMap;
use std::sync::Arc;

use finding::{
    Advice, Edit, Failure, Finding, Fix, Label, ObjectRef, Origin, Part, PodSecurity, Report, Safety,
    Severity, Source, Span, Stage, Waived, WaivedBy,
};

/// A name that every format has to quote somewhere.
pub(crate) const FILE: &str = "deploy/a b,c:d%\"<ü>.yaml";
/// An absolute path to the same file is below this.
pub(crate) const ROOT: &str = "/srv/shop";
/// Whether no character acts on whoever reads the output: line ends and indents are the format's own.
pub(crate) fn is_plain(text: &str) -> bool {
    text.chars().all(|c| finding::visible(c.encode_utf8(&mut [0; 4])).len() == c.len_utf8() || c == '\n')
}

/// No output may hold this.
pub(crate) const PASSWORD: &str = "hunter2-hunter2";

const TEXT: &str = "kind: Pod # \u{1f600}\u{1f600}\r\nspec:\r\n  hostPID: true\r\n  hostIPC: true\r\n  \
    containers: [{name: 😀, image: x, password: hunter2-hunter2}] # ü\r\n";
const TEMPLATE: &str = "# {{ .Values.name }}\nkind: Service\n  name: 'a'\n";

/// The report; `file` is how the user wrote the path of the first source.
pub(crate) fn report(file: &str) -> Report {
    let source = Arc::new(Source::file(file, TEXT.to_owned()));
    let mut findings = of_the_pod(&source);
    findings.extend(rendered());
    let mut report = Report {
        files: 4,
        inputs: [file, "chart", "clean.yaml", "gone.yaml"].map(str::to_owned).into(),
        objects: 3,
        foreign: 1,
        findings,
        errors: vec![
            failure("gone.yaml", None, "no such file or directory", Stage::Read),
            failure("bad.yaml", Some(7), "a \"key\" is\u{1b}[31m <open>\n", Stage::Parse),
            failure("chart/templates/svc.yaml", Some(2), "the template {0} says [so](1)", Stage::Parse),
        ],
        advice: BTreeMap::from([("host-namespace", advice())]),
        ..Report::default()
    };
    report.sort();
    report
}

/// A report on nothing.
pub(crate) fn nothing() -> Report {
    Report { files: 1, inputs: vec!["values.yaml".to_owned()], foreign: 1, ..Report::default() }
}

fn of_the_pod(source: &Arc<Source>) -> Vec<Finding> {
    let flag = |id, severity, part: &str, message: &str| finding(source, id, severity, part, message);
    vec![
        Finding {
            message: "shares \"it\" & 'that' ]]> ::error::\nwith <100%>\u{1b}[0m\r\t\u{202e}".to_owned(),
            field: "spec.hostPID[\u{2066}\n]".to_owned(),
            labels: vec![Label { span: span(source, "image: x"), text: "used by `😀`".to_owned() }],
            pod_security: Some(PodSecurity { id: "hostNamespaces", level: "baseline" }),
            fix: Some(fix(
                Safety::Risky,
                source,
                &[("  hostPID: true\r\n", ""), ("image: x", "image: \"é\"")],
            )),
            ..flag("host-namespace", Severity::Critical, "hostPID", "")
        },
        // The same words again, and over two lines.
        flag("host-namespace", Severity::Low, "hostPID: true\r\n  hostIPC", "twice"),
        flag("host-namespace", Severity::Low, "hostIPC: true\r\n", "twice"),
        Finding {
            waived: Some(Waived {
                reason: "the \"node\" agent, 100% <needed>\nsince 1.2\u{202e}".to_owned(),
                by: WaivedBy::Comment,
                owner: Some("ops".to_owned()),
                expires: None,
            }),
            fix: Some(fix(Safety::Safe, source, &[("hostIPC: true", "hostIPC: false")])),
            ..flag("host-namespace", Severity::High, "hostIPC", "shares the IPC namespace")
        },
        Finding {
            secret: Some(span(source, PASSWORD)),
            container: Some("😀\u{200f}\n".to_owned()),
            ..flag("secret-in-env", Severity::Medium, "password", "a password in plain text")
        },
        Finding {
            // What it would insert repeats the secret beside it.
            fix: Some(fix(Safety::Safe, source, &[("{name: 😀", "{password: hunter2-hunter2")])),
            ..flag("container-name", Severity::Info, "name: 😀", "no name of a container: 😀")
        },
    ]
}

fn rendered() -> Vec<Finding> {
    let template = Some(Arc::new(Source::file("chart/templates/svc.yaml", TEMPLATE.to_owned())));
    let parts = vec![
        Part { start: 0, path: "chart/templates/svc.yaml".to_owned(), template, at: None },
        Part { start: 24, path: "chart/templates/x.yaml".to_owned(), template: None, at: None },
    ];
    let text = "kind: Service\nname: 'a'\nkind: X\n".to_owned();
    let origin = Origin::Rendered { tool: "helm template", parts };
    let source = Arc::new(Source::with_origin("chart/Chart.yaml", text, origin));
    let found = |part, message| finding(&source, "unrendered-source", Severity::High, part, message);
    vec![
        Finding {
            fix: Some(fix(Safety::Safe, &source, &[("kind: Service", "kind: Pod")])),
            ..found("kind: Service", "the template {0} says [so](1)")
        },
        found("kind: X", "no template to look into"),
        // From one template into the next.
        found("name: 'a'\nkind: X", "over the edge"),
    ]
}

fn finding(source: &Arc<Source>, id: &'static str, severity: Severity, part: &str, message: &str) -> Finding {
    Finding {
        id,
        severity,
        message: message.to_owned(),
        source: Arc::clone(source),
        span: span(source, part),
        field: String::new(),
        by_name: String::new(),
        object: Some(Arc::new(ObjectRef {
            api_version: "v1".to_owned(),
            kind: "Pod".to_owned(),
            namespace: Some("shop".to_owned()),
            name: "web \"1\"\u{202d}\n\u{85}".to_owned(),
        })),
        container: None,
        pod_security: None,
        labels: Vec::new(),
        secret: None,
        fix: None,
        waived: None,
    }
}

fn fix(safety: Safety, source: &Source, edits: &[(&str, &str)]) -> Fix {
    let edit = |(old, new): &(&str, &str)| Edit { span: span(source, old), text: (*new).to_owned() };
    Fix { safety, changes: Vec::new(), edits: edits.iter().map(edit).collect() }
}

fn span(source: &Source, part: &str) -> Span {
    let start = source.text().find(part).unwrap();
    Span::new(start as u32, (start + part.len()) as u32)
}

fn failure(file: &str, line: Option<u32>, message: &str, stage: Stage) -> Failure {
    Failure { file: file.to_owned(), line, message: message.to_owned(), stage }
}

fn advice() -> Advice {
    Advice {
        why: "With `hostPID` a process sees \"all\" others. It may <kill> them.".to_owned(),
        help: "Remove it: 100% of agents, but one, work without.".to_owned(),
    }
}
