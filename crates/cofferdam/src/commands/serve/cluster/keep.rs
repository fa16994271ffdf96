//! How does a change in the cluster become another state of the gate?

use std::sync::Arc;

use admission::{Gate, Log, Metrics, State};
use cluster::Snapshot;
use object::Object;

use tokio::sync::watch;

use super::lead::Statuses;
use super::policies;
use super::{Connected, facts, troubles};
use crate::commands::serve::sources::Sources;

/// The objects of one kind, told apart from another state of them by their address.
type Seen = Vec<(String, Arc<Vec<Object>>)>;

/// Follows the cluster. Never ends.
pub(super) async fn forever(
    connected: &Connected,
    statuses: watch::Sender<Statuses>,
    sources: Sources,
    gate: Arc<Gate>,
    metrics: Arc<Metrics>,
    log: Arc<Log>,
) {
    let follows_policies = sources.policies.is_empty();
    let given = Arc::new(sources.objects().unwrap_or_default());
    let mut snapshots = connected.cache.snapshots();
    let (mut policies_seen, mut facts_seen) = (None, Seen::new());
    loop {
        let snapshot = Arc::clone(&snapshots.borrow_and_update());
        gate.health().trouble("cluster", troubles(&snapshot));
        let (ours, others) = (ours(&snapshot), others(&snapshot));
        if !is_same(&others, &facts_seen) {
            facts_seen = others;
            let (snapshot, given) = (Arc::clone(&snapshot), Arc::clone(&given));
            if let Ok(facts) = tokio::task::spawn_blocking(move || Arc::new(facts(&snapshot, &given))).await {
                gate.change(|state| State { decider: Arc::clone(&state.decider), facts: Arc::clone(&facts) });
            }
        }
        if follows_policies && policies_seen.as_ref() != Some(&ours) {
            let is_first = policies_seen.replace(ours).is_none();
            let adopting = connected.adopt(&snapshot, sources.version());
            if !is_first {
                policies::tell(&adopting, &log);
            }
            let (text, is_behind) = (policies::trouble(&adopting), !adopting.behind.is_empty());
            let _ = statuses.send_replace(adopting.statuses);
            let count = adopting.policies.refused.len();
            let loaded = sources.compile_beside(adopting.policies, &gate.state().facts);
            let in_force = loaded.in_force();
            metrics.reloaded(in_force, count);
            if is_behind {
                metrics.reload_failed();
            }
            let nothing = (in_force == 0).then(|| "there is no Policy: everything is allowed".to_owned());
            gate.health().trouble("policies", text.or(nothing));
            loaded.warnings.iter().for_each(|warning| log.warn(warning, &[]));
            let decider = loaded.state.decider;
            gate.change(|state| State { decider: Arc::clone(&decider), facts: Arc::clone(&state.facts) });
            log.info("policies replaced", &[("inForce", &in_force.to_string())]);
        }
        if snapshots.changed().await.is_err() {
            log.error("the cluster is not followed any more", &[]);
            gate.health().trouble("cluster", Some("it is not followed any more".to_owned()));
            return;
        }
    }
}

const OURS: &str = "cofferdam.dev";

/// Which generation of each policy there is: a status that we write ourselves is no change.
fn ours(snapshot: &Snapshot) -> Vec<(String, Option<i64>)> {
    let known = snapshot.values().filter(|known| known.resource.group == OURS);
    let generation = |object: &Object| object.at("metadata.generation").and_then(object::Node::int);
    let uid = |object: &Object| {
        let uid = object.at("metadata.uid").and_then(object::Node::str).unwrap_or_default();
        format!("{}/{}/{uid}", object.kind(), object.name())
    };
    known.flat_map(|known| known.objects.iter().map(|object| (uid(object), generation(object)))).collect()
}

/// What is looked up.
fn others(snapshot: &Snapshot) -> Seen {
    let known = snapshot.iter().filter(|(_, known)| known.resource.group != OURS);
    known.map(|(title, known)| (title.clone(), Arc::clone(&known.objects))).collect()
}

fn is_same(now: &Seen, before: &Seen) -> bool {
    now.len() == before.len()
        && now.iter().zip(before).all(|((a, now), (b, before))| a == b && Arc::ptr_eq(now, before))
}
