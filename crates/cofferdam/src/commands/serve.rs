//! `cofferdam serve`: decide about requests of an API server.

mod sources;
mod warnings;
mod watch;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use admission::{Certificates, Files, Form, Gate, InMemory, Limits, Log, Metrics, SelfSigned, Server};
use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

use self::sources::Sources;
use crate::cli::ServeArgs;
use crate::exit::Outcome;
use crate::ui::Ui;

/// Threads for what may take long; each waits for memory before it begins.
const SLOW_THREADS: usize = 8;

pub(crate) fn run(args: &ServeArgs, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let sources = Sources::new(args);
    let seen = sources.fingerprint();
    let loaded = sources.first(ui)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .max_blocking_threads(SLOW_THREADS)
        .enable_all()
        .build()
        .context("starting threads")?;
    let form = if std::io::stderr().is_terminal() { Form::Text } else { Form::Json };
    let log = Arc::new(Log::new(args.log_level.into(), form, Box::new(std::io::stderr())));
    warnings::on_panic(&log);
    let metrics = Arc::new(Metrics::default());
    metrics.policies(loaded.in_force(), loaded.refused);
    let gate = Gate::new(loaded.state, Limits::default(), Arc::clone(&metrics), Arc::clone(&log));
    let gate = Arc::new(gate);
    gate.health().trouble("policies", warnings::refused(loaded.refused));
    runtime.block_on(async {
        tokio::spawn(watch::keep(sources, seen, Arc::clone(&gate), Arc::clone(&metrics), Arc::clone(&log)));
        serve(args, gate, metrics, log).await
    })?;
    // What is still computed for somebody who has gone is not waited for.
    runtime.shutdown_background();
    Ok(Outcome::Clean)
}

async fn serve(
    args: &ServeArgs,
    gate: Arc<Gate>,
    metrics: Arc<Metrics>,
    log: Arc<Log>,
) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
    let certificates = Certificates::new(metrics);
    certify(args, &certificates, &log).await?;
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

async fn certify(args: &ServeArgs, certificates: &Arc<Certificates>, log: &Arc<Log>) -> anyhow::Result<()> {
    let (certificates, log) = (Arc::clone(certificates), Arc::clone(log));
    if let (Some(certificate), Some(key)) = (&args.tls_cert, &args.tls_key) {
        let files = Files::begin(certificate.clone(), key.clone(), certificates, log)?;
        tokio::spawn(files.keep());
        return Ok(());
    }
    let names: Vec<String> = args.self_signed.iter().flat_map(|name| names(name)).collect();
    let store = Arc::new(InMemory::new(args.ca_out.clone()));
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
