//! May somebody do something? Asked by expressions that name `authorizer`.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::request::Request;
use crate::cel::kubernetes::{Answer, Authorizer, Decision, Resource, ResourceCheck, Target, User};
use crate::cel::{Bindings, Value};
use crate::rbac::{Ask, Grant, Rbac};
use crate::request;

pub use crate::cel::kubernetes::Authorize;

/// Answers of every question that nothing speaks for it.
pub fn nobody() -> Authorize {
    Arc::new(|_| Answer::default())
}

/// Answers as the roles and bindings say.
pub fn by_roles(rbac: Rbac) -> Authorize {
    Arc::new(move |question| {
        let user = request::User {
            name: question.user.name.clone(),
            groups: question.user.groups.clone(),
            ..request::User::default()
        };
        let verb = question.verb;
        let ask = match question.target {
            Target::Path(path) => Ask::Url { verb, path },
            Target::Resource(r) => Ask::Resource {
                verb,
                group: &r.group,
                resource: &r.resource,
                subresource: &r.subresource,
                namespace: &r.namespace,
                name: &r.name,
            },
        };
        let reason = match rbac.allows(&user, ask) {
            None => return Answer::default(),
            Some(Grant::Masters) => String::new(),
            Some(Grant::Binding { binding, role }) => format!("RBAC: allowed by {binding} of {role}"),
        };
        Answer { decision: Decision::Allow, reason, error: None }
    })
}

/// The rights of who asks.
#[derive(Clone, Debug)]
pub(super) struct Rights {
    authorizer: Authorizer,
    resource: ResourceCheck,
    /// What expressions have cost on behalf of this request.
    meter: Arc<AtomicU64>,
}

impl Rights {
    pub(super) fn of(request: &Request, authorize: &Authorize) -> Self {
        let user = User {
            name: request.user.username.clone(),
            uid: request.user.uid.clone(),
            groups: request.user.groups.clone(),
        };
        let authorizer = Authorizer::new(user, Arc::clone(authorize));
        let resource = authorizer.resource(Resource {
            group: request.resource.group.clone(),
            resource: request.resource.resource.clone(),
            subresource: request.subresource.clone(),
            namespace: request.namespace.clone(),
            name: request.name.clone(),
            ..Resource::default()
        });
        Self { authorizer, resource, meter: Arc::default() }
    }

    pub(super) fn meter(&self) -> &AtomicU64 {
        &self.meter
    }

    /// Binds `authorizer` and `authorizer.requestResource`.
    pub(super) fn bind<'a>(&self, bindings: Bindings<'a>) -> Bindings<'a> {
        bindings
            .bind("authorizer", Value::opaque(self.authorizer.clone()))
            .bind("authorizer.requestResource", Value::opaque(self.resource.clone()))
    }
}
