//! `hostProbesAndHostLifecycle`: a probe or hook that makes the kubelet call another host.

use object::{Node, Pod};

use super::{Refusal, plural, quoted, set};

const HANDLERS: [&str; 5] =
    ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"];
const ACTIONS: [&str; 2] = ["httpGet", "tcpSocket"];

pub(crate) fn check<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    let (mut names, mut hosts, mut sites) = (Vec::new(), Vec::new(), Vec::new());
    for container in pod.every_container() {
        for handler in HANDLERS {
            let Some(acting) = container.at(handler) else { continue };
            for action in ACTIONS {
                let host = acting.get(action).and_then(|call| call.get("host")).and_then(Node::str);
                if let Some(host) = host.filter(|host| !host.is_empty()) {
                    names.push(container.name);
                    hosts.push(host);
                    sites.push(container.site(&format!("{handler}.{action}.host")));
                }
            }
        }
    }
    // Unlike every other check, this one sorts the names and says each once.
    let (names, hosts) = (set(names), set(hosts));
    (!names.is_empty()).then(|| Refusal {
        reason: "probe or lifecycle host",
        detail: format!(
            "{} {} {} probe or lifecycle {} {}",
            plural("container", "containers", names.len()),
            quoted(&names),
            plural("uses", "use", names.len()),
            plural("host", "hosts", hosts.len()),
            quoted(&hosts)
        ),
        sites,
    })
}
