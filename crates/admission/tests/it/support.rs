//! A server on loopback, and clients that trust it.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use admission::{
    CertificateStore, Certificates, Form, Gate, InMemory, Level, Limits, Log, Metrics, SelfSigned, Server,
    State,
};
use bytes::Bytes;
use finding::{Finding, Source};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use object::{Inventory, Object, Version};
use policy::decide::{Decider, Facts, Rules};
use policy::document::{Policies, Policy};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A server under test.
pub(crate) struct Running {
    pub(crate) gate: Arc<Gate>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) certificates: Arc<Certificates>,
    pub(crate) store: Arc<InMemory>,
    pub(crate) log: Lines,
    pub(crate) reviews: SocketAddr,
    pub(crate) figures: SocketAddr,
    pub(crate) end: oneshot::Sender<()>,
    pub(crate) task: JoinHandle<()>,
}

/// What was logged.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A policy of this `spec`, with the checks that there are.
pub(crate) fn policy(spec: &str) -> State {
    state(spec, &check::compile_for_gate)
}

/// The same, with rules of the test's own.
pub(crate) fn ruled(rules: impl Fn(&Object) -> Vec<Finding> + Send + Sync + 'static) -> State {
    let rules = Arc::new(rules);
    state("{checks: {host-port: enforce}}", &move |_: &Policy, _| Box::new(Ruled(Arc::clone(&rules) as _)))
}

fn state(spec: &str, compile: &policy::decide::Compile<'_>) -> State {
    let text =
        format!("{{apiVersion: cofferdam.dev/v1alpha1, kind: Policy, metadata: {{name: p}}, spec: {spec}}}");
    documents(&text, compile, Vec::new())
}

/// Policies of some documents, and what is known of the cluster.
pub(crate) fn documents(text: &str, compile: &policy::decide::Compile<'_>, objects: Vec<Object>) -> State {
    let source = Arc::new(Source::file("p.yaml", text.to_owned()));
    let policies = Policies::read(&[source], &check::Known, "2026-11-22".parse().unwrap());
    assert_eq!(policies.errors, [], "{text}");
    let decider = Decider::new(policies, Version::NEWEST, compile);
    State { decider: Arc::new(decider), facts: Arc::new(Facts::of(Inventory::new(objects))) }
}

type Judge = Arc<dyn Fn(&Object) -> Vec<Finding> + Send + Sync>;

struct Ruled(Judge);

impl std::fmt::Debug for Ruled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ruled")
    }
}

impl Rules for Ruled {
    fn judge(&self, object: &Object, _: &Inventory) -> Vec<Finding> {
        (self.0)(object)
    }
}

/// Starts a server with a certificate for 127.0.0.1.
pub(crate) async fn start(state: State, limits: Limits) -> Running {
    start_as(state, limits, |gate| gate, Duration::from_hours(1)).await
}

pub(crate) async fn start_as(
    state: State,
    limits: Limits,
    finish: impl FnOnce(Gate) -> Gate,
    lifetime: Duration,
) -> Running {
    let (metrics, lines) = (Arc::new(Metrics::default()), Lines::default());
    let log = Arc::new(Log::new(Level::Debug, Form::Json, Box::new(lines.clone())));
    let gate = Arc::new(finish(Gate::new(state, limits, Arc::clone(&metrics), Arc::clone(&log))));
    let certificates = Certificates::new(Arc::clone(&metrics));
    let store = Arc::new(InMemory::new(None));
    let own = SelfSigned::begin(
        Arc::clone(&store) as Arc<dyn CertificateStore>,
        vec!["127.0.0.1".to_owned()],
        lifetime,
        Arc::clone(&certificates),
        log,
    );
    tokio::spawn(own.await.unwrap().keep());
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = Server::bind(Arc::clone(&gate), any, Some(any), &certificates).await.unwrap();
    let server = server.draining(Duration::from_millis(200));
    let (reviews, figures) = server.addresses();
    let (end, ended) = oneshot::channel();
    let task = tokio::spawn(server.run(async {
        let _ = ended.await;
    }));
    let (reviews, figures) = (reviews.unwrap(), figures.unwrap());
    Running { gate, metrics, certificates, store, log: lines, reviews, figures, end, task }
}

/// One client with one connection, as the API server has.
pub(crate) struct Client(http2::SendRequest<Full<Bytes>>);

impl Running {
    /// TLS to the server, trusting what it publishes now.
    pub(crate) async fn tls(&self, protocol: &str) -> std::io::Result<TlsStream<TcpStream>> {
        let held = self.store.load().await.unwrap().unwrap().held;
        let mut roots = rustls::RootCertStore::empty();
        for authority in CertificateDer::pem_slice_iter(held.bundle().as_bytes()) {
            roots.add(authority.unwrap()).unwrap();
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let stream = TcpStream::connect(self.reviews).await?;
        let name = ServerName::try_from("127.0.0.1").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }

    pub(crate) async fn client(&self) -> Client {
        let stream = TokioIo::new(self.tls("h2").await.unwrap());
        let (sender, connection) = http2::handshake(TokioExecutor::new(), stream).await.unwrap();
        tokio::spawn(connection);
        Client(sender)
    }

    /// The answer over HTTP/1.1, on a connection of its own.
    pub(crate) async fn ask_http1(&self, request: Request<Full<Bytes>>) -> (u16, Value) {
        let stream = TokioIo::new(self.tls("http/1.1").await.unwrap());
        let (mut sender, connection) = http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        read(sender.send_request(request).await.unwrap()).await
    }

    /// What probes and scrapers read.
    pub(crate) async fn figures(&self, path: &str) -> (u16, String) {
        let stream = TokioIo::new(TcpStream::connect(self.figures).await.unwrap());
        let (mut sender, connection) = http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let request = Request::get(path).header("host", "x").body(Full::new(Bytes::new())).unwrap();
        let response = sender.send_request(request).await.unwrap();
        let code = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (code, String::from_utf8(body.to_vec()).unwrap())
    }

    /// The value of a figure, labels included in its name; 0 where it is not shown.
    pub(crate) fn figure(&self, name: &str) -> u64 {
        let text = self.metrics.text();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0, |value| value.parse().unwrap())
    }
}

impl Client {
    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<(u16, Value)> {
        self.0.ready().await?;
        Ok(read(self.0.send_request(request).await?).await)
    }

    pub(crate) async fn ask(&mut self, path: &str, body: impl Into<Bytes>) -> (u16, Value) {
        self.send(post(path, body)).await.unwrap()
    }
}

impl Clone for Client {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

pub(crate) fn post(path: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let request = Request::post(format!("https://127.0.0.1{path}"));
    let request = request.header("host", "127.0.0.1").header("content-type", "application/json");
    request.body(Full::new(body.into())).unwrap()
}

async fn read(response: Response<Incoming>) -> (u16, Value) {
    let code = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let value = serde_json::from_slice(&body);
    (code, value.unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned())))
}

/// A review of a pod that is made.
#[allow(clippy::needless_pass_by_value)] // written in place
pub(crate) fn review(uid: &str, spec: Value) -> String {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}, "spec": spec});
    review_of(uid, "CREATE", ("Pod", "pods"), json!({"object": pod}))
}

/// A review of something of the core group.
#[allow(clippy::needless_pass_by_value)] // written in place
pub(crate) fn review_of(
    uid: &str,
    operation: &str,
    (kind, resource): (&str, &str),
    objects: Value,
) -> String {
    let mut request = json!({
        "uid": uid, "operation": operation, "name": "web", "namespace": "shop",
        "kind": {"group": "", "version": "v1", "kind": kind},
        "resource": {"group": "", "version": "v1", "resource": resource},
        "userInfo": {"username": "alice"},
    });
    request.as_object_mut().unwrap().extend(objects.as_object().unwrap().clone());
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}).to_string()
}

/// A pod that only takes a port on the node.
pub(crate) fn with_host_port() -> Value {
    json!({"containers": [{"name": "a", "image": "i", "ports": [{"containerPort": 80, "hostPort": 80}]}]})
}

pub(crate) fn harmless() -> Value {
    json!({"containers": [{"name": "a", "image": "i"}]})
}

pub(crate) fn allowed(answer: &(u16, Value)) -> bool {
    assert_eq!(answer.0, 200, "{}", answer.1);
    answer.1["response"]["allowed"].as_bool().unwrap()
}
