//! Does the API server's RBAC authorizer allow what ours allows?

use object::Inventory;
use policy::rbac::{Ask, Rbac};
use policy::request::User;
use serde_json::{Value, json};
use testkit::apiserver::Request;

use crate::cluster::{Cluster, shared, until};
use crate::native::objects;
use crate::random::Random;

const NAMESPACES: [&str; 3] = ["rbac-a", "rbac-b", "rbac-c"];
const VERBS: [&str; 8] = ["get", "list", "watch", "create", "update", "delete", "use", "*"];
const GROUPS: [&str; 5] = ["", "apps", "batch", "policy", "*"];
const RESOURCES: [&str; 10] = [
    "pods",
    "secrets",
    "deployments",
    "jobs",
    "pods/exec",
    "pods/*",
    "*/scale",
    "deployments/scale",
    "*",
    "*/*",
];
const NAMES: [&str; 4] = ["one", "two", "three", "*"];
const PATHS: [&str; 7] = ["/e2e", "/e2e/*", "/e2e/a", "/e2e/a/*", "/other*", "/other", "*"];
const USERS: [&str; 4] = ["ann", "bea", "*", "system:serviceaccount:rbac-a:robot"];
const TEAMS: [&str; 4] = ["red", "blue", "system:serviceaccounts:rbac-a", "system:serviceaccounts"];
const GROUP: &str = "rbac.authorization.k8s.io";

const ROLES: usize = 60;
const QUESTIONS: usize = 2000;

/// One question, in a form that both sides are asked from.
struct Question {
    user: User,
    resource: Option<[&'static str; 6]>,
    url: [&'static str; 2],
}

impl Question {
    fn random(random: &mut Random) -> Self {
        let user = match random.below(6) {
            0 => User::service_account(random.one(&NAMESPACES), random.one(&["robot", "drone"])),
            _ => User {
                name: random.one(&["ann", "bea", "cid"]).to_owned(),
                groups: random.some(&["red", "blue", "green"]).into_iter().map(str::to_owned).collect(),
                ..User::default()
            },
        };
        let resource = (!random.once_in(5)).then(|| {
            [
                random.one(&["get", "list", "create", "delete", "use", "patch", "*"]),
                random.one(&["", "apps", "batch", "policy", "extensions"]),
                random.one(&["pods", "secrets", "deployments", "jobs", "nodes"]),
                random.one(&["", "", "exec", "scale", "log"]),
                random.one(&["", "rbac-a", "rbac-b", "rbac-c"]),
                random.one(&["", "one", "two", "four"]),
            ]
        });
        let url = [
            random.one(&["get", "post", "list"]),
            random.one(&[
                "/e2e", "/e2e/", "/e2e/a", "/e2e/a/b", "/e2e/b", "/other", "/others", "/other/x", "/",
            ]),
        ];
        Self { user, resource, url }
    }

    fn ask(&self) -> Ask<'static> {
        match self.resource {
            Some([verb, group, resource, subresource, namespace, name]) => {
                Ask::Resource { verb, group, resource, subresource, namespace, name }
            }
            None => Ask::Url { verb: self.url[0], path: self.url[1] },
        }
    }

    fn review(&self) -> Value {
        let mut spec = json!({"user": self.user.name, "groups": self.user.groups});
        match self.resource {
            Some([verb, group, resource, subresource, namespace, name]) => {
                spec["resourceAttributes"] = json!({
                    "verb": verb, "group": group, "version": "v1", "resource": resource,
                    "subresource": subresource, "namespace": namespace, "name": name,
                });
            }
            None => spec["nonResourceAttributes"] = json!({"verb": self.url[0], "path": self.url[1]}),
        }
        review(&spec)
    }
}

fn review(spec: &Value) -> Value {
    json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec})
}

const REVIEWS: &str = "/apis/authorization.k8s.io/v1/subjectaccessreviews";

fn rules(random: &mut Random, is_of_cluster: bool) -> Value {
    let rule = |random: &mut Random| {
        if is_of_cluster && random.once_in(4) {
            return json!({"verbs": random.some(&["get", "post", "*"]), "nonResourceURLs": random.some(&PATHS)});
        }
        let mut rule = json!({
            "verbs": random.some(&VERBS), "apiGroups": random.some(&GROUPS), "resources": random.some(&RESOURCES),
        });
        if random.once_in(3) {
            rule["resourceNames"] = json!(random.some(&NAMES));
        }
        rule
    };
    (0..=random.below(2)).map(|_| rule(random)).collect()
}

fn subjects(random: &mut Random) -> Value {
    let subject = |random: &mut Random| match random.below(3) {
        0 => json!({"apiGroup": GROUP, "kind": "User", "name": random.one(&USERS)}),
        1 => json!({"apiGroup": GROUP, "kind": "Group", "name": random.one(&TEAMS)}),
        _ => json!({"kind": "ServiceAccount", "name": "robot", "namespace": random.one(&NAMESPACES)}),
    };
    (0..=random.below(2)).map(|_| subject(random)).collect()
}

/// Roles and bindings; wildcards are rare, or everybody may do everything.
fn written(random: &mut Random) -> Vec<Value> {
    let api_version = format!("{GROUP}/v1");
    let mut found = Vec::new();
    for at in 0..ROLES {
        let is_of_cluster = at % 2 == 0;
        let namespace = random.one(&NAMESPACES);
        let (name, place) = (format!("e2e-{at}"), if is_of_cluster { Value::Null } else { namespace.into() });
        let kind = if is_of_cluster { "ClusterRole" } else { "Role" };
        let mut role =
            json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": place}});
        role["rules"] = rules(random, is_of_cluster);
        found.push(role);
        // A ClusterRole may be bound in one namespace, and to everybody's surprise a role may be absent.
        let everywhere = is_of_cluster && random.once_in(3);
        let bound = if random.once_in(10) { "absent" } else { &name };
        let kind_of_binding = if everywhere { "ClusterRoleBinding" } else { "RoleBinding" };
        let mut binding = json!({
            "apiVersion": api_version, "kind": kind_of_binding, "metadata": {"name": name},
            "roleRef": {"apiGroup": GROUP, "kind": kind, "name": bound},
        });
        if !everywhere {
            binding["metadata"]["namespace"] = namespace.into();
        }
        binding["subjects"] = subjects(random);
        found.push(binding);
    }
    found
}

#[test]
fn two_thousand_questions_get_the_answer_of_the_authorizer() {
    let Some(server) = shared() else { return };
    let cluster = Cluster::new(server);
    for name in NAMESPACES {
        cluster.namespace(name, &json!({}));
    }
    let mut random = Random::new(7);
    for object in written(&mut random) {
        cluster.must(&Request::post(&cluster.collection(&object), &object));
    }
    wait_until_known(&cluster);
    let rbac = Rbac::of(&Inventory::new(everything(&cluster)));
    let questions: Vec<Question> = (0..QUESTIONS).map(|_| Question::random(&mut random)).collect();
    let requests: Vec<Request> =
        questions.iter().map(|question| Request::post(REVIEWS, &question.review())).collect();
    let (mut wrong, mut allowed) = (Vec::new(), 0);
    for (question, answer) in questions.iter().zip(cluster.each(&requests)) {
        assert_eq!(answer.status, 201, "{}", answer.text());
        let status = &answer.json()["status"];
        let (theirs, ours) = (status["allowed"] == true, rbac.allows(&question.user, question.ask()));
        allowed += usize::from(theirs);
        if theirs != ours.is_some() {
            wrong.push(format!("{}\n  ours   {ours:?}\n  theirs {status}", question.review()["spec"]));
        }
    }
    eprintln!("{QUESTIONS} questions, {allowed} allowed by both");
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(
        allowed > QUESTIONS / 10 && allowed < QUESTIONS * 9 / 10,
        "{allowed} of {QUESTIONS} prove little"
    );
}

/// The authorizer sees each kind in the order of writing: who knows the last knows all.
fn wait_until_known(cluster: &Cluster<'_>) {
    let api_version = format!("{GROUP}/v1");
    for (kind, namespace) in [("ClusterRole", ""), ("Role", "rbac-a")] {
        let mut metadata = json!({"name": "e2e-last"});
        if !namespace.is_empty() {
            metadata["namespace"] = namespace.into();
        }
        let rule = json!({"verbs": ["probe"], "apiGroups": [""], "resources": ["pods"]});
        cluster
            .apply(&json!({"apiVersion": api_version, "kind": kind, "metadata": metadata, "rules": [rule]}));
        cluster.apply(&json!({
            "apiVersion": api_version, "kind": format!("{kind}Binding"), "metadata": metadata,
            "roleRef": {"apiGroup": GROUP, "kind": kind, "name": "e2e-last"},
            "subjects": [{"apiGroup": GROUP, "kind": "User", "name": format!("probe-{kind}")}],
        }));
        let attributes = json!({"verb": "probe", "group": "", "resource": "pods", "namespace": namespace});
        let probe = review(&json!({"user": format!("probe-{kind}"), "resourceAttributes": attributes}));
        until("roles are known", || {
            let answer = cluster.must(&Request::post(REVIEWS, &probe));
            (answer["status"]["allowed"] == true).then_some(())
        });
    }
}

/// All roles and bindings of the server, its own among them. No controller adds up aggregated roles here: they are
/// compared as they stand.
fn everything(cluster: &Cluster<'_>) -> Vec<object::Object> {
    let mut items = Vec::new();
    for (plural, kind) in [
        ("clusterroles", "ClusterRole"),
        ("clusterrolebindings", "ClusterRoleBinding"),
        ("roles", "Role"),
        ("rolebindings", "RoleBinding"),
    ] {
        let mut list = cluster.must(&Request::get(&format!("/apis/{GROUP}/v1/{plural}")));
        for item in list["items"].as_array_mut().unwrap() {
            item["apiVersion"] = format!("{GROUP}/v1").into();
            item["kind"] = kind.into();
            items.push(item.take());
        }
    }
    objects("roles.json", json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string())
}
