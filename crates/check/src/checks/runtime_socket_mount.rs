//! `runtime-socket-mount`: a mount of the container runtime's socket.
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "runtime-socket-mount",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Critical,
    also: &[Severity::High],
    profile: None,
    page: include_str!("runtime_socket_mount.md"),
    run: Run::Pod(runtime_socket_mount),
};

/// Where the runtimes listen, without the `/var` that links to the same place.
const SOCKETS: [(&str, &str); 9] = [
    ("/run/docker.sock", "Docker"),
    ("/run/containerd/containerd.sock", "containerd"),
    ("/run/k3s/containerd/containerd.sock", "containerd"),
    ("/run/crio/crio.sock", "CRI-O"),
    ("/run/podman/podman.sock", "Podman"),
    ("/run/cri-dockerd.sock", "cri-dockerd"),
    ("/run/dockershim.sock", "dockershim"),
    ("//./pipe/docker_engine", "Docker"),
    ("//./pipe/containerd-containerd", "containerd"),
];

fn runtime_socket_mount(pod: &Pod<'_>, out: &mut Findings<'_>) {
    for volume in pod.volumes() {
        let Some(path) = volume.at("hostPath.path") else { continue };
        let Some(written) = path.str() else { continue };
        if let Some(runtime) = runtime_behind(written) {
            let name = volume.get("name").and_then(Node::str).unwrap_or_default();
            let flag = out.flag(
                pod.site_of(path),
                format!("volume `{name}` hands the {runtime} socket to the pod through `{written}`"),
            );
            // Mounted for something else, as a rule: the socket is there, but nobody asked for it.
            if matches!(normal(written).as_str(), "/" | "/run") {
                flag.severity(Severity::High);
            }
        }
    }
}

/// The runtime whose socket is the path or stands below it.
fn runtime_behind(path: &str) -> Option<&'static str> {
    let path = normal(path);
    let holds = |socket: &str| {
        socket.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || path == "/")
    };
    let by_place = SOCKETS.iter().find(|(socket, _)| holds(socket));
    // Distributions keep it elsewhere (k0s, MicroK8s, rootless Docker), but hardly rename it.
    let file = path.rsplit('/').next().unwrap_or_default();
    let is_file = |socket: &str| socket.contains(".sock") && socket.rsplit('/').next() == Some(file);
    let by_name = || SOCKETS.iter().find(|(socket, _)| is_file(socket));
    by_place.or_else(by_name).map(|(_, runtime)| *runtime)
}

/// One way to write each path: no `.` and `..`, no doubled slashes, `/var/run` is `/run`.
fn normal(path: &str) -> String {
    if path.contains('\\') {
        return path.replace('\\', "/").to_lowercase();
    }
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    if steps.starts_with(&["var", "run"]) {
        steps.remove(0);
    }
    format!("/{}", steps.join("/"))
}
