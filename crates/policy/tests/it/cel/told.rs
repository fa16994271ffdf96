//! What is said of an expression, in the oracle's words.

use object::v;
use policy::cel::{Bindings, Budget, Env, Timestamp, Type, Value};
use serde_json::{Value as Json, json};

/// What one side says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Told {
    compile: Option<String>,
    kind: Option<String>,
    value: Option<Json>,
    error: Option<String>,
    cost: Option<u64>,
    estimate: Option<(u64, u64)>,
}

pub(super) fn variables() -> Json {
    json!({
        "object": {
            "metadata": {"name": "web", "namespace": "prod", "labels": {"app": "web"}},
            "spec": {
                "replicas": 3, "ratio": 0.5, "paused": false, "nothing": null,
                "containers": [
                    {"name": "a", "image": "registry.example.com/a:1.0", "ports": [{"containerPort": 80}]},
                    {"name": "b", "image": "b", "resources": {"limits": {"cpu": "1", "memory": "64Mi"}}},
                ],
            },
        },
        "n": 7, "d": 2.5, "b": true, "s": "hello wörld", "names": ["a", "bb", "ccc"], "numbers": [3, 1, 2],
        "m": {"x": 1}, "any": 5,
    })
}

pub(super) fn types() -> Json {
    json!({
        "n": "int", "d": "double", "b": "bool", "s": "string", "names": "list(string)", "numbers": "list(int)",
        "m": "map(string, int)",
    })
}

fn env() -> Env {
    Env::new(v(1, 37))
        .declare("object", Type::Dyn)
        .declare("any", Type::Dyn)
        .declare("n", Type::Int)
        .declare("d", Type::Double)
        .declare("b", Type::Bool)
        .declare("s", Type::String)
        .declare("names", Type::list(Type::String))
        .declare("numbers", Type::list(Type::Int))
        .declare("m", Type::map(Type::String, Type::Int))
}

thread_local! {
    static ENV: Env = env();
}

/// What we say.
pub(super) fn ours(text: &str) -> Told {
    ENV.with(|env| told(env, text))
}

fn told(env: &Env, text: &str) -> Told {
    let program = match env.compile(text) {
        Ok(program) => program,
        Err(issues) => {
            let shown: Vec<String> = issues.iter().map(ToString::to_string).collect();
            return Told { compile: Some(shown.join("\n")), ..Told::default() };
        }
    };
    let variables = variables();
    let mut bindings = Bindings::new();
    for (name, value) in variables.as_object().unwrap() {
        bindings = bindings.bind(name, value);
    }
    let mut budget = Budget::per_expression();
    let found = program.evaluate(&bindings, &mut budget);
    let estimate = env.estimate(text).ok().map(|range| (range.min, range.max));
    Told {
        compile: None,
        kind: Some(type_text(program.result_type())),
        value: found.as_ref().ok().map(shown),
        error: found.err().map(|error| error.to_string()),
        cost: Some(budget.spent()),
        estimate,
    }
}

impl Told {
    pub(super) fn of_oracle(told: &Json) -> Self {
        let text = |key: &str| told[key].as_str().map(str::to_owned);
        let program = text("error").filter(|error| error.starts_with("program: "));
        if let Some(error) = program {
            return Self { compile: Some(error), ..Self::default() };
        }
        let estimate = &told["estimate"];
        Self {
            compile: text("compile"),
            kind: text("type"),
            value: told.get("value").cloned(),
            error: text("error"),
            cost: told["cost"].as_u64(),
            estimate: estimate["min"].as_u64().zip(estimate["max"].as_u64()),
        }
    }

    /// What sets us apart from the other side.
    pub(super) fn difference(&self, theirs: &Self) -> Option<String> {
        if let (Some(ours), Some(theirs)) = (&self.compile, &theirs.compile) {
            // A parser of another make names the same mistake in other words.
            let same = ours == theirs || is_syntax(theirs);
            return (!same).then(|| format!("upstream {theirs}\n  we       {ours}"));
        }
        // Upstream falls over an error among the arguments of `sort`, `sortBy` and `distinct`.
        if theirs.error.as_ref().is_some_and(|error| error.starts_with("internal error: ")) {
            return None;
        }
        let same = self.compile == theirs.compile
            && canonical(self.value.as_ref()) == canonical(theirs.value.as_ref())
            && self.error == theirs.error
            && self.cost == theirs.cost
            && self.estimate == theirs.estimate
            && self.kind == theirs.kind;
        (!same).then(|| format!("upstream {theirs:?}\n  we       {self:?}"))
    }
}

fn is_syntax(text: &str) -> bool {
    ["Syntax error", "program: ", "reserved identifier"].iter().any(|part| text.contains(part))
}

/// A value as text, numbers written alike.
fn canonical(value: Option<&Json>) -> String {
    fn alike(value: &Json) -> Json {
        match value {
            Json::Array(items) => items.iter().map(alike).collect(),
            Json::Object(fields) => fields
                .iter()
                .map(|(key, value)| match value.as_f64() {
                    Some(number) if key == "double" => (key.clone(), json!(format!("{number:.14e}"))),
                    _ => (key.clone(), alike(value)),
                })
                .collect(),
            other => other.clone(),
        }
    }
    value.map(alike).map(|value| value.to_string()).unwrap_or_default()
}

/// A type in the oracle's words, which are not those of messages.
fn type_text(of: &Type) -> String {
    of.to_string()
        .split_inclusive(|c: char| !c.is_alphanumeric())
        .map(|word| {
            let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
            let full = match bare {
                "null" => "null_type",
                "timestamp" => "google.protobuf.Timestamp",
                "duration" => "google.protobuf.Duration",
                other => other,
            };
            word.replacen(bare, full, 1)
        })
        .collect()
}

/// A value in the oracle's words.
fn shown(value: &Value<'_>) -> Json {
    match value {
        Value::Null => json!({"null": null}),
        Value::Bool(value) => json!({"bool": value}),
        Value::Int(value) => json!({"int": value}),
        Value::Uint(value) => json!({"uint": value}),
        Value::Double(value) if value.is_finite() => json!({"double": value}),
        Value::Double(value) if value.is_nan() => json!({"double": "NaN"}),
        Value::Double(value) => json!({"double": if *value > 0.0 { "+Inf" } else { "-Inf" }}),
        Value::String(text) => json!({"string": **text}),
        Value::Bytes(bytes) => json!({"bytes": base64(bytes)}),
        Value::Timestamp(value) => json!({"timestamp": Timestamp { offset: 0, ..*value }.to_string()}),
        Value::Duration(value) => json!({"duration": value.nanoseconds}),
        Value::Type(of) => json!({"type": type_text(of)}),
        Value::Optional(value) => json!({"optional": value.as_ref().map(|value| shown(value))}),
        Value::List(list) => json!({"list": list.iter().map(|value| shown(&value)).collect::<Vec<_>>()}),
        Value::Map(map) => {
            let mut entries: Vec<(String, Json)> = map
                .entries()
                .into_iter()
                .map(|(key, value)| {
                    let key = shown(&key);
                    (key.to_string(), json!([key, shown(&value.unwrap())]))
                })
                .collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            json!({"map": entries.into_iter().map(|(_, entry)| entry).collect::<Vec<_>>()})
        }
        other => json!({"other": format!("{other:?}")}),
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let number =
            chunk.iter().enumerate().fold(0_u32, |sum, (i, byte)| sum | u32::from(*byte) << (16 - 8 * i));
        for i in 0..4 {
            let letter = LETTERS[(number >> (18 - 6 * i) & 63) as usize] as char;
            out.push(if i <= chunk.len() { letter } else { '=' });
        }
    }
    out
}
