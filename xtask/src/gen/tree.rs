//! Which generated files differ from those on disk?

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;

const FOLDER: &str = "docs/reference";
/// A folder that holds nothing but generated files: what is there and not printed any more is stale.
const OWNED: &str = "checks";

/// Said of a file that nobody prints any more.
pub(super) const STALE: &str = "is stale";

/// Files by their path below `docs/reference`.
#[derive(Default)]
pub(super) struct Tree(BTreeMap<String, String>);

impl Tree {
    /// Adds a file.
    pub(super) fn put(&mut self, path: &str, text: String) {
        self.0.insert(path.to_owned(), text);
    }

    /// Files that are missing, other or stale, by their path from the root.
    pub(super) fn differing(&self, root: &Path) -> Vec<(String, &'static str)> {
        let folder = root.join(FOLDER);
        let mut found = Vec::new();
        for (path, text) in &self.0 {
            match std::fs::read(folder.join(path)) {
                Ok(had) if had == text.as_bytes() => {}
                Ok(_) => found.push((format!("{FOLDER}/{path}"), "differs")),
                Err(_) => found.push((format!("{FOLDER}/{path}"), "is missing")),
            }
        }
        found.extend(self.stale(&folder).into_iter().map(|path| (format!("{FOLDER}/{path}"), STALE)));
        found.sort();
        found
    }

    /// Writes what differs, removes what is stale; returns what `differing` found.
    pub(super) fn write(&self, root: &Path) -> anyhow::Result<Vec<(String, &'static str)>> {
        let changed = self.differing(root);
        for (path, how) in &changed {
            let file = root.join(path);
            let text = path.strip_prefix(FOLDER).and_then(|path| self.0.get(path.trim_start_matches('/')));
            match text {
                Some(text) => {
                    let above = file.parent().unwrap_or(root);
                    std::fs::create_dir_all(above)
                        .with_context(|| format!("creating {}", above.display()))?;
                    std::fs::write(&file, text).with_context(|| format!("writing {path}"))?;
                }
                None => {
                    std::fs::remove_file(&file).with_context(|| format!("removing {path}, which {how}"))?;
                }
            }
        }
        Ok(changed)
    }

    fn stale(&self, folder: &Path) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(folder.join(OWNED)) else { return Vec::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        names.map(|name| format!("{OWNED}/{name}")).filter(|path| !self.0.contains_key(path)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_other_and_stale_files_are_named_written_and_removed() {
        let root = std::env::temp_dir().join(format!("cofferdam-gen-{}", std::process::id()));
        let checks = root.join(FOLDER).join(OWNED);
        std::fs::create_dir_all(&checks).unwrap();
        for (name, text) in [("same.md", "a"), ("other.md", "b"), ("stale.md", "c")] {
            std::fs::write(checks.join(name), text).unwrap();
        }
        let mut tree = Tree::default();
        for (path, text) in [("checks/same.md", "a"), ("checks/other.md", "new"), ("cli.md", "d")] {
            tree.put(path, text.to_owned());
        }
        let said: Vec<_> =
            tree.differing(&root).into_iter().map(|(path, how)| format!("{path} {how}")).collect();
        let expected = [
            "docs/reference/checks/other.md differs",
            "docs/reference/checks/stale.md is stale",
            "docs/reference/cli.md is missing",
        ];
        assert_eq!(said, expected);
        assert_eq!(tree.write(&root).unwrap().len(), 3);
        assert!(tree.differing(&root).is_empty());
        assert!(!checks.join("stale.md").exists());
        std::fs::remove_dir_all(&root).unwrap();
    }
}
