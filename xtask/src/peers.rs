//! Where do other tools judge the same manifests otherwise than we do?
//!
//! Object by object: a tool that counts findings differently, one a container or one a pod, agrees with us if it flags
//! the same objects. Who is right is for people to find out; `docs/peers.md` says what they found.

mod compare;
mod mapping;
mod read;
mod table;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::args::Args;
use crate::bench;
use crate::process;
use crate::repo::Repo;
use crate::{Chore, Skips};
use mapping::Tool;
use read::Verdicts;

pub(crate) const CHORE: Chore = Chore {
    name: "peers",
    about: "Compare verdicts with those of other tools, object by object",
    help: "Usage: cargo xtask peers [--write]\n\n\
        \x20 --write   put the table into docs/peers.md\n\n\
        COFFERDAM_CORPUS        folder with manifests/ (default ../shared/corpus beside the checkout)\n\
        COFFERDAM_BIN           a binary to ask instead of building a release\n\
        COFFERDAM_CHECKOV       checkov, if it is not on PATH\n\
        COFFERDAM_KUBE_LINTER   kube-linter, if it is not on PATH\n",
    run,
};

const PAGE: &str = "docs/peers.md";

/// How a tool is asked; `DIR` stands for the folder.
struct Peer {
    tool: Tool,
    variable: &'static str,
    words: &'static [&'static str],
    read: Reader,
}

/// Makes verdicts of what a program printed; paths become relative to the folder.
type Reader = fn(&str, &Path) -> anyhow::Result<Verdicts>;

const PEERS: [Peer; 2] = [
    Peer {
        tool: Tool::KubeLinter,
        variable: "COFFERDAM_KUBE_LINTER",
        // `schema-validation` asks the network for schemas, and waits for it where there is none.
        words: &["lint", "DIR", "--add-all-built-in", "--exclude", "schema-validation", "--format", "json"],
        read: read::kube_linter,
    },
    Peer {
        tool: Tool::Checkov,
        variable: "COFFERDAM_CHECKOV",
        words: &["-d", "DIR", "--framework", "kubernetes", "--skip-download", "-o", "json", "--compact"],
        read: read::checkov,
    },
];

fn run(repo: &Repo, mut args: Args) -> anyhow::Result<Skips> {
    let write = args.switch("--write");
    args.finish()?;
    let corpus = repo.data("COFFERDAM_CORPUS", "shared/corpus").map(|corpus| corpus.join("manifests"));
    let Some(corpus) = corpus.filter(|folder| folder.is_dir()) else {
        return Ok(vec![
            "peers: neither $COFFERDAM_CORPUS nor ../shared/corpus has a folder manifests".into(),
        ]);
    };
    let binary = bench::binary(repo)?;
    let rules = read::rules(&answer(&binary, &["list", "checks", "--format", "json"], &corpus)?)?;
    let projects = projects(&corpus)?;
    let ask = |program: &Path, words, read: Reader| -> anyhow::Result<Verdicts> {
        let mut verdicts = Verdicts::default();
        for project in &projects {
            verdicts.add(read(&answer(program, words, project)?, &corpus)?);
        }
        Ok(verdicts)
    };
    let ours = ask(&binary, &["check", "DIR", "--format", "json"], read::ours)?;
    let (mut theirs, mut skips) = (Vec::new(), Skips::new());
    for peer in &PEERS {
        let name = peer.tool.name();
        let given = std::env::var_os(peer.variable).map(PathBuf::from);
        let Some(program) = given.or_else(|| process::on_path(name)) else {
            skips.push(format!("{name}: not on PATH, and {} is not set", peer.variable));
            continue;
        };
        let verdicts = ask(&program, peer.words, peer.read).with_context(|| format!("asking {name}"))?;
        theirs.push((peer.tool, verdicts));
    }
    if theirs.is_empty() {
        return Ok(skips);
    }
    let rows = compare::rows(&rules, &ours, &theirs);
    let text = table::markdown(&rows, &rules);
    print!("{text}");
    if write {
        let path = repo.root.join(PAGE);
        let page = std::fs::read_to_string(&path).with_context(|| format!("reading {PAGE}"))?;
        let page = table::insert(&page, &text).with_context(|| format!("{PAGE} has no place for figures"))?;
        std::fs::write(&path, page).with_context(|| format!("writing {PAGE}"))?;
    }
    Ok(skips)
}

/// The folders of the corpus: each is a project, and a policy of one says nothing of the pods of another.
fn projects(corpus: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(corpus).with_context(|| format!("reading {}", corpus.display()))?;
    let mut folders = Vec::new();
    for entry in entries {
        folders.push(entry.context("reading the corpus")?.path());
    }
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    Ok(folders)
}

/// What a program prints; it ends with 1 when it found something.
fn answer(program: &Path, words: &[&str], folder: &Path) -> anyhow::Result<String> {
    let mut command = Command::new(program);
    for word in words {
        if *word == "DIR" {
            command.arg(folder);
        } else {
            command.arg(word);
        }
    }
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("starting `{}`", process::line(&command)))?;
    if !matches!(output.status.code(), Some(0 | 1)) {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().last().unwrap_or_default();
        bail!("`{}` ended with {}: {last}", process::line(&command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
