//! Random JSON text, field by field. Text rather than values: order, `null` and repeated keys stay as made.

use super::random::Random;

/// A JSON string; what YAML would not let stand raw, and our reader takes JSON for YAML, is escaped.
pub(super) fn text(value: &str) -> String {
    let mut out = String::new();
    for c in serde_json::Value::from(value).to_string().chars() {
        if c.is_control() || c >= '\u{e000}' {
            let mut units = [0; 2];
            out.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}

/// A list of whatever `item` makes.
pub(super) fn list(items: u64, mut item: impl FnMut() -> String) -> String {
    format!("[{}]", (0..items).map(|_| item()).collect::<Vec<_>>().join(", "))
}

/// An object under construction.
#[derive(Default)]
pub(super) struct Fields(Vec<String>);

impl Fields {
    pub(super) fn set(&mut self, key: &str, value: impl AsRef<str>) -> &mut Self {
        self.0.push(format!("{}: {}", text(key), value.as_ref()));
        self
    }

    /// Whether a key is there already.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.iter().any(|field| field.starts_with(&text(key)))
    }

    /// A field that may be missing, `null`, written in the wrong case (and so none at all), or set.
    pub(super) fn maybe(
        &mut self,
        random: &mut Random,
        key: &str,
        value: impl FnOnce(&mut Random) -> String,
    ) {
        match random.below(16) {
            0 => self.set(key, "null"),
            1 => {
                let value = value(random);
                self.set(&wrong_case(key), value)
            }
            2..8 => {
                let value = value(random);
                self.set(key, value)
            }
            _ => return,
        };
    }

    /// The fields in random order.
    pub(super) fn end(mut self, random: &mut Random) -> String {
        random.shuffle(&mut self.0);
        format!("{{{}}}", self.0.join(", "))
    }
}

fn wrong_case(key: &str) -> String {
    let lower = key.to_ascii_lowercase();
    if lower == key { key.to_ascii_uppercase() } else { lower }
}
