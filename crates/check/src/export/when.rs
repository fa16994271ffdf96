//! Which requests is a policy about, and whom does it leave alone?
//!
//! Whatever a selector can say is said in the binding, the rest as match conditions. Those see no variables, so
//! each stands for itself.

use policy::decide::{CONTROLLERS, MANAGER, REGISTRY};
use policy::document::{Policy, Untrusted};
use policy::pattern::{Glob, ObjectPattern};
use policy::pod_security::in_cel::VARIABLES;
use serde_json::{Map, Value, json};

use crate::in_cel::{About, Scope, text};

const NAME: &str = "kubernetes.io/metadata.name";

/// `matchResources` of a binding, without rules.
pub(super) fn match_resources(policy: &Policy) -> Map<String, Value> {
    let matching = &policy.matching;
    let mut terms =
        matching.namespace_selector.as_ref().map(policy::selector::Selector::expressions).unwrap_or_default();
    let listed = |operator: &str, globs: &[Glob]| {
        let names: Vec<&str> = globs.iter().filter(|glob| is_plain(glob)).map(Glob::as_str).collect();
        json!({"key": NAME, "operator": operator, "values": names})
    };
    if !matching.namespaces.is_empty() && matching.namespaces.iter().all(is_plain) {
        terms.push(listed("In", &matching.namespaces));
    }
    if matching.exclude.iter().any(is_plain) {
        terms.push(listed("NotIn", &matching.exclude));
    }
    let mut resources = Map::new();
    if !terms.is_empty() {
        resources.insert("namespaceSelector".into(), json!({"matchExpressions": terms}));
    }
    if let Some(selector) = &matching.object_selector {
        resources.insert("objectSelector".into(), json!({"matchExpressions": selector.expressions()}));
    }
    resources
}

fn is_plain(glob: &Glob) -> bool {
    !glob.as_str().contains('*')
}

/// What else must hold for a request to be judged by a check, or to be filled in when none is named.
pub(super) fn conditions(policy: &Policy, about: About, check: Option<&str>) -> Vec<(&'static str, String)> {
    let mut found = namespaces(policy, about);
    let exempt = &policy.exemptions;
    let mut unless = |name, listed: &str, list: &[String]| {
        if !list.is_empty() {
            let names: Vec<String> = list.iter().filter(|one| !one.is_empty()).map(|one| text(one)).collect();
            found.push((name, format!("!({listed} in [{}])", names.join(", "))));
        }
    };
    unless("not-an-exempt-user", "request.userInfo.?username.orValue('')", &exempt.usernames);
    unless("not-an-exempt-namespace", "request.?namespace.orValue('')", &exempt.namespaces);
    if about == About::Pods {
        unless("not-an-exempt-runtime-class", &runtime_class(), &exempt.runtime_classes);
    }
    if !exempt.objects.is_empty() {
        found.push(("not-an-exempt-object", format!("!{}", takes(exempt.objects.iter()))));
    }
    if about == About::Pods && check.is_some() {
        found.push(("significant", SIGNIFICANT.to_owned()));
    }
    if let Some(check) = check {
        let mut waivers = policy.waivers.iter().filter(|waiver| waiver.check == check).peekable();
        if waivers.peek().is_some() {
            found.push(("not-waived", format!("!{}", takes(waivers.map(|waiver| &waiver.object)))));
        }
        if let (Untrusted::RuntimeClass(class), true) = (&policy.untrusted, REGISTRY.contains(&check)) {
            found.push(("not-in-its-sandbox", format!("{} != {}", runtime_class(), text(class))));
        }
    }
    found
}

/// Of updates of pods only those that change an image or the number of containers.
const SIGNIFICANT: &str = "request.operation != 'UPDATE' || request.resource.resource != 'pods' || \
    object.spec.?containers.orValue([]).map(c, c.?image.orValue('')) != \
    oldObject.spec.?containers.orValue([]).map(c, c.?image.orValue('')) || \
    object.spec.?initContainers.orValue([]).map(c, c.?image.orValue('')) != \
    oldObject.spec.?initContainers.orValue([]).map(c, c.?image.orValue('')) || \
    object.spec.?ephemeralContainers.orValue([]).exists(c, \
    !oldObject.spec.?ephemeralContainers.orValue([]).exists(o, o.name == c.name && \
    o.?image.orValue('') == c.?image.orValue('')))";

fn namespaces(policy: &Policy, about: About) -> Vec<(&'static str, String)> {
    const HERE: &str = "request.?namespace.orValue('')";
    let mut found = Vec::new();
    let named = &policy.matching.namespaces;
    if named.iter().any(|glob| !is_plain(glob)) {
        found.push(("namespaces", any(named.iter().map(|glob| matches(glob, HERE)))));
    } else if !named.is_empty() && has_cluster_scope(about) {
        found.push(("namespaces", format!("{HERE} != ''")));
    }
    let excluded: Vec<String> = policy
        .matching
        .exclude
        .iter()
        .filter(|glob| !is_plain(glob))
        .map(|glob| matches(glob, HERE))
        .collect();
    if !excluded.is_empty() {
        found.push(("not-excluded", format!("{HERE} == '' || !{}", any(excluded))));
    }
    found
}

fn has_cluster_scope(about: About) -> bool {
    let About::Objects(resources) = about else { return false };
    resources.iter().any(|resource| resource.scope == Scope::Cluster && resource.name != "namespaces")
}

fn any(terms: impl IntoIterator<Item = String>) -> String {
    format!("({})", terms.into_iter().collect::<Vec<_>>().join(" || "))
}

/// Whether a glob takes a name; names have no slashes.
fn matches(glob: &Glob, name: &str) -> String {
    if is_plain(glob) {
        return format!("{name} == {}", text(glob.as_str()));
    }
    let mut pattern = String::from("^");
    for c in glob.as_str().chars() {
        match c {
            '*' => pattern.push_str(".*"),
            c if c.is_ascii_alphanumeric() || !c.is_ascii() || c == '-' => pattern.push(c),
            '^' | '\\' => pattern.extend(['\\', c]),
            c => pattern.extend(['[', c, ']']),
        }
    }
    format!("{name}.matches({})", text(&format!("{pattern}$")))
}

/// The RuntimeClass of the pod, or of those that a workload makes.
pub(super) fn runtime_class() -> String {
    let template = VARIABLES.first().map_or("object", |(_, text)| text);
    format!("({template}).?spec.?runtimeClassName.orValue('')")
}

/// Whether a pattern takes the object of the request, or the workload a controller made it for.
fn takes<'p>(patterns: impl Iterator<Item = &'p ObjectPattern>) -> String {
    let one = |pattern: &ObjectPattern| {
        let (kind, namespace, name) = pattern.parts();
        let mut terms = vec![matches(kind, "n[0]"), matches(name, "n[1]")];
        terms.extend(namespace.map(|glob| matches(glob, "request.?namespace.orValue('')")));
        format!("({})", terms.join(" && "))
    };
    let patterns: Vec<String> = patterns.map(one).collect();
    format!("({}).exists(n, {})", names(), patterns.join(" || "))
}

/// Kind and name of the object and of its owners, as pairs. Owners are believed of their own controllers only:
/// anybody may write `ownerReferences`.
fn names() -> String {
    let pair = |api_version: &str, kind: &str| format!("[{}, {}]", text(api_version), text(kind));
    let all: Vec<String> = CONTROLLERS.iter().map(|(_, api_version, kind)| pair(api_version, kind)).collect();
    let own = CONTROLLERS.iter().map(|(account, api_version, kind)| (*account, pair(api_version, kind)));
    let makers: Vec<String> = own
        .chain([(MANAGER, all.join(", "))])
        .map(|(user, kinds)| format!("{}: [{kinds}]", text(user)))
        .collect();
    let owners = format!(
        "object.metadata.?ownerReferences.orValue([]).filter(o, o.?controller.orValue(false) && \
         [o.apiVersion, o.kind] in {{{}}}[?request.userInfo.?username.orValue('')].orValue([]))",
        makers.join(", ")
    );
    let hash = "object.metadata.?labels[?'pod-template-hash'].orValue('-')";
    format!(
        "[[request.kind.kind, request.?name.orValue('')], [request.kind.kind, request.?name.orValue('') == '' ? \
         string(object.metadata.?name.orValue('')) : request.name]] + \
         {owners}.map(o, [string(o.kind), string(o.name)]) + \
         {owners}.filter(o, o.kind == 'ReplicaSet' && o.name.endsWith('-' + {hash}))\
         .map(o, ['Deployment', string(o.name).substring(0, o.name.size() - {hash}.size() - 1)]) + \
         {owners}.filter(o, o.kind == 'Job' && o.name.matches('-[0-9]*$'))\
         .map(o, ['CronJob', string(o.name).substring(0, string(o.name).lastIndexOf('-'))])"
    )
}
