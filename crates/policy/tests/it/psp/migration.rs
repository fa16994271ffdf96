//! Does what a policy has become say the same of pods?

use policy::document::{Catalogue, Policies};
use policy::pod_security::Level;
use policy::pod_security_policy::migrate::{Agreement, Prover, migrate, yaml};
use policy::pod_security_policy::{Pass, Standing};
use serde_json::{Value, json};

use super::case::{Case, objects, one};
use super::{pods, policies};
use crate::oracle::random::Random;

/// More of them, or another seed below, are a soak.
const CASES: u64 = 400;

fn case(policies: Vec<Value>, pod: Value) -> Case {
    Case { policies, authorized: None, pod, old: None, pass: Pass::Mutating, standing: Standing::New }
}

/// What is wrong with the migration of these policies, judged by this pod.
fn faults(case: &Case, tally: &mut std::collections::BTreeMap<&'static str, u64>) -> Vec<String> {
    let mut faults = Vec::new();
    for policy in &case.read().taken {
        let migration = migrate(policy);
        let prover =
            Prover::new(policy, &migration).unwrap_or_else(|error| panic!("{error}\n{}", case.line()));
        let objects = objects(&case.pod);
        let Ok(proof) = prover.prove(one(&objects)) else { continue };
        let by_rule = |reason: &String| reason.contains("ValidatingAdmissionPolicy");
        // Left out on purpose: a policy without a list refuses every profile.
        let dropped = |reason: &String| reason.ends_with(": Forbidden: seccomp may not be set");
        let fault = match proof.agreement() {
            Agreement::Same => None,
            Agreement::Stricter => proof.filled.reasons().iter().any(by_rule).then_some("a rule is stricter"),
            Agreement::Looser => {
                (!proof.policy.reasons().iter().all(dropped)).then_some("the rules are looser")
            }
        };
        *tally.entry(migration.level.level.word()).or_default() += 1;
        *tally.entry(if proof.policy.is_allowed() { "let in" } else { "kept out" }).or_default() += 1;
        if let Some(fault) = fault {
            faults.push(format!("{fault}: {policy:?}\n{}\n{proof:#?}", case.pod));
        }
    }
    faults
}

/// The one thing that is wrong with what a migration writes, if it is read again as `--policy` reads it.
fn unreadable(case: &Case) -> Option<String> {
    let read = case.read();
    let texts = read.taken.iter().map(|policy| yaml(&migrate(policy).documents));
    let sources: Vec<_> = texts.map(|text| crate::admit::source(&text)).collect();
    // One at a time: two policies may become documents of one name.
    sources.iter().find_map(|source| {
        let read = Policies::read(std::slice::from_ref(source), &Nothing, "2026-11-22".parse().unwrap());
        let fits = read.errors.is_empty() && read.warnings.is_empty() && !read.is_empty();
        (!fits).then(|| format!("{:?} {:?}\n{}", read.errors, read.warnings, source.text()))
    })
}

/// A migration names no check.
struct Nothing;

impl Catalogue for Nothing {
    fn find(&self, id: &str) -> Result<&'static str, String> {
        Err(format!("no check is called `{id}`"))
    }

    fn all(&self) -> Vec<&'static str> {
        Vec::new()
    }
}

#[test]
fn what_a_migration_writes_is_read_as_policies() {
    for name in ["privileged", "baseline", "restricted"] {
        assert_eq!(unreadable(&case(vec![documented(name)], json!({}))), None, "{name}");
    }
    let Some(folder) = testkit::conformance("psp") else { return };
    let mut files = 0;
    for path in testkit::yaml_files(&folder) {
        let file = super::conformance::file(&path);
        let mut case = case(file["policies"].as_array().unwrap().clone(), file["pod"].clone());
        case.standing = Standing::Stored;
        assert_eq!(unreadable(&case), None, "{}", path.display());
        files += 1;
    }
    assert_eq!(files, 84, "cases in the suite");
}

/// A documented policy with some of the fields of a random one: few random policies are strict enough for a level.
fn tame(random: &mut Random, policy: Value) -> Value {
    let base = match random.below(4) {
        0 => return policy,
        1 => documented("baseline"),
        _ => documented("restricted"),
    };
    let mut tame = policy.clone();
    tame["spec"] = base["spec"].clone();
    for key in [
        "runAsGroup",
        "fsGroup",
        "supplementalGroups",
        "readOnlyRootFilesystem",
        "runtimeClass",
        "forbiddenSysctls",
        "allowedCSIDrivers",
        "seLinux",
        "runAsUser",
    ] {
        let field = &policy["spec"][key];
        if !field.is_null() && random.one_in(3) {
            tame["spec"][key] = field.clone();
        }
    }
    tame
}

#[test]
fn rules_are_never_stricter_than_their_policy_nor_looser_than_is_said() {
    let mut random = Random::new(7);
    let mut tally = std::collections::BTreeMap::new();
    let mut wrong = Vec::new();
    for _ in 0..CASES {
        let policies = policies::policies(&mut random).into_iter().map(|policy| tame(&mut random, policy));
        let policies = policies.collect();
        let pod = pods::pod(&mut random);
        // The API server's validation refuses it; a policy goes by the first source and a rule by any.
        if !has_volume_of_two_sources(&pod) {
            wrong.extend(faults(&case(policies, pod), &mut tally));
        }
    }
    wrong.sort_by_key(String::len);
    let shortest = wrong.get(..3).unwrap_or(&wrong).join("\n\n");
    assert!(wrong.is_empty(), "{} of {tally:?} differ, the shortest being\n{shortest}", wrong.len());
    for what in ["privileged", "baseline", "restricted", "let in", "kept out"] {
        assert!(tally.get(what).copied().unwrap_or(0) > CASES / 50, "too few are {what}: {tally:?}");
    }
}

fn has_volume_of_two_sources(pod: &Value) -> bool {
    let volumes = pod["spec"]["volumes"].as_array();
    volumes.into_iter().flatten().any(|volume| volume.as_object().is_some_and(|volume| volume.len() > 2))
}

/// The policies of the Kubernetes documentation, as they were called there.
fn documented(name: &str) -> Value {
    let any = json!({"rule": "RunAsAny"});
    let mut spec = json!({"seLinux": any, "runAsUser": any, "supplementalGroups": any, "fsGroup": any});
    let more = match name {
        "privileged" => json!({
            "privileged": true, "allowPrivilegeEscalation": true, "allowedCapabilities": ["*"], "volumes": ["*"],
            "hostNetwork": true, "hostPorts": [{"min": 0, "max": 65535}], "hostIPC": true, "hostPID": true,
        }),
        "baseline" => json!({
            "privileged": false,
            "allowedCapabilities": ["CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "SETGID", "SETUID", "SETFCAP",
                "SETPCAP", "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE"],
            "volumes": ["configMap", "emptyDir", "projected", "secret", "downwardAPI", "csi", "persistentVolumeClaim",
                "ephemeral", "awsElasticBlockStore", "azureDisk", "azureFile", "cephFS", "cinder", "fc", "flexVolume",
                "flocker", "gcePersistentDisk", "gitRepo", "glusterfs", "iscsi", "nfs", "photonPersistentDisk",
                "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"],
            "readOnlyRootFilesystem": false,
        }),
        _ => json!({
            "privileged": false, "allowPrivilegeEscalation": false, "requiredDropCapabilities": ["ALL"],
            "volumes": ["configMap", "emptyDir", "projected", "secret", "downwardAPI", "csi", "persistentVolumeClaim",
                "ephemeral"],
            "runAsUser": {"rule": "MustRunAsNonRoot"},
            "supplementalGroups": {"rule": "MustRunAs", "ranges": [{"min": 1, "max": 65535}]},
            "fsGroup": {"rule": "MustRunAs", "ranges": [{"min": 1, "max": 65535}]},
        }),
    };
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"apiVersion": "policy/v1beta1", "kind": "PodSecurityPolicy", "metadata": {"name": name}, "spec": spec})
}

#[test]
fn the_documented_policies_become_the_levels_they_are_named_after() {
    for (name, level) in
        [("privileged", Level::Privileged), ("baseline", Level::Baseline), ("restricted", Level::Restricted)]
    {
        let policies = case(vec![documented(name)], json!({})).read();
        assert!(policies.refused.is_empty(), "{:?}", policies.refused);
        let migration = migrate(&policies.taken[0]);
        assert_eq!(migration.level.level, level, "{name}: {:?}", migration.grants);
    }
}

#[test]
fn documents_read_back_from_yaml_as_they_were() {
    let mut random = Random::new(11);
    for _ in 0..200 {
        let policies = case(policies::policies(&mut random), json!({})).read();
        for policy in &policies.taken {
            let documents = migrate(policy).documents;
            let source = std::sync::Arc::new(finding::Source::file("out.yaml", yaml(&documents)));
            let read = object::read(&source, object::Limits::default());
            let values: Vec<Value> =
                read.objects.iter().map(|object| policy::value::of(object.root())).collect();
            assert_eq!(values, documents, "{}", source.text());
        }
    }
}
