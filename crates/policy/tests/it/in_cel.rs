//! Does each check in CEL say what the native one says?
//!
//! Expressions see an object as the API server shows it: decoded into its type and written again, so that `null`
//! is absent, every container, volume and sysctl has a name, and the ports of a pod on the host's network are its
//! own.

use object::{Version, v};
use policy::cel::{Bindings, Budget, Env, List, Program, Type, Value};
use policy::pod_security::in_cel::{VARIABLES, in_cel};
use policy::pod_security::{Check, Policy, in_force};
use serde_json::Value as Json;

use crate::judge::violations;
use crate::oracle::{pods, random::Random};

const RANDOM_PODS: u64 = 10_000;
const POLICIES_PER_POD: usize = 1;

/// The variables and the checks of every version, compiled once.
struct Twins {
    variables: Vec<(String, Program)>,
    checks: Vec<(Check, Program)>,
}

impl Twins {
    fn new() -> Self {
        let mut env = Env::new(v(1, 30)).declare("object", Type::Dyn);
        let mut variables = Vec::new();
        for (name, expression) in VARIABLES {
            let program = env.compile(expression).unwrap_or_else(|issues| panic!("{name}: {issues:?}"));
            let name = format!("variables.{name}");
            env = env.declare(&name, program.result_type().clone());
            variables.push((name, program));
        }
        let mut twins = Self { variables, checks: Vec::new() };
        for policy in policies() {
            for check in in_force(policy) {
                if twins.find(&check).is_none() {
                    let blame = in_cel(&check).unwrap().blame;
                    let program = env.compile(&blame).unwrap_or_else(|issues| panic!("{blame}: {issues:?}"));
                    twins.checks.push((check, program));
                }
            }
        }
        twins
    }

    fn find(&self, wanted: &Check) -> Option<&Program> {
        let same = |check: &Check| check.id == wanted.id && check.since == wanted.since;
        self.checks.iter().find(|(check, _)| same(check)).map(|(_, program)| program)
    }

    /// The ids of the checks of a policy that blame anyone.
    fn violations(&self, object: &Json, policy: Policy) -> Vec<&'static str> {
        let mut bindings = Bindings::new().bind("object", object);
        for (name, program) in &self.variables {
            let value = program.evaluate(&bindings, &mut Budget::per_expression());
            bindings = bindings.bind_result(name, value);
        }
        let blames = |check: &Check| {
            let said = self.find(check).unwrap().evaluate(&bindings, &mut Budget::per_expression());
            match said {
                Ok(Value::List(list)) => !List::is_empty(&list),
                other => panic!("{} of {object}: {other:?}", check.id),
            }
        };
        in_force(policy).iter().filter(|check| blames(check)).map(|check| check.id).collect()
    }
}

fn policies() -> Vec<Policy> {
    let levels =
        (0..=38).flat_map(|minor| ["baseline", "restricted"].map(|level| format!("{level}@1.{minor}")));
    levels.map(|policy| policy.parse().unwrap()).collect()
}

/// The object as the API server writes it again.
fn served(text: &str) -> Json {
    fn clean(value: &mut Json) {
        match value {
            Json::Object(map) => {
                if let Some(annotations) = map.get_mut("annotations").and_then(Json::as_object_mut) {
                    annotations
                        .values_mut()
                        .filter(|value| value.is_null())
                        .for_each(|value| *value = "".into());
                }
                map.retain(|_, value| !value.is_null());
                map.values_mut().for_each(clean);
                for field in ["initContainers", "containers", "ephemeralContainers", "volumes", "sysctls"] {
                    for item in map.get_mut(field).and_then(Json::as_array_mut).into_iter().flatten() {
                        if item.is_null() {
                            *item = serde_json::json!({});
                        }
                        if let Some(item) = item.as_object_mut() {
                            item.entry("name").or_insert_with(|| "".into());
                        }
                    }
                }
                for field in ["add", "drop"] {
                    for item in map.get_mut(field).and_then(Json::as_array_mut).into_iter().flatten() {
                        if item.is_null() {
                            *item = "".into();
                        }
                    }
                }
            }
            Json::Array(items) => items.iter_mut().for_each(clean),
            _ => {}
        }
    }
    let mut value: Json = serde_json::from_str(text).unwrap();
    clean(&mut value);
    if value["kind"] == "Pod" && value["spec"]["hostNetwork"] == true {
        for field in ["initContainers", "containers"] {
            let listed = value["spec"].get_mut(field).and_then(Json::as_array_mut);
            for container in listed.into_iter().flatten() {
                for port in container.get_mut("ports").and_then(Json::as_array_mut).into_iter().flatten() {
                    if port["hostPort"].as_i64().unwrap_or(0) == 0 {
                        port["hostPort"] = port["containerPort"].as_i64().unwrap_or(0).into();
                    }
                }
            }
        }
    }
    value
}

#[test]
fn ten_thousand_random_pods_fail_the_same_checks_in_cel() {
    let twins = Twins::new();
    let mut random = Random::new(7);
    let mut policies = policies().into_iter().cycle();
    let mut failing = 0;
    for _ in 0..RANDOM_PODS {
        let text = pods::object(&mut random);
        let object = served(&text);
        for policy in policies.by_ref().take(POLICIES_PER_POD) {
            let native = violations(&text, policy);
            failing += usize::from(!native.is_empty());
            assert_eq!(twins.violations(&object, policy), native, "{policy:?} {text}\n{object}");
        }
    }
    assert!(failing > 5_000, "only {failing} refusals");
}

#[test]
fn upstreams_fixtures_fail_the_same_checks_in_cel() {
    let Some(folder) = testkit::conformance("pss") else { return };
    let twins = Twins::new();
    let mut judged = 0;
    for line in testkit::text(&folder.join("expected.jsonl")).lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let file = case["file"].as_str().unwrap();
        let mut parts = file.split('/');
        let policy: Policy = format!("{}@{}", parts.next().unwrap(), parts.next().unwrap()).parse().unwrap();
        let text = testkit::text(&folder.join(file));
        let source = std::sync::Arc::new(finding::Source::file(file, text.clone()));
        let read = object::read(&source, object::Limits::default());
        let bindings_of = &read.objects[0];
        assert!(bindings_of.pods(Version::NEWEST).next().is_some());
        let object = served(&json_of(bindings_of.root()).to_string());
        assert_eq!(twins.violations(&object, policy), violations(&text, policy), "{file}");
        judged += 1;
    }
    assert!(judged > 3000, "only {judged}");
}

fn json_of(node: object::Node<'_>) -> Json {
    match node.kind() {
        object::Kind::Map => {
            node.entries().map(|(key, value)| (key.key_text().into_owned(), json_of(value))).collect()
        }
        object::Kind::Seq => node.items().map(json_of).collect(),
        object::Kind::Str => node.str().into(),
        object::Kind::Bool => node.bool().into(),
        object::Kind::Int => node.int().into(),
        object::Kind::Null | object::Kind::Float => Json::Null,
    }
}
