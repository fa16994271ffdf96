//! How does a test ask an API server, one question or four thousand?
//!
//! HTTP/1.1 over connections that are kept: what is measured is the server, not handshakes.

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue, WARNING};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio_rustls::TlsConnector;

pub use hyper::Method;

use super::certificates::{Authority, Pair};

/// An answer that takes longer is none.
const PATIENCE: Duration = Duration::from_mins(1);

/// A client of one server; copies share its connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    runtime: Runtime,
    address: SocketAddr,
    connector: TlsConnector,
    idle: Mutex<Vec<SendRequest<Full<Bytes>>>>,
}

/// A question.
#[derive(Clone, Debug)]
pub struct Request {
    method: Method,
    path: String,
    body: Bytes,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
    /// The texts of the `Warning` headers.
    pub warnings: Vec<String>,
    /// From the first byte sent to the last received, on a connection that was open.
    pub took: Duration,
}

impl Request {
    /// A request without a body.
    pub fn new(method: Method, path: &str) -> Self {
        Self { method, path: path.to_owned(), body: Bytes::new(), headers: Vec::new() }
    }

    /// Reads.
    pub fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    /// Creates.
    pub fn post(path: &str, body: &Value) -> Self {
        Self::new(Method::POST, path).json(body)
    }

    /// Replaces.
    pub fn put(path: &str, body: &Value) -> Self {
        Self::new(Method::PUT, path).json(body)
    }

    /// Removes.
    pub fn delete(path: &str) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// With this body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.raw("application/json", body.to_string())
    }

    /// With these bytes, said to be of this type.
    #[must_use]
    pub fn raw(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.headers.push((CONTENT_TYPE, HeaderValue::from_static(content_type)));
        self
    }

    /// As somebody else.
    #[must_use]
    pub fn impersonating(mut self, user: &str, groups: &[String]) -> Self {
        let mut add = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                self.headers.push((HeaderName::from_static(name), value));
            }
        };
        add("impersonate-user", user);
        for group in groups {
            add("impersonate-group", group);
        }
        self
    }
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The message of a `Status`; empty if the body is none.
    pub fn message(&self) -> String {
        self.json().pointer("/message").and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.0.address)
    }
}

impl Client {
    /// A client that trusts an authority, and is known by a certificate if one is given.
    ///
    /// # Errors
    /// When the certificate is of no use, or no runtime can be started.
    pub fn new(address: SocketAddr, authority: &Authority, own: Option<&Pair>) -> Result<Self, String> {
        Self::trusting(address, vec![authority.der()], own)
    }

    /// A client that trusts these authorities, each as DER.
    ///
    /// # Errors
    /// When a certificate is of no use, or no runtime can be started.
    pub fn trusting(address: SocketAddr, roots: Vec<Vec<u8>>, own: Option<&Pair>) -> Result<Self, String> {
        let failed = |error: &dyn fmt::Display| format!("preparing a client of {address}: {error}");
        let mut store = rustls::RootCertStore::empty();
        for root in roots {
            store.add(CertificateDer::from(root)).map_err(|error| failed(&error))?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(&error))?
            .with_root_certificates(store);
        let config = match own {
            Some(pair) => {
                let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(pair.der.1.clone()));
                let chain = vec![CertificateDer::from(pair.der.0.clone())];
                config.with_client_auth_cert(chain, key).map_err(|error| failed(&error))?
            }
            None => config.with_no_client_auth(),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        Ok(Self(Arc::new(Inner {
            runtime: runtime.map_err(|error| failed(&error))?,
            address,
            connector: TlsConnector::from(Arc::new(config)),
            idle: Mutex::new(Vec::new()),
        })))
    }

    /// Asks once.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn call(&self, request: &Request) -> Result<Answer, String> {
        self.0.runtime.block_on(self.0.ask(request))
    }

    /// Asks all of them over so many connections; the answers come in the order of the questions.
    ///
    /// Every connection is open before the first question is sent.
    pub fn each(&self, requests: &[Request], connections: usize) -> Vec<Result<Answer, String>> {
        let next = Arc::new(AtomicUsize::new(0));
        let requests: Arc<[Request]> = requests.into();
        self.0.runtime.block_on(async {
            self.0.open(connections.min(requests.len())).await;
            let workers: Vec<_> = (0..connections)
                .map(|_| {
                    let (inner, next, requests) = (self.0.clone(), next.clone(), requests.clone());
                    tokio::spawn(async move {
                        let mut answers = Vec::new();
                        loop {
                            let at = next.fetch_add(1, Ordering::Relaxed);
                            let Some(request) = requests.get(at) else { return answers };
                            answers.push((at, inner.ask(request).await));
                        }
                    })
                })
                .collect();
            let mut answers = Vec::new();
            for worker in workers {
                answers.extend(worker.await.unwrap_or_default());
            }
            answers.sort_by_key(|(at, _)| *at);
            answers.into_iter().map(|(_, answer)| answer).collect()
        })
    }
}

impl Inner {
    async fn open(&self, connections: usize) {
        while self.idle.lock().map_or(connections, |idle| idle.len()) < connections {
            match self.connect().await {
                Ok(connection) => self.keep(connection),
                // Who asks next meets the same trouble, and says it.
                Err(_) => return,
            }
        }
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, String> {
        let failed = |error: &dyn fmt::Display| format!("connecting to {}: {error}", self.address);
        let stream = TcpStream::connect(self.address).await.map_err(|error| failed(&error))?;
        stream.set_nodelay(true).map_err(|error| failed(&error))?;
        let name = ServerName::from(self.address.ip());
        let stream = self.connector.connect(name, stream).await.map_err(|error| failed(&error))?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|error| failed(&error))?;
        tokio::spawn(connection);
        Ok(sender)
    }

    fn keep(&self, connection: SendRequest<Full<Bytes>>) {
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(connection);
        }
    }

    /// A connection that the server has not closed meanwhile.
    fn kept(&self) -> Option<SendRequest<Full<Bytes>>> {
        let mut idle = self.idle.lock().ok()?;
        while let Some(connection) = idle.pop() {
            if connection.is_ready() {
                return Some(connection);
            }
        }
        None
    }

    async fn ask(&self, request: &Request) -> Result<Answer, String> {
        let Request { method, path, .. } = request;
        let asked = tokio::time::timeout(PATIENCE, self.exchange(request)).await;
        match asked {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(format!("{method} {path}: {error}")),
            Err(_) => Err(format!("{method} {path}: no answer in {} s", PATIENCE.as_secs())),
        }
    }

    async fn exchange(&self, request: &Request) -> Result<Answer, String> {
        let mut connection = match self.kept() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let mut built = hyper::Request::builder()
            .method(request.method.clone())
            .uri(&request.path)
            .header(HOST, self.address.to_string())
            .body(Full::new(request.body.clone()))
            .map_err(|error| error.to_string())?;
        for (name, value) in &request.headers {
            built.headers_mut().append(name.clone(), value.clone());
        }
        let start = Instant::now();
        let answer = connection.send_request(built).await.map_err(|error| error.to_string())?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        let took = start.elapsed();
        self.keep(connection);
        let warnings = parts.headers.get_all(WARNING).iter();
        let warnings = warnings.filter_map(|value| warning(&String::from_utf8_lossy(value.as_bytes())));
        Ok(Answer { status: parts.status.as_u16(), body, warnings: warnings.collect(), took })
    }
}

/// The text of `299 - "text"`, quotes and backslashes taken back.
fn warning(header: &str) -> Option<String> {
    let quoted = header.splitn(3, ' ').nth(2)?.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        text.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::warning;

    #[test]
    fn a_warning_is_what_stands_between_the_quotes() {
        assert_eq!(warning(r#"299 - "say \"no\" \\ twice""#).as_deref(), Some(r#"say "no" \ twice"#));
        assert_eq!(warning("299"), None);
    }
}
