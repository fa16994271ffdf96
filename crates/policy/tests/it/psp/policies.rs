//! Random policies: every field, with what may stand there, and now and then something that may not.

use policy::pod_security_policy::annotation;
use serde_json::{Map, Value, json};

use crate::oracle::random::Random;

pub(super) const CAPABILITIES: [&str; 5] = ["CHOWN", "KILL", "NET_ADMIN", "SYS_TIME", "chown"];
pub(super) const SECCOMP: [&str; 6] =
    ["runtime/default", "docker/default", "unconfined", "localhost/a", "localhost/b/c.json", ""];
pub(super) const APP_ARMOR: [&str; 5] = ["runtime/default", "unconfined", "localhost/x", "localhost/", ""];
pub(super) const SYSCTLS: [&str; 6] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ip_local_port_range",
    "kernel.sem",
    "net.core.somaxconn",
    "kernel.msgmax",
];
pub(super) const CLASSES: [&str; 3] = ["gvisor", "kata", "runc"];
pub(super) const PATHS: [&str; 8] =
    ["/", "/var/log", "/var/log/", "/var/logs", "/var/log/pods/a", "/data", "", "/data//x"];
pub(super) const LEVELS: [&str; 5] = ["s0:c1,c2", "s0:c2,c1", "s1:c1,c2", "s0", ""];

/// One to four policies, at times one that is refused.
pub(super) fn policies(random: &mut Random) -> Vec<Value> {
    let mut names = vec!["a", "b.x", "m", "z-1"];
    random.shuffle(&mut names);
    names.truncate(1 + random.below(4) as usize);
    names.into_iter().map(|name| policy(random, name)).collect()
}

/// A policy in which each field is strict one time in `random.odds`.
fn policy(random: &mut Random, name: &str) -> Value {
    random.odds = random.pick(&[2, 4, 8, 30]);
    let mut spec = Map::new();
    let rule = json!({"rule": "RunAsAny"});
    for key in ["seLinux", "runAsUser", "supplementalGroups", "fsGroup"] {
        spec.insert(key.into(), rule.clone());
    }
    spec.insert("volumes".into(), json!(["*"]));
    for key in ["hostNetwork", "hostPID", "hostIPC", "privileged"] {
        spec.insert(key.into(), json!(!random.odd()));
    }
    spec.insert("hostPorts".into(), json!([{"min": 0, "max": 65535}]));
    let annotations = profiles(random);
    strict_fields(random, &mut spec);
    if random.one_in(25) {
        spoil(random, &mut spec);
    }
    let api = if random.one_in(20) { "policy/v1" } else { "policy/v1beta1" };
    let mut metadata = json!({"name": name});
    if !annotations.is_empty() {
        metadata["annotations"] = annotations.into();
    }
    let api = if random.one_in(20) { api } else { "policy/v1beta1" };
    json!({"apiVersion": api, "kind": "PodSecurityPolicy", "metadata": metadata, "spec": spec})
}

fn strict_fields(random: &mut Random, spec: &mut Map<String, Value>) {
    let mut set = |random: &mut Random, key: &str, value: fn(&mut Random) -> Value| {
        if random.odd() {
            spec.insert(key.into(), value(random));
        }
    };
    set(random, "seLinux", |random| {
        let label =
            json!({"level": random.pick(&LEVELS), "user": random.pick(&["u", ""]), "role": "r", "type": "t"});
        json!({"rule": "MustRunAs", "seLinuxOptions": random.mostly(&[&label], &[&json!({})])})
    });
    set(random, "runAsUser", |random| match random.below(3) {
        0 => json!({"rule": "MustRunAsNonRoot"}),
        1 => json!({"rule": "RunAsAny", "ranges": ranges(random)}),
        _ => json!({"rule": "MustRunAs", "ranges": ranges(random)}),
    });
    set(random, "runAsGroup", groups);
    set(random, "supplementalGroups", groups);
    set(random, "fsGroup", groups);
    set(random, "volumes", |random| {
        let words = [
            "emptyDir",
            "secret",
            "projected",
            "hostPath",
            "flexVolume",
            "csi",
            "configMap",
            "cephFS",
            "ephemeral",
        ];
        some(random, &words)
    });
    set(random, "hostPorts", |random| {
        let ranges =
            [json!({"min": 80, "max": 80}), json!({"min": 8000, "max": 8080}), json!({"min": 0, "max": 0})];
        Value::Array(ranges.into_iter().filter(|_| random.one_in(2)).collect())
    });
    set(random, "allowedCapabilities", |random| {
        if random.one_in(4) { json!(["*"]) } else { some(random, &CAPABILITIES[..2]) }
    });
    set(random, "defaultAddCapabilities", |random| some(random, &CAPABILITIES[1..3]));
    set(random, "requiredDropCapabilities", |random| some(random, &CAPABILITIES[3..]));
    set(random, "readOnlyRootFilesystem", |_| json!(true));
    set(random, "allowPrivilegeEscalation", |random| json!(random.one_in(3)));
    set(random, "defaultAllowPrivilegeEscalation", |random| json!(random.one_in(3)));
    set(random, "allowedHostPaths", |random| {
        let entry = |path: &&str| {
            (!path.is_empty() && random.one_in(3))
                .then(|| json!({"pathPrefix": path, "readOnly": random.one_in(2)}))
        };
        PATHS.iter().filter_map(entry).collect()
    });
    set(random, "allowedFlexVolumes", |_| json!([{"driver": "example/lvm"}]));
    set(random, "allowedCSIDrivers", |_| json!([{"name": "csi.example.com"}]));
    set(random, "allowedUnsafeSysctls", |random| some(random, &["kernel.sem", "net.core.*", "kernel.msg*"]));
    set(random, "forbiddenSysctls", |random| {
        some(random, &["kernel.shm_rmid_forced", "net.ipv4.*", "net.unix.x"])
    });
    set(random, "allowedProcMountTypes", |random| some(random, &["Default", "Unmasked"]));
    set(random, "runtimeClass", |random| match random.below(4) {
        0 => json!({"allowedRuntimeClassNames": ["*"]}),
        1 => json!({"allowedRuntimeClassNames": []}),
        2 => json!({"allowedRuntimeClassNames": ["gvisor", "kata"], "defaultRuntimeClassName": "kata"}),
        _ => json!({"allowedRuntimeClassNames": some(random, &CLASSES)}),
    });
}

fn profiles(random: &mut Random) -> Map<String, Value> {
    let mut annotations = Map::new();
    let list = |random: &mut Random, words: &[&str]| {
        let words: Vec<&str> = words.iter().copied().filter(|w| !w.is_empty() && random.one_in(3)).collect();
        words.join(",")
    };
    if random.odd() {
        annotations.insert(annotation::SECCOMP_DEFAULT.into(), random.pick(&SECCOMP).into());
    }
    if !random.odd() {
        annotations.insert(annotation::SECCOMP_ALLOWED.into(), "*".into());
    } else if !random.one_in(4) {
        annotations.insert(annotation::SECCOMP_ALLOWED.into(), list(random, &SECCOMP).into());
    }
    if random.odd() {
        annotations.insert(annotation::APP_ARMOR_DEFAULT.into(), random.pick(&APP_ARMOR).into());
    }
    if random.odd() {
        annotations.insert(annotation::APP_ARMOR_ALLOWED.into(), list(random, &APP_ARMOR).into());
    }
    annotations
}

/// Something that the API server refuses, or never uses.
fn spoil(random: &mut Random, spec: &mut Map<String, Value>) {
    let (key, value) = match random.below(24) {
        0 => ("privilegedd", json!(true)),
        1 => ("privileged", json!("yes")),
        2 => ("runAsUser", json!({"rule": "MustRunAs", "ranges": [{"min": 9, "max": 1}]})),
        3 => ("runAsUser", json!({"rule": "MustRunAs"})),
        4 => ("fsGroup", json!({"rule": "MustRunAsNonRoot"})),
        5 => ("fsGroup", json!({"rule": "MayRunAs", "ranges": []})),
        6 => ("supplementalGroups", json!({"rule": "RunAsAny", "ranges": [{"min": -1, "max": 1}]})),
        7 => ("seLinux", json!({"rule": "MustRunAs"})),
        8 => ("runAsGroup", json!({"rule": "RunAsAny", "ranges": [{"min": 1, "max": 1}]})),
        9 => ("volumes", json!(["cephfs"])),
        10 => ("allowedHostPaths", json!([{"pathPrefix": "/a/../b"}])),
        11 => ("allowedHostPaths", json!([{"readOnly": true}])),
        12 => ("allowedFlexVolumes", json!([{}])),
        13 => ("allowedCSIDrivers", json!([{"name": "not a driver"}])),
        14 => ("allowedUnsafeSysctls", json!(["*", "kernel.sem"])),
        15 => ("forbiddenSysctls", json!(["Kernel.sem"])),
        16 => ("allowedProcMountTypes", json!(["Masked"])),
        17 => ("runtimeClass", json!({"allowedRuntimeClassNames": ["a", "a"]})),
        18 => ("runtimeClass", json!({"allowedRuntimeClassNames": ["a"], "defaultRuntimeClassName": "b"})),
        19 => ("runtimeClass", json!({"allowedRuntimeClassNames": ["a", "*"]})),
        20 => ("hostPorts", json!([{"min": 1, "max": 70_000, "mux": 3}])),
        21 => ("requiredDropCapabilities", json!(["CHOWN", "KILL", "NET_ADMIN"])),
        22 => ("runAsUser", json!({"rule": "runAsAny"})),
        _ => ("seLinux", Value::Null),
    };
    spec.insert(key.into(), value);
}

fn groups(random: &mut Random) -> Value {
    let rule = random.pick(&["MustRunAs", "MayRunAs", "MayRunAs"]);
    json!({"rule": rule, "ranges": ranges(random)})
}

fn ranges(random: &mut Random) -> Value {
    let ranges =
        [json!({"min": 0, "max": 0}), json!({"min": 1, "max": 5}), json!({"min": 1000, "max": 2000})];
    let mut some: Vec<Value> = ranges.iter().filter(|_| random.one_in(2)).cloned().collect();
    if some.is_empty() {
        some.push(json!({"min": 3, "max": 3}));
    }
    Value::Array(some)
}

fn some(random: &mut Random, words: &[&str]) -> Value {
    words.iter().filter(|_| random.one_in(2)).map(|word| json!(word)).collect()
}
