//! Do Kubernetes' own policies get the same answers from the API server as from us?
//!
//! The policies and cases are those of crate `policy`; a case is asked by the user it names, else by an administrator,
//! since a server knows no request without one.

mod case;
mod difference;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use policy::admission_policy::suite::{Case, cases};
use policy::admission_policy::{Cluster as Known, Policies, by_roles};
use policy::rbac::Rbac;
use serde_json::{Value, json};
use testkit::apiserver::{Answer, Request};

use self::case::{Asked, Compared, granted};
use crate::cluster::{Cluster, own, until};
use crate::native::objects;

/// The server looks for kinds it does not know every half minute.
const LEARNING: Duration = Duration::from_secs(45);

/// One directory: its documents and what is asked of them.
struct Suite {
    name: String,
    /// Policies, then their bindings.
    policies: Vec<Value>,
    /// What they look at.
    world: Vec<Value>,
    known: Known,
    ready: Policies,
    cases: Vec<Case>,
    objects: Vec<object::Object>,
}

impl Suite {
    fn read(directory: &Path) -> Self {
        let mut found = Vec::new();
        for path in testkit::yaml_files(directory) {
            found.extend(objects(&path.display().to_string(), testkit::text(&path)));
        }
        let known = Known::new(&found);
        let (ready, problems) = Policies::load(&found);
        let (cases, more) = cases(&found, &known);
        assert!(problems.is_empty() && more.is_empty(), "{problems:?} {more:?}");
        let rank = |value: &Value| match value["kind"].as_str().unwrap() {
            "CustomResourceDefinition" | "Namespace" => 0,
            kind if kind.ends_with("Binding") => 2,
            _ => 1,
        };
        let values = found.iter().map(|object| policy::value::of(object.root()));
        let (mut policies, mut world): (Vec<Value>, Vec<Value>) = values
            .filter(|value| value["kind"] != "PolicyTest")
            .partition(|value| value["apiVersion"] == "admissionregistration.k8s.io/v1");
        policies.sort_by_key(rank);
        world.sort_by_key(rank);
        let name = directory.file_name().unwrap().to_string_lossy().into_owned();
        Self { name, policies, world, known, ready, cases, objects: found }
    }

    fn all() -> Vec<Self> {
        let root = testkit::repository().join("crates/policy/tests/policies");
        let entries = std::fs::read_dir(root).unwrap();
        let mut directories: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        directories.sort();
        directories.iter().map(|directory| Self::read(directory)).collect()
    }

    /// The first answer that settles a case. Parameters of a custom kind are known some time after the policy that
    /// names them: until then the server takes them for absent, so such a case is asked again.
    fn first(&self, mut ask: impl FnMut() -> Compared) -> Compared {
        let is_custom = self.world.iter().any(|object| object["kind"] == "CustomResourceDefinition");
        let deadline = Instant::now() + LEARNING;
        loop {
            let compared = ask();
            let is_settled = !matches!(compared, Compared::Differently(_));
            if is_settled || !is_custom || Instant::now() > deadline {
                return compared;
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn has(&self, kind: &str) -> bool {
        self.policies.iter().any(|policy| policy["kind"] == kind)
    }

    /// Namespaces first: what its documents and cases speak of is there.
    fn write_world(&self, cluster: &Cluster<'_>) {
        let mut labels: BTreeMap<String, Value> = BTreeMap::new();
        for case in self.cases.iter().filter(|case| case.request.resource.resource != "namespaces") {
            labels.entry(case.request.namespace.clone()).or_insert_with(|| json!({}));
        }
        for object in &self.world {
            if let Some(namespace) = object["metadata"]["namespace"].as_str() {
                labels.entry(namespace.to_owned()).or_insert_with(|| json!({}));
            }
        }
        for name in labels.keys().filter(|name| !name.is_empty()) {
            cluster.namespace(name, &json!({}));
        }
        for object in &self.world {
            cluster.apply(object);
        }
        for class in self.runtime_classes() {
            cluster.apply(&json!({
                "apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": class}, "handler": "any",
            }));
        }
    }

    /// Classes that pods have or are given: the server refuses pods of classes that are not there.
    fn runtime_classes(&self) -> impl Iterator<Item = String> {
        let changes = self.cases.iter().filter_map(|case| case.expect.changes.as_ref());
        let given = changes.filter_map(|changes| changes.get("spec.runtimeClassName"));
        let objects = self.cases.iter().filter_map(|case| case.request.object.as_ref());
        let had = objects.filter_map(|object| object.pointer("/spec/runtimeClassName"));
        given.chain(had).filter_map(|class| Some(class.as_str()?.to_owned()))
    }

    fn remove_world(&self, cluster: &Cluster<'_>) {
        let stays =
            |object: &&Value| object["kind"] == "Namespace" || object["kind"] == "CustomResourceDefinition";
        // Nobody ends namespaces here: they stay, and the next suite gives them its labels.
        self.world.iter().filter(|object| !stays(object)).for_each(|object| cluster.remove(object));
        for namespace in self.world.iter().filter(|object| object["kind"] == "Namespace") {
            cluster.namespace(namespace["metadata"]["name"].as_str().unwrap(), &json!({}));
        }
    }
}

#[test]
fn every_case_of_the_policies_is_answered_as_we_answer_it() {
    let Some(server) = own("policies") else { return };
    let cluster = Cluster::new(&server);
    let suites = Suite::all();
    let marks = Marks::new(&cluster);
    let (mut wrong, mut tally) = (Vec::new(), BTreeMap::<&str, usize>::new());
    for suite in &suites {
        suite.write_world(&cluster);
        for kind in ["ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"] {
            *tally.entry(kind).or_default() +=
                suite.policies.iter().filter(|policy| policy["kind"] == kind).count();
        }
        for group in by_what_is_there(&suite.cases) {
            let asked: Vec<Asked<'_>> = group.iter().map(|case| Asked::prepare(&cluster, case)).collect();
            let grants: Vec<Value> =
                asked.iter().flat_map(|asked| granted(&cluster, &asked.case.request)).collect();
            suite.policies.iter().for_each(|policy| drop(cluster.apply(policy)));
            marks.wait_in_force();
            let mut objects = suite.objects.clone();
            objects.extend(crate::native::objects(
                "grants",
                json!({"apiVersion": "v1", "kind": "List", "items": grants}).to_string(),
            ));
            let authorize = by_roles(Rbac::of(&object::Inventory::new(objects)));
            for asked in &asked {
                let ours = suite.ready.decide(asked.ours(), &suite.known, &authorize);
                let ask = || asked.compared(&ours, &cluster.call(&asked.request));
                let word =
                    match suite.first(ask) {
                        Compared::Allowed => "allowed by both",
                        Compared::Denied => "denied by both in the same words",
                        Compared::Invalid => "refused as invalid before policies are asked",
                        Compared::Differently(found) => {
                            wrong.extend(found.iter().map(|difference| {
                                format!("{}: {}: {difference}", suite.name, asked.case.name)
                            }));
                            "different"
                        }
                    };
                *tally.entry(word).or_default() += 1;
            }
            suite.policies.iter().rev().for_each(|policy| cluster.remove(policy));
            for grant in &grants {
                cluster.remove(grant);
            }
            marks.wait_gone();
            for asked in &asked {
                asked.clean(&cluster);
            }
        }
        suite.remove_world(&cluster);
    }
    eprintln!("{} folders: {tally:?}", suites.len());
    assert!(suites.iter().any(|suite| suite.has("MutatingAdmissionPolicy")));
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}

/// Cases that find the same object there can be asked together.
fn by_what_is_there(cases: &[Case]) -> Vec<Vec<&Case>> {
    let mut groups: Vec<(Option<&Value>, Vec<&Case>)> = Vec::new();
    for case in cases {
        let there = case.request.old_object.as_ref();
        match groups.iter_mut().find(|(had, _)| *had == there) {
            Some((_, group)) => group.push(case),
            None => groups.push((there, vec![case])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Policies of our own about a kind that no case touches: when they speak, the ones written before them hold.
struct Marks<'c> {
    cluster: &'c Cluster<'c>,
    written: [Value; 4],
}

impl<'c> Marks<'c> {
    fn new(cluster: &'c Cluster<'c>) -> Self {
        let rules = json!([{
            "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["limitranges"],
        }]);
        let object = |kind: &str, spec: Value| {
            let metadata = json!({"name": "zz-mark"});
            json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": metadata, "spec": spec})
        };
        let both = "'mark' in object.metadata.?labels.orValue({}) ? 'both marks' : 'one mark'";
        let says = json!([{"expression": "false", "messageExpression": both}]);
        let adds = json!({"expression": "Object{metadata: Object.metadata{labels: {'mark': 'set'}}}"});
        let written = [
            object(
                "ValidatingAdmissionPolicy",
                json!({"matchConstraints": {"resourceRules": rules}, "validations": says}),
            ),
            object(
                "MutatingAdmissionPolicy",
                json!({
                    "matchConstraints": {"resourceRules": rules}, "reinvocationPolicy": "Never",
                    "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": adds}],
                }),
            ),
            object(
                "ValidatingAdmissionPolicyBinding",
                json!({"policyName": "zz-mark", "validationActions": ["Warn"]}),
            ),
            object("MutatingAdmissionPolicyBinding", json!({"policyName": "zz-mark"})),
        ];
        Self { cluster, written }
    }

    fn asked(&self) -> Answer {
        let probe = json!({
            "apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "probe"}, "spec": {"limits": []},
        });
        self.cluster.call(&Request::post("/api/v1/namespaces/default/limitranges?dryRun=All", &probe))
    }

    /// A policy that refuses the probe is in force, too, and the marks are heard beside it.
    fn wait_in_force(&self) {
        self.written.iter().for_each(|object| drop(self.cluster.apply(object)));
        until("policies are in force", || {
            self.asked().warnings.iter().any(|text| text.contains("both marks")).then_some(())
        });
    }

    fn wait_gone(&self) {
        self.written.iter().rev().for_each(|object| self.cluster.remove(object));
        until("policies are gone", || {
            let answer = self.asked();
            let is_free = answer.status == 201 && answer.warnings.is_empty();
            (is_free && answer.json()["metadata"]["labels"].is_null()).then_some(())
        });
    }
}
