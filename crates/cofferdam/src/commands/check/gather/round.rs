//! What becomes of each object that comes?

use std::collections::HashSet;
use std::sync::Arc;

use check::{Check, Judge, Run};
use cluster::{Metadata, Shown};
use finding::{Failure, Finding, Report, Source, Span, Stage, Verdict};
use object::{Inventory, Limits, Object, Version, stored};
use policy::pod_security::Policy;

use super::fetch::{Batch, List, Rank};
use super::owners::{Owned, Owners, hash};
use crate::parallel;

/// One walk through a cluster.
pub(super) struct Round {
    /// Rules that look at one object.
    alone: Judge,
    /// Rules that look at others beside it.
    among: Judge,
    version: Version,
    standard: Option<Policy>,
    /// A list that began anew brings objects for the second time.
    seen: HashSet<u64>,
    owners: Owners,
    kept: Vec<Object>,
    /// Of what is kept.
    metadata: Vec<Metadata>,
    /// There once all that is kept has come.
    inventory: Option<Inventory>,
    report: Report,
    left: usize,
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
    pub(super) fn new(judge: &Judge, version: Version, standard: Option<Policy>) -> Self {
        Self {
            alone: judge.clone().only(|check| !looks_around(check)),
            among: judge.clone().only(looks_around),
            version,
            standard,
            seen: HashSet::new(),
            owners: Owners::default(),
            kept: Vec::new(),
            metadata: Vec::new(),
            inventory: None,
            report: Report::default(),
            left: 0,
        }
    }

    /// A list that did not come.
    pub(super) fn skip(&mut self, failure: Failure) {
        self.report.errors.push(failure);
    }

    /// Judges a page.
    pub(super) fn take(&mut self, batch: &Batch) {
        let rank = batch.list.rank();
        if rank == Rank::Alone && self.inventory.is_none() {
            self.look_around();
        }
        let judged = parallel::map(&batch.items, |item| self.one(item, &batch.list));
        for each in judged {
            match each {
                Ok(judged) if !self.seen.insert(hash(judged.object.source().name())) => {}
                Ok(judged) => self.keep(judged, rank),
                Err(failure) => self.report.errors.push(failure),
            }
        }
    }

    /// Everything that was found, what was kept, and how many objects were left to their controllers.
    pub(super) fn end(mut self) -> (Report, Inventory, usize) {
        self.look_around();
        (self.report, self.inventory.unwrap_or_default(), self.left)
    }

    fn one(&self, item: &str, list: &List) -> Result<Judged, Failure> {
        let unread =
            |file: String, message: String| Failure { file, line: None, message, stage: Stage::Read };
        let shown = Shown::of(item, &list.resource, list.known)
            .map_err(|why| unread(format!("cluster:{}", list.resource.title()), why))?;
        let source = Arc::new(Source::file(shown.name.as_str(), shown.text));
        let object = stored(&source, Limits::default()).map_err(|why| unread(shown.name, why.message))?;
        let (mut findings, mut verdicts) = (Vec::new(), Vec::new());
        if let Some(standard) = self.standard {
            (findings, verdicts) = check::pod_security(&object, standard);
        } else {
            findings.extend(self.alone.object(&object, &Inventory::default()));
            if let Some(inventory) = &self.inventory {
                findings.extend(self.among.object(&object, inventory));
            }
        }
        let hidden = self.hidden(&object, &findings);
        Ok(Judged { object, metadata: shown.metadata, findings, verdicts, hidden })
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
        if rank != Rank::Alone {
            self.kept.push(object);
            self.metadata.push(metadata);
        }
    }

    /// All is here that rules look at beside an object: those that do so have their turn.
    fn look_around(&mut self) {
        if self.inventory.is_some() {
            return;
        }
        let inventory = Inventory::new(std::mem::take(&mut self.kept));
        let found = parallel::map(inventory.objects(), |object| {
            if self.standard.is_some() { Vec::new() } else { self.among.object(object, &inventory) }
        });
        let mut owners = Owners::default();
        for (metadata, findings) in self.metadata.iter().zip(&found) {
            owners.found(metadata, findings);
        }
        let each = inventory.objects().iter().zip(&self.metadata).zip(found);
        for ((object, metadata), mut findings) in each {
            owners.fold(metadata, &mut findings);
            if !findings.is_empty() {
                self.report.findings.append(&mut findings);
                self.report.hidden.extend(check::hidden(object, self.version, &|_| true));
            }
        }
        self.metadata = Vec::new();
        self.inventory = Some(inventory);
    }
}

fn looks_around(check: &Check) -> bool {
    matches!(check.run, Run::PodAmong(_) | Run::ObjectAmong(_))
}

/// A `ReplicaSet` that a Deployment keeps for the way back runs nothing.
fn is_at_rest(object: &Object) -> bool {
    let replicas = object.at("spec.replicas").and_then(object::Node::int);
    object.kind() == "ReplicaSet" && object.group() == "apps" && replicas == Some(0)
}
