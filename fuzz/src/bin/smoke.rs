//! Does any of some thousand mutated seeds bring a parser down? Stable toolchain, no C++, seconds.
//!
//! Usage: `smoke [TARGET] [--iterations N] [--seed N] [--last FILE]`, or `smoke TARGET --input FILE` to replay one.
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use targets::mutate::{Random, input};
use targets::watch::{LIMIT, Watch};
use targets::{TARGETS, Target};

/// What was asked for.
struct Options {
    target: Option<String>,
    iterations: u64,
    seed: u64,
    last: Option<PathBuf>,
    input: Option<PathBuf>,
}

fn main() -> ExitCode {
    match options().and_then(|options| start(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("error: {text}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options, String> {
    let mut words = std::env::args().skip(1);
    let mut options = Options { target: None, iterations: 20_000, seed: 1, last: None, input: None };
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("`{word}` needs a value"));
        match word.as_str() {
            "--iterations" => options.iterations = number(&value()?)?,
            "--seed" => options.seed = number(&value()?)?,
            "--last" => options.last = Some(value()?.into()),
            "--input" => options.input = Some(value()?.into()),
            _ if word.starts_with('-') => return Err(format!("unexpected `{word}`")),
            _ => options.target = Some(word),
        }
    }
    Ok(options)
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("`{text}` is not a whole number"))
}

fn start(options: &Options) -> Result<(), String> {
    let wanted = |target: &&Target| options.target.as_deref().is_none_or(|name| name == target.name);
    let chosen: Vec<&Target> = TARGETS.iter().filter(wanted).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        return Err(format!("no such target; the targets are {}", names.join(", ")));
    }
    for target in chosen {
        match &options.input {
            Some(file) => (target.run)(&read(file)?),
            None => storm(target, options)?,
        }
    }
    Ok(())
}

fn storm(target: &Target, options: &Options) -> Result<(), String> {
    let seeds = seeds(target)?;
    let mut watch = Watch::start(options.last.clone(), overdue);
    let mut random = Random::new(options.seed);
    let plain = seeds.iter().cloned().map(Some);
    let mutated = (0..options.iterations).map(|_| None);
    for (turn, ready) in plain.chain(mutated).enumerate() {
        let bytes = ready.unwrap_or_else(|| input(&seeds, &mut random));
        if watch.call(target.run, &bytes).is_err() {
            return Err(format!(
                "{} panicked on input {turn} of seed {}: {}",
                target.name,
                options.seed,
                hex(&bytes)
            ));
        }
    }
    let (time, bytes) = watch.slowest();
    println!(
        "{}: {} seeds and {} mutated inputs, no panic; slowest {:.1} ms for {} bytes (limit {} s)",
        target.name,
        seeds.len(),
        options.iterations,
        time.as_secs_f64() * 1e3,
        bytes.len(),
        LIMIT.as_secs(),
    );
    Ok(())
}

fn overdue(bytes: &[u8]) {
    eprintln!("error: over {} s for one input of {} bytes: {}", LIMIT.as_secs(), bytes.len(), hex(bytes));
    std::process::exit(1);
}

/// The seeds, by file name: the order decides what a seed number means.
fn seeds(target: &Target) -> Result<Vec<Vec<u8>>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target.name);
    let entries =
        std::fs::read_dir(&folder).map_err(|error| format!("reading {}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    if paths.is_empty() {
        return Err(format!("no seeds in {}", folder.display()));
    }
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("reading {}: {error}", path.display()))
}

/// The head of an input; the whole of it is found again by its turn and seed.
fn hex(bytes: &[u8]) -> String {
    let head = bytes.iter().take(1024).fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    if bytes.len() > 1024 { format!("{head}… ({} bytes)", bytes.len()) } else { head }
}
