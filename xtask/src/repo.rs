//! Where is the repository, where do builds go, and which files belong to it?

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};

use crate::process;

/// The checkout the chores work on.
pub(crate) struct Repo {
    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Where cargo builds: `$CARGO_TARGET_DIR` or `target`, always absolute.
    pub(crate) target: PathBuf,
}

/// A path, relative to the root, of a file that is tracked or about to be.
pub(crate) type Tracked = String;

impl Repo {
    /// Finds the checkout from what cargo tells about this package, or from the working directory upwards.
    ///
    /// The path is not baked in at build time: two checkouts may share one target directory.
    pub(crate) fn discover() -> anyhow::Result<Self> {
        let here = std::env::current_dir().context("finding the working directory")?;
        let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let start = package.as_deref().unwrap_or(&here);
        let root = start
            .ancestors()
            .find(|folder| folder.join("Cargo.lock").is_file() && folder.join("xtask/Cargo.toml").is_file())
            .with_context(|| format!("no folder from {} upwards is the repository", start.display()))?
            .to_owned();
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let target = std::path::absolute(target).context("resolving the target directory")?;
        Ok(Self { root, target })
    }

    /// What `setup` installed and built.
    pub(crate) fn setup(&self) -> PathBuf {
        self.target.join("setup")
    }

    /// The reference implementation `setup` builds, where it was built.
    pub(crate) fn program(&self, name: &str) -> Option<PathBuf> {
        Some(self.setup().join(name)).filter(|path| path.is_file())
    }

    /// The Python of `setup`'s tools, where they could be installed.
    pub(crate) fn python(&self) -> Option<PathBuf> {
        Some(self.setup().join("venv/bin/python")).filter(|path| path.is_file())
    }

    /// A folder of test data named by `variable`, by default `beside` the checkout; absolute, and only if it exists.
    pub(crate) fn data(&self, variable: &str, beside: &str) -> Option<PathBuf> {
        let path =
            std::env::var_os(variable).map_or_else(|| self.root.join("..").join(beside), PathBuf::from);
        path.canonicalize().ok().filter(|path| path.is_dir())
    }

    /// Files of the checkout, sorted: tracked ones and those that `git add` would take.
    pub(crate) fn tracked(&self) -> anyhow::Result<Vec<Tracked>> {
        let mut git = Command::new("git");
        git.current_dir(&self.root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let list = process::text(&mut git).context("listing the tracked files")?;
        let mut files: Vec<Tracked> = list
            .split('\0')
            .filter(|path| !path.is_empty() && self.root.join(path).is_file())
            .map(str::to_owned)
            .collect();
        files.sort();
        files.dedup();
        ensure!(!files.is_empty(), "git lists no files in {}", self.root.display());
        Ok(files)
    }

    /// `cargo`, started at the root.
    pub(crate) fn cargo(&self, words: &[&str]) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root).args(words);
        cargo
    }

    /// A program: from `setup`'s tools first, else from `PATH`.
    pub(crate) fn tool(&self, name: &str) -> Option<PathBuf> {
        let own = self.setup().join("venv/bin").join(name);
        if own.is_file() { Some(own) } else { process::on_path(name) }
    }
}
