//! What should whoever starts the server know?

use std::sync::Arc;

use admission::Log;
use policy::Date;
use policy::decide::Decider;
use policy::document::Policy;

/// What is taken, but does not do at the gate what its author may think.
pub(super) fn of(decider: &Decider, today: Date) -> Vec<String> {
    decider.policies().flat_map(|policy| expired(policy, today).chain(unknowing(policy))).collect()
}

fn expired(policy: &Policy, today: Date) -> impl Iterator<Item = String> {
    let over = policy.waivers.iter().filter(move |waiver| waiver.expires < today);
    over.map(|waiver| {
        let name = &policy.name;
        format!(
            "Policy `{name}`: the waiver of `{}` expired on {}, it waives nothing",
            waiver.check, waiver.expires
        )
    })
}

fn unknowing(policy: &Policy) -> impl Iterator<Item = String> {
    let among = policy.checks.keys().filter_map(|id| Some((id, check::needs(id)?)));
    among.map(|(id, needs)| {
        let (name, kinds) = (&policy.name, needs.kinds);
        let of = if needs.pods_without { " of anything but pods" } else { "" };
        format!(
            "Policy `{name}`: `{id}` looks at {kinds}, which a webhook does not know: here it says nothing{of}, \
             `cofferdam check` does"
        )
    })
}

/// Shown to probes while some of the documents are refused.
pub(super) fn refused(count: usize) -> Option<String> {
    (count > 0).then(|| format!("{count} documents are refused, see the log of the start"))
}

/// Lets a panic say where it happened in the log, and nothing of what it was about.
pub(super) fn on_panic(log: &Arc<Log>) {
    let log = Arc::clone(log);
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map_or_else(|| "somewhere".to_owned(), ToString::to_string);
        log.error("panic", &[("at", &place)]);
    }));
}
