//! How is a change written down so that `git apply` takes it?
//!
//! Git reads the paths of a patch with a `diff --git` line from the root of the work tree, wherever in it `git apply`
//! runs, and passes over in silence what does not lie below the directory it runs in. Outside of a work tree it reads
//! them from where it runs.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use similar::{Algorithm, TextDiff};

/// Where the paths of a patch count from.
#[derive(Debug)]
pub(crate) struct Base {
    here: PathBuf,
    /// The root of the work tree, or the current directory where there is none.
    root: PathBuf,
}

impl Base {
    /// That of a patch for the current directory.
    pub(crate) fn here() -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        let here = here.canonicalize().unwrap_or(here);
        let root = here.ancestors().find(|place| is_work_tree(place)).unwrap_or(&here).to_owned();
        Self { here, root }
    }

    /// The difference of a file; says why not where no patch can reach it.
    pub(crate) fn patch(&self, path: &Path, old: &str, new: &str) -> Result<String, String> {
        let whole = self.whole(path);
        let Ok(below) = whole.strip_prefix(&self.root) else {
            return Err(format!("`git apply` changes nothing outside of {}", self.root.display()));
        };
        let name = Name::of(below);
        let (from, to) = (name.under("a/"), name.under("b/"));
        // Lines that stand once in the text, such as names, cut it into short stretches: the time grows with the text.
        let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_lines(old, new);
        Ok(format!("diff --git {from} {to}\n{}", diff.unified_diff().context_radius(3).header(&from, &to)))
    }

    /// Whether `git apply` passes over the file when it runs here, and where it does not.
    pub(crate) fn passed_over(&self, path: &Path) -> Option<&Path> {
        (!self.whole(path).starts_with(&self.here)).then_some(self.root.as_path())
    }

    /// Where a file is, links and `..` on the way to it followed: git refuses both.
    fn whole(&self, path: &Path) -> PathBuf {
        let path = self.here.join(path);
        let place = path.parent().and_then(|parent| parent.canonicalize().ok());
        match (place, path.file_name()) {
            (Some(place), Some(name)) => place.join(name),
            _ => without_dots(&path),
        }
    }
}

/// A directory of this name alone makes no repository; in a linked work tree it is a file.
fn is_work_tree(place: &Path) -> bool {
    let git = place.join(".git");
    git.is_file() || git.join("HEAD").exists()
}

fn without_dots(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// A path as git writes it.
struct Name {
    bytes: Vec<u8>,
    /// What goes between double quotes, in the notation of C.
    quoted: bool,
    /// Whether bytes above ASCII are written as numbers, too.
    ascii: bool,
}

impl Name {
    fn of(path: &Path) -> Self {
        let bytes = path.as_os_str().as_encoded_bytes().to_vec();
        let ascii = std::str::from_utf8(&bytes).map_or(true, |text| finding::visible(text) != text);
        let quoted = ascii || bytes.iter().any(|byte| byte.is_ascii_control() || b"\"\\".contains(byte));
        Self { bytes, quoted, ascii }
    }

    fn under(&self, side: &str) -> String {
        let text = String::from_utf8_lossy(&self.bytes);
        if !self.quoted {
            return format!("{side}{text}");
        }
        let mut out = format!("\"{side}");
        if self.ascii {
            self.bytes.iter().for_each(|byte| escape(char::from(*byte), &mut out));
        } else {
            text.chars().for_each(|c| if c.is_ascii() { escape(c, &mut out) } else { out.push(c) });
        }
        out.push('"');
        out
    }
}

/// One character of C's notation; what is above ASCII stands for a byte.
fn escape(c: char, out: &mut String) {
    match c {
        '"' | '\\' => out.extend(['\\', c]),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        c if c.is_ascii() && !c.is_ascii_control() => out.push(c),
        c => {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\{:03o}", u32::from(c));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_as_git_writes_it() {
        let name = |path: &str| Name::of(Path::new(path)).under("a/");
        assert_eq!(name("deploy/a b-ü.yaml"), "a/deploy/a b-ü.yaml");
        assert_eq!(name("a\"b\\c\n\u{1b}ü.yaml"), "\"a/a\\\"b\\\\c\\n\\033\\303\\274.yaml\"");
        assert_eq!(name("a\u{202e}.yaml"), "\"a/a\\342\\200\\256.yaml\"");
    }

    #[test]
    fn dots_lead_nowhere() {
        assert_eq!(without_dots(Path::new("/a/./b/../c.yaml")), Path::new("/a/c.yaml"));
        assert_eq!(without_dots(Path::new("/../c.yaml")), Path::new("/c.yaml"));
    }
}
