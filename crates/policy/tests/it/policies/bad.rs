//! Policies that are wrong: refused with their place and the way out, while the others go on.

use std::sync::Arc;

use finding::Source;
use object::{Limits, Object, read};
use policy::admission_policy::suite::cases;
use policy::admission_policy::{Cluster, Decision, Policies, nobody};

const MATCH: &str = "matchConstraints: {resourceRules: [{apiGroups: [\"\"], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}";

fn objects(text: &str) -> Vec<Object> {
    let read = read(&Arc::new(Source::file("p.yaml", text.to_owned())), Limits::default());
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    read.objects
}

fn binding(name: &str) -> String {
    format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {{name: {name}}}\nspec: {{policyName: {name}, validationActions: [Deny]}}\n"
    )
}

/// A validating policy whose spec, after its match constraints, is this text, from line 6 on.
fn policy(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: {name}}}\nspec:\n  {MATCH}\n{spec}\n---\n{}",
        binding(name)
    )
}

/// Everything that is said of the documents when they are loaded.
fn said(text: &str) -> Vec<String> {
    Policies::load(&objects(text)).1.iter().map(ToString::to_string).collect()
}

/// What is said of a policy with this spec.
fn of(spec: &str) -> String {
    said(&policy("x", spec)).join("\n")
}

/// What the documents answer to a pod, given in flow style.
fn answer(text: &str, pod: &str) -> Decision {
    let all = format!(
        "{text}---\napiVersion: cofferdam.dev/v1alpha1\nkind: PolicyTest\ncases:\n- {{name: a, object: {pod}, expect: {{allowed: true}}}}\n"
    );
    let objects = objects(&all);
    let cluster = Cluster::new(&objects);
    let (cases, problems) = cases(&objects, &cluster);
    assert!(problems.is_empty(), "{problems:?}");
    cases[0].decide(&Policies::load(&objects).0, &cluster, &nobody())
}

const POD: &str =
    "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web, image: web}]}}";

#[test]
fn every_fault_of_a_document_is_named_with_its_place_and_the_way_out() {
    let deny = "requests that it speaks of are denied (failurePolicy Fail)";
    for (spec, expected) in [
        (
            "  validation: [{expression: \"true\"}]",
            "p.yaml:6:3: ValidatingAdmissionPolicy `x`: spec.validation: unknown field `validation`: did you mean `validations`?",
        ),
        (
            "  validations: [{expression: \"true\", reason: Nope}]",
            "spec.validations[0].reason: `Nope` is not supported: use one of Forbidden, Invalid, RequestEntityTooLarge",
        ),
        (
            "  validations: [{expression: 5}]",
            "spec.validations[0].expression: must be a string, but is an integer",
        ),
        ("  validations: {expression: \"true\"}", "spec.validations: must be a list, but is a mapping"),
        (
            "  validations: [{message: a}]",
            "spec.validations[0].expression: is required: write a CEL expression",
        ),
        (
            "  failurePolicy: Maybe\n  validations: [{expression: \"true\"}]",
            "spec.failurePolicy: `Maybe` is not supported: use one of Fail, Ignore",
        ),
        (
            "  validations: []",
            "spec.validations: is required: give at least one item here or in `auditAnnotations`",
        ),
        (
            "  validations: [{expression: \"true\", message: \"a\\nb\"}]",
            "spec.validations[0].message: must be one line: fold it with `>-`",
        ),
        (
            "  variables: [{name: a, expression: \"1\"}, {name: a, expression: \"2\"}]\n  validations: [{expression: \"true\"}]",
            "spec.variables[1].name: `a` is the name of an earlier variable, which this one would silently replace: choose another",
        ),
        (
            "  variables: [{name: in, expression: \"1\"}]\n  validations: [{expression: \"true\"}]",
            "spec.variables[0].name: `in` is no CEL identifier",
        ),
        (
            "  auditAnnotations: [{key: a, valueExpression: \"'x'\"}, {key: a, valueExpression: \"'y'\"}]",
            "spec.auditAnnotations[1].key: `a` is the key of an earlier annotation, choose another",
        ),
        (
            "  auditAnnotations: [{key: \"a b\", valueExpression: \"'x'\"}]",
            "spec.auditAnnotations[0].key: `x/a b` is no qualified name",
        ),
        (
            "  matchConditions: [{name: a, expression: \"true\"}, {name: a, expression: \"true\"}]\n  validations: [{expression: \"true\"}]",
            "spec.matchConditions[1].name: `a` is the name of an earlier condition, choose another",
        ),
        (
            "  paramKind: {apiVersion: a/b/c, kind: ConfigMap}\n  validations: [{expression: \"true\"}]",
            "spec.paramKind.apiVersion: `a/b/c` is no API version: write `group/version`",
        ),
    ] {
        let said = of(spec);
        assert!(said.contains(expected), "{spec}\n  expected {expected}\n  said     {said}");
        assert!(said.contains(deny), "{said}");
    }
}

#[test]
fn cel_that_is_wrong_is_refused_where_it_stands_in_the_file() {
    for (spec, expected) in [
        ("  validations:\n  - expression: object.spec.replicas <", "p.yaml:7:38: "),
        (
            "  validations:\n  - expression: |\n      object.spec.a == 1 &&\n        objct.spec.b == 2",
            "p.yaml:9:9: ValidatingAdmissionPolicy `x`: spec.validations[0].expression: does not compile: undeclared reference to 'objct' (in container '')",
        ),
        (
            "  validations:\n  - expression: size(object.spec)",
            "p.yaml:7:17: ValidatingAdmissionPolicy `x`: spec.validations[0].expression: must evaluate to bool but got int",
        ),
        (
            "  validations:\n  - expression: \"'a' + 1 == 'a'\"",
            "found no matching overload for '_+_' applied to '(string, int)'",
        ),
        (
            "  validations:\n  - expression: variables.b == 1\n  variables: [{name: a, expression: \"1\"}]",
            "undefined field 'b'",
        ),
        (
            "  variables: [{name: a, expression: variables.b}, {name: b, expression: \"1\"}]\n  validations: [{expression: \"true\"}]",
            "undefined field 'b'",
        ),
        (
            "  variables: [{name: a, expression: variables.a}]\n  validations: [{expression: \"true\"}]",
            "undefined field 'a'",
        ),
        (
            "  matchConditions: [{name: a, expression: variables.a}]\n  variables: [{name: a, expression: \"true\"}]\n  validations: [{expression: \"true\"}]",
            "undeclared reference to 'variables'",
        ),
        ("  validations: [{expression: params.x == 1}]", "undeclared reference to 'params'"),
        (
            "  validations: [{expression: \"true\", messageExpression: \"authorizer.path('/').check('get').reason()\"}]",
            "undeclared reference to 'authorizer'",
        ),
        (
            "  validations: [{expression: \"true\", messageExpression: \"1\"}]",
            "must evaluate to string but got int",
        ),
        ("  validations: [{expression: request.nothing == 1}]", "undefined field 'nothing'"),
        ("  validations: [{expression: \"object.x.matches('(')\"}]", "does not compile: "),
    ] {
        let said = of(spec);
        assert!(said.contains(expected), "{spec}\n  expected {expected}\n  said     {said}");
    }
}

#[test]
fn deep_and_endless_expressions_are_refused_or_stopped() {
    let deep = format!("  validations: [{{expression: \"{}1{} == 1\"}}]", "(".repeat(500), ")".repeat(500));
    assert!(of(&deep).contains("does not compile: "), "{}", of(&deep));
    let wide = format!("  validations: [{{expression: \"1{} > 0\"}}]", " + 1".repeat(20_000));
    let _ = of(&wide); // either way, it must come back

    let numbers = format!("[{}]", vec!["1"; 101].join(", "));
    let dear = format!(
        "  validations: [{{expression: \"size({numbers}.map(a, {numbers}.map(b, {numbers}.map(c, a + b + c)))) > 0\"}}]"
    );
    assert!(of(&dear).contains("costs at least "), "{}", of(&dear));

    let list = "object.spec.containers[0].args";
    let runaway = policy(
        "x",
        &format!(
            "  validations: [{{expression: \"{list}.all(a, {list}.all(b, {list}.all(c, a + b + c != '')))\"}}]"
        ),
    );
    assert_eq!(said(&runaway), [""; 0]);
    let arguments = vec!["x"; 300].join(", ");
    let pod = format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{containers: [{{name: web, image: web, args: [{arguments}]}}]}}}}"
    );
    let denied = answer(&runaway, &pod).denied.unwrap().message;
    assert!(
        denied.ends_with("resulted in error: operation cancelled: actual cost limit exceeded"),
        "{denied}"
    );

    let itself = policy(
        "x",
        "  variables: [{name: a, expression: \"dyn(variables)['a']\"}]\n  validations: [{expression: variables.a == 1}]",
    );
    assert_eq!(said(&itself), [""; 0], "the checker cannot see it");
    let denied = answer(&itself, POD).denied.unwrap().message;
    assert!(denied.contains("composited variable \"a\" refers to itself"), "{denied}");
}

#[test]
fn the_budget_of_a_binding_ends_the_work() {
    let list = "object.spec.containers[0].args";
    let costly = format!("{list}.all(a, {list}.all(b, a + b != '~'))");
    let validations = format!("{{expression: \"{costly}\"}}, ").repeat(40);
    let text = policy("x", &format!("  validations: [{}]", validations.trim_end_matches(", ")));
    let arguments = vec!["x"; 280].join(", ");
    let pod = format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{containers: [{{name: web, image: web, args: [{arguments}]}}]}}}}"
    );
    let denied = answer(&text, &pod).denied.unwrap().message;
    assert!(
        denied.ends_with(
            "validation failed due to running out of cost budget, no further validation rules will be run"
        ),
        "{denied}"
    );
}

#[test]
fn one_bad_policy_silences_no_other() {
    let good =
        policy("good", "  validations: [{expression: \"object.metadata.name != 'web'\", message: not web}]");
    let bad = |failure: &str| {
        policy("bad", &format!("  failurePolicy: {failure}\n  validations: [{{expression: nonsense}}]"))
    };
    let message =
        |text: &str, pod: &str| answer(text, pod).denied.map(|status| status.message).unwrap_or_default();
    let other = POD.replace("name: web}, spec", "name: api}, spec");
    for order in [format!("{good}---\n{}", bad("Ignore")), format!("{}---\n{good}", bad("Ignore"))] {
        assert!(message(&order, POD).ends_with("denied request: not web"));
        assert_eq!(message(&order, &other), "", "what the bad one would say is left out");
    }
    let fails = format!("{good}---\n{}", bad("Fail"));
    assert!(
        message(&fails, &other)
            .contains("ValidatingAdmissionPolicy 'bad' denied request: failed to configure policy: p.yaml:")
    );
    assert!(
        said(&fails)[0].ends_with("; meanwhile requests that it speaks of are denied (failurePolicy Fail)")
    );
    assert!(
        said(&bad("Ignore"))[0]
            .ends_with("; meanwhile requests pass as if it were not there (failurePolicy Ignore)")
    );
}

#[test]
fn of_two_policies_of_one_name_the_first_is_in_force_and_the_second_refused() {
    let says = |what: &str| {
        policy("x", &format!("  validations: [{{expression: \"{what}\", message: says {what}}}]"))
    };
    let lone = |text: String| text.split("---").next().unwrap().to_owned();
    let text = format!("{}---\n{}", says("false"), lone(says("true")));
    assert_eq!(
        said(&text),
        [
            "p.yaml:13:1: ValidatingAdmissionPolicy `x`: another of this name stands in p.yaml:1: rename or remove one; meanwhile the first one alone counts"
        ]
    );
    assert!(answer(&text, POD).denied.unwrap().message.ends_with("denied request: says false"));
    let mutating = text
        .replace("kind: Validating", "kind: Mutating")
        .replace("validations: [{expression: \"false\", message: says false}]", "mutations: []")
        .replace("validations: [{expression: \"true\", message: says true}]", "mutations: []");
    assert!(
        said(&mutating).iter().any(
            |line| line.contains("MutatingAdmissionPolicy `x`: another of this name stands in p.yaml:1:")
        )
    );
}

#[test]
fn of_two_bindings_of_one_name_the_first_is_in_force_and_the_second_refused() {
    let denies = policy("x", "  validations: [{expression: \"false\"}]");
    let text = format!("{denies}---\n{}", binding("x").replace("[Deny]", "[Audit]"));
    assert_eq!(
        said(&text),
        [
            "p.yaml:13:1: ValidatingAdmissionPolicyBinding `x`: another of this name stands in p.yaml:8: rename or remove one; meanwhile the first one alone counts"
        ]
    );
    assert!(!answer(&text, POD).is_allowed());
    let families = format!(
        "{denies}---\n{}",
        binding("x").replace("Validating", "Mutating").replace(", validationActions: [Deny]", "")
    );
    assert!(said(&families)[0].contains("takes no effect"), "each kind has names of its own");
}

#[test]
fn what_takes_no_effect_is_said() {
    let alone =
        policy("x", "  validations: [{expression: \"true\"}]").split("---").next().unwrap().to_owned();
    assert_eq!(
        said(&alone),
        [
            "p.yaml:1:1: ValidatingAdmissionPolicy `x`: takes no effect: no ValidatingAdmissionPolicyBinding names it"
        ]
    );
    assert_eq!(
        said(&binding("other")),
        [
            "p.yaml:1:1: ValidatingAdmissionPolicyBinding `other`: takes no effect: there is no ValidatingAdmissionPolicy `other` among the documents"
        ]
    );
}

#[test]
fn a_binding_with_faults_is_answered_by_the_failure_policy() {
    let text = policy("x", "  validations: [{expression: \"true\"}]").replace("[Deny]", "[Deny, Warn]");
    let said = said(&text);
    assert!(said[0].contains("spec.validationActions: Deny and Warn say the same thing twice"), "{said:?}");
    let denied = answer(&text, POD).denied.unwrap().message;
    assert!(
        denied.contains("with binding 'x' denied request: failed to configure binding: p.yaml:"),
        "{denied}"
    );
}

#[test]
fn a_parameter_kind_that_is_not_there_is_a_fault_of_configuration() {
    let text = policy(
        "x",
        "  paramKind: {apiVersion: rules.example.com/v1, kind: Limit}\n  validations: [{expression: \"true\"}]",
    );
    let denied = answer(&text, POD).denied.unwrap().message;
    assert!(
        denied.ends_with("failed to configure policy: failed to find resource referenced by paramKind: 'rules.example.com/v1, Kind=Limit'"),
        "{denied}"
    );
}

/// What a mutating policy with this patch makes of a deployment, as the answer to its creation.
fn mutated(failure: &str, kind: &str, patch: &str, expression: &str) -> Decision {
    let text = format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingAdmissionPolicy\nmetadata: {{name: x}}\nspec:\n  failurePolicy: {failure}\n  reinvocationPolicy: Never\n  {}\n  mutations:\n  - patchType: {kind}\n    {patch}:\n      expression: >-\n        {expression}\n---\n{}",
        MATCH.replace("[\"\"]", "[apps]").replace("pods", "deployments"),
        binding("x").replace("Validating", "Mutating").replace(", validationActions: [Deny]", "")
    );
    assert_eq!(said(&text), [""; 0]);
    answer(
        &text,
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [{name: web, image: web}]}}}}",
    )
}

#[test]
fn a_mutation_that_no_server_decodes_is_refused() {
    let patch = |path: &str, value: &str| {
        mutated(
            "Fail",
            "JSONPatch",
            "jsonPatch",
            &format!("[JSONPatch{{op: \"add\", path: \"/spec/{path}\", value: {value}}}]"),
        )
    };
    for (path, value, expected) in [
        ("replicas", "\"3\"", "`spec.replicas` takes an int32, not a string"),
        ("replicas", "1.5", "`spec.replicas` takes an int32, not 1.5"),
        ("replicas", "2147483648", "`spec.replicas` takes an int32, not 2147483648"),
        ("paused", "\"yes\"", "`spec.paused` takes a boolean, not a string"),
        ("template", "\"x\"", "`spec.template` takes a mapping, not a string"),
        (
            "template/spec/hostNetwork",
            "\"yes\"",
            "`spec.template.spec.hostNetwork` takes a boolean, not a string",
        ),
        (
            "template/spec/hostAliases",
            "{\"a\": \"b\"}",
            "`spec.template.spec.hostAliases` takes a list, not a mapping",
        ),
        (
            "template/spec/nodeSelector",
            "{\"a\": 1}",
            "`spec.template.spec.nodeSelector.a` takes a string, not 1",
        ),
        (
            "template/spec/overhead",
            "{\"cpu\": \"much\"}",
            "`spec.template.spec.overhead.cpu` takes a quantity, not a string",
        ),
        (
            "template/spec/tolerations",
            "[{\"tolerationSeconds\": 1.0e19}]",
            "`spec.template.spec.tolerations[0].tolerationSeconds` takes an int64, not 1e+19",
        ),
        ("colour", "\"red\"", "strict decoding error: unknown field \"spec.colour\""),
    ] {
        let status = patch(path, value).denied.unwrap_or_else(|| panic!("{path} = {value} is let in"));
        assert!(status.message.contains(expected), "{path} = {value}: {}", status.message);
        assert_eq!(status.code, 500, "as upstream: not a matter of the failure policy");
    }
    for (path, value) in [
        ("replicas", "3"),
        ("replicas", "3.0"),
        ("replicas", "2147483647"),
        ("template/spec/activeDeadlineSeconds", "2147483648"),
        ("template/spec/overhead", "{\"cpu\": \"250m\"}"),
        ("strategy", "{\"rollingUpdate\": {\"maxSurge\": \"25%\"}}"),
        ("strategy", "{\"rollingUpdate\": {\"maxSurge\": 1}}"),
    ] {
        let decision = patch(path, value);
        assert!(decision.is_allowed(), "{path} = {value}: {:?}", decision.denied);
    }
}

#[test]
fn an_apply_configuration_that_no_server_decodes_is_answered_by_the_failure_policy() {
    let apply = |failure: &str, spec: &str| {
        let expression = format!("Object{{spec: Object.spec{{{spec}}}}}");
        mutated(failure, "ApplyConfiguration", "applyConfiguration", &expression)
    };
    for (spec, expected) in [
        (
            "replicas: \"3\"",
            "error applying patch: failed to convert patch object to typed object: .spec.replicas: expected numeric",
        ),
        ("replicas: 1.5", "failed to decode object: `spec.replicas` takes an int32, not 1.5"),
        ("replicas: 4294967297", "failed to decode object: `spec.replicas` takes an int32, not 4294967297"),
        ("paused: \"yes\"", "expected boolean"),
    ] {
        let denied = apply("Fail", spec).denied.unwrap_or_else(|| panic!("{spec} is let in"));
        assert!(denied.message.contains(expected), "{spec}: {}", denied.message);
        assert!(apply("Ignore", spec).is_allowed(), "{spec}");
    }
    assert!(apply("Fail", "replicas: 3").is_allowed());
}

#[test]
fn a_policy_whose_rules_cannot_be_read_whole_is_not_in_force_and_says_so() {
    let whole = policy("x", "  validations: [{expression: \"false\"}]");
    let not_in_force = "; meanwhile the policy is not in force: which requests it means cannot be read";
    for (written, instead) in [
        ("resources: [pods]", "resources: 5"),
        ("resources: [pods]", "resource: [pods]"),
        ("resources: [pods]", "resources: [pods, 5]"),
        ("resources: [pods]", "resources: [\"\"]"),
        ("operations: [CREATE]", "operations: [CREAT]"), // typos: ignore
        ("apiGroups: [\"\"]", "apiGroups: {a: b}"),
        ("apiVersions: [v1]", "apiVersions: []"),
        ("resourceRules: [{", "resourceRules: [5, {"),
        ("resourceRules:", "excludeResourceRules:"),
        (MATCH, "matchConstraints: 5"),
    ] {
        let text = whole.replace(written, instead);
        let told = said(&text);
        assert_eq!(told.iter().filter(|line| line.contains(not_in_force)).count(), 1, "{instead}: {told:?}");
        assert!(!told.iter().any(|line| line.contains("takes no effect")), "{instead}: {told:?}");
        assert!(answer(&text, POD).is_allowed(), "{instead}");
        let (policies, _) = Policies::load(&objects(&text));
        assert!(policies.is_empty() && !policies.has_sound(), "{instead}");
    }
}

#[test]
fn a_policy_whose_rules_are_read_denies_what_it_may_speak_of() {
    let whole = policy("x", "  validations: [{expression: \"true\"}]");
    for (written, instead) in [
        ("resources: [pods]", "resources: [pods], scop: Cluster"), // typos: ignore
        ("resources: [pods]", "resources: [\"*\", pods]"),
        ("resources: [pods]}]}", "resources: [pods]}], matchPolicy: Exactly}"),
        (
            "resources: [pods]}]}",
            "resources: [pods]}], objectSelector: {matchExpressions: [{key: a, operator: In, values: 5}]}}",
        ),
        ("resources: [pods]}]}", "resources: [pods]}], namespaceSelector: {matchLabel: {a: b}}}"),
        (
            "resources: [pods]}]}",
            "resources: [pods]}], excludeResourceRules: [{apiGroups: [\"*\"], apiVersions: [\"*\"], operations: [\"*\"], resources: [\"*\"], scop: Cluster}]}",
        ), // typos: ignore
    ] {
        let text = whole.replace(written, instead);
        let told = said(&text);
        assert!(
            told[0].ends_with("; meanwhile requests that it speaks of are denied (failurePolicy Fail)"),
            "{instead}: {told:?}"
        );
        let denied = answer(&text, POD).denied.unwrap_or_else(|| panic!("{instead} is let in"));
        assert!(denied.message.contains("failed to configure policy: p.yaml:"), "{}", denied.message);
        assert!(!Policies::load(&objects(&text)).0.has_sound());
    }
}

#[test]
fn a_binding_whose_rules_cannot_be_read_binds_all_its_policy_speaks_of() {
    let text = policy("x", "  validations: [{expression: \"true\"}]")
        .replace("[Deny]", "[Deny], matchResources: {resourceRules: [{apiGroups: [\"\"], apiVersions: [v1], operations: [CREATE], resources: 5}]}");
    assert!(said(&text)[0].ends_with("resources: must be a list, but is an integer; meanwhile requests that it binds are answered by the failurePolicy of its policy"), "{:?}", said(&text));
    assert!(answer(&text, POD).denied.unwrap().message.contains("failed to configure binding: p.yaml:"));
}
