//! `cofferdam`: parse the words, call the crates, report. No judgement is made here.

mod audit;
mod cli;
mod commands;
mod config;
mod exit;
mod gather;
mod input;
mod parallel;
mod patch;
mod ui;
mod write;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::exit::Outcome;
use crate::ui::Ui;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut ui = Ui::new(cli.color, cli.quiet);
    let result = match &cli.command {
        Command::Check(args) => commands::check::run(args, &mut ui),
        Command::Admit(args) => commands::admit::run(args, &mut ui),
        Command::Serve(args) => commands::serve::run(args, &mut ui),
        Command::Policy(args) => commands::policy::run(args, &mut ui),
        Command::Explain(args) => commands::explain::run(args, &mut ui),
        Command::List(args) => commands::list::run(args, &mut ui),
        Command::Psp(args) => commands::psp::run(args, &mut ui),
        Command::Completions(args) => commands::completions::run(args, &mut ui),
    };
    match result {
        Ok(outcome) => outcome.into(),
        Err(error) if exit::is_closed_pipe(&error) => Outcome::Clean.into(),
        Err(error) => {
            ui.error(&error);
            Outcome::Failed.into()
        }
    }
}
