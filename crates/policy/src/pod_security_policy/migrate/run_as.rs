//! Which rules about users, groups and labels are carried over?

use super::super::document::{Groups, PodSecurityPolicy, RunAsUser, SeLinux, SeLinuxOptions};
use super::rules::push;
use super::{Rule, cel};

pub(super) fn rules(out: &mut Vec<Rule>, policy: &PodSecurityPolicy) {
    user(out, &policy.run_as_user);
    group(out, &policy.run_as_group);
    let supplemental = "object.spec.?securityContext.?supplementalGroups.orValue([])";
    match &policy.supplemental_groups {
        Groups::RunAsAny => {}
        Groups::MayRunAs(ranges) => {
            let expression = format!("{supplemental}.all(g, {})", cel::in_ranges("g", ranges));
            push(out, "supplementalGroups", expression, "supplementalGroups must be in the ranges");
        }
        Groups::MustRunAs(ranges) => {
            let each = cel::in_ranges("g", ranges);
            let expression = format!("size({supplemental}) > 0 && {supplemental}.all(g, {each})");
            push(out, "supplementalGroups", expression, "supplementalGroups must be set and in the ranges");
        }
    }
    let fs_group = "object.spec.?securityContext.?fsGroup";
    if let Some(holds) = in_groups(fs_group, &policy.fs_group) {
        push(out, "fsGroup", holds, "fsGroup must be in the ranges");
    }
    if let SeLinux::MustRunAs(label) = &policy.se_linux {
        let own = label_holds(label);
        let pod = format!("object.spec.?securityContext.?seLinuxOptions.optMap(l, {own}).orValue(false)");
        push(out, "seLinux", pod, "seLinuxOptions are not the required ones");
        let holds = format!("{}.optMap(l, {own}).orValue(false)", cel::effective("seLinuxOptions"));
        push(out, "seLinux", cel::containers(&holds), "seLinuxOptions are not the required ones");
    }
}

fn user(out: &mut Vec<Rule>, rule: &RunAsUser) {
    let user = cel::effective("runAsUser");
    match rule {
        RunAsUser::RunAsAny => {}
        RunAsUser::MustRunAs(ranges) => {
            let holds = format!("{user}.optMap(u, {}).orValue(false)", cel::in_ranges("u", ranges));
            push(out, "runAsUser", cel::containers(&holds), "runAsUser must be set and in the ranges");
        }
        RunAsUser::MustRunAsNonRoot => {
            let flag = cel::effective("runAsNonRoot");
            let holds = format!(
                "({flag}.hasValue() || {user}.hasValue()) && {flag}.orValue(true) && {user}.orValue(1) != 0"
            );
            let message = "runAsNonRoot must be true, running with the root UID is forbidden";
            push(out, "runAsUser", cel::containers(&holds), message);
        }
    }
}

fn group(out: &mut Vec<Rule>, rule: &Groups) {
    if let Some(holds) = in_groups(&cel::effective("runAsGroup"), rule) {
        push(out, "runAsGroup", cel::containers(&holds), "runAsGroup must be in the ranges");
    }
}

/// A group that may be missing, where the rule is `MayRunAs`.
fn in_groups(group: &str, rule: &Groups) -> Option<String> {
    let (ranges, missing) = match rule {
        Groups::RunAsAny => return None,
        Groups::MustRunAs(ranges) => (ranges, false),
        Groups::MayRunAs(ranges) => (ranges, true),
    };
    Some(format!("{group}.optMap(g, {}).orValue({missing})", cel::in_ranges("g", ranges)))
}

/// The parts of the label `l` are those wanted, categories in whatever order.
fn label_holds(label: &SeLinuxOptions) -> String {
    let parts = [("user", &label.user), ("role", &label.role), ("type", &label.kind)];
    let mut terms: Vec<String> =
        parts.iter().map(|(key, value)| format!("l.?{key}.orValue('') == {}", cel::text(value))).collect();
    let same = format!("l.?level.orValue('') == {}", cel::text(&label.level));
    terms.push(match label.level.split_once(':') {
        None => same,
        Some((sensitivity, categories)) => {
            let wanted: Vec<&str> = categories.split(',').collect();
            let written = format!("l.level.substring({})", sensitivity.chars().count() + 1);
            format!(
                "({same} || (l.?level.orValue('').startsWith({}) && size({written}.split(',')) == {} && \
                 {}.all(category, category in {written}.split(','))))",
                cel::text(&format!("{sensitivity}:")),
                wanted.len(),
                cel::list(wanted.iter().copied()),
            )
        }
    });
    terms.join(" && ")
}
