//! The checks, one file per subject. Each answers: does this pod break it, and in which words?

pub(super) mod app_armor;
pub(super) mod capabilities;
pub(super) mod host;
pub(super) mod host_ports;
pub(super) mod host_probes;
pub(super) mod privilege_escalation;
pub(super) mod privileged;
pub(super) mod proc_mount;
pub(super) mod run_as;
pub(super) mod se_linux;
pub(super) mod seccomp;
pub(super) mod sysctls;
pub(super) mod volumes;
pub(super) mod windows;

use std::collections::BTreeMap;

use object::{Node, Pod};

use super::Refusal;
use super::quote::go_quoted;
use super::text::{Who, plural, quoted, set};

/// The annotations whose key starts so. Of a key that stands twice the last counts, as to the API server.
fn annotations<'a>(pod: &Pod<'a>, prefix: &str) -> BTreeMap<&'a str, Node<'a>> {
    pod.annotations().filter(|(key, _)| key.starts_with(prefix)).collect()
}
