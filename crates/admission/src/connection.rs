//! How long may a connection last, and how does it end?

use std::convert::Infallible;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{sleep_until, timeout};

use crate::answer::{Answer, Door, typed};
use crate::gate::Gate;
use crate::limits::Limits;
use crate::peers::Peer;

/// Bytes of the headers of one request; the API server sends a few hundred.
const HEADERS: u32 = 16 << 10;
/// From being told to end to being cut off, where nothing is under way.
const FAREWELL: Duration = Duration::from_secs(1);

/// What a connection is for.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) gate: Arc<Gate>,
    peer: Option<Arc<Peer>>,
}

impl Service {
    pub(crate) fn reviews(gate: Arc<Gate>, peer: Peer) -> Self {
        Self { gate, peer: Some(Arc::new(peer)) }
    }

    pub(crate) fn figures(gate: Arc<Gate>) -> Self {
        Self { gate, peer: None }
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Answer, Infallible> {
        if let Some(peer) = self.peer {
            return Door { gate: self.gate, peer }.answer(request).await;
        }
        let found = self.gate.health().answer_with_figures(request.uri().path());
        let nothing = || {
            let text = "see /healthz, /readyz and /metrics\n".to_owned();
            typed(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", text)
        };
        Ok(found.unwrap_or_else(nothing))
    }
}

/// Answers what comes over a stream until it ends, nothing comes for too long, or the server closes.
pub(crate) async fn serve<S>(stream: S, service: Service, mut closing: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let gate = Arc::clone(&service.gate);
    gate.metrics.connections(1);
    let activity = Arc::new(Activity::new(&gate.limits));
    let counted = Arc::clone(&activity);
    let answer = service_fn(move |request| {
        let (service, begun) = (service.clone(), Begun::new(&counted));
        async move {
            let answer = service.answer(request).await;
            drop(begun);
            answer
        }
    });
    let builder = builder(&gate.limits);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), answer));
    let is_closing = async {
        // The sender lives as long as the server.
        let _ = closing.wait_for(|closing| *closing).await;
    };
    let is_told_to_end = tokio::select! {
        // What goes wrong within a connection is the client's to know.
        _ = connection.as_mut() => false,
        () = is_closing => true,
        () = activity.ceases() => true,
    };
    if is_told_to_end {
        connection.as_mut().graceful_shutdown();
        while timeout(FAREWELL, connection.as_mut()).await.is_err() && activity.is_busy() {}
    }
    gate.metrics.connections(-1);
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.headers)
        .max_buf_size(HEADERS as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(HEADERS)
        .keep_alive_interval(limits.idle / 4)
        .keep_alive_timeout(limits.headers);
    builder
}

/// Whether anything goes on in a connection.
#[derive(Debug)]
struct Activity {
    under_way: AtomicUsize,
    /// When it is given up unless something begins.
    until: Mutex<Instant>,
    idle: Duration,
}

impl Activity {
    fn new(limits: &Limits) -> Self {
        let until = Mutex::new(Instant::now() + limits.headers);
        Self { under_way: AtomicUsize::new(0), until, idle: limits.idle }
    }

    fn is_busy(&self) -> bool {
        self.under_way.load(Ordering::Acquire) > 0
    }

    /// Ends when nothing was under way for too long.
    async fn ceases(&self) {
        loop {
            let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
            if until <= Instant::now() && !self.is_busy() {
                return;
            }
            let until = until.max(Instant::now() + Duration::from_millis(100));
            sleep_until(until.into()).await;
        }
    }
}

/// A request under way.
struct Begun(Arc<Activity>);

impl Begun {
    fn new(activity: &Arc<Activity>) -> Self {
        activity.under_way.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(activity))
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        *self.0.until.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now() + self.0.idle;
        self.0.under_way.fetch_sub(1, Ordering::AcqRel);
    }
}
