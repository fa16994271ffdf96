//! Where does output go? Data to standard output, everything else to standard error.

use std::io::{IsTerminal, Stderr, Stdout, Write};
use std::time::{Duration, Instant};

use finding::Color;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::When;

/// The terminal, or what stands in for it.
#[derive(Debug)]
pub(crate) struct Ui {
    color: When,
    quiet: bool,
    out: Stdout,
    err: Stderr,
}

impl Ui {
    pub(crate) fn new(color: When, quiet: bool) -> Self {
        Self { color, quiet, out: std::io::stdout(), err: std::io::stderr() }
    }

    /// Whether what is written to standard output is coloured.
    pub(crate) fn color(&self) -> Color {
        let auto = || self.out.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        let on = match self.color {
            When::Always => true,
            When::Never => false,
            When::Auto => auto(),
        };
        if on { Color::On } else { Color::Off }
    }

    /// Writes the result.
    ///
    /// # Errors
    /// When standard output cannot be written, a closed pipe included.
    pub(crate) fn data(&mut self, text: &str) -> std::io::Result<()> {
        let mut out = self.out.lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Says something about the work to whoever watches.
    pub(crate) fn note(&mut self, text: &str) {
        if !self.quiet {
            self.say(text);
        }
    }

    /// Says what was asked for and not done: also to who wants to hear no more than that.
    pub(crate) fn warn(&mut self, text: &str) {
        self.say(text);
    }

    /// Prints the chain of an error, once.
    pub(crate) fn error(&mut self, error: &anyhow::Error) {
        self.say(&format!("error: {error:#}"));
    }

    /// A bar for work that takes longer than a second; nothing in a pipe.
    pub(crate) fn progress(&self, what: &'static str, total: usize) -> Progress {
        let shown = !self.quiet && self.err.is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total as u64), target);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}") {
            bar.set_style(style);
        }
        Progress { bar, what, since: Instant::now() }
    }

    fn say(&mut self, text: &str) {
        // Nothing sensible can be done when standard error is closed.
        let _ = writeln!(self.err, "{}", finding::visible(text));
    }
}

/// Work under way.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    what: &'static str,
    since: Instant,
}

impl Progress {
    /// One piece is done.
    pub(crate) fn step(&self) {
        self.bar.inc(1);
        if self.since.elapsed() > Duration::from_secs(1) && self.bar.message().is_empty() {
            self.bar.set_message(self.what);
        }
    }

    /// All is done: the bar goes away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
