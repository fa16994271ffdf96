//! How does Pod Security admission put it? Its little grammar, letter by letter (policy/helpers.go).

use object::{Container, Site};

/// `"a", "b"`, without escaping, as upstream.
pub(super) fn quoted<S: AsRef<str>>(items: &[S]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    format!("\"{}\"", items.join("\", \""))
}

/// One or many, by count.
pub(super) fn plural(one: &'static str, many: &'static str, count: usize) -> &'static str {
    if count == 1 { one } else { many }
}

/// Sorted, each once, as a Go string set lists its members.
pub(super) fn set<S: Ord>(mut items: Vec<S>) -> Vec<S> {
    items.sort();
    items.dedup();
    items
}

/// Who is to blame: the pod, some containers, or both.
#[derive(Default)]
pub(super) struct Who<'a> {
    pod: bool,
    containers: Vec<&'a str>,
    /// The fields, in the order in which they were blamed.
    pub(super) sites: Vec<Site<'a>>,
}

impl<'a> Who<'a> {
    /// Blames the pod for a field.
    pub(super) fn pod(&mut self, site: Site<'a>) {
        self.pod = true;
        self.sites.push(site);
    }

    /// Blames a container for a field.
    pub(super) fn container(&mut self, container: Container<'a>, site: Site<'a>) {
        self.containers.push(container.name);
        self.sites.push(site);
    }

    /// Whether nobody is to blame.
    pub(super) fn is_empty(&self) -> bool {
        !self.pod && self.containers.is_empty()
    }

    /// How many containers are to blame.
    pub(super) fn count(&self) -> usize {
        self.containers.len()
    }

    /// `container "a"` or `containers "a", "b"`.
    pub(super) fn named(&self) -> String {
        format!("{} {}", plural("container", "containers", self.count()), quoted(&self.containers))
    }

    /// `pod`, `container "a"`, `pod and containers "a", "b"`.
    pub(super) fn setters(&self) -> Vec<String> {
        let pod = self.pod.then(|| "pod".to_owned());
        pod.into_iter().chain((self.count() > 0).then(|| self.named())).collect()
    }

    /// The setters in one phrase.
    pub(super) fn joined(&self) -> String {
        self.setters().join(" and ")
    }
}
