//! `node-profile-missing`: a Localhost profile that no node has.
use std::collections::{BTreeMap, BTreeSet};

use crate::prelude::*;
use crate::seccomp_annotations::SeccompAnnotations;

pub(crate) const CHECK: Check = Check {
    id: "node-profile-missing",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("node_profile_missing.md"),
    run: Run::Pod(node_profile_missing),
};

/// Key of the AppArmor annotation, the container's name goes behind it.
const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

fn node_profile_missing(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.is_windows() {
        return;
    }
    if !out.settings().seccomp_profiles.is_empty() {
        seccomp(pod, out);
    }
    if !out.settings().app_armor_profiles.is_empty() {
        app_armor(pod, out);
    }
}

fn seccomp(pod: &Pod<'_>, out: &mut Findings<'_>) {
    let known = &out.settings().seccomp_profiles;
    // The field came with 1.19.
    let mut named = if pod.version() >= v(1, 19) { localhost(pod, "seccompProfile") } else { Vec::new() };
    if pod.version() < v(1, 27) {
        let annotations = SeccompAnnotations::of(pod);
        let mut spans: BTreeSet<_> = named.iter().map(|(site, _)| site.span).collect();
        for container in pod.every_container() {
            let has_field = pod.version() >= v(1, 19) && container.effective("seccompProfile").is_some();
            let annotation = annotations.choice(container).filter(|_| !has_field).map(|(_, value)| value);
            let profile = |value: Node<'_>| value.str()?.strip_prefix("localhost/").map(str::to_owned);
            let found = annotation.and_then(|value| Some((pod.site_of(value), profile(value)?)));
            // One annotation may speak for all containers.
            named.extend(found.filter(|(site, _)| spans.insert(site.span)));
        }
    }
    for (site, profile) in named.into_iter().filter(|(_, profile)| !known.contains(profile)) {
        out.flag(site, format!("no node has the seccomp profile `{profile}`: the pod would not start"));
    }
}

fn app_armor(pod: &Pod<'_>, out: &mut Findings<'_>) {
    let known = &out.settings().app_armor_profiles;
    // The field came with 1.30; before and after, the annotation counts where there is no field.
    let reads_field = pod.version() >= v(1, 30);
    let mut named = if reads_field { localhost(pod, "appArmorProfile") } else { Vec::new() };
    let mut containers: BTreeMap<&str, Container<'_>> = BTreeMap::new();
    for container in pod.every_container() {
        containers.entry(container.name).or_insert(container);
    }
    for (key, value) in pod.annotations() {
        let container = key.strip_prefix(ANNOTATION).and_then(|name| containers.get(name));
        let Some(container) = container else { continue };
        let has_field = reads_field && container.effective("appArmorProfile").is_some();
        let profile = value.str().and_then(|text| text.strip_prefix("localhost/")).filter(|_| !has_field);
        named.extend(profile.map(|profile| (pod.site_of(value), profile.to_owned())));
    }
    for (site, profile) in named.into_iter().filter(|(_, profile)| !known.contains(profile)) {
        out.flag(site, format!("no node has the AppArmor profile `{profile}`: the pod would not start"));
    }
}

/// Where pod and containers name a profile of the node in `field`, and which.
fn localhost<'a>(pod: &Pod<'a>, field: &str) -> Vec<(object::Site<'a>, String)> {
    let base = format!("securityContext.{field}");
    let path = format!("{base}.localhostProfile");
    let profile = |owner: Option<Node<'_>>| {
        let profile = owner?;
        let is_local = profile.get("type").and_then(Node::str) == Some("Localhost");
        profile.get("localhostProfile").and_then(Node::str).filter(|_| is_local).map(str::to_owned)
    };
    let of_pod = profile(pod.at(&base)).map(|profile| (pod.site(&path), profile));
    let of_containers = pod
        .every_container()
        .filter_map(|container| Some((container.site(&path), profile(container.at(&base))?)));
    of_pod.into_iter().chain(of_containers).collect()
}
