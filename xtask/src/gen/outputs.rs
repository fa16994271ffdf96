//! Do the hand-written pages show what the binary says today?
//!
//! A mark `<!-- output: cofferdam check x.yaml | head -20 -->` is followed by a fenced block that holds the
//! output of that command, run at the root of the repository; times are shown as `4 ms`.

use std::path::Path;

use anyhow::{Context, bail};

const MARK: &str = "<!-- output: ";
/// Tildes: what `explain` prints holds fences of backticks.
const FENCE: &str = "~~~~";

/// Pages that may hold marks, and what they should say; `ask` runs a command's words.
pub(super) fn differing(
    root: &Path,
    ask: &dyn Fn(&[&str]) -> anyhow::Result<String>,
) -> anyhow::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for path in pages(root)? {
        let had = std::fs::read_to_string(root.join(&path)).with_context(|| format!("reading {path}"))?;
        let text = filled(&had, ask).with_context(|| format!("filling {path}"))?;
        if text != had {
            found.push((path, text));
        }
    }
    Ok(found)
}

fn pages(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut pages = vec!["README.md".to_owned()];
    let entries = std::fs::read_dir(root.join("docs/guide")).context("listing docs/guide")?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    pages.extend(
        names
            .filter(|name| Path::new(name).extension().is_some_and(|e| e == "md"))
            .map(|name| format!("docs/guide/{name}")),
    );
    pages.sort();
    pages.retain(|page| root.join(page).is_file());
    Ok(pages)
}

/// The page with the block after each mark replaced.
fn filled(page: &str, ask: &dyn Fn(&[&str]) -> anyhow::Result<String>) -> anyhow::Result<String> {
    let mut out = String::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let Some(command) = line.strip_prefix(MARK).and_then(|rest| rest.strip_suffix(" -->")) else {
            continue;
        };
        if lines.peek().is_some_and(|next| next.starts_with(FENCE)) {
            lines.next();
            lines.by_ref().find(|line| *line == FENCE);
        }
        for part in [FENCE, "text\n", &output(command, ask)?, "\n", FENCE, "\n"] {
            out.push_str(part);
        }
    }
    Ok(out)
}

fn output(command: &str, ask: &dyn Fn(&[&str]) -> anyhow::Result<String>) -> anyhow::Result<String> {
    let (command, head) = command.split_once(" | head -").unwrap_or((command, ""));
    let lines: usize = if head.is_empty() { usize::MAX } else { head.parse().context("after `head -`")? };
    let mut words = command.split_whitespace();
    if words.next() != Some("cofferdam") || command.contains(['|', '>', '<', '\'', '"']) {
        bail!("a mark runs only cofferdam with plain words, not `{command}`");
    }
    let text = ask(&words.collect::<Vec<_>>())?;
    let shown: Vec<String> =
        text.trim_end().lines().take(lines).map(|line| timeless(line.trim_end())).collect();
    Ok(shown.join("\n").trim_end().to_owned())
}

/// The line with its time, which differs from run to run, as `4 ms`.
fn timeless(line: &str) -> String {
    let Some((before, after)) = line.split_once(" ms") else { return line.to_owned() };
    let kept = before.trim_end_matches(|c: char| c.is_ascii_digit());
    if kept.len() == before.len() || !kept.ends_with(" in ") {
        line.to_owned()
    } else {
        format!("{kept}4 ms{after}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_after_a_mark_is_what_the_command_says() {
        let ask = |words: &[&str]| Ok(format!("{}\nin 17 ms\n1 file in 17 ms: fine\n", words.join("+")));
        let page = "# A\n<!-- output: cofferdam check x -->\n~~~~text\nold\n~~~~\nB\n<!-- output: cofferdam a | head -1 -->\nC\n";
        let expected = "# A\n<!-- output: cofferdam check x -->\n~~~~text\ncheck+x\nin 17 ms\n1 file in 4 ms: fine\n~~~~\nB\n\
                        <!-- output: cofferdam a | head -1 -->\n~~~~text\na\n~~~~\nC\n";
        assert_eq!(filled(page, &ask).unwrap(), expected);
        assert_eq!(filled(expected, &ask).unwrap(), expected);
        assert!(filled("<!-- output: rm x -->\n", &ask).is_err());
    }
}
