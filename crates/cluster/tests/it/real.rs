//! The same against a real API server, where one is to be had: `COFFERDAM_E2E_KUBECONFIG` names a kubeconfig whose
//! user may do everything. Nothing but a namespace of the test's own and objects named after it is touched.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use cluster::{
    Acceptance, Access, Bound, Cache, Candidate, Cluster, Denial, Health, Question, Resource, SharedSecret,
    Standing, Term, Want, Written, connect,
};
use serde_json::{Value, json};

/// A connection and a namespace of the test's own; `None`, and a word why, where there is no server.
async fn place(name: &str) -> Option<(Cluster, String)> {
    let Some(file) = std::env::var_os("COFFERDAM_E2E_KUBECONFIG") else {
        println!("skipped: COFFERDAM_E2E_KUBECONFIG names no cluster to try this on");
        return None;
    };
    let cluster = connect(&Access { kubeconfig: Some(file.into()), context: None }).await.unwrap();
    let namespace = format!("cofferdam-it-{name}-{}", std::process::id());
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
    assert!(matches!(cluster.create(&Resource::namespaces(), "", &object).await.unwrap(), Written::As(_)));
    Some((cluster, namespace))
}

async fn soon<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    for _ in 0..200 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what} did not come about")
}

#[tokio::test]
async fn a_cache_follows_a_real_watch() {
    let Some((cluster, namespace)) = place("cache").await else { return };
    let cache = Cache::new(cluster.clone(), Bound::default(), Duration::from_millis(5));
    cache.follow(Resource::namespaces(), Want::Metadata);
    for kind in Resource::rbac() {
        cache.follow(kind, Want::Whole);
    }
    let knows = async |title: &str, name: &str| {
        let snapshot = cache.snapshots().borrow().clone();
        let known = snapshot.get(title).filter(|known| known.health == Health::Current)?;
        known.objects.iter().find(|object| object.name() == name).cloned()
    };
    let found = soon("the namespace", || knows("namespaces", &namespace)).await;
    assert!(found.at("spec").is_none(), "only metadata was asked for");
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
        "metadata": {"name": "made-later", "namespace": namespace},
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]});
    cluster.create(&Resource::rbac()[0], &namespace, &role).await.unwrap();
    let role = soon("the role", || knows("roles.rbac.authorization.k8s.io", "made-later")).await;
    assert_eq!(role.namespace(), namespace);
}

#[tokio::test]
async fn one_of_two_candidates_leads_and_the_other_takes_over() {
    let Some((cluster, namespace)) = place("lease").await else { return };
    let term = Term { lasts: Duration::from_secs(2), every: Duration::from_millis(200) };
    let candidate = |who: &str| Candidate::new(cluster.clone(), &namespace, "audit", who, term);
    let (mut first, mut second) = (candidate("first"), candidate("second"));
    assert!(matches!(first.step().await.unwrap(), Standing::Leader(_)));
    assert_eq!(second.step().await.unwrap(), Standing::Follower("first".into()));
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(matches!(first.step().await.unwrap(), Standing::Leader(_)));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(second.step().await.unwrap(), Standing::Follower("first".into()), "it was renewed");
    tokio::time::sleep(Duration::from_millis(2100)).await;
    assert!(!first.leads(), "who does not renew does not lead");
    assert!(matches!(second.step().await.unwrap(), Standing::Leader(_)));
    assert_eq!(first.step().await.unwrap(), Standing::Follower("second".into()));
    second.resign().await.unwrap();
    assert!(matches!(first.step().await.unwrap(), Standing::Leader(_)), "a lease given back is free at once");
}

#[tokio::test]
async fn of_two_that_make_a_certificate_one_is_kept() {
    let Some((cluster, namespace)) = place("secret").await else { return };
    let secret = SharedSecret::new(cluster, &namespace, "certificate");
    assert_eq!(secret.load().await.unwrap(), None);
    let texts = |key: &str| BTreeMap::from([("tls.key".to_owned(), key.to_owned())]);
    let (one, other) = (texts("one"), texts("other"));
    let (a, b) = tokio::join!(secret.save(&one, None), secret.save(&other, None));
    let (a, b) = (a.unwrap(), b.unwrap());
    assert!(a.is_some() != b.is_some(), "{a:?} {b:?}");
    let held = secret.load().await.unwrap().unwrap();
    assert_eq!(held.texts, if a.is_some() { one } else { other });
    let renewed = secret.save(&texts("new"), Some(&held.revision)).await.unwrap();
    assert!(renewed.is_some());
    assert_eq!(secret.save(&texts("late"), Some(&held.revision)).await.unwrap(), None);
    assert_eq!(secret.load().await.unwrap().unwrap().texts, texts("new"));
}

#[tokio::test]
async fn a_denial_is_an_event_of_its_namespace() {
    let Some((cluster, namespace)) = place("events").await else { return };
    let denial = Denial {
        namespace: namespace.clone(),
        kind: "Pod".into(),
        api_version: "v1".into(),
        name: String::new(),
        message: "host namespaces (hostPID=true)".into(),
    };
    cluster.tell(&denial, 3, "cofferdam-0").await.unwrap();
    let mut pages = cluster.pages(&Resource::events(), Want::Whole);
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let items = page.unwrap().items;
        found.extend(items.iter().map(|item| serde_json::from_str::<Value>(item).unwrap()));
    }
    found.retain(|event| event["metadata"]["namespace"] == namespace.as_str());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["note"], "host namespaces (hostPID=true) (3 times since it was told last)");
}

#[tokio::test]
async fn every_webhook_of_both_configurations_gets_the_authority() {
    let Some((cluster, name)) = place("bundle").await else { return };
    let hook = |name: &str| {
        json!({"name": format!("{name}.cofferdam.dev"), "sideEffects": "None", "admissionReviewVersions": ["v1"],
            "failurePolicy": "Ignore", "clientConfig": {"service": {"name": "x", "namespace": "x"}},
            "rules": [{"apiGroups": ["it.example.com"], "apiVersions": ["v1"], "operations": ["CREATE"],
                       "resources": ["nothings"]}]})
    };
    for kind in Resource::webhooks() {
        let object = json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind.kind,
            "metadata": {"name": name}, "webhooks": [hook("a"), hook("b")]});
        cluster.create(&kind, "", &object).await.unwrap();
    }
    let bundle = "-----BEGIN CERTIFICATE-----\nnot one\n-----END CERTIFICATE-----\n";
    match cluster.publish_bundle(&name, bundle).await {
        Ok(changed) => assert_eq!(changed, 2),
        // The server looks whether it is a certificate: then it has read our patch, which is what is asked here.
        Err(error) => assert!(error.to_string().contains("caBundle"), "{error}"),
    }
    assert_eq!(cluster.publish_bundle("there-is-none", bundle).await.unwrap(), 0);
}

#[tokio::test]
async fn who_may_use_a_pod_security_policy_is_asked_of_the_server() {
    let Some((cluster, namespace)) = place("review").await else { return };
    let question = |user: &str, policy: &str| Question {
        user: user.into(),
        groups: vec!["system:authenticated".into()],
        namespace: namespace.clone(),
        policy: policy.into(),
    };
    assert!(!cluster.may_use(&question("robot", "tenant")).await.unwrap());
    let [roles, _, bindings, _] = Resource::rbac();
    let rbac = "rbac.authorization.k8s.io";
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
        "metadata": {"name": "r", "namespace": namespace}, "rules": [{"apiGroups": ["policy"],
        "resources": ["podsecuritypolicies"], "resourceNames": ["tenant"], "verbs": ["use"]}]});
    let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": {"name": "r", "namespace": namespace}, "roleRef": {"apiGroup": rbac, "kind": "Role", "name": "r"},
        "subjects": [{"apiGroup": rbac, "kind": "User", "name": "robot"}]});
    cluster.create(&roles, &namespace, &role).await.unwrap();
    cluster.create(&bindings, &namespace, &binding).await.unwrap();
    soon("the right", || async {
        cluster.may_use(&question("robot", "tenant")).await.unwrap().then_some(())
    })
    .await;
    assert!(!cluster.may_use(&question("robot", "other")).await.unwrap());
}

#[tokio::test]
async fn a_policy_says_whether_it_is_in_force_and_keeps_its_mistakes() {
    let Some((cluster, name)) = place("policy").await else { return };
    for definition in policy::document::custom_resources().split("---\n").skip(1) {
        let definition: Value = serde_json::from_str(definition).unwrap();
        let definitions = Resource {
            group: "apiextensions.k8s.io".into(),
            version: "v1".into(),
            kind: "CustomResourceDefinition".into(),
            plural: "customresourcedefinitions".into(),
            namespaced: false,
        };
        cluster.create(&definitions, "", &definition).await.unwrap();
    }
    let policies = Resource::policies();
    let policy = json!({"apiVersion": "cofferdam.dev/v1alpha1", "kind": "Policy", "metadata": {"name": name},
        "spec": {"mode": "warn", "checks": {"host-port": "off", "*": "enforce"}, "mistyped": 1}});
    let made = soon("the definition", || async {
        match cluster.create(&policies, "", &policy).await {
            Ok(Written::As(made)) => Some(made),
            _ => None,
        }
    });
    assert_eq!(made.await["spec"]["mistyped"], 1, "what is pruned is refused by nobody");
    let condition = async || {
        let policy = cluster.value(&policies, "", &name).await.unwrap().unwrap();
        policy["status"]["conditions"][0].clone()
    };
    cluster.accept(&name, &Acceptance::Refused("`mistyped` is no field".into())).await.unwrap();
    let refused = condition().await;
    assert_eq!(
        (&refused["status"], &refused["message"]),
        (&json!("False"), &json!("`mistyped` is no field"))
    );
    cluster.accept(&name, &Acceptance::Accepted).await.unwrap();
    assert_eq!(condition().await["status"], "True");
}
