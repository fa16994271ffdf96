//! Which rules can a webhook judge by, that is shown one object and knows little of the cluster?
//!
//! It knows namespaces, runtime classes and roles. A rule that asks for anything else would guess: it is left to
//! the audit, which sees everything.

use finding::Finding;
use object::{Inventory, Object, Version};
use policy::decide::Rules;
use policy::document::Policy;

use crate::admission::settings;
use crate::{Check, Judge};

/// What a rule looks at beside the object, that a webhook does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Such as `NetworkPolicies`.
    pub kinds: &'static str,
    /// Whether pods can be judged without: the API server has written it into them.
    pub pods_without: bool,
}

const NEEDS: [(&str, Needs); 10] = [
    ("cpu-request-missing", LIMIT_RANGES),
    ("dangling-network-policy", PODS),
    ("default-service-account", SERVICE_ACCOUNTS),
    ("empty-dir-unbounded", LIMIT_RANGES),
    ("memory-limit-missing", LIMIT_RANGES),
    ("network-policy-named-port-missing", PODS),
    ("no-egress-policy", NETWORK_POLICIES),
    ("no-network-policy", NETWORK_POLICIES),
    ("sa-token-automount", SERVICE_ACCOUNTS),
    ("webhook-self-deadlock", Needs { kinds: "Services and pods", pods_without: false }),
];

/// The plugin `LimitRanger` fills in what is missing before any webhook is asked, and refuses what is too much.
const LIMIT_RANGES: Needs = Needs { kinds: "LimitRanges", pods_without: true };
const SERVICE_ACCOUNTS: Needs = Needs { kinds: "ServiceAccounts", pods_without: false };
const NETWORK_POLICIES: Needs = Needs { kinds: "NetworkPolicies", pods_without: false };
const PODS: Needs = Needs { kinds: "pods", pods_without: false };

/// What a rule looks at that a webhook does not know, if there is anything.
pub fn needs(id: &str) -> Option<Needs> {
    NEEDS.iter().find(|(known, _)| *known == id).map(|(_, needs)| *needs)
}

/// The rules of one policy for one release, as far as a webhook can judge by them.
pub fn compile_for_gate(policy: &Policy, version: Version) -> Box<dyn Rules> {
    let settings = settings(policy);
    let judge = |wanted: fn(Needs) -> bool| {
        let takes =
            |check: &Check| policy.checks.contains_key(check.id) && needs(check.id).is_none_or(wanted);
        Judge::new(version, takes).with(settings.clone())
    };
    Box::new(AtGate { pods: judge(|needs| needs.pods_without), others: judge(|_| false) })
}

#[derive(Debug)]
struct AtGate {
    pods: Judge,
    others: Judge,
}

impl Rules for AtGate {
    fn judge(&self, object: &Object, among: &Inventory) -> Vec<Finding> {
        let is_pod = object.kind() == "Pod" && object.group().is_empty();
        if is_pod { self.pods.object(object, among) } else { self.others.object(object, among) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CHECKS, Run};

    /// Of these the webhook knows what they look at: runtime classes, roles and bindings. What else
    /// `namespace-psa-missing` looks at decides about its fix alone.
    const KNOWN: [&str; 12] = [
        "namespace-psa-missing",
        "rbac-cluster-admin",
        "rbac-escalate",
        "rbac-node-proxy",
        "rbac-pod-create",
        "rbac-pod-exec",
        "rbac-secret-read",
        "rbac-token-create",
        "rbac-webhook-write",
        "rbac-wildcard",
        "runtime-class-missing",
        "runtime-class-unknown",
    ];

    #[test]
    fn of_every_rule_that_looks_at_others_it_is_said_what_it_needs() {
        for check in CHECKS.iter().filter(|c| matches!(c.run, Run::PodAmong(_) | Run::ObjectAmong(_))) {
            let (known, needed) = (KNOWN.contains(&check.id), needs(check.id).is_some());
            assert!(known != needed, "{}: put it where it belongs", check.id);
        }
        for id in KNOWN.iter().chain(NEEDS.iter().map(|(id, _)| id)) {
            assert!(crate::find(id).is_some(), "{id}");
        }
    }
}
