//! How do the rules take part in an admission decision? They are compiled once a policy, and asked object
//! by object.

use std::collections::HashSet;

use finding::{Finding, Severity, Waived, WaivedBy};
use object::{Inventory, Object, Version};
use policy::decide::{Decider, Lookup, Remark, Rules, Speaker, Standing};
use policy::document::{Catalogue, Mode, Policy};
use policy::request::{Request, creation};

use crate::findings::Findings;
use crate::list::checks::{
    admission_policy as page_of_admission_policy, pod_security_policy as page_of_pod_security_policy,
};
use crate::settings::Values;
use crate::{CHECKS, Check, Judge, Run, Settings};

/// The rules that a policy may name.
#[derive(Clone, Copy, Debug)]
pub struct Known;

impl Catalogue for Known {
    fn find(&self, id: &str) -> Result<&'static str, String> {
        let check = crate::find(id).ok_or_else(|| crate::list::unknown(id))?;
        if judges_requests(check) {
            return Ok(check.id);
        }
        Err(format!(
            "`{id}` is about how a manifest is written, which admission never sees: leave it to `cofferdam check`"
        ))
    }

    fn all(&self) -> Vec<&'static str> {
        CHECKS.iter().filter(|check| judges_requests(check)).map(|check| check.id).collect()
    }
}

/// What an API server has read, dropped or refused before it asks anybody.
const WRITTEN: [&str; 5] = [
    "wrong-type",
    "unknown-field",
    "field-not-in-version",
    "yaml-boolean-trap",
    "deprecated-service-account-field",
];

fn judges_requests(check: &Check) -> bool {
    let judges = matches!(check.run, Run::Object(_) | Run::Pod(_) | Run::PodAmong(_) | Run::ObjectAmong(_));
    judges && !WRITTEN.contains(&check.id)
}

/// What the API server writes itself (`serviceAccount` beside `serviceAccountName`), and what is no trouble
/// once an object is where it belongs: a Secret holds secrets.
const FILLED: [&str; 2] = ["deprecated-service-account-field", "secret-in-manifest"];

/// Whether a check has something to say about an object as the API server holds it: nothing of how it was
/// written is left, and what the server filled in is not the author's.
pub fn judges_stored(check: &Check) -> bool {
    judges_requests(check) && !FILLED.contains(&check.id)
}

/// The rules of one policy for one release.
pub fn compile(policy: &Policy, version: Version) -> Box<dyn Rules> {
    Box::new(Judge::new(version, |check| policy.checks.contains_key(check.id)).with(settings(policy)))
}

/// How rules judge for a policy: by its registries, and by values that an API server holds.
pub(crate) fn settings(policy: &Policy) -> Settings {
    Settings { registries: policy.registries.clone(), values: Values::Held, ..Settings::default() }
}

impl Rules for Judge {
    fn judge(&self, object: &Object, among: &Inventory) -> Vec<Finding> {
        self.object(object, among)
    }
}

/// What the policies have against an object, each finding at its line. What is refused is of medium severity at
/// least, what is warned of low at most, what is logged no more than information; what the policies fill in
/// is not missing.
///
/// # Errors
/// Why it cannot be said: a policy asks for the labels of a namespace that nobody knows.
pub fn by_policies(decider: &Decider, object: &Object, lookup: &dyn Lookup) -> Result<Vec<Finding>, String> {
    let request = creation(object.clone());
    let mut findings = against(decider, &request, object, lookup)?;
    let filled = decider.changed(&request, lookup).map_err(|status| status.message)?;
    if let Some((filled, changed)) =
        filled.as_ref().and_then(|filled| Some((filled, filled.object.as_ref()?)))
    {
        let left = against(decider, filled, changed, lookup)?;
        let key = |finding: &Finding| {
            (finding.id, finding.field.clone(), finding.pod_security.map(|check| check.id))
        };
        let left: HashSet<_> = left.iter().map(key).collect();
        findings.retain(|finding| left.contains(&key(finding)));
    }
    let remarks = decider.remarks(&request, lookup).map_err(|status| status.message)?;
    findings.extend(remarks.iter().filter_map(|remark| said(object, remark)));
    Ok(findings)
}

/// What a PodSecurityPolicy or a policy of Kubernetes' own has against an object.
fn said(object: &Object, remark: &Remark) -> Option<Finding> {
    let check = match remark.speaker {
        Speaker::PodSecurityPolicy => &page_of_pod_security_policy::CHECK,
        Speaker::AdmissionPolicy => &page_of_admission_policy::CHECK,
    };
    let settings = Settings::default();
    let mut list = Vec::new();
    let mut out = Findings::new(check, object, (Version::NEWEST, &settings), &mut list);
    let name = object.at("metadata.name").unwrap_or(object.root());
    out.flag(object.site(name, ""), finding::visible(&remark.text).into_owned());
    list.pop().map(|finding| weighed(remark.mode, finding))
}

fn weighed(mode: Mode, finding: Finding) -> Finding {
    let severity = match mode {
        Mode::Enforce => finding.severity.max(Severity::Medium),
        Mode::Warn => finding.severity.min(Severity::Low),
        Mode::Audit => Severity::Info,
    };
    Finding { severity, ..finding }
}

fn against(
    decider: &Decider,
    request: &Request,
    object: &Object,
    lookup: &dyn Lookup,
) -> Result<Vec<Finding>, String> {
    let mut findings: Vec<(Mode, Finding)> = Vec::new();
    for standing in decider.standing(request, lookup).map_err(|status| status.message)? {
        for (mode, level) in &standing.levels {
            let (found, _) = crate::pod_security(object, *level);
            findings.extend(found.into_iter().map(|finding| (*mode, finding)));
        }
        let found = standing.rules.map(|rules| rules.judge(object, lookup.inventory())).unwrap_or_default();
        for mut finding in found {
            let Some(mode) = standing.policy.checks.get(finding.id) else { continue };
            finding.waived = waived(&standing, &finding, request);
            findings.push((*mode, finding));
        }
    }
    // Two policies, or two modes of one, may say the same: it is said once, by the one that weighs most.
    findings.sort_by_key(|(mode, _)| std::cmp::Reverse(*mode));
    let mut said = HashSet::new();
    findings.retain(|(_, finding)| said.insert((finding.id, finding.span, finding.message.clone())));
    Ok(findings.into_iter().map(|(mode, finding)| weighed(mode, finding)).collect())
}

fn waived(standing: &Standing<'_>, finding: &Finding, request: &Request) -> Option<Waived> {
    let waiver = standing.waiver(finding.id, request)?;
    Some(Waived {
        reason: waiver.reason.clone(),
        by: WaivedBy::Config,
        owner: Some(waiver.owner.clone()),
        expires: Some(waiver.expires.to_string()),
    })
}
