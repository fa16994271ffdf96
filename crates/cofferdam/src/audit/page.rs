//! The same for people: a page without scripts, pictures or anything from elsewhere.

use std::fmt::Write as _;

use super::{Book, Namespace};

const HEAD: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Cofferdam: audit</title>\n\
<style>body{font:15px sans-serif;margin:2em;max-width:75em}table{border-collapse:collapse;width:100%}\
td,th{border-bottom:1px solid #ccc;padding:.2em .6em;text-align:left;vertical-align:top}\
code{font-size:13px}summary{cursor:pointer;font-weight:bold;margin:.6em 0}</style></head><body>\n";

impl Book {
    /// The report as a page.
    pub(crate) fn page(&self) -> String {
        let mut out = HEAD.to_owned();
        let _ = write!(
            out,
            "<h1>Audit</h1>\n<p>{} objects were judged from {} to {}; {} more say nothing that their controllers \
             do not.</p>\n",
            self.objects,
            escaped(&self.began),
            escaped(&self.ended),
            self.left
        );
        for (name, namespace) in &self.namespaces {
            section(name, namespace, &mut out);
        }
        if self.namespaces.values().all(|namespace| namespace.counts.is_empty()) {
            out.push_str("<p>Nothing to object to.</p>\n");
        }
        if !self.errors.is_empty() {
            out.push_str("<h2>Not judged</h2>\n<ul>\n");
            for error in &self.errors {
                let _ = writeln!(out, "<li>{}</li>", escaped(error));
            }
            out.push_str("</ul>\n");
        }
        if self.errors_not_shown > 0 {
            let _ = writeln!(out, "<p>And {} more.</p>", self.errors_not_shown);
        }
        out.push_str("</body></html>\n");
        out
    }
}

fn section(name: &str, namespace: &Namespace, out: &mut String) {
    let counts: Vec<String> =
        namespace.counts.iter().rev().map(|(severity, count)| format!("{count} {severity}")).collect();
    let title = if name.is_empty() { "objects of the cluster" } else { name };
    let waived = if namespace.waived > 0 { format!(", {} waived", namespace.waived) } else { String::new() };
    let _ = write!(
        out,
        "<details><summary>{}: {}{waived}</summary>\n<table><tr><th>severity</th><th>check</th><th>object</th>\
         <th>what</th></tr>\n",
        escaped(title),
        if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") }
    );
    for entry in &namespace.entries {
        let object = entry.object.as_ref().map(|object| object.title()).unwrap_or_default();
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td><code>{}</code></td><td>{}<br><code>{}</code></td><td>{}</td></tr>",
            entry.severity,
            escaped(entry.id),
            escaped(&object),
            escaped(&entry.field),
            escaped(&entry.message)
        );
    }
    out.push_str("</table>\n");
    if namespace.not_shown() > 0 {
        let _ = writeln!(out, "<p>And {} more, which are counted but not shown.</p>", namespace.not_shown());
    }
    out.push_str("</details>\n");
}

/// A text as HTML shows it. Names and messages come from objects that anybody may write.
fn escaped(text: &str) -> String {
    let visible = finding::visible(text);
    let mut out = String::with_capacity(visible.len() + 8);
    for c in visible.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
