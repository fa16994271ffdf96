use std::sync::Arc;

use finding::Source;
use object::{Limits, read};

use super::*;

const ROLES: &str = "
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: user}, rules: [{apiGroups: [policy], resources: [podsecuritypolicies], verbs: [use], resourceNames: [small]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: all}, rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}, {nonResourceURLs: ['*'], verbs: ['*']}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: health}, rules: [{nonResourceURLs: ['/healthz', '/api/*'], verbs: [get]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: sub}, rules: [{apiGroups: [''], resources: ['*/exec', pods/log], verbs: [create]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: pods, namespace: shop}, rules: [{apiGroups: [''], resources: [pods], verbs: [get, list]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: sum}, aggregationRule: {clusterRoleSelectors: [{matchLabels: {to: sum}}]}, rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: part, labels: {to: sum}}, aggregationRule: {clusterRoleSelectors: [{matchLabels: {to: part}}, {matchLabels: {to: sum}}]}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: leaf, labels: {to: part}}, rules: [{apiGroups: [''], resources: [nodes], verbs: [get]}]}
---
";

/// Whether `user` (`name` or `name group,group`) may, beside one binding in flow style.
fn may(binding: &str, user: &str, ask: Ask<'_>) -> bool {
    let text = format!("{ROLES}{{apiVersion: rbac.authorization.k8s.io/v1, {binding}}}");
    let read = read(&Arc::new(Source::file("t", text)), Limits::default());
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    let (name, groups) = user.split_once(' ').unwrap_or((user, ""));
    let user = User {
        name: name.to_owned(),
        groups: groups.split(',').map(str::to_owned).collect(),
        ..User::default()
    };
    Rbac::of(&Inventory::new(read.objects)).allows(&user, ask).is_some()
}

fn resource<'a>(verb: &'a str, what: &'a str, namespace: &'a str, name: &'a str) -> Ask<'a> {
    let (group, what) = what.split_once(':').unwrap_or(("", what));
    let (resource, subresource) = what.split_once('/').unwrap_or((what, ""));
    Ask::Resource { verb, group, resource, subresource, namespace, name }
}

fn bound(kind: &str, role: &str, subject: &str) -> String {
    let (kind, role_kind) = match kind {
        "cluster" => ("kind: ClusterRoleBinding, metadata: {name: b}", "ClusterRole"),
        "here" => ("kind: RoleBinding, metadata: {name: b, namespace: shop}", "ClusterRole"),
        _ => ("kind: RoleBinding, metadata: {name: b, namespace: shop}", "Role"),
    };
    format!(
        "{kind}, roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {role_kind}, name: {role}}}, subjects: [{subject}]"
    )
}

const ANN: &str = "{kind: User, name: ann, apiGroup: rbac.authorization.k8s.io}";

#[test]
fn a_binding_reaches_as_far_as_its_kind() {
    let psp = |namespace, name| resource("use", "policy:podsecuritypolicies", namespace, name);
    assert!(may(&bound("cluster", "user", ANN), "ann", psp("", "small")));
    assert!(may(&bound("cluster", "user", ANN), "ann", psp("bank", "small")));
    assert!(may(&bound("here", "user", ANN), "ann", psp("shop", "small")));
    assert!(!may(&bound("here", "user", ANN), "ann", psp("bank", "small")));
    assert!(!may(&bound("here", "user", ANN), "ann", psp("", "small")));
    assert!(!may(&bound("cluster", "user", ANN), "ann", psp("", "large")));
    assert!(!may(&bound("cluster", "user", ANN), "bob", psp("", "small")));
    assert!(may(&bound("role", "pods", ANN), "ann", resource("get", "pods", "shop", "x")));
    assert!(!may(&bound("role", "absent", ANN), "ann", resource("get", "pods", "shop", "x")));
}

#[test]
fn subjects_are_users_groups_and_service_accounts() {
    let get = resource("get", "pods", "shop", "");
    let group = "{kind: Group, name: devs, apiGroup: rbac.authorization.k8s.io}";
    assert!(may(&bound("role", "pods", group), "ann devs,system:authenticated", get));
    assert!(!may(&bound("role", "pods", group), "devs", get));
    let account = User::service_account("shop", "web").name;
    assert!(may(&bound("role", "pods", "{kind: ServiceAccount, name: web}"), &account, get));
    assert!(may(&bound("role", "pods", "{kind: ServiceAccount, name: web, namespace: shop}"), &account, get));
    assert!(!may(
        &bound("role", "pods", "{kind: ServiceAccount, name: web, namespace: bank}"),
        &account,
        get
    ));
    assert!(!may(&bound("cluster", "all", "{kind: ServiceAccount, name: web}"), &account, get));
    assert!(may(&bound("role", "absent", ANN), "eve system:masters", get));
}

#[test]
fn subresources_are_named_or_starred() {
    let binding = bound("cluster", "sub", ANN);
    assert!(may(&binding, "ann", resource("create", "pods/exec", "shop", "x")));
    assert!(may(&binding, "ann", resource("create", "pods/log", "shop", "x")));
    assert!(!may(&binding, "ann", resource("create", "pods/attach", "shop", "x")));
    assert!(!may(&binding, "ann", resource("create", "pods", "shop", "x")));
    assert!(!may(&bound("role", "pods", ANN), "ann", resource("get", "pods/status", "shop", "x")));
    assert!(may(&bound("cluster", "all", ANN), "ann", resource("create", "apps:deployments/scale", "", "")));
}

#[test]
fn paths_end_in_a_star_or_are_whole() {
    let binding = bound("cluster", "health", ANN);
    let get = |path| Ask::Url { verb: "get", path };
    assert!(may(&binding, "ann", get("/healthz")) && may(&binding, "ann", get("/api/v1")));
    assert!(!may(&binding, "ann", get("/healthz/x")) && !may(&binding, "ann", get("/metrics")));
    assert!(may(&bound("cluster", "all", ANN), "ann", get("/metrics")));
    assert!(!may(&bound("here", "all", ANN), "ann", get("/metrics")));
}

#[test]
fn an_aggregate_has_the_rules_of_those_it_chooses() {
    let binding = bound("cluster", "sum", ANN);
    assert!(may(&binding, "ann", resource("get", "nodes", "", "")));
    assert!(!may(&binding, "ann", resource("get", "secrets", "shop", "")));
}

#[test]
fn a_grant_says_where_it_comes_from() {
    let text = format!("{ROLES}{{apiVersion: rbac.authorization.k8s.io/v1, {}}}", bound("here", "user", ANN));
    let read = read(&Arc::new(Source::file("t", text)), Limits::default());
    let rbac = Rbac::of(&Inventory::new(read.objects));
    let user = User { name: "ann".to_owned(), ..User::default() };
    let grant = rbac.allows(&user, resource("use", "policy:podsecuritypolicies", "shop", "small"));
    let (binding, role) = ("RoleBinding/shop/b".to_owned(), "ClusterRole/user".to_owned());
    assert_eq!(grant, Some(Grant::Binding { binding, role }));
}

/// What is said of one document of the group, given in flow style.
fn faulty(document: &str) -> Vec<String> {
    let version =
        if document.contains("apiVersion") { "" } else { "apiVersion: rbac.authorization.k8s.io/v1, " };
    let text = format!("{{{version}{document}}}");
    let read = read(&Arc::new(Source::file("t", text)), Limits::default());
    faults(&read.objects).iter().map(ToString::to_string).collect()
}

#[test]
fn a_document_that_is_damaged_is_named_with_its_place() {
    for (document, says) in [
        (
            "kind: Rol, metadata: {name: a}",
            "t:1:44: Rol `a`: kind: no kind of rbac.authorization.k8s.io: did you mean `Role`?",
        ),
        (
            "apiVersion: rbac.authorisation.k8s.io/v1, kind: Role, metadata: {name: a}",
            "did you mean `rbac.authorization.k8s.io`?",
        ), // typos: ignore
        (
            "apiVersion: rbac.authorization.k8s.io/v9, kind: Role, metadata: {name: a}",
            "`v9` is not served: use rbac.authorization.k8s.io/v1",
        ),
        (
            "kind: Role, metadata: {name: a}, rules: 5",
            "rules: must be a list, but is an integer; meanwhile what is wrong in it grants nothing",
        ),
        ("kind: Role, metadata: {name: a}, rules: [5]", "rules[0]: must be a mapping, but is an integer"),
        (
            "kind: Role, metadata: {name: a}, rules: [{verbs: [use], resourceName: [x]}]",
            "unknown field `resourceName`: did you mean `resourceNames`?",
        ),
        (
            "kind: Role, metadata: {name: a}, rules: [{verbs: use}]",
            "rules[0].verbs: must be a list, but is a string",
        ),
        ("kind: Role, metadata: {name: a}, rule: []", "unknown field `rule`: did you mean `rules`?"),
        ("kind: ClusterRole, metadata: {name: a}, aggregationRule: 5", "aggregationRule: must be a mapping"),
        (
            "kind: RoleBinding, metadata: {name: a}, subjects: {}, roleRef: {kind: Role, name: r}",
            "subjects: must be a list",
        ),
        (
            "kind: RoleBinding, metadata: {name: a}, roleRef: {kind: Rol, name: r}",
            "`Rol` cannot stand here: use Role or ClusterRole",
        ),
        ("kind: RoleBinding, metadata: {name: a}", "roleRef: is required"),
    ] {
        let said = faulty(document);
        assert!(said.iter().any(|line| line.contains(says)), "{document}: {said:?}");
    }
    assert_eq!(faulty("apiVersion: iam.example.com/v1, kind: Role, metadata: {name: a}"), [""; 0]);
    let text = Arc::new(Source::file("t", ROLES.to_owned()));
    assert!(faults(&read(&text, Limits::default()).objects).is_empty());
}

#[test]
fn a_damaged_rule_grants_nothing() {
    let get = resource("get", "pods", "shop", "x");
    let with = |rule: &str| {
        let role = format!(
            "kind: Role, metadata: {{name: own, namespace: shop}}, rules: [{rule}]}}\n---\n{{apiVersion: rbac.authorization.k8s.io/v1, {}",
            bound("role", "own", ANN)
        );
        may(&role, "ann", get)
    };
    assert!(with("{apiGroups: [''], resources: [pods], verbs: [get]}"));
    for rule in [
        "{apiGroups: [''], resources: [pods], verbs: [get], resourceNames: 5}",
        "{apiGroups: [''], resources: [pods], verbs: [get], resourceNames: [5]}",
        "{apiGroups: [''], resources: [pods], verbs: [get], resourceName: [y]}",
        "{apiGroups: '', resources: [pods], verbs: [get]}",
    ] {
        assert!(!with(rule), "{rule}");
    }
    let own = "kind: ClusterRole, metadata: {name: own}, aggregationRule: 5, rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]}";
    let text =
        format!("{own}\n---\n{{apiVersion: rbac.authorization.k8s.io/v1, {}", bound("cluster", "own", ANN));
    assert!(!may(&text, "ann", get), "an aggregate that cannot be read has no rules");
}
