//! Random pods: every field that a policy reads or defaults, with what may stand there.

use policy::pod_security_policy::ADMITTED_BY;
use serde_json::{Map, Value, json};

use super::policies::{APP_ARMOR, CAPABILITIES, CLASSES, LEVELS, PATHS, SECCOMP, SYSCTLS};
use crate::oracle::random::Random;

const IDS: [i64; 6] = [0, 1, 3, 5, 1000, 2001];
const NAMES: [&str; 3] = ["app", "side", "app2"];

/// A pod in which each field is set one time in `random.odds`.
pub(super) fn pod(random: &mut Random) -> Value {
    random.odds = random.pick(&[2, 4, 8, 40]);
    let mut spec = Map::new();
    let mut context = run_as(random);
    maybe(random, &mut context, "fsGroup", |random| json!(random.pick(&IDS)));
    maybe(random, &mut context, "supplementalGroups", |random| {
        IDS.iter().filter(|_| random.one_in(3)).map(|id| json!(id)).collect()
    });
    maybe(random, &mut context, "sysctls", |random| {
        let names = SYSCTLS.iter().filter(|_| random.one_in(3));
        names.map(|name| json!({"name": name, "value": "1"})).collect()
    });
    if random.odd() || !context.is_empty() {
        spec.insert("securityContext".into(), context.into());
    }
    for key in ["hostNetwork", "hostPID", "hostIPC"] {
        maybe(random, &mut spec, key, |random| json!(random.one_in(2)));
    }
    maybe(random, &mut spec, "runtimeClassName", |random| json!(random.pick(&CLASSES)));
    maybe(random, &mut spec, "volumes", |random| (0..=random.below(3)).map(|i| volume(random, i)).collect());
    maybe(random, &mut spec, "initContainers", |random| vec![container(random, "init")].into());
    maybe(random, &mut spec, "ephemeralContainers", |random| vec![container(random, "debug")].into());
    maybe(random, &mut spec, "os", |_| json!({"name": "windows"}));
    maybe(random, &mut spec, "nodeSelector", |_| Value::Null);
    let count = 1 + random.below(2) as usize;
    spec.insert("containers".into(), NAMES.iter().take(count).map(|name| container(random, name)).collect());
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "ns"}});
    maybe(random, pod["metadata"].as_object_mut().unwrap(), "annotations", annotations);
    pod["spec"] = spec.into();
    if random.one_in(40) {
        spoil(random, &mut pod);
    }
    pod
}

fn annotations(random: &mut Random) -> Value {
    let mut map = Map::new();
    let words = |random: &mut Random, words: &[&str]| {
        if random.one_in(12) { Value::Null } else { json!(random.pick(words)) }
    };
    if random.one_in(2) {
        map.insert("seccomp.security.alpha.kubernetes.io/pod".into(), words(random, &SECCOMP));
    }
    for name in ["app", "init", "debug", "other"] {
        if random.one_in(4) {
            let key = format!("container.seccomp.security.alpha.kubernetes.io/{name}");
            map.insert(key, words(random, &SECCOMP));
        }
        if random.one_in(3) {
            let key = format!("container.apparmor.security.beta.kubernetes.io/{name}");
            map.insert(key, words(random, &APP_ARMOR));
        }
    }
    if random.one_in(3) {
        map.insert(ADMITTED_BY.into(), words(random, &["a", "m", "z-1", "none"]));
    }
    map.into()
}

fn container(random: &mut Random, name: &str) -> Value {
    let mut context = run_as(random);
    for key in ["privileged", "readOnlyRootFilesystem", "allowPrivilegeEscalation"] {
        maybe(random, &mut context, key, |random| json!(random.one_in(2)));
    }
    maybe(random, &mut context, "procMount", |random| json!(random.pick(&["Default", "Unmasked", ""])));
    maybe(random, &mut context, "capabilities", |random| {
        let mut map = Map::new();
        for key in ["add", "drop"] {
            maybe(random, &mut map, key, |random| {
                let mut names: Vec<&str> = (0..random.below(4)).map(|_| random.pick(&CAPABILITIES)).collect();
                random.shuffle(&mut names);
                json!(names)
            });
        }
        map.into()
    });
    maybe(random, &mut context, "windowsOptions", |_| json!({"runAsUserName": "x", "hostProcess": true}));
    let mut container = Map::new();
    container.insert("name".into(), json!(name));
    container.insert("image".into(), json!("registry.example/app:1"));
    if random.odd() || !context.is_empty() {
        container.insert("securityContext".into(), context.into());
    }
    maybe(random, &mut container, "ports", |random| {
        let port = |random: &mut Random| -> Value {
            let mut port = Map::new();
            port.insert("containerPort".into(), json!(random.pick(&[80, 443, 8001])));
            maybe(random, &mut port, "hostPort", |random| json!(random.pick(&[0, 80, 8000, 9000, -1])));
            port.into()
        };
        (0..=random.below(2)).map(|_| port(random)).collect()
    });
    maybe(random, &mut container, "volumeMounts", |random| {
        let mount = |i: u64| {
            let mut mount = json!({"name": format!("v{i}"), "mountPath": "/m"});
            maybe(random, mount.as_object_mut().unwrap(), "readOnly", |random| json!(random.one_in(2)));
            mount
        };
        (0..3).map(mount).collect()
    });
    container.into()
}

fn run_as(random: &mut Random) -> Map<String, Value> {
    let mut context = Map::new();
    maybe(random, &mut context, "runAsUser", |random| json!(random.pick(&IDS)));
    maybe(random, &mut context, "runAsGroup", |random| json!(random.pick(&IDS)));
    maybe(random, &mut context, "runAsNonRoot", |random| json!(random.one_in(2)));
    maybe(random, &mut context, "seLinuxOptions", |random| {
        let mut label = Map::new();
        maybe(random, &mut label, "level", |random| json!(random.pick(&LEVELS)));
        for (key, value) in [("user", "u"), ("role", "r"), ("type", "t")] {
            if !random.one_in(5) {
                label.insert(key.into(), json!(value));
            }
        }
        label.into()
    });
    maybe(random, &mut context, "seccompProfile", |random| match random.below(6) {
        0 => json!({"type": "Localhost"}),
        1 => json!({"type": "Localhost", "localhostProfile": random.pick(&["a", "b/c.json", "q"])}),
        2 => json!({"type": "Unconfined", "localhostProfile": "a"}),
        3 => json!({}),
        4 => json!({"type": "Unconfined"}),
        _ => json!({"type": "RuntimeDefault"}),
    });
    context
}

fn volume(random: &mut Random, index: u64) -> Value {
    let mut volume = Map::new();
    volume.insert("name".into(), json!(format!("v{index}")));
    let sources = 1 + u64::from(random.one_in(20));
    for _ in 0..sources {
        let (key, source) = source(random);
        volume.insert(key.into(), source);
    }
    volume.into()
}

fn source(random: &mut Random) -> (&'static str, Value) {
    match random.below(16) {
        0 => ("emptyDir", json!({})),
        1 => ("emptyDir", Value::Null),
        2 => ("secret", json!({"secretName": "s"})),
        3 | 4 => ("projected", projected(random)),
        5 => ("flexVolume", json!({"driver": random.pick(&["example/lvm", "other/x"])})),
        6 => ("csi", json!({"driver": random.pick(&["csi.example.com", "other.example.com"])})),
        7 => ("configMap", json!({"name": "c"})),
        8 => ("cephfs", json!({"monitors": ["m"]})),
        9 => ("ephemeral", json!({})),
        10 => ("storageos", json!({})),
        11 => ("downwardAPI", json!({"items": []})),
        12 => random
            .pick(&["nfs", "iscsi", "glusterfs", "rbd", "cinder", "flocker", "fc", "azureFile"])
            .into_source(),
        13 => random
            .pick(&[
                "vsphereVolume",
                "quobyte",
                "azureDisk",
                "photonPersistentDisk",
                "portworxVolume",
                "scaleIO",
            ])
            .into_source(),
        14 => random
            .pick(&["gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "persistentVolumeClaim"])
            .into_source(),
        _ => ("hostPath", json!({"path": random.pick(&PATHS)})),
    }
}

trait IntoSource {
    fn into_source(self) -> (&'static str, Value);
}

impl IntoSource for &'static str {
    fn into_source(self) -> (&'static str, Value) {
        (self, json!({}))
    }
}

/// Mostly what the volume of a service account's token holds, with something off at times.
fn projected(random: &mut Random) -> Value {
    let mut token = json!({"path": random.mostly(&["token"], &["other"])});
    maybe(random, token.as_object_mut().unwrap(), "audience", |random| {
        json!(random.pick(&["vault", "", ""]))
    });
    let root = json!({"name": random.mostly(&["kube-root-ca.crt"], &["mine"])});
    let mut field = json!({"fieldPath": random.mostly(&["metadata.namespace"], &["metadata.name"])});
    maybe(random, field.as_object_mut().unwrap(), "apiVersion", |random| {
        json!(random.pick(&["v1", "v1", "v2"]))
    });
    let mut item = json!({"path": random.mostly(&["namespace"], &["x"])});
    if !random.one_in(8) {
        item["fieldRef"] = field;
    }
    let mut sources = vec![
        json!({"serviceAccountToken": token}),
        json!({"configMap": root}),
        json!({"downwardAPI": {"items": [item]}}),
    ];
    match random.below(12) {
        0 => sources.push(json!({"secret": {"name": "s"}})),
        1 => sources.push(json!({})),
        2 => sources.push(Value::Null),
        _ => {}
    }
    json!({"sources": sources})
}

/// A value of a type that the API server does not read.
fn spoil(random: &mut Random, pod: &mut Value) {
    if random.one_in(8) {
        let (of, key) = random.pick(&[("metadata", "annotations"), ("spec", "securityContext")]);
        pod[of][key] = json!("text");
        return;
    }
    let spec = &mut pod["spec"];
    match random.below(10) {
        0 => spec["hostNetwork"] = json!("true"),
        1 => spec["hostPID"] = json!(1),
        2 => spec["securityContext"] = json!([]),
        3 => spec["securityContext"]["runAsUser"] = json!("0"),
        4 => spec["securityContext"]["fsGroup"] = json!(1.5),
        5 => spec["containers"][0]["ports"] = json!([{"hostPort": 4_000_000_000_i64}]),
        6 => spec["containers"][0]["securityContext"]["capabilities"] = json!({"add": "KILL"}),
        7 => spec["volumes"] = json!({"name": "v"}),
        8 => spec["runtimeClassName"] = json!(5),
        _ => spec["containers"][0]["securityContext"]["privileged"] = json!({}),
    }
}

fn maybe(
    random: &mut Random,
    map: &mut Map<String, Value>,
    key: &str,
    value: impl FnOnce(&mut Random) -> Value,
) {
    if random.odd() {
        let value = if random.one_in(30) { Value::Null } else { value(random) };
        map.insert(key.into(), value);
    }
}
