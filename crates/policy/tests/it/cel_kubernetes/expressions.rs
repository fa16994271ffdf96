//! Which expressions both sides are asked.

mod pools;

use serde_json::json;

use super::ask::Question;
use crate::oracle::random::Random;

/// Something of every library, for its first version.
pub(super) fn one_of_each() -> impl Iterator<Item = &'static str> {
    include_str!("expressions/each.txt").lines()
}

/// What policies say of a request.
pub(super) fn of_admission() -> impl Iterator<Item = &'static str> {
    include_str!("expressions/admission.txt").lines()
}

/// What mutations are made of.
pub(super) fn of_mutations() -> impl Iterator<Item = &'static str> {
    include_str!("expressions/mutations.txt").lines()
}

/// Calls of every function with arguments that are fine, odd or wrong.
pub(super) fn of_libraries(count: usize) -> Vec<Question> {
    let vars = json!({
        "ints": [3, 1, 2, 1], "doubles": [1.5, -0.5], "strings": ["a", "b", "a"], "mixed": [1, "a", null, 1.5, {"a": 1}], "empty": [], "nested": [[1], [2]],
        "nothing": null, "number": 5, "map": {"a": 1, "b": "c"}, "text": "some text of an object",
    });
    let mut random = Random::new(seed());
    (0..count).map(|_| Question::plain(&of_library(&mut random)).with(&vars)).collect()
}

/// Calls with holes: a letter after `%` says what goes there.
const CALLS: &[&str] = &[
    // Quantities.
    "isQuantity(%Q)",
    "quantity(%Q)",
    "%q.isInteger() ? %q.asInteger() : -7",
    "%q.asInteger()",
    "%q.isInteger()",
    "%q.asApproximateFloat()",
    "%q.add(%q).asApproximateFloat()",
    "%q.compareTo(%q)",
    "%q.isLessThan(%q)",
    "%q.isGreaterThan(%q)",
    "sign(%q)",
    "%q == %q",
    "%q.add(%q)",
    "%q.sub(%q)",
    "%q.add(%N)",
    "%q.sub(%N)",
    "%q.add(%q).compareTo(%q)",
    "%q.sub(%q).compareTo(%q)",
    "%q.sub(%N).isLessThan(%q)",
    "%q.add(%q).asInteger()",
    "%q.sub(%q).isInteger()",
    "sign(%q.sub(%q))",
    "%q.add(%q) == %q",
    "%q.add(%N).add(%q).compareTo(%q)",
    // Addresses.
    "isIP(%A)",
    "ip.isCanonical(%A)",
    "string(ip(%A))",
    "ip(%A).%f()",
    "ip(%A).%f()",
    "ip(%A).%f()",
    "ip(%A) == ip(%A)",
    "ip(%A)",
    "dyn(ip(%A)).%f()",
    "type(ip(%A))",
    "ip(dyn(%A))",
    // Networks.
    "isCIDR(%W)",
    "cidr(%W)",
    "cidr(%W).ip()",
    "cidr(%W).masked()",
    "cidr(%W).prefixLength()",
    "string(cidr(%W).masked())",
    "cidr(%W).containsIP(%A)",
    "cidr(%W).containsIP(ip(%A))",
    "cidr(%W).containsCIDR(%W)",
    "cidr(%W).containsCIDR(cidr(%W))",
    "cidr(%W) == cidr(%W)",
    "dyn(cidr(%W)).ip().family()",
    "dyn(cidr(%W)).containsIP(%A)",
    "cidr(%W).containsIP(dyn(%A))",
    "cidr(%W).containsCIDR(dyn(%W))",
    // Versions.
    "isSemver(%V)",
    "isSemver(%V, true)",
    "isSemver(%V, false)",
    "semver(%V)",
    "semver(%V, true)",
    "semver(%V).%m()",
    "semver(%V, true).%m()",
    "semver(%V).isLessThan(semver(%V))",
    "semver(%V).isGreaterThan(semver(%V))",
    "semver(%V).compareTo(semver(%V))",
    "semver(%V, true).compareTo(semver(%V, true))",
    "semver(%V) == semver(%V)",
    "semver(%V, true) == semver(%V)",
    // URLs.
    "isURL(%U)",
    "url(%U)",
    "url(%U).%g()",
    "url(%U).%g()",
    "url(%U).%g()",
    "url(%U).%g()",
    "url(%U) == url(%U)",
    "format.uri().validate(%U)",
    // Formats.
    "format.%F().validate(%T)",
    "format.%F().validate(%T)",
    "format.%F().validate(%T)",
    "format.named('%F').value().validate(%T).hasValue()",
    "format.named(%T)",
    "format.%F() == format.uuid()",
    "format.%F()",
    // Regular expressions.
    "%S.find(%P)",
    "%S.find(%P)",
    "%S.findAll(%P)",
    "%S.findAll(%P, %n)",
    "%S.matches(%P)",
    "dyn(%S).find(%P)",
    "%S.find(dyn(%P))",
    "%S.matches(dyn(%P))",
    "text.findAll(%P)",
    // Lists.
    "%L.%l()",
    "%L.%l()",
    "%L.%l()",
    "%L.indexOf(%I)",
    "%L.lastIndexOf(%I)",
    "%L.includes(%I)",
    "[].%l()",
    "text.includes(%I)",
    "dyn(%L).%l()",
];

fn of_library(random: &mut Random) -> String {
    let mut made = String::new();
    let mut parts = random.pick(CALLS).split('%');
    made.extend(parts.next());
    for part in parts {
        let (hole, rest) = part.split_at(1);
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "\\'"));
        let filled = match hole {
            "q" => format!("quantity({})", quoted(random.pick(pools::QUANTITIES))),
            "Q" => quoted(random.pick(pools::QUANTITIES)),
            "N" => random.pick(pools::NUMBERS).to_owned(),
            "A" => quoted(random.pick(pools::ADDRESSES)),
            "W" => quoted(random.pick(pools::NETWORKS)),
            "V" => quoted(random.pick(pools::VERSIONS)),
            "U" => quoted(random.pick(pools::URLS)),
            "F" => random.pick(pools::FORMATS).to_owned(),
            "T" => quoted(random.pick(pools::NAMES)),
            "P" => quoted(random.pick(pools::PATTERNS)),
            "S" => quoted(random.pick(pools::TEXTS)),
            "L" => random.pick(pools::LISTS).to_owned(),
            "I" => random.pick(pools::ITEMS).to_owned(),
            "f" => random.pick(pools::IP_TESTS).to_owned(),
            "m" => random.pick(&["major", "minor", "patch"]).to_owned(),
            "g" => random.pick(pools::URL_PARTS).to_owned(),
            "n" => random.pick(&["0", "1", "2", "-1", "9223372036854775807"]).to_owned(),
            "l" => random.pick(&["isSorted", "sum", "min", "max"]).to_owned(),
            other => panic!("no such hole: {other}"),
        };
        made.push_str(&filled);
        made.push_str(rest);
    }
    made
}

/// `$COFFERDAM_SEED`, for a soak.
pub(super) fn seed() -> u64 {
    std::env::var("COFFERDAM_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7)
}
