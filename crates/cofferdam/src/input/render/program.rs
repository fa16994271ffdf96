//! How is another program run without waiting for it forever?

use std::ffi::OsStr;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::input::file::MAX_BYTES;

/// A chart that takes longer is broken, or hostile.
const PATIENCE: Duration = Duration::from_mins(1);

/// Why there is no output.
#[derive(Debug)]
pub(super) enum Failed {
    /// The program is not installed.
    Missing,
    /// It ran and failed; its own words.
    Because(String),
}

/// Standard output of a program that ended well.
pub(super) fn run(program: &str, arguments: &[&OsStr]) -> Result<String, Failed> {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Failed::Missing),
        Err(error) => return Err(Failed::Because(format!("starting {program}: {error}"))),
    };
    let out = drain(child.stdout.take());
    let err = drain(child.stderr.take());
    let succeeded = wait(&mut child, program)?;
    let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
    if !succeeded {
        return Err(Failed::Because(last_line(&err, program)));
    }
    if out.len() as u64 > MAX_BYTES {
        return Err(Failed::Because(format!("more than {} MiB of output", MAX_BYTES / 1024 / 1024)));
    }
    object::decode(out).map_err(|error| Failed::Because(error.message))
}

/// Reads a pipe to its end beside the program, so that neither waits for the other.
fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What could not be read is missing from the end; the exit status tells the rest.
            let _ = pipe.by_ref().take(MAX_BYTES + 1).read_to_end(&mut bytes);
            let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        }
        bytes
    })
}

fn wait(child: &mut Child, program: &str) -> Result<bool, Failed> {
    let since = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) if since.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(2)),
            Ok(None) => {
                // It is ours, and it is late; an error means that it just ended.
                let _ = child.kill();
                let _ = child.wait();
                return Err(Failed::Because(format!("{program} took longer than {} s", PATIENCE.as_secs())));
            }
            Err(error) => return Err(Failed::Because(format!("waiting for {program}: {error}"))),
        }
    }
}

fn last_line(bytes: &[u8], program: &str) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line =
        text.lines().rev().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("Use --debug"));
    line.map_or_else(
        || format!("{program} failed without a word"),
        |line| line.trim_start_matches("Error: ").to_owned(),
    )
}
