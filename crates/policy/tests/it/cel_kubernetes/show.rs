//! What either side makes of a question, in one form.

use std::fmt;
use std::sync::Arc;

use object::{Node, Version, v};
use policy::cel::kubernetes::{
    Answer, Authorizer, Cidr, Decision, Environment, Format, Ip, Quantity, Resource, Semver, Target, Url,
    User,
};
use policy::cel::{Bindings, Budget, Env, Range, Value};
use serde_json::{Value as Json, json};

use super::ask::{Mode, Question};

/// What is said of an expression.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    Refused(String),
    Failed { of: String, why: String, cost: u64, estimate: Range },
    Found { of: String, value: Json, cost: u64, estimate: Range },
}

impl Verdict {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Failed { .. } => "failed",
            Self::Found { .. } => "found",
        }
    }

    /// What both do not agree about: texts of errors may differ.
    pub(super) fn difference(&self, other: &Self) -> Option<&'static str> {
        match (self, other) {
            (Self::Refused(_), Self::Refused(_)) => None,
            (
                Self::Failed { of, cost, estimate, .. },
                Self::Failed { of: of2, cost: cost2, estimate: estimate2, .. },
            ) => differ(of == of2, "type")
                .or(differ(cost == cost2, "cost"))
                .or(differ(estimate == estimate2, "estimate")),
            (
                Self::Found { of, value, cost, estimate },
                Self::Found { of: of2, value: value2, cost: cost2, estimate: estimate2 },
            ) => differ(of == of2, "type")
                .or(differ(value == value2, "value"))
                .or(differ(cost == cost2, "cost"))
                .or(differ(estimate == estimate2, "estimate")),
            _ => Some("kind"),
        }
    }
}

fn differ(same: bool, what: &'static str) -> Option<&'static str> {
    (!same).then_some(what)
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => write!(f, "refuses: {}", why.lines().next().unwrap_or_default()),
            Self::Failed { of, why, cost, estimate } => {
                write!(f, "{of} fails at {cost} ({}..{}): {why}", estimate.min, estimate.max)
            }
            Self::Found { of, value, cost, estimate } => {
                write!(f, "{of} {value} at {cost} ({}..{})", estimate.min, estimate.max)
            }
        }
    }
}

/// What the oracle said.
pub(super) fn theirs(answer: &Json) -> Verdict {
    if let Some(why) = answer["compile"].as_str() {
        return Verdict::Refused(why.to_owned());
    }
    // In signatures these two have the names that messages use.
    let of = answer["type"].as_str().unwrap();
    let of =
        of.replace("google.protobuf.Timestamp", "timestamp").replace("google.protobuf.Duration", "duration");
    let cost = answer["cost"].as_u64().unwrap();
    let bound = |name: &str| answer["estimate"][name].as_u64().unwrap();
    let estimate = Range::new(bound("min"), bound("max"));
    match answer["error"].as_str() {
        Some(why) => Verdict::Failed { of, why: why.to_owned(), cost, estimate },
        None => Verdict::Found { of, value: comparable(&answer["value"]), cost, estimate },
    }
}

/// A value without what we do not show: the text of a quantity, a moment (the language's own tests have them), the
/// selectors that an authorizer is asked with, the spelling of a format's name.
fn comparable(value: &Json) -> Json {
    match value {
        Json::Array(items) => items.iter().map(comparable).collect(),
        Json::Object(fields) => {
            let kind = fields.get("opaque").and_then(|opaque| opaque["type"].as_str());
            let text = value["opaque"]["text"].as_str().unwrap_or_default();
            match (kind, fields.get("string").and_then(Json::as_str)) {
                (Some("kubernetes.Quantity"), _) => json!({"opaque": {"type": kind, "text": "a quantity"}}),
                (Some("kubernetes.NamedFormat"), _) => {
                    json!({"opaque": {"type": kind, "text": text.to_lowercase()}})
                }
                (Some(kind), _) if kind.starts_with("kubernetes.authorization") => {
                    json!({"opaque": {"type": kind, "text": ""}})
                }
                (_, Some(text)) if text.starts_with("user=") => {
                    json!({"string": text.split(" fields=").next()})
                }
                _ if fields.contains_key("double") => {
                    json!({"double": value["double"].as_f64().map_or_else(|| value["double"].clone(), double)})
                }
                // Upstream writes the type of some types as that of a type.
                _ if value["type"].as_str().is_some_and(|of| of.starts_with("type(")) => {
                    let of =
                        value["type"].as_str().and_then(|of| of.strip_prefix("type(")?.strip_suffix(')'));
                    json!({"type": of})
                }
                _ if fields.contains_key("timestamp") => json!({"timestamp": "?"}),
                _ => {
                    Json::Object(fields.iter().map(|(key, value)| (key.clone(), comparable(value))).collect())
                }
            }
        }
        other => other.clone(),
    }
}

/// What we say; of an object as it was read, where there is one.
pub(super) fn ours(question: &Question, object: Option<Node<'_>>) -> Verdict {
    let env = env(question);
    let program = match env.compile(&question.expr) {
        Ok(program) => program,
        Err(issues) => {
            return Verdict::Refused(
                issues.iter().map(|issue| issue.message.clone()).collect::<Vec<_>>().join("; "),
            );
        }
    };
    let of = program.result_type().to_string();
    let estimate = env.estimate(&question.expr).unwrap();
    let mut budget = Budget::per_expression();
    match program.evaluate(&bindings(question, object), &mut budget) {
        Ok(value) => Verdict::Found { of, value: show(&value), cost: budget.spent(), estimate },
        Err(why) => Verdict::Failed { of, why: why.to_string(), cost: budget.spent(), estimate },
    }
}

fn env(question: &Question) -> Env {
    let version: Version = question.minor.map_or(Environment::NEWEST, |minor| v(1, minor));
    match question.mode {
        Mode::Plain => {
            let env = Environment::libraries(version).finish();
            let names = question.vars.as_object().into_iter().flat_map(|vars| vars.keys());
            names.fold(env, |env, name| env.declare(name, policy::cel::Type::Dyn))
        }
        Mode::Admission => Environment::admission(version).with_params().with_authorizer().finish(),
        Mode::Mutation => {
            Environment::admission(version).with_params().with_authorizer().with_mutations().finish()
        }
    }
}

fn bindings<'a>(question: &'a Question, object: Option<Node<'a>>) -> Bindings<'a> {
    let vars = question.vars.as_object().unwrap();
    let mut bindings = Bindings::new();
    if question.mode != Mode::Plain {
        for name in ["object", "oldObject", "params", "request", "namespaceObject"] {
            bindings = bindings.bind(name, vars.get(name).map_or(Value::Null, Value::from));
        }
        if let Some(object) = object {
            bindings = bindings.bind("object", object);
        }
        let authorizer = authorizer(&question.vars["request"]);
        let request = &question.vars["request"];
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let resource = authorizer.resource(Resource {
            group: text(&request["resource"]["group"]),
            resource: text(&request["resource"]["resource"]),
            subresource: text(&request["subResource"]),
            namespace: text(&request["namespace"]),
            name: text(&request["name"]),
            ..Resource::default()
        });
        return bindings
            .bind("authorizer", Value::opaque(authorizer))
            .bind("authorizer.requestResource", Value::opaque(resource));
    }
    vars.iter().fold(bindings, |bindings, (name, value)| bindings.bind(name, value))
}

/// How both sides answer what an authorizer is asked; the first that fits counts.
pub(super) struct Rule {
    pub(super) verb: &'static str,
    pub(super) resource: &'static str,
    pub(super) path: &'static str,
    pub(super) decision: &'static str,
    pub(super) reason: &'static str,
    pub(super) error: &'static str,
}

pub(super) const RULES: &[Rule] = &[
    Rule { verb: "get", resource: "pods", path: "", decision: "allow", reason: "rule one", error: "" },
    Rule { verb: "get", resource: "", path: "/healthz", decision: "allow", reason: "", error: "" },
    Rule { verb: "delete", resource: "", path: "", decision: "deny", reason: "never", error: "" },
    Rule { verb: "break", resource: "", path: "", decision: "", reason: "", error: "it broke" },
    Rule { verb: "", resource: "", path: "", decision: "echo", reason: "", error: "" },
];

fn authorizer(request: &Json) -> Authorizer {
    let user = User {
        name: request["userInfo"]["username"].as_str().unwrap_or_default().to_owned(),
        uid: String::new(),
        groups: request["userInfo"]["groups"]
            .as_array()
            .map(|groups| groups.iter().filter_map(|g| g.as_str().map(str::to_owned)).collect())
            .unwrap_or_default(),
    };
    Authorizer::new(
        user,
        Arc::new(|question| {
            let (resource, path) = match &question.target {
                Target::Resource(resource) => (Some(*resource), ""),
                Target::Path(path) => (None, *path),
            };
            let asked = resource.cloned().unwrap_or_default();
            let fits = |rule: &str, asked: &str| rule.is_empty() || rule == asked;
            let rule = RULES.iter().find(|rule| {
                fits(rule.verb, question.verb)
                    && fits(rule.resource, &asked.resource)
                    && fits(rule.path, path)
            });
            let rule = rule.unwrap();
            let version = if resource.is_some() { "*" } else { "" };
            let echo = format!(
                "user={} groups={} verb={} group={} version={version} resource={} subresource={} namespace={} name={} \
                 path={path} is={}",
                question.user.name,
                format_args!("[{}]", question.user.groups.join(" ")),
                question.verb,
                asked.group,
                asked.resource,
                asked.subresource,
                asked.namespace,
                asked.name,
                resource.is_some(),
            );
            Answer {
                decision: match rule.decision {
                    "allow" => Decision::Allow,
                    "deny" => Decision::Deny,
                    _ => Decision::NoOpinion,
                },
                reason: if rule.decision == "echo" { echo } else { rule.reason.to_owned() },
                error: Some(rule.error.to_owned()).filter(|error| !error.is_empty()),
            }
        }),
    )
}

/// A value as the oracle writes it.
fn show(value: &Value<'_>) -> Json {
    match value {
        Value::Null => json!({"null": null}),
        Value::Bool(value) => json!({"bool": value}),
        Value::Int(value) => json!({"int": value}),
        Value::Uint(value) => json!({"uint": value}),
        Value::Double(value) => json!({"double": double(*value)}),
        Value::String(text) => json!({"string": &**text}),
        Value::Bytes(bytes) => json!({"bytes": base64(bytes)}),
        Value::Timestamp(_) => json!({"timestamp": "?"}),
        Value::Duration(value) => json!({"duration": value.nanoseconds}),
        Value::Type(of) => json!({"type": of.to_string()}),
        Value::List(list) => json!({"list": list.iter().map(|value| show(&value)).collect::<Vec<_>>()}),
        Value::Map(map) => {
            let mut entries: Vec<(String, Json)> = map
                .entries()
                .into_iter()
                .map(|(key, value)| (show(&key).to_string(), json!([show(&key), show(&value.unwrap())])))
                .collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            json!({"map": entries.into_iter().map(|(_, entry)| entry).collect::<Vec<_>>()})
        }
        Value::Optional(None) => json!({"optional": null}),
        Value::Optional(Some(value)) => json!({"optional": show(value)}),
        Value::Object(message) if &*message.name == "JSONPatch" => {
            let text = |field| message.get(field).and_then(Value::as_str).unwrap_or_default();
            json!({"jsonpatch": {
                "op": text("op"), "path": text("path"), "from": text("from"), "value": message.get("value").map(show),
            }})
        }
        Value::Object(message) => {
            let fields: serde_json::Map<String, Json> =
                message.fields.iter().map(|(name, value)| (name.to_string(), plain(value))).collect();
            json!({"object": {"type": &*message.name, "fields": fields}})
        }
        Value::Opaque(opaque) => {
            json!({"opaque": {"type": opaque.type_of().to_string(), "text": text(value)}})
        }
    }
}

/// A value as JSON has it.
fn plain(value: &Value<'_>) -> Json {
    match value {
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(value),
        Value::Uint(value) => json!(value),
        Value::Double(value) => json!(value),
        Value::String(text) => json!(&**text),
        Value::List(list) => list.iter().map(|value| plain(&value)).collect(),
        Value::Map(map) => {
            let entry = |(key, value): (Value<'_>, Result<Value<'_>, _>)| {
                (key.as_str().unwrap_or_default().to_owned(), plain(&value.unwrap()))
            };
            Json::Object(map.entries().into_iter().map(entry).collect())
        }
        Value::Object(message) => Json::Object(
            message.fields.iter().map(|(name, value)| (name.to_string(), plain(value))).collect(),
        ),
        Value::Optional(Some(value)) => plain(value),
        _ => Json::Null,
    }
}

/// Fifteen digits: the last one is not safe with the JSON reader we test with.
fn double(value: f64) -> Json {
    if value.is_finite() {
        return json!(format!("{value:.14e}"));
    }
    json!(if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "+Inf"
    } else {
        "-Inf"
    })
}

/// What a value of a library is; quantities are compared by what expressions ask of them.
fn text(value: &Value<'_>) -> String {
    let ip = value.downcast::<Ip>().map(ToString::to_string);
    let cidr = || value.downcast::<Cidr>().map(ToString::to_string);
    let semver = || value.downcast::<Semver>().map(ToString::to_string);
    let url = || value.downcast::<Url>().map(ToString::to_string);
    let format = || value.downcast::<Format>().map(|format| format.name.to_lowercase());
    let quantity = || value.downcast::<Quantity>().map(|_| "a quantity".to_owned());
    ip.or_else(cidr).or_else(semver).or_else(url).or_else(format).or_else(quantity).unwrap_or_default()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |value: u32| char::from(DIGITS[(value & 63) as usize]);
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let value =
            chunk.iter().fold(0_u32, |value, byte| value << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        let four = [digit(value >> 18), digit(value >> 12), digit(value >> 6), digit(value)];
        text.extend(four.iter().take(chunk.len() + 1));
        text.extend(std::iter::repeat_n('=', 3 - chunk.len()));
    }
    text
}
