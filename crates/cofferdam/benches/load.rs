//! What does the webhook add to an API server under load?
//!
//! The same dry-run creation of a pod in three namespaces of one server: judged by nobody, by the built-in Pod Security
//! admission, and by `cofferdam serve`. Prints `name<tab>figure<tab>unit`; `cargo xtask bench load` puts the lines beside
//! the aims.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a measurement may fall over
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::cast_precision_loss)] // and prints

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::apiserver::{Answer, ApiServer, Authority, Client, Options, Programs, Request, Webhook};

/// Pods that are created at the same time.
const CONCURRENT: usize = 500;
/// Requests of one burst: each connection asks a few times.
const BURST: usize = 2_000;
/// Bursts of each kind; the kinds take turns, so that a busy moment hits all of them.
const TURNS: usize = 8;
/// Requests one after the other, of each kind and turn.
const SINGLE: usize = 250;
/// Reviews that the webhook gets itself, to see what memory stays.
const REVIEWS: usize = 100_000;
/// Of them at once.
const BATCH: usize = 5_000;
/// Connections of those: the API server has few.
const FEW: usize = 16;
const PATIENCE: Duration = Duration::from_mins(1);

/// The restricted level and every check a policy may name.
const POLICY: &str = "\
apiVersion: cofferdam.dev/v1alpha1
kind: Policy
metadata: {name: load}
spec: {podSecurity: {level: restricted}, checks: {'*': enforce}}
";

/// Who judges, and the namespace where.
const KINDS: [(&str, &str); 3] =
    [("nobody", "none"), ("the built-in plugin", "built-in"), ("the webhook", "webhook")];

fn main() {
    // `cargo test --benches` only wants to know that it starts.
    if std::env::args().any(|word| word == "--test") {
        return;
    }
    let Some(programs) = Programs::find() else { return };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("apiserver/load");
    let server = ApiServer::start(&programs, &folder, &Options::default()).unwrap();
    let authority = Authority::new("cofferdam-webhook");
    let program = std::env::var_os("COFFERDAM_BIN")
        .map_or_else(|| env!("CARGO_BIN_EXE_cofferdam").into(), PathBuf::from);
    let webhook = Webhook::start(&program, &folder.join("webhook"), &authority, POLICY, &[]).unwrap();
    let idle = webhook.resident();
    prepare(&server, &webhook);
    let taken = loads(&server);
    figures(&taken);
    memory(&webhook, &authority, idle);
}

/// The namespaces, and the webhook asked about one of them.
fn prepare(server: &ApiServer, webhook: &Webhook) {
    let labels = |namespace: &str| match namespace {
        "built-in" => json!({"pod-security.kubernetes.io/enforce": "restricted"}),
        "webhook" => json!({"webhook": "webhook"}),
        _ => json!({}),
    };
    for (_, name) in KINDS {
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels(name)}});
        must(&server.client, &Request::post("/api/v1/namespaces", &namespace));
    }
    let configuration = webhook.configuration("Validating", "webhook", "Fail", 30);
    let path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    must(&server.client, &Request::post(path, &configuration));
    let mut bad = pod();
    bad["spec"]["containers"][0]["securityContext"]["capabilities"] = json!({});
    let deadline = Instant::now() + PATIENCE;
    for namespace in ["built-in", "webhook"] {
        while server.client.call(&create(namespace, &bad)).unwrap().status != 403 {
            assert!(Instant::now() < deadline, "nobody judges pods of {namespace}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// How long each kind took: at once, and one after the other.
struct Taken {
    at_once: [Vec<Duration>; 3],
    single: [Vec<Duration>; 3],
    wall: [Duration; 3],
    client: Duration,
}

fn loads(server: &ApiServer) -> Taken {
    let mut taken = Taken {
        at_once: Default::default(),
        single: Default::default(),
        wall: Default::default(),
        client: Duration::ZERO,
    };
    let requests = KINDS.map(|(_, namespace)| create(namespace, &pod()));
    // Connections and caches first.
    for request in &requests {
        send(&server.client, request, CONCURRENT, CONCURRENT);
    }
    let before = own_cpu();
    for turn in 0..TURNS {
        for offset in 0..KINDS.len() {
            let kind = (turn + offset) % KINDS.len();
            let start = Instant::now();
            taken.at_once[kind].extend(send(&server.client, &requests[kind], BURST, CONCURRENT));
            taken.wall[kind] += start.elapsed();
        }
    }
    taken.client = own_cpu().saturating_sub(before);
    for turn in 0..TURNS {
        for offset in 0..KINDS.len() {
            let kind = (turn + offset) % KINDS.len();
            taken.single[kind].extend(send(&server.client, &requests[kind], SINGLE, 1));
        }
    }
    taken
}

/// Sends the same request again and again; every answer has to be a pod.
fn send(client: &Client, request: &Request, times: usize, connections: usize) -> Vec<Duration> {
    let answers = client.each(&vec![request.clone(); times], connections);
    answers
        .into_iter()
        .map(|answer| {
            let answer = answer.unwrap();
            assert_eq!(answer.status, 201, "{}", answer.text());
            answer.took
        })
        .collect()
}

fn figures(taken: &Taken) {
    let seconds = |name: String, value: f64| println!("{name}\t{value:.9}\tseconds");
    for (what, lists) in
        [(format!("{CONCURRENT} at once"), &taken.at_once), ("one at a time".to_owned(), &taken.single)]
    {
        let of = |kind: usize, share: f64| percentile(&lists[kind], share).as_secs_f64();
        for (kind, (who, _)) in KINDS.iter().enumerate() {
            seconds(format!("dry-run create, {what}, judged by {who}, p50"), of(kind, 0.50));
            seconds(format!("dry-run create, {what}, judged by {who}, p99"), of(kind, 0.99));
        }
        seconds(
            format!("dry-run create, {what}, p50 added to the built-in plugin"),
            of(2, 0.50) - of(1, 0.50),
        );
        seconds(
            format!("dry-run create, {what}, p99 added to the built-in plugin"),
            of(2, 0.99) - of(1, 0.99),
        );
        println!(
            "dry-run create, {what}, p99 to that of the built-in plugin\t{:.3}\ttimes",
            of(2, 0.99) / of(1, 0.99)
        );
    }
    for (kind, (who, _)) in KINDS.iter().enumerate() {
        let rate = (BURST * TURNS) as f64 / taken.wall[kind].as_secs_f64();
        eprintln!("{rate:.0} creates a second at {CONCURRENT} at once, judged by {who}");
    }
    let share = taken.client.as_secs_f64() / taken.wall.iter().sum::<Duration>().as_secs_f64();
    eprintln!("the client itself used {share:.2} of a core meanwhile");
}

/// What stays in memory after many reviews on the webhook's own port.
fn memory(webhook: &Webhook, authority: &Authority, idle: Option<u64>) {
    let client = Client::new(webhook.address(), authority, None).unwrap();
    let review = review();
    let request = Request::post("/validate?timeout=10s", &review);
    let first = client.call(&request).unwrap();
    assert_eq!(first.json()["response"]["allowed"], true, "{}", first.text());
    let (start, mut taken) = (Instant::now(), Vec::new());
    for _ in 0..REVIEWS / BATCH {
        for answer in client.each(&vec![request.clone(); BATCH], FEW) {
            let Answer { status, took, .. } = answer.unwrap();
            assert_eq!(status, 200);
            taken.push(took);
        }
    }
    let rate = REVIEWS as f64 / start.elapsed().as_secs_f64();
    eprintln!("{rate:.0} reviews a second of {} bytes over {FEW} connections", review.to_string().len());
    let p99 = percentile(&taken, 0.99).as_secs_f64();
    println!("a review on the webhook's own port, {FEW} at once, p99\t{p99:.9}\tseconds");
    let (Some(idle), Some(after)) = (idle, webhook.resident()) else { panic!("the webhook shows no memory") };
    println!("serve, resident before any review\t{idle}\tbytes");
    println!("serve, resident after {REVIEWS} reviews\t{after}\tbytes");
}

fn percentile(taken: &[Duration], share: f64) -> Duration {
    let mut sorted = taken.to_vec();
    sorted.sort_unstable();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a share of a small count
    let at = (sorted.len() as f64 * share) as usize;
    sorted[at.min(sorted.len() - 1)]
}

/// User and system time of this process.
fn own_cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The name before the parenthesis may hold blanks; ticks are hundredths on Linux.
    let ticks = stat.rsplit(')').next().unwrap().split_whitespace().skip(11).take(2);
    Duration::from_millis(ticks.map(|ticks| ticks.parse::<u64>().unwrap() * 10).sum())
}

fn must(client: &Client, request: &Request) {
    let answer = client.call(request).unwrap();
    assert!(answer.status < 300, "{}", answer.text());
}

fn create(namespace: &str, pod: &Value) -> Request {
    Request::post(&format!("/api/v1/namespaces/{namespace}/pods?dryRun=All"), pod)
}

/// A pod of two containers that nobody objects to.
fn pod() -> Value {
    let container = |name: &str| {
        json!({
            "name": name,
            "image": format!("registry.example.com/{name}@sha256:{}", "0123456789abcdef".repeat(4)),
            "resources": {
                "requests": {"cpu": "10m", "memory": "64Mi", "ephemeral-storage": "64Mi"},
                "limits": {"memory": "64Mi", "ephemeral-storage": "64Mi"},
            },
            "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}},
            "securityContext": {
                "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
            },
        })
    };
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web", "labels": {"app": "web"}},
        "spec": {
            "hostUsers": false, "serviceAccountName": "web", "automountServiceAccountToken": false,
            "securityContext": {
                "runAsNonRoot": true, "runAsUser": 10_001, "runAsGroup": 10_001, "supplementalGroupsPolicy": "Strict",
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [container("web"), container("proxy")],
        },
    })
}

fn review() -> Value {
    json!({
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "request": {
            "uid": "8d4ee80c-5a34-4b53-9b5a-5cbd0dba45ef", "operation": "CREATE", "namespace": "webhook", "name": "web",
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "resource": {"group": "", "version": "v1", "resource": "pods"},
            "userInfo": {"username": "admin", "groups": ["system:masters", "system:authenticated"]},
            "dryRun": true, "object": pod(),
        },
    })
}
