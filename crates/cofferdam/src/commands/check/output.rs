//! Where does the report go, and in which form?

use std::time::Instant;

use anyhow::Context;
use finding::{Color, Report};

use crate::cli::{CheckArgs, Format};
use crate::ui::Ui;

/// Writes the report; beside a file, its figures go to whoever watches.
pub(super) fn report(args: &CheckArgs, ui: &mut Ui, report: &Report, since: Instant) -> anyhow::Result<()> {
    let color = if args.output.is_some() { Color::Off } else { ui.color() };
    let root = root();
    let root = root.as_deref();
    let text = match args.format {
        Format::Json => finding::json(report)?,
        Format::Text => finding::text(report, color, Some(since.elapsed())),
        Format::Sarif => finding::sarif(report, root)?,
        Format::Junit => finding::junit(report, root),
        Format::Github => finding::github(report, root),
    };
    write(args, ui, &text)?;
    if let Some(path) = &args.output {
        let figures = finding::summary(report, Some(since.elapsed()));
        ui.note(&format!("{}: {figures}", path.display()));
    }
    Ok(())
}

/// Writes a text where the user wants it.
pub(super) fn write(args: &CheckArgs, ui: &mut Ui, text: &str) -> anyhow::Result<()> {
    match &args.output {
        Some(path) => crate::write::whole(path, text).with_context(|| format!("writing {}", path.display())),
        None => ui.data(text).context("writing to standard output"),
    }
}

/// What paths in machine-read formats are relative to: services know files by their place in the checkout.
fn root() -> Option<String> {
    Some(std::env::current_dir().ok()?.to_string_lossy().into_owned())
}
