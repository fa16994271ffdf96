//! Which rules about volumes are carried over?

use super::super::document::{HostPath, PodSecurityPolicy, VOLUME_WORDS};
use super::rules::{push, volumes_covered};
use super::{Rule, cel};
use crate::pod_security::Level;

/// The volumes of the pod.
const VOLUMES: &str = "object.spec.?volumes.orValue([])";

/// A projected volume holds nothing but what that of a service account's token holds.
const ONLY_TOKEN: &str = "v.projected.?sources.orValue([]).all(s, \
    (has(s.serviceAccountToken) || has(s.configMap) || has(s.downwardAPI)) && \
    (!has(s.serviceAccountToken) || (s.serviceAccountToken.path == 'token' && \
    s.serviceAccountToken.?audience.orValue('') == '')) && \
    (!has(s.configMap) || s.configMap.?name.orValue('') == 'kube-root-ca.crt') && \
    (!has(s.downwardAPI) || s.downwardAPI.?items.orValue([]).all(i, i.path == 'namespace' && \
    has(i.fieldRef) && i.fieldRef.?apiVersion.orValue('v1') == 'v1' && \
    i.fieldRef.fieldPath == 'metadata.namespace')))";

pub(super) fn rules(out: &mut Vec<Rule>, policy: &PodSecurityPolicy, level: Level) {
    if !policy.volumes.all && !volumes_covered(policy, level) {
        let holds = types(policy);
        push(
            out,
            "volumes",
            format!("{VOLUMES}.all(v, {holds})"),
            "a volume of this type is not allowed to be used",
        );
    }
    let granted = |word: &str| policy.volumes.all || policy.volumes.named.contains(word);
    if granted("hostPath") && !policy.allowed_host_paths.is_empty() {
        host_paths(out, &policy.allowed_host_paths);
    }
    for (word, field, drivers, message) in [
        (
            "flexVolume",
            "allowedFlexVolumes",
            &policy.allowed_flex_volumes,
            "Flexvolume driver is not allowed to be used",
        ),
        (
            "csi",
            "allowedCSIDrivers",
            &policy.allowed_csi_drivers,
            "Inline CSI driver is not allowed to be used",
        ),
    ] {
        if granted(word) && !drivers.is_empty() {
            let names = cel::list(drivers.iter().map(String::as_str));
            let expression = format!("{VOLUMES}.all(v, !has(v.{word}) || v.{word}.driver in {names})");
            push(out, field, expression, message);
        }
    }
}

/// A volume has one of the sources that are listed; one without any is an `emptyDir`.
fn types(policy: &PodSecurityPolicy) -> String {
    let named = |word: &str| policy.volumes.named.contains(word);
    let listed = VOLUME_WORDS.iter().filter(|(word, _)| named(word));
    let mut terms: Vec<String> = listed.map(|(_, field)| format!("has(v.{field})")).collect();
    if named("secret") && !named("projected") {
        terms.push(format!("(has(v.projected) && {ONLY_TOKEN})"));
    }
    cel::any(terms)
}

fn host_paths(out: &mut Vec<Rule>, paths: &[HostPath]) {
    let allowed = cel::any(paths.iter().map(below));
    let expression = format!("{VOLUMES}.all(v, !has(v.hostPath) || {allowed})");
    push(out, "allowedHostPaths", expression, "hostPath is not allowed to be used");
    if paths.iter().all(|path| !path.read_only) {
        return;
    }
    let writable = cel::any(paths.iter().filter(|path| !path.read_only).map(below));
    let bound = format!("{VOLUMES}.exists(v, v.name == m.name && has(v.hostPath) && !({writable}))");
    let holds = format!("c.?volumeMounts.orValue([]).all(m, m.?readOnly.orValue(false) || !{bound})");
    push(
        out,
        "allowedHostPaths",
        cel::containers(&holds),
        "volumeMounts of a read-only hostPath must be read-only",
    );
}

/// The path of `v` is a prefix or goes on from it with a new step.
fn below(path: &HostPath) -> String {
    let prefix = path.path_prefix.strip_suffix('/').unwrap_or(&path.path_prefix);
    let same = (!prefix.ends_with('/')).then(|| format!("v.hostPath.path == {}", cel::text(prefix)));
    let inside = format!("v.hostPath.path.startsWith({})", cel::text(&format!("{prefix}/")));
    cel::any(same.into_iter().chain([inside]))
}
