//! What may stand in the fields.

use super::json::{Fields, text};
use super::random::Random;

/// Names of containers and volumes; few, so that they repeat.
pub(super) const NAMES: [&str; 11] =
    ["a", "b", "web", "web", "sidecar-1", "we\"ird", "back\\slash", "ünï", "", "a\", \"b", "日本"];

pub(super) const ANNOTATIONS: [&str; 5] = [
    "container.apparmor.security.beta.kubernetes.io/",
    "container.apparmor.security.beta.kubernetes.io/",
    "container.seccomp.security.alpha.kubernetes.io/",
    "container.AppArmor.security.beta.kubernetes.io/",
    "example.com/",
];

pub(super) const PORTS: [&str; 11] =
    ["0", "80", "443", "8080", "9000", "10000", "65535", "-1", "-80", "2147483647", "-2147483648"];

pub(super) const HOSTS: [&str; 7] =
    ["127.0.0.1", "::1", "localhost", "a.example", "A.example", "q\"uote", "ü"];

pub(super) const CAPABILITIES: [&str; 14] = [
    "ALL",
    "ALL",
    "all",
    "ALL ",
    "CHOWN",
    "SYS_CHROOT",
    "NET_BIND_SERVICE",
    "NET_BIND_SERVICE",
    "CAP_NET_BIND_SERVICE",
    "NET_RAW",
    "SYS_ADMIN",
    "chown",
    "",
    "we\"ird",
];

pub(super) const SYSCTLS: [&str; 20] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
    "net.ipv4.tcp_slow_start_after_idle",
    "net.ipv4.tcp_notsent_lowat",
    "net/ipv4/tcp_syncookies",
    "kernel/shm_rmid_forced",
    "NET.IPV4.TCP_SYNCOOKIES",
    "net.core.somaxconn",
    "net.core.somaxconn",
    "",
];

/// Every volume source of the API, and one that is none.
pub(super) const SOURCES: [&str; 31] = [
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "image",
    "iscsi",
    "nfs",
    "persistentVolumeClaim",
    "photonPersistentDisk",
    "portworxVolume",
    "projected",
    "quobyte",
    "rbd",
    "scaleIO",
    "secret",
    "storageos",
    "vsphereVolume",
    "noSuchSource",
];

pub(super) fn flag(random: &mut Random) -> String {
    random.mostly(&["false"], &["true"]).to_owned()
}

/// A seccomp or AppArmor profile.
pub(super) fn profile(random: &mut Random) -> String {
    let mut profile = Fields::default();
    if random.odd() {
        profile.maybe(random, "type", |random| {
            text(random.pick(&["Unconfined", "", "runtimeDefault", "localhost/x", "we\"ird", "ü"]))
        });
    } else {
        profile.set("type", text(random.pick(&["RuntimeDefault", "Localhost"])));
    }
    profile.maybe(random, "localhostProfile", |_| r#""x.json""#.to_owned());
    profile.end(random)
}

/// The value of an annotation: a profile, or something that `%q` has to work on.
pub(super) fn words(random: &mut Random) -> String {
    let known =
        ["runtime/default", "docker/default", "localhost/x", "localhost/", "", "unconfined", "localhost"];
    if !random.odd() {
        return text(random.pick(&known));
    }
    let blocks: [(u32, u32); 9] = [
        (0, 0x80),
        (0, 0x100),
        (0x300, 0x80),
        (0x590, 0x100),
        (0x2000, 0x70),
        (0xE000, 0x40),
        (0xFE00, 0x200),
        (0x1_F300, 0x300),
        (0xE_0000, 0x100),
    ];
    let value: String = (0..random.below(6))
        .filter_map(|_| {
            let (start, size) = random.pick(&blocks);
            char::from_u32(start + random.below(u64::from(size)) as u32)
        })
        .collect();
    text(&value)
}
