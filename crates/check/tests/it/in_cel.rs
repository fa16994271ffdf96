//! Does each rule in CEL say what the native one says, of objects as the API server holds them?

pub(crate) mod pods;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use check::in_cel::{About, Facts, InCel, TWINS, Twin, twin, variables_of};
use check::{CHECKS, Check, Judge, Settings, Values};
use finding::Source;
use object::{Inventory, Limits, Object, Version, v};
use policy::admission_policy::as_served;
use policy::cel::{Bindings, Budget, Env, List, Program, Type, Value};
use policy::request::creation;
use serde_json::Value as Json;
use testkit::page::examples;

const RANDOM_PODS: usize = 10_000;

/// Releases that the rules tell apart.
const VERSIONS: [Version; 4] = [v(1, 30), v(1, 33), v(1, 35), Version::NEWEST];

/// Every twin for one release, compiled once.
struct Twins {
    variables: Vec<(String, Program)>,
    rules: Vec<(&'static str, InCel, Program)>,
    judge: Judge,
}

fn registries() -> Vec<String> {
    ["registry.example.com/**", "ghcr.io/", "quay.io", "docker.io/library/*", "*.gcr.io/a*/x"]
        .map(str::to_owned)
        .to_vec()
}

impl Twins {
    fn new(version: Version) -> Self {
        let registries = registries();
        let facts = Facts { version, registries: &registries };
        let rules: Vec<(&str, InCel)> = TWINS
            .iter()
            .filter_map(|(id, twin)| match twin {
                Twin::Cel(rule) => Some((*id, *rule)),
                Twin::Never(_) => None,
            })
            .collect();
        let all: String = rules.iter().map(|(_, rule)| rule.blame()).collect();
        let mut env = Env::new(v(1, 30)).declare("object", Type::Dyn);
        let mut variables = Vec::new();
        for (name, text) in variables_of(&all, &facts) {
            let program = env.compile(&text).unwrap_or_else(|issues| panic!("{name}: {issues:?}\n{text}"));
            let name = format!("variables.{name}");
            env = env.declare(&name, program.result_type().clone());
            variables.push((name, program));
        }
        let compile = |(id, rule): (&'static str, InCel)| {
            let program = env.compile(rule.blame());
            (id, rule, program.unwrap_or_else(|issues| panic!("{id}: {issues:?}")))
        };
        let rules = rules.into_iter().map(compile).collect();
        let settings =
            Settings { registries: registries.clone(), values: Values::Held, ..Settings::default() };
        Self { variables, rules, judge: Judge::new(version, has_twin).with(settings) }
    }

    /// The rules that have a twin and flag the object, by both.
    fn verdicts(&self, object: &Json) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
        let mut bindings = Bindings::new().bind("object", object);
        let about: Vec<_> = self.rules.iter().filter(|(_, rule, _)| takes(rule, object)).collect();
        if !about.is_empty() {
            for (name, program) in &self.variables {
                let value = program.evaluate(&bindings, &mut Budget::per_expression());
                bindings = bindings.bind_result(name, value);
            }
        }
        let in_cel = about.iter().filter(|(id, _, program)| {
            match program.evaluate(&bindings, &mut Budget::per_expression()) {
                Ok(Value::List(list)) => !List::is_empty(&list),
                other => panic!("{id} of {object}: {other:?}"),
            }
        });
        let in_cel = in_cel.map(|(id, ..)| *id).collect();
        let read = read(&object.to_string());
        let inventory = Inventory::new(read);
        let native = inventory.objects().iter().flat_map(|one| self.judge.object(one, &inventory));
        let has_twin = |id: &str| about.iter().any(|(known, ..)| *known == id);
        let native = native.map(|finding| finding.id).filter(|id| has_twin(id)).collect();
        (in_cel, native)
    }
}

fn has_twin(check: &Check) -> bool {
    matches!(twin(check.id), Some(Twin::Cel(_)))
}

/// The object as the API server holds it, if it takes it at all: wrong types and pods without containers are
/// refused before any policy is asked.
fn held(object: Object) -> Option<Json> {
    let request = creation(object);
    let object = as_served(policy::value::of(request.object.as_ref()?.root()));
    let texts = |list: &str| {
        let map = object["metadata"][list].as_object();
        map.is_none_or(|map| map.values().all(Json::is_string))
    };
    let refused = request.undecoded.object.is_some()
        || object.to_string().contains("\"containers\":null")
        || !texts("labels")
        || !texts("annotations");
    (!refused).then_some(object)
}

pub(crate) fn read(text: &str) -> Vec<Object> {
    object::read(&Arc::new(Source::file("object", text.to_owned())), Limits::default()).objects
}

/// Whether a rule is exported for objects of this kind.
fn takes(rule: &InCel, object: &Json) -> bool {
    let text = |key: &str| object[key].as_str().unwrap_or_default();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    match rule.about {
        About::Pods => matches!(
            (api_version, kind),
            ("v1", "Pod" | "PodTemplate" | "ReplicationController")
                | ("apps/v1", "ReplicaSet" | "Deployment" | "DaemonSet" | "StatefulSet")
                | ("batch/v1", "Job" | "CronJob")
        ),
        About::Objects(resources) => resources.iter().any(|resource| {
            let group =
                if resource.group.is_empty() { String::new() } else { format!("{}/", resource.group) };
            kind == resource.kind && api_version == format!("{group}v1")
        }),
    }
}

#[derive(Default)]
struct Tally {
    flagged: BTreeMap<&'static str, usize>,
    differ: BTreeMap<&'static str, (usize, String)>,
    judged: usize,
}

impl Tally {
    fn compare(&mut self, twins: &Twins, object: &Json, of: &str) {
        let (in_cel, native) = twins.verdicts(object);
        self.judged += 1;
        for id in &native {
            *self.flagged.entry(id).or_default() += 1;
        }
        for id in in_cel.symmetric_difference(&native) {
            let entry = self.differ.entry(id).or_default();
            entry.0 += 1;
            if entry.0 == 1 {
                let who = if native.contains(id) { "only the native rule" } else { "only the twin" };
                entry.1 = format!("{who} flags {of}\n{object}");
            }
        }
    }

    fn hold(&self) {
        let differ: Vec<String> =
            self.differ.iter().map(|(id, (times, first))| format!("{id} ({times} times): {first}")).collect();
        assert!(differ.is_empty(), "{}", differ.join("\n\n"));
    }
}

#[test]
fn ten_thousand_random_pods_are_judged_alike() {
    let parts: Vec<Tally> = std::thread::scope(|scope| {
        let part = |version, seed| {
            scope.spawn(move || {
                let (twins, mut random, mut tally) =
                    (Twins::new(version), pods::Random::new(seed), Tally::default());
                for number in 0..RANDOM_PODS / VERSIONS.len() {
                    let object = as_served(pods::object(&mut random));
                    tally.compare(&twins, &object, &format!("pod {number} of seed {seed} at {version}"));
                }
                tally
            })
        };
        let running: Vec<_> =
            VERSIONS.into_iter().zip(11..).map(|(version, seed)| part(version, seed)).collect();
        running.into_iter().map(|part| part.join().unwrap()).collect()
    });
    let mut tally = Tally::default();
    for part in parts {
        part.hold();
        part.flagged.into_iter().for_each(|(id, times)| *tally.flagged.entry(id).or_default() += times);
    }
    for (id, twin) in TWINS {
        if let Twin::Cel(InCel { about: About::Pods, .. }) = twin {
            let flagged = tally.flagged.get(id).copied().unwrap_or_default();
            assert!(flagged > 20, "{id} flags only {flagged} of the pods");
        }
    }
}

#[test]
fn the_examples_of_every_page_are_judged_alike() {
    let twins: Vec<Twins> = VERSIONS.into_iter().map(Twins::new).collect();
    let mut tally = Tally::default();
    for check in CHECKS {
        for example in examples(check.page) {
            for object in read(&example.text).into_iter().filter_map(held) {
                for twins in &twins {
                    tally.compare(twins, &object, check.id);
                }
            }
        }
    }
    tally.hold();
    for (id, twin) in TWINS {
        let silent = matches!(twin, Twin::Cel(_)) && !tally.flagged.contains_key(id);
        assert!(!silent, "no example is flagged by {id}");
    }
}

#[test]
fn every_real_manifest_is_judged_alike() {
    let Some(corpus) = testkit::corpus("manifests") else { return };
    let twins = Twins::new(Version::NEWEST);
    let mut tally = Tally::default();
    for path in testkit::yaml_files(&corpus) {
        for object in read(&testkit::text(&path)).into_iter().filter_map(held) {
            if twins.rules.iter().any(|(_, rule, _)| takes(rule, &object)) {
                tally.compare(&twins, &object, &path.display().to_string());
            }
        }
    }
    tally.hold();
    assert!(tally.judged > 300, "only {}", tally.judged);
}
