//! `cofferdam serve`: decide about requests of an API server.

mod cluster;
mod sources;
mod warnings;
mod watch;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use admission::{
    CertificateStore, Certificates, Files, Form, Gate, InMemory, Limits, Log, Metrics, SelfSigned, Server,
};
use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

use self::cluster::Connected;
use self::sources::Sources;
use self::watch::Knows;
use crate::cli::ServeArgs;
use crate::exit::Outcome;
use crate::ui::Ui;

/// Threads for what may take long; each waits for memory before it begins.
const SLOW_THREADS: usize = 8;

/// How long the end may wait for the API server.
const FAREWELL: Duration = Duration::from_secs(2);

pub(crate) fn run(args: &ServeArgs, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .max_blocking_threads(SLOW_THREADS)
        .enable_all()
        .build()
        .context("starting threads")?;
    let form = if std::io::stderr().is_terminal() { Form::Text } else { Form::Json };
    let log = Arc::new(Log::new(args.log_level.into(), form, Box::new(std::io::stderr())));
    warnings::on_panic(&log);
    let connected = runtime.block_on(Connected::of(args))?;
    let sources = Sources::new(args, connected.as_ref().map(|connected| connected.release));
    let seen = sources.fingerprint();
    let loaded = match &connected {
        Some(connected) if args.crd => connected.first(&sources, &log)?,
        Some(connected) => sources.first(ui)?.knowing(connected.facts(&sources)?),
        None => sources.first(ui)?,
    };
    let metrics = Arc::new(Metrics::default());
    metrics.policies(loaded.in_force(), loaded.refused);
    let mut gate = Gate::new(loaded.state, Limits::default(), Arc::clone(&metrics), Arc::clone(&log));
    if let Some(connected) = &connected {
        let _within = runtime.enter();
        gate = gate.with_live(connected.live()).telling(connected.denials(&log));
    }
    let gate = Arc::new(gate);
    gate.health().trouble("policies", warnings::refused(loaded.refused));
    runtime.block_on(async {
        let knows = if connected.is_some() { Knows::Cluster } else { Knows::Files };
        if !args.crd {
            let (sources, gate, metrics) = (sources.clone(), Arc::clone(&gate), Arc::clone(&metrics));
            tokio::spawn(watch::keep(sources, seen, knows, gate, metrics, Arc::clone(&log)));
        }
        let store = connected.as_ref().and_then(Connected::store);
        let candidate = connected.as_ref().and_then(Connected::candidate);
        let mut kept = None;
        if let Some(connected) = connected {
            let (gate, metrics, log) = (Arc::clone(&gate), Arc::clone(&metrics), Arc::clone(&log));
            kept = Some(tokio::spawn(connected.keep(sources, gate, metrics, log)));
        }
        let served = serve(args, store, gate, metrics, log).await;
        // Another replica need not wait for a lease that nobody renews any more.
        kept.inspect(JoinHandle::abort);
        if let Some(mut candidate) = candidate {
            let _ = tokio::time::timeout(FAREWELL, candidate.resign()).await;
        }
        served
    })?;
    // What is still computed for somebody who has gone is not waited for.
    runtime.shutdown_background();
    Ok(Outcome::Clean)
}

async fn serve(
    args: &ServeArgs,
    store: Option<Arc<dyn CertificateStore>>,
    gate: Arc<Gate>,
    metrics: Arc<Metrics>,
    log: Arc<Log>,
) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
    let certificates = Certificates::new(metrics);
    certify(args, store, &certificates, &log).await?;
    let server = Server::bind(gate, args.listen, Some(args.metrics), &certificates).await?;
    let server = server.draining(args.drain);
    let shown = |address: Option<std::net::SocketAddr>| address.map(|a| a.to_string()).unwrap_or_default();
    let (reviews, figures) = server.addresses();
    log.info("serving", &[("listen", &shown(reviews)), ("metrics", &shown(figures))]);
    server
        .run(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
        .await;
    Ok(())
}

async fn certify(
    args: &ServeArgs,
    store: Option<Arc<dyn CertificateStore>>,
    certificates: &Arc<Certificates>,
    log: &Arc<Log>,
) -> anyhow::Result<()> {
    let (certificates, log) = (Arc::clone(certificates), Arc::clone(log));
    if let (Some(certificate), Some(key)) = (&args.tls_cert, &args.tls_key) {
        let files = Files::begin(certificate.clone(), key.clone(), certificates, log)?;
        tokio::spawn(files.keep());
        return Ok(());
    }
    let names: Vec<String> = args.self_signed.iter().flat_map(|name| names(name)).collect();
    let store = store.unwrap_or_else(|| Arc::new(InMemory::new(args.ca_out.clone())));
    let own = SelfSigned::begin(store, names, args.cert_lifetime, certificates, log).await?;
    tokio::spawn(own.keep());
    Ok(())
}

/// A Service has a long name, too.
fn names(name: &str) -> Vec<String> {
    let long = name.strip_suffix(".svc").map(|_| format!("{name}.cluster.local"));
    [name.to_owned()].into_iter().chain(long).collect()
}

/// The paths of a list, as a log shows them.
fn shown(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| crate::input::shown(path)).collect();
    paths.join(", ")
}
