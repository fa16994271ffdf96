//! Is this value a credential?
//!
//! By the shape of the value, or by the name it goes under when the value could be one. Placeholders,
//! references, paths, numbers and object names are not values.

use std::ops::Range;

use object::base64::{self, Blanks};

/// Why a value is taken for a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suspicion {
    /// The value itself has the shape of one; what it looks like.
    Shape(&'static str),
    /// It goes under the name of one.
    Name,
}

/// Token formats that their issuers document by prefix, and the least length of what follows.
const PREFIXES: [(&str, usize, &str); 24] = [
    ("AKIA", 16, "an AWS access key"),
    ("ASIA", 16, "an AWS access key"),
    ("ghp_", 30, "a GitHub token"),
    ("gho_", 30, "a GitHub token"),
    ("ghs_", 30, "a GitHub token"),
    ("github_pat_", 40, "a GitHub token"),
    ("ghu_", 30, "a GitHub token"),
    ("ghr_", 30, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("gldt-", 20, "a GitLab token"),
    ("glrt-", 20, "a GitLab token"),
    ("npm_", 30, "an npm token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("xapp-", 20, "a Slack token"),
    ("sk_live_", 20, "a Stripe key"),
    ("rk_live_", 20, "a Stripe key"),
    ("SG.", 40, "a SendGrid key"),
    ("AIza", 30, "a Google API key"),
    ("pypi-", 40, "a PyPI token"),
    ("dop_v1_", 40, "a DigitalOcean token"),
    ("hvs.", 24, "a Vault token"),
    ("AGE-SECRET-KEY-1", 50, "an age identity"),
    ("eyJ", 40, "a signed token (JWT)"),
];

/// Last words of a name that stand for a credential.
const NAMES: [&str; 23] = [
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
    "MASTER_KEY",
    "SHARED_KEY",
    // What Azure calls the key of a storage account, and Rails what it derives all others from.
    "ACCOUNT_KEY",
    "SECRET_KEY_BASE",
    "CREDENTIAL",
    "CREDENTIALS",
    "AUTH",
    // What Redis calls its passwords.
    "REQUIREPASS",
    "MASTERAUTH",
];

/// Those that people write without a gap behind what they belong to, `PGPASSWORD`, and that end no other word.
const GLUED: [&str; 9] = [
    "PASSWORD",
    "PASSPHRASE",
    "APIKEY",
    "SECRETKEY",
    "ACCESSKEY",
    "PRIVATEKEY",
    "CLIENTSECRET",
    "AUTHTOKEN",
    "ACCESSTOKEN",
];

/// Words that tell one credential from another of the same name.
const WHICH: [&str; 20] = [
    "OLD",
    "NEW",
    "PREVIOUS",
    "PREV",
    "CURRENT",
    "NEXT",
    "BACKUP",
    "BAK",
    "PRIMARY",
    "SECONDARY",
    "DEV",
    "DEVELOPMENT",
    "TEST",
    "STAGING",
    "PROD",
    "PRODUCTION",
    "VALUE",
    "PLAIN",
    "BASE64",
    "V",
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

/// Beginnings of what some tool puts a value in the place of, or has encrypted.
const REFERENCES: [&str; 9] = ["$", "`", "%(", "%{", "ENC[", "vault:", "ref+", "{cipher}", "secretref:"];

impl Suspicion {
    /// What a message says of the value: never its text.
    pub(crate) fn of(self, value: &str) -> String {
        match self {
            Self::Shape(what) => format!("{what} in plain text"),
            Self::Name => format!("a credential in plain text ({} characters)", value.trim().chars().count()),
        }
    }
}

/// What speaks for `value`, which goes under `name`, being a credential.
pub(crate) fn suspect(name: &str, value: &str) -> Option<Suspicion> {
    let value = value.trim();
    if has_private_key(value) {
        return Some(Suspicion::Shape("a private key"));
    }
    if connects(value) {
        return Some(Suspicion::Shape("a credential inside a connection string"));
    }
    let suspicion = by_prefix(value).or_else(|| by_url_or_name(name, value))?;
    // Asked last: it is the dearest question, and rarely anything depends on it.
    (!is_placeholder(value)).then_some(suspicion)
}

fn by_prefix(value: &str) -> Option<Suspicion> {
    shape(value).map(Suspicion::Shape)
}

/// Bytes of the shortest of them.
pub(crate) const SHORTEST: usize = 20;

/// What a word looks like.
fn shape(word: &str) -> Option<&'static str> {
    let first = word.bytes().next().filter(|_| word.len() >= SHORTEST)?;
    // Most words begin like none of them.
    let mut alike = PREFIXES.iter().filter(|(prefix, ..)| prefix.as_bytes().first() == Some(&first));
    alike.find(|(prefix, rest, _)| has_prefix(word, prefix, *rest)).map(|(.., what)| *what)
}

fn by_url_or_name(name: &str, value: &str) -> Option<Suspicion> {
    if has_scheme(value) {
        return password_in_url(value).then_some(Suspicion::Shape("a password inside a URL"));
    }
    let is_one = named_like_one(name) && could_be_one(value);
    (is_one && !names_something(name, value) && !repeats(name, value)).then_some(Suspicion::Name)
}

/// `Server=db;User Id=app;Password=x`: settings of a connection, one of which is a credential.
fn connects(value: &str) -> bool {
    let settings = || value.split(';').map(str::trim).filter(|setting| !setting.is_empty());
    memchr::memchr(b';', value.as_bytes()).is_some()
        && !value.contains('\n')
        && settings().nth(1).is_some()
        && settings().all(|setting| setting.contains('='))
        && settings().filter_map(|setting| setting.split_once('=')).any(|(name, value)| {
            named_like_one(name.trim()) && could_be_one(value.trim()) && !is_placeholder(value.trim())
        })
}

/// Whether a text has a URL in it.
pub(crate) fn has_scheme(text: &str) -> bool {
    // One byte is found quicker than three.
    memchr::memchr(b':', text.as_bytes())
        .is_some_and(|at| text.get(at..).is_some_and(|rest| rest.contains("://")))
}

/// Bytes that a PEM block cannot do without, its key among them; it is longer in base64.
const PEM: usize = 40 + "PRIVATE KEY-----".len();

/// A PEM block of a private key that is not left empty, as it is or in base64.
fn has_private_key(value: &str) -> bool {
    if value.len() < PEM {
        return false;
    }
    // `-----BEGIN` in base64.
    if value.starts_with("LS0tLS1CRUdJTi") {
        let text = base64::decode(value, Blanks::Any).and_then(|bytes| String::from_utf8(bytes).ok());
        return text.is_some_and(|text| text.starts_with("-----BEGIN") && has_private_key(&text));
    }
    value.split("PRIVATE KEY-----").skip(1).step_by(2).any(|body| {
        let key = body.split("-----END").next().unwrap_or_default();
        key.bytes().filter(u8::is_ascii_alphanumeric).count() >= 40 && !key.contains("{{")
    })
}

/// Whether a line of text that cannot be read as YAML may hold a credential: it names or is one.
pub(crate) fn may_stand_in(line: &str) -> bool {
    let word = |c: char| !c.is_whitespace() && !"\"'`:,={}[]".contains(c);
    line.split(|c| !word(c))
        .filter(|word| !word.is_empty())
        .any(|word| named_like_one(word) || has_shape(word))
}

/// The words of a text, such as a comment, that are credentials by their shape.
pub(crate) fn words_with_shape(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    // Most texts are short and have neither a URL nor a user in them.
    let may_hold_one = text.len() >= SHORTEST || memchr::memchr(b':', text.as_bytes()).is_some();
    let words = text.split_whitespace().filter(|_| may_hold_one).filter_map(|word| {
        // Neither a token nor a user.
        if word.len() < SHORTEST && !word.bytes().any(|byte| byte == b'@') {
            return None;
        }
        let inner = word.trim_matches(|c: char| "\"'`,;()[]{}".contains(c));
        let start = (inner.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
        let is_one = has_shape(inner)
            || inner.split('=').any(has_shape)
            || has_scheme(inner) && password_in_url(inner)
            || has_user_info(inner);
        is_one.then_some(start..start + inner.len())
    });
    words.collect::<Vec<_>>().into_iter()
}

/// What a comment gives a credential's name as its value: `password: x`, `TOKEN=x`, `the password is x`; and
/// `value: x` where the line above it said that `named` is the name.
pub(crate) fn values_in_comment(text: &str, named: &str) -> Vec<Range<usize>> {
    let (mut found, mut past) = (Vec::new(), 0);
    for (at, gap) in text.char_indices().filter(|(_, c)| matches!(c, ':' | '=' | ' ')) {
        if at < past {
            continue;
        }
        let after = text.get(at + 1..).unwrap_or_default();
        let verb = ["is ", "was "].into_iter().find_map(|verb| after.strip_prefix(verb));
        let Some(after) = verb.or((gap != ' ').then_some(after)) else { continue };
        let name = match last_word(text, at) {
            "value" => named,
            name => name,
        };
        if !named_like_one(name) {
            continue;
        }
        let value = first_value(after);
        let start = (value.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        past = start + value.len();
        if !value.is_empty() && !is_placeholder(value) {
            found.push(start..past);
        }
    }
    found
}

/// Bytes of a name that is looked for in prose.
const NAME: usize = 80;

/// The word that ends at a place.
fn last_word(text: &str, end: usize) -> &str {
    let from = (end.saturating_sub(NAME)..end).find(|at| text.is_char_boundary(*at)).unwrap_or(end);
    let near = text.get(from..end).unwrap_or_default();
    near.trim_end()
        .rsplit(|c: char| c.is_whitespace() || "\"'`,;:={[(".contains(c))
        .find(|w| !w.is_empty())
        .unwrap_or("")
}

/// What stands first in a text, quoted or not.
fn first_value(text: &str) -> &str {
    let text = text.trim_start();
    let quoted = ['"', '\'', '`'].into_iter().find_map(|quote| text.strip_prefix(quote)?.split(quote).next());
    quoted.unwrap_or_else(|| {
        text.split(|c: char| c.is_whitespace() || ",;)]}".contains(c)).next().unwrap_or_default()
    })
}

/// `user:password@registry.example.com/app`, which is no image: a digest begins with its algorithm.
fn has_user_info(word: &str) -> bool {
    let Some((before, after)) = word.split_once('@') else { return false };
    let password = before.rsplit_once(':').map_or("", |(_, password)| password);
    let is_digest = after.starts_with("sha256:") || after.starts_with("sha512:");
    !is_digest
        && !after.is_empty()
        && !password.is_empty()
        && !password.contains('/')
        && !is_placeholder(password)
}

/// The text with stars in the place of such words.
pub(crate) fn without_credentials(mut text: String) -> String {
    let found: Vec<Range<usize>> = words_with_shape(&text).collect();
    for word in found {
        let stars = "*".repeat(word.len());
        text.replace_range(word, &stars);
    }
    text
}

fn has_shape(word: &str) -> bool {
    shape(word).is_some()
}

fn has_prefix(value: &str, prefix: &str, rest: usize) -> bool {
    let Some(tail) = value.strip_prefix(prefix) else { return false };
    let one_word = tail.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+/=".contains(&b));
    // Any JSON in base64 begins as a JWT does, which has three parts.
    let parts = prefix != "eyJ" || tail.bytes().filter(|b| *b == b'.').count() == 2;
    tail.len() >= rest && one_word && parts
}

/// `scheme://user:password@host`, with a password that is not itself a reference.
fn password_in_url(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    user.split_once(':').is_some_and(|(_, password)| !password.is_empty() && !is_placeholder(password))
}

/// Whether the last words of a name are those of a credential.
pub(crate) fn named_like_one(name: &str) -> bool {
    let name = without_which(name);
    if !ends_like_one(name) {
        return false;
    }
    let name = words(name);
    let ends = |word: &&str| {
        name.strip_suffix(*word).is_some_and(|before| before.is_empty() || before.ends_with('_'))
    };
    NAMES.iter().any(ends) || GLUED.iter().any(|word| name.ends_with(word))
}

/// `DB_PASSWORD` of `DB_PASSWORD_OLD`, `DB_PASSWORD_2` and `DB_PASSWORD2`.
fn without_which(name: &str) -> &str {
    let mut rest = name;
    loop {
        rest = rest.trim_end_matches(|c: char| c.is_ascii_digit() || is_gap(c));
        match WHICH.iter().find_map(|word| without_last(rest, word)) {
            Some(shorter) => rest = shorter,
            None => return rest,
        }
    }
}

/// The name without its last word, if it is this one: behind a gap, or as in `passwordOld`.
fn without_last<'n>(name: &'n str, word: &str) -> Option<&'n str> {
    let (before, last) = name.split_at_checked(name.len().checked_sub(word.len())?)?;
    let begins = before.ends_with(is_gap)
        || before.ends_with(|c: char| c.is_ascii_lowercase())
            && last.starts_with(|c: char| c.is_ascii_uppercase());
    (begins && last.eq_ignore_ascii_case(word)).then_some(before)
}

fn is_gap(c: char) -> bool {
    matches!(c, '_' | '-' | '.')
}

/// Whether the last two letters are those of a credential's name: of most names nothing else need be asked.
fn ends_like_one(name: &str) -> bool {
    let Some((_, end)) = name.as_bytes().split_last_chunk::<2>() else { return false };
    let end = end.map(|byte| byte.to_ascii_uppercase());
    NAMES.iter().any(|word| word.as_bytes().ends_with(&end))
}

/// `dbPassword`, `db-password` and `DB_PASSWORD` are one name.
pub(crate) fn words(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
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
pub(crate) fn is_placeholder(value: &str) -> bool {
    let reference = ["$(", "${", "{{"].iter().any(|mark| value.contains(mark))
        || REFERENCES.iter().any(|mark| value.starts_with(mark));
    let bracketed = value.starts_with('<') && value.ends_with('>');
    let mut letters = value.chars();
    let first = letters.next();
    let one_letter = letters.all(|c| Some(c) == first);
    let named = || {
        let lower = value.to_ascii_lowercase();
        PLACEHOLDERS.iter().any(|word| lower.contains(word))
    };
    reference || bracketed || one_letter || named()
}

/// `--tls-secret=shop/web-tls`, `AUTH=basic`: the name of an object or of a method, not a credential.
fn names_something(name: &str, value: &str) -> bool {
    let name = words(without_which(name));
    let is_last = |words: &[&str]| words.iter().any(|word| name.ends_with(word));
    let words = value.split(['-', '/', '.']).collect::<Vec<_>>();
    let plain = words.iter().all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()));
    plain && (is_last(&["AUTH"]) || words.len() > 1 && is_last(&["SECRET", "CREDENTIAL", "CREDENTIALS"]))
}

/// `API_KEY: API_KEY_VALUE`: the name in the place of the value.
fn repeats(name: &str, value: &str) -> bool {
    let is_constant = value.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    is_constant && value.starts_with(&words(name))
}

/// Long enough, one word, and neither path, number, switch nor identifier of something else.
fn could_be_one(value: &str) -> bool {
    let file = [".pem", ".key", ".crt", ".json", ".yaml", ".txt", ".jks", ".p12"];
    let path = ["/", "./", "~/", "file:"].iter().any(|start| value.starts_with(start))
        || file.iter().any(|end| value.ends_with(end));
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
        let key = format!("-----BEGIN EC PRIVATE KEY-----\n{}\n-----END", "aB3d".repeat(20));
        assert_eq!(suspect("X", &key), Some(Suspicion::Shape("a private key")));
        let url = Some(Suspicion::Shape("a password inside a URL"));
        assert_eq!(suspect("DSN", "amqp://app:s3cr3t@mq/vhost"), url);
    }

    #[test]
    fn the_name_of_a_credential_is_known_beside_others_and_without_a_gap() {
        for name in [
            "PASSWORD_2",
            "PASSWORD_0",
            "PASSWORD2",
            "DB_PASSWORD_OLD",
            "dbPasswordOld",
            "api-key-v2",
            "SECRET_KEY_BASE",
            "DBPASSWORD",
            "PGPASSWORD",
            "dbpassword",
            "AccountKey",
            "redis.password.primary",
        ] {
            assert_eq!(suspect(name, "orchard-Lantern7"), Some(Suspicion::Name), "{name}");
        }
        for name in [
            "PASSWORD_FILE",
            "SECRET_NAME",
            "TOKEN_TTL",
            "passwordSecretRef",
            "PASSWORD_MIN_LENGTH_2",
            "OLD",
            "_2",
            "COMPASS",
            "BYPASS",
            "KEYSTORE_TYPE_OLD",
            "MAX_TOKENS",
            "MONKEY",
            "htpasswd",
        ] {
            assert_eq!(suspect(name, "orchard-Lantern7"), None, "{name}");
        }
    }

    #[test]
    fn a_connection_string_holds_the_credential_it_names() {
        let value = "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=bGFudGVybg/x9==;EndpointSuffix=a.example";
        let found = Some(Suspicion::Shape("a credential inside a connection string"));
        assert_eq!(suspect("STORAGE", value), found);
        assert_eq!(suspect("DSN", "Server=db;User Id=app;Password=orchard-Lantern7;"), found);
        assert_eq!(suspect("DSN", "Server=db;User Id=app;Password=$(DB_PASSWORD);"), None);
        assert_eq!(suspect("X", "a=1;token_ttl=300s"), None);
        assert_eq!(suspect("X", "PASSWORD=orchard-Lantern7"), None);
    }

    #[test]
    fn a_comment_tells_a_credential_by_the_name_before_it() {
        let told = |text: &str| -> Vec<String> {
            values_in_comment(text, "DB_PASSWORD").into_iter().map(|range| text[range].to_owned()).collect()
        };
        assert_eq!(told(" was: password: orchard, lantern"), ["orchard"]);
        assert_eq!(told("TOKEN=abc API_KEY = 'd e f'"), ["abc", "d e f"]);
        assert_eq!(told("the old password is orchard."), ["orchard."]);
        assert_eq!(told("  value: orchard"), ["orchard"]);
        assert_eq!(told("password policy: strict; token: $(TOKEN); secret"), Vec::<String>::new());
        let long = "password=".repeat(100_000);
        assert_eq!(values_in_comment(&long, "").len(), 1);
    }

    #[test]
    fn no_token_is_shorter_than_the_shortest() {
        let shortest = PREFIXES.iter().map(|(prefix, rest, _)| prefix.len() + rest).min();
        assert_eq!(shortest, Some(SHORTEST));
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
            ("SMTP_AUTH", "plain"),
            ("API_KEY", "API_KEY_VAL"),
            ("TLS_SECRET", "shop/web-tls"),
            ("PRIVATE_KEY", "certs/server.key"),
            ("PASSWORD", "ENC[AES256_GCM,data:abc,type:str]"),
            ("X", "eyJhdXRocyI6eyJyZWdpc3RyeS5leGFtcGxlIjp7ImF1dGgiOiJhYmMifX19"),
            ("X", "-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----"),
        ] {
            assert_eq!(suspect(name, value), None, "{name}={value}");
        }
    }
}
