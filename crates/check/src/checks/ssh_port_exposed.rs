//! `ssh-port-exposed`: a shell that waits at port 22.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "ssh-port-exposed",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("ssh_port_exposed.md"),
    run: Run::Object(ssh_port_exposed),
};

const SSH: i64 = 22;

fn ssh_port_exposed(object: &Object, out: &mut Findings<'_>) {
    for pod in object.pods(out.version()) {
        for container in pod.every_container() {
            for port in container.at("ports").into_iter().flat_map(Node::items).filter(|p| is_tcp(*p)) {
                let of_node = number(port, "hostPort") == Some(SSH);
                if number(port, "containerPort") == Some(SSH) {
                    let message = format!("{} listens at port 22, where SSH is", container.title());
                    out.flag(object.site(port, "containerPort"), message);
                } else if of_node {
                    let message = format!("{} takes port 22 of the node, where SSH is", container.title());
                    out.flag(object.site(port, "hostPort"), message);
                }
            }
        }
    }
    if object.kind() != "Service" || !object.group().is_empty() {
        return;
    }
    for port in object.at("spec.ports").into_iter().flat_map(Node::items).filter(|p| is_tcp(*p)) {
        let field = ["port", "targetPort"].into_iter().find(|field| number(port, field) == Some(SSH));
        if let Some(field) = field {
            let message = format!("Service `{}` leads to port 22, where SSH is", object.name());
            out.flag(object.site(port, field), message);
        }
    }
}

fn number(port: Node<'_>, field: &str) -> Option<i64> {
    port.get(field).and_then(Node::int)
}

fn is_tcp(port: Node<'_>) -> bool {
    port.get("protocol").and_then(Node::str).unwrap_or("TCP") == "TCP"
}
