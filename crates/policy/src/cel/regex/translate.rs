//! How is an expression in Go's syntax (`regexp/syntax`, Go 1.26) written for the engine we have?
//!
//! One difference remains: `\B` goes by Unicode words.

use std::str::Chars;

use super::class::{self, Class};

/// The greatest number of repetitions, nested ones multiplied.
const MOST_REPEATS: u32 = 1000;

/// Translates an expression, or says what Go would say of it.
pub(super) fn translate(pattern: &str) -> Result<String, String> {
    let mut translation =
        Translation { rest: pattern.chars(), out: String::new(), groups: vec![Group::default()] };
    while let Some(c) = translation.rest.next() {
        translation.step(c)?;
    }
    if translation.groups.len() > 1 {
        return Err(format!("missing closing ): `{pattern}`"));
    }
    Ok(translation.out)
}

struct Translation<'p> {
    rest: Chars<'p>,
    out: String,
    /// The groups that are open, the whole expression first.
    groups: Vec<Group>,
}

/// What is known of an open group.
#[derive(Default)]
struct Group {
    /// Repetitions inside, nested ones multiplied.
    repeats: u32,
    last: Last,
}

/// What a repetition would apply to.
#[derive(Clone, Copy, Default)]
enum Last {
    #[default]
    Nothing,
    /// Something with that many repetitions inside.
    Atom(u32),
    Repetition,
}

impl Translation<'_> {
    fn step(&mut self, c: char) -> Result<(), String> {
        match c {
            '(' => return self.open(),
            ')' => return self.close(),
            '|' => {
                self.out.push('|');
                self.set_last(Last::Nothing);
                return Ok(());
            }
            '*' | '+' | '?' => return self.repeat(&c.to_string(), u32::from(c == '?')),
            '{' => {
                if let Some((text, least, most)) = self.counted() {
                    let fits = least <= MOST_REPEATS
                        && most.is_none_or(|most| least <= most && most <= MOST_REPEATS);
                    if !fits {
                        return Err(format!("invalid repeat count: `{text}`"));
                    }
                    return self.repeat(&text, most.unwrap_or(least));
                }
                self.literal(c);
            }
            '[' => {
                let class = Class::read(&mut self.rest)?;
                self.out.push_str(&class.written());
            }
            '\\' => self.escape()?,
            '^' | '$' | '.' => self.out.push(c),
            c => self.literal(c),
        }
        self.set_last(Last::Atom(1));
        Ok(())
    }

    fn literal(&mut self, c: char) {
        self.out.push_str(&class::escaped(c));
    }

    fn set_last(&mut self, last: Last) {
        if let Some(group) = self.groups.last_mut() {
            group.last = last;
        }
    }

    fn open(&mut self) -> Result<(), String> {
        if let Some(flags) = self.rest.as_str().strip_prefix('?') {
            if let Some(name) = flags.strip_prefix("P<").or_else(|| flags.strip_prefix('<')) {
                let end = name.find('>').ok_or_else(|| format!("invalid named capture: `(?{flags}`"))?;
                let (name, after) = name.split_at(end);
                if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                    return Err(format!("invalid named capture: `(?P<{name}>`"));
                }
                self.rest = after.strip_prefix('>').unwrap_or(after).chars();
            } else {
                return self.flags();
            }
        }
        self.out.push_str("(?:");
        self.groups.push(Group::default());
        Ok(())
    }

    /// `(?i-s)` and `(?i-s:…)`.
    fn flags(&mut self) -> Result<(), String> {
        let start = format!("(?{}", self.rest.as_str().chars().nth(1).map_or(String::new(), String::from));
        let wrong = || format!("invalid or unsupported Perl syntax: `{start}`");
        self.rest.next();
        let (mut on, mut off) = (String::new(), String::new());
        let mut negated = false;
        loop {
            match self
                .rest
                .next()
                .ok_or_else(|| format!("missing argument to repetition operator: `{start}`"))?
            {
                c @ ('i' | 'm' | 's' | 'U') => {
                    let (to, from) = if negated { (&mut off, &mut on) } else { (&mut on, &mut off) };
                    from.retain(|known| known != c);
                    if !to.contains(c) {
                        to.push(c);
                    }
                }
                '-' if !negated => negated = true,
                end @ (':' | ')') if !negated || !off.is_empty() => {
                    let minus = if off.is_empty() { "" } else { "-" };
                    if end == ':' {
                        self.out.push_str(&format!("(?{on}{minus}{off}:"));
                        self.groups.push(Group::default());
                    } else if !(on.is_empty() && off.is_empty()) {
                        self.out.push_str(&format!("(?{on}{minus}{off})"));
                    }
                    return Ok(());
                }
                _ => return Err(wrong()),
            }
        }
    }

    fn close(&mut self) -> Result<(), String> {
        let closed = self.groups.pop();
        let (Some(closed), Some(outer)) = (closed, self.groups.last_mut()) else {
            return Err("unexpected ): `)`".to_owned());
        };
        outer.last = Last::Atom(closed.repeats.max(1));
        outer.repeats = outer.repeats.max(closed.repeats);
        self.out.push(')');
        Ok(())
    }

    /// Repeats what stood last, greedily or not.
    fn repeat(&mut self, operator: &str, most: u32) -> Result<(), String> {
        let lazy = self.rest.as_str().starts_with('?');
        if lazy {
            self.rest.next();
        }
        let group = self.groups.last_mut().ok_or("unexpected ): `)`")?;
        match group.last {
            Last::Nothing => return Err(format!("missing argument to repetition operator: `{operator}`")),
            Last::Repetition => return Err(format!("invalid nested repetition operator: `{operator}`")),
            Last::Atom(inside) => {
                let times = inside.saturating_mul(most.max(1));
                if most >= 2 && times > MOST_REPEATS {
                    return Err(format!("invalid repeat count: `{operator}`"));
                }
                group.repeats = group.repeats.max(times);
            }
        }
        group.last = Last::Repetition;
        self.out.push_str(operator);
        if lazy {
            self.out.push('?');
        }
        Ok(())
    }

    /// `2}`, `2,}` or `2,3}` after a brace, which else is a character.
    fn counted(&mut self) -> Option<(String, u32, Option<u32>)> {
        let (inside, after) = self.rest.as_str().split_once('}')?;
        // A number that is too large is one that is refused.
        let number = |text: &str| {
            let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            (plain && (text.len() == 1 || !text.starts_with('0'))).then(|| text.parse().unwrap_or(u32::MAX))
        };
        let (least, most) = match inside.split_once(',') {
            None => (number(inside)?, Some(number(inside)?)),
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => (number(least)?, Some(number(most)?)),
        };
        let text = format!("{{{inside}}}");
        self.rest = after.chars();
        Some((text, least, most))
    }

    fn escape(&mut self) -> Result<(), String> {
        let after = self.rest.as_str();
        if let Some(quoted) = after.strip_prefix('Q') {
            let (quoted, rest) = quoted.split_once("\\E").unwrap_or((quoted, ""));
            for c in quoted.chars() {
                self.literal(c);
            }
            self.rest = rest.chars();
            return Ok(());
        }
        if let Some(set) = class::set(&mut self.rest)? {
            self.out.push_str(&set);
            return Ok(());
        }
        match after.chars().next() {
            Some(c @ ('A' | 'z' | 'B')) => self.out.extend(['\\', c]),
            Some('b') => self.out.push_str("(?-u:\\b)"),
            _ => {
                let c = class::character(&mut self.rest)?;
                self.literal(c);
                return Ok(());
            }
        }
        self.rest.next();
        Ok(())
    }
}
