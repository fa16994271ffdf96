//! Which checks run over an object, and what do they say?

use std::sync::Arc;

use finding::{Finding, Severity, Source, Span, Verdict};
use object::{Inventory, Node, Object, Pod, Problem, ProblemKind, Version};
use policy::pod_security::{Policy, aggregate, evaluate};

use crate::credential::{may_stand_in, suspect};
use crate::fields::Fields;
use crate::list::checks::{pod_security as page_of_pod_security, secret_in_env, unrendered_source};
use crate::{CHECKS, Check, Findings, Run, Settings};

/// The checks of one run and the release they judge for.
#[derive(Clone, Debug)]
pub struct Judge {
    checks: Vec<&'static Check>,
    version: Version,
    settings: Settings,
}

impl Judge {
    /// The checks that `wanted` accepts, in the order of the list.
    pub fn new(version: Version, wanted: impl Fn(&Check) -> bool) -> Self {
        Self {
            checks: CHECKS.iter().copied().filter(|check| wanted(check)).collect(),
            version,
            settings: Settings::default(),
        }
    }

    /// The same checks, knowing what the user told about the cluster.
    #[must_use]
    pub fn with(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Whether a check is among those of the run.
    pub fn runs(&self, id: &str) -> bool {
        self.checks.iter().any(|check| check.id == id)
    }

    /// Everything the checks say about one object, beside the others of the same input.
    pub fn object(&self, object: &Object, inventory: &Inventory) -> Vec<Finding> {
        let mut list = Vec::new();
        let fields = Fields::of_object(object);
        for check in &self.checks {
            let mut out = Findings::new(check, object, (self.version, &self.settings), &mut list);
            match check.run {
                Run::Object(run) => run(object, &mut out),
                Run::Fields(run) => run(object, &fields, &mut out),
                Run::ObjectAmong(run) => run(object, inventory, &mut out),
                _ => {}
            }
        }
        for pod in object.pods(self.version) {
            let fields = Fields::of_pod(&pod, &fields);
            for check in &self.checks {
                let mut out = Findings::new(check, object, (self.version, &self.settings), &mut list);
                match check.run {
                    Run::Pod(run) => run(&pod, &mut out),
                    Run::PodFields(run) => run(&pod, &fields, &mut out),
                    Run::PodAmong(run) => run(&pod, inventory, &mut out),
                    _ => {}
                }
            }
        }
        list
    }

    /// What the checks say about a trouble in the text.
    pub fn problem(&self, problem: &Problem) -> Option<Finding> {
        let check =
            self.checks.iter().find(|check| matches!(check.run, Run::Text(takes) if takes(problem)))?;
        Some(problem_finding(check, problem))
    }
}

/// The finding about a chart or overlay that could not be rendered.
pub fn unrendered(source: Arc<Source>, span: Span, message: String) -> Finding {
    let kind = ProblemKind::Unreadable;
    let problem = Problem { kind, source, span, message, field: String::new() };
    problem_finding(&unrendered_source::CHECK, &problem)
}

/// A trouble in the text as a finding of `check`.
fn problem_finding(check: &'static Check, problem: &Problem) -> Finding {
    let on_security_path = problem.field.contains("securityContext") || problem.field.contains("spec.host");
    let severity = match problem.kind {
        ProblemKind::DuplicateKey if !on_security_path => Severity::Medium,
        _ => check.severity,
    };
    Finding {
        id: check.id,
        severity,
        message: problem.message.clone(),
        source: Arc::clone(&problem.source),
        span: problem.span,
        field: problem.field.clone(),
        object: None,
        container: None,
        pod_security: None,
        labels: Vec::new(),
        secret: None,
        fix: None,
        waived: None,
    }
}

/// What of an object no report may show, whichever checks run: credentials of containers, the values of
/// a Secret.
pub fn hidden(object: &Object, version: Version) -> Vec<(Arc<Source>, Span)> {
    let mut list = Vec::new();
    let settings = Settings::default();
    if let Run::Pod(run) = secret_in_env::CHECK.run {
        for pod in object.pods(version) {
            run(&pod, &mut Findings::new(&secret_in_env::CHECK, object, (version, &settings), &mut list));
        }
    }
    let credentials = list.into_iter().filter_map(|finding| Some((finding.source, finding.secret?)));
    let is_secret = object.kind() == "Secret" && object.group().is_empty();
    let values = ["data", "stringData", "metadata.annotations"]
        .into_iter()
        .filter_map(|path| object.at(path).filter(|_| is_secret))
        .flat_map(Node::entries)
        .map(|(_, value)| (Arc::clone(value.source()), value.span()));
    let mut hidden: Vec<_> = credentials.chain(values).collect();
    for variables in object.pods(version).flat_map(Pod::every_container).filter_map(|c| c.at("env")) {
        hidden
            .extend(in_variables(variables).into_iter().map(|node| (Arc::clone(node.source()), node.span())));
    }
    hidden
}

/// Values of variables that a slip keeps from being read as such: a misspelt or repeated key, a mapping
/// instead of a list. They are shown beside the slip, and are no less secret for it.
fn in_variables(variables: Node<'_>) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    let look = |name: &str, value: &Node<'_>| node_is_suspect(name, *value);
    for (key, value) in variables.entries() {
        found.extend(Some(value).filter(|value| look(key.text().unwrap_or_default(), value)));
    }
    for item in variables.items() {
        let name = item.get("name").and_then(Node::str).unwrap_or_default();
        for (_, value) in item.entries().filter(|(key, _)| key.text() != Some("name")) {
            let values = std::iter::once(value).chain(value.items());
            found.extend(values.filter(|value| look(name, value)));
        }
    }
    found
}

fn node_is_suspect(name: &str, node: Node<'_>) -> bool {
    node.text().is_some_and(|text| suspect(name, text).is_some())
}

/// What no report may show of a text that could not be read: nobody knows which of its values are
/// credentials, so a line that may hold one loses all that follows its first colon.
pub fn hidden_in_text(problem: &Problem) -> Vec<(Arc<Source>, Span)> {
    let source = &problem.source;
    let line = |number: u32| source.text().get(source.lines(number, number)).unwrap_or_default();
    let is_secret = document_at(source.text(), problem.span.start as usize).contains("Secret");
    let (first, last) = (source.position(problem.span.start).line, source.position(problem.span.end).line);
    let suspected = |number: &u32| {
        is_secret || [number.saturating_sub(1).max(1), *number].into_iter().any(|n| may_stand_in(line(n)))
    };
    let value = |number: u32| {
        let (bounds, colon) = (source.lines(number, number), line(number).find(':').map_or(0, |at| at + 1));
        (Arc::clone(source), Span::new((bounds.start + colon) as u32, bounds.end as u32))
    };
    (first..=last).filter(suspected).map(value).collect()
}

/// The document around a place, by its separator lines: looking at the whole text for each of a hundred
/// thousand broken documents would take hours.
fn document_at(text: &str, at: usize) -> &str {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before.rfind("\n---").unwrap_or(0);
    let end = after.find("\n---").map_or(text.len(), |length| before.len() + length);
    text.get(start..end).unwrap_or_default()
}

/// The Pod Security answer for every pod of an object: a verdict each, and a finding for each refusal.
pub fn pod_security(object: &Object, policy: Policy) -> (Vec<Finding>, Vec<Verdict>) {
    let (mut list, mut verdicts) = (Vec::new(), Vec::new());
    let settings = Settings::default();
    let context = (Version::NEWEST, &settings);
    for pod in object.pods(policy.version.effective()) {
        let violations = evaluate(&pod, policy);
        verdicts.push(verdict(&pod, policy, aggregate(&violations)));
        for violation in violations {
            let mut out = Findings::new(&page_of_pod_security::CHECK, object, context, &mut list);
            let text = violation.text();
            let mut sites = violation.sites.into_iter();
            let first = sites.next().unwrap_or_else(|| pod.site(""));
            let mut flag = out.flag(first, text);
            for site in sites {
                flag = flag.label(&site, "");
            }
            flag.pod_security(violation.id, violation.level.word());
        }
    }
    (list, verdicts)
}

fn verdict(pod: &Pod<'_>, policy: Policy, message: String) -> Verdict {
    let site = pod.site_of(pod.object().root());
    Verdict {
        file: site.source().place(site.span.start).0.to_owned(),
        line: site.source().place(site.span.start).1.line,
        object: pod.object().id().clone(),
        policy: policy.to_string(),
        message,
    }
}
