//! What does a PodSecurityPolicy see of a pod?
//!
//! The pod as the API server holds it after its own defaults (`pkg/apis/core/v1/defaults.go`): a volume without a
//! source is an `emptyDir`, and with the node's network every port is a host port. Small and cheap to clone: each
//! policy tries its changes on a copy.
//!
//! Two things are read that 1.24 could not know, because a pod of today would slip past otherwise: the field
//! `appArmorProfile` counts as the annotation it replaces, and a volume type that is newer than PodSecurityPolicy
//! is none that a policy lists.

mod fields;
mod read;

use std::borrow::Cow;

use super::document::SeLinuxOptions;

/// Why a pod cannot be judged; the API server would not read it either.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: this is {found}, expected {expected}")]
pub struct PodError {
    /// The path of the field, from the pod.
    pub field: String,
    /// What stands there.
    pub found: &'static str,
    /// What the API wants there.
    pub expected: &'static str,
}

/// A pod, as far as a policy looks.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(clippy::struct_excessive_bools)] // as the API has them
pub(super) struct Facts<'a> {
    /// The value of `kubernetes.io/psp`: who let the pod in.
    pub(super) admitted_by: &'a str,
    pub(super) host_network: bool,
    pub(super) host_pid: bool,
    pub(super) host_ipc: bool,
    pub(super) run_as: RunAs<'a>,
    pub(super) fs_group: Option<i64>,
    pub(super) supplemental_groups: Option<Vec<i64>>,
    pub(super) seccomp: Seccomp<'a>,
    pub(super) sysctls: Vec<&'a str>,
    pub(super) runtime_class: Option<&'a str>,
    pub(super) volumes: Vec<Volume<'a>>,
    pub(super) containers: Vec<Container<'a>>,
}

/// What both a pod and a container may say about whom they run as.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct RunAs<'a> {
    pub(super) user: Option<i64>,
    pub(super) group: Option<i64>,
    pub(super) non_root: Option<bool>,
    pub(super) se_linux: Option<Label<'a>>,
}

/// An SELinux label; what is not written is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Label<'a> {
    pub(super) user: &'a str,
    pub(super) role: &'a str,
    pub(super) kind: &'a str,
    pub(super) level: &'a str,
}

impl<'a> From<&'a SeLinuxOptions> for Label<'a> {
    fn from(options: &'a SeLinuxOptions) -> Self {
        Self { user: &options.user, role: &options.role, kind: &options.kind, level: &options.level }
    }
}

/// A seccomp profile, by field and by annotation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Seccomp<'a> {
    /// The field, in the words of the annotation; empty for a field that has no such words.
    pub(super) field: Option<Cow<'a, str>>,
    pub(super) annotation: Option<Cow<'a, str>>,
}

/// A container of any sort.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Container<'a> {
    /// `initContainers`, `containers` or `ephemeralContainers`.
    pub(super) list: &'static str,
    pub(super) index: usize,
    pub(super) name: &'a str,
    pub(super) host_ports: Vec<i32>,
    pub(super) mounts: Vec<Mount<'a>>,
    pub(super) run_as: RunAs<'a>,
    pub(super) seccomp: Seccomp<'a>,
    /// The AppArmor profile; empty for none.
    pub(super) app_armor: Cow<'a, str>,
    pub(super) privileged: Option<bool>,
    pub(super) proc_mount: Option<&'a str>,
    pub(super) capabilities: Option<Capabilities<'a>>,
    pub(super) read_only_root: Option<bool>,
    pub(super) allow_escalation: Option<bool>,
}

impl Container<'_> {
    /// `spec.containers[0]`.
    pub(super) fn path(&self) -> String {
        format!("spec.{}[{}]", self.list, self.index)
    }
}

/// Capabilities as written: a list that is missing prints otherwise than an empty one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Capabilities<'a> {
    pub(super) add: Option<Vec<&'a str>>,
    pub(super) drop: Option<Vec<&'a str>>,
}

/// Where a volume is mounted.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mount<'a> {
    pub(super) volume: &'a str,
    pub(super) read_only: bool,
}

/// A volume.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Volume<'a> {
    pub(super) name: &'a str,
    /// The word a policy has for its type, or the field's own name where it has none.
    pub(super) kind: &'a str,
    pub(super) source: VolumeSource<'a>,
}

/// What more is asked of some volumes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum VolumeSource<'a> {
    /// A path on the node.
    HostPath(&'a str),
    /// A Flexvolume driver.
    Flex(&'a str),
    /// An inline CSI driver.
    Csi(&'a str),
    /// Projected: nothing but what a service account's token volume holds.
    OnlyToken,
    /// Nothing is asked.
    Other,
}

impl RunAs<'_> {
    /// The container's word, else the pod's.
    pub(super) fn effective(&self, pod: &Self) -> Self {
        Self {
            user: self.user.or(pod.user),
            group: self.group.or(pod.group),
            non_root: self.non_root.or(pod.non_root),
            se_linux: self.se_linux.or(pod.se_linux),
        }
    }
}
