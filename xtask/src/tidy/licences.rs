//! May everything we ship be shipped under Apache-2.0?

use super::Problem;
use super::metadata::Metadata;

/// Licences that ask for no more than a notice. The same list stands in `deny.toml`.
const ALLOWED: [&str; 7] =
    ["Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Unicode-3.0", "Zlib"];

/// Dependencies whose licence expression cannot be met by the allowed ones, or that declare none.
pub(super) fn problems(all: &Metadata) -> Vec<Problem> {
    let foreign = all.packages.values().filter(|package| !package.ours);
    let refused = foreign.filter(|package| !package.licence.as_deref().is_some_and(met));
    refused
        .map(|package| {
            let licence = package.licence.as_deref().unwrap_or("no licence declared");
            let what = format!("{} {}: {licence}", package.name, package.version);
            Problem::new("licences", "Cargo.lock", 0, what, "find another crate; a new licence is a decision")
        })
        .collect()
}

/// Whether an SPDX expression can be met: one side of every `OR`, both of every `AND`. `/` is cargo's old `OR`.
fn met(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    either(&words, &mut at) && at == words.len()
}

fn either(words: &[&str], at: &mut usize) -> bool {
    let mut good = both(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        good |= both(words, at);
    }
    good
}

fn both(words: &[&str], at: &mut usize) -> bool {
    let mut good = term(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        good &= term(words, at);
    }
    good
}

fn term(words: &[&str], at: &mut usize) -> bool {
    let word = words.get(*at).copied().unwrap_or_default();
    *at += 1;
    if word == "(" {
        let good = either(words, at);
        *at += 1;
        return good;
    }
    // An exception only gives more room.
    if words.get(*at) == Some(&"WITH") {
        *at += 2;
    }
    ALLOWED.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_met_as_spdx_reads_it() {
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "Unlicense/MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR MIT",
        ] {
            assert!(met(good), "{good}");
        }
        for bad in [
            "GPL-3.0-only",
            "LGPL-2.1 OR AGPL-3.0",
            "MIT AND GPL-2.0",
            "MPL-2.0",
            "",
            "MIT MIT",
            "(MIT OR GPL-2.0) AND MPL-2.0",
        ] {
            assert!(!met(bad), "{bad}");
        }
    }

    #[test]
    fn a_dependency_without_a_licence_is_refused_and_ours_are_not_asked() {
        let mut all = Metadata::of("cofferdam: a b", &["cofferdam"]);
        all.packages.get_mut("a").unwrap().licence = None;
        all.packages.get_mut("cofferdam").unwrap().licence = None;
        let found = problems(&all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].what, "a 1.0.0: no licence declared");
    }

    #[test]
    fn cargo_deny_holds_the_same_list() {
        let deny = include_str!("../../../deny.toml");
        let start = deny.split_once("allow = [").unwrap().1;
        let listed: Vec<&str> = start.split_once(']').unwrap().0.split('"').skip(1).step_by(2).collect();
        assert_eq!(listed, ALLOWED);
    }
}
