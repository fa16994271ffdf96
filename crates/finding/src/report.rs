//! What did the whole run say?

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Finding, ObjectRef, Severity, Source, Span, Waived, WaivedBy};

/// Everything a run found, in the order in which it is shown.
#[derive(Debug, Default)]
pub struct Report {
    /// Files read (a rendered chart or overlay counts as one).
    pub files: usize,
    /// The names of what was read, as shown to the user: files, charts, overlays.
    pub inputs: Vec<String>,
    /// Kubernetes objects judged.
    pub objects: usize,
    /// Documents that hold no Kubernetes object (Helm values, Compose files).
    pub foreign: usize,
    /// Sorted by file, line, column, id.
    pub findings: Vec<Finding>,
    /// What could not be read, and why.
    pub errors: Vec<Failure>,
    /// With `--pss`: the answer for each pod.
    pub verdicts: Vec<Verdict>,
    /// Bytes that no output may show, beside those that the findings name: a check that was left out
    /// must not bring the credentials back that it would have hidden.
    pub hidden: Vec<(Arc<Source>, Span)>,
    /// Why each rule exists and what to do, by check id.
    pub advice: BTreeMap<&'static str, Advice>,
}

/// An input that could not be read or understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The path as shown to the user.
    pub file: String,
    /// The line, where the trouble has one.
    pub line: Option<u32>,
    /// What is wrong and the way out.
    pub message: String,
    /// How far it came.
    pub stage: Stage,
}

/// How far a failed input came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// No byte of it was read.
    Read,
    /// It was read but (in part) not understood; a finding says the same at the same place.
    Parse,
}

/// The Pod Security answer for one pod or pod template.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The path as shown to the user.
    pub file: String,
    /// Where the pod stands, from 1.
    pub line: u32,
    /// The pod, or the object whose template it is.
    pub object: Arc<ObjectRef>,
    /// `restricted:v1.29`, as Pod Security admission prints it.
    pub policy: String,
    /// The aggregate text of Pod Security admission; empty when the pod is allowed.
    pub message: String,
}

/// What a page says in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What an attacker gains.
    pub why: String,
    /// What the owner can do.
    pub help: String,
}

/// The figures under a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Findings of each severity that are not waived, worst first.
    pub by_severity: Vec<(Severity, usize)>,
    /// Findings of each check that are not waived: worst first, then most first.
    pub by_check: Vec<(&'static str, Severity, usize)>,
    /// Findings somebody accepted.
    pub waived: usize,
    /// Findings that the baseline hides.
    pub baseline: usize,
}

impl Report {
    /// Puts findings, errors and verdicts in their one order and drops exact repetitions.
    pub fn sort(&mut self) {
        let findings = std::mem::take(&mut self.findings);
        // A place is looked up once for each finding, not once for each comparison, and a finding is large:
        // it is moved once its place is known.
        let places: Vec<_> = findings.iter().map(|f| f.source.place(f.span.start)).collect();
        let mut order: Vec<_> = places.iter().zip(&findings).enumerate().collect();
        order.sort_by(|(_, (a, x)), (_, (b, y))| a.cmp(b).then_with(|| x.order_in_place(y)));
        order.dedup_by(|(_, (a, x)), (_, (b, y))| {
            a == b && x.order_in_place(y).is_eq() && x.container == y.container
        });
        let order: Vec<usize> = order.into_iter().map(|(at, _)| at).collect();
        let mut findings: Vec<_> = findings.into_iter().map(Some).collect();
        self.findings = order.into_iter().filter_map(|at| findings.get_mut(at)?.take()).collect();
        self.errors.sort_by(|a, b| (&a.file, a.line, &a.message).cmp(&(&b.file, b.line, &b.message)));
        self.verdicts.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    }

    /// Findings that count, at or above `threshold`.
    pub fn at_least(&self, threshold: Severity) -> usize {
        self.findings.iter().filter(|f| f.waived.is_none() && f.severity >= threshold).count()
    }

    /// The figures under the report.
    pub fn summary(&self) -> Summary {
        let mut by_severity = BTreeMap::new();
        let mut by_check = BTreeMap::new();
        for finding in self.findings.iter().filter(|f| f.waived.is_none()) {
            *by_severity.entry(finding.severity).or_default() += 1;
            let row: &mut (Severity, usize) = by_check.entry(finding.id).or_insert((finding.severity, 0));
            *row = (row.0.max(finding.severity), row.1 + 1);
        }
        let mut by_check: Vec<_> =
            by_check.into_iter().map(|(id, (severity, n))| (id, severity, n)).collect();
        by_check.sort_by(|a, b| (b.1, b.2, a.0).cmp(&(a.1, a.2, b.0)));
        let in_baseline = |waived: &Waived| waived.by == WaivedBy::Baseline;
        let accepted = self.findings.iter().filter_map(|finding| finding.waived.as_ref());
        let (baseline, waived): (Vec<_>, Vec<_>) = accepted.partition(|waived| in_baseline(waived));
        Summary {
            by_severity: by_severity.into_iter().rev().collect(),
            by_check,
            waived: waived.len(),
            baseline: baseline.len(),
        }
    }
}
