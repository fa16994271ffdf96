//! What of a source may be shown, and in which shape?

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::visible::acts;
use crate::{Report, Source, Span};

/// Bytes that no output may show, by source: in order, without overlap.
pub(super) struct Secrets(HashMap<*const Source, Vec<Span>>);

impl Secrets {
    pub(super) fn of(report: &Report) -> Self {
        let spoken_of = report.findings.iter().filter_map(|f| Some((&f.source, f.secret?)));
        let others = report.hidden.iter().map(|(source, span)| (source, *span));
        let mut secrets: HashMap<_, Vec<Span>> = HashMap::new();
        for (source, span) in spoken_of.chain(others) {
            secrets.entry(Arc::as_ptr(source)).or_default().push(span);
        }
        for spans in secrets.values_mut() {
            spans.sort_unstable();
            spans.dedup_by(|next, kept| {
                let joined = next.start <= kept.end;
                kept.end = if joined { kept.end.max(next.end) } else { kept.end };
                joined
            });
        }
        Self(secrets)
    }

    /// The text of a range with every secret byte as `*`, so that spans still fit.
    pub(super) fn masked<'t>(&self, source: &'t Arc<Source>, range: Range<usize>) -> Cow<'t, str> {
        let text = source.text().get(range.clone()).unwrap_or_default();
        let spans = self.0.get(&Arc::as_ptr(source)).map_or(&[][..], Vec::as_slice);
        let after = spans.partition_point(|span| span.range().end <= range.start);
        let mut masked: Option<Vec<u8>> = None;
        for secret in spans.iter().skip(after).map(|s| s.range()).take_while(|s| s.start < range.end) {
            let (start, end) = (secret.start.max(range.start), secret.end.min(range.end));
            let bytes = masked.get_or_insert_with(|| text.as_bytes().to_vec());
            let hidden = bytes.get_mut(start - range.start..end - range.start);
            for byte in hidden.into_iter().flatten().filter(|byte| **byte != b'\n') {
                *byte = b'*';
            }
        }
        let text =
            masked.map_or(Cow::Borrowed(text), |b| Cow::Owned(String::from_utf8_lossy(&b).into_owned()));
        if text.chars().any(|c| acts(c) && !c.is_ascii()) { Cow::Owned(defused(&text)) } else { text }
    }
}

/// The text with characters that act on a terminal replaced by as many bytes, so that spans still fit.
/// The ASCII ones are left to the renderer, which knows tabs and line ends.
fn defused(text: &str) -> String {
    let replaced = |c: char| match c {
        c if c.is_ascii() || !acts(c) => None,
        c if c.len_utf8() == 2 => Some("¤"),
        c if c.len_utf8() == 3 => Some("\u{fffd}"),
        _ => Some("\u{fffd}?"),
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match replaced(c) {
            Some(instead) => out.push_str(instead),
            None => out.push(c),
        }
    }
    out
}
