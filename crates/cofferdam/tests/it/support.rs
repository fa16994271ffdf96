//! How is the program run, and what did it say? The one place that knows.

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// A run that takes longer has hung.
const PATIENCE: Duration = Duration::from_mins(1);

/// A pod with three findings, and nothing else to object to.
pub(crate) const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  automountServiceAccountToken: false
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: web
      image: registry.example.com/web:1.27.3
      securityContext:
        privileged: true
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
";

/// A pod that nobody objects to, policy included.
pub(crate) const GOOD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: good, namespace: shop}
spec:
  automountServiceAccountToken: false
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: app
      image: registry.example.com/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
";

/// A directory of its own with files, and a `PATH` of its own; both go away with the value.
pub(crate) struct Place {
    root: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("cofferdam-it-{}-{number}", std::process::id()));
        fs::create_dir_all(root.join("work")).unwrap();
        fs::create_dir_all(root.join("bin")).unwrap();
        Self { root }
    }

    /// A place with one file.
    pub(crate) fn with(name: &str, text: impl AsRef<[u8]>) -> Self {
        Self::new().file(name, text)
    }

    pub(crate) fn file(self, name: impl AsRef<Path>, text: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// A shell script that stands in for a program.
    pub(crate) fn program(self, name: &str, script: &str) -> Self {
        let path = self.root.join("bin").join(name);
        // Another process writes it: a fork of this one could hold it open, and it could not be executed.
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "cat > \"$0\" && chmod 755 \"$0\""]).arg(path).stdin(Stdio::piped());
        let mut shell = shell.spawn().unwrap();
        write!(shell.stdin.take().unwrap(), "#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n").unwrap();
        assert!(shell.wait().unwrap().success());
        self
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.join("work").join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// `cofferdam check` with these words.
    pub(crate) fn check(&self, words: &str) -> Ran {
        self.cofferdam(&format!("check {words}")).run()
    }

    /// The report of `cofferdam check --format json` with these words.
    pub(crate) fn report(&self, words: &str) -> Report {
        let ran = self.check(&format!("--format json {words}"));
        Report(serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran:?}")))
    }

    /// The program, ready to be changed before it runs.
    pub(crate) fn cofferdam(&self, words: &str) -> Cofferdam {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cofferdam"));
        command.args(words.split_whitespace()).current_dir(self.root.join("work"));
        command.env("PATH", self.root.join("bin")).env_remove("NO_COLOR");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Cofferdam { command, input: Vec::new() }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // A test may have taken its own rights away; what stays is the temporary directory's to remove.
        let _ = fs::remove_dir_all(&self.root);
    }
}

pub(crate) struct Cofferdam {
    command: Command,
    input: Vec<u8>,
}

impl Cofferdam {
    pub(crate) fn arg(mut self, word: impl AsRef<OsStr>) -> Self {
        self.command.arg(word);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Finds the programs of this machine.
    pub(crate) fn real_path(mut self) -> Self {
        self.command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        self
    }

    pub(crate) fn input(mut self, text: impl AsRef<[u8]>) -> Self {
        self.command.stdin(Stdio::piped());
        self.input = text.as_ref().to_vec();
        self
    }

    /// Runs under another program, such as `taskset -c 0`; nothing when this machine has no such program.
    pub(crate) fn under(self, words: &[&str]) -> Option<Self> {
        let (program, arguments) = words.split_first()?;
        let program = ["/usr/bin", "/bin"].iter().map(|d| Path::new(d).join(program)).find(|p| p.exists())?;
        let mut command = Command::new(program);
        command.args(arguments).arg(self.command.get_program()).args(self.command.get_args());
        command.current_dir(self.command.get_current_dir()?);
        for (name, value) in self.command.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Some(Self { command, input: self.input })
    }

    /// Started, with nobody reading what it says.
    pub(crate) fn spawn(mut self) -> Child {
        self.command.spawn().unwrap()
    }

    pub(crate) fn run(mut self) -> Ran {
        let mut child = self.command.spawn().unwrap();
        let out = drain(child.stdout.take());
        let err = drain(child.stderr.take());
        let (stdin, input) = (child.stdin.take(), self.input);
        // A program that does not read its input is no trouble of the test.
        let feed = thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
        let code = wait(&mut child);
        let _ = feed.join().unwrap();
        Ran { code, out: out.join().unwrap(), err: err.join().unwrap() }
    }
}

/// The exit code; a run that hangs is ended and fails the test.
pub(crate) fn wait(child: &mut Child) -> i32 {
    let since = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code().unwrap_or_else(|| panic!("ended by a signal: {status}"));
        }
        if since.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("it hung for {} s", PATIENCE.as_secs());
        }
        thread::sleep(Duration::from_millis(2));
    }
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.unwrap().read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    })
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert!(!self.err.contains("panicked"), "{self:?}");
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.out.contains(text), "`{text}` is missing in:\n{}", self.out);
        self
    }

    #[track_caller]
    pub(crate) fn never_says(self, text: &str) -> Self {
        assert!(!self.out.contains(text) && !self.err.contains(text), "`{text}` stands in {self:?}");
        self
    }

    /// On standard error, whatever stands on standard output.
    #[track_caller]
    pub(crate) fn warns(self, text: &str) -> Self {
        assert!(self.err.contains(text), "`{text}` is missing in:\n{}", self.err);
        self
    }

    /// On standard error, with nothing on standard output.
    #[track_caller]
    pub(crate) fn complains(self, text: &str) -> Self {
        assert!(self.err.contains(text), "`{text}` is missing in:\n{}", self.err);
        assert_eq!(self.out, "");
        self
    }

    /// No character that a terminal would obey, in any stream.
    #[track_caller]
    pub(crate) fn stays_inert(self) -> Self {
        let acts = |c: char| {
            (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!self.out.contains(acts) && !self.err.contains(acts), "{self:?}");
        self
    }
}

/// A JSON report.
#[derive(Debug)]
pub(crate) struct Report(pub(crate) Value);

impl Report {
    pub(crate) fn list(&self, key: &str) -> &[Value] {
        self.0[key].as_array().unwrap()
    }

    /// `file:line id` of every finding, in the order of the report.
    pub(crate) fn findings(&self) -> Vec<String> {
        let row = |f: &Value| {
            format!("{}:{} {}", f["file"].as_str().unwrap(), f["line"], f["id"].as_str().unwrap())
        };
        self.list("findings").iter().map(row).collect()
    }

    /// The first finding of a check.
    #[track_caller]
    pub(crate) fn finding(&self, id: &str) -> &Value {
        let found = self.list("findings").iter().find(|finding| finding["id"] == id);
        found.unwrap_or_else(|| panic!("no `{id}` in {:?}", self.findings()))
    }

    /// `file:line message` of every error.
    pub(crate) fn errors(&self) -> Vec<String> {
        let row = |e: &Value| {
            format!("{}:{} {}", e["file"].as_str().unwrap(), e["line"], e["message"].as_str().unwrap())
        };
        self.list("errors").iter().map(row).collect()
    }
}

/// Compares with `snapshots/NAME`, byte for byte; `UPDATE_SNAPSHOTS=1` writes it instead.
#[track_caller]
pub(crate) fn snapshot(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots").join(name);
    let text = without_time(text);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "{} differs (UPDATE_SNAPSHOTS=1 accepts it):\n{text}", path.display());
}

/// The summary without how long it took.
pub(crate) fn without_time(text: &str) -> String {
    let strip = |line: &str| match (line.find(" in "), line.find(" ms: ")) {
        (Some(start), Some(end)) if start < end && line.contains("object") => {
            format!("{} in N{}", &line[..start], &line[end..])
        }
        _ => line.to_owned(),
    };
    text.split_inclusive('\n').map(strip).collect()
}

/// Says why a test counts for nothing here.
#[allow(clippy::print_stderr)] // the reason of a skip belongs where a person sees it
pub(crate) fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}
