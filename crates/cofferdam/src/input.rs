//! What is there to judge? Paths become texts; every trouble on the way has a name.

mod file;
mod overlay;
mod render;
mod walk;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use finding::{Failure, Finding, Source};
use object::{Limits, Read};

use crate::parallel;
use crate::ui::Ui;

/// One thing to read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Input {
    /// A manifest file.
    File(PathBuf),
    /// A directory with a `Chart.yaml`.
    Chart(PathBuf),
    /// A directory with a `kustomization.yaml`.
    Overlay(PathBuf),
    /// Standard input.
    Stdin,
}

impl Input {
    /// The name it goes by in reports.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(path) | Self::Chart(path) | Self::Overlay(path) => shown(path),
            Self::Stdin => "<stdin>".to_owned(),
        }
    }
}

/// What came of one input.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// Its text, if it has one.
    pub(crate) source: Option<Arc<Source>>,
    /// The objects and the troubles of its text.
    pub(crate) read: Read,
    /// Why nothing of it could be read.
    pub(crate) failure: Option<Failure>,
    /// Said about the input itself: a chart that nothing here can render.
    pub(crate) finding: Option<Finding>,
}

/// Everything the paths hold, in the order of their names; `ours` are files of our own, no manifests.
pub(crate) fn load(paths: &[PathBuf], ours: &[PathBuf], ui: &Ui) -> (Vec<Input>, Vec<Loaded>, Vec<Failure>) {
    let walk::Found { mut inputs, failures } = walk::find(paths);
    inputs.retain(|input| !ours.iter().any(|file| is_file(input, file)));
    let progress = ui.progress("reading", inputs.len());
    let loaded = parallel::map(&inputs, |input| {
        let loaded = load_one(input);
        progress.step();
        loaded
    });
    progress.finish();
    (inputs, loaded, failures)
}

fn load_one(input: &Input) -> Loaded {
    let source = match input {
        Input::File(path) => file::read(path),
        Input::Stdin => file::read_stdin(),
        Input::Chart(path) => return render::chart(path).into(),
        Input::Overlay(path) => return render::overlay(path).into(),
    };
    match source {
        Ok(text) => Loaded::of_text(Source::file(input.name(), text)),
        Err(trouble) => Loaded { failure: Some(trouble.named(&input.name())), ..Loaded::default() },
    }
}

impl Loaded {
    fn of_text(source: Source) -> Self {
        let source = Arc::new(source);
        let read = object::read(&source, Limits::default());
        Self { source: Some(source), read, ..Self::default() }
    }
}

impl From<Result<Source, Box<Finding>>> for Loaded {
    fn from(rendered: Result<Source, Box<Finding>>) -> Self {
        match rendered {
            Ok(source) => Self::of_text(source),
            Err(finding) => Self { finding: Some(*finding), ..Self::default() },
        }
    }
}

/// Whether an input is this one file, by whatever name.
fn is_file(input: &Input, file: &Path) -> bool {
    let Input::File(path) = input else { return false };
    path.file_name() == file.file_name() && std::fs::canonicalize(path).is_ok_and(|path| path == file)
}

/// The text of one file, or why there is none.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    file::read(path).map_err(|trouble| trouble.named(&shown(path)))
}

/// The text of one file, or of standard input for `-`.
pub(crate) fn read_one(path: &Path) -> Result<Source, Failure> {
    let input = if path.as_os_str() == "-" { Input::Stdin } else { Input::File(path.to_path_buf()) };
    let text = if input == Input::Stdin { file::read_stdin() } else { file::read(path) };
    let text = text.map_err(|trouble| trouble.named(&input.name()))?;
    Ok(Source::file(input.name(), text))
}

/// A path as the user wrote it, without a leading `./`.
pub(crate) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    let short = text.strip_prefix("./").unwrap_or(&text);
    if short.is_empty() { ".".to_owned() } else { short.to_owned() }
}
