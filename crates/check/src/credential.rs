//! Is this value a credential?
//!
//! By the shape of the value, or by the name it goes under when the value could be one. Placeholders,
//! references, paths, numbers and object names are not values.

/// Why a value is taken for a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suspicion {
    /// The value itself has the shape of one; what it looks like.
    Shape(&'static str),
    /// It goes under the name of one.
    Name,
}

/// Token formats that their issuers document by prefix, and the least length of what follows.
const PREFIXES: [(&str, usize, &str); 14] = [
    ("AKIA", 16, "an AWS access key"),
    ("ASIA", 16, "an AWS access key"),
    ("ghp_", 30, "a GitHub token"),
    ("gho_", 30, "a GitHub token"),
    ("ghs_", 30, "a GitHub token"),
    ("github_pat_", 40, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("npm_", 30, "an npm token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("sk_live_", 20, "a Stripe key"),
    ("SG.", 40, "a SendGrid key"),
    ("AIza", 30, "a Google API key"),
    ("eyJ", 40, "a signed token (JWT)"),
];

/// Last words of a name that stand for a credential.
const NAMES: [&str; 17] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "PASS",
    "PWD",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "SECRET_KEY",
    "PRIVATE_KEY",
    "ENCRYPTION_KEY",
    "SIGNING_KEY",
    "CREDENTIAL",
    "CREDENTIALS",
    "AUTH",
];

/// Words that stand where a value will be.
const PLACEHOLDERS: [&str; 12] = [
    "changeme",
    "change-me",
    "change_me",
    "replace",
    "example",
    "placeholder",
    "todo",
    "your-",
    "your_",
    "dummy",
    "redacted",
    "insert",
];

/// What speaks for `value`, which goes under `name`, being a credential.
pub(crate) fn suspect(name: &str, value: &str) -> Option<Suspicion> {
    let value = value.trim();
    if value.contains("PRIVATE KEY-----") {
        return Some(Suspicion::Shape("a private key"));
    }
    if is_no_value(value) {
        return None;
    }
    if let Some((_, _, what)) = PREFIXES.iter().find(|(prefix, rest, _)| has_prefix(value, prefix, *rest)) {
        return Some(Suspicion::Shape(what));
    }
    if value.contains("://") {
        return password_in_url(value).then_some(Suspicion::Shape("a password inside a URL"));
    }
    (named_like_one(name) && could_be_one(value)).then_some(Suspicion::Name)
}

/// Whether a line of text that cannot be read as YAML may hold a credential: it names or is one.
pub(crate) fn may_stand_in(line: &str) -> bool {
    let word = |c: char| !c.is_whitespace() && !"\"'`:,={}[]".contains(c);
    line.split(|c| !word(c))
        .filter(|word| !word.is_empty())
        .any(|word| named_like_one(word) || has_shape(word))
}

fn has_shape(word: &str) -> bool {
    PREFIXES.iter().any(|(prefix, rest, _)| has_prefix(word, prefix, *rest))
}

fn has_prefix(value: &str, prefix: &str, rest: usize) -> bool {
    let one_word = value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+/=".contains(&b));
    one_word && value.strip_prefix(prefix).is_some_and(|tail| tail.len() >= rest)
}

/// `scheme://user:password@host`, with a password that is not itself a reference.
fn password_in_url(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    user.split_once(':').is_some_and(|(_, password)| !password.is_empty() && !is_no_value(password))
}

fn named_like_one(name: &str) -> bool {
    let name = words(name);
    NAMES
        .iter()
        .any(|word| name.strip_suffix(word).is_some_and(|before| before.is_empty() || before.ends_with('_')))
}

/// `dbPassword`, `db-password` and `DB_PASSWORD` are one name.
fn words(name: &str) -> String {
    let mut out = String::new();
    let mut lower_before = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && lower_before {
            out.push('_');
        }
        lower_before = c.is_ascii_lowercase() || c.is_ascii_digit();
        out.push(if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
    }
    out
}

/// References, templates and the words people write where a value will be.
fn is_no_value(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let reference =
        value.contains("$(") || value.contains("${") || value.contains("{{") || value.starts_with('$');
    let bracketed = value.starts_with('<') && value.ends_with('>');
    let mut letters = value.chars();
    let first = letters.next();
    let one_letter = letters.all(|c| Some(c) == first);
    reference || bracketed || one_letter || PLACEHOLDERS.iter().any(|word| lower.contains(word))
}

/// Long enough, one word, and neither path, number, switch nor identifier of something else.
fn could_be_one(value: &str) -> bool {
    let path = value.starts_with('/') || value.starts_with("./");
    let number = value.parse::<f64>().is_ok();
    let switch = matches!(
        value.to_ascii_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "none" | "null" | "enabled" | "disabled" | "required" | "optional"
    );
    let uuid = value.len() == 36 && value.bytes().filter(|b| *b == b'-').count() == 4;
    value.len() >= 4 && !value.contains(char::is_whitespace) && !path && !number && !switch && !uuid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_the_shape_or_the_name_of_a_credential_is_suspected() {
        let name = Some(Suspicion::Name);
        assert_eq!(suspect("DB_PASSWORD", "correct-horse"), name);
        assert_eq!(suspect("dbPassword", "correct-horse"), name);
        assert_eq!(suspect("AWS_SECRET_ACCESS_KEY", &"x9Kd+/".repeat(7)), name);
        assert_eq!(
            suspect("X", &format!("ghp_{}", "a1B2".repeat(9))),
            Some(Suspicion::Shape("a GitHub token"))
        );
        let url = Some(Suspicion::Shape("a password inside a URL"));
        assert_eq!(suspect("DSN", "amqp://app:s3cr3t@mq/vhost"), url);
    }

    #[test]
    fn what_only_stands_for_one_is_not() {
        for (name, value) in [
            ("DB_PASSWORD_FILE", "/run/secrets/db"),
            ("TOKEN_PATH", "/var/run/secrets/tok"),
            ("SECRET_NAME", "db-credentials"),
            ("API_KEY", "changeme"),
            ("PASSWORD", "${PASSWORD}"),
            ("TOKEN", "<your-token-here>"),
            ("SECRET", "{{ .Values.secret }}"),
            ("KEY", "REPLACE_ME"),
            ("PWD", "xxxxxxxxxxxx"),
            ("CACHE_URL", "redis://cache.shop:6379/0"),
            ("DSN", "postgres://$(DB_USER):$(DB_PASS)@db.shop/app"),
            ("REQUIRE_TOKEN", "true"),
            ("PASSWORD", ""),
            ("AWS_REGION", "eu-west-1"),
        ] {
            assert_eq!(suspect(name, value), None, "{name}={value}");
        }
    }
}
