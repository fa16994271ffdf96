//! May this user do that, as far as the roles and bindings that are given say?
//!
//! The decision of the RBAC authorizer (`kubernetes/kubernetes`, `plugin/pkg/auth/authorizer/rbac`) over
//! objects instead of an API server: what no binding here grants is not granted.

mod fault;
mod roles;
mod rule;

use object::{Inventory, Node, Object};

pub use self::fault::{faults, is_about_access};
use self::roles::Roles;
use self::rule::Rule;
use crate::request::User;

const GROUP: &str = "rbac.authorization.k8s.io";
const KINDS: [&str; 4] = ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
/// Members may do anything: the API server asks nobody about them.
const MASTERS: &str = "system:masters";

/// What somebody wants to do.
#[derive(Clone, Copy, Debug)]
pub enum Ask<'a> {
    /// Something with objects.
    Resource {
        /// Such as `use`.
        verb: &'a str,
        /// The API group; empty for the core group.
        group: &'a str,
        /// The resource, such as `pods`.
        resource: &'a str,
        /// Such as `exec`; mostly empty.
        subresource: &'a str,
        /// Empty for what is in no namespace.
        namespace: &'a str,
        /// Empty where no single object is meant.
        name: &'a str,
    },
    /// Something with a path of the API server.
    Url {
        /// Such as `get`.
        verb: &'a str,
        /// Such as `/healthz`.
        path: &'a str,
    },
}

/// Why somebody may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// As a member of `system:masters`.
    Masters,
    /// By a binding.
    Binding {
        /// `ClusterRoleBinding/admins` or `RoleBinding/shop/admins`.
        binding: String,
        /// `ClusterRole/admin` or `Role/shop/admin`.
        role: String,
    },
}

/// Roles and bindings, ready to be asked.
#[derive(Debug)]
pub struct Rbac {
    /// Those of the cluster before those of namespaces, each in the order of the input.
    bindings: Vec<Binding>,
}

#[derive(Debug)]
struct Binding {
    /// Empty for a `ClusterRoleBinding`.
    namespace: String,
    title: String,
    role: String,
    subjects: Vec<Subject>,
    rules: Vec<Rule>,
}

#[derive(Debug, PartialEq, Eq)]
enum Subject {
    User(String),
    Group(String),
}

impl User {
    /// A service account as it acts, with the groups that every token of it has.
    pub fn service_account(namespace: &str, name: &str) -> Self {
        Self {
            name: format!("system:serviceaccount:{namespace}:{name}"),
            groups: vec!["system:serviceaccounts".to_owned(), format!("system:serviceaccounts:{namespace}")],
            ..Self::default()
        }
    }
}

impl Rbac {
    /// Reads the roles and bindings of an inventory. A binding to a role that is not there grants nothing.
    pub fn of(inventory: &Inventory) -> Self {
        let roles = Roles::of(inventory);
        let cluster = inventory.of_kind(GROUP, "ClusterRoleBinding");
        let bindings = cluster.chain(inventory.of_kind(GROUP, "RoleBinding"));
        Self { bindings: bindings.filter_map(|object| Binding::of(object, &roles)).collect() }
    }

    /// The first grant that allows it; none when it is not allowed.
    pub fn allows(&self, user: &User, ask: Ask<'_>) -> Option<Grant> {
        if user.groups.iter().any(|group| group == MASTERS) {
            return Some(Grant::Masters);
        }
        let namespace = match ask {
            Ask::Resource { namespace, .. } => namespace,
            Ask::Url { .. } => "",
        };
        let reaches = |binding: &&Binding| binding.namespace.is_empty() || binding.namespace == namespace;
        let mut bindings = self.bindings.iter().filter(reaches);
        let binding = bindings
            .find(|binding| binding.names(user) && binding.rules.iter().any(|rule| rule.allows(ask)))?;
        Some(Grant::Binding { binding: binding.title.clone(), role: binding.role.clone() })
    }
}

impl Binding {
    fn of(object: &Object, known: &Roles) -> Option<Self> {
        let is_of_cluster = object.kind() == "ClusterRoleBinding";
        let namespace = if is_of_cluster { String::new() } else { object.namespace().to_owned() };
        let text = |path: &str| object.at(path).and_then(Node::str);
        if !matches!(text("roleRef.apiGroup"), None | Some("" | GROUP)) {
            return None;
        }
        let (kind, name) = (text("roleRef.kind")?, text("roleRef.name")?);
        let (role, rules) = match kind {
            "ClusterRole" => (format!("ClusterRole/{name}"), known.cluster(name)?),
            "Role" if !is_of_cluster => {
                (format!("Role/{namespace}/{name}"), known.namespaced(&namespace, name)?)
            }
            _ => return None,
        };
        let subjects = object.at("subjects").into_iter().flat_map(Node::items);
        let title = match namespace.as_str() {
            "" => format!("ClusterRoleBinding/{}", object.name()),
            namespace => format!("RoleBinding/{namespace}/{}", object.name()),
        };
        Some(Self {
            subjects: subjects.filter_map(|subject| subject_of(subject, &namespace)).collect(),
            namespace,
            title,
            role,
            rules,
        })
    }

    fn names(&self, user: &User) -> bool {
        self.subjects.iter().any(|subject| match subject {
            Subject::User(name) => *name == user.name,
            Subject::Group(name) => user.groups.contains(name),
        })
    }
}

/// A subject; a service account is a user with a long name, in the binding's namespace if it names none.
fn subject_of(node: Node<'_>, namespace: &str) -> Option<Subject> {
    let text = |key: &str| node.get(key).and_then(Node::str).filter(|text| !text.is_empty());
    let name = text("name")?;
    let is_ours = matches!(text("apiGroup"), None | Some(GROUP));
    match text("kind")? {
        "User" if is_ours => Some(Subject::User(name.to_owned())),
        "Group" if is_ours => Some(Subject::Group(name.to_owned())),
        "ServiceAccount" if text("apiGroup").is_none() => {
            let namespace =
                text("namespace").or(Some(namespace)).filter(|namespace| !namespace.is_empty())?;
            Some(Subject::User(User::service_account(namespace, name).name))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
