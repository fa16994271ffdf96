//! Can hostile bytes bring a parser down?
//!
//! Two drivers over the same targets: a deterministic storm of mutated seeds that every test run affords, and libFuzzer,
//! which learns from coverage. libFuzzer runs on the stable toolchain: the coverage pass is reached by `-Cpasses`, and
//! only the sanitizers need nightly, which code that forbids `unsafe` gains little from.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail, ensure};

use crate::args::Args;
use crate::process;
use crate::repo::Repo;
use crate::{Chore, Skips};

pub(crate) const CHORE: Chore = Chore {
    name: "fuzz",
    about: "Throw mutated inputs at the parsers",
    help: "Usage: cargo xtask fuzz [TARGET] [--iterations N] [--seed N]\n\
        \x20      cargo xtask fuzz TARGET --seconds N\n\
        \x20      cargo xtask fuzz TARGET --input FILE\n\n\
        \x20 --iterations N   mutated seeds per target (default 20000)\n\
        \x20 --seed N         another series of inputs (default 1)\n\
        \x20 --seconds N      search by coverage with libFuzzer instead (needs a C++ compiler)\n\
        \x20 --input FILE     replay one input\n\n\
        What libFuzzer finds is kept in <target>/fuzz/corpus and <target>/fuzz/artifacts.\n",
    run,
};

/// The fuzz crate, a workspace of its own.
pub(crate) const MANIFEST: &str = "fuzz/Cargo.toml";

/// What cargo-fuzz passes, less the sanitizer.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0 \
    -Ccodegen-units=1";

/// `cargo VERB` on the fuzz crate, built apart from the workspace; refuses a stale lock file with the way out.
pub(crate) fn cargo(repo: &Repo, verb: &str) -> anyhow::Result<Command> {
    let mut resolve =
        repo.cargo(&["metadata", "--format-version", "1", "--locked", "--manifest-path", MANIFEST]);
    process::text(&mut resolve).context(
        "way out, if fuzz/Cargo.lock is stale: `cargo update --workspace --manifest-path fuzz/Cargo.toml`",
    )?;
    let mut cargo = repo.cargo(&[verb, "--locked", "--manifest-path", MANIFEST, "--target-dir"]);
    cargo.arg(repo.target.join("fuzz"));
    Ok(cargo)
}

/// The smoke run of `cargo xtask test`.
pub(crate) fn smoke(repo: &Repo) -> anyhow::Result<Skips> {
    process::run(cargo(repo, "test")?.args(["--quiet", "--release", "--lib"]))?;
    storm(repo, &[])
}

fn run(repo: &Repo, mut args: Args) -> anyhow::Result<Skips> {
    let seconds = args.number("--seconds")?;
    let mut words = Vec::new();
    for option in ["--iterations", "--seed"] {
        if let Some(value) = args.number(option)? {
            words.extend([option.to_owned(), value.to_string()]);
        }
    }
    if let Some(file) = args.value("--input")? {
        words.extend(["--input".to_owned(), std::path::absolute(&file)?.display().to_string()]);
    }
    let target = args.word();
    args.finish()?;
    match (seconds, target) {
        (Some(seconds), target) => search(repo, target.as_deref().unwrap_or("parse"), seconds),
        (None, target) => {
            words.extend(target);
            storm(repo, &words)
        }
    }
}

fn storm(repo: &Repo, words: &[String]) -> anyhow::Result<Skips> {
    process::run(cargo(repo, "build")?.args(["--quiet", "--release", "--bin", "smoke"]))?;
    let base = repo.target.join("fuzz");
    let smoke = || {
        let mut smoke = Command::new(base.join("release/smoke"));
        smoke.current_dir(&repo.root).args(words);
        smoke
    };
    let status = smoke().status().context("starting the smoke driver")?;
    if status.success() {
        return Ok(Skips::new());
    }
    ensure!(status.code().is_none(), "the smoke driver found something; see above");
    // An abort leaves no message. The storm is deterministic: once more, with each input written down before its call.
    let last = base.join("last-input");
    smoke().arg("--last").arg(&last).status().context("repeating the storm")?;
    bail!("a parser aborted the process ({status}); its input is {}", last.display())
}

fn search(repo: &Repo, target: &str, seconds: u64) -> anyhow::Result<Skips> {
    let seeds = repo.root.join("fuzz/seeds").join(target);
    if !seeds.is_dir() {
        bail!("there is no target `{target}`: no folder {}", seeds.display());
    }
    if std::env::var_os("CXX").is_none() && process::on_path("c++").is_none() {
        bail!("a search by coverage builds libFuzzer, which needs a C++ compiler (Debian: apt install g++)");
    }
    let program = instrumented(repo, target)?;
    let found = repo.target.join("fuzz/artifacts").join(target);
    let corpus = repo.target.join("fuzz/corpus").join(target);
    for folder in [&corpus, &found] {
        std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    }
    let mut fuzzer = Command::new(program);
    fuzzer.args(["-timeout=2", "-max_len=65536", "-rss_limit_mb=1024", "-print_final_stats=1"]);
    fuzzer.arg(format!("-max_total_time={seconds}")).arg(format!("-artifact_prefix={}/", found.display()));
    let dictionary = repo.root.join(format!("fuzz/dictionaries/{target}.dict"));
    if dictionary.is_file() {
        fuzzer.arg(format!("-dict={}", dictionary.display()));
    }
    let way_out = format!("replay with `cargo xtask fuzz {target} --input FILE`, from {}", found.display());
    process::run(fuzzer.arg(corpus).arg(seeds)).context(way_out)?;
    Ok(Skips::new())
}

/// The target, built with libFuzzer and coverage counters.
fn instrumented(repo: &Repo, target: &str) -> anyhow::Result<PathBuf> {
    let triple = host(repo)?;
    // Naming the target keeps the flags away from build scripts and procedural macros.
    let mut build = cargo(repo, "build")?;
    build.args(["--release", "--bin", target, "--target", &triple]).env("RUSTFLAGS", COVERAGE);
    process::run(&mut build)?;
    Ok(repo.target.join("fuzz").join(triple).join("release").join(target))
}

fn host(repo: &Repo) -> anyhow::Result<String> {
    let mut rustc = Command::new("rustc");
    let said = process::text(rustc.current_dir(&repo.root).arg("-vV"))?;
    let line = said.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned).context("`rustc -vV` names no host")
}
