//! `authorizer.group("").resource("pods").check("list").allowed()`, since 1.27.

use object::v;

use super::{cost, text, value};
use crate::cel::kubernetes::authorizer::{
    Answer, Authorizer, Decision, GroupCheck, PathCheck, Resource, ResourceCheck,
};
use crate::cel::{Error, Function, Implementation, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    unit(
        "authorizer_path",
        "kubernetes.authorization.Authorizer::path(string) -> kubernetes.authorization.PathCheck",
        path,
    ),
    unit(
        "authorizer_group",
        "kubernetes.authorization.Authorizer::group(string) -> kubernetes.authorization.GroupCheck",
        group,
    ),
    unit(
        "authorizer_serviceaccount",
        "kubernetes.authorization.Authorizer::serviceAccount(string, string) -> kubernetes.authorization.Authorizer",
        service_account,
    ),
    unit(
        "groupcheck_resource",
        "kubernetes.authorization.GroupCheck::resource(string) -> kubernetes.authorization.ResourceCheck",
        resource,
    ),
    unit(
        "resourcecheck_subresource",
        "kubernetes.authorization.ResourceCheck::subresource(string) -> kubernetes.authorization.ResourceCheck",
        |a| narrow(a, |resource, to| resource.subresource = to),
    ),
    unit(
        "resourcecheck_namespace",
        "kubernetes.authorization.ResourceCheck::namespace(string) -> kubernetes.authorization.ResourceCheck",
        |a| narrow(a, |resource, to| resource.namespace = to),
    ),
    unit(
        "resourcecheck_name",
        "kubernetes.authorization.ResourceCheck::name(string) -> kubernetes.authorization.ResourceCheck",
        |a| narrow(a, |resource, to| resource.name = to),
    ),
    selector(
        "authorizer_fieldselector",
        "kubernetes.authorization.ResourceCheck::fieldSelector(string) -> kubernetes.authorization.ResourceCheck",
        |a| narrow(a, |resource, to| resource.field_selector = to),
    ),
    selector(
        "authorizer_labelselector",
        "kubernetes.authorization.ResourceCheck::labelSelector(string) -> kubernetes.authorization.ResourceCheck",
        |a| narrow(a, |resource, to| resource.label_selector = to),
    ),
    check(
        "pathcheck_check",
        "kubernetes.authorization.PathCheck::check(string) -> kubernetes.authorization.Decision",
    ),
    check(
        "resourcecheck_check",
        "kubernetes.authorization.ResourceCheck::check(string) -> kubernetes.authorization.Decision",
    ),
    unit("decision_allowed", "kubernetes.authorization.Decision::allowed() -> bool", |a| {
        Ok(Value::Bool(value::<Answer>(a, 0)?.decision == Decision::Allow))
    }),
    unit("decision_errored", "kubernetes.authorization.Decision::errored() -> bool", |a| {
        Ok(Value::Bool(value::<Answer>(a, 0)?.error.is_some()))
    }),
    unit("decision_error", "kubernetes.authorization.Decision::error() -> string", |a| {
        Ok(Value::text(value::<Answer>(a, 0)?.error.as_deref().unwrap_or_default()))
    }),
    unit("decision_reason", "kubernetes.authorization.Decision::reason() -> string", |a| {
        Ok(Value::text(value::<Answer>(a, 0)?.reason.as_str()))
    }),
];

const fn unit(id: &'static str, signature: &'static str, call: Implementation) -> Function {
    Function::new(id, signature, call).since(v(1, 27)).cost(cost::one).estimate(cost::estimate::one)
}

const fn selector(id: &'static str, signature: &'static str, call: Implementation) -> Function {
    Function::new(id, signature, call).since(v(1, 31)).cost(cost::selector).estimate(cost::estimate::selector)
}

const fn check(id: &'static str, signature: &'static str) -> Function {
    Function::new(id, signature, ask)
        .since(v(1, 27))
        .cost(cost::authorization)
        .estimate(cost::estimate::authorization)
}

fn path<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    value::<Authorizer>(arguments, 0)?.path(text(arguments, 1)?).map(Value::opaque)
}

fn group<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    Ok(Value::opaque(value::<Authorizer>(arguments, 0)?.group(text(arguments, 1)?)))
}

fn service_account<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let account =
        value::<Authorizer>(arguments, 0)?.service_account(text(arguments, 1)?, text(arguments, 2)?);
    account.map(Value::opaque)
}

fn resource<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    value::<GroupCheck>(arguments, 0)?.resource(text(arguments, 1)?).map(Value::opaque)
}

fn narrow<'a>(arguments: &[Value<'a>], change: fn(&mut Resource, String)) -> Result<Value<'a>, Error> {
    let to = text(arguments, 1)?.to_owned();
    Ok(Value::opaque(value::<ResourceCheck>(arguments, 0)?.with(|resource| change(resource, to))))
}

fn ask<'a>(arguments: &[Value<'a>]) -> Result<Value<'a>, Error> {
    let verb = text(arguments, 1)?;
    let answer = match value::<PathCheck>(arguments, 0) {
        Ok(path) => path.check(verb),
        Err(_) => value::<ResourceCheck>(arguments, 0)?.check(verb),
    };
    Ok(Value::opaque(answer))
}
