//! What are the messages that mutations build?
//!
//! `Object` and what it holds have every field; `JSONPatch` has four, three of which are text (k8s.io/apiserver 0.37,
//! `pkg/cel/mutation`).

use crate::cel::{Error, Message, Value};

/// The message of one step of a patch.
const PATCH: &str = "JSONPatch";
const TEXTS: [&str; 3] = ["op", "path", "from"];

/// Refuses a message that no expression can build, or whose fields turn out to be of the wrong type.
pub(in crate::cel) fn check_message(message: &Message<'_>) -> Result<(), Error> {
    if &*message.name == PATCH {
        return match message.fields.iter().find(|(name, value)| is_text(name) && value.as_str().is_none()) {
            Some((field, value)) => Err(Error::new(format!(
                "unexpected type {} for JSONPatchType '{field}' field",
                value.type_name()
            ))),
            None => Ok(()),
        };
    }
    if message.name.split('.').next() == Some("Object") {
        return Ok(());
    }
    Err(Error::new(format!("unknown type '{}'", message.name)))
}

/// The value of a field that was not set.
pub(in crate::cel) fn unset<'a>(message: &Message<'_>, field: &Value<'_>) -> Value<'a> {
    let text = &*message.name == PATCH && field.as_str().is_some_and(is_text);
    if text { Value::borrowed("") } else { Value::Null }
}

fn is_text(field: &str) -> bool {
    TEXTS.contains(&field)
}
