//! `secret-in-manifest`: a Secret whose values are in the manifest.
use crate::prelude::*;
use object::base64::{self, Blanks};

pub(crate) const CHECK: Check = Check {
    id: "secret-in-manifest",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Medium,
    also: &[],
    profile: None,
    page: include_str!("secret_in_manifest.md"),
    run: Run::Object(secret_in_manifest),
};
use crate::credential::{is_placeholder, named_like_one, words};
use crate::list::checks::secret_in_configmap::held;

/// Last words of a key under which people keep what is no secret.
const PUBLIC: [&str; 26] = [
    "user",
    "username",
    "login",
    "host",
    "hostname",
    "port",
    "database",
    "db",
    "dbname",
    "name",
    "region",
    "endpoint",
    "url",
    "uri",
    "email",
    "bucket",
    "namespace",
    "server",
    "type",
    "domain",
    "address",
    "mode",
    "version",
    "provider",
    "zone",
    "id",
];

fn secret_in_manifest(object: &Object, out: &mut Findings<'_>) {
    match (object.group(), object.kind()) {
        ("", "Secret") => {
            flag_values(object, "stringData", Form::Plain, out);
            flag_values(object, "data", Form::Base64, out);
        }
        // The sealed and the fetched parts are no values; what the template adds in plain text is.
        ("bitnami.com", "SealedSecret") => flag_values(object, "spec.template.data", Form::Template, out),
        ("external-secrets.io", "ExternalSecret") => {
            flag_values(object, "spec.target.template.data", Form::Template, out);
        }
        _ => {}
    }
}

/// How the values of a list are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Plain,
    Base64,
    Template,
}

fn flag_values(object: &Object, list: &str, form: Form, out: &mut Findings<'_>) {
    for (key, value) in object.at(list).into_iter().flat_map(Node::entries) {
        let (Some(key), Some(written)) = (key.text(), value.str()) else { continue };
        let what = match form {
            Form::Plain => secret(key, written),
            Form::Template => held(key, written),
            Form::Base64 => match base64::decode(written, Blanks::Any).map(String::from_utf8) {
                Some(Ok(text)) => {
                    secret(key, &text).map(|what| what.replace("plain text", "base64, which hides nothing"))
                }
                Some(Err(error)) => {
                    Some(format!("{} bytes in base64, which hides nothing", error.as_bytes().len()))
                }
                None => None,
            },
        };
        if let Some(what) = what {
            out.flag(object.site(value, ""), format!("key `{key}` holds {what}")).hide(value);
        }
    }
}

/// What a value of a Secret is; `None` for placeholders, public material and the names around a secret.
fn secret(key: &str, text: &str) -> Option<String> {
    let value = text.trim();
    if let Some(what) = held(key, value) {
        return Some(what);
    }
    let in_plain_text =
        |what: &str| Some(format!("{what} in plain text ({} characters)", value.chars().count()));
    if ["$2a$", "$2b$", "$2y$", "$apr1$", "$5$", "$6$", "{SHA}"].iter().any(|hash| value.contains(hash)) {
        return in_plain_text("a password hash");
    }
    let one_line = !value.contains('\n') && !value.starts_with(['{', '[']);
    if value.is_empty() || is_placeholder(value) || !one_line {
        return None;
    }
    if named_like_one(key) && !is_switch(value) {
        return in_plain_text("a credential");
    }
    let is_word = !value.contains(char::is_whitespace) && !value.contains("://") && !value.starts_with('/');
    let long = value.len() >= 8 && !is_public(key) && !is_switch(value) && !is_date(value);
    (is_word && long).then(|| in_plain_text("a value")).flatten()
}

fn is_public(key: &str) -> bool {
    let key = words(key).to_ascii_lowercase();
    PUBLIC.contains(&key.rsplit('_').next().unwrap_or_default())
}

fn is_switch(value: &str) -> bool {
    value.parse::<f64>().is_ok() || matches!(value, "true" | "false" | "yes" | "no" | "none" | "null")
}

/// `2030-01-31T00:00:00Z`: when a bootstrap token ends.
fn is_date(value: &str) -> bool {
    value.len() >= 10 && value.ends_with('Z') && value.split('-').next().is_some_and(|year| year.len() == 4)
}
