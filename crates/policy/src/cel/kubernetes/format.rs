//! Is this a name, a UUID, a date, as `format.dns1123Label().validate(text)` asks?
//!
//! The named formats of k8s.io/apiserver (0.37) and what they say of a text that is none. The texts are upstream's, since
//! policies put them into their messages.

use super::url;

/// A named format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// The name that `format.named` finds it by.
    pub name: &'static str,
    /// How long a regular expression upstream charges a validation for.
    pub regex_size: u64,
    faults: fn(&str) -> Vec<String>,
}

impl Format {
    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        FORMATS.iter().find(|format| format.name == name).copied()
    }

    /// Every format.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.iter().copied()
    }

    /// What is wrong with the text; nothing if it is of the format.
    pub fn faults(self, text: &str) -> Vec<String> {
        (self.faults)(text)
    }
}

const FORMATS: &[Format] = &[
    Format { name: "dns1123Label", regex_size: 30, faults: dns1123_label },
    Format { name: "dns1123Subdomain", regex_size: 60, faults: dns1123_subdomain },
    Format { name: "dns1035Label", regex_size: 30, faults: dns1035_label },
    Format { name: "qualifiedName", regex_size: 60, faults: qualified_name },
    Format { name: "dns1123LabelPrefix", regex_size: 30, faults: |text| dns1123_label(&prefix(text)) },
    Format {
        name: "dns1123SubdomainPrefix",
        regex_size: 60,
        faults: |text| dns1123_subdomain(&prefix(text)),
    },
    Format { name: "dns1035LabelPrefix", regex_size: 30, faults: |text| dns1035_label(&prefix(text)) },
    Format { name: "labelValue", regex_size: 40, faults: label_value },
    Format { name: "uri", regex_size: 1103, faults: |text| url::check(text).err().into_iter().collect() },
    Format {
        name: "uuid",
        regex_size: 70,
        faults: |text| unless(is_uuid(text), "does not match the UUID format"),
    },
    Format { name: "byte", regex_size: 84, faults: |text| unless(is_base64(text), "invalid base64") },
    Format { name: "date", regex_size: 71, faults: |text| unless(is_date(text), "invalid date") },
    Format { name: "datetime", regex_size: 71, faults: |text| unless(is_datetime(text), "invalid datetime") },
];

fn unless(fine: bool, fault: &str) -> Vec<String> {
    if fine { Vec::new() } else { vec![fault.to_owned()] }
}

/// A name whose last part is yet to be generated: the dash before it may end it.
fn prefix(text: &str) -> String {
    match text.strip_suffix('-') {
        // Upstream drops one byte more, then adds a letter.
        Some(rest) if !rest.is_empty() => {
            let bytes = rest.as_bytes();
            let shorter = bytes.split_last().map_or(bytes, |(_, shorter)| shorter);
            String::from_utf8_lossy(shorter).into_owned() + "a"
        }
        _ => text.to_owned(),
    }
}

fn dns1123_label(text: &str) -> Vec<String> {
    let mut faults = longer_than(63, "characters", text);
    if is_label(text) {
        return faults;
    }
    faults.push(if is_subdomain(text) {
        "must not contain dots".to_owned()
    } else {
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end \
         with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
         '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
            .to_owned()
    });
    faults
}

pub(super) fn dns1123_subdomain(text: &str) -> Vec<String> {
    subdomain(text, "characters")
}

fn subdomain(text: &str, unit: &str) -> Vec<String> {
    let mut faults = longer_than(253, unit, text);
    if !is_subdomain(text) {
        faults.push(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must \
             start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
             '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
                .to_owned(),
        );
    }
    faults
}

fn dns1035_label(text: &str) -> Vec<String> {
    let mut faults = longer_than(63, "characters", text);
    if !(is_label(text) && text.starts_with(|c: char| c.is_ascii_lowercase())) {
        faults.push(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic \
             character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for \
             validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
                .to_owned(),
        );
    }
    faults
}

const KEY_SHAPE: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
                         alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for \
                         validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

fn qualified_name(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let parts: Vec<&str> = text.splitn(3, '/').collect();
    let name = match parts.as_slice() {
        [name] => name,
        [prefix, name] => {
            if prefix.is_empty() {
                faults.push("prefix part must be non-empty".to_owned());
            } else {
                faults.extend(
                    subdomain(prefix, "bytes").into_iter().map(|fault| format!("prefix part {fault}")),
                );
            }
            name
        }
        _ => {
            return vec![format!(
                "a valid label key {KEY_SHAPE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            )];
        }
    };
    if name.is_empty() {
        faults.push("name part must be non-empty".to_owned());
    } else {
        faults.extend(longer_than(63, "bytes", name).into_iter().map(|fault| format!("name part {fault}")));
    }
    if !is_key(name) {
        faults.push(format!("name part {KEY_SHAPE}"));
    }
    faults
}

fn label_value(text: &str) -> Vec<String> {
    let mut faults = longer_than(63, "bytes", text);
    if !(text.is_empty() || is_key(text)) {
        faults.push(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must \
             start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for \
             validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
                .to_owned(),
        );
    }
    faults
}

fn longer_than(most: usize, unit: &str, text: &str) -> Vec<String> {
    if text.len() > most { vec![format!("must be no more than {most} {unit}")] } else { Vec::new() }
}

/// A label of a domain name, however long.
fn is_label(text: &str) -> bool {
    let inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.bytes().all(|b| inside(b) || b == b'-') && has_ends(text, inside)
}

pub(super) fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}

fn is_key(text: &str) -> bool {
    let inside = |b: u8| b.is_ascii_alphanumeric();
    text.bytes().all(|b| inside(b) || b"-_.".contains(&b)) && has_ends(text, inside)
}

fn has_ends(text: &str, fine: impl Fn(u8) -> bool) -> bool {
    matches!((text.bytes().next(), text.bytes().last()), (Some(first), Some(last)) if fine(first) && fine(last))
}

/// 32 hexadecimal digits, in groups of 8, 4, 4, 4 and 12 that a dash may part.
fn is_uuid(text: &str) -> bool {
    let mut rest = text;
    for (index, length) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if index > 0 {
            rest = rest.strip_prefix('-').unwrap_or(rest);
        }
        let Some((group, after)) = rest.split_at_checked(length) else { return false };
        if !group.bytes().all(|b| b.is_ascii_hexdigit()) {
            return false;
        }
        rest = after;
    }
    rest.is_empty()
}

/// Standard base64 of at least one byte, padded.
fn is_base64(text: &str) -> bool {
    let digits = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    !text.is_empty()
        && text.len().is_multiple_of(4)
        && digits.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
}

/// `2024-02-29`.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |text: &str, length| {
        (text.len() == length && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse::<u32>().ok())?
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// A date, `T` and a time. Upstream looks no further than a second `T`.
fn is_datetime(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut parts = lower.split('t');
    let (Some(date), Some(time)) = (parts.next(), parts.next()) else { return false };
    is_date(date) && is_time(time)
}

fn is_time(text: &str) -> bool {
    let Some((clock, rest)) = text.split_at_checked(8) else { return false };
    let numbers: Vec<&str> = clock.split(':').collect();
    let two = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    let [hour, minute, second] = numbers.as_slice() else { return false };
    let in_range =
        [(hour, "23"), (minute, "59"), (second, "59")].iter().all(|(n, most)| two(n) && **n <= *most);
    in_range && (is_zone(rest) || is_zone(without_fraction(rest)))
}

/// What follows one character and digits; the character need not be a point.
fn without_fraction(text: &str) -> &str {
    let mut chars = text.chars();
    let after = chars.next().filter(|c| *c != '\n').map_or(text, |_| chars.as_str());
    let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.len() < after.len() { rest } else { text }
}

fn is_zone(text: &str) -> bool {
    let two = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    let offset = text.strip_prefix(['+', '-']).and_then(|offset| offset.split_once(':'));
    text == "z" || offset.is_some_and(|(hours, minutes)| two(hours) && two(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_knows_its_own() {
        for (name, fine, wrong) in [
            ("dns1123Label", "a-1", "a.b"),
            ("dns1123LabelPrefix", "ab-", "-ab"),
            ("dns1123Subdomain", "a.b-c", "a..b"),
            ("dns1035Label", "a1", "1a"),
            ("qualifiedName", "a.b/C_d", "a/b/c"),
            ("labelValue", "", "-a"),
            ("uri", "https://a/b", "b"),
            ("uuid", "01234567-89AB-cdef0123-456789abcdef", "01234567-89AB-cdef0123-456789abcdeg"),
            ("byte", "aGk=", "aGk"),
            ("date", "2024-02-29", "2023-02-29"),
            ("datetime", "2024-02-29T23:59:59.5+01:00", "2024-02-29T24:00:00Z"),
        ] {
            let format = Format::named(name).unwrap();
            assert_eq!(format.faults(fine), [""; 0], "{name} {fine}");
            assert_eq!(format.faults(wrong).len(), 1, "{name} {wrong}");
        }
        assert!(Format::named("dns").is_none());
    }

    #[test]
    fn any_text_is_judged_without_a_panic() {
        for text in ["", "-", "\u{e9}-", "a\u{e9}-", "\u{1F600}", "2024-02-29t", "2024-02-29t1\u{e9}:00:00z"]
        {
            for format in Format::all() {
                let _ = format.faults(text);
            }
        }
    }
}
