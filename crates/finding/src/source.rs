//! Where does it stand?

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::template;

/// A range of bytes of one [`Source`], end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from `start` up to, and without, `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The span as a range of indexes.
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A place a person can go to: both numbers start at 1, columns count Unicode characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Character within the line, from 1.
    pub column: u32,
}

/// The first character of any text.
const START: Position = Position { line: 1, column: 1 };

/// Where the text of a source comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// The bytes of a file (or of standard input) as they are.
    File,
    /// What a tool rendered: no line of it stands in a file that the user edits.
    Rendered {
        /// `helm template` or `kubectl kustomize`.
        tool: &'static str,
        /// The template each part came from, in the order of the text.
        parts: Vec<Part>,
    },
}

/// A stretch of rendered text and the template it came from.
#[derive(Clone, Debug)]
pub struct Part {
    /// Byte offset in the rendered text where the stretch starts.
    pub start: u32,
    /// Path of the template as it is shown to the user.
    pub path: String,
    /// The template's text, if it could be read.
    pub template: Option<Arc<Source>>,
    /// The byte of the template that became the first of the stretch, where that is known.
    pub at: Option<u32>,
}

/// A text with a name, and the way from byte offsets to lines.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: String,
    line_starts: Vec<u32>,
    /// Characters before every [`STEP`]th byte; counted when the first long line is asked about.
    characters: OnceLock<Vec<u32>>,
    origin: Origin,
}

/// Bytes between two counts of characters: a manifest of 10 MB on one line holds 10,000 findings, and
/// counting from the start of the line for each would take minutes.
const STEP: usize = 1024;

impl Source {
    /// A source read from the file or stream called `name`.
    pub fn file(name: impl Into<String>, text: String) -> Self {
        Self::with_origin(name, text, Origin::File)
    }

    /// A source whose text was rendered from `name` rather than read.
    pub fn with_origin(name: impl Into<String>, text: String, origin: Origin) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        let mut line_starts = Vec::with_capacity(ends.clone().count() + 1);
        line_starts.push(0);
        line_starts.extend(ends.map(|at| at as u32 + 1));
        Self { name: name.into(), text, line_starts, characters: OnceLock::new(), origin }
    }

    /// The path as it is shown to the user.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[inline]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Read, or rendered by a tool.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The text of `span`; empty when the span is not one of this source.
    #[inline]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Where a person goes to see what stands at `offset`: a path and a place in it.
    ///
    /// In rendered text that is the template it came from. Its line is known where the stretch says so, or
    /// when the same line stands in the template exactly once (no braces in it); otherwise the place is the
    /// template's start.
    pub fn place(&self, offset: u32) -> (&str, Position) {
        if matches!(self.origin, Origin::File) {
            return (&self.name, self.position(offset));
        }
        let Some(part) = self.part(offset) else { return (&self.name, START) };
        let place = part.template.as_ref().and_then(|template| match part.at {
            Some(at) => Some(template.position(self.alike(part, offset).unwrap_or(at))),
            None => template.same_line(self, offset),
        });
        (&part.path, place.unwrap_or(START))
    }

    /// The stretch of rendered text that an offset is in.
    fn part(&self, offset: u32) -> Option<&Part> {
        let Origin::Rendered { parts, .. } = &self.origin else { return None };
        let after = parts.partition_point(|part| part.start <= offset);
        parts.get(after.checked_sub(1)?)
    }

    /// The byte of the template that is the one at `offset` here, as long as both texts go on alike.
    fn alike(&self, part: &Part, offset: u32) -> Option<u32> {
        let (template, at) = (part.template.as_ref()?, part.at?);
        let end = at.checked_add(offset.checked_sub(part.start)?)?;
        let (here, there) = (Span::new(part.start, offset), Span::new(at, end));
        let near = here.range().len() <= STEP;
        (near && self.text.get(here.range())? == template.text.get(there.range())?).then_some(end)
    }

    /// The same for a whole span: the path, the first character, and one past the last.
    ///
    /// A span whose ends come from different templates is the place of its first character.
    pub fn region(&self, span: Span) -> (&str, Position, Position) {
        let (path, start) = self.place(span.start);
        if let Some((part, template)) =
            self.part(span.start).and_then(|part| Some((part, part.template.as_ref()?)))
            && part.at.is_some()
        {
            return (
                path,
                start,
                self.alike(part, span.end).map_or(start, |end| template.position(end).max(start)),
            );
        }
        let (other, end) = self.place(span.end);
        (path, start, if other == path { end.max(start) } else { start })
    }

    /// The place of the one line here that can have become the line of `rendered` at `offset`.
    fn same_line(&self, rendered: &Self, offset: u32) -> Option<Position> {
        let there = rendered.position(offset);
        let wanted = rendered.text.get(rendered.lines(there.line, there.line))?;
        let (line, text) = template::origin(&self.text, wanted)?;
        let indent = |text: &str| (text.chars().count() - text.trim_start().chars().count()) as u32;
        let column = (there.column + indent(text)).saturating_sub(indent(wanted)).max(1);
        Some(Position { line, column })
    }

    /// Line and column of a byte offset; an offset past the end is the end.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0) as usize;
        let end = self.floor(offset as usize);
        let column = if end.saturating_sub(start) < STEP {
            characters(self.text.as_bytes().get(start..end).unwrap_or_default())
        } else {
            self.characters_before(end) - self.characters_before(start)
        };
        // A byte order mark is no character of the first line: editors show the text without it.
        let mark = u32::from(start == 0 && end > 0 && self.text.starts_with('\u{feff}'));
        Position { line: line as u32, column: column + 1 - mark }
    }

    fn characters_before(&self, offset: usize) -> u32 {
        let bytes = self.text.as_bytes();
        let counted = self.characters.get_or_init(|| {
            let sum = |sum: &mut u32, chunk: &[u8]| {
                let before = *sum;
                *sum += characters(chunk);
                Some(before)
            };
            bytes.chunks(STEP).scan(0, sum).collect()
        });
        let step = (offset / STEP).min(counted.len().saturating_sub(1));
        let rest = bytes.get(step * STEP..offset).unwrap_or_default();
        counted.get(step).copied().unwrap_or(0) + characters(rest)
    }

    /// The bytes of the lines `first..=last` (counted from 1), with their line ends.
    pub fn lines(&self, first: u32, last: u32) -> Range<usize> {
        let start = |line: u32| {
            self.line_starts.get(line as usize).map_or(self.text.len(), |offset| *offset as usize)
        };
        start(first.saturating_sub(1))..start(last)
    }

    /// The nearest character boundary at or before `offset`.
    fn floor(&self, offset: usize) -> usize {
        let mut at = offset.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// How many characters begin in these bytes of UTF-8.
fn characters(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_start_at_one() {
        let source = Source::file("a.yaml", "ä: 1\r\nb: ü2\n".to_owned());
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(4), Position { line: 1, column: 4 });
        assert_eq!(source.position(7), Position { line: 2, column: 1 });
        assert_eq!(source.position(12), Position { line: 2, column: 5 });
        assert_eq!(source.position(999), Position { line: 3, column: 1 });
        assert_eq!(&source.text()[source.lines(2, 2)], "b: ü2\n");
        let marked = Source::file("a.yaml", "\u{feff}a: 1\nb: 2\n".to_owned());
        let place = |at| (marked.position(at).line, marked.position(at).column);
        assert_eq!([0, 3, 4, 8, 9].map(place), [(1, 1), (1, 1), (1, 2), (2, 1), (2, 2)]);
    }

    #[test]
    fn columns_of_a_long_line_are_counted_as_those_of_a_short_one() {
        let text = format!("a\n{}", "äb€".repeat(2000));
        let source = Source::file("a.json", text.clone());
        for (at, _) in text.char_indices().filter(|(at, _)| at % 7 == 0 || *at > 11_900) {
            let (line, start) = if at < 2 { (1, 0) } else { (2, 2) };
            let column = text[start..at].chars().count() as u32 + 1;
            assert_eq!(source.position(at as u32), Position { line, column }, "byte {at}");
        }
        assert_eq!(source.position(u32::MAX), Position { line: 2, column: 6001 });
    }

    #[test]
    fn a_finding_in_rendered_text_is_placed_in_its_template() {
        let template = |path: &str, text: &str| Some(Arc::new(Source::file(path, text.to_owned())));
        let parts = vec![
            Part {
                start: 4,
                path: "t/a.yaml".to_owned(),
                template: template("t/a.yaml", "{{ x }}\n  kind: A\n"),
                at: None,
            },
            Part { start: 12, path: "t/b.yaml".to_owned(), template: None, at: None },
        ];
        let origin = Origin::Rendered { tool: "helm template", parts };
        let source = Source::with_origin("chart", "---\nkind: A\nkind: B\n".to_owned(), origin);
        assert_eq!(source.place(0), ("chart", START));
        assert_eq!(source.place(10), ("t/a.yaml", Position { line: 2, column: 9 }));
        assert_eq!(source.place(14), ("t/b.yaml", START));
    }

    #[test]
    fn where_a_stretch_came_from_exactly_is_no_guess() {
        let template =
            Arc::new(Source::file("base.yaml", "spec:\n    image: web\n    image: web\n".to_owned()));
        let part = |start, at| Part {
            start,
            path: "base.yaml".to_owned(),
            template: Some(Arc::clone(&template)),
            at,
        };
        let origin =
            Origin::Rendered { tool: "kubectl kustomize", parts: vec![part(0, Some(25)), part(7, None)] };
        let source = Source::with_origin("overlay", "image: web\nimage: db\n".to_owned(), origin);
        let (path, start, end) = source.region(Span::new(0, 5));
        assert_eq!(
            (path, start, end),
            ("base.yaml", Position { line: 3, column: 5 }, Position { line: 3, column: 10 })
        );
        assert_eq!(source.place(3).1, Position { line: 3, column: 8 });
        assert_eq!(source.region(Span::new(0, 21)).2, start);
    }
}
