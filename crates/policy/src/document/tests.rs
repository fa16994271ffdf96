use std::sync::Arc;

use finding::Source;

use super::*;

const TODAY: &str = "2026-11-22";

struct Known;

const CHECKS: [&str; 5] = [
    "host-port",
    "image-not-pinned",
    "image-registry-not-allowed",
    "image-volume-registry-not-allowed",
    "mutable-image-tag",
];

impl Catalogue for Known {
    fn find(&self, id: &str) -> Result<&'static str, String> {
        let known = CHECKS.iter().copied().find(|known| *known == id);
        known.ok_or_else(|| format!("no check is called `{id}`"))
    }

    fn all(&self) -> Vec<&'static str> {
        CHECKS.to_vec()
    }
}

fn read(text: &str) -> Policies {
    let source = Arc::new(Source::file("p.yaml", text.to_owned()));
    Policies::read(&[source], &Known, TODAY.parse().unwrap())
}

/// A policy whose `spec` this is, from line 4 on.
fn policy(spec: &str) -> String {
    let spec = spec.replace('\n', "\n  ");
    format!("apiVersion: cofferdam.dev/v1alpha1\nkind: Policy\nmetadata: {{name: p}}\nspec:\n  {spec}\n")
}

fn refused(spec: &str) -> String {
    let policies = read(&policy(spec));
    assert!(policies.list.is_empty(), "{spec}");
    policies.errors.iter().map(PolicyError::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_whole_policy_is_read() {
    let policies = read(&policy(
        "match: {namespaces: [\"shop-*\"], exclude: [kube-system]}\nmode: warn\npodSecurity: {level: restricted, version: \"1.35\"}\n\
         checks: {mutable-image-tag: enforce, host-port: off}\nimages: {registries: [\"registry.example.com/**\"], require: digest}\n\
         exemptions: {usernames: [admin], objects: [Pod/shop/debug]}\n\
         waivers:\n- {check: host-port, object: Pod/x, reason: r, owner: o, expires: 2027-01-01}",
    ));
    assert_eq!(policies.errors, []);
    let policy = &policies.list[0];
    let checks: Vec<(&str, Mode)> = policy.checks.iter().map(|(id, mode)| (*id, *mode)).collect();
    assert_eq!(
        checks,
        [
            ("image-not-pinned", Mode::Warn),
            ("image-registry-not-allowed", Mode::Warn),
            ("image-volume-registry-not-allowed", Mode::Warn),
            ("mutable-image-tag", Mode::Enforce),
        ]
    );
    assert_eq!(policy.waivers[0].expires.to_string(), "2027-01-01");
}

#[test]
fn what_is_wrong_is_named_with_its_place_and_the_way_out() {
    for (spec, says) in [
        (
            "podSecurty: {level: baseline}",
            "p.yaml:5:3: unknown field `podSecurty`, did you mean `podSecurity`?",
        ),
        ("podSecurity: {level: strict}", "p.yaml:5:24: `strict` is none of privileged, baseline, restricted"),
        (
            "podSecurity: {level: baseline, version: \"1.08\"}",
            "p.yaml:5:43: `1.08` is not a Kubernetes version",
        ),
        (
            "podSecurity: {level: baseline, version: 1.30}",
            "p.yaml:5:43: this is a number, expected a text: put it in quotes",
        ),
        ("podSecurity: baseline", "p.yaml:5:16: this is a string, expected a mapping"),
        ("podSecurity: {namespaceLabels: true, level: baseline}", "the labels decide"),
        ("podSecurity: {version: latest}", "`level` is missing, or `namespaceLabels: true`"),
        ("checks: {host-prot: warn}", "p.yaml:5:12: no check is called `host-prot`"),
        ("checks: {host-port: deny}", "`deny` is none of enforce, warn, audit, off"),
        ("mode: dryrun\npodSecurity: {level: baseline}", "`dryrun` is none of enforce, warn, audit"),
        ("images: {pin: true}", "`pin` is not supported by this version: remove it"),
        ("images: {signedBy: []}", "`signedBy` is not supported by this version"),
        ("podSecurityPolicies: [a]", "PodSecurityPolicy `a` is not among the documents: give its file with"),
        ("images: {untrusted: deny, require: digest}", "`untrusted` needs `registries`"),
        ("match: {namespaces: [\"Shop\"]}\nchecks: {host-port: warn}", "can match no namespace"),
        (
            "match: {namespaceSelector: {matchExpressions: [{key: a, operator: In}]}}\nchecks: {\"*\": warn}",
            "`In` needs `values`",
        ),
        ("exemptions: {usernames: [a, a]}\nchecks: {host-port: warn}", "`a` stands here twice"),
        ("exemptions: {namespaces: [\"a*\"]}\nchecks: {host-port: warn}", "exemptions are whole names"),
        ("mode: warn", "this policy decides nothing"),
        (
            "checks: {host-port: warn}\nwaivers: [{check: host-port, object: Pod/x, reason: r, owner: ann, expires: 2026-11-21}]",
            "the waiver for `host-port` expired on 2026-11-21: mend what it covers, or let its owner ann set a new day",
        ),
        (
            "checks: {host-port: warn}\nwaivers: [{check: host-port, object: Pod/x, owner: o, expires: 2027-01-01}]",
            "`reason` is missing",
        ),
    ] {
        let said = refused(spec);
        assert!(said.contains(says), "{spec}\n{said}");
        assert!(said.starts_with("p.yaml:"), "{said}");
    }
}

#[test]
fn what_is_forgotten_is_not_taken_for_absent() {
    let nothing = "nothing is written here: give a value or remove the key";
    for (spec, says) in [
        ("podSecurity:\nchecks: {host-port: warn}", format!("p.yaml:5:3: {nothing}")),
        ("podSecurity: {level: baseline, version: null}", format!("p.yaml:5:43: {nothing}")),
        ("images: {registries: ~}\nchecks: {host-port: warn}", format!("p.yaml:5:24: {nothing}")),
        (
            "checks: {host-port: warn}\nwaivers: [{check: host-port, object: Pod/x, reason: , owner: o, expires: 2027-01-01}]",
            format!("p.yaml:6:47: {nothing}"),
        ),
        (
            "images: {registries: []}",
            "p.yaml:5:24: an empty list allows images from anywhere: name some, or remove the key".to_owned(),
        ),
        (
            "defaults: {seccompProfile: RuntimeDefault, dropCapabilities: []}",
            "p.yaml:5:64: an empty list drops nothing: write [ALL], or remove the key".to_owned(),
        ),
    ] {
        assert_eq!(refused(spec), says, "{spec}");
    }
}

#[test]
fn a_selector_that_can_choose_nothing_is_refused() {
    for (selector, says) in [
        ("{matchLabels: {\"a b\": c}}", "`a b` is no qualified name"),
        ("{matchLabels: {a: b/c}}", "`b/c` is no label value"),
        ("{matchExpressions: [{key: a/b/c, operator: Exists}]}", "`a/b/c` is no qualified name"),
        ("{matchExpressions: [{key: a, operator: In, values: [\"b c\"]}]}", "`b c` is no label value"),
    ] {
        for field in ["namespaceSelector", "objectSelector"] {
            let said = refused(&format!("match: {{{field}: {selector}}}\npodSecurity: {{level: baseline}}"));
            assert!(said.starts_with("p.yaml:5:") && said.contains(says), "{said}");
        }
    }
}

#[test]
fn every_mistake_is_reported_at_once() {
    let said = refused("mode: on\npodSecurity: {level: strict, verson: latest}\nchecks: {nope: warn}");
    assert_eq!(said.lines().count(), 4, "{said}");
}

#[test]
fn a_bad_document_leaves_the_others_in_force() {
    let good = policy("podSecurity: {level: baseline}");
    let other = good.replace("name: p", "name: q");
    let bad = policy("podSecurity: {level: strict}").replace("name: p", "name: bad");
    let policies = read(&format!("{good}---\n{bad}---\n{other}---\nkind: [\n"));
    let names: Vec<&str> = policies.list.iter().map(|policy| policy.name.as_str()).collect();
    assert_eq!(names, ["p", "q"]);
    let refused: Vec<_> = policies.refused.iter().map(|refused| refused.name.as_str()).collect();
    assert_eq!(refused, ["bad"]);
    assert_eq!(policies.errors.len(), 2, "{:?}", policies.errors);
}

#[test]
fn a_name_stands_for_one_policy() {
    let good = policy("podSecurity: {level: baseline}");
    let policies = read(&format!("{good}---\n{good}"));
    assert_eq!((policies.list.len(), policies.errors.len()), (1, 1));
}

#[test]
fn what_is_no_policy_is_refused() {
    for (text, says) in [
        ("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", "is no policy"),
        ("{apiVersion: policy/v1beta1, kind: PodSecurityPolicy, metadata: {name: a}, spec: {}}", "seLinux"),
        (
            "{apiVersion: cofferdam.dev/v1, kind: Policy, metadata: {name: a}, spec: {}}",
            "write cofferdam.dev/v1alpha1",
        ),
        ("{apiVersion: cofferdam.dev/v1alpha1, kind: Policy, metadata: {name: a}}", "`spec` is missing"),
        ("# nothing\n", "no policy is written here"),
    ] {
        let policies = read(text);
        assert!(policies.errors[0].message.contains(says), "{text}: {:?}", policies.errors);
    }
}

#[test]
fn a_key_that_stands_twice_makes_the_document_void() {
    let policies = read(&policy("mode: warn\nmode: enforce\npodSecurity: {level: baseline}"));
    assert!(policies.list.is_empty() && policies.errors.len() == 1, "{policies:?}");
}
