//! Which fields do most rules ask for?
//!
//! They are searched for once and kept, each in its place. A path that is a literal finds its place while the rule is
//! compiled, which it does only if the functions that look for it are inlined whatever a compiler thinks of their size.

use crate::tree::Node;

/// Fields of a container or of a pod's spec in their places.
pub(crate) type Fields = [Kept; 32];

/// The number of a node, unless nothing is written there, or `null`: then that of the document's root, which is no field.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kept(u32);

impl Kept {
    pub(crate) fn of(node: Option<Node<'_>>) -> Self {
        Self(node.filter(|node| !node.is_null()).map_or(0, Node::id))
    }

    /// The number of the node.
    pub(crate) fn id(self) -> Option<u32> {
        (self.0 != 0).then_some(self.0)
    }
}

/// The place of a field of a security context, among those of a container as among those of a pod.
#[allow(clippy::inline_always)] // as said above
#[inline(always)]
pub(crate) fn in_context(field: &str) -> Option<usize> {
    Some(match field {
        "privileged" => 0,
        "capabilities" => 1,
        "capabilities.add" => 2,
        "capabilities.drop" => 3,
        "runAsUser" => 4,
        "runAsNonRoot" => 5,
        "runAsGroup" => 6,
        "seccompProfile" => 7,
        "seLinuxOptions" => 8,
        "appArmorProfile" => 9,
        "windowsOptions" => 10,
        "allowPrivilegeEscalation" => 11,
        "readOnlyRootFilesystem" => 12,
        "procMount" => 13,
        _ => return None,
    })
}

/// The place of a path of a container.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(crate) fn in_container(path: &str) -> Option<usize> {
    if let Some(field) = path.strip_prefix("securityContext.") {
        return in_context(field);
    }
    Some(match path {
        "securityContext" => 14,
        "image" => 15,
        "ports" => 16,
        "volumeMounts" => 17,
        "env" => 18,
        "envFrom" => 19,
        "livenessProbe" => 20,
        "readinessProbe" => 21,
        "startupProbe" => 22,
        "lifecycle" => 23,
        "lifecycle.postStart" => 24,
        "lifecycle.preStop" => 25,
        "command" => 26,
        "args" => 27,
        "resources" => 28,
        "resources.limits" => 29,
        "resources.requests" => 30,
        "imagePullPolicy" => 31,
        _ => return None,
    })
}

/// The place of a path of a pod's spec.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(crate) fn in_pod(path: &str) -> Option<usize> {
    if let Some(field) = path.strip_prefix("securityContext.") {
        return in_context(field);
    }
    Some(match path {
        "securityContext" => 14,
        "volumes" => 15,
        "hostNetwork" => 16,
        "hostPID" => 17,
        "hostIPC" => 18,
        "hostUsers" => 19,
        "runtimeClassName" => 20,
        "serviceAccountName" => 21,
        "serviceAccount" => 22,
        "automountServiceAccountToken" => 23,
        "shareProcessNamespace" => 24,
        "os" => 25,
        "os.name" => 26,
        "resources" => 27,
        "resources.limits" => 28,
        "resources.requests" => 29,
        _ => return None,
    })
}

/// Fields below those, each with the path of the one above it.
const BELOW: [(&str, &str, &str); 7] = [
    ("securityContext.capabilities", "add", "securityContext.capabilities.add"),
    ("securityContext.capabilities", "drop", "securityContext.capabilities.drop"),
    ("lifecycle", "postStart", "lifecycle.postStart"),
    ("lifecycle", "preStop", "lifecycle.preStop"),
    ("resources", "limits", "resources.limits"),
    ("resources", "requests", "resources.requests"),
    ("os", "name", "os.name"),
];

/// The fields of a container or of a pod's spec that have places.
pub(crate) fn fields(node: Node<'_>, place: fn(&str) -> Option<usize>) -> Fields {
    let mut fields = Fields::default();
    keep(node, place, &mut fields);
    if let Some(context) = of(&fields, node, place("securityContext")) {
        keep(context, in_context, &mut fields);
    }
    for (above, field, path) in BELOW {
        let found = of(&fields, node, place(above)).and_then(|above| above.get(field));
        if let Some(kept) = found.and_then(|_| fields.get_mut(place(path)?)) {
            *kept = Kept::of(found);
        }
    }
    fields
}

/// Keeps the fields of one mapping. Of two equal keys the last one counts, `null` too.
fn keep(node: Node<'_>, place: fn(&str) -> Option<usize>, fields: &mut Fields) {
    for (key, value) in node.entries() {
        // A key with a dot in it is no path.
        let place = key.text().and_then(place).filter(|_| !key.text().is_some_and(|key| key.contains('.')));
        if let Some(kept) = place.and_then(|place| fields.get_mut(place)) {
            *kept = Kept::of(Some(value));
        }
    }
}

fn of<'a>(fields: &Fields, node: Node<'a>, place: Option<usize>) -> Option<Node<'a>> {
    fields.get(place?)?.id().map(|id| node.tree().node(id))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use finding::Source;

    use crate::{Limits, Node, Pod, Version, read};

    fn ask(spec: &str, check: impl Fn(Pod<'_>)) {
        let text = format!("{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {spec}}}");
        let objects = read(&Arc::new(Source::file("t", text)), Limits::default()).objects;
        let pods: Vec<_> = objects.iter().flat_map(|object| object.pods(Version::NEWEST)).collect();
        assert_eq!(pods.len(), 1, "{spec}");
        pods.into_iter().for_each(check);
    }

    #[test]
    fn what_is_kept_is_what_a_search_finds() {
        let spec = "{hostNetwork: true, hostUsers: null, os: {name: linux}, securityContext: {runAsUser: 5, fsGroup: 7},
            containers: [{name: a, image: x, args: null, lifecycle: {preStop: {}}, resources: {limits: {cpu: 1}},
            securityContext: {privileged: true, privileged: null, capabilities: {add: [A], drop: null}, other: 1,
            seccompProfile: {type: T}}}, {name: b, securityContext: yes}]}";
        let paths = [
            "hostNetwork",
            "hostUsers",
            "os",
            "os.name",
            "image",
            "args",
            "lifecycle.preStop",
            "lifecycle.postStart",
            "resources.limits",
            "resources.limits.cpu",
            "resources.requests",
            "securityContext",
            "name",
            "nothing",
            "securityContext.runAsUser",
            "securityContext.fsGroup",
            "securityContext.privileged",
            "securityContext.other",
            "securityContext.capabilities",
            "securityContext.capabilities.add",
            "securityContext.capabilities.drop",
            "securityContext.seccompProfile.type",
            "securityContext.other.below",
            "securityContext.",
            "",
            ".",
        ];
        ask(spec, |pod| {
            for path in paths {
                assert_eq!(pod.at(path).map(Node::span), pod.spec().at(path).map(Node::span), "{path}");
                for container in pod.every_container() {
                    let (kept, found) = (container.at(path), container.node.at(path));
                    assert_eq!(kept.map(Node::span), found.map(Node::span), "{path} of {}", container.name);
                }
            }
            let users: Vec<_> =
                pod.every_container().map(|container| container.effective("runAsUser")).collect();
            assert!(users.iter().all(|user| user.and_then(Node::int) == Some(5)), "{users:?}");
        });
    }

    #[test]
    fn a_key_with_a_dot_is_no_path() {
        let key = "\"securityContext.privileged\": true, \"resources.limits\": {cpu: 1}, \"os.name\": windows, \
                   securityContext: {\"capabilities.add\": [A]}";
        ask(&format!("{{{key}, containers: [{{name: a, {key}}}]}}"), |pod| {
            assert!(!pod.is_windows());
            let containers: Vec<_> = pod.every_container().collect();
            assert_eq!(containers.len(), 1);
            for path in ["securityContext.privileged", "resources.limits", "securityContext.capabilities.add"]
            {
                assert!(containers.iter().all(|container| container.at(path).is_none()), "{path}");
                assert!(pod.at(path).is_none(), "{path}");
            }
        });
    }
}
