//! What did it all come to? One line, the same under every report.

use std::time::Duration;

use crate::{Report, Stage};

/// The figures of a report in one line, without a line end; with the time it took, if that is given.
pub fn summary(report: &Report, elapsed: Option<Duration>) -> String {
    let time = elapsed.map_or(String::new(), |elapsed| format!(" in {} ms", elapsed.as_millis()));
    let objects = counted(report.objects, "object");
    // The objects of a cluster are in no file.
    let from_cluster = report.files == 0 && report.objects > 0;
    let files = if from_cluster { String::new() } else { counted(report.files, "file") + ", " };
    format!("{files}{objects}{time}: {}", parts(report).join(", "))
}

fn parts(report: &Report) -> Vec<String> {
    let summary = report.summary();
    let mut parts: Vec<String> =
        summary.by_severity.iter().map(|(severity, count)| format!("{count} {severity}")).collect();
    if parts.is_empty() && report.objects > 0 {
        parts.push("nothing to object to".to_owned());
    }
    if report.objects == 0 {
        parts.push(nothing_judged(report).to_owned());
    }
    if !report.verdicts.is_empty() {
        let denied = report.verdicts.iter().filter(|v| !v.message.is_empty()).count();
        parts.push(format!("{denied} of {} refused", counted(report.verdicts.len(), "pod")));
    }
    if summary.waived > 0 {
        parts.push(format!("{} waived", summary.waived));
    }
    if summary.baseline > 0 {
        parts.push(format!("{} in the baseline", summary.baseline));
    }
    let unread = report.errors.iter().filter(|f| f.stage == Stage::Read).count();
    if unread > 0 {
        parts.push(format!("{} could not be read", counted(unread, "input")));
    }
    if report.foreign > 0 {
        parts.push(format!("{} without a Kubernetes object", counted(report.foreign, "document")));
    }
    parts
}

/// Said by every format: a report on nothing must not look like approval.
pub(super) fn nothing_judged(report: &Report) -> &'static str {
    let unread = report.errors.iter().any(|failure| failure.stage == Stage::Read);
    match report.files {
        0 if report.inputs.is_empty() && !unread => {
            "nothing could be judged, there is no .yaml, .yml or .json file here"
        }
        0 => "nothing could be judged, nothing could be read",
        _ => "nothing could be judged, there is no Kubernetes object here",
    }
}

fn counted(n: usize, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}
