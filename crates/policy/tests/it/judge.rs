//! The one place here that knows how a text becomes a verdict.

use std::sync::Arc;

use finding::Source;
use object::{Limits, ProblemKind, Version};
use policy::pod_security::{Policy, aggregate, evaluate};

/// The checks of a policy that the one pod in a text fails.
pub(crate) fn violations(text: &str, policy: Policy) -> Vec<&'static str> {
    let source = Arc::new(Source::file("pod.yaml", text.to_owned()));
    let read = object::read(&source, Limits::default());
    let pods: Vec<_> = read.objects.iter().flat_map(|object| object.pods(Version::NEWEST)).collect();
    assert_eq!(pods.len(), 1, "{text}");
    evaluate(&pods[0], policy).into_iter().map(|violation| violation.id).collect()
}

/// What is said of the one pod in a text, policy by policy; empty where it is allowed.
pub(crate) fn judge<P: AsRef<str>>(text: &str, policies: &[P]) -> Vec<String> {
    let source = Arc::new(Source::file("pod.yaml", text.to_owned()));
    let read = object::read(&source, Limits::default());
    // Of a key that stands twice the API server takes the last and says nothing.
    let unread = read.problems.iter().find(|problem| problem.kind != ProblemKind::DuplicateKey);
    assert!(unread.is_none(), "{text}: {unread:?}");
    let pods: Vec<_> = read.objects.iter().flat_map(|object| object.pods(Version::NEWEST)).collect();
    assert_eq!(pods.len(), 1, "{text}");
    let one = |policy: &P| {
        let violations = evaluate(&pods[0], policy.as_ref().parse().unwrap());
        assert!(
            violations.iter().all(|violation| !violation.sites.is_empty()),
            "nothing to point at: {text}"
        );
        aggregate(&violations)
    };
    policies.iter().map(one).collect()
}
