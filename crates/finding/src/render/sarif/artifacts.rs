//! Which files does the log speak of, and where in them? Relative URI references, the same on every machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::log::{Artifact, ArtifactLocation, Region};
use crate::render::place::below;
use crate::{Finding, Report, Source, Span};

/// Where relative URIs start; whoever reads the log knows where that is.
pub(super) const SRCROOT: &str = "%SRCROOT%";

/// The table of files, in the order of their URIs.
pub(super) struct Artifacts<'a> {
    root: Option<&'a str>,
    index: BTreeMap<&'a str, usize>,
}

impl<'a> Artifacts<'a> {
    /// Every file that a finding, a label or an error names.
    pub(super) fn of(report: &'a Report, root: Option<&'a str>) -> Self {
        let labels = |finding: &'a Finding| {
            finding.labels.iter().map(|label| finding.source.place(label.span.start).0)
        };
        let found = report.findings.iter().flat_map(|finding| labels(finding).chain([finding.file()]));
        let failed = report.errors.iter().map(|failure| failure.file.as_str());
        let files: BTreeSet<&str> = found.chain(failed).map(|file| below(root, file)).collect();
        Self { root, index: files.into_iter().zip(0..).collect() }
    }

    /// How results refer to a file.
    pub(super) fn location(&self, file: &str) -> ArtifactLocation {
        let file = below(self.root, file);
        let index = self.index.get(file).copied().unwrap_or_default();
        let relative = !(file.starts_with('/') || file.starts_with("../") || file == "<stdin>");
        ArtifactLocation { uri: uri(file), uri_base_id: relative.then_some(SRCROOT), index }
    }

    /// The table itself.
    pub(super) fn take(&mut self) -> Vec<Artifact> {
        self.index.keys().map(|file| Artifact { location: self.location(file) }).collect()
    }
}

/// A URI reference (RFC 3986): what is not unreserved is written as its UTF-8 bytes, `:` too, or the first step of
/// `a:b.yaml` would be a scheme.
fn uri(file: &str) -> String {
    let mut out = if file.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in file.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The place of a span, end excluded (3.30); a rendered one in its template.
pub(super) fn region(source: &Source, span: Span) -> Region {
    let (_, start, end) = source.region(span);
    Region {
        start_line: start.line,
        start_column: Some(start.column),
        end_line: Some(end.line),
        end_column: Some(end.column),
    }
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn a_path_is_written_as_a_uri_reference() {
        assert_eq!(uri("deploy/web-1_a.yaml"), "deploy/web-1_a.yaml");
        assert_eq!(uri("a b/ü#?%.yaml"), "a%20b/%C3%BC%23%3F%25.yaml");
        assert_eq!(uri("a:b.yaml"), "a%3Ab.yaml");
        assert_eq!(uri("/srv/x.yaml"), "file:///srv/x.yaml");
    }
}
