//! Which of two versions is the newer?
//!
//! Semantic Versioning 2.0.0 as the library of the API server reads it (blang/semver v4): strict, or with the leniency
//! that `semver(text, true)` asks for.

use std::cmp::Ordering;
use std::fmt;

/// A version.
#[derive(Clone, Debug)]
pub struct Semver {
    /// The first number.
    pub major: u64,
    /// The second number.
    pub minor: u64,
    /// The third number.
    pub patch: u64,
    before: Vec<Identifier>,
    build: Vec<String>,
}

/// A part of a pre-release; numbers come before words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    Number(u64),
    Word(String),
}

impl Semver {
    /// Reads a version to the letter of the specification.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("Version string empty".to_owned());
        }
        let mut parts = text.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err("No Major.Minor.Patch elements found".to_owned());
        };
        let (rest, build) = rest.split_once('+').map_or((rest, None), |(rest, build)| (rest, Some(build)));
        let (patch, before) =
            rest.split_once('-').map_or((rest, None), |(patch, before)| (patch, Some(before)));
        Ok(Self {
            major: number(major, "major")?,
            minor: number(minor, "minor")?,
            patch: number(patch, "patch")?,
            before: before.map_or(Ok(Vec::new()), |text| text.split('.').map(Identifier::parse).collect())?,
            build: build.map_or(Ok(Vec::new()), |text| text.split('.').map(build_part).collect())?,
        })
    }

    /// Reads a version after mending it: a leading `v` goes, leading zeros go, `1` and `1.2` get their missing zeros.
    pub fn parse_leniently(text: &str) -> Result<Self, String> {
        let mut parts: Vec<String> =
            text.strip_prefix('v').unwrap_or(text).splitn(3, '.').map(without_leading_zeros).collect();
        if parts.len() < 3 {
            if parts.last().is_some_and(|last| last.contains(['+', '-'])) {
                return Err("short version cannot contain PreRelease/Build meta data".to_owned());
            }
            parts.resize(3, "0".to_owned());
        }
        Self::parse(&parts.join("."))
    }
}

impl PartialEq for Semver {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Semver {}

impl PartialOrd for Semver {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Semver {
    /// By precedence: a pre-release comes before its release, the build does not count.
    fn cmp(&self, other: &Self) -> Ordering {
        let numbers = |v: &Self| (v.major, v.minor, v.patch);
        numbers(self)
            .cmp(&numbers(other))
            .then_with(|| self.before.is_empty().cmp(&other.before.is_empty()))
            .then_with(|| self.before.cmp(&other.before))
    }
}

impl fmt::Display for Semver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        for (index, part) in self.before.iter().enumerate() {
            f.write_str(if index == 0 { "-" } else { "." })?;
            match part {
                Identifier::Number(number) => write!(f, "{number}")?,
                Identifier::Word(word) => f.write_str(word)?,
            }
        }
        for (index, part) in self.build.iter().enumerate() {
            write!(f, "{}{part}", if index == 0 { "+" } else { "." })?;
        }
        Ok(())
    }
}

impl Identifier {
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("Prerelease is empty".to_owned());
        }
        if text.bytes().all(|b| b.is_ascii_digit()) {
            return number(text, "prerelease").map(Self::Number);
        }
        is_word(text)
            .then(|| Self::Word(text.to_owned()))
            .ok_or_else(|| format!("Invalid character(s) found in prerelease {text:?}"))
    }
}

fn build_part(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("Build meta data is empty".to_owned());
    }
    is_word(text)
        .then(|| text.to_owned())
        .ok_or_else(|| format!("Invalid character(s) found in build meta data {text:?}"))
}

fn number(text: &str, part: &str) -> Result<u64, String> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("Invalid character(s) found in {part} number {text:?}"));
    }
    if text.len() > 1 && text.starts_with('0') {
        return Err(format!("Numeric {part} version must not contain leading zeroes {text:?}"));
    }
    text.parse().map_err(|_| format!("{part} number {text:?} is out of range"))
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn without_leading_zeros(part: &str) -> String {
    if part.len() < 2 {
        return part.to_owned();
    }
    let trimmed = part.trim_start_matches('0');
    if trimmed.starts_with(|c: char| c.is_ascii_digit()) { trimmed.to_owned() } else { format!("0{trimmed}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_precedence() {
        let order = [
            "0.9.9",
            "1.0.0-1",
            "1.0.0-2",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-beta",
            "1.0.0",
            "1.0.1",
            "1.10.0",
        ];
        for (index, text) in order.iter().enumerate() {
            for (other_index, other) in order.iter().enumerate() {
                let found = Semver::parse(text).unwrap().cmp(&Semver::parse(other).unwrap());
                assert_eq!(found, index.cmp(&other_index), "{text} {other}");
            }
        }
        assert_eq!(Semver::parse("1.0.0+a").unwrap(), Semver::parse("1.0.0+b").unwrap());
    }

    #[test]
    fn leniency_is_asked_for() {
        for (text, meant) in
            [("v1", "1.0.0"), ("1.2", "1.2.0"), ("01.002.0003-a", "1.2.3-a"), ("v1.2.3+b", "1.2.3+b")]
        {
            assert!(Semver::parse(text).is_err() || !text.starts_with(['v', '0']), "{text}");
            assert_eq!(Semver::parse_leniently(text).unwrap().to_string(), meant);
        }
        for text in [
            "",
            "1.2-a",
            "1.2.3.4",
            "1.2.x",
            "1.2.3-",
            "1.2.3+",
            "1.2.3-01",
            "1.2.3-\u{e9}",
            "1.2.99999999999999999999",
        ] {
            assert!(Semver::parse(text).is_err() && Semver::parse_leniently(text).is_err(), "{text}");
        }
    }
}
