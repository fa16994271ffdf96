//! `seccomp-unset`: a container for which nobody chose a profile.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "seccomp-unset",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: Some(Profile::restricted("seccompProfile_restricted", v(1, 19))),
    page: include_str!("seccomp_unset.md"),
    run: Run::Pod(seccomp_unset),
};
use crate::seccomp_annotations::SeccompAnnotations;

fn seccomp_unset(pod: &Pod<'_>, out: &mut Findings<'_>) {
    if pod.is_windows() {
        return;
    }
    let annotations = SeccompAnnotations::of(pod);
    // A field of the pod would also speak for who needs none, or asked for another by an annotation.
    let says_otherwise = |container: Container<'_>| {
        let own = container.at("securityContext.seccompProfile.type").is_some();
        container.is_privileged() || !own && annotations.choice(container).is_some()
    };
    let alone = pod.every_container().any(says_otherwise);
    for container in pod.every_container() {
        let chosen = container.effective("seccompProfile").and_then(|profile| profile.get("type")).is_some();
        // An annotation was the choice once; whether it still counts is for `dead-seccomp-annotation` to say.
        if chosen || annotations.choice(container).is_some() {
            continue;
        }
        let path = "securityContext.seccompProfile.type";
        let flag = out.flag(
            container.site(path),
            format!("{} runs without a seccomp profile unless the kubelet adds one", container.title()),
        );
        // What is privileged drops any profile: `privileged-drops-profile` would have to say so.
        if !container.is_privileged() {
            let owner = if alone { container.node } else { pod.spec() };
            flag.fix(Safety::Risky, [set(owner, path, "RuntimeDefault")]);
        }
    }
}
