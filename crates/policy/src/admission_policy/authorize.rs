//! May somebody do something? Asked by expressions that name `authorizer`.

use std::sync::Arc;

use super::request::Request;
use crate::cel::kubernetes::{Answer, Authorizer, Resource, ResourceCheck, User};
use crate::cel::{Bindings, Value};

pub use crate::cel::kubernetes::Authorize;

/// Answers of every question that nothing speaks for it.
pub fn nobody() -> Authorize {
    Arc::new(|_| Answer::default())
}

/// The rights of who asks.
#[derive(Clone, Debug)]
pub(super) struct Rights {
    authorizer: Authorizer,
    resource: ResourceCheck,
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
        Self { authorizer, resource }
    }

    /// Binds `authorizer` and `authorizer.requestResource`.
    pub(super) fn bind<'a>(&self, bindings: Bindings<'a>) -> Bindings<'a> {
        bindings
            .bind("authorizer", Value::opaque(self.authorizer.clone()))
            .bind("authorizer.requestResource", Value::opaque(self.resource.clone()))
    }
}
