//! What else is in the same input?
//!
//! Rules ask for every object or pod they look at, so no answer may cost a walk over everything.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{Node, Object, Pod, Version, selects};

/// Every object of a run, for rules that look at how objects relate.
#[derive(Debug, Default)]
pub struct Inventory {
    objects: Vec<Object>,
    by_kind: BTreeMap<String, BTreeMap<String, Vec<usize>>>,
    namespaces: BTreeMap<String, Namespace>,
    /// Namespace and name of every service account that a binding names.
    bound: BTreeSet<(String, String)>,
    /// Roles, as indexes of objects.
    roles: HashMap<Role, Vec<usize>>,
    /// Bindings by the role that they grant.
    granting: HashMap<Role, Vec<usize>>,
}

/// Kind, name and, where it is in one, namespace of a Role or `ClusterRole`.
type Role = (String, String, Option<String>);

/// What lands in one namespace, as indexes of objects.
#[derive(Debug, Default)]
struct Namespace {
    /// Objects that are or carry pods.
    carriers: Vec<usize>,
    /// The same by each label of their pods.
    labelled: BTreeMap<String, Vec<usize>>,
    /// Every NetworkPolicy, under one label it asks for.
    policies: BTreeMap<Option<String>, Vec<usize>>,
    /// One object of each custom kind that may become pods its text does not show.
    opaque: Vec<usize>,
}

impl Inventory {
    /// Collects the objects of all inputs, in the order given.
    pub fn new(objects: Vec<Object>) -> Self {
        let mut by_kind = BTreeMap::<String, BTreeMap<String, Vec<usize>>>::new();
        let mut namespaces = BTreeMap::<String, Namespace>::new();
        let (mut roles, mut granting) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        let mut opaque = BTreeSet::new();
        for (index, object) in objects.iter().enumerate() {
            let groups = by_kind.entry(object.kind().to_owned()).or_default();
            groups.entry(object.group().to_owned()).or_default().push(index);
            if let Some(role) = role(object) {
                roles.entry(role).or_default().push(index);
            }
            if let Some(role) = granted(object) {
                granting.entry(role).or_default().push(index);
            }
            let namespace = namespaces.entry(object.namespace().to_owned()).or_default();
            if namespace.add(index, object) == Shown::Never
                && opaque.insert((object.namespace(), object.group(), object.kind()))
            {
                namespace.opaque.push(index);
            }
        }
        let bound = objects.iter().flat_map(bound_accounts).collect();
        Self { objects, by_kind, namespaces, bound, roles, granting }
    }

    /// Whether a `RoleBinding` or `ClusterRoleBinding` here grants anything to the service account.
    pub fn grants_to(&self, namespace: &str, account: &str) -> bool {
        self.bound.contains(&(namespace.to_owned(), account.to_owned()))
    }

    /// Every object.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// Objects of one kind of one API group.
    pub fn of_kind<'a>(&'a self, group: &'a str, kind: &'a str) -> impl Iterator<Item = &'a Object> {
        self.listed(self.by_kind.get(kind).and_then(|groups| groups.get(group)))
    }

    /// The role that a binding grants; several where the input has it several times.
    pub fn roles_of(&self, binding: &Object) -> impl Iterator<Item = &Object> {
        self.listed(granted(binding).and_then(|role| self.roles.get(&role)))
    }

    /// Every binding that grants a role.
    pub fn bindings_of(&self, object: &Object) -> impl Iterator<Item = &Object> {
        self.listed(role(object).and_then(|role| self.granting.get(&role)))
    }

    /// Pods and pod templates of one namespace, in the order of the input.
    pub fn pods_in(&self, namespace: &str, version: Version) -> impl Iterator<Item = Pod<'_>> {
        let carriers = self.namespaces.get(namespace).map(|namespace| &namespace.carriers);
        self.listed(carriers).flat_map(move |object| object.pods(version))
    }

    /// Those of them that a label selector chooses.
    pub fn pods_selected<'a>(
        &'a self,
        namespace: &str,
        selector: Node<'a>,
        version: Version,
    ) -> impl Iterator<Item = Pod<'a>> {
        let candidates = self.namespaces.get(namespace).and_then(|namespace| namespace.candidates(selector));
        let pods = self.listed(candidates).flat_map(move |object| object.pods(version));
        pods.filter(move |pod| selects(selector, pod.labels()))
    }

    /// Every NetworkPolicy whose `podSelector` chooses a pod; see [`Object::may_land_beside`].
    pub fn policies_of<'a>(&'a self, pod: Pod<'a>) -> impl Iterator<Item = &'a Object> {
        let namespace = self.namespaces.get(pod.object().namespace());
        let by_label = pod.labels().map(|(key, value)| Some(label(key, value)));
        by_label
            .chain([None])
            .flat_map(move |key| self.listed(namespace.and_then(|namespace| namespace.policies.get(&key))))
            .filter(move |policy| policy.may_land_beside(pod.object()))
            .filter(move |policy| policy.at("spec.podSelector").is_none_or(|s| selects(s, pod.labels())))
    }

    /// One object of each custom kind in a namespace whose pods, if a controller makes some, are not shown.
    pub fn opaque_in(&self, namespace: &str) -> impl Iterator<Item = &Object> {
        self.listed(self.namespaces.get(namespace).map(|namespace| &namespace.opaque))
    }

    fn listed<'a>(&'a self, indexes: Option<&'a Vec<usize>>) -> impl Iterator<Item = &'a Object> {
        indexes.into_iter().flatten().filter_map(|index| self.objects.get(*index))
    }
}

const RBAC: &str = "rbac.authorization.k8s.io";

/// How bindings name a role.
fn role(object: &Object) -> Option<Role> {
    let namespace = match object.kind() {
        "Role" => Some(object.namespace().to_owned()),
        "ClusterRole" => None,
        _ => return None,
    };
    (object.group() == RBAC).then(|| (object.kind().to_owned(), object.name().to_owned(), namespace))
}

/// The role that a binding names; the API server takes no Role in a `ClusterRoleBinding`.
fn granted(binding: &Object) -> Option<Role> {
    let text = |path| binding.at(path).and_then(Node::str);
    if binding.group() != RBAC {
        return None;
    }
    let namespace = match (binding.kind(), text("roleRef.kind")?) {
        ("RoleBinding", "Role") => Some(binding.namespace().to_owned()),
        ("RoleBinding" | "ClusterRoleBinding", "ClusterRole") => None,
        _ => return None,
    };
    Some((text("roleRef.kind")?.to_owned(), text("roleRef.name")?.to_owned(), namespace))
}

/// The service accounts that a binding names; one without a namespace is in the binding's own.
fn bound_accounts(binding: &Object) -> Vec<(String, String)> {
    let is_binding = matches!(binding.kind(), "RoleBinding" | "ClusterRoleBinding");
    if !is_binding || binding.group() != RBAC {
        return Vec::new();
    }
    let subjects = binding.at("subjects").into_iter().flat_map(Node::items);
    subjects
        .filter_map(|subject| {
            let text = |key| subject.get(key).and_then(Node::str);
            let account = text("name").filter(|_| text("kind") == Some("ServiceAccount"))?;
            let namespace = text("namespace").unwrap_or_else(|| binding.namespace());
            Some((namespace.to_owned(), account.to_owned()))
        })
        .collect()
}

/// Whether the pods that come of an object are in its text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Always,
    Never,
}

impl Namespace {
    fn add(&mut self, index: usize, object: &Object) -> Shown {
        if object.kind() == "NetworkPolicy" && matches!(object.group(), "networking.k8s.io" | "extensions") {
            let selector = object.at("spec.podSelector");
            self.policies.entry(selector.and_then(|s| wanted(s).next())).or_default().push(index);
        }
        if object.places().len() > 0 {
            self.carriers.push(index);
        }
        for pod in object.pods(Version::NEWEST) {
            for (key, value) in pod.labels() {
                let list = self.labelled.entry(label(key, value)).or_default();
                if list.last() != Some(&index) {
                    list.push(index);
                }
            }
        }
        // A spec that merely looks like a pod's is a controller's to read: the labels are its own.
        let has_template = object.places().any(|place| place.spec.path_from(object.root()) != "spec");
        if object.group().contains('.') && !has_template { Shown::Never } else { Shown::Always }
    }

    /// Objects with a pod that the selector may choose.
    fn candidates(&self, selector: Node<'_>) -> Option<&Vec<usize>> {
        let mut fewest = Some(&self.carriers);
        for label in wanted(selector) {
            let labelled = self.labelled.get(&label)?;
            fewest = fewest.filter(|have| have.len() < labelled.len()).or(Some(labelled));
        }
        fewest
    }
}

/// The labels that a selector asks for by `matchLabels`.
fn wanted(selector: Node<'_>) -> impl Iterator<Item = String> {
    let pairs = selector.get("matchLabels").into_iter().flat_map(Node::entries);
    pairs.map(|(key, value)| label(key.text().unwrap_or_default(), value.str().unwrap_or_default()))
}

fn label(key: &str, value: &str) -> String {
    format!("{key}={value}")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use finding::Source;

    use super::*;
    use crate::{Limits, read};

    fn inventory(text: &str) -> Inventory {
        let source = Arc::new(Source::file("t", text.to_owned()));
        Inventory::new(read(&source, Limits::default()).objects)
    }

    #[test]
    fn pods_are_found_by_the_namespace_they_land_in() {
        let text = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {}}\n---\n\
            {apiVersion: v1, kind: Service, metadata: {name: b, namespace: shop}}\n---\n\
            {apiVersion: apps/v1, kind: Deployment, metadata: {name: c, namespace: shop}, \
             spec: {template: {spec: {}}}}\n---\n\
            {apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: d, namespace: shop}, \
             spec: {template: {spec: {containers: [{image: x}]}}}}\n";
        let inventory = inventory(text);
        let names = |namespace| -> Vec<&str> {
            inventory.pods_in(namespace, Version::NEWEST).map(|pod| pod.object().name()).collect()
        };
        assert_eq!(names("default"), ["a"]);
        assert_eq!(names("shop"), ["c", "d"]);
        assert_eq!(names("other"), [""; 0]);
        assert_eq!(inventory.of_kind("", "Service").map(Object::name).collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn selectors_and_pods_find_each_other_within_a_namespace() {
        let policy = |name: &str, selector: &str| {
            format!(
                "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}}}, \
                 spec: {{podSelector: {selector}}}}}\n---\n"
            )
        };
        let pod = |name: &str, labels: &str| {
            format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, labels: {labels}}}, spec: {{}}}}\n---\n"
            )
        };
        let text = policy("all", "{}")
            + &policy("web", "{matchLabels: {app: web}}")
            + &policy("front", "{matchLabels: {tier: front, app: web}}")
            + &policy("in", "{matchExpressions: [{key: app, operator: In, values: [web, db]}]}")
            + &pod("w", "{app: web, tier: back}")
            + &pod("f", "{tier: front, app: web}")
            + &pod("d", "{app: db}");
        let inventory = inventory(&text);
        let chosen = |name: &str| -> Vec<&str> {
            let policy = inventory.objects().iter().find(|object| object.name() == name).unwrap();
            let selector = policy.at("spec.podSelector").unwrap();
            let pods = inventory.pods_selected("default", selector, Version::NEWEST);
            pods.map(|pod| pod.object().name()).collect()
        };
        let choosing = |name: &str| -> Vec<&str> {
            let object = inventory.objects().iter().find(|object| object.name() == name).unwrap();
            let pod = object.pods(Version::NEWEST).next().unwrap();
            let mut names: Vec<_> = inventory.policies_of(pod).map(Object::name).collect();
            names.sort_unstable();
            names
        };
        assert_eq!(chosen("all"), ["w", "f", "d"]);
        assert_eq!(chosen("web"), ["w", "f"]);
        assert_eq!(chosen("front"), ["f"]);
        assert_eq!(chosen("in"), ["w", "f", "d"]);
        assert_eq!(choosing("w"), ["all", "in", "web"]);
        assert_eq!(choosing("f"), ["all", "front", "in", "web"]);
        assert_eq!(choosing("d"), ["all", "in"]);
    }

    #[test]
    fn a_role_and_its_bindings_find_each_other() {
        let object = |kind: &str, metadata: &str, role: &str| {
            let role =
                if role.is_empty() { String::new() } else { format!(", roleRef: {{kind: {role}, name: a}}") };
            format!("{{apiVersion: {RBAC}/v1, kind: {kind}, metadata: {{{metadata}}}{role}}}\n---\n")
        };
        let text = object("ClusterRole", "name: a", "")
            + &object("Role", "name: a, namespace: x", "")
            + &object("Role", "name: a, namespace: other", "")
            + &object("RoleBinding", "name: b, namespace: x", "Role")
            + &object("ClusterRoleBinding", "name: c", "ClusterRole")
            + &object("RoleBinding", "name: d, namespace: x", "ClusterRole")
            + &object("ClusterRoleBinding", "name: e, namespace: x", "Role");
        let inventory = inventory(&text);
        let found: Vec<(String, Vec<&str>, Vec<&str>)> = inventory
            .objects()
            .iter()
            .map(|object| {
                let bindings = inventory.bindings_of(object).map(Object::name).collect();
                let roles = inventory.roles_of(object).map(Object::namespace).collect();
                (format!("{} {}", object.name(), object.namespace()), bindings, roles)
            })
            .collect();
        let said: Vec<String> = found.iter().map(|(o, b, r)| format!("{o}: {b:?} {}", r.len())).collect();
        assert_eq!(
            said,
            [
                "a default: [\"c\", \"d\"] 0",
                "a x: [\"b\"] 0",
                "a other: [] 0",
                "b x: [] 1",
                "c default: [] 1",
                "d x: [] 1",
                "e x: [] 0",
            ]
        );
    }

    #[test]
    fn a_custom_resource_without_a_template_may_become_pods() {
        let text = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {}}\n---\n\
            {apiVersion: example.com/v1, kind: Database, metadata: {name: b}, spec: {}}\n---\n\
            {apiVersion: example.com/v1, kind: Database, metadata: {name: c}, spec: {}}\n---\n\
            {apiVersion: example.com/v1, kind: Agent, metadata: {name: d}, \
             spec: {containers: [{image: x}]}}\n---\n\
            {apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: e}, \
             spec: {template: {spec: {containers: [{image: x}]}}}}\n";
        let inventory = inventory(text);
        assert_eq!(inventory.opaque_in("default").map(Object::name).collect::<Vec<_>>(), ["b", "d"]);
    }
}
