//! Is a request one that a policy or binding speaks of?
//!
//! As `k8s.io/apiserver/pkg/admission/plugin/policy/matching`: selectors first, then what is excluded, then
//! the rules as asked, then the rules for equivalent resources.

mod equivalent;

use serde_json::Value;

use super::cluster::Cluster;
use super::model::{Match, MatchPolicy, Rule, Scope};
use super::request::{GroupVersionKind, GroupVersionResource, Operation, Request};
use crate::selector::Selector;

/// The resource and kind that the policy sees the request as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Matched {
    pub(crate) resource: GroupVersionResource,
    pub(crate) kind: GroupVersionKind,
}

/// What the policy takes the request for; `None` when it is not meant.
pub(crate) fn matches(what: &Match, request: &Request, cluster: &Cluster) -> Option<Matched> {
    if !in_namespace(&what.namespaces, request, cluster) || !is_chosen(&what.objects, request) {
        return None;
    }
    if by_rules(&what.excluded, what.policy, request).is_some() {
        return None;
    }
    if what.rules.is_empty() {
        return Some(Matched { resource: request.resource.clone(), kind: request.kind.clone() });
    }
    by_rules(&what.rules, what.policy, request)
}

fn in_namespace(selector: &Selector, request: &Request, cluster: &Cluster) -> bool {
    let about_namespaces = request.resource.resource == "namespaces";
    if (request.namespace.is_empty() && !about_namespaces) || selector.is_empty() {
        return true;
    }
    let own = about_namespaces
        && request.subresource.is_empty()
        && matches!(request.operation, Operation::Create | Operation::Update);
    if own && let Some(namespace) = &request.object {
        return selector.chooses_object(namespace);
    }
    // A namespace that goes is the one the server knows; here it may be known by its request alone.
    let itself = request
        .old_object
        .as_ref()
        .filter(|_| about_namespaces && !cluster.has_namespace(&request.namespace));
    match itself {
        Some(namespace) => selector.chooses_object(namespace),
        None => selector.chooses_object(&cluster.namespace(&request.namespace)),
    }
}

fn is_chosen(selector: &Selector, request: &Request) -> bool {
    let chosen =
        |object: &Option<Value>| object.as_ref().is_some_and(|object| selector.chooses_object(object));
    selector.is_empty() || chosen(&request.object) || chosen(&request.old_object)
}

fn by_rules(rules: &[Rule], policy: MatchPolicy, request: &Request) -> Option<Matched> {
    if rules.iter().any(|rule| is_meant(rule, &request.resource, request)) {
        return Some(Matched { resource: request.resource.clone(), kind: request.kind.clone() });
    }
    if policy == MatchPolicy::Exact {
        return None;
    }
    let others = equivalent::of(&request.resource);
    rules.iter().find_map(|rule| {
        let resource = others.iter().find(|resource| is_meant(rule, resource, request))?.clone();
        let kind = GroupVersionKind {
            group: resource.group.clone(),
            version: resource.version.clone(),
            kind: request.kind.kind.clone(),
        };
        // A subresource keeps its own kind (autoscaling/v1 Scale) in every version of its resource.
        let kind = if request.subresource.is_empty() { kind } else { request.kind.clone() };
        Some(Matched { resource, kind })
    })
}

fn is_meant(rule: &Rule, resource: &GroupVersionResource, request: &Request) -> bool {
    let named = rule.names.is_empty() || rule.names.contains(&request.name);
    in_scope(rule.scope, resource, request)
        && holds(&rule.operations, request.operation.word())
        && holds(&rule.groups, &resource.group)
        && holds(&rule.versions, &resource.version)
        && rule.resources.iter().any(|wanted| {
            let (name, sub) = wanted.split_once('/').unwrap_or((wanted, ""));
            (name == "*" || name == resource.resource) && (sub == "*" || sub == request.subresource)
        })
        && named
}

fn holds(wanted: &[String], have: &str) -> bool {
    wanted.iter().any(|wanted| wanted == "*" || wanted == have)
}

/// A Namespace counts as cluster-scoped, though its requests carry a namespace.
fn in_scope(scope: Scope, resource: &GroupVersionResource, request: &Request) -> bool {
    let is_namespace =
        resource.group.is_empty() && resource.version == "v1" && resource.resource == "namespaces";
    let cluster = is_namespace || request.namespace.is_empty();
    match scope {
        Scope::All => true,
        Scope::Cluster => cluster,
        Scope::Namespaced => !cluster,
    }
}
