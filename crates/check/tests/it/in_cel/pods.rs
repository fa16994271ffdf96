//! Random pods: every field that a rule reads, with what may stand there.

use serde_json::{Map, Value, json};

/// A deterministic source of chance (xorshift64*): the same seed makes the same pods on every machine.
pub(crate) struct Random {
    state: u64,
    /// How seldom a field is written: one time in so many.
    odds: u64,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1, odds: 4 }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        (self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16) % bound
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        let at = usize::try_from(self.below(from.len() as u64)).unwrap();
        from[at].clone()
    }

    fn list(&mut self, most: u64, item: impl Fn(&mut Self) -> Value) -> Value {
        let count = self.below(most + 1);
        Value::Array((0..count).map(|_| item(self)).collect())
    }

    /// Fields that may be there, each with one of some values.
    fn fields(&mut self, of: &[(&str, &[Value])]) -> Map<String, Value> {
        let mut map = Map::new();
        for (name, values) in of {
            if self.below(self.odds) == 0 {
                map.insert((*name).to_owned(), self.pick(values));
            }
        }
        map
    }
}

fn texts<const N: usize>(of: [&str; N]) -> [Value; N] {
    of.map(Value::from)
}

const NAMES: [&str; 4] = ["a", "b", "web", "data-1"];

/// An object that is a pod or makes them.
pub(crate) fn object(random: &mut Random) -> Value {
    random.odds = random.pick(&[2, 3, 6, 20]);
    let template = json!({"metadata": metadata(random), "spec": spec(random)});
    if random.below(3) > 0 {
        let mut pod = template;
        pod["apiVersion"] = "v1".into();
        pod["kind"] = "Pod".into();
        return pod;
    }
    let metadata = json!({"name": "w"});
    let kind = random.pick(&[
        "PodTemplate",
        "ReplicationController",
        "ReplicaSet",
        "Deployment",
        "DaemonSet",
        "StatefulSet",
        "Job",
        "CronJob",
    ]);
    let api = match kind {
        "PodTemplate" | "ReplicationController" => "v1",
        "Job" | "CronJob" => "batch/v1",
        _ => "apps/v1",
    };
    let mut object = json!({"apiVersion": api, "kind": kind, "metadata": metadata});
    match kind {
        "PodTemplate" => object["template"] = template,
        "CronJob" => object["spec"] = json!({"jobTemplate": {"spec": {"template": template}}}),
        "StatefulSet" => {
            let claims =
                random.list(2, |random| json!({"metadata": {"name": random.pick(&NAMES)}, "spec": {}}));
            object["spec"] = json!({"template": template, "volumeClaimTemplates": claims});
        }
        _ => object["spec"] = json!({"template": template}),
    }
    object
}

fn metadata(random: &mut Random) -> Value {
    let mut annotations = Map::new();
    for _ in 0..random.below(4) {
        let name = random.pick(&NAMES);
        let key = random.pick(&[
            format!("container.seccomp.security.alpha.kubernetes.io/{name}"),
            format!("container.apparmor.security.beta.kubernetes.io/{name}"),
            "seccomp.security.alpha.kubernetes.io/pod".to_owned(),
            "security.alpha.kubernetes.io/sysctls".to_owned(),
            "security.alpha.kubernetes.io/unsafe-sysctls".to_owned(),
            "kubernetes.io/psp".to_owned(),
            "example.com/note".to_owned(),
        ]);
        let value = random.pick(&[
            "",
            "runtime/default",
            "docker/default",
            "unconfined",
            "localhost/x",
            "localhost/",
            "kernel.shm_rmid_forced=1, net/ipv4/tcp_syncookies=0",
            ",=,x",
            "net.ipv4.ip_local_port_range=1 2",
        ]);
        annotations.insert(key, value.into());
    }
    if random.below(3) == 0 { json!({"name": "p"}) } else { json!({"name": "p", "annotations": annotations}) }
}

fn spec(random: &mut Random) -> Value {
    let flags = [json!(true), json!(false)];
    let mut spec = random.fields(&[
        ("hostNetwork", &flags),
        ("hostPID", &flags),
        ("hostIPC", &flags),
        ("hostUsers", &flags),
        ("shareProcessNamespace", &flags),
        (
            "os",
            &[
                json!({"name": "windows"}),
                json!({"name": "linux"}),
                json!({"name": "linux"}),
                json!({"name": ""}),
            ],
        ),
        ("serviceAccountName", &texts(["x", ""])),
    ]);
    if random.below(random.odds) == 0 {
        spec.insert("os".into(), json!({"name": random.pick(&["linux", "linux", "windows", "Windows"])}));
    }
    if random.below(4) > 0 {
        spec.insert("securityContext".into(), pod_context(random));
    }
    let volumes: Vec<Value> = NAMES
        .iter()
        .map(|name| (random.below(2), volume(random, name)))
        .filter(|(odd, _)| *odd == 0)
        .map(|(_, one)| one)
        .collect();
    spec.insert("volumes".into(), volumes.into());
    for (list, least) in [("initContainers", 0), ("containers", 1), ("ephemeralContainers", 0)] {
        let count = least + random.below(2);
        let all: Vec<Value> = (0..count).map(|_| container(random)).collect();
        if !all.is_empty() {
            spec.insert(list.into(), all.into());
        }
    }
    Value::Object(spec)
}

fn shared_context(random: &mut Random) -> Map<String, Value> {
    let kinds = [
        json!({"type": "RuntimeDefault"}),
        json!({"type": "Localhost", "localhostProfile": "x"}),
        json!({"type": "Unconfined"}),
        json!({"type": "Other"}),
        json!({}),
        Value::Null,
    ];
    random.fields(&[
        ("runAsUser", &[json!(0), json!(1000), Value::Null]),
        ("runAsGroup", &[json!(0), json!(1000)]),
        ("runAsNonRoot", &[json!(true), json!(false)]),
        ("seccompProfile", &kinds),
        ("appArmorProfile", &kinds),
        (
            "seLinuxOptions",
            &[
                json!({}),
                json!({"type": ""}),
                json!({"type": "container_t"}),
                json!({"type": "container_engine_t"}),
                json!({"type": "spc_t"}),
                json!({"user": "u", "level": "s0"}),
                json!({"role": "r"}),
                json!({"user": ""}),
            ],
        ),
        ("windowsOptions", &[json!({"hostProcess": true}), json!({"hostProcess": false}), json!({})]),
    ])
}

fn pod_context(random: &mut Random) -> Value {
    let mut context = shared_context(random);
    context.extend(random.fields(&[
        ("fsGroup", &[json!(0), json!(7)]),
        ("supplementalGroups", &[json!([]), json!([0]), json!([5, 6]), json!([5, 0])]),
        ("supplementalGroupsPolicy", &texts(["Strict", "Merge"])),
    ]));
    let sysctls = random.list(2, |random| {
        let name = random.pick(&[
            "kernel.shm_rmid_forced",
            "kernel/shm_rmid_forced",
            "net.core.somaxconn",
            "net/ipv4/tcp_syncookies",
            "kernel.msgmax",
            "kernel.sem",
            "fs.mqueue.msg_max",
            "vm.swappiness",
            "net.ipv4.conf.eno2/100.x",
            "net.ipv4.tcp_rmem",
            "net/ipv4/conf/eno2.100/x",
            "",
        ]);
        json!({"name": name, "value": "1"})
    });
    if random.below(2) == 0 {
        context.insert("sysctls".into(), sysctls);
    }
    Value::Object(context)
}

fn container(random: &mut Random) -> Value {
    let mut container = random.fields(&[
        ("imagePullPolicy", &texts(["Always", "IfNotPresent", "Never", ""])),
        ("volumeDevices", &[json!([]), json!([{"name": "a", "devicePath": "/dev/x"}])]),
        ("livenessProbe", &handlers()),
        ("startupProbe", &handlers()),
        (
            "lifecycle",
            &[
                json!({"preStop": {"httpGet": {"host": "x", "port": 1}}}),
                json!({"postStart": {"tcpSocket": {"port": 1}}}),
                json!({}),
            ],
        ),
        (
            "env",
            &[
                json!([{"name": "A", "value": "x"}]),
                json!([{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]),
                json!([{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "s", "key": "k"}}}]),
            ],
        ),
        ("envFrom", &[json!([{"secretRef": {"name": "s"}}]), json!([{"configMapRef": {"name": "s"}}])]),
        (
            "ports",
            &[
                json!([]),
                json!([{"containerPort": 80}]),
                json!([{"containerPort": 80, "hostPort": 0}]),
                json!([{"containerPort": 80, "hostPort": 8080}, {"containerPort": 81}]),
            ],
        ),
    ]);
    container.insert("name".into(), random.pick(&NAMES).into());
    if random.below(12) > 0 {
        container.insert("image".into(), image(random));
    }
    if random.below(4) > 0 {
        container.insert("securityContext".into(), context(random));
    }
    container.insert("volumeMounts".into(), random.list(2, mount));
    Value::Object(container)
}

fn handlers() -> [Value; 6] {
    [
        json!({"httpGet": {"port": 80}}),
        json!({"httpGet": {"port": 80, "host": ""}}),
        json!({"httpGet": {"port": 80, "host": "example.com"}}),
        json!({"tcpSocket": {"port": 80, "host": "127.0.0.1"}}),
        json!({"tcpSocket": {"port": 80}}),
        json!({"exec": {"command": ["x"]}}),
    ]
}

fn context(random: &mut Random) -> Value {
    let mut context = shared_context(random);
    let flags = [json!(true), json!(false)];
    context.extend(random.fields(&[
        ("privileged", &flags),
        ("allowPrivilegeEscalation", &flags),
        ("readOnlyRootFilesystem", &flags),
        ("procMount", &texts(["Default", "Unmasked", ""])),
    ]));
    if random.below(2) == 0 {
        let names = [
            "ALL",
            "all",
            "NET_RAW",
            "net_raw",
            "CAP_NET_RAW",
            "CHOWN",
            "SYS_ADMIN",
            "NET_BIND_SERVICE",
            "chown",
        ];
        let mut lists = Map::new();
        for list in ["add", "drop"] {
            if random.below(2) == 0 {
                lists.insert(list.into(), random.list(2, |random| random.pick(&names).into()));
            }
        }
        context.insert("capabilities".into(), lists.into());
    }
    Value::Object(context)
}

fn mount(random: &mut Random) -> Value {
    let mut mount = random.fields(&[
        ("readOnly", &[json!(true), json!(true), json!(false)]),
        ("recursiveReadOnly", &texts(["Enabled", "IfPossible", "Disabled", ""])),
        ("mountPropagation", &texts(["None", "HostToContainer", "Bidirectional", ""])),
        ("subPath", &texts(["", "x"])),
        ("subPathExpr", &texts(["", "x"])),
    ]);
    mount.insert("name".into(), random.pick(&NAMES).into());
    let path = random.pick(&[
        "/x",
        "/var/run/secrets/kubernetes.io/serviceaccount",
        "/var/run/secrets/kubernetes.io/serviceaccount//",
    ]);
    mount.insert("mountPath".into(), path.into());
    Value::Object(mount)
}

fn volume(random: &mut Random, name: &str) -> Value {
    let kind = random.pick(&["", "Directory", "Socket", "CharDevice", "DirectoryOrCreate", "File"]);
    let path = random.pick(&["/", "/run/x.sock", "/data", "/data.sock/x"]);
    let mode = random.pick(&[
        Value::Null,
        json!(0o640),
        json!(0o644),
        json!(0o400),
        json!(644),
        json!(0o777),
        json!(-1),
    ]);
    let items = json!([{"key": "k", "path": "p", "mode": mode}]);
    let audience = random.pick(&[Value::Null, json!(""), json!("vault")]);
    let seconds = random.pick(&[Value::Null, json!(600), json!(86_400), json!(86_401)]);
    let token =
        json!({"serviceAccountToken": {"path": "t", "audience": audience, "expirationSeconds": seconds}});
    let ca = json!({"configMap": {"name": random.pick(&["kube-root-ca.crt", "other"])}});
    let projected = random.pick(&[
        json!({"sources": [token, ca]}),
        json!({"sources": [token]}),
        json!({"sources": []}),
        json!({"defaultMode": mode, "sources": [{"secret": {"name": "s", "items": items}}]}),
        json!({"defaultMode": mode, "sources": [{"configMap": {"name": "s", "items": items}}]}),
    ]);
    let reference = image(random);
    let source = random.pick(&[
        json!({"hostPath": {"path": path, "type": kind}}),
        json!({"hostPath": {"path": path}}),
        json!({"nfs": {"server": "s", "path": "/"}}),
        json!({"csi": {"driver": "d"}}),
        json!({"emptyDir": {}}),
        json!({"secret": {"secretName": "s", "defaultMode": mode}}),
        json!({"secret": {"secretName": "s", "defaultMode": 0o400, "items": items}}),
        json!({"projected": projected}),
        json!({"projected": projected}),
        json!({"gitRepo": {"repository": "r"}}),
        json!({"rbd": {"image": "x", "monitors": []}}),
        json!({"image": {"reference": reference}}),
        json!({}),
    ]);
    let mut volume = source;
    volume["name"] = name.into();
    volume
}

/// An image reference, mostly within the grammar.
fn image(random: &mut Random) -> Value {
    let host = random.pick(&[
        "",
        "",
        "",
        "docker.io/",
        "index.docker.io/",
        "INDEX.docker.io/",
        "ghcr.io/",
        "GHCR.io/",
        "quay.io/",
        "quay.io/coreos/",
        "registry.example.com:5000/",
        "registry.example.com/",
        "localhost/",
        "localhost:5000/",
        "Foo/",
        "a_b.c/",
        "-x.io/",
        "[::1]:80/",
        "[a]/",
        "eu.gcr.io/ab/",
        "k8s.gcr.io/",
        "gcr.io/kubebuilder/",
        "a.b:x/",
        "a..b/",
        "bitnami/",
        "library/",
    ]);
    let path = random.pick(&[
        "nginx",
        "a/b",
        "a/x",
        "x",
        "x.y_z-1",
        "nginx.",
        "-nginx",
        "UP",
        "a//b",
        "",
        "flannel",
        "redis/6.2",
        "localhost",
    ]);
    let tag = random
        .pick(&["", "", ":", ":latest", ":1.27", ":main", ":lts", ":HEAD", ":-x", ":a b", ":a:b", ":stable"]);
    let hex = "0123456789abcdef".repeat(4);
    let digest = random.pick(&[
        String::new(),
        String::new(),
        String::new(),
        format!("@sha256:{hex}"),
        format!("@sha256:{}", hex.to_uppercase()),
        format!("@sha512:{hex}"),
        "@".to_owned(),
        format!("@md5:{hex}"),
        format!("@sha256:{hex}@x"),
        "@sha256:xyz".to_owned(),
    ]);
    format!("{host}{path}{tag}{digest}").into()
}
