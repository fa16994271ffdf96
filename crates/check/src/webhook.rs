//! What does an admission webhook stand in the way of?

use object::{Node, Object, Version, v};

/// One webhook of a configuration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Webhook<'a> {
    /// Its mapping.
    pub(crate) node: Node<'a>,
    /// Its name.
    pub(crate) name: &'a str,
    /// Whether the configuration is of `v1beta1`, whose defaults are others.
    is_beta: bool,
}

/// The webhooks of a validating or mutating configuration; none for any other object.
pub(crate) fn webhooks(object: &Object) -> impl Iterator<Item = Webhook<'_>> {
    let is_configuration = object.group() == "admissionregistration.k8s.io"
        && matches!(object.kind(), "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration");
    let list = object.at("webhooks").filter(|_| is_configuration);
    let is_beta = object.id().api_version.ends_with("/v1beta1");
    list.into_iter().flat_map(Node::items).map(move |node| Webhook {
        node,
        name: node.get("name").and_then(Node::str).unwrap_or_default(),
        is_beta,
    })
}

impl<'a> Webhook<'a> {
    /// Whether what it should have judged is refused when it does not answer.
    ///
    /// `v1` fails closed by default, `v1beta1` open (pkg/apis/admissionregistration/*/defaults.go).
    pub(crate) fn fails_closed(self) -> bool {
        let policy = self.node.get("failurePolicy").and_then(Node::str);
        policy.unwrap_or(if self.is_beta { "Ignore" } else { "Fail" }) == "Fail"
    }

    /// How long the API server waits for it, in seconds.
    pub(crate) fn timeout(self) -> i64 {
        let written = self.node.get("timeoutSeconds").and_then(Node::int);
        written.unwrap_or(if self.is_beta { 30 } else { 10 })
    }

    /// Whether it is asked when a resource of the group is created.
    pub(crate) fn judges_new(self, group: &str, resource: &str) -> bool {
        self.node.get("rules").into_iter().flat_map(Node::items).any(|rule| {
            let has = |list: &str, wanted: &[&str]| {
                let items = rule.get(list).into_iter().flat_map(Node::items);
                items.filter_map(Node::str).any(|item| wanted.contains(&item))
            };
            has("apiGroups", &[group, "*"])
                && has("resources", &[resource, "*", "*/*"])
                && has("operations", &["CREATE", "*"])
                && rule.get("scope").and_then(Node::str) != Some("Cluster")
        })
    }

    /// The API groups it is asked about.
    pub(crate) fn groups(self) -> impl Iterator<Item = &'a str> {
        let rules = self.node.get("rules").into_iter().flat_map(Node::items);
        rules.filter_map(|rule| rule.get("apiGroups")).flat_map(Node::items).filter_map(Node::str)
    }

    /// Whether an expression decides further, which nobody evaluates here; read since 1.28.
    pub(crate) fn has_conditions(self, version: Version) -> bool {
        let conditions = self.node.get("matchConditions").filter(|_| version >= v(1, 28));
        conditions.is_some_and(|conditions| conditions.items().len() > 0)
    }

    /// Namespace and name of the Service it is reached by.
    pub(crate) fn service(self) -> Option<(&'a str, &'a str)> {
        let service = self.node.at("clientConfig.service")?;
        Some((service.get("namespace").and_then(Node::str)?, service.get("name").and_then(Node::str)?))
    }
}
