//! `seLinuxOptions`.

use object::{Node, Pod};

use super::{Refusal, Who, plural, quoted, set};

pub(crate) fn v1_0<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    check(pod, &["", "container_t", "container_init_t", "container_kvm_t"])
}

pub(crate) fn v1_31<'a>(pod: &Pod<'a>) -> Option<Refusal<'a>> {
    check(pod, &["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"])
}

#[derive(Default)]
struct Bad<'a> {
    types: Vec<&'a str>,
    user: bool,
    role: bool,
}

impl<'a> Bad<'a> {
    /// The first field of the options that breaks the rule.
    fn judge(&mut self, options: Node<'a>, allowed: &[&str]) -> Option<&'static str> {
        let text = |field| options.get(field).and_then(Node::str).unwrap_or_default();
        let bad_type = !allowed.contains(&text("type"));
        if bad_type {
            self.types.push(text("type"));
        }
        let (user, role) = (!text("user").is_empty(), !text("role").is_empty());
        self.user |= user;
        self.role |= role;
        [(bad_type, "type"), (user, "user"), (role, "role")]
            .into_iter()
            .find(|(bad, _)| *bad)
            .map(|(_, field)| field)
    }

    fn detail(self) -> String {
        let types = set(self.types);
        let mut parts = Vec::new();
        if !types.is_empty() {
            parts.push(format!("{} {}", plural("type", "types", types.len()), quoted(&types)));
        }
        if self.user {
            parts.push("user may not be set".to_owned());
        }
        if self.role {
            parts.push("role may not be set".to_owned());
        }
        parts.join("; ")
    }
}

fn check<'a>(pod: &Pod<'a>, allowed: &[&str]) -> Option<Refusal<'a>> {
    let path = "securityContext.seLinuxOptions";
    let (mut who, mut bad) = (Who::default(), Bad::default());
    if let Some(field) = pod.at(path).and_then(|options| bad.judge(options, allowed)) {
        who.pod(pod.site(&format!("{path}.{field}")));
    }
    for container in pod.every_container() {
        if let Some(field) = container.at(path).and_then(|options| bad.judge(options, allowed)) {
            who.container(container, container.site(&format!("{path}.{field}")));
        }
    }
    (!who.is_empty()).then(|| Refusal {
        reason: "seLinuxOptions",
        detail: format!("{} set forbidden securityContext.seLinuxOptions: {}", who.joined(), bad.detail()),
        sites: who.sites,
    })
}
