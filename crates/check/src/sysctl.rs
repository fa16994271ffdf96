//! What does the kubelet make of a sysctl? (`pkg/kubelet/sysctl` and `k8s.io/component-helpers/node/util/sysctl`)

use std::borrow::Cow;

use object::{Node, Pod, v};

/// Safe and unsafe sysctls before 1.11 (constants of `k8s.io/api` 1.10, core/v1).
pub(crate) const ANNOTATIONS: [&str; 2] =
    ["security.alpha.kubernetes.io/sysctls", "security.alpha.kubernetes.io/unsafe-sysctls"];

/// A sysctl that a pod sets.
pub(crate) struct Sysctl<'a> {
    /// The list item.
    pub(crate) item: Node<'a>,
    /// Where its name stands.
    pub(crate) node: Node<'a>,
    /// Its name as written.
    pub(crate) written: &'a str,
    /// Its name with dots, as the kubelet reads it.
    pub(crate) name: Cow<'a, str>,
}

/// What a sysctl belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The pod's IPC namespace.
    Ipc,
    /// The pod's network namespace.
    Network,
    /// The node: no kubelet can be told to allow it.
    Node,
}

/// The sysctls of a pod that have a name.
pub(crate) fn sysctls<'a>(pod: &Pod<'a>) -> impl Iterator<Item = Sysctl<'a>> {
    pod.at("securityContext.sysctls").into_iter().flat_map(Node::items).filter_map(|item| {
        let node = item.get("name")?;
        let written = node.str()?;
        Some(Sysctl { item, node, written, name: dotted(written) })
    })
}

/// The same with those of the annotations that were their form before 1.11, while they counted.
pub(crate) fn sysctls_in_force<'a>(pod: &Pod<'a>) -> impl Iterator<Item = Sysctl<'a>> {
    let annotations = pod.annotations().filter(|(key, _)| ANNOTATIONS.contains(key));
    let alive = annotations.filter(|_| pod.version() < v(1, 11));
    sysctls(pod).chain(alive.flat_map(|(_, node)| {
        let names = node.str().map(in_annotation).into_iter().flatten();
        names.map(move |written| Sysctl { item: node, node, written, name: dotted(written) })
    }))
}

/// The names that an annotation such as `kernel.shm_rmid_forced=1,net.core.somaxconn=1024` sets.
pub(crate) fn in_annotation(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split(',').filter_map(|setting| setting.split('=').next());
    names.map(str::trim).filter(|name| !name.is_empty())
}

/// The name with dots. The first separator decides: after a dot, a slash belongs to a name (`eno2/100`).
pub(crate) fn dotted(written: &str) -> Cow<'_, str> {
    if written.find(['.', '/']).and_then(|at| written.get(at..=at)) != Some("/") {
        return Cow::Borrowed(written);
    }
    let swapped = written.chars().map(|each| match each {
        '/' => '.',
        '.' => '/',
        other => other,
    });
    Cow::Owned(swapped.collect())
}

impl Sysctl<'_> {
    /// What it belongs to.
    pub(crate) fn scope(&self) -> Scope {
        let name = self.name.as_ref();
        let ipc = ["kernel.shm", "kernel.msg", "fs.mqueue."];
        if name == "kernel.sem" || ipc.iter().any(|prefix| name.starts_with(prefix)) {
            Scope::Ipc
        } else if name.starts_with("net.") {
            Scope::Network
        } else {
            Scope::Node
        }
    }

    /// The oldest kernel (major, minor) on which a kubelet counts it as safe, where that is not any.
    pub(crate) fn minimum_kernel(&self) -> Option<(u16, u16)> {
        let kernel = match self.name.strip_prefix("net.ipv4.")? {
            "ip_local_reserved_ports" => (3, 16),
            "tcp_keepalive_time" | "tcp_keepalive_intvl" | "tcp_keepalive_probes" => (4, 5),
            "tcp_fin_timeout" | "tcp_notsent_lowat" => (4, 6),
            "tcp_rmem" | "tcp_wmem" | "tcp_slow_start_after_idle" => (4, 15),
            _ => return None,
        };
        Some(kernel)
    }
}

#[cfg(test)]
mod tests {
    use super::dotted;

    #[test]
    fn the_first_separator_decides() {
        assert_eq!(dotted("net/ipv4/tcp_syncookies"), "net.ipv4.tcp_syncookies");
        assert_eq!(dotted("net/ipv4/conf/eno2.100/rp_filter"), "net.ipv4.conf.eno2/100.rp_filter");
        assert_eq!(dotted("net.ipv4.conf.eno2/100.rp_filter"), "net.ipv4.conf.eno2/100.rp_filter");
        assert_eq!(dotted("vm"), "vm");
        assert_eq!(dotted(""), "");
    }
}
