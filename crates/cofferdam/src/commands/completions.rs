//! `cofferdam completions`: the shell learns our words.

use clap::CommandFactory;

use crate::cli::{Cli, CompletionArgs};
use crate::exit::Outcome;
use crate::ui::Ui;

pub(crate) fn run(args: &CompletionArgs, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "cofferdam", &mut script);
    ui.data(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Clean)
}
