//! Under which other names does the API server serve the same objects?
//!
//! Since there are admission policies (1.26) these are the pairs that a server has switched on by itself;
//! `extensions` and the beta versions of `apps` were gone before. Custom resources add theirs in `Cluster`.

use crate::admission_policy::request::GroupVersionResource;

/// Group, version and resource; each line is one storage.
const SAME: &[&[(&str, &str, &str)]] = &[
    &[("autoscaling", "v1", "horizontalpodautoscalers"), ("autoscaling", "v2", "horizontalpodautoscalers")],
    &[("", "v1", "events"), ("events.k8s.io", "v1", "events")],
];

/// The other resources under which the same objects are served.
pub(super) fn of(resource: &GroupVersionResource) -> Vec<GroupVersionResource> {
    let is = |same: &&(&str, &str, &str)| {
        same.0 == resource.group && same.1 == resource.version && same.2 == resource.resource
    };
    let storage = SAME.iter().find(|storage| storage.iter().any(|same| is(&same)));
    let others = storage.into_iter().flat_map(|storage| storage.iter()).filter(|same| !is(same));
    others
        .map(|(group, version, resource)| GroupVersionResource {
            group: (*group).to_owned(),
            version: (*version).to_owned(),
            resource: (*resource).to_owned(),
        })
        .collect()
}
