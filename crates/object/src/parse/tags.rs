//! What does a tag make of a scalar?
//!
//! As go.yaml.in/yaml/v2 has it: the tags of YAML's own types convert or refuse, any other makes a
//! string. Tags of lists and mappings mean nothing.

use std::borrow::Cow;

use granit_parser::Tag;

use crate::Scalar;
use crate::base64::{self, Blanks};
use crate::tree::Style;

/// The text of a tagged scalar and how to read it, or why there is no way to.
pub(super) fn apply<'v>(tag: &Tag, value: Cow<'v, str>) -> Result<(Cow<'v, str>, Style), String> {
    let tag = tag.suffix_in_namespace("tag:yaml.org,2002:");
    let scalar = Scalar::of_plain(&value);
    let fits = match tag.as_deref() {
        Some("int") => matches!(scalar, Scalar::Int(_)),
        Some("float") => matches!(scalar, Scalar::Int(_) | Scalar::Float(_)),
        Some("bool") => matches!(scalar, Scalar::Bool(_)),
        Some("null") => scalar == Scalar::Null,
        Some("merge") if value == "<<" => true,
        Some("binary") => {
            let bytes = base64::decode(&value, Blanks::LineEnds)
                .ok_or("a text tagged `!!binary` that is not base64")?;
            return Ok((Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()), Style::Quoted));
        }
        Some("timestamp") if !value.starts_with(|c: char| c.is_ascii_digit()) => false,
        _ => return Ok((value, Style::Quoted)),
    };
    if fits {
        return Ok((value, Style::Plain));
    }
    Err(format!("`{value}` is tagged `!!{}` and is none", tag.unwrap_or_default()))
}
