//! Which volumes does a policy refuse, and which mounts of those it allows?

use crate::pod_security_policy::PodSecurityPolicy;
use crate::pod_security_policy::document::HostPath;
use crate::pod_security_policy::pod::{Facts, Volume, VolumeSource};
use crate::pod_security_policy::violation::{Value, Violations};

pub(super) fn volumes(out: &mut Violations<'_>, policy: &PodSecurityPolicy, pod: &Facts<'_>) {
    for (index, volume) in pod.volumes.iter().enumerate() {
        let field = format!("spec.volumes[{index}]");
        if !type_allowed(policy, volume) {
            let detail = format!("{} volumes are not allowed to be used", volume.kind);
            out.invalid(field, Value::Text(volume.kind), detail);
            continue;
        }
        match volume.source {
            VolumeSource::HostPath(path) => match access(&policy.allowed_host_paths, path) {
                Access::None => {
                    let field = format!("{field}.hostPath.pathPrefix");
                    out.invalid(field, Value::Text(path), "is not allowed to be used");
                }
                Access::ReadOnly => mounts(out, pod, volume.name),
                Access::Full => {}
            },
            VolumeSource::Flex(driver) if refused(&policy.allowed_flex_volumes, driver) => {
                let detail = "Flexvolume driver is not allowed to be used";
                out.invalid(format!("{field}.driver"), Value::Text(driver), detail);
            }
            VolumeSource::Csi(driver) if refused(&policy.allowed_csi_drivers, driver) => {
                let detail = "Inline CSI driver is not allowed to be used";
                out.invalid(format!("{field}.csi.driver"), Value::Text(driver), detail);
            }
            _ => {}
        }
    }
}

/// `secret` grants the token volume of a service account, too.
fn type_allowed(policy: &PodSecurityPolicy, volume: &Volume<'_>) -> bool {
    let named = |word: &str| policy.volumes.named.contains(word);
    let token = || volume.source == VolumeSource::OnlyToken && named("secret");
    policy.volumes.all || named(volume.kind) || token()
}

fn refused(drivers: &[String], driver: &str) -> bool {
    !drivers.is_empty() && !drivers.iter().any(|allowed| allowed == driver)
}

/// What a policy grants of a host path.
#[derive(Clone, Copy)]
enum Access {
    None,
    ReadOnly,
    Full,
}

/// A writable entry beats every read-only one; `..` is not resolved, as it was not upstream.
fn access(allowed: &[HostPath], path: &str) -> Access {
    if allowed.is_empty() {
        return Access::Full;
    }
    let mut matching = allowed.iter().filter(|entry| below(path, &entry.path_prefix)).peekable();
    if matching.peek().is_none() {
        return Access::None;
    }
    if matching.any(|entry| !entry.read_only) { Access::Full } else { Access::ReadOnly }
}

/// Whether a path is a prefix or goes on from it with a new step, one trailing slash aside.
fn below(path: &str, prefix: &str) -> bool {
    let trimmed = |text| str::strip_suffix(text, "/").unwrap_or(text);
    let rest = trimmed(path).strip_prefix(trimmed(prefix));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn mounts(out: &mut Violations<'_>, pod: &Facts<'_>, volume: &str) {
    for container in &pod.containers {
        let mounts = container.mounts.iter().enumerate();
        for (index, _) in mounts.filter(|(_, mount)| mount.volume == volume && !mount.read_only) {
            let field = format!("{}.volumeMounts[{index}].readOnly", container.path());
            out.invalid(field, Value::Bool(Some(false)), "must be read-only");
        }
    }
}
