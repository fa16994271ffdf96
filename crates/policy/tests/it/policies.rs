//! The policies under `tests/policies`: each case gets the answer it names, and upstream's own dispatcher
//! gives the same one, word by word.

mod bad;
mod random;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use finding::Source;
use object::{Inventory, Limits, Object, read};
use policy::admission_policy::suite::{Case, cases};
use policy::admission_policy::{
    Authorize, Cluster, Decision, GroupVersionKind, Policies, as_served, by_roles,
};
use policy::rbac::Rbac;
use serde_json::{Map, Value, json};

/// One directory: its documents and the cases that are asked of them.
struct Suite {
    name: String,
    objects: Vec<Object>,
    cluster: Cluster,
    policies: Policies,
    cases: Vec<Case>,
    problems: Vec<String>,
    authorize: Authorize,
}

fn suites() -> Vec<Suite> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies");
    let mut directories: Vec<PathBuf> =
        fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    directories.sort();
    directories.iter().map(|directory| suite(directory)).collect()
}

fn suite(directory: &Path) -> Suite {
    let name = directory.file_name().unwrap().to_string_lossy().into_owned();
    let mut files: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut objects = Vec::new();
    for file in files {
        let shown = format!("{name}/{}", file.file_name().unwrap().to_string_lossy());
        let source = Arc::new(Source::file(shown, fs::read_to_string(&file).unwrap()));
        let read = read(&source, Limits::default());
        assert!(read.problems.is_empty(), "{:?}", read.problems);
        objects.extend(read.objects);
    }
    let cluster = Cluster::new(&objects);
    let authorize = by_roles(Rbac::of(&Inventory::new(objects.clone())));
    let (policies, problems) = Policies::load(&objects);
    let (cases, more) = cases(&objects, &cluster);
    let problems: Vec<String> = problems.iter().chain(&more).map(ToString::to_string).collect();
    Suite { name, objects, cluster, policies, cases, problems, authorize }
}

#[test]
fn every_case_gets_the_answer_it_names() {
    let mut wrong = Vec::new();
    let (mut validating, mut mutating, mut asked) = (0, 0, 0);
    for suite in suites() {
        wrong.extend(suite.problems.clone());
        let has = |kind: &str| suite.objects.iter().any(|object| object.kind() == kind);
        validating += usize::from(has("ValidatingAdmissionPolicy"));
        mutating += usize::from(has("MutatingAdmissionPolicy"));
        for case in &suite.cases {
            asked += 1;
            let decision = case.decide(&suite.policies, &suite.cluster, &suite.authorize);
            for difference in case.differences(&decision) {
                wrong.push(format!(
                    "{}: {}: {}\n  expected {}\n  got      {}",
                    suite.name, case.name, difference.what, difference.expected, difference.got
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(validating >= 30 && mutating >= 10 && asked >= 120, "{validating} {mutating} {asked}");
}

#[test]
fn upstreams_dispatcher_gives_the_same_answers() {
    let Some(oracle) = testkit::oracle() else { return };
    let suites = suites();
    let asked: Vec<(&Suite, &Case)> =
        suites.iter().flat_map(|suite| suite.cases.iter().map(move |case| (suite, case))).collect();
    let questions: Vec<String> =
        asked.iter().map(|(suite, case)| question(suite, case).to_string()).collect();
    let answers = ask(&oracle, &questions.join("\n"));
    assert_eq!(answers.len(), asked.len());
    let mut wrong = Vec::new();
    for ((suite, case), theirs) in asked.iter().zip(&answers) {
        let ours = case.decide(&suite.policies, &suite.cluster, &suite.authorize);
        let (ours, theirs) = (told(&ours), normal_answer(theirs, &case.request.kind));
        if ours != theirs {
            wrong.push(format!("{}: {}\n  ours   {ours}\n  theirs {theirs}", suite.name, case.name));
        }
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}

/// What the oracle is asked: upstream tries policies in the order given, we by name.
fn question(suite: &Suite, case: &Case) -> Value {
    let of = |wanted: &dyn Fn(&Object) -> bool| -> Vec<Value> {
        let mut found: Vec<&Object> = suite.objects.iter().filter(|object| wanted(object)).collect();
        found.sort_by_key(|object| object.name().to_owned());
        found.into_iter().map(|object| policy::value::of(object.root())).collect()
    };
    let policies = of(&|object| object.kind().ends_with("AdmissionPolicy"));
    let kinds: Vec<(Value, Value)> = policies
        .iter()
        .filter_map(|policy| policy.pointer("/spec/paramKind"))
        .map(|kind| (kind["apiVersion"].clone(), kind["kind"].clone()))
        .collect();
    let is_param = |object: &Object| {
        kinds.iter().any(|(v, k)| *v == object.id().api_version.as_str() && *k == object.kind())
    };
    let request = &case.request;
    let mut namespaces: Vec<Value> = of(&|object| object.kind() == "Namespace");
    let known = |name: &str| namespaces.iter().any(|namespace| namespace["metadata"]["name"] == name);
    if !request.namespace.is_empty() && !known(&request.namespace) {
        namespaces
            .push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": request.namespace}}));
    }
    for namespace in &mut namespaces {
        let name = namespace["metadata"]["name"].clone();
        namespace["metadata"]["labels"]["kubernetes.io/metadata.name"] = name;
    }
    let user = &request.user;
    json!({
        "policies": policies,
        "bindings": of(&|object| object.kind().ends_with("AdmissionPolicyBinding")),
        "params": of(&is_param),
        "paramScope": "Namespaced",
        "namespaces": namespaces,
        "request": {
            "kind": {"group": request.kind.group, "version": request.kind.version, "kind": request.kind.kind},
            "resource": {"group": request.resource.group, "version": request.resource.version, "resource": request.resource.resource},
            "subResource": request.subresource,
            "name": request.name,
            "namespace": request.namespace,
            "operation": request.operation.word(),
            "userInfo": {"username": user.username, "uid": user.uid, "groups": user.groups, "extra": user.extra},
            "object": request.object,
            "oldObject": request.old_object,
            "dryRun": request.dry_run,
        },
        "authorizer": authorizer(suite),
    })
}

/// What the RBAC objects of `authorizer-check` come to, as the oracle takes it.
fn authorizer(suite: &Suite) -> Value {
    if suite.name != "authorizer-check" {
        return json!([]);
    }
    let may = |user: &str, verb: &str, resource: &str| json!({"user": user, "verb": verb, "resource": resource, "namespace": "default", "decision": "allow"});
    json!([
        may("alice", "get", "secrets"),
        may("carol", "get", "secrets"),
        may("alice", "update", "configmaps")
    ])
}

fn ask(oracle: &Path, questions: &str) -> Vec<Value> {
    let mut child = Command::new(oracle)
        .arg("policy")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = format!("{questions}\n");
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let written = writer.join().unwrap();
    assert!(output.status.success() && written.is_ok(), "the oracle gave up");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Our answer in the words of the oracle's.
fn told(decision: &Decision) -> Value {
    let status = decision.denied.as_ref().map(|status| {
        json!({"message": status.message, "reason": status.reason, "code": status.code, "causes": status.causes})
    });
    json!({
        "allowed": decision.is_allowed(),
        "status": status,
        "warnings": decision.warnings,
        "auditAnnotations": decision.audit_annotations,
        "object": decision.object,
    })
}

/// The oracle's answer: each warning once, as the server sends them, and the object with its kind.
fn normal_answer(answer: &Value, kind: &GroupVersionKind) -> Value {
    let mut warnings: Vec<Value> = Vec::new();
    for warning in answer["warnings"].as_array().into_iter().flatten() {
        if !warnings.contains(warning) {
            warnings.push(warning.clone());
        }
    }
    let status = answer.get("status").map(|status| {
        let causes = status["details"]["causes"].as_array();
        let causes: Vec<&Value> = causes.into_iter().flatten().map(|cause| &cause["message"]).collect();
        json!({"message": status["message"], "reason": status["reason"], "code": status["code"], "causes": causes})
    });
    let object = answer.get("object").and_then(Value::as_object).map(|object| {
        let mut object: Map<String, Value> = object.clone();
        object.insert("apiVersion".to_owned(), kind.api_version().into());
        object.insert("kind".to_owned(), kind.kind.as_str().into());
        as_served(Value::Object(object))
    });
    assert!(answer.get("error").is_none(), "{answer}");
    json!({
        "allowed": answer["allowed"],
        "status": status,
        "warnings": warnings,
        "auditAnnotations": answer["auditAnnotations"],
        "object": object,
    })
}
