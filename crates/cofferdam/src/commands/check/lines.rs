//! Which lines of a text can a report show? Those of its findings; the rest need not be searched for secrets.

use std::collections::HashMap;
use std::sync::Arc;

use finding::{Finding, Source, Span};

/// Stretches of whole lines, by the address of their text: in order, without overlap.
pub(super) struct Lines(HashMap<usize, (Arc<Source>, Vec<Span>)>);

impl Lines {
    /// The lines from the first to the last place of each finding.
    pub(super) fn shown_by(findings: &[Finding]) -> Self {
        let mut lines: HashMap<_, (_, Vec<Span>)> = HashMap::new();
        for finding in findings {
            let source = &finding.source;
            let spans = finding.labels.iter().map(|label| label.span).chain([finding.span]);
            let (start, end) =
                spans.fold((u32::MAX, 0), |(start, end), span| (start.min(span.start), end.max(span.end)));
            let whole = source.lines(source.position(start).line, source.position(end).line);
            let whole = Span::new(whole.start as u32, whole.end as u32);
            let of_text = lines.entry(Arc::as_ptr(source).addr());
            of_text.or_insert_with(|| (Arc::clone(source), Vec::new())).1.push(whole);
        }
        for (_, spans) in lines.values_mut() {
            spans.sort_unstable();
            spans.dedup_by(|next, kept| {
                let joined = next.start <= kept.end;
                kept.end = if joined { kept.end.max(next.end) } else { kept.end };
                joined
            });
        }
        Self(lines)
    }

    /// Whether any byte of a span stands in one of them.
    pub(super) fn meet(&self, source: &Arc<Source>, span: Span) -> bool {
        let spans = self.0.get(&Arc::as_ptr(source).addr()).map_or(&[][..], |(_, spans)| spans);
        let after = spans.partition_point(|shown| shown.end < span.start);
        spans.get(after).is_some_and(|shown| shown.start <= span.end)
    }

    /// Every stretch, in no order.
    pub(super) fn stretches(&self) -> impl Iterator<Item = (&Arc<Source>, Span)> {
        self.0.values().flat_map(|(source, spans)| spans.iter().map(move |span| (source, *span)))
    }

    /// Every text that has any.
    pub(super) fn texts(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.0.values().map(|(source, _)| source)
    }
}
