//! What is asked of admission? An `AdmissionReview` of v1, or an object as if it were being created.

mod bare;
mod review;

use std::collections::BTreeMap;
use std::sync::Arc;

use object::{Limits, Node, Object, Tree};
use serde_json::Value;

pub use self::bare::{Scope, creation, resource_of};
pub use self::review::{read, read_review};

/// The largest review an API server sends (`k8s.io/apiserver`, 3 MiB for a request body).
pub const MAX_BYTES: usize = 3 * 1024 * 1024;

/// The largest review a webhook is sent: an object and what it was, each of that size, and who asks.
pub const MAX_REVIEW: usize = 2 * MAX_BYTES + 64 * 1024;

/// The name of a user whom nobody named.
pub const NOBODY: &str = "nobody";

/// The group that an API server puts everybody into whom it knows.
pub const EVERYBODY: &str = "system:authenticated";

/// What one review may cost.
pub const LIMITS: Limits = Limits { depth: 200, nodes: 1_000_000, copies: 0, documents: 1 };

/// Why there is nothing to decide about: where, and the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct RequestError {
    /// The name of the input.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The character in it, from 1.
    pub column: u32,
    /// What is wrong and the way out.
    pub message: String,
    /// The `uid` of the review, if it could be read: the answer must carry it.
    pub uid: Option<String>,
}

/// What is done to the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is removed.
    Delete,
    /// It is connected to.
    Connect,
}

impl Operation {
    /// The word for it, as a review has it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
        }
    }
}

/// Whether the request is only tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DryRun {
    /// It is.
    Yes,
    /// It is meant.
    No,
}

/// Group, version and kind, or group, version and resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gvk {
    /// `apps`; empty for the core group.
    pub group: String,
    /// `v1`.
    pub version: String,
    /// `Deployment`, or `deployments`.
    pub name: String,
}

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// The whole name, such as `system:serviceaccount:shop:web`.
    pub name: String,
    /// The unique id, if any.
    pub uid: String,
    /// The groups.
    pub groups: Vec<String>,
    /// What the authenticator added.
    pub extra: BTreeMap<String, Vec<String>>,
}

impl User {
    /// Who asks where nobody is named: an API server knows a name and a group of everybody it lets in, and the CEL
    /// of Kubernetes' own policies counts on both.
    pub fn nobody() -> Self {
        Self { name: NOBODY.to_owned(), groups: vec![EVERYBODY.to_owned()], ..Self::default() }
    }
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// To be repeated in the answer.
    pub uid: String,
    /// Kind of the object.
    pub kind: Gvk,
    /// Resource of the request.
    pub resource: Gvk,
    /// Such as `ephemeralcontainers`; mostly empty.
    pub subresource: String,
    /// The object's name; empty where the server is to make one.
    pub name: String,
    /// The namespace; empty for an object without.
    pub namespace: String,
    /// What is done.
    pub operation: Operation,
    /// Who asks.
    pub user: User,
    /// `CreateOptions` and the like.
    pub options: Option<Value>,
    /// Whether it is only tried.
    pub dry_run: DryRun,
    /// The object as it will be.
    pub object: Option<Object>,
    /// The object as it is.
    pub old: Option<Object>,
    /// Why the object or its old state is not one that an API server would decode.
    pub undecoded: Undecoded,
}

/// What of a request could be read as text but not as the object it should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undecoded {
    /// Of the object.
    pub object: Option<String>,
    /// Of its old state.
    pub old: Option<String>,
}

impl Request {
    /// Whether it is about this resource of this group, in any version.
    pub fn is_about(&self, group: &str, resource: &str) -> bool {
        self.resource.group == group && self.resource.name == resource
    }
}

/// What keeps the API server from decoding an object, naming the field.
pub(crate) fn misfit(object: &Object) -> Option<String> {
    let (node, expected) = object::schema::misfit(object)?;
    let field = object.site(node, "").field;
    Some(format!("`{field}` takes {expected}, not {}", node.kind().word()))
}

fn error_at(node: Node<'_>, message: impl Into<String>, uid: Option<&str>) -> RequestError {
    let (file, place) = node.source().place(node.span().start);
    RequestError {
        file: file.to_owned(),
        line: place.line,
        column: place.column,
        message: message.into(),
        uid: uid.map(str::to_owned),
    }
}

/// An object below a node of the tree, or why it is none.
fn object_at(tree: &Arc<Tree>, node: Node<'_>, given: Option<(String, String)>) -> Result<Object, String> {
    Object::within(tree, node, given).map_err(|missing| format!("the object has no `{missing}`"))
}
