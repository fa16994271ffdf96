//! How does a run end? The exit codes are a contract with scripts.

use std::process::ExitCode;

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Nothing to object to.
    Clean,
    /// Findings at or above the threshold, or a pod that would be refused.
    Objections,
    /// The work could not be done: usage, unreadable input, a host that cannot.
    Failed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Clean => 0,
            Outcome::Objections => 1,
            Outcome::Failed => 2,
        })
    }
}

/// Whether the reader of our output went away, as `head` does; that is no failure.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let pipe = |e: &std::io::Error| e.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(pipe))
}
