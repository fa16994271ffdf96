//! Random containers.

use super::json::{Fields, list, text};
use super::random::Random;
use super::values::{CAPABILITIES, HOSTS, NAMES, PORTS, flag, profile};

pub(super) fn container(random: &mut Random) -> String {
    if random.one_in(60) {
        return "null".to_owned();
    }
    let mut container = Fields::default();
    match random.below(30) {
        0 => {}
        1 => drop(container.set("name", "null")),
        _ => drop(container.set("name", text(random.pick(&NAMES)))),
    }
    container.set("image", r#""busybox""#);
    container.maybe(random, "restartPolicy", |random| text(random.pick(&["Always", "Never", ""])));
    container.maybe(random, "ports", |random| list(random.below(4), || port(random)));
    if random.one_in(2) {
        container.set("securityContext", hardened(random));
    } else {
        container.maybe(random, "securityContext", |random| context(random).end(random));
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        container.maybe(random, probe, handler);
    }
    container.maybe(random, "lifecycle", |random| {
        let mut lifecycle = Fields::default();
        lifecycle.maybe(random, "postStart", handler);
        lifecycle.maybe(random, "preStop", handler);
        lifecycle.end(random)
    });
    container.end(random)
}

/// What every version of restricted accepts, so that one slip elsewhere decides.
fn hardened(random: &mut Random) -> String {
    let mut context = Fields::default();
    context
        .set("allowPrivilegeEscalation", "false")
        .set("capabilities", r#"{"drop": ["ALL"]}"#)
        .set("runAsNonRoot", "true")
        .set("seccompProfile", r#"{"type": "RuntimeDefault"}"#);
    if random.odd() {
        context.set("procMount", r#""Unmasked""#);
    }
    context.end(random)
}

fn context(random: &mut Random) -> Fields {
    let mut context = shared_context(random);
    for field in ["privileged", "allowPrivilegeEscalation", "readOnlyRootFilesystem"] {
        context.maybe(random, field, flag);
    }
    context.maybe(random, "procMount", |random| {
        text(random.mostly(&["Default"], &["", "Unmasked", "default", "De\"fault"]))
    });
    context.maybe(random, "capabilities", |random| {
        let mut capabilities = Fields::default();
        for side in ["add", "drop"] {
            capabilities.maybe(random, side, |random| list(random.below(4), || capability(random)));
        }
        capabilities.end(random)
    });
    context
}

fn capability(random: &mut Random) -> String {
    if random.one_in(20) { "null".to_owned() } else { text(random.pick(&CAPABILITIES)) }
}

/// The fields that a pod's security context has too.
pub(super) fn shared_context(random: &mut Random) -> Fields {
    let mut context = Fields::default();
    context.maybe(random, "runAsNonRoot", |random| random.mostly(&["true"], &["false"]).to_owned());
    context.maybe(random, "runAsUser", |random| {
        random.mostly(&["1000", "1"], &["0", "-0", "-1", "9223372036854775807"]).to_owned()
    });
    context.maybe(random, "runAsGroup", |_| "0".to_owned());
    context.maybe(random, "seccompProfile", profile);
    context.maybe(random, "appArmorProfile", profile);
    context.maybe(random, "seLinuxOptions", |random| {
        let mut options = Fields::default();
        options.maybe(random, "type", |random| {
            text(random.mostly(
                &["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"],
                &["spc_t", "Container_t", "b\"ad", "ünix_t", " "],
            ))
        });
        for field in ["user", "role", "level"] {
            options.maybe(random, field, |random| text(random.mostly(&[""], &["u", " "])));
        }
        options.end(random)
    });
    context.maybe(random, "windowsOptions", |random| {
        let mut options = Fields::default();
        options.maybe(random, "hostProcess", flag);
        options.maybe(random, "runAsUserName", |_| r#""x""#.to_owned());
        options.end(random)
    });
    context
}

fn port(random: &mut Random) -> String {
    if random.one_in(30) {
        return "null".to_owned();
    }
    let mut port = Fields::default();
    port.maybe(random, "name", |_| r#""http""#.to_owned());
    port.maybe(random, "protocol", |_| r#""UDP""#.to_owned());
    port.maybe(random, "containerPort", |random| random.pick(&PORTS).to_owned());
    port.maybe(random, "hostPort", |random| random.mostly(&["0"], &PORTS).to_owned());
    port.end(random)
}

/// What a probe or a hook does.
fn handler(random: &mut Random) -> String {
    let mut handler = Fields::default();
    for action in ["httpGet", "tcpSocket"] {
        handler.maybe(random, action, |random| {
            let mut call = Fields::default();
            call.set("port", random.pick(&["80", r#""http""#]));
            call.maybe(random, "host", |random| text(random.mostly(&[""], &HOSTS)));
            call.end(random)
        });
    }
    handler.maybe(random, "exec", |_| "{}".to_owned());
    handler.end(random)
}
