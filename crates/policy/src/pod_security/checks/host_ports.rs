//! `hostPorts`.

use object::Pod;

use super::{Refusal, Who, plural, set};

pub(crate) fn check<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    let (mut who, mut ports) = (Who::default(), Vec::new());
    for container in pod.every_container() {
        let taken: Vec<_> = container.ports().filter(|port| port.host() != 0).collect();
        if let Some(first) = taken.first() {
            who.container(container, first.site("hostPort"));
            // Sorted as strings, as upstream: 10000 stands before 80.
            ports.extend(taken.iter().map(|port| port.host().to_string()));
        }
    }
    let ports = set(ports);
    (!who.is_empty()).then(|| Refusal {
        reason: "hostPort",
        detail: format!(
            "{} {} {} {}",
            who.named(),
            plural("uses", "use", who.count()),
            plural("hostPort", "hostPorts", ports.len()),
            ports.join(", ")
        ),
        sites: who.sites,
    })
}
