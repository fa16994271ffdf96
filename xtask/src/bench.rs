//! How fast is `cofferdam check`, and how does it compare with its peers here and now?
//!
//! Absolute figures depend on the machine; ratios taken on the same machine in the same minute travel better. A missed
//! aim is printed, never an error: a slow machine must not turn a build red.

mod admission;
mod load;
mod measure;
mod table;

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use crate::args::{Args, Usage};
use crate::process;
use crate::repo::Repo;
use crate::{Chore, Skips};
use measure::{Cores, Job};
use table::{Aim, Row, Unit};

pub(crate) const CHORE: Chore = Chore {
    name: "bench",
    about: "Measure speed and memory, beside the aims and beside peers",
    help: "Usage: cargo xtask bench [load] [--markdown]\n\n\
        \x20 load         only the webhook, in front of a real API server: `cargo xtask setup` builds that\n\
        \x20 --markdown   print a table for docs\n\n\
        COFFERDAM_CORPUS        folder with manifests/ (default ../shared/corpus beside the checkout)\n\
        COFFERDAM_BIN           a binary to measure instead of building a release\n\
        COFFERDAM_CHECKOV       checkov, if it is not on PATH\n\
        COFFERDAM_KUBE_LINTER   kube-linter, if it is not on PATH\n",
    run,
};

/// Runs on the corpus: a median that one slow moment does not move.
const RUNS: usize = 15;
/// Runs of what takes seconds.
const FEW: usize = 3;
/// Files of the large run.
const MANY: usize = 10_000;

/// A tool that answers a similar question about the same files.
struct Peer {
    name: &'static str,
    variable: &'static str,
    /// Its words; `DIR` stands for the folder.
    words: &'static [&'static str],
    aim: f64,
}

const PEERS: [Peer; 2] = [
    Peer {
        name: "checkov",
        variable: "COFFERDAM_CHECKOV",
        words: &[
            "-d",
            "DIR",
            "--framework",
            "kubernetes",
            "--skip-download",
            "-o",
            "json",
            "--quiet",
            "--compact",
        ],
        aim: 100.0,
    },
    Peer {
        name: "kube-linter",
        variable: "COFFERDAM_KUBE_LINTER",
        words: &["lint", "DIR", "--format", "json"],
        aim: 5.0,
    },
];

fn run(repo: &Repo, mut args: Args) -> anyhow::Result<Skips> {
    let markdown = args.switch("--markdown");
    let part = args.word();
    args.finish()?;
    match part.as_deref() {
        None => {}
        Some("load") => return load::run(repo, |rows| show(rows, markdown)),
        Some(other) => return Err(Usage::new(format!("there is no part `{other}`; `load` is one")).into()),
    }
    let corpus = repo.data("COFFERDAM_CORPUS", "shared/corpus").map(|corpus| corpus.join("manifests"));
    let corpus = corpus.filter(|folder| folder.is_dir());
    let Some(corpus) = corpus else {
        return Ok(vec![
            "bench: neither $COFFERDAM_CORPUS nor ../shared/corpus has a folder manifests".into(),
        ]);
    };
    let binary = binary(repo)?;
    let mut rows = Vec::new();
    let ours = corpus_rows(&binary, &corpus, &mut rows)?;
    many_rows(repo, &binary, &corpus, &mut rows)?;
    admission::rows(repo, &binary, &mut rows)?;
    let mut skips = Skips::new();
    for peer in &PEERS {
        match peer_row(peer, &corpus, ours)? {
            Ok(row) => rows.push(row),
            Err(why) => skips.push(why),
        }
    }
    show(&rows, markdown);
    Ok(skips)
}

fn show(rows: &[Row], markdown: bool) {
    print!("{}", if markdown { table::markdown(rows) } else { table::aligned(rows) });
}

/// The binary to ask: the one that is named, or a release built now.
pub(crate) fn binary(repo: &Repo) -> anyhow::Result<PathBuf> {
    if let Some(path) = std::env::var_os("COFFERDAM_BIN") {
        return Ok(path.into());
    }
    process::run(&mut repo.cargo(&["build", "--quiet", "--release", "--locked", "--package", "cofferdam"]))?;
    Ok(repo.target.join("release/cofferdam"))
}

fn check(binary: &Path, folder: &Path, cores: Cores) -> Job {
    let words = ["check".into(), folder.as_os_str().to_owned(), "--format".into(), "json".into()];
    Job::new(binary, words, cores)
}

/// Adds the rows of the corpus; returns its CPU seconds on any cores, the ground of the ratios.
fn corpus_rows(binary: &Path, corpus: &Path, rows: &mut Vec<Row>) -> anyhow::Result<f64> {
    let one = check(binary, corpus, Cores::First);
    let printed = one.printed()?;
    // A program that does nothing is fast.
    ensure!(printed.starts_with('{'), "`{}` prints no JSON: there is nothing to measure", one.line());
    let files = files(corpus)?.len();
    let name = |what: &str| format!("check, {files} files, {what}");
    let wall = median(RUNS, || one.wall())?;
    rows.push(Row::new(name("one core, wall"), Unit::Seconds(wall), Aim::AtMost(0.060)));
    rows.push(Row::new(name("one core, CPU"), Unit::Seconds(median(RUNS, || one.cpu())?), Aim::None));
    rows.push(Row::new(name("peak memory"), Unit::Bytes(one.peak()?), Aim::AtMost(64.0 * 1024.0 * 1024.0)));
    let any = check(binary, corpus, Cores::All);
    let cpu = median(RUNS, || any.cpu())?;
    rows.push(Row::new(name("all cores, CPU"), Unit::Seconds(cpu), Aim::None));
    Ok(cpu)
}

fn many_rows(repo: &Repo, binary: &Path, corpus: &Path, rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let folder = repo.target.join("bench/many");
    many(corpus, &folder)?;
    let two = check(binary, &folder, Cores::FirstTwo);
    two.printed()?;
    let wall = median(FEW, || two.wall())?;
    rows.push(Row::new(
        format!("check, {MANY} files, two cores, wall"),
        Unit::Seconds(wall),
        Aim::AtMost(1.0),
    ));
    let peak = Unit::Bytes(two.peak()?);
    rows.push(Row::new(format!("check, {MANY} files, peak memory"), peak, Aim::None));
    std::fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))
}

/// The ratio of the peer's CPU seconds to ours, or why it is not known.
fn peer_row(peer: &Peer, corpus: &Path, ours: f64) -> anyhow::Result<Result<Row, String>> {
    let given = std::env::var_os(peer.variable).map(PathBuf::from);
    let Some(program) = given.or_else(|| process::on_path(peer.name)) else {
        return Ok(Err(format!("{}: not on PATH, and {} is not set", peer.name, peer.variable)));
    };
    let words = peer
        .words
        .iter()
        .map(|word| if *word == "DIR" { corpus.as_os_str().to_owned() } else { word.into() });
    let job = Job::new(&program, words, Cores::All);
    if let Err(error) = job.printed() {
        return Ok(Err(format!("{}: {error:#}", peer.name)));
    }
    let theirs = median(FEW, || job.cpu())?;
    let name = format!("{} CPU ({theirs:.2} s) to ours", peer.name);
    Ok(Ok(Row::new(name, Unit::Times(theirs / ours.max(0.001)), Aim::AtLeast(peer.aim))))
}

/// Copies the corpus's manifests round and round until there are enough.
fn many(corpus: &Path, folder: &Path) -> anyhow::Result<()> {
    let sources = files(corpus)?;
    ensure!(!sources.is_empty(), "{} holds no manifests", corpus.display());
    std::fs::remove_dir_all(folder).ok();
    for (turn, source) in sources.iter().cycle().take(MANY).enumerate() {
        let ending = source.extension().unwrap_or_default().to_string_lossy();
        let below = folder.join(format!("{:03}", turn / 100));
        std::fs::create_dir_all(&below).with_context(|| format!("creating {}", below.display()))?;
        let copy = below.join(format!("{turn:05}.{ending}"));
        std::fs::copy(source, &copy).with_context(|| format!("copying {}", source.display()))?;
    }
    Ok(())
}

/// Files that `cofferdam check` reads, sorted.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path
            .extension()
            .is_some_and(|ending| ["yaml", "yml", "json"].iter().any(|known| ending == *known))
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The middle of `count` measurements, after one that warms the caches.
fn median(count: usize, measure: impl Fn() -> anyhow::Result<f64>) -> anyhow::Result<f64> {
    measure()?;
    let mut figures = (0..count).map(|_| measure()).collect::<anyhow::Result<Vec<f64>>>()?;
    figures.sort_by(f64::total_cmp);
    figures.get(count / 2).copied().context("nothing was measured")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle_and_an_error_passes_through() {
        let figures = std::cell::RefCell::new(vec![9.0, 3.0, 1.0, 100.0]);
        let next = || figures.borrow_mut().pop().context("none left");
        assert!((median(3, next).unwrap() - 3.0).abs() < f64::EPSILON);
        assert!(median(1, next).is_err());
    }
}
