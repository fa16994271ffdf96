//! What do a chart and an overlay become?
//!
//! The programs that people deploy with render them: `helm template`, `kubectl kustomize`. Where none
//! is installed, or it fails, the report says so: silence about a chart would read as approval.

mod program;
mod trace;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Component, Path};
use std::sync::Arc;

use finding::{Finding, Origin, Part, Source, Span};

use self::program::Failed;
use super::{file, overlay, shown};

type Rendered = Result<Source, Box<Finding>>;

/// A Helm chart, with its own values.
pub(super) fn chart(path: &Path) -> Rendered {
    let place = path.join("Chart.yaml");
    let path = &*no_option(path);
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
    if let Some(remote) = overlay::remote_below(path) {
        let why = format!(
            "this overlay is not judged: it fetches `{remote}`; render it and pipe it into `check -`"
        );
        return Err(unrendered(&place, &why));
    }
    let path = &*no_option(path);
    let kubectl = [OsStr::new("kustomize"), path.as_os_str()];
    let rendered = match program::run("kubectl", &kubectl) {
        Err(Failed::Missing) => program::run("kustomize", &[OsStr::new("build"), path.as_os_str()])
            .map(|text| ("kustomize build", text)),
        other => other.map(|text| ("kubectl kustomize", text)),
    };
    match rendered {
        Ok((tool, text)) => {
            let parts = trace::parts(path, &place, &text);
            Ok(Source::with_origin(shown(&place), text, Origin::Rendered { tool, parts }))
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

/// A directory called `-x` is not an option of the program it is handed to.
fn no_option(path: &Path) -> Cow<'_, Path> {
    let is_option = path.as_os_str().as_encoded_bytes().starts_with(b"-");
    if is_option { Cow::Owned(Path::new(".").join(path)) } else { Cow::Borrowed(path) }
}

/// The templates that helm names at the head of each document: `# Source: CHART/templates/x.yaml`.
fn parts(chart: &Path, text: &str) -> Vec<Part> {
    let mut templates = HashMap::new();
    let mut parts = Vec::new();
    let mut at = 0;
    let mut opens_document = true;
    for line in text.split_inclusive('\n') {
        let mark = line.strip_prefix("# Source: ").filter(|_| opens_document);
        if let Some(below) = mark.and_then(below_chart) {
            let path = chart.join(below);
            let read = || Some(Arc::new(Source::file(shown(&path), file::read(&path).ok()?)));
            let template = templates.entry(below).or_insert_with(read).clone();
            parts.push(Part { start: at as u32, path: shown(&path), template, at: None });
        }
        opens_document = line.trim_end() == "---";
        at += line.len();
    }
    parts
}

/// The way from the chart's directory. The first step of a mark is the chart's name, which need not be
/// that of its directory; a template can print marks too, and must not lead out of the chart.
fn below_chart(mark: &str) -> Option<&str> {
    let below = mark.trim().split_once('/')?.1;
    let stays = |step| matches!(step, Component::Normal(_));
    Path::new(below).components().all(stays).then_some(below)
}

fn unrendered(place: &Path, message: &str) -> Box<Finding> {
    let text = file::read(place).unwrap_or_default();
    let end = text.lines().next().unwrap_or_default().len() as u32;
    let source = Arc::new(Source::file(shown(place), text));
    Box::new(check::unrendered(source, Span::new(0, end), message.to_owned()))
}
