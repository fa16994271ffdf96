//! `secret-in-configmap`: a credential in an object that everybody may read.
use crate::prelude::*;
use object::base64::{self, Blanks};

pub(crate) const CHECK: Check = Check {
    id: "secret-in-configmap",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("secret_in_configmap.md"),
    run: Run::Object(secret_in_configmap),
};
use crate::credential::suspect;
use crate::lines::{Reading, credentials, is_name};

fn secret_in_configmap(object: &Object, out: &mut Findings<'_>) {
    if object.kind() != "ConfigMap" || !object.group().is_empty() {
        return;
    }
    for (key, value) in object.at("data").into_iter().flat_map(Node::entries) {
        let (Some(key), Some(text)) = (key.text(), value.str()) else { continue };
        if let Some(what) = held(key, text) {
            out.flag(object.site(value, ""), format!("key `{key}` holds {what}")).hide(value);
        }
    }
    for (key, value) in object.at("binaryData").into_iter().flat_map(Node::entries) {
        let bytes = value.str().and_then(|text| base64::decode(text, Blanks::Any));
        let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) else { continue };
        let key = key.text().unwrap_or_default();
        if let Some(what) = held(key, &text) {
            out.flag(object.site(value, ""), format!("key `{key}` holds {what}")).hide(value);
        }
    }
}

/// What a key holds that it should not: its value as a whole, or a line of it.
pub(super) fn held(key: &str, text: &str) -> Option<String> {
    if let Some(suspicion) = suspect(key, text) {
        return Some(suspicion.of(text));
    }
    let mut found = credentials(text, Reading::of(key, text));
    let first = found.next()?;
    let name = if is_name(first.name) { format!(": `{}`", first.name) } else { String::new() };
    let more = match found.count() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("{}{name}{more}", first.suspicion.of(first.value)))
}
