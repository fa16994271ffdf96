//! Which names, profiles and patterns did the API server take in a policy?

/// The longest name of an object, and of a sysctl.
const LONGEST: usize = 253;

/// RFC 1123: labels of small letters, digits and dashes, joined by dots.
pub(super) fn is_subdomain(name: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let label = |label: &str| {
        let bytes = label.as_bytes();
        bytes.first().is_some_and(|b| alphanumeric(*b))
            && bytes.last().is_some_and(|b| alphanumeric(*b))
            && bytes.iter().all(|b| alphanumeric(*b) || *b == b'-')
    };
    name.len() <= LONGEST && name.split('.').all(label)
}

pub(super) fn not_a_subdomain(name: &str) -> String {
    let shown = shown(name);
    format!(
        "{shown} is no name: write small letters, digits, `-` and `.`, at most {LONGEST}, a letter or digit at each end"
    )
}

/// A driver of an inline CSI volume: a name of at most 63 letters, of whatever case.
pub(super) fn is_csi_driver(name: &str) -> bool {
    name.len() <= 63 && is_subdomain(&name.to_lowercase())
}

/// What is wrong with a seccomp profile's name.
pub(super) fn seccomp_fault(profile: &str) -> Option<String> {
    if matches!(profile, "runtime/default" | "docker/default" | "unconfined") {
        return None;
    }
    let Some(path) = profile.strip_prefix("localhost/") else {
        return Some(format!(
            "{} is no seccomp profile: write runtime/default, docker/default, unconfined or localhost/PATH, commas without blanks between",
            shown(profile)
        ));
    };
    if path.starts_with('/') {
        return Some(format!("{}: the path must be relative to the node's profile folder", shown(profile)));
    }
    let climbs = path.split('/').any(|step| step == "..");
    climbs.then(|| format!("{}: the path must not contain `..`", shown(profile)))
}

/// What is wrong with an AppArmor profile's name.
pub(super) fn app_armor_fault(profile: &str) -> Option<String> {
    let known = matches!(profile, "" | "runtime/default" | "unconfined") || profile.starts_with("localhost/");
    (!known).then(|| {
        format!(
            "{} is no AppArmor profile: write runtime/default, unconfined or localhost/NAME, commas without blanks between",
            shown(profile)
        )
    })
}

/// A sysctl's name, or a prefix of one that ends in `*`.
pub(super) fn is_sysctl_pattern(pattern: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let inner = |b: u8| alphanumeric(b) || matches!(b, b'-' | b'_');
    let segment = |bytes: &[u8]| {
        let ends = [bytes.first(), bytes.last()];
        ends.iter().all(|end| end.is_some_and(|b| alphanumeric(*b))) && bytes.iter().all(|b| inner(*b))
    };
    let last = |bytes: &[u8]| {
        let Some((end, rest)) = bytes.split_last() else { return false };
        let rest_fits = rest.first().is_none_or(|b| alphanumeric(*b)) && rest.iter().all(|b| inner(*b));
        rest_fits && (alphanumeric(*end) || *end == b'*')
    };
    let (before, end) = pattern.rsplit_once('.').map_or((None, pattern), |(b, e)| (Some(b), e));
    pattern.len() <= LONGEST
        && last(end.as_bytes())
        && before.is_none_or(|before| before.split('.').all(|part| segment(part.as_bytes())))
}

/// The head of a text from outside, in quotes.
pub(super) fn shown(text: &str) -> String {
    let head: String = text.chars().take(64).collect();
    if head.len() < text.len() { format!("`{head}…`") } else { format!("`{head}`") }
}
