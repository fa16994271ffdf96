//! How does a rule say what it saw?

use finding::{Change, Finding, Fix, Label, PodSecurity, Safety, Severity};
use object::{Node, Object, Site, Version};

use crate::credential::without_credentials;
use crate::{Check, Profile, Settings};

/// Where a rule puts what it finds; it knows the rule and the object, so the rule need not repeat them.
#[derive(Debug)]
pub struct Findings<'a> {
    check: &'static Check,
    object: &'a Object,
    version: Version,
    settings: &'a Settings,
    list: &'a mut Vec<Finding>,
}

impl<'a> Findings<'a> {
    pub(crate) fn new(
        check: &'static Check,
        object: &'a Object,
        (version, settings): (Version, &'a Settings),
        list: &'a mut Vec<Finding>,
    ) -> Self {
        Self { check, object, version, settings, list }
    }

    /// The release that is asked about.
    pub fn version(&self) -> Version {
        self.version
    }

    /// What the user told about the cluster.
    pub fn settings(&self) -> &'a Settings {
        self.settings
    }

    /// Records a finding at a field, written or missing.
    pub fn flag(&mut self, site: Site<'_>, message: impl Into<String>) -> Flag<'_> {
        let version = self.version;
        self.list.push(Finding {
            id: self.check.id,
            severity: self.check.severity,
            message: without_credentials(message.into()),
            source: site.source().clone(),
            span: site.span,
            container: container_of(site.node),
            by_name: site.by_name(),
            field: site.field,
            object: Some(self.object.id().clone()),
            pod_security: self.check.profile.and_then(|profile| profile.named(version)),
            labels: Vec::new(),
            secret: None,
            fix: None,
            waived: None,
        });
        Flag { list: self.list, version }
    }
}

/// The finding just recorded, to be said more exactly; each step may be the last.
#[derive(Debug)]
pub struct Flag<'f> {
    list: &'f mut Vec<Finding>,
    version: Version,
}

#[allow(clippy::return_self_not_must_use)] // the finding is recorded already
impl Flag<'_> {
    /// This one is better or worse than the check's findings are as a rule.
    pub fn severity(self, severity: Severity) -> Self {
        self.change(|finding| finding.severity = severity)
    }

    /// This one stands for another Pod Security check than the rule as a whole.
    pub fn profile(self, profile: Profile) -> Self {
        let named = profile.named(self.version);
        self.change(|finding| finding.pod_security = named)
    }

    /// How the owner's text is mended; the engine proves it before anything is written.
    pub fn fix(self, safety: Safety, changes: impl IntoIterator<Item = Change>) -> Self {
        let changes = changes.into_iter().collect();
        self.change(|finding| finding.fix = Some(Fix { safety, changes, edits: Vec::new() }))
    }

    /// Names a Pod Security check directly.
    pub(crate) fn pod_security(self, id: &'static str, level: &'static str) -> Self {
        self.change(|finding| finding.pod_security = Some(PodSecurity { id, level }))
    }

    /// The node's text is a secret: no output may show it, not even beside another finding.
    pub fn hide(self, node: Node<'_>) -> Self {
        self.change(|finding| finding.secret = Some(node.span()))
    }

    /// Points at a second place of the same source.
    pub fn label(self, site: &Site<'_>, text: impl Into<String>) -> Self {
        let label = Label { span: site.span, text: text.into() };
        self.change(|finding| finding.labels.push(label))
    }

    fn change(self, change: impl FnOnce(&mut Finding)) -> Self {
        if let Some(finding) = self.list.last_mut() {
            change(finding);
        }
        self
    }
}

/// The name of the container that a node stands in.
fn container_of(node: Node<'_>) -> Option<String> {
    let mut here = Some(node);
    while let Some(node) = here {
        let list = node.parent().and_then(Node::key).and_then(Node::text);
        if matches!(list, Some("containers" | "initContainers" | "ephemeralContainers")) {
            return node.get("name").and_then(Node::str).map(str::to_owned);
        }
        here = node.parent();
    }
    None
}
