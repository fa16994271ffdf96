//! Whose kinds are in an API group?

/// Whether somebody other than Kubernetes made the kinds of the group: its name is a domain of their own.
///
/// `autoscaling` and `apps` have no dot, the later groups of Kubernetes end in `.k8s.io`.
pub(crate) fn is_custom(group: &str) -> bool {
    group.contains('.') && !group.ends_with(".k8s.io")
}
