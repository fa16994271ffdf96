//! What is asked of the API server?

use std::collections::BTreeMap;

use serde_json::Value;

/// What is done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is removed.
    Delete,
    /// A connection to it is opened, as by `kubectl exec`.
    Connect,
}

impl Operation {
    /// The word of the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
        }
    }

    /// The operation of that word.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Create, Self::Update, Self::Delete, Self::Connect].into_iter().find(|o| o.word() == word)
    }
}

/// Group, version and kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupVersionKind {
    /// Empty for the core group.
    pub group: String,
    /// `v1`.
    pub version: String,
    /// `Deployment`.
    pub kind: String,
}

impl GroupVersionKind {
    /// Reads `apps/v1` and `Deployment`.
    pub fn of(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.into(), version: version.into(), kind: kind.into() }
    }

    /// `apps/v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }
}

/// As the API server prints it: `apps/v1, Kind=Deployment`, `/v1, Kind=Pod`.
impl std::fmt::Display for GroupVersionKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}, Kind={}", self.group, self.version, self.kind)
    }
}

/// Group, version and resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupVersionResource {
    /// Empty for the core group.
    pub group: String,
    /// `v1`.
    pub version: String,
    /// `deployments`.
    pub resource: String,
}

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// `system:serviceaccount:shop:deployer`.
    pub username: String,
    /// Unique id, if any.
    pub uid: String,
    /// Groups, `system:authenticated` among them.
    pub groups: Vec<String>,
    /// What the authenticator added.
    pub extra: BTreeMap<String, Vec<String>>,
}

/// One request, as admission sees it.
///
/// Objects are as the API server holds them: typed, defaulted. [`super::as_served`] makes that of a manifest.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is done.
    pub operation: Operation,
    /// Kind of the object.
    pub kind: GroupVersionKind,
    /// Resource of the request.
    pub resource: GroupVersionResource,
    /// `scale`, `exec`; empty for the object itself.
    pub subresource: String,
    /// Name of the object; empty when the server is to make one.
    pub name: String,
    /// Empty for cluster-scoped objects; a Namespace object is in itself.
    pub namespace: String,
    /// The new object; none on deletion.
    pub object: Option<Value>,
    /// The object as it was; none on creation.
    pub old_object: Option<Value>,
    /// `CreateOptions` and the like.
    pub options: Option<Value>,
    /// Whether nothing is to be stored.
    pub dry_run: bool,
    /// Who asks.
    pub user: User,
}

impl Request {
    /// Name and resource as they stand in a denial.
    pub(crate) fn forbidden(&self, why: &str) -> String {
        let mut resource = self.resource.resource.clone();
        if !self.resource.group.is_empty() {
            resource = format!("{resource}.{}", self.resource.group);
        }
        if resource.is_empty() {
            return format!("forbidden: {why}");
        }
        format!("{resource} {} is forbidden: {why}", quote(self.shown_name()))
    }

    /// The name, or what is known of it before the server makes one.
    fn shown_name(&self) -> &str {
        let metadata = |key: &str| {
            let text = self.object.as_ref()?.get("metadata")?.get(key)?.as_str()?;
            Some(text).filter(|text| !text.is_empty())
        };
        if !self.name.is_empty() {
            return &self.name;
        }
        metadata("name").or_else(|| metadata("generateName")).unwrap_or("Unknown")
    }

    /// Whether it is about a Namespace, which the server takes to lie in itself.
    pub(crate) fn is_namespace(&self) -> bool {
        self.kind.group.is_empty() && self.kind.version == "v1" && self.kind.kind == "Namespace"
    }
}

/// Text in double quotes as Go's `%q` writes it for printable text.
pub(crate) fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
