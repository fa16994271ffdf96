//! Which characters does kubectl refuse, and which does it take for line ends?

/// Line ends of YAML 1.1 that YAML 1.2 and every editor take for text: NEL, U+2028, U+2029.
///
/// A comment that holds one ends there for kubectl, and a key hidden behind it is read. In quotes the
/// two separators are text to all sides; anywhere else they are refused.
#[derive(Default)]
pub(super) struct Breaks {
    /// Where they stand, last first.
    places: Vec<usize>,
}

impl Breaks {
    /// The first one, if it stands before `end`.
    pub(super) fn first_before(&self, end: usize) -> Option<usize> {
        self.places.last().copied().filter(|at| *at < end)
    }

    /// Forgives those that quoted text up to `end` holds, where nothing would be folded.
    pub(super) fn pass_quoted(&mut self, text: &str, end: usize) {
        let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        while let Some(at) = self.first_before(end) {
            let mut rest = text.get(at..).unwrap_or_default().chars();
            let character = rest.next();
            let before = text.get(..at).unwrap_or_default().chars().next_back();
            if character == Some('\u{85}') || blank(before) || blank(rest.next()) {
                return;
            }
            self.places.pop();
        }
    }
}

/// Where the text holds line ends of YAML 1.1, and its first character that is not printable (YAML 1.1, 5.1).
pub(super) fn survey(text: &str) -> (Breaks, Option<(usize, char)>) {
    let mut breaks = Breaks::default();
    let mut forbidden = None;
    for (at, character) in suspects(text) {
        match character {
            '\u{85}' | '\u{2028}' | '\u{2029}' => breaks.places.push(at),
            '\0'..=' ' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                forbidden = Some((at, character));
                break;
            }
            _ => {}
        }
    }
    breaks.places.reverse();
    (breaks, forbidden)
}

/// Every character whose first byte may be that of one we look for.
fn suspects(text: &str) -> impl Iterator<Item = (usize, char)> {
    const BLOCK: usize = 64;
    let (blocks, rest) = text.as_bytes().as_chunks::<BLOCK>();
    let blocks = blocks.iter().map(|block| (block.as_slice(), may_hold_suspects(block)));
    let blocks = blocks.chain(std::iter::once((rest, true))).enumerate().filter(|(_, (_, may))| *may);
    let places = blocks.flat_map(|(index, (block, _))| (index * BLOCK..).zip(block));
    let places = places.filter(|(_, byte)| is_suspect(**byte));
    places.filter_map(|(at, _)| Some((at, text.get(at..)?.chars().next()?)))
}

/// Nearly all blocks hold none: of a fixed size and without a branch inside, the compiler looks at many
/// bytes at once.
fn may_hold_suspects(block: &[u8; 64]) -> bool {
    let may_be = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || byte >= 0x7f;
    block.iter().fold(false, |any, byte| any | may_be(*byte))
}

fn is_suspect(byte: u8) -> bool {
    matches!(byte, 0..=8 | 11 | 12 | 14..=31 | 0x7f | 0xc2 | 0xe2 | 0xef)
}

/// What is wrong with such a character.
pub(super) fn message(character: char) -> String {
    let code = u32::from(character);
    if matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}') {
        format!(
            "U+{code:04X} ends a line for kubectl and for no editor, so what follows is not what it seems; \
             write a plain line end, or `\\u{code:04X}` in double quotes"
        )
    } else {
        format!(
            "the control character U+{code:04X}, which kubectl refuses; \
             remove it, or write `\\u{code:04X}` in double quotes"
        )
    }
}
