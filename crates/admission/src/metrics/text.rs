//! How does Prometheus want it written? The text format, version 0.0.4.

use std::fmt::Write;
use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;

use policy::response::Spoken;

use super::Metrics;
use super::histogram::Histogram;

/// Names and meanings of what is counted by reason; the label that tells them apart, if there is one.
const BY_WHAT: [(&str, &str, &str); 4] = [
    ("cofferdam_shed_total", "what", "Reviews answered with 503, by what there was too much of"),
    ("cofferdam_connections_refused_total", "why", "Connections closed at once"),
    ("cofferdam_tls_errors_total", "why", "TLS handshakes that failed"),
    ("cofferdam_certificate_failures_total", "", "Certificates that could not be renewed or read"),
];

impl Metrics {
    /// All figures.
    pub fn text(&self) -> String {
        let mut out = Text::default();
        self.requests(&mut out);
        self.rules(&mut out);
        let by_what = self.by_what.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, label, help) in BY_WHAT {
            out.head(name, "counter", help);
            let mut found = by_what.iter().filter(|((known, _), _)| *known == name).peekable();
            if label.is_empty() {
                out.line(name, &[], found.next().map_or(0, |(_, count)| *count));
                continue;
            }
            for ((_, why), count) in found {
                out.line(name, &[(label, why)], count);
            }
        }
        drop(by_what);
        self.single(&mut out);
        out.0
    }

    fn requests(&self, out: &mut Text) {
        out.head("cofferdam_requests_total", "counter", "Requests by endpoint and HTTP status");
        for ((endpoint, code), count) in &*self.requests.lock().unwrap_or_else(PoisonError::into_inner) {
            let code = code.to_string();
            out.line("cofferdam_requests_total", &[("endpoint", endpoint), ("code", &code)], count);
        }
        let name = "cofferdam_request_seconds";
        out.head(name, "histogram", "Time from the headers of a request to its answer");
        out.histogram(name, "mutate", &self.mutate);
        out.histogram(name, "validate", &self.validate);
    }

    fn rules(&self, out: &mut Text) {
        let name = "cofferdam_decisions_total";
        out.head(name, "counter", "Decisions by endpoint and outcome");
        for ((endpoint, outcome), count) in &*self.decisions.lock().unwrap_or_else(PoisonError::into_inner) {
            out.line(name, &[("endpoint", endpoint), ("outcome", outcome)], count);
        }
        let name = "cofferdam_rule_violations_total";
        out.head(name, "counter", "What rules said, by policy, rule and weight");
        for (Spoken { policy, rule, mode }, count) in
            &*self.said.lock().unwrap_or_else(PoisonError::into_inner)
        {
            out.line(name, &[("policy", policy), ("rule", rule), ("mode", mode.word())], count);
        }
    }

    fn single(&self, out: &mut Text) {
        let mut counter = |name: &str, help: &str, value: u64| {
            out.head(name, "counter", help);
            out.line(name, &[], value);
        };
        counter("cofferdam_panics_total", "Rules that panicked", self.panics.load(Relaxed));
        counter(
            "cofferdam_policy_reloads_total",
            "Times that policies were read anew",
            self.reloads.load(Relaxed),
        );
        counter(
            "cofferdam_policy_reload_failures_total",
            "Times that policies could not be read anew, so that those before held",
            self.reload_failures.load(Relaxed),
        );
        counter(
            "cofferdam_expression_cost_total",
            "Cost of expressions, in units of the API server",
            self.expression_cost.load(Relaxed),
        );
        let mut gauge = |name: &str, help: &str, value: i64| {
            out.head(name, "gauge", help);
            out.line(name, &[], value);
        };
        let whole = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let failed = whole(self.reload_failed.load(Relaxed));
        gauge("cofferdam_policy_reload_failed", "1 while older policies hold than are written", failed);
        gauge("cofferdam_policies", "Policies in force", whole(self.in_force.load(Relaxed)));
        gauge(
            "cofferdam_policies_refused",
            "Policies that could not be read",
            whole(self.refused.load(Relaxed)),
        );
        gauge("cofferdam_connections", "Connections", self.connections.load(Relaxed));
        gauge(
            "cofferdam_certificate_expiry_timestamp_seconds",
            "When the certificate ends, since 1970",
            self.certificate_expiry.load(Relaxed),
        );
        if let Some(bytes) = resident() {
            gauge("process_resident_memory_bytes", "Resident memory", bytes);
        }
    }
}

/// Resident memory in bytes, as Linux says it (proc(5), `VmRSS`).
fn resident() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<String> =
            labels.iter().map(|(key, value)| format!("{key}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    fn histogram(&mut self, name: &str, endpoint: &str, histogram: &Histogram) {
        let seen = histogram.seen();
        let bucket = format!("{name}_bucket");
        for (bound, count) in seen.up_to {
            self.line(&bucket, &[("endpoint", endpoint), ("le", &bound.to_string())], count);
        }
        self.line(&bucket, &[("endpoint", endpoint), ("le", "+Inf")], seen.count);
        self.line(&format!("{name}_sum"), &[("endpoint", endpoint)], seen.sum);
        self.line(&format!("{name}_count"), &[("endpoint", endpoint)], seen.count);
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        let mut text = Text::default();
        text.line("x", &[("a", "b\"\\\n")], 1);
        assert_eq!(text.0, "x{a=\"b\\\"\\\\\\n\"} 1\n");
    }
}
