//! How are policies replaced while requests come in?

use std::sync::Arc;
use std::time::Duration;

use admission::{Gate, Log, Metrics, State};

use super::sources::{Loaded, Sources};
use super::{shown, warnings};

/// Between two looks. A look reads the files: a mounted ConfigMap is swapped through a link of which no
/// notification tells.
const PAUSE: Duration = Duration::from_millis(1500);

/// Where what is looked up comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Knows {
    /// Files that were given; they are read again with the policies.
    Files,
    /// The cluster, which is followed by somebody else.
    Cluster,
}

/// Reads policies again whenever their files hold something else. Never ends.
pub(super) async fn keep(
    sources: Sources,
    mut seen: u64,
    knows: Knows,
    gate: Arc<Gate>,
    metrics: Arc<Metrics>,
    log: Arc<Log>,
) {
    loop {
        tokio::time::sleep(PAUSE).await;
        let own = sources.clone();
        let look = move || {
            let found = own.fingerprint();
            (found != seen).then(|| (found, own.again()))
        };
        let Ok(looked) = tokio::task::spawn_blocking(look).await else {
            log.error("reading policies panicked, those before hold", &[]);
            metrics.reload_failed();
            continue;
        };
        let Some((found, read)) = looked else { continue };
        seen = found;
        let from = shown(&sources.policies);
        match read {
            Ok(loaded) => take(loaded, knows, &from, &gate, &metrics, &log),
            Err(error) => {
                let why = format!("{error:#}");
                metrics.reload_failed();
                let text = format!("what is written now is refused, what was before holds: {why}");
                gate.health().trouble("policies", Some(text));
                log.error("policies refused, those before hold", &[("policies", &from), ("error", &why)]);
            }
        }
    }
}

fn take(loaded: Loaded, knows: Knows, from: &str, gate: &Gate, metrics: &Metrics, log: &Log) {
    let in_force = loaded.in_force();
    metrics.reloaded(in_force, loaded.refused);
    gate.health().trouble("policies", warnings::refused(loaded.refused));
    for warning in &loaded.warnings {
        log.warn(warning, &[]);
    }
    match knows {
        Knows::Files => gate.swap(loaded.state),
        Knows::Cluster => gate.change(|state| {
            let (decider, facts) = (Arc::clone(&loaded.state.decider), Arc::clone(&state.facts));
            State { decider, facts }
        }),
    }
    log.info("policies replaced", &[("policies", from), ("inForce", &in_force.to_string())]);
}
