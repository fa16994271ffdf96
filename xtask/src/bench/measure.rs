//! What does one run of a program cost: wall time, CPU seconds, peak memory?
//!
//! `wait4` would answer all three but needs `unsafe`. The shell's `times` gives CPU to the millisecond, and the kernel
//! keeps the peak in /proc while the program lives.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::process;

/// Where a program may run.
#[derive(Clone, Copy)]
pub(super) enum Cores {
    /// Everywhere.
    All,
    /// On the first core, where taskset is there to hold it.
    First,
    /// On the first two.
    FirstTwo,
}

/// A program with its words, started many times.
pub(super) struct Job {
    words: Vec<OsString>,
}

impl Job {
    /// `program` with `words`, held to `cores` where taskset is on PATH.
    pub(super) fn new(program: &Path, words: impl IntoIterator<Item = OsString>, cores: Cores) -> Self {
        let list = match cores {
            Cores::All => None,
            Cores::First => Some("0"),
            Cores::FirstTwo => Some("0,1"),
        };
        let held = list.filter(|_| process::on_path("taskset").is_some());
        // taskset replaces itself by the program, so that /proc of the child is the program's.
        let mut all: Vec<OsString> =
            held.map_or_else(Vec::new, |list| vec!["taskset".into(), "-c".into(), list.into()]);
        all.push(program.into());
        all.extend(words);
        Self { words: all }
    }

    /// The command as one would type it.
    pub(super) fn line(&self) -> String {
        process::line(&self.command())
    }

    /// What the program prints; exit codes 0 and 1 are answers, others are errors.
    pub(super) fn printed(&self) -> anyhow::Result<String> {
        let output = self
            .command()
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("starting `{}`", self.line()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().last().unwrap_or_default();
        let answered = matches!(output.status.code(), Some(0 | 1));
        ensure!(answered, "`{}` ended with {}: {last}", self.line(), output.status);
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Seconds from start to end.
    pub(super) fn wall(&self) -> anyhow::Result<f64> {
        let start = Instant::now();
        self.quiet().status().with_context(|| format!("starting `{}`", self.line()))?;
        Ok(start.elapsed().as_secs_f64())
    }

    /// User and system seconds of the program and all its children.
    pub(super) fn cpu(&self) -> anyhow::Result<f64> {
        let mut shell = Command::new("bash");
        shell.args(["-c", "\"$@\" >/dev/null 2>&1 </dev/null; times", "bash"]).args(&self.words);
        let said = process::text(&mut shell)?;
        children_seconds(&said).with_context(|| format!("reading the shell's times: {said}"))
    }

    /// Bytes of resident memory at the peak.
    pub(super) fn peak(&self) -> anyhow::Result<f64> {
        let mut child = self.quiet().spawn().with_context(|| format!("starting `{}`", self.line()))?;
        let status = format!("/proc/{}/status", child.id());
        let mut peak = 0.0_f64;
        while child.try_wait().context("waiting")?.is_none() {
            let now = std::fs::read_to_string(&status).ok().and_then(|text| high_water(&text));
            peak = peak.max(now.unwrap_or(0.0));
            std::thread::sleep(Duration::from_micros(200));
        }
        Ok(peak)
    }

    fn command(&self) -> Command {
        let mut words = self.words.iter();
        let mut command = Command::new(words.next().map_or("true".as_ref(), OsString::as_os_str));
        command.args(words);
        command
    }

    fn quiet(&self) -> Command {
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

/// The second line of the shell's `times`: `0m1.204s 0m0.310s`.
fn children_seconds(text: &str) -> Option<f64> {
    let line = text.trim_end().lines().last()?;
    line.split_whitespace().map(minutes_and_seconds).sum()
}

fn minutes_and_seconds(text: &str) -> Option<f64> {
    let (minutes, seconds) = text.strip_suffix('s')?.split_once('m')?;
    Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
}

/// `VmHWM:  1234 kB` of /proc/PID/status, in bytes.
fn high_water(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: Option<f64>, b: f64) -> bool {
        a.is_some_and(|a| (a - b).abs() < 1e-9)
    }

    #[test]
    fn the_shell_s_times_and_the_kernel_s_peak_are_read() {
        assert!(near(children_seconds("0m0.001s 0m0.002s\n1m1.500s 0m0.250s\n"), 61.75));
        assert!(near(high_water("Name:\tx\nVmHWM:\t    2048 kB\n"), 2.0 * 1024.0 * 1024.0));
        assert_eq!(children_seconds("nothing"), None);
        assert_eq!(high_water("Name: x"), None);
    }
}
