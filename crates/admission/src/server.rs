//! How does the server begin, and how does it end?
//!
//! It ends in steps: probes fail at once, so that nobody new comes; for a while it answers as before, since not
//! everybody knows yet; then connections are told to finish, and what is under way is waited for.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::certificate::Certificates;
use crate::connection::{self, Service};
use crate::gate::Gate;
use crate::limits::Limits;
use crate::peers::Peers;

/// Why the server could not begin.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address is taken, or not ours.
    #[error("listening on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The TLS library refuses what it was given.
    #[error("setting up TLS")]
    Tls(#[from] rustls::Error),
}

/// A server that listens, and does not answer before it runs.
pub struct Server {
    gate: Arc<Gate>,
    reviews: TcpListener,
    figures: Option<TcpListener>,
    tls: TlsAcceptor,
    /// How long it answers on when it is to end.
    drain: Duration,
}

/// Connections of probes and scrapers at once, and of one address: nobody may keep the kubelet from its probe.
const WATCHERS: usize = 128;
const WATCHERS_OF_PEER: usize = 8;

impl Server {
    /// Listens for reviews, and for probes and scrapers if they have an address of their own.
    ///
    /// # Errors
    /// When an address cannot be listened on, or TLS not be set up.
    pub async fn bind(
        gate: Arc<Gate>,
        reviews: SocketAddr,
        figures: Option<SocketAddr>,
        certificates: &Arc<Certificates>,
    ) -> Result<Self, ServerError> {
        let figures = match figures {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let tls = TlsAcceptor::from(Arc::new(tls(certificates)?));
        Ok(Self { gate, reviews: listen(reviews).await?, figures, tls, drain: Duration::from_secs(5) })
    }

    /// The same, answering on so long when it is to end.
    #[must_use]
    pub fn draining(self, drain: Duration) -> Self {
        Self { drain, ..self }
    }

    /// Where reviews are listened for, and where probes are.
    pub fn addresses(&self) -> (Option<SocketAddr>, Option<SocketAddr>) {
        let figures = self.figures.as_ref().and_then(|listener| listener.local_addr().ok());
        (self.reviews.local_addr().ok(), figures)
    }

    /// Answers until `end` comes, and then to the end.
    pub async fn run(self, end: impl Future<Output = ()>) {
        let Self { gate, reviews, figures, tls, drain } = self;
        let limits = &gate.limits;
        let (closing, watch_closing) = watch::channel(false);
        let room = Arc::new(Semaphore::new(limits.connections));
        let listening = Listening {
            peers: Peers::new(limits),
            room: Arc::clone(&room),
            gate: Arc::clone(&gate),
            tls,
            closing: watch_closing.clone(),
        };
        let accepting = tokio::spawn(accept(reviews, listening));
        let watching =
            figures.map(|figures| tokio::spawn(watch_over(figures, Arc::clone(&gate), watch_closing)));
        end.await;
        gate.health().drain();
        gate.log.info("draining", &[]);
        sleep(drain).await;
        accepting.abort();
        // Nobody is left to hear it when every connection is gone.
        let _ = closing.send(true);
        let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
        if timeout(limits.last_answers, room.acquire_many(all)).await.is_err() {
            gate.log.warn("connections were cut off", &[]);
        }
        if let Some(watching) = watching {
            watching.abort();
        }
        gate.log.info("drained", &[]);
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, ServerError> {
    TcpListener::bind(address).await.map_err(|source| ServerError::Listen { address, source })
}

fn tls(certificates: &Arc<Certificates>) -> Result<ServerConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::clone(certificates) as _);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// What a connection for reviews needs.
struct Listening {
    peers: Arc<Peers>,
    room: Arc<Semaphore>,
    gate: Arc<Gate>,
    tls: TlsAcceptor,
    closing: watch::Receiver<bool>,
}

async fn accept(listener: TcpListener, listening: Listening) {
    loop {
        let Some((stream, address)) = next(&listener, &listening.gate).await else { continue };
        let metrics = &listening.gate.metrics;
        let Ok(place) = Arc::clone(&listening.room).try_acquire_owned() else {
            metrics.connection_refused("connections");
            continue;
        };
        let Some(peer) =
            listening.peers.connect(address.ip().to_canonical(), listening.room.available_permits())
        else {
            metrics.connection_refused("connections of one address");
            continue;
        };
        let service = Service::reviews(Arc::clone(&listening.gate), peer);
        let (tls, closing) = (listening.tls.clone(), listening.closing.clone());
        tokio::spawn(async move {
            secured(stream, tls, service, closing).await;
            drop(place);
        });
    }
}

/// The next connection. One that broke off before it was taken, or that there is no descriptor for, is not the end.
async fn next(listener: &TcpListener, gate: &Gate) -> Option<(TcpStream, SocketAddr)> {
    match listener.accept().await {
        Ok((stream, address)) => {
            let _ = stream.set_nodelay(true);
            Some((stream, address))
        }
        Err(error) => {
            gate.metrics.connection_refused("not accepted");
            gate.log.warn("a connection was not accepted", &[("error", &error.to_string())]);
            sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

async fn secured(stream: TcpStream, tls: TlsAcceptor, service: Service, closing: watch::Receiver<bool>) {
    let (limits, metrics) = (&service.gate.limits, &service.gate.metrics);
    let stream = match timeout(limits.handshake, tls.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            metrics.tls_failed(reason(&error));
            service.gate.log.debug("TLS handshake failed", &[("error", &error.to_string())]);
            return;
        }
        Err(_) => return metrics.tls_failed("too slow"),
    };
    connection::serve(stream, service, closing).await;
}

/// A few words: a label may not take whatever a client makes us say.
fn reason(error: &std::io::Error) -> &'static str {
    use rustls::Error;
    match error.get_ref().and_then(|error| error.downcast_ref::<Error>()) {
        Some(Error::InvalidMessage(_)) => "not TLS",
        Some(Error::AlertReceived(_)) => "refused by the client",
        Some(_) => "no agreement",
        None => "broken off",
    }
}

/// Probes and scrapers, without TLS: nothing there is secret, and kubelets know no certificate of ours.
async fn watch_over(listener: TcpListener, gate: Arc<Gate>, closing: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(WATCHERS));
    let peers = Peers::new(&Limits { connections_of_peer: WATCHERS_OF_PEER, ..gate.limits.clone() });
    loop {
        let Some((stream, address)) = next(&listener, &gate).await else { continue };
        let place = Arc::clone(&room).try_acquire_owned().ok();
        let Some(held) = place.zip(peers.connect(address.ip().to_canonical(), room.available_permits()))
        else {
            gate.metrics.connection_refused("watchers");
            continue;
        };
        let (service, closing) = (Service::figures(Arc::clone(&gate)), closing.clone());
        tokio::spawn(async move {
            connection::serve(stream, service, closing).await;
            drop(held);
        });
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("addresses", &self.addresses()).finish_non_exhaustive()
    }
}
