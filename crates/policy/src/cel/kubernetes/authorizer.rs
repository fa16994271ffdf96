//! May this user do that, as `authorizer.group("apps").resource("deployments").check("create").allowed()` asks?
//!
//! The chain only gathers what is asked; the answer is that of the function it was begun with.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::format::{Format, dns1123_subdomain};
use crate::cel::{Error, Opaque, Type};

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// The name, such as `system:serviceaccount:default:app`.
    pub name: String,
    /// The unique id, often empty.
    pub uid: String,
    /// The groups.
    pub groups: Vec<String>,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question<'q> {
    /// Who wants to.
    pub user: &'q User,
    /// What: a verb of the API, or of HTTP for a path.
    pub verb: &'q str,
    /// Of what.
    pub target: Target<'q>,
}

/// What a user wants to act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target<'q> {
    /// A path that is no resource.
    Path(&'q str),
    /// A resource of any version.
    Resource(&'q Resource),
}

/// A resource; what is left empty is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// The API group, empty for the core group.
    pub group: String,
    /// The plural name.
    pub resource: String,
    /// Such as `status`.
    pub subresource: String,
    /// The namespace, empty for all.
    pub namespace: String,
    /// The object, empty for all.
    pub name: String,
    /// Which objects of a list, as written.
    pub field_selector: String,
    /// Which objects of a list, as written.
    pub label_selector: String,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// What was decided.
    pub decision: Decision,
    /// Why.
    pub reason: String,
    /// What went wrong, which need not keep from an answer.
    pub error: Option<String>,
}

/// What an authorizer decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decision {
    /// The user may.
    Allow,
    /// The user may not, whatever others say.
    Deny,
    /// Nothing speaks for it.
    #[default]
    NoOpinion,
}

/// Answers questions.
pub type Authorize = Arc<dyn Fn(&Question<'_>) -> Answer + Send + Sync>;

/// The variable `authorizer`: whose rights are asked for, and who knows them.
#[derive(Clone)]
pub struct Authorizer {
    user: Arc<User>,
    authorize: Authorize,
}

impl Authorizer {
    /// Asks for the rights of a user.
    pub fn new(user: User, authorize: Authorize) -> Self {
        Self { user: user.into(), authorize }
    }

    /// The variable `authorizer.requestResource`.
    pub fn resource(&self, resource: Resource) -> ResourceCheck {
        ResourceCheck { authorizer: self.clone(), resource }
    }

    pub(super) fn service_account(&self, namespace: &str, name: &str) -> Result<Self, Error> {
        if !dns1123_subdomain(name).is_empty() {
            return Err(Error::new("Invalid service account name"));
        }
        if !Format::named("dns1123Label").is_some_and(|label| label.faults(namespace).is_empty()) {
            return Err(Error::new("Invalid service account namespace"));
        }
        let user = User {
            name: format!("system:serviceaccount:{namespace}:{name}"),
            uid: String::new(),
            groups: vec!["system:serviceaccounts".to_owned(), format!("system:serviceaccounts:{namespace}")],
        };
        Ok(Self { user: user.into(), authorize: Arc::clone(&self.authorize) })
    }

    pub(super) fn path(&self, path: &str) -> Result<PathCheck, Error> {
        if path.trim().is_empty() {
            return Err(Error::new("path must not be empty"));
        }
        Ok(PathCheck { authorizer: self.clone(), path: path.to_owned() })
    }

    pub(super) fn group(&self, group: &str) -> GroupCheck {
        GroupCheck { authorizer: self.clone(), group: group.to_owned() }
    }

    fn ask(&self, verb: &str, target: Target<'_>) -> Answer {
        (self.authorize)(&Question { user: &self.user, verb, target })
    }
}

impl fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorizer").field("user", &self.user).finish_non_exhaustive()
    }
}

/// A path that rights are asked for.
#[derive(Clone, Debug)]
pub(super) struct PathCheck {
    authorizer: Authorizer,
    path: String,
}

impl PathCheck {
    pub(super) fn check(&self, verb: &str) -> Answer {
        self.authorizer.ask(verb, Target::Path(&self.path))
    }
}

/// A group of which a resource is yet to be named.
#[derive(Clone, Debug)]
pub(super) struct GroupCheck {
    authorizer: Authorizer,
    group: String,
}

impl GroupCheck {
    pub(super) fn resource(&self, resource: &str) -> Result<ResourceCheck, Error> {
        if resource.trim().is_empty() {
            return Err(Error::new("resource must not be empty"));
        }
        let resource =
            Resource { group: self.group.clone(), resource: resource.to_owned(), ..Resource::default() };
        Ok(self.authorizer.resource(resource))
    }
}

/// A resource that rights are asked for.
#[derive(Clone, Debug)]
pub struct ResourceCheck {
    authorizer: Authorizer,
    resource: Resource,
}

impl ResourceCheck {
    pub(super) fn check(&self, verb: &str) -> Answer {
        self.authorizer.ask(verb, Target::Resource(&self.resource))
    }

    pub(super) fn with(&self, change: impl FnOnce(&mut Resource)) -> Self {
        let mut changed = self.clone();
        change(&mut changed.resource);
        changed
    }
}

/// None of these is equal to anything, not even to itself.
macro_rules! opaque {
    ($($of:ty = $name:literal),*) => {$(
        impl Opaque for $of {
            fn type_of(&self) -> Type {
                Type::opaque(concat!("kubernetes.authorization.", $name))
            }
            fn equals(&self, _: &dyn Opaque) -> bool {
                false
            }
            fn as_any(&self) -> &dyn Any {
                self
            }
        }
    )*};
}
opaque!(
    Authorizer = "Authorizer",
    PathCheck = "PathCheck",
    GroupCheck = "GroupCheck",
    ResourceCheck = "ResourceCheck",
    Answer = "Decision"
);
