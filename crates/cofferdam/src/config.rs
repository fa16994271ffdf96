//! Which `cofferdam.yaml` counts, and what does it say? The nearest one upwards, or the one that is named.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use check::{Config, Date, Place};
use finding::Source;

use crate::input::{read_text, shown};

const NAME: &str = "cofferdam.yaml";
const DAY: u64 = 24 * 60 * 60;

/// The settings of a run and the file they come from.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) config: Config,
    pub(crate) path: Option<PathBuf>,
}

/// Reads the settings that count here; none is as good as an empty file.
pub(crate) fn find(named: Option<&Path>) -> anyhow::Result<Found> {
    let current = std::env::current_dir().context("finding the current directory")?;
    let Some(source) = named.map_or_else(|| nearest(&current), |path| read(path).map(Some))? else {
        return Ok(Found::default());
    };
    let path = PathBuf::from(source.name());
    let whole = std::fs::canonicalize(&path).with_context(|| format!("reading {}", path.display()))?;
    let directory = whole.parent().unwrap_or(&whole).to_path_buf();
    let config = Config::read(&source, today(), &Place { directory, current })?;
    Ok(Found { config, path: Some(whole) })
}

/// The nearest settings upwards. A manifest that has their name, as one that installs Cofferdam may, is
/// passed over.
fn nearest(current: &Path) -> anyhow::Result<Option<Arc<Source>>> {
    let mut up = PathBuf::new();
    for directory in current.ancestors() {
        if directory.join(NAME).is_file() {
            let source = read(&up.join(NAME))?;
            if !Config::is_manifest(&source) {
                return Ok(Some(source));
            }
        }
        up.push("..");
    }
    Ok(None)
}

fn read(path: &Path) -> anyhow::Result<Arc<Source>> {
    let text = read_text(path).map_err(|failure| match failure.line {
        Some(line) => anyhow::anyhow!("{}:{line}: {}", failure.file, failure.message),
        None => anyhow::anyhow!("reading {}: {}", failure.file, failure.message),
    })?;
    Ok(Arc::new(Source::file(shown(path), text)))
}

/// The day it is, in UTC: the same all over the world for the same waiver.
pub(crate) fn today() -> Date {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Date::of_unix_day(i64::try_from(since.as_secs() / DAY).unwrap_or(0))
}

/// This moment, as RFC 3339 has it.
pub(crate) fn now() -> String {
    format!("{:.0}", jiff::Timestamp::now())
}
