//! Do the exported policies decide as the policies they come from?

use std::sync::Arc;

use check::Known;
use check::export::{DEFAULT, Export, export};
use finding::Source;
use object::{Inventory, Object, Version, v};
use policy::Date;
use policy::admission_policy::{
    Cluster, GroupVersionKind, GroupVersionResource, Operation, Policies, Request, User, as_served, nobody,
};
use policy::decide::{Decider, Labels, Lookup};
use policy::document::Policies as Documents;
use policy::pod_security_policy::migrate::yaml;
use policy::request::creation;
use serde_json::{Value as Json, json};

use crate::in_cel::{pods, read};

struct Nothing(Inventory, Labels);

impl Lookup for Nothing {
    fn labels(&self, _: &str) -> Option<&Labels> {
        Some(&self.1)
    }

    fn inventory(&self) -> &Inventory {
        &self.0
    }
}

/// One policy, and what it is exported as.
struct Pair {
    native: Decider,
    exported: Policies,
    lookup: Nothing,
}

fn documents(text: &str) -> Documents {
    let source = Arc::new(Source::file("policy", text.to_owned()));
    let documents = Documents::read(&[source], &Known, Date::of_unix_day(20_000));
    assert!(documents.errors.is_empty(), "{:?}", documents.errors);
    documents
}

fn exported(text: &str, version: Version) -> Export {
    export(&documents(text).list, version)
}

impl Pair {
    fn new(text: &str, version: Version) -> Self {
        let written = yaml(&exported(text, version).documents);
        let objects = read(&written);
        let (exported, problems) = Policies::load(&objects);
        assert!(
            problems.is_empty(),
            "{}",
            problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        );
        let native = Decider::new(documents(text), version, &check::compile);
        Self { native, exported, lookup: Nothing(Inventory::new(Vec::new()), Labels::new()) }
    }

    /// Why the creation is refused, by the policy and by what it is exported as, and the pod as each leaves it.
    fn decide(&self, asked: &Asked) -> [(Option<String>, Json); 2] {
        let mut request = creation(one(&asked.object.to_string()));
        asked.namespace.clone_into(&mut request.namespace);
        asked.user.clone_into(&mut request.user.name);
        if let Some(old) = &asked.old {
            request.operation = policy::request::Operation::Update;
            request.old = Some(one(&old.to_string()));
        }
        let response = self.native.decide(&request, &self.lookup);
        let filled = self.native.changed(&request, &self.lookup).unwrap();
        let filled = filled.and_then(|request| request.object).map(|object| policy::value::of(object.root()));
        let native =
            (response.denied.map(|status| status.message), filled.unwrap_or_else(|| asked.object.clone()));
        let decision = self.exported.decide(asked.request(&request), &Cluster::new([]), &nobody());
        let object = decision.object.unwrap_or_default();
        [native, (decision.denied.map(|status| status.message), object)]
    }

    fn agree(&self, asked: &Asked) -> bool {
        let [native, exported] = self.decide(asked);
        assert_eq!(native.0.is_some(), exported.0.is_some(), "{native:?}\n{exported:?}\n{}", asked.object);
        native.0.is_some()
    }
}

/// What is asked: an object as the API server holds it, made or changed.
struct Asked<'a> {
    object: Json,
    old: Option<Json>,
    namespace: &'a str,
    user: &'a str,
}

impl<'a> Asked<'a> {
    fn new(object: Json) -> Self {
        Self { object: as_served(object), old: None, namespace: "shop", user: "anna" }
    }

    fn by(self, user: &'a str) -> Self {
        Self { user, ..self }
    }

    fn within(self, namespace: &'a str) -> Self {
        Self { namespace, ..self }
    }

    fn instead_of(self, old: Json) -> Self {
        Self { old: Some(as_served(old)), ..self }
    }

    fn request(&self, native: &policy::request::Request) -> Request {
        let resource = &native.resource;
        Request {
            operation: if self.old.is_some() { Operation::Update } else { Operation::Create },
            kind: GroupVersionKind {
                group: native.kind.group.clone(),
                version: native.kind.version.clone(),
                kind: native.kind.name.clone(),
            },
            resource: GroupVersionResource {
                group: resource.group.clone(),
                version: resource.version.clone(),
                resource: resource.name.clone(),
            },
            subresource: String::new(),
            name: native.name.clone(),
            namespace: native.namespace.clone(),
            object: Some(self.object.clone()),
            old_object: self.old.clone(),
            options: None,
            dry_run: false,
            user: User { username: self.user.to_owned(), ..User::default() },
        }
    }
}

fn one(text: &str) -> Object {
    read(text).remove(0)
}

fn policy(spec: &str) -> String {
    format!("apiVersion: cofferdam.dev/v1alpha1\nkind: Policy\nmetadata: {{name: p}}\nspec: {spec}")
}

#[test]
fn the_default_policy_loads_for_every_release_and_is_written_the_same_twice() {
    for version in [v(1, 30), v(1, 32), v(1, 34), Version::NEWEST] {
        Pair::new(DEFAULT, version);
    }
    let once = yaml(&exported(DEFAULT, Version::NEWEST).documents);
    assert_eq!(once, yaml(&exported(DEFAULT, Version::NEWEST).documents));
    assert!(once.matches("kind: ValidatingAdmissionPolicy\n").count() > 50);
}

#[test]
fn what_cannot_be_exported_is_named() {
    let all = exported(DEFAULT, Version::NEWEST);
    let exported_ids = all.documents.iter().filter(|one| one["kind"] == "ValidatingAdmissionPolicy").count();
    let judged = documents(DEFAULT).list[0].checks.len();
    assert_eq!(exported_ids - 1 + all.left_out.len(), judged);
    let old = exported(DEFAULT, v(1, 29));
    assert!(old.documents.is_empty() && old.left_out.len() == 1);
    let labels = policy("{podSecurity: {namespaceLabels: true}}");
    assert!(exported(&labels, Version::NEWEST).documents.is_empty());
}

#[test]
fn a_sample_of_upstreams_fixtures_is_allowed_and_denied_alike() {
    let Some(folder) = testkit::conformance("pss") else { return };
    let text = testkit::text(&folder.join("expected.jsonl"));
    let mut standards: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let file = case["file"].as_str().unwrap().to_owned();
        let standard = file.split('/').take(2).collect::<Vec<_>>().join("@");
        match standards.iter_mut().find(|(known, _)| *known == standard) {
            Some((_, files)) => files.push(file),
            None => standards.push((standard, vec![file])),
        }
    }
    let (mut judged, mut denied) = (0, 0);
    for (standard, files) in standards {
        let (level, version) = standard.split_once('@').unwrap();
        let version = version.trim_start_matches('v');
        let pair = Pair::new(
            &policy(&format!("{{podSecurity: {{level: {level}, version: \"{version}\"}}}}")),
            Version::NEWEST,
        );
        for file in files.iter().step_by(9) {
            let object = policy::value::of(one(&testkit::text(&folder.join(file))).root());
            denied += usize::from(pair.agree(&Asked::new(object)));
            judged += 1;
        }
    }
    assert!(judged > 300 && denied > 100 && denied < judged, "{denied} of {judged}");
}

#[test]
fn random_pods_are_filled_in_alike() {
    let all = "{seccompProfile: RuntimeDefault, automountServiceAccountToken: false, dropCapabilities: [ALL], \
               readOnlyRootFilesystem: true}";
    let pair = Pair::new(&policy(&format!("{{defaults: {all}}}")), Version::NEWEST);
    let mut random = pods::Random::new(5);
    let mut changed = 0;
    for _ in 0..400 {
        let object = as_served(pods::object(&mut random));
        if object["kind"] != "Pod" {
            continue;
        }
        let asked = Asked::new(object.clone());
        let [native, exported] = pair.decide(&asked);
        assert_eq!(as_served(native.1.clone()), exported.1, "{object}");
        changed += usize::from(exported.1 != object);
    }
    assert!(changed > 100, "only {changed}");
}

#[test]
fn random_pods_are_allowed_and_denied_alike_by_every_exported_check() {
    let is_exported = |id: &str| matches!(check::in_cel::twin(id), Some(check::in_cel::Twin::Cel(_)));
    let mut random = pods::Random::new(9);
    let objects: Vec<Json> = (0..40).map(|_| as_served(pods::object(&mut random))).collect();
    let (mut denied, mut allowed) = (0, 0);
    for id in documents(DEFAULT).list[0].checks.keys().filter(|id| is_exported(id)) {
        let pair = Pair::new(&policy(&format!("{{checks: {{{id}: enforce}}}}")), Version::NEWEST);
        for object in &objects {
            let refused = pair.agree(&Asked::new(object.clone()));
            *(if refused { &mut denied } else { &mut allowed }) += 1;
        }
    }
    assert!(denied > 200 && allowed > 200, "{denied} denied, {allowed} allowed");
}

#[test]
fn a_pod_of_a_hundred_containers_stays_within_the_budget() {
    let mut large = pod("large", "registry.example.com/team/app:1.2.3");
    let containers = (0..100).map(|n| {
        json!({"name": format!("c{n}"), "image": format!("ghcr.io/a/b{n}:v{n}"),
        "ports": [{"containerPort": 80}], "env": [{"name": "A", "value": "b"}]})
    });
    large["spec"]["containers"] = containers.collect();
    let pair = Pair::new(
        &DEFAULT.replace("\"*\": warn", "mutable-image-tag: enforce\n    image-volume-unpinned: enforce"),
        Version::NEWEST,
    );
    let [_, exported] = pair.decide(&Asked::new(large));
    let why = exported.0.unwrap();
    assert!(why.contains("violates PodSecurity") && !why.contains("budget"), "{why}");
}

fn pod(name: &str, image: &str) -> Json {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [{"name": "a", "image": image}]}})
}

#[test]
fn whom_a_policy_leaves_alone_the_export_leaves_alone() {
    let pair = Pair::new(
        &policy(
            "{match: {exclude: [kube-system, 'dev-*']}, checks: {mutable-image-tag: enforce, run-as-root: warn}, \
             exemptions: {usernames: [root], namespaces: [lab], runtimeClasses: [kata], objects: ['Pod/shop/free-*']}, \
             waivers: [{check: mutable-image-tag, object: 'Deployment/web', reason: r, owner: o, expires: '2099-12-31'}]}",
        ),
        Version::NEWEST,
    );
    let bad = || pod("web-1", "nginx");
    assert!(pair.agree(&Asked::new(bad())));
    assert!(!pair.agree(&Asked::new(pod("web-1", "nginx:1.27"))));
    for namespace in ["kube-system", "dev-a", "lab"] {
        assert!(!pair.agree(&Asked::new(bad()).within(namespace)), "{namespace}");
    }
    assert!(!pair.agree(&Asked::new(bad()).by("root")));
    assert!(!pair.agree(&Asked::new(pod("free-1", "nginx"))));
    assert!(pair.agree(&Asked::new(pod("free-1", "nginx")).within("other")));
    let mut sandboxed = bad();
    sandboxed["spec"]["runtimeClassName"] = "kata".into();
    assert!(!pair.agree(&Asked::new(sandboxed)));
    let mut owned = bad();
    owned["metadata"]["labels"] = json!({"pod-template-hash": "abc"});
    owned["metadata"]["ownerReferences"] = json!([{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-abc", "uid": "1", "controller": true}]);
    assert!(pair.agree(&Asked::new(owned.clone())), "anybody may write an owner");
    assert!(pair.agree(&Asked::new(owned.clone()).by("system:serviceaccount:kube-system:job-controller")));
    for maker in ["system:serviceaccount:kube-system:replicaset-controller", "system:kube-controller-manager"]
    {
        assert!(!pair.agree(&Asked::new(owned.clone()).by(maker)), "{maker}");
    }
    owned["metadata"]["ownerReferences"][0]["apiVersion"] = "example.com/v1".into();
    assert!(pair.agree(&Asked::new(owned).by("system:serviceaccount:kube-system:replicaset-controller")));
}

#[test]
fn an_update_is_judged_by_what_it_brings() {
    let pair = Pair::new(
        &policy(
            "{checks: {mutable-image-tag: enforce, service-external-ips: enforce}, podSecurity: {level: restricted, version: '1.30'}}",
        ),
        Version::NEWEST,
    );
    let mut labelled = pod("a", "nginx");
    labelled["metadata"]["labels"] = json!({"x": "y"});
    assert!(!pair.agree(&Asked::new(labelled).instead_of(pod("a", "nginx"))));
    assert!(pair.agree(&Asked::new(pod("a", "redis")).instead_of(pod("a", "nginx"))));
    let service = |addresses: Json| json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"externalIPs": addresses}});
    assert!(pair.agree(&Asked::new(service(json!(["192.0.2.1"])))));
    assert!(
        !pair.agree(&Asked::new(service(json!(["192.0.2.1"]))).instead_of(service(json!(["192.0.2.1"]))))
    );
    assert!(pair.agree(&Asked::new(service(json!(["192.0.2.2"]))).instead_of(service(json!([])))));
}

#[test]
fn workloads_are_told_and_images_from_elsewhere_go_to_the_sandbox() {
    let pair = Pair::new(
        &policy(
            "{images: {registries: [registry.example.com], untrusted: {runtimeClassName: kata}}, checks: {privileged-container: enforce}}",
        ),
        Version::NEWEST,
    );
    let [native, exported] = pair.decide(&Asked::new(pod("a", "nginx")));
    assert_eq!((&native.0, &exported.0), (&None, &None));
    assert_eq!(native.1["spec"]["runtimeClassName"], "kata");
    assert_eq!(exported.1["spec"]["runtimeClassName"], "kata");
    let [_, exported] = pair.decide(&Asked::new(pod("a", "registry.example.com/a/b")));
    assert!(exported.1["spec"].get("runtimeClassName").is_none());
    let mut wrong = pod("a", "nginx");
    wrong["spec"]["runtimeClassName"] = "runc".into();
    assert!(pair.agree(&Asked::new(wrong)));
    let template = json!({"spec": {"containers": [{"name": "a", "image": "registry.example.com/a", "securityContext": {"privileged": true}}]}});
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": {"template": template}});
    assert!(!pair.agree(&Asked::new(deployment)));
}
