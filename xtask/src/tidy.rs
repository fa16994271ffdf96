//! Which rules of this repository can no compiler check?
//!
//! Each rule is a pure function of the tracked files or of `cargo metadata`; this file gathers both, and prints what
//! the rules object to: file, line, rule, and the way out.

mod decisions;
mod edges;
mod length;
mod licences;
mod links;
mod metadata;
mod outside;
mod pages;
mod stacks;
mod words;

use std::fmt;
use std::path::Path;

use anyhow::{Context, bail};

use crate::args::Args;
use crate::process;
use crate::repo::Repo;
use crate::{Chore, Skips};
use metadata::Metadata;

pub(crate) const CHORE: Chore = Chore {
    name: "tidy",
    about: "Check the rules of the repository that no compiler knows",
    help: "Usage: cargo xtask tidy\n\n\
        \x20 length       Rust files: a warning above 500 lines, refused above 800\n\
        \x20 edges        forbidden dependencies between and below our crates (docs/decisions/0001)\n\
        \x20 stacks       one YAML parser, one TLS stack, one crypto provider; a warning for double versions\n\
        \x20 licences     licences of everything cargo resolves\n\
        \x20 words        names of work machines and download hosts, unfinished-work markers\n\
        \x20 pages        each check has its page and its line in the list\n\
        \x20 decisions    docs/decisions/NNNN-title.md, without gaps\n\
        \x20 links        relative links in Markdown point at files\n\
        \x20 typos        the spelling checker, where `cargo xtask setup` could install it\n\
        \x20 deny         `cargo deny check bans licenses sources`, likewise\n",
    run,
};

/// The platforms we ship; the same list stands in `deny.toml`.
const PLATFORMS: [&str; 2] = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];

/// Whether a problem stops the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Warning,
    Failure,
}

/// Something a rule objects to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Problem {
    level: Level,
    rule: &'static str,
    file: String,
    /// 1-based; 0 for the file as a whole.
    line: usize,
    what: String,
    way_out: String,
}

impl Problem {
    /// A problem that fails the run.
    fn new(rule: &'static str, file: &str, line: usize, what: String, way_out: impl Into<String>) -> Self {
        Self { level: Level::Failure, rule, file: file.to_owned(), line, what, way_out: way_out.into() }
    }

    /// The same, only printed.
    fn warn(self) -> Self {
        Self { level: Level::Warning, ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = if self.level == Level::Warning { "warning" } else { "error" };
        let line = if self.line == 0 { String::new() } else { format!(":{}", self.line) };
        write!(f, "{}{line}: {level}[{}]: {}; {}", self.file, self.rule, self.what, self.way_out)
    }
}

/// A tracked text file.
struct Text {
    path: String,
    text: String,
}

impl Text {
    /// Whether the file's name ends in a dot and `ending`.
    fn is(&self, ending: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == ending)
    }
}

fn run(repo: &Repo, args: Args) -> anyhow::Result<Skips> {
    args.finish()?;
    steps(repo)
}

/// Applies every rule; fails when one objects. Returns the rules this machine could not apply.
pub(crate) fn steps(repo: &Repo) -> anyhow::Result<Skips> {
    let files = repo.tracked()?;
    let texts = texts(repo, &files)?;
    let mut problems = length::problems(&texts);
    problems.extend(words::problems(&texts));
    problems.extend(decisions::problems(&files));
    problems.extend(links::problems(&texts, &files));
    let mut skips = Skips::new();
    match pages::problems(&texts) {
        Some(found) => problems.extend(found),
        None => skips.push(format!("tidy rule `pages`: there is no {} yet", pages::FOLDER)),
    }
    let resolved = resolved(repo)?;
    let metadata = Metadata::parse(&resolved).context("reading the output of cargo metadata")?;
    problems.extend(edges::problems(&metadata));
    problems.extend(stacks::problems(&metadata));
    problems.extend(licences::problems(&metadata));
    let failures = report(&problems);
    let outside = outside::failures(repo, &resolved, &mut skips)?;
    if failures + outside > 0 {
        bail!("tidy: {failures} failures of our rules, {outside} of typos and cargo-deny");
    }
    println!("tidy: {} files", files.len());
    Ok(skips)
}

fn report(problems: &[Problem]) -> usize {
    for problem in problems {
        println!("{problem}");
    }
    problems.iter().filter(|problem| problem.level == Level::Failure).count()
}

/// The tracked files that are text; seeds of the fuzzer are data, whatever they look like.
fn texts(repo: &Repo, files: &[String]) -> anyhow::Result<Vec<Text>> {
    let mut texts = Vec::new();
    for path in files.iter().filter(|path| !path.starts_with("fuzz/seeds/")) {
        let bytes = std::fs::read(repo.root.join(path)).with_context(|| format!("reading {path}"))?;
        if let Ok(text) = String::from_utf8(bytes)
            && !text.contains('\0')
        {
            texts.push(Text { path: path.clone(), text });
        }
    }
    Ok(texts)
}

/// What is resolved for the platforms we ship; what only Windows would pull in is nobody's second stack.
fn resolved(repo: &Repo) -> anyhow::Result<String> {
    let mut cargo = repo.cargo(&["metadata", "--format-version", "1", "--locked"]);
    for platform in PLATFORMS {
        cargo.args(["--filter-platform", platform]);
    }
    process::text(&mut cargo)
}

#[cfg(test)]
fn text(path: &str, text: &str) -> Text {
    Text { path: path.to_owned(), text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_file_line_rule_and_way_out() {
        let problem = Problem::new("words", "a.rs", 3, "`x`".into(), "remove it");
        assert_eq!(problem.to_string(), "a.rs:3: error[words]: `x`; remove it");
        assert_eq!(Problem { line: 0, ..problem }.warn().to_string(), "a.rs: warning[words]: `x`; remove it");
    }
}
