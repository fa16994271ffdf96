//! Does the reference say what the binary does?
//!
//! `docs/reference` is not written but printed: by `cofferdam list checks`, `cofferdam explain` and `--help`. Texts are
//! mended where they stand in the code, and a page nobody prints any more is removed.

mod checks;
mod cli;
mod outputs;
mod tree;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::args::Args;
use crate::process;
use crate::repo::Repo;
use crate::{Chore, Skips};
use tree::Tree;

pub(crate) const CHORE: Chore = Chore {
    name: "gen",
    about: "Write docs/reference, and the output shown in guides, from what the binary prints",
    help: "Usage: cargo xtask gen [--check]\n\n\
        \x20 --check   write nothing; fail and name the pages that differ\n\n\
        COFFERDAM_BIN names a binary to ask instead of building crates/cofferdam.\n",
    run,
};

/// How deep `--help` is followed: `cofferdam`, `cofferdam image`, `cofferdam image scan`.
const DEPTH: usize = 3;

fn run(repo: &Repo, mut args: Args) -> anyhow::Result<Skips> {
    let only_check = args.switch("--check");
    args.finish()?;
    if only_check {
        return check(repo);
    }
    let filled = outputs(repo)?;
    for (path, text) in &filled {
        std::fs::write(repo.root.join(path), text).with_context(|| format!("writing {path}"))?;
        println!("{path} shows other output: written");
    }
    let changed = pages(repo)?.write(&repo.root)?;
    for (path, how) in &changed {
        println!("{path} {how}: {}", if *how == tree::STALE { "removed" } else { "written" });
    }
    println!("docs/reference: {} changed", changed.len());
    Ok(Skips::new())
}

/// Fails when the pages on disk are not what the binary prints.
pub(crate) fn check(repo: &Repo) -> anyhow::Result<Skips> {
    let mut differing = pages(repo)?.differing(&repo.root);
    differing.extend(outputs(repo)?.into_iter().map(|(path, _)| (path, "shows other output")));
    if differing.is_empty() {
        return Ok(Skips::new());
    }
    for (path, how) in &differing {
        println!("{path}: {how}");
    }
    bail!("{} pages differ from what the binary prints; run `cargo xtask gen`", differing.len())
}

/// Hand-written pages whose shown output is not today's, and the chart's definitions.
fn outputs(repo: &Repo) -> anyhow::Result<Vec<(String, String)>> {
    let binary = Binary::find(repo)?;
    let mut differing = outputs::differing(&repo.root, &|words| binary.shows(words, &repo.root))?;
    let definitions = binary.says(&["policy", "crd"])?;
    let stands = std::fs::read_to_string(repo.root.join(DEFINITIONS)).unwrap_or_default();
    differing.extend((stands != definitions).then(|| (DEFINITIONS.into(), definitions)));
    Ok(differing)
}

/// What the chart brings of what `cofferdam policy crd` prints.
const DEFINITIONS: &str = "charts/cofferdam/crds/cofferdam.dev.yaml";

/// Every page, as it should be.
fn pages(repo: &Repo) -> anyhow::Result<Tree> {
    let binary = Binary::find(repo)?;
    let list = binary.says(&["list", "checks", "--format", "json"])?;
    let list = checks::parse(&list).context("reading the output of `cofferdam list checks --format json`")?;
    let mut tree = Tree::default();
    tree.put("checks/README.md", checks::index(&list));
    tree.put("policy-export.md", checks::exports(&list));
    for check in &list {
        let page = binary.says(&["explain", &check.id])?;
        tree.put(&format!("checks/{}.md", check.id), checks::page(check, &page));
    }
    let mut help = Vec::new();
    collect(&binary, &mut Vec::new(), &mut help)?;
    tree.put("cli.md", cli::page(&help));
    tree.put("policy.schema.json", binary.says(&["policy", "schema"])?);
    Ok(tree)
}

/// Asks for the help of `words` and of every subcommand it lists.
fn collect(binary: &Binary, words: &mut Vec<String>, help: &mut Vec<(String, String)>) -> anyhow::Result<()> {
    let asked: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
    let text = binary.says(&asked)?;
    let below = cli::subcommands(&text);
    help.push((words.join(" "), text));
    if words.len() < DEPTH {
        for name in below {
            words.push(name);
            collect(binary, words, help)?;
            words.pop();
        }
    }
    Ok(())
}

/// The program whose words are printed.
pub(crate) struct Binary(PathBuf);

impl Binary {
    /// The built program; built first unless `$COFFERDAM_BIN` names one.
    pub(crate) fn find(repo: &Repo) -> anyhow::Result<Self> {
        if let Some(path) = std::env::var_os("COFFERDAM_BIN") {
            return Ok(Self(path.into()));
        }
        process::run(&mut repo.cargo(&["build", "--quiet", "--locked", "--package", "cofferdam"]))?;
        Ok(Self(repo.target.join("debug/cofferdam")))
    }

    /// The program, wrapped and coloured the same on every machine.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.0);
        command.env("NO_COLOR", "1").env("COLUMNS", "100");
        command
    }

    /// What the program prints at the root of the repository, whatever it ends with: a finding is no failure.
    fn shows(&self, words: &[&str], root: &Path) -> anyhow::Result<String> {
        let output = self.command().args(words).current_dir(root).output();
        let output = output.with_context(|| format!("running cofferdam {}", words.join(" ")))?;
        String::from_utf8(output.stdout).context("the output is not UTF-8")
    }

    /// What the program prints, wrapped the same on every machine.
    pub(crate) fn says(&self, words: &[&str]) -> anyhow::Result<String> {
        process::text(self.command().args(words))
    }
}
