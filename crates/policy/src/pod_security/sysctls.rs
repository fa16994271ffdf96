//! Which sysctls may a pod set without touching its neighbours?

use object::{Version, v};

/// Since which version of the standards a sysctl counts as safe (`policy/check_sysctls.go` upstream).
const SAFE: [(&str, Version); 14] = [
    ("kernel.shm_rmid_forced", v(1, 0)),
    ("net.ipv4.ip_local_port_range", v(1, 0)),
    ("net.ipv4.ip_unprivileged_port_start", v(1, 0)),
    ("net.ipv4.ping_group_range", v(1, 0)),
    ("net.ipv4.tcp_syncookies", v(1, 0)),
    ("net.ipv4.ip_local_reserved_ports", v(1, 27)),
    ("net.ipv4.tcp_fin_timeout", v(1, 29)),
    ("net.ipv4.tcp_keepalive_intvl", v(1, 29)),
    ("net.ipv4.tcp_keepalive_probes", v(1, 29)),
    ("net.ipv4.tcp_keepalive_time", v(1, 29)),
    ("net.ipv4.tcp_rmem", v(1, 32)),
    ("net.ipv4.tcp_wmem", v(1, 32)),
    ("net.ipv4.tcp_notsent_lowat", v(1, 37)),
    ("net.ipv4.tcp_slow_start_after_idle", v(1, 37)),
];

/// The names that the standards of a version allow; compared as they are written, dots and all.
pub fn safe_sysctls(version: Version) -> impl Iterator<Item = &'static str> {
    SAFE.into_iter().filter(move |(_, since)| *since <= version).map(|(name, _)| name)
}
