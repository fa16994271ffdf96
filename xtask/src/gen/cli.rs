//! What does the reference say about the command line?

/// The subcommands that a help text lists under `Commands:`, without `help` itself.
pub(super) fn subcommands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| line.trim_end() != "Commands:").skip(1);
    lines
        .take_while(|line| line.is_empty() || line.starts_with(' '))
        .filter_map(|line| line.strip_prefix("  "))
        // Deeper lines go on with the description above them.
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(|name| name.trim_end_matches(',').to_owned())
        .collect()
}

/// One section for each command: its words after `cofferdam`, and its help text.
pub(super) fn page(help: &[(String, String)]) -> String {
    let sections: Vec<String> = help.iter().map(|(words, text)| section(words, text)).collect();
    format!(
        "<!-- Written by `cargo xtask gen` from `cofferdam --help`. -->\n# Command line\n{}",
        sections.concat()
    )
}

fn section(words: &str, text: &str) -> String {
    let command = format!("cofferdam {words}");
    let lines: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
    format!("\n## {}\n\n```text\n{}\n```\n", command.trim_end(), lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELP: &str = "Guard pods\n\nUsage: cofferdam [OPTIONS] <COMMAND>\n\nCommands:\n  check    Report findings  \n           \
        in manifests\n  image    Look into images\n  help     Print this message\n\nOptions:\n  -q, --quiet  Say less\n";

    #[test]
    fn subcommands_are_those_under_commands() {
        assert_eq!(subcommands(HELP), ["check", "image"]);
        assert!(subcommands("Usage: cofferdam check\n\nOptions:\n  -q\n").is_empty());
    }

    #[test]
    fn a_section_for_each_command_without_trailing_blanks() {
        let text = page(&[(String::new(), HELP.to_owned()), ("check".to_owned(), "Report".to_owned())]);
        assert!(text.contains("\n## cofferdam\n\n```text\nGuard pods\n"));
        assert!(text.contains("  check    Report findings\n"));
        assert!(text.ends_with("\n## cofferdam check\n\n```text\nReport\n```\n"));
    }
}
