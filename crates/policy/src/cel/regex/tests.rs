use super::*;

fn finds(pattern: &str, text: &str) -> String {
    let found = compile(pattern).unwrap_or_else(|e| panic!("{pattern}: {e}"));
    found.find(text).map_or_else(|| "nothing".to_owned(), |found| found.as_str().to_owned())
}

#[test]
fn what_the_engines_read_differently_is_read_as_go_reads_it() {
    for (pattern, text, found) in [
        (r"\d+", "\u{663}7", "7"),
        (r"\w+", "\u{e9}a", "a"),
        (r"\<a", "a<a", "<a"),
        (r"[a&&b]+", "c&b", "&b"),
        (r"[[a]", "b[", "["),
        (r"a{,2}", "a{,2}", "a{,2}"),
        (r"\Qa.b\E+", "a.bb", "a.bb"),
        (r"\101", "A", "A"),
        (r"(?i)(?-i:a)B", "ab", "ab"),
        (r"(?P<x>a)(?<y>b)", "ab", "ab"),
        (r"[]a]+", "a]", "a]"),
        (r"[^\d]", "1x", "x"),
        (r"\bfoo\b", "\u{e9}foo", "foo"),
        (r"(?)a", "a", "a"),
        (r"[\x41-\x{43}]+", "xABC", "ABC"),
    ] {
        assert_eq!(finds(pattern, text), found, "{pattern}");
    }
}

#[test]
fn what_go_refuses_is_refused() {
    for pattern in [
        "(",
        ")",
        "a**",
        "*",
        "(?=a)",
        r"\1",
        r"\C",
        r"\h",
        "[a",
        "[z-a]",
        "a{1001}",
        "(a{50}){50}",
        "(?x)a",
        "[[:foo:]]",
        r"\p{Nope}",
        "\\",
        r"\x4",
        "(?P<>a)",
        "a{2}{3}",
        "(?i",
        "(?-)a",
        "x{3,2}",
        r"\8",
    ] {
        assert!(compile(pattern).is_err(), "{pattern}");
    }
}

#[test]
fn hostile_patterns_end_in_an_error() {
    for pattern in [
        "(".repeat(100_000),
        "((a{10}){10}){10}".repeat(5_000),
        format!("{}{}", "(".repeat(2000), ")".repeat(2000)),
    ] {
        assert!(compile(&pattern).is_err());
    }
}
