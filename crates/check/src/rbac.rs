//! Who may do what, as the RBAC authorizer reads it?
//!
//! Matching is upstream's (`pkg/apis/rbac/v1/evaluation_helpers.go`): `*` for everything, `*/exec` for one
//! subresource of everything. `pods/*` is no wildcard there: it names a subresource called `*`.

use std::collections::BTreeSet;

use crate::prelude::*;

const GROUP: &str = "rbac.authorization.k8s.io";

/// How many subjects or namespaces a message names.
const NAMED: usize = 2;

/// The power of a rule that is worth a finding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Power {
    /// How bad it is.
    pub severity: Severity,
    /// Any of these, as (group, resource).
    pub resources: &'static [(&'static str, &'static str)],
    /// Any of these on one of the resources.
    pub verbs: &'static [&'static str],
    /// What the holder may do: follows "may"; `{verb}`, `{resource}` and `{place}` stand for what the rule says.
    pub what: &'static str,
    /// Where the resources live.
    pub scope: Scope,
    /// Whether the power is left when `resourceNames` narrows the rule to these names.
    pub despite_names: fn(&[&str]) -> bool,
}

/// Where the resources of a [`Power`] live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// In namespaces: a Role and a `RoleBinding` grant it there.
    Namespaced,
    /// In none: only a `ClusterRole` bound by a `ClusterRoleBinding` grants it.
    Cluster,
}

impl Scope {
    /// Whether a role of this kind can give anything of the scope.
    pub(crate) fn is_within(self, role: &Object) -> bool {
        self == Self::Namespaced || role.kind() == "ClusterRole"
    }
}

/// One item of `rules`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule<'a> {
    node: Node<'a>,
}

impl<'a> Rule<'a> {
    /// The words of one of its lists.
    pub(crate) fn words(self, list: &str) -> impl Iterator<Item = (&'a str, Node<'a>)> + Clone {
        self.node.get(list).into_iter().flat_map(Node::items).filter_map(|node| Some((node.str()?, node)))
    }

    /// The first `*` among resources, verbs and groups.
    pub(crate) fn wildcard(self) -> Option<Node<'a>> {
        ["resources", "verbs", "apiGroups"].into_iter().find_map(|list| self.star(list))
    }

    /// The first few words of a list, as a message shows them.
    pub(crate) fn listed(self, list: &str) -> String {
        let mut several = Several::default();
        self.words(list).for_each(|(word, _)| several.add(format!("`{word}`")));
        several.words().unwrap_or_default()
    }

    /// The `*` of one list.
    pub(crate) fn star(self, list: &str) -> Option<Node<'a>> {
        self.words(list).find(|(word, _)| *word == "*").map(|(_, node)| node)
    }

    /// Whether nothing at all is beyond it.
    pub(crate) fn is_everything(self) -> bool {
        let unnamed = self.words("resourceNames").next().is_none();
        unnamed && ["apiGroups", "resources", "verbs"].into_iter().all(|list| self.star(list).is_some())
    }

    /// The verb and the resource by which the rule grants a power; wildcards count.
    pub(crate) fn grants(self, power: &Power) -> Option<Grant<'a>> {
        let names: Vec<&str> = self.words("resourceNames").map(|(name, _)| name).collect();
        if !names.is_empty() && !(power.despite_names)(&names) {
            return None;
        }
        let (verb, _) = self.words("verbs").find(|(verb, _)| *verb == "*" || power.verbs.contains(verb))?;
        let has_group = |group: &str| self.words("apiGroups").any(|(word, _)| word == "*" || word == group);
        let (resource, node) = self.words("resources").find(|(word, _)| {
            power.resources.iter().any(|(group, resource)| covers(word, resource) && has_group(group))
        })?;
        Some(Grant { verb, resource, node, is_named: !names.is_empty() })
    }
}

/// How a rule grants a power.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grant<'a> {
    verb: &'a str,
    resource: &'a str,
    node: Node<'a>,
    is_named: bool,
}

fn covers(word: &str, resource: &str) -> bool {
    let subresource = resource.split_once('/').map(|(_, subresource)| subresource);
    word == "*" || word == resource || (subresource.is_some() && word.strip_prefix("*/") == subresource)
}

/// Flags every rule of a role that grants one of the powers in so many words.
///
/// A rule with a wildcard is left to `rbac-wildcard`, which says what it includes.
pub(crate) fn flag_powers(powers: &[Power], role: &Object, inventory: &Inventory, out: &mut Findings<'_>) {
    let mut holders = None;
    for rule in rules(role).filter(|rule| rule.wildcard().is_none()) {
        let found = powers.iter().find_map(|power| Some((power, rule.grants(power)?)));
        let Some((power, grant)) = found else { continue };
        let holders = holders.get_or_insert_with(|| Holders::of(role, inventory));
        let Some((who, place)) = holders.of_power(power.scope, role) else { continue };
        let what = power.what.replace("{verb}", grant.verb).replace("{resource}", grant.resource);
        let severity = if grant.is_named { Severity::Medium } else { power.severity };
        out.flag(role.site(grant.node, ""), format!("{who} may {}", what.replace("{place}", &place)))
            .severity(severity);
    }
}

/// The rules of a Role or `ClusterRole` that somebody wrote; nothing for other objects and for built-in roles.
pub(crate) fn rules(object: &Object) -> impl Iterator<Item = Rule<'_>> {
    let is_role = object.group() == GROUP && matches!(object.kind(), "Role" | "ClusterRole");
    let rules = object.at("rules").filter(|_| is_role && !is_built_in(object));
    rules.into_iter().flat_map(Node::items).map(|node| Rule { node })
}

/// Whether an object is a `RoleBinding` or `ClusterRoleBinding` that somebody wrote.
pub(crate) fn is_binding(object: &Object) -> bool {
    object.group() == GROUP
        && matches!(object.kind(), "RoleBinding" | "ClusterRoleBinding")
        && !is_built_in(object)
}

/// The API server makes these itself and puts them back when they are changed.
fn is_built_in(object: &Object) -> bool {
    let label = object.at("metadata.labels").and_then(|labels| labels.get("kubernetes.io/bootstrapping"));
    object.name().starts_with("system:") || label.is_some()
}

/// The role that a binding grants, as (kind, name).
pub(crate) fn granted_role(binding: &Object) -> Option<(&str, &str)> {
    let text = |path| binding.at(path).and_then(Node::str);
    Some((text("roleRef.kind")?, text("roleRef.name")?))
}

/// Somebody a binding names.
#[derive(Clone, Debug)]
pub(crate) struct Subject<'a> {
    /// `ServiceAccount`, `Group` or `User`.
    pub kind: &'a str,
    /// The name.
    pub name: &'a str,
    /// The namespace of a service account.
    pub namespace: &'a str,
    /// Its item in the binding.
    pub node: Node<'a>,
}

impl Subject<'_> {
    /// How a message calls it.
    pub(crate) fn title(&self) -> String {
        match self.kind {
            "ServiceAccount" => format!("service account `{}/{}`", self.namespace, self.name),
            "Group" => format!("group `{}`", self.name),
            _ => format!("user `{}`", self.name),
        }
    }
}

/// Everybody a binding names.
pub(crate) fn subjects(binding: &Object) -> impl Iterator<Item = Subject<'_>> {
    binding.at("subjects").into_iter().flat_map(Node::items).filter_map(|node| {
        let text = |key| node.get(key).and_then(Node::str);
        let namespace = text("namespace").unwrap_or_else(|| binding.namespace());
        Some(Subject { kind: text("kind")?, name: text("name")?, namespace, node })
    })
}

/// Who holds a role, as far as the input shows.
#[derive(Debug, Default)]
pub(crate) struct Holders {
    /// Those of a `ClusterRoleBinding`.
    everywhere: Several,
    /// Those of a `RoleBinding`, and the namespaces they hold it in.
    somewhere: Several,
    namespaces: Several,
}

impl Holders {
    /// Looks for the bindings of a role.
    pub(crate) fn of(role: &Object, inventory: &Inventory) -> Self {
        let mut holders = Self::default();
        for binding in inventory.bindings_of(role) {
            if binding.kind() == "ClusterRoleBinding" {
                subjects(binding).for_each(|subject| holders.everywhere.add(subject.title()));
                continue;
            }
            for subject in subjects(binding) {
                holders.somewhere.add(subject.title());
                holders.namespaces.add(format!("`{}`", binding.namespace()));
            }
        }
        holders
    }

    /// Who has a power of this scope through the role and where; `None` when the role cannot give it.
    pub(crate) fn of_power(&self, scope: Scope, role: &Object) -> Option<(String, String)> {
        let unbound = || "whoever is bound to the role".to_owned();
        if scope == Scope::Cluster {
            let only_somewhere = self.everywhere.words().is_none() && self.somewhere.words().is_some();
            let is_effective = scope.is_within(role) && !only_somewhere;
            return is_effective.then(|| (self.everywhere.words().unwrap_or_else(unbound), String::new()));
        }
        if let Some(who) = self.everywhere.words() {
            return Some((who, " in every namespace".to_owned()));
        }
        let namespaces = self
            .namespaces
            .words()
            .or_else(|| (role.kind() == "Role").then(|| format!("`{}`", role.namespace())));
        let place = namespaces.map_or(String::new(), |namespaces| format!(" in namespace {namespaces}"));
        Some((self.somewhere.words().unwrap_or_else(unbound), place))
    }
}

/// How a message calls several; `None` for nobody.
pub(crate) fn titles<'a>(subjects: impl Iterator<Item = Subject<'a>>) -> Option<String> {
    let mut several = Several::default();
    subjects.for_each(|subject| several.add(subject.title()));
    several.words()
}

/// Names in their order, each once, of which a message shows the first few.
#[derive(Debug, Default)]
struct Several {
    shown: Vec<String>,
    all: BTreeSet<String>,
}

impl Several {
    fn add(&mut self, name: String) {
        if !self.all.contains(&name) {
            if self.shown.len() < NAMED {
                self.shown.push(name.clone());
            }
            self.all.insert(name);
        }
    }

    fn words(&self) -> Option<String> {
        match (self.shown.as_slice(), self.all.len() - self.shown.len()) {
            ([], _) => None,
            (shown, 0) => Some(shown.join(" and ")),
            (shown, more) => Some(format!("{} and {more} more", shown.join(", "))),
        }
    }
}
