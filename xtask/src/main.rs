//! Which chore of the repository is asked for, and how did it end?
//!
//! Exit codes are those of `cofferdam`: 0 done, 1 the chore found something wrong, 2 it was asked for wrongly.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the person who started it")]

mod args;
mod bench;
mod chart;
mod fuzz;
mod r#gen;
mod peers;
mod process;
mod repo;
mod setup;
mod test;
mod tidy;

use std::process::ExitCode;

use args::{Args, Usage};
use repo::Repo;

/// What a chore could not do on this machine, each with its reason.
type Skips = Vec<String>;

/// One chore: its name, what it is for, its help page and the function that does it.
struct Chore {
    name: &'static str,
    about: &'static str,
    help: &'static str,
    run: fn(&Repo, Args) -> anyhow::Result<Skips>,
}

const CHORES: [Chore; 7] =
    [test::CHORE, bench::CHORE, peers::CHORE, r#gen::CHORE, tidy::CHORE, setup::CHORE, fuzz::CHORE];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match start(words) {
        Ok(skips) => {
            for skip in &skips {
                println!("skipped: {skip}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
        }
    }
}

fn start(mut words: Vec<String>) -> anyhow::Result<Skips> {
    if words.is_empty() || matches!(words[0].as_str(), "help" | "-h" | "--help") {
        let about = words.get(1).and_then(|name| CHORES.iter().find(|chore| chore.name == name));
        print!("{}", about.map_or_else(overview, page));
        return Ok(Skips::new());
    }
    let name = words.remove(0);
    let Some(chore) = CHORES.iter().find(|chore| chore.name == name) else {
        return Err(unknown(&name).into());
    };
    if words.iter().any(|word| word == "-h" || word == "--help") {
        print!("{}", page(chore));
        return Ok(Skips::new());
    }
    (chore.run)(&Repo::discover()?, Args::of(chore.name, words))
}

fn overview() -> String {
    let lines: Vec<String> =
        CHORES.iter().map(|chore| format!("  {:<6} {}\n", chore.name, chore.about)).collect();
    format!(
        "The chores of the repository\n\nUsage: cargo xtask CHORE [OPTIONS]\n\nChores:\n{}\n\
         `cargo xtask CHORE --help` says more.\n",
        lines.concat()
    )
}

fn page(chore: &Chore) -> String {
    format!("{}\n\n{}", chore.about, chore.help)
}

fn unknown(name: &str) -> Usage {
    let names: Vec<&str> = CHORES.iter().map(|chore| chore.name).collect();
    Usage::new(format!("there is no chore `{name}`; the chores are {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chore_has_a_line_and_a_page() {
        for chore in &CHORES {
            assert!(overview().contains(chore.about), "{}", chore.name);
            assert!(page(chore).contains(&format!("Usage: cargo xtask {}", chore.name)), "{}", chore.name);
            assert!(!chore.about.ends_with('.'), "{}", chore.name);
        }
    }

    #[test]
    fn an_unknown_chore_is_answered_with_the_known_ones() {
        let error = start(vec!["tets".into()]).unwrap_err();
        assert!(error.is::<Usage>());
        assert!(error.to_string().contains("`tets`") && error.to_string().contains("test, bench"));
    }
}
