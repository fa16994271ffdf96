//! How is another program run without waiting for it forever?

use std::ffi::OsStr;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::input::file::MAX_BYTES;

/// A chart that takes longer is broken, or hostile.
const PATIENCE: Duration = Duration::from_mins(1);

/// Seconds to wait instead; for tests, and for the chart that really takes longer.
const PATIENCE_VARIABLE: &str = "COFFERDAM_RENDER_TIMEOUT";

/// Why there is no output.
#[derive(Debug)]
pub(super) enum Failed {
    /// The program is not installed.
    Missing,
    /// It ran and failed; its own words.
    Because(String),
}

/// Standard output of a program that ended well and said something.
pub(super) fn run(program: &str, arguments: &[&OsStr]) -> Result<String, Failed> {
    let child = Command::new(program)
        .args(arguments)
        // Second lock on the door: what is remote was refused before.
        .env("GIT_ALLOW_PROTOCOL", "file")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Failed::Missing),
        Err(error) => return Err(Failed::Because(format!("starting {program}: {error}"))),
    };
    let patience = Patience::begin(program);
    let out = drain(child.stdout.take());
    let err = drain(child.stderr.take());
    let succeeded = patience.with(&mut child)?;
    let (out, err) = (patience.with_pipe(&out)?, patience.with_pipe(&err)?);
    if !succeeded {
        return Err(Failed::Because(last_line(&err, program)));
    }
    if out.len() as u64 > MAX_BYTES {
        return Err(Failed::Because(format!("more than {} MiB of output", MAX_BYTES / 1024 / 1024)));
    }
    let text = object::decode(out).map_err(|error| Failed::Because(error.message))?;
    if text.lines().all(|line| matches!(line.trim(), "" | "---") || line.starts_with('#')) {
        return Err(Failed::Because("nothing: it ended well and printed no object".to_owned()));
    }
    Ok(text)
}

/// Reads a pipe to its end beside the program, so that neither waits for the other.
fn drain(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What could not be read is missing from the end; the exit status tells the rest.
            let _ = pipe.by_ref().take(MAX_BYTES + 1).read_to_end(&mut bytes);
            let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        }
        // Nobody waits any more for a program that took too long.
        let _ = send.send(bytes);
    });
    receive
}

/// How long a program is waited for, and for what it left behind: a child of its own may hold the pipe.
struct Patience<'a> {
    program: &'a str,
    since: Instant,
    limit: Duration,
}

impl<'a> Patience<'a> {
    fn begin(program: &'a str) -> Self {
        let seconds = std::env::var(PATIENCE_VARIABLE).ok().and_then(|seconds| seconds.parse().ok());
        Self { program, since: Instant::now(), limit: seconds.map_or(PATIENCE, Duration::from_secs) }
    }

    /// Whether the program ended well; one that is late is ended.
    fn with(&self, child: &mut Child) -> Result<bool, Failed> {
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return Ok(status.success()),
                Ok(None) if self.since.elapsed() < self.limit => thread::sleep(Duration::from_millis(2)),
                Ok(None) => {
                    // It is ours, and it is late; an error means that it just ended.
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(self.late());
                }
                Err(error) => {
                    return Err(Failed::Because(format!("waiting for {}: {error}", self.program)));
                }
            }
        }
    }

    fn with_pipe(&self, pipe: &Receiver<Vec<u8>>) -> Result<Vec<u8>, Failed> {
        let rest = self.limit.saturating_sub(self.since.elapsed());
        pipe.recv_timeout(rest.max(Duration::from_millis(100))).map_err(|_| self.late())
    }

    fn late(&self) -> Failed {
        Failed::Because(format!("{} took longer than {} s", self.program, self.limit.as_secs()))
    }
}

fn last_line(bytes: &[u8], program: &str) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line =
        text.lines().rev().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("Use --debug"));
    line.map_or_else(
        || format!("{program} failed without a word"),
        |line| plain(line.trim_start_matches("Error: ")),
    )
}

/// Without what kubectl's log puts before and around its words: a time and a process number differ from
/// run to run, and a report may not.
fn plain(line: &str) -> String {
    let logged = line.starts_with(['E', 'F', 'W', 'I']) && line.contains(".go:");
    let Some((_, said)) = line.split_once("] ").filter(|_| logged) else { return line.to_owned() };
    let cause = said.split_once("err=\"").map_or(said, |(_, cause)| cause.trim_end_matches('"'));
    cause.replace("\\\"", "\"")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_log_line_is_reduced_to_its_cause() {
        let line = r#"E1122 16:39:17.403799   14973 run.go:72] "command failed" err="accumulating \"x\": no such file""#;
        assert_eq!(plain(line), r#"accumulating "x": no such file"#);
        assert_eq!(plain("Expected a chart [x] y"), "Expected a chart [x] y");
    }
}
