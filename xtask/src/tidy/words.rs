//! Does a tracked file name a work machine, a download host, or work left undone?

use super::{Problem, Text};

/// A word that must not stand in the repository.
struct Word {
    text: &'static str,
    /// Where it is looked for.
    files: Files,
    way_out: &'static str,
}

/// The files a word is looked for in.
enum Files {
    /// Every text file.
    All,
    /// Every text file but `Cargo.lock`, `go.sum` and their like, which tools write.
    Written,
    /// Rust sources.
    Rust,
}

const PATH: &str = "name a variable or a path relative to the repository";
const HOST: &str = "name the tool (cargo, go, npm, pip), which knows its host";
const DONE: &str = "finish it, or open an issue and say in words what is missing";

const WORDS: [Word; 11] = [
    Word { text: "/work/", files: Files::All, way_out: PATH },
    Word { text: "/farm/", files: Files::All, way_out: PATH },
    Word { text: "proxy.golang.org", files: Files::All, way_out: HOST },
    Word { text: "sum.golang.org", files: Files::All, way_out: HOST },
    Word { text: "static.crates.io", files: Files::All, way_out: HOST },
    Word { text: "index.crates.io", files: Files::Written, way_out: HOST },
    Word { text: "registry.npmjs.org", files: Files::Written, way_out: HOST },
    Word { text: "files.pythonhosted.org", files: Files::All, way_out: HOST },
    Word { text: "TODO", files: Files::Rust, way_out: DONE },
    Word { text: "FIXME", files: Files::Rust, way_out: DONE },
    Word { text: "XXX", files: Files::Rust, way_out: DONE },
];

/// A file that may carry a word, and why.
struct Allowed {
    file: &'static str,
    /// The word, or `*` for all of them.
    word: &'static str,
    /// Read by people only.
    #[allow(dead_code, reason = "every exception says why, and none is made without")]
    reason: &'static str,
}

const ALLOWED: [Allowed; 1] =
    [Allowed { file: "xtask/src/tidy/words.rs", word: "*", reason: "the list itself and its tests" }];

/// Forbidden words, line by line.
pub(super) fn problems(texts: &[Text]) -> Vec<Problem> {
    texts.iter().flat_map(|text| WORDS.iter().flat_map(|word| stands(word, text))).collect()
}

fn stands(word: &Word, text: &Text) -> Vec<Problem> {
    if !word.files.hold(text) || ALLOWED.iter().any(|allowed| allowed.covers(word, &text.path)) {
        return Vec::new();
    }
    let lines = text.text.lines().enumerate().filter(|(_, line)| has(line, word.text));
    lines
        .map(|(at, _)| {
            Problem::new("words", &text.path, at + 1, format!("`{}` stands here", word.text), word.way_out)
        })
        .collect()
}

impl Files {
    fn hold(&self, text: &Text) -> bool {
        let name = text.path.rsplit('/').next().unwrap_or_default();
        let written_by_tools = ["Cargo.lock", "go.sum", "package-lock.json"].contains(&name);
        match self {
            Self::All => true,
            Self::Written => !written_by_tools,
            Self::Rust => text.is("rs"),
        }
    }
}

impl Allowed {
    fn covers(&self, word: &Word, path: &str) -> bool {
        self.file == path && (self.word == "*" || self.word == word.text)
    }
}

/// Whether `word` stands in `line` on its own: `example.com/work/` and `AXXXB` are other words.
fn has(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let joined =
            |c: Option<char>| letter(c) || matches!(c, Some('-' | '.' | '}' | ')' | '>' | '~' | '*'));
        if word.starts_with('/') { !joined(before) } else { !letter(before) && !letter(after) }
    })
}

#[cfg(test)]
mod tests {
    use super::super::text;
    use super::*;

    #[test]
    fn paths_of_a_work_machine_are_found_and_other_paths_are_not() {
        assert!(has("cd /work/here", "/work/") && has("`/work/x`", "/work/"));
        for other in [
            "https://example.com/work/x",
            "./work/x",
            "${HOME}/work/",
            "/workspace/x",
            "../work/",
            "<root>/work/x",
        ] {
            assert!(!has(other, "/work/"), "{other}");
        }
    }

    #[test]
    fn markers_count_as_whole_words_in_rust_only() {
        let found = problems(&[
            text("a.rs", "// fine\n// TODO: later\n"),
            text("a.md", "TODO"),
            text("b.rs", "XXXL"),
        ]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].file.as_str(), found[0].line), ("a.rs", 2));
    }

    #[test]
    fn hosts_may_stand_in_lock_files_but_not_in_ours() {
        let found =
            problems(&[text("Cargo.lock", "index.crates.io"), text("x/README.md", "index.crates.io")]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].file, "x/README.md");
    }
}
