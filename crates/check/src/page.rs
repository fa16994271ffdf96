//! What does a check's page say?
//!
//! One Markdown file is help text, web page and golden test: its *Flagged* examples must be flagged
//! at the carets, its *Accepted* ones must stay silent.

/// A page, taken apart by its headings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<'a> {
    /// The first heading: the check's id.
    pub title: &'a str,
    /// What an attacker gains; the first paragraph.
    pub why: String,
    /// What the owner can do; first paragraph of *What to do*.
    pub help: String,
    /// Every section: heading and text.
    pub sections: Vec<(&'a str, &'a str)>,
}

impl<'a> Page<'a> {
    /// Takes a page apart.
    pub fn parse(text: &'a str) -> Self {
        let text = text.trim_start();
        let (title, rest) = text.split_once('\n').unwrap_or((text, ""));
        let (intro, rest) = rest.split_once("\n## ").unwrap_or((rest, ""));
        let sections: Vec<_> = rest
            .split("\n## ")
            .filter(|section| !section.is_empty())
            .map(|section| section.split_once('\n').unwrap_or((section, "")))
            .map(|(heading, body)| (heading.trim(), body.trim()))
            .collect();
        let help =
            sections.iter().find(|(heading, _)| *heading == "What to do").map_or("", |(_, body)| *body);
        Self {
            title: title.trim_start_matches("# ").trim(),
            why: first_paragraph(intro),
            help: first_paragraph(help),
            sections,
        }
    }

    /// The text under a heading; empty when there is none.
    pub fn section(&self, heading: &str) -> &'a str {
        self.sections.iter().find(|(h, _)| *h == heading).map_or("", |(_, body)| body)
    }
}

fn first_paragraph(text: &str) -> String {
    let paragraph = text.trim().split("\n\n").next().unwrap_or_default();
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}
