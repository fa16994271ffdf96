//! How does a `Policy` read as admission policies that the API server runs by itself?
//!
//! One `ValidatingAdmissionPolicy` a rule, its bindings, and a `MutatingAdmissionPolicy` for what is filled in. What
//! cannot be said is listed with the reason, never dropped.

mod defaults;
mod rule;
mod when;

use object::{Version, v};
use policy::document::{Mode, PodSecurity, Policy};
use policy::pod_security::{Level, Policy as LevelVersion, PolicyVersion, in_cel, in_force};
use serde_json::Value;

use crate::in_cel::{About, Facts, InCel, Twin, twin, variables_of};
use rule::{Rule, Validation};

/// The policy that is exported when none is given: what pods must be like is refused, all else is told.
pub const DEFAULT: &str = include_str!("export/default.yaml");

/// What became of some policies.
#[derive(Clone, Debug, Default)]
pub struct Export {
    /// The documents to apply, in the order of policies and rules.
    pub documents: Vec<Value>,
    /// What is not among them.
    pub left_out: Vec<LeftOut>,
}

/// A part of a policy that the API server cannot run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The name of the policy.
    pub policy: String,
    /// The id of a check, or the field of the policy.
    pub what: String,
    /// Why.
    pub why: String,
}

/// Exports policies for a release.
pub fn export(policies: &[Policy], version: Version) -> Export {
    let mut export = Export::default();
    for policy in policies {
        if version < v(1, 30) {
            let why = format!("Kubernetes {version} has no ValidatingAdmissionPolicy: it came with 1.30");
            export.leave_out(policy, "the policy", &why);
            continue;
        }
        export.pod_security(policy, version);
        if policy.pod_security_policies.is_some() {
            let why =
                "which one decides depends on the others: `cofferdam psp migrate` says what each becomes";
            export.leave_out(policy, "podSecurityPolicies", why);
        }
        for (id, mode) in &policy.checks {
            export.check(policy, id, *mode, version);
        }
        defaults::export(policy, version, &mut export);
    }
    export
}

impl Export {
    fn leave_out(&mut self, policy: &Policy, what: &str, why: &str) {
        self.left_out.push(LeftOut {
            policy: policy.name.clone(),
            what: what.to_owned(),
            why: why.to_owned(),
        });
    }

    fn pod_security(&mut self, policy: &Policy, version: Version) {
        let level = match &policy.pod_security {
            None => return,
            Some(PodSecurity::Labels { .. }) => {
                let why = "the labels of the namespace decide: the API server's own Pod Security admission does that";
                return self.leave_out(policy, "podSecurity", why);
            }
            Some(PodSecurity::Fixed(level)) => *level,
        };
        if level.level == Level::Privileged {
            return self.leave_out(policy, "podSecurity", "`privileged` refuses nothing");
        }
        let at = match level.version {
            PolicyVersion::At(at) => at.min(version),
            PolicyVersion::Latest => version,
        };
        let standard = LevelVersion { level: level.level, version: PolicyVersion::At(at) };
        let facts = Facts { version, registries: &[] };
        let (mut variables, mut validations) = (Vec::new(), Vec::new());
        for check in in_force(standard) {
            let Some(said) = in_cel::in_cel(&check) else {
                self.leave_out(policy, check.id, "it has no words in CEL");
                continue;
            };
            let message = format!("violates PodSecurity \"{}:v{at}\": {}", level.level.word(), said.reason);
            let advice = if said.advice.is_empty() { String::new() } else { format!(" {}", said.advice) };
            variables.push((check.id, said.blame));
            validations.push(Validation {
                holds: format!("variables.{}.size() == 0", check.id),
                who: format!("variables.{}", check.id),
                message,
                advice,
            });
        }
        let all: String = variables.iter().map(|(_, text)| text.as_str()).collect();
        let mut known = variables_of(&all, &facts);
        known.extend(variables);
        let rule =
            Rule { id: "pod-security", about: About::Pods, mode: policy.mode, variables: known, validations };
        self.documents.extend(rule.documents(policy));
    }

    fn check(&mut self, policy: &Policy, id: &'static str, mode: Mode, version: Version) {
        match twin(id) {
            Some(Twin::Cel(said)) => {
                let facts = Facts { version, registries: &policy.registries };
                self.documents.extend(of_check(id, said, mode, &facts).documents(policy));
            }
            Some(Twin::Never(why)) => self.leave_out(policy, id, why),
            None => self.leave_out(policy, id, "nobody said how it reads in CEL"),
        }
    }
}

fn of_check(id: &'static str, said: InCel, mode: Mode, facts: &Facts<'_>) -> Rule {
    let mut variables = variables_of(said.blame(), facts);
    variables.push(("blame", said.blame().to_owned()));
    // An update is refused for what it brings, not for what it finds. Of pods only significant ones are asked about.
    let holds = if said.about != About::Pods && mode == Mode::Enforce {
        variables.push(("before", before(said.blame(), facts)));
        "variables.blame.all(b, b in variables.before)"
    } else {
        "variables.blame.size() == 0"
    };
    let message = format!("{id}: {}", said.message());
    let validation = Validation {
        holds: holds.to_owned(),
        who: "variables.blame".to_owned(),
        message,
        advice: String::new(),
    };
    Rule { id, about: said.about, mode, variables, validations: vec![validation] }
}

/// Who was to blame before the update.
fn before(blame: &str, facts: &Facts<'_>) -> String {
    let mut text = blame.to_owned();
    for (name, value) in variables_of(blame, facts).iter().rev() {
        text = text.replace(&format!("variables.{name}"), &format!("({value})"));
    }
    format!("oldObject == null ? [] : {}", text.replace("object.", "oldObject."))
}
