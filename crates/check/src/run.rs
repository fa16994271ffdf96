//! Which checks run over an object, and what do they say?

use std::cell::LazyCell;
use std::sync::Arc;

use finding::{Finding, Severity, Source, Span, Verdict};
use object::{Inventory, Node, Object, Pod, Problem, ProblemKind, Version};
use policy::pod_security::{Policy, aggregate, evaluate};

use crate::fields::Fields;
use crate::list::checks::{pod_security as page_of_pod_security, unrendered_source};
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

    /// Those of the checks that `wanted` accepts.
    #[must_use]
    pub fn only(mut self, wanted: impl Fn(&Check) -> bool) -> Self {
        self.checks.retain(|check| wanted(check));
        self
    }

    /// Whether a check is among those of the run.
    pub fn runs(&self, id: &str) -> bool {
        self.checks.iter().any(|check| check.id == id)
    }

    /// Everything the checks say about one object, beside the others of the same input.
    pub fn object(&self, object: &Object, inventory: &Inventory) -> Vec<Finding> {
        let mut list = Vec::new();
        // The walk is dear, and a run without the rules that ask for it need not make it.
        let fields = LazyCell::new(|| Fields::of_object(object));
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
            let fields = LazyCell::new(|| Fields::of_pod(&pod, &fields));
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
        // The kubelet writes these from a file of the node: what is changed here is never applied.
        if annotation(object, MIRROR).is_some() {
            for finding in &mut list {
                finding.fix = None;
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

/// What marks a pod as the image of one that the kubelet runs from a file (pkg/kubelet/types, `ConfigMirrorAnnotationKey`).
const MIRROR: &str = "kubernetes.io/config.mirror";

fn annotation<'a>(object: &'a Object, key: &str) -> Option<Node<'a>> {
    object.at("metadata.annotations").and_then(|annotations| annotations.get(key))
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
        by_name: String::new(),
        object: None,
        container: None,
        pod_security: None,
        labels: Vec::new(),
        secret: None,
        fix: None,
        waived: None,
    }
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

#[cfg(test)]
mod tests {
    use object::{Limits, read};

    use super::*;

    #[test]
    fn a_mirror_pod_is_judged_but_never_mended() {
        let findings = |annotations: &str| {
            let text = format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: a, annotations: {annotations}}}, \
                 spec: {{hostPID: true, containers: []}}}}"
            );
            let inventory =
                Inventory::new(read(&Arc::new(Source::file("t", text)), Limits::default()).objects);
            let judge = Judge::new(Version::NEWEST, |check| check.id == "host-namespace");
            inventory.objects().iter().flat_map(|o| judge.object(o, &inventory)).collect::<Vec<_>>()
        };
        let fixes = |annotations| -> Vec<bool> {
            findings(annotations).iter().map(|finding| finding.fix.is_some()).collect()
        };
        assert_eq!(fixes("{}"), [true]);
        assert_eq!(fixes("{kubernetes.io/config.mirror: 1f3a}"), [false]);
    }
}
