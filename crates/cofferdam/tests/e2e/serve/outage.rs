//! What holds while the webhook is dead, and after?

use serde_json::json;

use super::{Guarded, bad, good, policy};
use crate::cluster::{own, until};
use crate::exported::{accept, exported};

#[test]
fn a_dead_webhook_leaves_what_was_declared() {
    let Some(server) = own("outage") else { return };
    let mut fails = Guarded::start(&server, "closed", &policy("{podSecurity: {level: restricted}}"), &[]);
    // Everywhere but where the cluster itself lives, as the chart has it; and not where the other one is asked.
    let mut everywhere = fails.webhook.configuration("Validating", "closed", "Fail", 5);
    everywhere["webhooks"][0]["namespaceSelector"] = json!({"matchExpressions": [{
        "key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system", "open", "backed"],
    }]});
    fails.cluster.apply(&everywhere);
    until("the webhook is asked", || (fails.create("default", &bad("a")).0 == 403).then_some(()));
    let mut ignores = Guarded::start(&server, "open", &policy("{podSecurity: {level: restricted}}"), &[]);
    ignores.register("Validating", "Ignore");
    // The same rule as a policy that the API server runs by itself, in a namespace whose webhook may be ignored.
    let cluster = &fails.cluster;
    cluster.namespace("backed", &json!({"webhook": "open", "backed": "yes"}));
    let backed =
        "{match: {namespaceSelector: {matchLabels: {backed: 'yes'}}}, podSecurity: {level: restricted}}";
    accept(cluster, &exported(&policy(backed).replace("name: e2e", "name: backed")));
    cluster.namespace("kube-system", &json!({}));

    assert_eq!(fails.create("closed", &good("a")).0, 201);
    fails.webhook.kill();
    ignores.webhook.kill();

    let (status, said) = until("the dead webhook is noticed", || {
        let (status, said) = fails.create("closed", &good("a"));
        (status != 201).then_some((status, said))
    });
    assert!(
        status == 500 && said.contains("failed calling webhook \"closed.cofferdam.dev\""),
        "{status}: {said}"
    );
    assert_eq!(fails.create("default", &good("a")).0, 500, "Fail refuses everywhere else");
    assert_eq!(fails.create("kube-system", &bad("a")).0, 201, "system namespaces go on");
    assert_eq!(ignores.create("open", &bad("a")).0, 201, "Ignore lets in");
    let (status, said) = until("the exported policy holds", || {
        let (status, said) = ignores.create("backed", &bad("a"));
        (status != 201).then_some((status, said))
    });
    assert!(
        status == 403 && said.contains("ValidatingAdmissionPolicy 'backed-pod-security'"),
        "{status}: {said}"
    );
    assert_eq!(ignores.create("backed", &good("a")).0, 201);

    fails.webhook.start_again().unwrap();
    ignores.webhook.start_again().unwrap();
    for guarded in [&fails, &ignores] {
        let (_, said) = until("the webhook decides again", || {
            let (status, said) = guarded.create(guarded.name, &bad("a"));
            (status == 403).then_some((status, said))
        });
        assert!(said.starts_with(&guarded.prefix()), "{said}");
        assert_eq!(guarded.create(guarded.name, &good("a")).0, 201);
    }
    eprintln!(
        "webhook killed: Fail refuses, Ignore lets in, kube-system and exported policies go on; and back"
    );
}
