//! What expressions mean, case by case.

use object::v;

use super::{Bindings, Budget, Env, Type, Value};

fn env() -> Env {
    Env::new(v(1, 37))
        .declare("object", Type::Dyn)
        .declare("n", Type::Int)
        .declare("names", Type::list(Type::String))
}

fn object() -> serde_json::Value {
    serde_json::json!({"spec": {"replicas": 3, "ratio": 0.5, "containers": [{"name": "a"}, {"name": "b", "image": "x"}]}})
}

fn run(text: &str) -> (String, u64) {
    let program = match env().compile(text) {
        Ok(program) => program,
        Err(issues) => return (issues.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"), 0),
    };
    let object = object();
    let bindings = Bindings::new()
        .bind("object", &object)
        .bind("n", 7)
        .bind("names", Value::list(vec![Value::borrowed("a"), Value::borrowed("bb")]));
    let mut budget = Budget::per_expression();
    let value = program.evaluate(&bindings, &mut budget);
    (value.map_or_else(|error| format!("error: {error}"), |value| value.as_go()), budget.spent())
}

#[track_caller]
fn yields(text: &str, value: &str) {
    assert_eq!(run(text).0, value, "{text}");
}

#[track_caller]
fn costs(text: &str, cost: u64) {
    assert_eq!(run(text).1, cost, "{text}");
}

#[test]
fn operators_calculate_and_compare() {
    yields("1 + 2 * 3 - 4 / 2 % 3", "5");
    yields("-n + --1", "-6");
    yields("1 < 1.5 && 2u >= 2", "true");
    yields("9223372036854775807 + 1", "error: integer overflow");
    yields("1 / 0 == 1 || true", "true");
    yields("n == 7 ? 'yes' : 'no'", "yes");
    yields("2 in [1, 2] && 'a' in {'a': 1} && !('c' in names)", "true");
    yields("dyn(1) == 1.0 && {1: 'a'}[dyn(1u)] == 'a'", "true");
}

#[test]
fn objects_are_read_as_they_are() {
    yields("object.spec.replicas + 1", "4");
    yields("object.spec.ratio", "0.5");
    yields("has(object.spec.replicas) && !has(object.spec.paused)", "true");
    yields("object.spec.paused", "error: no such key: paused");
    yields("object.spec.containers[1].name", "b");
    yields("object.spec.containers[5]", "error: index out of bounds: 5");
    yields("object.?spec.?paused.orValue(false)", "false");
    yields("object.spec.containers[?0].?name.optMap(x, x + '!').orValue('none')", "a!");
}

#[test]
fn macros_loop() {
    yields("object.spec.containers.map(c, c.name)", "[a, b]");
    yields("object.spec.containers.filter(c, has(c.image)).size()", "1");
    yields(
        "names.all(x, x.size() > 0) && names.exists(x, x == 'bb') && names.exists_one(x, x == 'a')",
        "true",
    );
    yields("[1, 0].exists(x, 1 / x == 1)", "true");
    yields("{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 2)", "{b: 4}");
    yields("names.transformList(i, x, x + string(i))", "[a0, bb1]");
}

#[test]
fn problems_name_their_place() {
    yields("1 + x", "ERROR: <input>:1:5: undeclared reference to 'x' (in container '')\n | 1 + x\n | ....^");
    yields(
        "1 + 'a'",
        "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 + 'a'\n | ..^",
    );
    yields("[1, 'a']", "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a']\n | ....^");
}

#[test]
fn steps_cost_what_they_cost_the_api_server() {
    costs("true", 0);
    costs("n == 7", 2);
    costs("object.spec.replicas", 3);
    costs("has(object.spec.replicas)", 2);
    costs("[n, 1]", 11);
}

#[test]
fn a_budget_stops_what_runs_away() {
    let list: Vec<String> = (0..100).map(|i| i.to_string()).collect();
    let list = format!("[{}]", list.join(","));
    let text = format!("{list}.all(a, {list}.all(b, {list}.all(c, {list}.all(d, a + b + c + d >= 0))))");
    yields(&text, "error: operation cancelled: actual cost limit exceeded");
}

#[test]
fn every_signature_of_a_library_can_be_read() {
    for function in super::standard::LIBRARIES.iter().chain(super::extensions::LIBRARIES).copied().flatten() {
        assert!(super::function::Overload::read(*function).is_some(), "{}", function.signature);
    }
}
