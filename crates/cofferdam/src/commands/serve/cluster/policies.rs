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
    /// Policies of which an older state holds, and what is wrong with the new one.
    pub(super) behind: Vec<String>,
}

impl Adopted {
    /// Reads the policies of a snapshot.
    pub(super) fn read(&mut self, snapshot: &Snapshot, release: Version) -> Adopting {
        let of = |title: &str| snapshot.get(title).map(|known| known.objects.as_slice()).unwrap_or_default();
        let others = of("podsecuritypolicies.cofferdam.dev");
        let (mut chosen, mut statuses, mut behind) = (Vec::new(), BTreeMap::new(), Vec::new());
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
            let why = format!("{meanwhile}: {}", errors.join("; "));
            if before.is_some() {
                behind.push(format!("Policy `{name}`: {why}"));
            }
            statuses.insert(name, Acceptance::Refused(why));
            // A policy with mistakes is read with the others, so that they are told and counted.
            chosen.push(before.unwrap_or_else(|| policy.clone()));
        }
        self.0.retain(|name, _| statuses.contains_key(name));
        Adopting { policies: read(&chosen, others, release), statuses, behind }
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
pub(super) fn tell(adopting: &Adopting, log: &Log) {
    for warning in &adopting.policies.warnings {
        log.warn(&warning.to_string(), &[]);
    }
    let errors = adopting.policies.errors.iter().map(ToString::to_string);
    for error in errors.chain(adopting.behind.iter().cloned()) {
        log.error("policy refused", &[("error", &error)]);
    }
}

/// What `/readyz` says about policies, if there is anything to say.
pub(super) fn trouble(adopting: &Adopting) -> Option<String> {
    let refused = adopting.policies.refused.len();
    let refused = (refused > 0).then(|| match refused {
        1 => "1 document is refused, see its status".to_owned(),
        _ => format!("{refused} documents are refused, see their status"),
    });
    let all: Vec<String> = adopting.behind.iter().cloned().chain(refused).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use cluster::{Health, Known, Resource};
    use finding::Source;
    use object::{Limits, stored};

    use super::*;

    /// What is known when these are the specs of policies, by name.
    fn snapshot(policies: &[(&str, &str)]) -> Snapshot {
        let object = |(name, spec): &(&str, &str)| {
            let text = format!(
                r#"{{"apiVersion":"cofferdam.dev/v1alpha1","kind":"Policy","metadata":{{"name":"{name}"}},"spec":{spec}}}"#
            );
            stored(&Arc::new(Source::file(*name, text)), Limits::default()).unwrap()
        };
        let resource = Resource::policies();
        let objects = Arc::new(policies.iter().map(object).collect());
        let known = Known { resource, objects, health: Health::Current, unread: Arc::default() };
        BTreeMap::from([("policies.cofferdam.dev".to_owned(), known)])
    }

    const GOOD: &str = r#"{"podSecurity":{"level":"baseline"}}"#;
    const BAD: &str = r#"{"podSecurity":{"level":"base"}}"#;

    fn said(adopting: &Adopting, name: &str) -> String {
        match &adopting.statuses[name] {
            Acceptance::Accepted => "accepted".to_owned(),
            Acceptance::Refused(why) => why.clone(),
        }
    }

    #[test]
    fn a_mistake_leaves_in_force_what_was_said_before_and_takes_nothing_else_with_it() {
        let mut adopted = Adopted::default();
        let adopting = adopted.read(&snapshot(&[("a", GOOD), ("b", GOOD)]), Version::NEWEST);
        assert_eq!((adopting.policies.list.len(), said(&adopting, "a").as_str()), (2, "accepted"));
        let adopting = adopted.read(&snapshot(&[("a", BAD), ("b", GOOD)]), Version::NEWEST);
        assert_eq!(adopting.policies.list.len(), 2);
        let why = said(&adopting, "a");
        assert!(why.starts_with("what it said before holds: a:1:") && why.contains("`base`"), "{why}");
        let trouble = trouble(&adopting).unwrap();
        assert_eq!(trouble, format!("Policy `a`: {why}"), "whoever cannot read statuses hears of it, too");
        assert_eq!(said(&adopting, "b"), "accepted");
    }

    #[test]
    fn a_policy_with_a_mistake_from_the_start_is_not_in_force_nor_is_one_that_is_gone() {
        let mut adopted = Adopted::default();
        let adopting = adopted.read(&snapshot(&[("a", BAD), ("b", GOOD)]), Version::NEWEST);
        assert_eq!((adopting.policies.list.len(), adopting.policies.refused.len()), (1, 1));
        assert!(said(&adopting, "a").starts_with("it is not in force: "));
        assert_eq!(trouble(&adopting).unwrap(), "1 document is refused, see its status");
        let adopting = adopted.read(&snapshot(&[("a", GOOD)]), Version::NEWEST);
        assert_eq!(adopting.policies.list.len(), 1);
        assert_eq!(trouble(&adopting), None);
        let adopting = adopted.read(&snapshot(&[]), Version::NEWEST);
        assert!(adopting.policies.is_empty() && adopting.statuses.is_empty());
        let adopting = adopted.read(&snapshot(&[("a", BAD)]), Version::NEWEST);
        assert!(adopting.policies.list.is_empty(), "what was deleted does not come back by a mistake");
    }
}
