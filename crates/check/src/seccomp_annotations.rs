//! Which seccomp profile do the annotations of a pod name for a container?
//!
//! Looked through once a pod: a pod may have as many annotations as containers.

use std::collections::BTreeMap;

use object::{Container, Node, Pod};

/// Names the profile of the whole pod.
pub(crate) const OF_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
/// Names the profile of a container, whose name goes behind it.
pub(crate) const OF_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";

/// Key and value of an annotation.
type Annotation<'a> = (&'a str, Node<'a>);

/// The annotations that named profiles before the field existed.
pub(crate) struct SeccompAnnotations<'a> {
    of_pod: Option<Annotation<'a>>,
    of_containers: BTreeMap<&'a str, Annotation<'a>>,
}

impl<'a> SeccompAnnotations<'a> {
    pub(crate) fn of(pod: &Pod<'a>) -> Self {
        let mut found = Self { of_pod: None, of_containers: BTreeMap::new() };
        for (key, value) in pod.annotations() {
            if key == OF_POD {
                found.of_pod.get_or_insert((key, value));
            } else if let Some(name) = key.strip_prefix(OF_CONTAINER) {
                found.of_containers.entry(name).or_insert((key, value));
            }
        }
        found
    }

    /// The annotation that once chose the profile of a container: its own, or else the pod's.
    pub(crate) fn choice(&self, container: Container<'_>) -> Option<Annotation<'a>> {
        self.of_containers.get(container.name).copied().or(self.of_pod)
    }

    /// Whether a container has one of its own.
    pub(crate) fn is_any_of_a_container(&self) -> bool {
        !self.of_containers.is_empty()
    }
}
