//! Is this checkout fit to merge?
//!
//! The steps run in order and stop at the first that fails: a later one would only repeat its complaint.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::args::{Args, Usage};
use crate::repo::Repo;
use crate::{Chore, Skips, chart, fuzz, r#gen, process, setup, tidy};

pub(crate) const CHORE: Chore = Chore {
    name: "test",
    about: "Run every test, as continuous integration does",
    help: "Usage: cargo xtask test [--step NAME] [--list]\n\n\
        \x20 --step NAME   run only this step (`setup` is the only one that others build on)\n\
        \x20 --list        print the steps and do nothing\n\n\
        COFFERDAM_CONFORMANCE and COFFERDAM_CORPUS name the test data; by default ../shared/conformance and\n\
        ../shared/corpus beside the checkout. Where they are missing, the tests that read them skip and say so.\n",
    run,
};

/// One part of the test run.
struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&Repo) -> anyhow::Result<Skips>,
}

const STEPS: [Step; 10] = [
    Step { name: "setup", about: "what the tests need", run: setup::steps },
    Step { name: "fmt", about: "formatting, of the workspace and of fuzz/", run: fmt },
    Step { name: "clippy", about: "lints, all targets, warnings refused", run: clippy },
    Step { name: "tidy", about: "rules of the repository no compiler knows", run: tidy::steps },
    Step { name: "gen", about: "docs/reference is what the binary prints", run: r#gen::check },
    Step {
        name: "unit",
        about: "cargo test, with the conformance data and the oracle if present",
        run: unit,
    },
    Step { name: "e2e", about: "the same decisions from a real API server", run: e2e },
    Step { name: "chart", about: "the Helm chart, judged by what it installs", run: chart::steps },
    Step { name: "doc", about: "rustdoc, warnings refused", run: doc },
    Step { name: "fuzz", about: "mutated seeds through every parser", run: fuzz::smoke },
];

fn run(repo: &Repo, mut args: Args) -> anyhow::Result<Skips> {
    let list = args.switch("--list");
    let only = args.value("--step")?;
    args.finish()?;
    if list {
        for step in &STEPS {
            println!("{:<7} {}", step.name, step.about);
        }
        return Ok(Skips::new());
    }
    let steps = chosen(only.as_deref())?;
    let start = Instant::now();
    let mut skips = Skips::new();
    for step in &steps {
        skips.extend(timed(repo, step)?);
    }
    println!("\n{} passed in {}", counted(steps.len()), seconds(start.elapsed()));
    Ok(skips)
}

fn chosen(only: Option<&str>) -> Result<Vec<&'static Step>, Usage> {
    let Some(name) = only else { return Ok(STEPS.iter().collect()) };
    let found = STEPS.iter().find(|step| step.name == name);
    let names = || STEPS.map(|step| step.name).join(", ");
    found
        .map(|step| vec![step])
        .ok_or_else(|| Usage::new(format!("there is no step `{name}`; the steps are {}", names())))
}

fn timed(repo: &Repo, step: &Step) -> anyhow::Result<Skips> {
    println!("\n== {}: {}", step.name, step.about);
    let start = Instant::now();
    let skips = (step.run)(repo).with_context(|| {
        format!("step `{0}` failed; run only it with `cargo xtask test --step {0}`", step.name)
    })?;
    println!("== {} ok, {}", step.name, seconds(start.elapsed()));
    Ok(skips)
}

fn counted(steps: usize) -> String {
    if steps == 1 { "1 step".to_owned() } else { format!("{steps} steps") }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// The source files of the checks.
fn checks_of(repo: &Repo) -> anyhow::Result<Vec<PathBuf>> {
    let folder = repo.root.join("crates/check/src/checks");
    let entries = std::fs::read_dir(&folder).with_context(|| format!("listing {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files.sort();
    Ok(files)
}

fn fmt(repo: &Repo) -> anyhow::Result<Skips> {
    process::run(&mut repo.cargo(&["fmt", "--all", "--check"])).context("way out: `cargo fmt --all`")?;
    // Modules that a macro declares are not found by `cargo fmt`.
    let mut checks = Command::new("rustfmt");
    checks.args(["--check", "--edition", "2024"]).args(checks_of(repo)?).current_dir(&repo.root);
    process::run(&mut checks).context("way out: `rustfmt crates/check/src/checks/*.rs`")?;
    let mut fuzz = repo.cargo(&["fmt", "--check", "--manifest-path", fuzz::MANIFEST]);
    process::run(&mut fuzz)
        .with_context(|| format!("way out: `cargo fmt --manifest-path {}`", fuzz::MANIFEST))?;
    Ok(Skips::new())
}

fn clippy(repo: &Repo) -> anyhow::Result<Skips> {
    let deny = ["--", "-D", "warnings"];
    process::run(repo.cargo(&["clippy", "--workspace", "--all-targets", "--locked"]).args(deny))?;
    process::run(fuzz::cargo(repo, "clippy")?.arg("--all-targets").args(deny))?;
    Ok(Skips::new())
}

/// Names the test data to a test run.
fn data(repo: &Repo, cargo: &mut Command, skips: &mut Skips) {
    for (variable, beside) in
        [("COFFERDAM_CONFORMANCE", "shared/conformance"), ("COFFERDAM_CORPUS", "shared/corpus")]
    {
        if let Some(folder) = repo.data(variable, beside) {
            cargo.env(variable, folder);
        } else {
            cargo.env_remove(variable);
            skips.push(format!("tests that read ${variable}: neither it nor ../{beside} is a folder"));
        }
    }
}

fn unit(repo: &Repo) -> anyhow::Result<Skips> {
    let mut skips = Skips::new();
    let mut cargo = repo.cargo(&["test", "--workspace", "--locked"]);
    data(repo, &mut cargo, &mut skips);
    // Its tests have a step of their own.
    cargo.env_remove(KUBERNETES);
    for (variable, name) in [("COFFERDAM_ORACLE", "oracle"), ("COFFERDAM_PSP_ORACLE", "psp-oracle")] {
        if let Some(program) = repo.program(name) {
            cargo.env(variable, program);
        } else {
            skips.push(format!("tests that ask ${variable}: it is not built, see `cargo xtask setup`"));
        }
    }
    if let Some(python) = repo.python() {
        cargo.env("COFFERDAM_PYTHON", python);
    } else {
        skips.push("tests that validate reports with $COFFERDAM_PYTHON: see `cargo xtask setup`".into());
    }
    process::run(&mut cargo)?;
    Ok(skips)
}

/// The folder of kube-apiserver, kubectl and perhaps etcd.
const KUBERNETES: &str = "COFFERDAM_KUBERNETES";

fn e2e(repo: &Repo) -> anyhow::Result<Skips> {
    let mut skips = Skips::new();
    if let Some(missing) = ["kube-apiserver", "kubectl"].into_iter().find(|name| repo.program(name).is_none())
    {
        skips
            .push(format!("tests against a real API server: there is no {missing}, see `cargo xtask setup`"));
        return Ok(skips);
    }
    if repo.program("etcd").or_else(|| process::on_path("etcd")).is_none() {
        skips.push("tests against a real API server: there is no etcd, see `cargo xtask setup`".into());
        return Ok(skips);
    }
    // Counts are printed by the tests, and two servers are as many as two cores bear.
    let words = ["test", "--package", "cofferdam", "--test", "e2e", "--locked"];
    let mut cargo = repo.cargo(&words);
    data(repo, &mut cargo, &mut skips);
    cargo.env(KUBERNETES, repo.setup()).args(["--", "--nocapture", "--test-threads=2"]);
    process::run(&mut cargo)?;
    Ok(skips)
}

fn doc(repo: &Repo) -> anyhow::Result<Skips> {
    let mut cargo: Command = repo.cargo(&["doc", "--workspace", "--no-deps", "--locked"]);
    process::run(cargo.env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok(Skips::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_can_be_run_alone_and_an_unknown_one_is_refused() {
        assert_eq!(chosen(None).unwrap().len(), STEPS.len());
        assert_eq!(chosen(Some("tidy")).unwrap()[0].name, "tidy");
        let error = chosen(Some("lint")).err().unwrap().to_string();
        assert!(error.contains("`lint`") && error.contains("clippy"), "{error}");
    }
}
