//! What becomes of each object that comes?

use std::collections::HashSet;
use std::sync::Arc;

use check::{Check, Judge, Run};
use cluster::{Metadata, Shown};
use finding::{Failure, Finding, Report, Source, Span, Stage, Verdict};
use object::{Inventory, Limits, Object, Version, stored};
use policy::decide::{Decider, Facts, Lookup};
use policy::pod_security::Policy;

use super::fetch::{Batch, List, Rank};
use super::owners::{Owned, Owners, hash};
use crate::parallel;

/// What objects are judged by.
pub(crate) enum By {
    /// Rules that look at one object, and rules that look at others beside it.
    Checks {
        /// The first.
        alone: Judge,
        /// The second.
        among: Judge,
    },
    /// A Pod Security Standard.
    Standard(Policy),
    /// Policies, as the webhook decides by them.
    Policies(Arc<Decider>),
}

impl By {
    /// By these checks.
    pub(crate) fn checks(judge: &Judge) -> Self {
        Self::Checks {
            alone: judge.clone().only(|check| !looks_around(check)),
            among: judge.clone().only(looks_around),
        }
    }
}

/// One walk through a cluster.
pub(crate) struct Round {
    by: By,
    version: Version,
    /// A list that began anew brings objects for the second time.
    seen: HashSet<u64>,
    owners: Owners,
    kept: Vec<Object>,
    /// Of what is kept.
    metadata: Vec<Metadata>,
    /// There once all that is kept has come.
    around: Option<Facts>,
    report: Report,
    left: usize,
    pace: Pace,
}

/// How much of the machine is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    Fast,
    Gentle,
}

/// One object, judged.
struct Judged {
    object: Object,
    metadata: Metadata,
    findings: Vec<Finding>,
    verdicts: Vec<Verdict>,
    hidden: Vec<(Arc<Source>, Span)>,
}

impl Round {
    pub(crate) fn new(by: By, version: Version) -> Self {
        Self {
            by,
            version,
            seen: HashSet::new(),
            owners: Owners::default(),
            kept: Vec::new(),
            metadata: Vec::new(),
            around: None,
            report: Report::default(),
            left: 0,
            pace: Pace::Fast,
        }
    }

    /// The same on one core: others need the rest.
    pub(crate) fn gently(mut self) -> Self {
        self.pace = Pace::Gentle;
        self
    }

    fn map<T: Sync, R: Send>(&self, items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
        match self.pace {
            Pace::Fast => parallel::map(items, work),
            Pace::Gentle => items.iter().map(work).collect(),
        }
    }

    /// A list that did not come.
    pub(crate) fn skip(&mut self, failure: Failure) {
        self.report.errors.push(failure);
    }

    /// Judges a page.
    pub(crate) fn take(&mut self, batch: &Batch) {
        let rank = batch.list.rank();
        if rank >= Rank::MadeAgain && self.around.is_none() {
            self.look_around();
        }
        let judged = self.map(&batch.items, |item| self.one(item, &batch.list));
        for each in judged {
            match each {
                Ok(None) => {}
                Ok(Some(judged)) if !self.seen.insert(hash(judged.object.source().name())) => {}
                Ok(Some(judged)) => self.keep(judged, rank),
                Err(failure) => self.report.errors.push(failure),
            }
        }
    }

    /// What was found since this was asked last: whoever asks often keeps no text of objects.
    pub(crate) fn found(&mut self) -> Vec<Finding> {
        self.report.hidden.clear();
        std::mem::take(&mut self.report.findings)
    }

    /// Everything that was found, what was kept, and how many objects were left to their controllers.
    pub(crate) fn end(mut self) -> (Report, Inventory, usize) {
        self.look_around();
        let inventory = self.around.map(Facts::into_inventory).unwrap_or_default();
        (self.report, inventory, self.left)
    }

    /// Nothing for what comes once more.
    fn one(&self, item: &str, list: &List) -> Result<Option<Judged>, Failure> {
        let unread =
            |file: String, message: String| Failure { file, line: None, message, stage: Stage::Read };
        let shown = Shown::of(item, &list.resource, list.known)
            .map_err(|why| unread(format!("cluster:{}", list.resource.title()), why))?;
        let by_policies = matches!(self.by, By::Policies(_));
        // Of what belongs to somebody only the second look is taken, of all else only the first.
        let later = by_policies && list.rank() == Rank::Made && self.owners.know(&shown.metadata);
        let again = list.rank() == Rank::MadeAgain && !self.owners.know(&shown.metadata);
        if later || again {
            return Ok(None);
        }
        let source = Arc::new(Source::file(shown.name.as_str(), shown.text));
        let object = stored(&source, Limits::default()).map_err(|why| unread(shown.name, why.message))?;
        let (mut findings, mut verdicts) = (Vec::new(), Vec::new());
        match (&self.by, &self.around) {
            (By::Standard(standard), _) => (findings, verdicts) = check::pod_security(&object, *standard),
            (By::Checks { alone, among }, around) => {
                findings.extend(alone.object(&object, &Inventory::default()));
                if let Some(facts) = around {
                    findings.extend(among.object(&object, facts.inventory()));
                }
            }
            (By::Policies(decider), Some(facts)) => findings = by(decider, &object, facts)?,
            (By::Policies(_), None) => {}
        }
        let hidden = self.hidden(&object, &findings);
        Ok(Some(Judged { object, metadata: shown.metadata, findings, verdicts, hidden }))
    }

    /// What no report about the findings may show.
    fn hidden(&self, object: &Object, findings: &[Finding]) -> Vec<(Arc<Source>, Span)> {
        if findings.is_empty() { Vec::new() } else { check::hidden(object, self.version, &|_| true) }
    }

    fn keep(&mut self, judged: Judged, rank: Rank) {
        let Judged { object, metadata, mut findings, verdicts, hidden } = judged;
        if matches!(rank, Rank::MakesJobs | Rank::Makes | Rank::MadeAndMakes) {
            self.owners.found(&metadata, &findings);
        }
        if matches!(self.by, By::Policies(_)) && self.around.is_none() {
            // Its turn comes when all is here that policies look at.
            if self.owners.know(&metadata) && is_at_rest(&object) {
                self.left += 1;
            } else {
                self.kept.push(object);
                self.metadata.push(metadata);
            }
            return;
        }
        let owned = self.owners.fold(&metadata, &mut findings);
        if owned == Owned::ByOneWeKnow && (findings.is_empty() || is_at_rest(&object)) {
            self.left += 1;
            return;
        }
        self.report.objects += 1;
        self.report.verdicts.extend(verdicts);
        if !findings.is_empty() {
            self.report.findings.extend(findings);
            self.report.hidden.extend(hidden);
        }
        if self.around.is_none() {
            self.kept.push(object);
            self.metadata.push(metadata);
        }
    }

    /// All is here that rules look at beside an object: those that do so have their turn.
    fn look_around(&mut self) {
        if self.around.is_some() {
            return;
        }
        let facts = Facts::of(Inventory::new(std::mem::take(&mut self.kept)));
        let objects = facts.inventory().objects();
        let found = self.map(objects, |object| match &self.by {
            By::Checks { among, .. } => Ok(among.object(object, facts.inventory())),
            By::Standard(_) => Ok(Vec::new()),
            By::Policies(decider) => by(decider, object, &facts),
        });
        let mut owners = if matches!(self.by, By::Policies(_)) {
            std::mem::take(&mut self.owners)
        } else {
            Owners::default()
        };
        for (metadata, findings) in self.metadata.iter().zip(&found) {
            owners.found(metadata, findings.as_deref().unwrap_or_default());
        }
        for ((object, metadata), found) in objects.iter().zip(&self.metadata).zip(found) {
            match found {
                Ok(mut findings) => {
                    let owned = owners.fold(metadata, &mut findings);
                    if matches!(self.by, By::Policies(_)) {
                        let left = owned == Owned::ByOneWeKnow && findings.is_empty();
                        *(if left { &mut self.left } else { &mut self.report.objects }) += 1;
                    }
                    if !findings.is_empty() {
                        self.report.findings.append(&mut findings);
                        self.report.hidden.extend(check::hidden(object, self.version, &|_| true));
                    }
                }
                Err(failure) => self.report.errors.push(failure),
            }
        }
        if matches!(self.by, By::Policies(_)) {
            self.owners = owners;
        }
        self.metadata = Vec::new();
        self.around = Some(facts);
    }
}

fn by(decider: &Decider, object: &Object, facts: &Facts) -> Result<Vec<Finding>, Failure> {
    check::by_policies(decider, object, facts).map_err(|message| {
        let file = object.source().name().to_owned();
        Failure { file, line: None, message, stage: Stage::Read }
    })
}

fn looks_around(check: &Check) -> bool {
    matches!(check.run, Run::PodAmong(_) | Run::ObjectAmong(_))
}

/// A `ReplicaSet` that a Deployment keeps for the way back runs nothing.
fn is_at_rest(object: &Object) -> bool {
    let replicas = object.at("spec.replicas").and_then(object::Node::int);
    object.kind() == "ReplicaSet" && object.group() == "apps" && replicas == Some(0)
}
