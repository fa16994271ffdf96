//! Which functions of Cofferdam read bytes from strangers?
//!
//! Each target is one call. libFuzzer (`fuzz_targets/`) and the smoke driver (`src/bin/smoke.rs`) share them, so that
//! an input found by one is replayed by the other.
#![forbid(unsafe_code)]

use std::sync::Arc;

use check::fix::mend;
use check::{Config, Date, Judge, Place, Scope, Waivers};
use finding::{Baseline, Color, Report, Safety, Source};
use object::{Inventory, Limits, Pod, Version};
use policy::admission_policy::{self, Cluster, by_roles, suite};
use policy::cel::{Bindings, Budget, Env, Type, Value};
use policy::decide::{Decider, Labels, Lookup};
use policy::document::Policies;
use policy::pod_security::{Level, Policy, PolicyVersion};
use policy::pod_security_policy::migrate::{Prover, migrate, yaml};
use policy::pod_security_policy::{
    Decision, Operation, Pass, PodSecurityPolicy, Request, Standing, decide, read_all,
};
use policy::rbac::Rbac;

pub mod mutate;
pub mod watch;

/// A parser and the folder of seeds it starts from.
pub struct Target {
    /// The name on the command line, of the folder under `seeds/` and of the file under `fuzz_targets/`.
    pub name: &'static str,
    /// The call; it may return anything and must return.
    pub run: fn(&[u8]),
}

/// Every target; a new parser from outside bytes gets a line here, a folder of seeds and a file in `fuzz_targets/`.
pub const TARGETS: [Target; 8] = [
    Target { name: "parse", run: parse },
    Target { name: "check", run: check },
    Target { name: "fix", run: fix },
    Target { name: "config", run: config },
    Target { name: "psp", run: psp },
    Target { name: "cel", run: cel },
    Target { name: "admit", run: admit },
    Target { name: "policies", run: policies },
];

/// Expressions of policies, evaluated over a manifest that follows a line of dashes.
pub fn cel(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (expression, manifest) = text.split_once("\n---\n").unwrap_or((text, "a: {b: [1, x, 2.5, null]}"));
    let env =
        Env::new(Version::NEWEST).declare("object", Type::Dyn).declare("names", Type::list(Type::String));
    let _ = std::hint::black_box(env.estimate(expression));
    let program = match env.compile(expression) {
        Ok(program) => program,
        Err(issues) => {
            std::hint::black_box(issues.iter().map(ToString::to_string).collect::<Vec<_>>());
            return;
        }
    };
    let Some(source) = source(manifest.as_bytes()) else { return };
    let read = object::read(&source, Limits::default());
    let names = Value::list(vec![Value::borrowed("a"), Value::borrowed("bb")]);
    let bindings = Bindings::new().bind("names", names);
    let bindings = match read.objects.first() {
        Some(object) => bindings.bind("object", object.root()),
        None => bindings.bind("object", Value::Null),
    };
    let _ = std::hint::black_box(program.evaluate(&bindings, &mut Budget::per_expression()));
}

/// Manifests: the bytes of one file, as a user or a webhook client hands them in.
pub fn parse(bytes: &[u8]) {
    if let Some(read) = read(bytes) {
        for object in &read.objects {
            let containers = object.pods(Version::NEWEST).flat_map(object::Pod::every_container);
            std::hint::black_box(containers.count());
        }
    }
}

/// Admission policies and requests to them: everything `cofferdam policy test` does with a directory.
pub fn policies(bytes: &[u8]) {
    let Some(read) = read(bytes) else { return };
    let cluster = Cluster::new(&read.objects);
    let (policies, problems) = admission_policy::Policies::load(&read.objects);
    let (cases, wrong) = suite::cases(&read.objects, &cluster);
    let authorize = by_roles(Rbac::of(&Inventory::new(read.objects.clone())));
    for case in &cases {
        let decision = case.decide(&policies, &cluster, &authorize);
        std::hint::black_box(case.differences(&decision));
    }
    std::hint::black_box((problems.len(), wrong.len()));
}

/// The whole way of `cofferdam check`: every rule, every standard, every output.
pub fn check(bytes: &[u8]) {
    let Some(source) = source(bytes) else { return };
    let read = object::read(&source, Limits::default());
    let judge = Judge::new(Version::NEWEST, |_| true);
    let inventory = Inventory::new(read.objects);
    let mut report = Report::default();
    report.findings.extend(read.problems.iter().filter_map(|problem| judge.problem(problem)));
    for object in inventory.objects() {
        report.findings.extend(judge.object(object, &inventory));
        let (findings, verdicts) = check::pod_security(object, RESTRICTED);
        report.findings.extend(findings);
        report.verdicts.extend(verdicts);
    }
    Waivers::in_text(&source).apply(&mut report.findings, &|_| true, Scope::Whole);
    report.sort();
    let _ = std::hint::black_box(finding::json(&report));
    std::hint::black_box(finding::text(&report, Color::On, None));
}

/// The repair of findings: any bytes in, either no change or a proven change out, and none the second time.
///
/// # Panics
/// When a repair breaks its promise: that is what the fuzzer looks for.
pub fn fix(bytes: &[u8]) {
    let Some(source) = source(bytes) else { return };
    let judge = Judge::new(Version::NEWEST, |_| true);
    let findings = |source: &Arc<Source>| {
        let read = object::read(source, Limits::default());
        let inventory = Inventory::new(read.objects);
        let objects = inventory.objects().iter();
        objects.flat_map(|object| judge.object(object, &inventory)).collect()
    };
    let once = mend(&source, Safety::Risky, &findings);
    assert_eq!(once.fixed.is_empty(), once.source.text() == source.text(), "a change nobody counts");
    let before = object::documents(&source, Limits::default());
    let after = object::documents(&once.source, Limits::default());
    assert_eq!(before.trees.len(), after.trees.len(), "a document came or went");
    let twice = mend(&once.source, Safety::Risky, &findings);
    assert_eq!(twice.source.text(), once.source.text(), "a second run changes more");
}

/// What the owners of a repository say: `cofferdam.yaml`, and a baseline.
pub fn config(bytes: &[u8]) {
    let Some(source) = source(bytes) else { return };
    let _ = std::hint::black_box(Config::read(&source, Date::of_unix_day(20_000), &Place::default()));
    let _ = std::hint::black_box(Baseline::parse(source.text()).map(|baseline| baseline.len()));
}

/// Policies of a kind that is gone, the pods beside them, and what both become.
///
/// # Panics
/// When a policy that let a pod in does not know it again, or is turned into rules that do not compile.
pub fn psp(bytes: &[u8]) {
    let Some(read) = read(bytes) else { return };
    let pods: Vec<_> = read.objects.iter().flat_map(|object| object.pods(Version::NEWEST)).take(2).collect();
    for standing in [Standing::New, Standing::Stored] {
        let policies = read_all(&read.objects, standing);
        let taken = policies.taken.get(..4).unwrap_or(&policies.taken);
        for pod in &pods {
            admitted_again(taken, *pod);
        }
    }
    let policies = read_all(&read.objects, Standing::New).taken;
    if let Some(policy) = policies.first() {
        let migration = migrate(policy);
        std::hint::black_box(yaml(&migration.documents));
        let prover = Prover::new(policy, &migration).unwrap_or_else(|error| panic!("{error}"));
        for pod in &pods {
            let _ = std::hint::black_box(prover.prove(*pod));
        }
    }
}

/// A pod that a policy lets in, changed, is let in by the validating pass unchanged.
fn admitted_again(policies: &[PodSecurityPolicy], pod: Pod<'_>) {
    let ask = |pod, pass| {
        let request =
            Request { operation: Operation::Create, pass, subresource: "", pod, authorized: &|_| true };
        decide(policies, &request)
    };
    let Ok(Decision::Admitted(first)) = ask(pod, Pass::Mutating) else { return };
    if !pod.is_bare() {
        return;
    }
    let mut changed = policy::value::of(pod.object().root());
    first.apply(&mut changed);
    let source = Arc::new(Source::file("changed.json", changed.to_string()));
    let read = object::read(&source, Limits::default());
    // JSON that YAML would not take as it stands is another target's matter.
    let Some(again) = read.objects.iter().flat_map(|object| object.pods(Version::NEWEST)).next() else {
        return;
    };
    if let Ok(Decision::Denied(denial)) = ask(again, Pass::Validating) {
        panic!("let in by {} and then: {}", first.policy, denial.text);
    }
}

/// The whole way of `cofferdam admit`: a review, or a policy; whichever it is, the other is fixed.
///
/// # Panics
/// When a pod that was filled in is filled in again: that is what the fuzzer looks for.
pub fn admit(bytes: &[u8]) {
    let Some(source) = source(bytes) else { return };
    let known = check::Known;
    let fixed = Arc::new(Source::file("policy.yaml", include_str!("../seeds/admit/policy.yaml").to_owned()));
    let given = Policies::read(&[fixed, Arc::clone(&source)], &known, Date::of_unix_day(20_000));
    // A policy of somebody's own may well change an object twice.
    let is_ours = given.admission.is_empty() && given.list.iter().all(|p| p.pod_security_policies.is_none());
    let decider = Decider::new(given, Version::NEWEST, &check::compile);
    let facts = Nothing(Inventory::new(Vec::new()), Labels::new());
    let review = Arc::new(Source::file("review.json", include_str!("../seeds/admit/review.json").to_owned()));
    for source in [source, review] {
        let Ok(request) = policy::request::read(&source) else { continue };
        let response = decider.decide(&request, &facts);
        std::hint::black_box(response.review().to_string());
        let filled = decider.changed(&request, &facts).ok().flatten();
        let again = filled.map(|filled| decider.changed(&filled, &facts));
        assert!(!is_ours || !matches!(again, Some(Ok(Some(_)))), "defaults are filled in twice");
    }
}

/// A cluster where nothing is.
struct Nothing(Inventory, Labels);

impl Lookup for Nothing {
    fn labels(&self, _: &str) -> Option<&Labels> {
        Some(&self.1)
    }

    fn inventory(&self) -> &Inventory {
        &self.0
    }
}

const RESTRICTED: Policy = Policy { level: Level::Restricted, version: PolicyVersion::Latest };

fn read(bytes: &[u8]) -> Option<object::Read> {
    Some(object::read(&source(bytes)?, Limits::default()))
}

fn source(bytes: &[u8]) -> Option<Arc<Source>> {
    let text = object::decode(bytes.to_vec()).ok()?;
    Some(Arc::new(Source::file("fuzz.yaml", text)))
}
