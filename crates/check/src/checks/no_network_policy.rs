//! `no-network-policy`: a pod that everybody in the cluster may talk to.
use crate::network::has_foreign_policies;
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "no-network-policy",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("no_network_policy.md"),
    run: Run::PodAmong(no_network_policy),
};

fn no_network_policy(pod: &Pod<'_>, inventory: &Inventory, out: &mut Findings<'_>) {
    let namespace = pod.object().namespace();
    let selected = inventory.policies_of(*pod).next().is_some();
    if !selected && !has_foreign_policies(pod.object(), inventory) {
        out.flag(
            pod.site(""),
            format!("no NetworkPolicy in namespace `{namespace}` selects the pod: every pod of the cluster may reach it"),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use finding::Source;
    use object::{Limits, Version, read};

    use crate::Judge;

    use super::*;

    const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: []}}";
    const POLICY: &str = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny}, \
                          spec: {podSelector: {}}}";

    /// Whether the pod of the first file is flagged beside the policy of the second.
    fn is_flagged(pod_file: &str, policy_file: &str) -> bool {
        let files = [(pod_file, POD), (policy_file, POLICY)];
        let sources = files.map(|(name, text)| Arc::new(Source::file(name, text.to_owned())));
        let objects = sources.iter().flat_map(|source| read(source, Limits::default()).objects).collect();
        let inventory = Inventory::new(objects);
        let judge = Judge::new(Version::NEWEST, |check| check.id == CHECK.id);
        inventory.objects().iter().any(|object| !judge.object(object, &inventory).is_empty())
    }

    #[test]
    fn a_policy_that_leaves_its_namespace_open_speaks_for_what_is_applied_with_it() {
        assert!(!is_flagged("shop/web.yaml", "shop/deny.yaml"));
        assert!(!is_flagged("shop/web/web.yaml", "shop/deny.yaml"));
        assert!(!is_flagged("shop/web.yaml", "shop/policies/deny.yaml"));
        assert!(is_flagged("base/web.yaml", "components/deny/deny.yaml"));
    }
}
