//! How does the cluster learn of denials, without being flooded with them?
//!
//! An Event (`events.k8s.io/v1`) for the first denial of a kind in a namespace; the same again only counts. Each
//! namespace has an allowance: a loop that creates a refused pod a hundred times a second writes a few Events.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::discover::Resource;
use crate::error::ApiError;
use crate::request::Cluster;
use crate::retry::dice;

/// A denial, to be told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Denial {
    /// Where.
    pub namespace: String,
    /// `Deployment` of the object that was refused.
    pub kind: String,
    /// Its `apps/v1`.
    pub api_version: String,
    /// Its name; a pod that a controller makes has none yet.
    pub name: String,
    /// What was said.
    pub message: String,
}

/// How much may be told.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// Events that a namespace may have at once.
    pub at_once: u32,
    /// After which time it may have another.
    pub another_after: Duration,
    /// The same denial is told again after this time.
    pub again_after: Duration,
    /// Namespaces and denials that are remembered.
    pub remembered: usize,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            at_once: 10,
            another_after: Duration::from_secs(30),
            again_after: Duration::from_mins(10),
            remembered: 4096,
        }
    }
}

/// What is told, and what only counted.
#[derive(Debug, Default)]
pub struct Teller {
    allowance: Allowance,
    /// Allowance left in each namespace, as of a moment.
    left: HashMap<String, (f64, Instant)>,
    /// Denials told, when, and how often they came since.
    told: HashMap<Denial, (Instant, u64)>,
    /// Denials that were not told: for the figures.
    pub held_back: u64,
}

impl Teller {
    /// With another allowance.
    pub fn new(allowance: Allowance) -> Self {
        Self { allowance, ..Self::default() }
    }

    /// Whether a denial is to be told now, and how often it came since it was told last.
    pub fn tell(&mut self, denial: &Denial, now: Instant) -> Option<u64> {
        self.forget(now);
        if let Some((told, count)) = self.told.get_mut(denial) {
            *count += 1;
            if now.saturating_duration_since(*told) < self.allowance.again_after {
                self.held_back += 1;
                return None;
            }
        }
        let is_full =
            self.left.len() >= self.allowance.remembered && !self.left.contains_key(&denial.namespace);
        if is_full || self.told.len() >= self.allowance.remembered || !self.spend(&denial.namespace, now) {
            self.held_back += 1;
            return None;
        }
        let again = self.told.insert(denial.clone(), (now, 0));
        Some(again.map_or(1, |(_, count)| count))
    }

    fn spend(&mut self, namespace: &str, now: Instant) -> bool {
        let full = f64::from(self.allowance.at_once);
        let (left, at) = self.left.entry(namespace.to_owned()).or_insert((full, now));
        let another =
            now.saturating_duration_since(*at).as_secs_f64() / self.allowance.another_after.as_secs_f64();
        *left = (*left + another).min(full);
        *at = now;
        if *left < 1.0 {
            return false;
        }
        *left -= 1.0;
        true
    }

    /// Lets go of what makes no difference any more, once there is much of it.
    fn forget(&mut self, now: Instant) {
        let Allowance { remembered, again_after, another_after, at_once } = self.allowance;
        let age = |at: Instant| now.saturating_duration_since(at);
        if self.told.len() >= remembered {
            self.told.retain(|_, (at, _)| age(*at) < again_after);
        }
        if self.left.len() >= remembered {
            self.left.retain(|_, (_, at)| age(*at) < another_after.saturating_mul(at_once));
        }
    }
}

/// The longest note that an API server takes.
const NOTE: usize = 1024;

impl Cluster {
    /// Writes an Event about a denial.
    pub async fn tell(&self, denial: &Denial, count: u64, pod: &str) -> Result<(), ApiError> {
        self.create(&Resource::events(), &denial.namespace, &event(denial, count, pod, dice()))
            .await
            .map(drop)
    }
}

fn event(denial: &Denial, count: u64, pod: &str, number: u64) -> Value {
    let now = format!("{:.6}", Timestamp::now());
    let often = if count > 1 { format!(" ({count} times since it was told last)") } else { String::new() };
    let room = NOTE.saturating_sub(often.len());
    let end = (0..=room.min(denial.message.len())).rev().find(|at| denial.message.is_char_boundary(*at));
    let note = denial.message.get(..end.unwrap_or(0)).unwrap_or_default();
    json!({
        "apiVersion": "events.k8s.io/v1", "kind": "Event",
        "metadata": {"name": format!("cofferdam-{number:016x}"), "namespace": denial.namespace},
        "eventTime": now, "type": "Warning", "reason": "Denied", "action": "Admit",
        "reportingController": "cofferdam.dev/serve", "reportingInstance": pod,
        "regarding": {"apiVersion": denial.api_version, "kind": denial.kind, "namespace": denial.namespace,
                      "name": denial.name},
        "note": format!("{note}{often}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denial(namespace: &str, message: &str) -> Denial {
        let (kind, api_version) = ("Pod".to_owned(), "v1".to_owned());
        let (namespace, message) = (namespace.to_owned(), message.to_owned());
        Denial { namespace, kind, api_version, name: "web".to_owned(), message }
    }

    #[test]
    fn the_same_denial_is_told_once_and_counted_after() {
        let (mut teller, now) = (Teller::default(), Instant::now());
        let said: Vec<_> = (0..5).map(|_| teller.tell(&denial("shop", "no"), now)).collect();
        assert_eq!(said, [Some(1), None, None, None, None]);
        let later = now + Duration::from_secs(601);
        assert_eq!(teller.tell(&denial("shop", "no"), later), Some(5));
        assert_eq!(teller.held_back, 4);
    }

    #[test]
    fn a_namespace_has_an_allowance_that_comes_back_and_no_other_pays_for_it() {
        let (mut teller, now) = (Teller::default(), Instant::now());
        let told = |teller: &mut Teller, namespace: &str, at: Instant, from: u32| {
            let each = (from..from + 100).map(|n| denial(namespace, &n.to_string()));
            each.filter(|denial| teller.tell(denial, at).is_some()).count()
        };
        assert_eq!(told(&mut teller, "loud", now, 0), 10);
        assert_eq!(told(&mut teller, "loud", now + Duration::from_secs(61), 100), 2);
        assert_eq!(told(&mut teller, "calm", now, 0), 10);
    }

    #[test]
    fn memory_has_a_bound_and_the_bound_lets_go() {
        let allowance = Allowance { remembered: 50, ..Allowance::default() };
        let (mut teller, now) = (Teller::new(allowance), Instant::now());
        for n in 0..1000 {
            teller.tell(&denial(&n.to_string(), "no"), now);
        }
        assert!(teller.left.len() <= 50 && teller.told.len() <= 50);
        assert_eq!(teller.tell(&denial("new", "no"), now + Duration::from_secs(601)), Some(1));
    }

    #[test]
    fn a_long_message_is_cut_where_a_character_ends() {
        let event = event(&denial("shop", &"ä".repeat(2000)), 3, "pod", 7);
        let note = event["note"].as_str().unwrap();
        assert!(note.len() <= NOTE && note.ends_with("ä (3 times since it was told last)"), "{note}");
    }
}
