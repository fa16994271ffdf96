//! What do a chart and an overlay become?
//!
//! The programs that people deploy with render them: `helm template`, `kubectl kustomize`. Where none
//! is installed, or it fails, the report says so: silence about a chart would read as approval.

mod program;

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use finding::{Finding, Origin, Part, Source, Span};

use self::program::Failed;
use super::{file, overlay, shown};

type Rendered = Result<Source, Box<Finding>>;

/// A Helm chart, with its own values.
pub(super) fn chart(path: &Path) -> Rendered {
    let place = path.join("Chart.yaml");
    let arguments =
        [OsStr::new("template"), OsStr::new("release-name"), path.as_os_str(), OsStr::new("--include-crds")];
    match program::run("helm", &arguments) {
        Ok(text) => {
            let parts = parts(path, &text);
            Ok(Source::with_origin(shown(&place), text, Origin::Rendered { tool: "helm template", parts }))
        }
        Err(Failed::Missing) => {
            Err(unrendered(&place, "this Helm chart is not judged: `helm` is not installed"))
        }
        Err(Failed::Because(why)) => {
            Err(unrendered(&place, &format!("this Helm chart is not judged: `helm template` says: {why}")))
        }
    }
}

/// A Kustomize directory.
pub(super) fn overlay(path: &Path) -> Rendered {
    let place = overlay::file_of(path).unwrap_or_else(|| path.to_path_buf());
    let drawn = overlay::read(path);
    if drawn.is_component {
        let why = "this Kustomize component is not judged on its own: name the overlay that uses it";
        return Err(unrendered(&place, why));
    }
    if let Some(remote) = drawn.remote.first() {
        let why = format!(
            "this overlay is not judged: it fetches `{remote}`; render it and pipe it into `check -`"
        );
        return Err(unrendered(&place, &why));
    }
    let kubectl = [OsStr::new("kustomize"), path.as_os_str()];
    let rendered = match program::run("kubectl", &kubectl) {
        Err(Failed::Missing) => program::run("kustomize", &[OsStr::new("build"), path.as_os_str()])
            .map(|text| ("kustomize build", text)),
        other => other.map(|text| ("kubectl kustomize", text)),
    };
    match rendered {
        Ok((tool, text)) => {
            Ok(Source::with_origin(shown(&place), text, Origin::Rendered { tool, parts: Vec::new() }))
        }
        Err(Failed::Missing) => Err(unrendered(
            &place,
            "this overlay is not judged: neither `kubectl` nor `kustomize` is installed",
        )),
        Err(Failed::Because(why)) => {
            Err(unrendered(&place, &format!("this overlay is not judged: rendering says: {why}")))
        }
    }
}

/// The templates that helm names before each document: `# Source: CHART/templates/x.yaml`.
fn parts(chart: &Path, text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some(mark) = line.strip_prefix("# Source: ") {
            // The first step is the chart's name, which need not be the name of its directory.
            let below = mark.trim().split_once('/').map_or(mark.trim(), |(_, below)| below);
            let path = chart.join(below);
            let template = file::read(&path).ok().map(|text| Arc::new(Source::file(shown(&path), text)));
            parts.push(Part { start: at as u32, path: shown(&path), template });
        }
        at += line.len();
    }
    parts
}

fn unrendered(place: &Path, message: &str) -> Box<Finding> {
    let text = file::read(place).unwrap_or_default();
    let end = text.lines().next().unwrap_or_default().len() as u32;
    let source = Arc::new(Source::file(shown(place), text));
    Box::new(check::unrendered(source, Span::new(0, end), message.to_owned()))
}
