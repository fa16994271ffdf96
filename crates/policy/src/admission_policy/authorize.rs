//! May somebody do something? Asked by expressions that name `authorizer`.

use super::activation::Inputs;
use crate::cel::Bindings;

/// Answers what RBAC, or whatever authorizes, would answer.
pub trait Authorize: Sync {}

/// Knows of no permission at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl Authorize for Nobody {}

/// Binds `authorizer` and `authorizer.requestResource`.
pub(super) fn bind<'a>(bindings: Bindings<'a>, _inputs: &Inputs<'a>) -> Bindings<'a> {
    bindings
}
