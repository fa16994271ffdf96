//! How does a server end when the test that started it ends, panics or is killed?
//!
//! A shell stands between: it holds our pipe, and ends its one child when the pipe closes, which the kernel does for
//! every process that goes. No other process is touched.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// `$!` is the watcher or the program; each is ended by its own number and by nobody else.
const SHELL: &str = r#"
exec 3<&0 </dev/null
"$@" 3<&- & program=$!
trap 'kill -KILL $program; wait $program; exit 0' USR1
(read -r _ <&3; kill -USR1 $$) & watcher=$!
exec 3<&-
wait $program; code=$?
kill $watcher
exit $code
"#;

/// Lines of a log that a failure shows.
const LAST: usize = 15;

/// A program that ends with this value.
#[derive(Debug)]
pub struct Supervised {
    shell: Child,
    pipe: Option<ChildStdin>,
    log: PathBuf,
}

impl Supervised {
    /// Starts a program with its output going to a file.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(program: &Path, words: &[String], log: &Path) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("starting {}: {error}", program.display());
        let out = File::create(log).map_err(failed)?;
        let err = out.try_clone().map_err(failed)?;
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", SHELL, "sh"]).arg(program).args(words);
        shell.stdin(Stdio::piped()).stdout(out).stderr(err);
        let mut shell = shell.spawn().map_err(failed)?;
        let pipe = shell.stdin.take();
        Ok(Self { shell, pipe, log: log.to_owned() })
    }

    /// Whether it ended by itself.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.shell.try_wait(), Ok(None))
    }

    /// The end of its log.
    pub fn last_words(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let last = lines.get(lines.len().saturating_sub(LAST)..).unwrap_or_default();
        format!("{} ends with\n{}", self.log.display(), last.join("\n"))
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.pipe = None;
        let _ = self.shell.wait();
    }
}
