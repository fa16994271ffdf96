//! Which of the `Policy` objects are in force, and what do their authors read about it?

use std::collections::BTreeMap;

use admission::Log;
use check::Known;
use cluster::{Acceptance, Snapshot};
use object::{Object, Read, Version};
use policy::Date;
use policy::document::{Policies, Reading};

/// The last state of each policy that was in force: while its author mends a mistake, that one holds.
#[derive(Default)]
pub(super) struct Adopted(BTreeMap<String, Object>);

/// What came of reading.
pub(super) struct Adopting {
    pub(super) policies: Policies,
    /// What is to be said in the status of each policy.
    pub(super) statuses: BTreeMap<String, Acceptance>,
}

impl Adopted {
    /// Reads the policies of a snapshot.
    pub(super) fn read(&mut self, snapshot: &Snapshot, release: Version) -> Adopting {
        let of = |title: &str| snapshot.get(title).map(|known| known.objects.as_slice()).unwrap_or_default();
        let others = of("podsecuritypolicies.cofferdam.dev");
        let (mut chosen, mut statuses) = (Vec::new(), BTreeMap::new());
        for policy in of("policies.cofferdam.dev") {
            let name = policy.name().to_owned();
            let alone = read([policy], others, release);
            if alone.errors.is_empty() {
                statuses.insert(name.clone(), Acceptance::Accepted);
                self.0.insert(name, policy.clone());
                chosen.push(policy.clone());
                continue;
            }
            let errors: Vec<String> = alone.errors.iter().map(ToString::to_string).collect();
            let before = self.0.get(&name).cloned();
            let meanwhile = if before.is_some() { "what it said before holds" } else { "it is not in force" };
            statuses.insert(name, Acceptance::Refused(format!("{meanwhile}: {}", errors.join("; "))));
            // A policy with mistakes is read with the others, so that they are told and counted.
            chosen.push(before.unwrap_or_else(|| policy.clone()));
        }
        self.0.retain(|name, _| statuses.contains_key(name));
        Adopting { policies: read(&chosen, others, release), statuses }
    }
}

fn read<'o>(policies: impl IntoIterator<Item = &'o Object>, others: &[Object], release: Version) -> Policies {
    let mut reading = Reading::default();
    for policy in policies {
        let read = Read { objects: vec![policy.clone()], ..Read::default() };
        // Waivers are held against the day of each request.
        reading.add(policy.source(), &read, &Known, Date::of_unix_day(0));
    }
    reading.finish(others, release)
}

/// Writes down what is wrong with policies.
pub(super) fn tell(policies: &Policies, log: &Log) {
    for warning in &policies.warnings {
        log.warn(&warning.to_string(), &[]);
    }
    for error in &policies.errors {
        log.error("policy refused", &[("error", &error.to_string())]);
    }
}
