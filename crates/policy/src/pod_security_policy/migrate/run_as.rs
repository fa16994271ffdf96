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

/// The parts of the label `l` are those wanted.
fn label_holds(label: &SeLinuxOptions) -> String {
    let parts = [("user", &label.user), ("role", &label.role), ("type", &label.kind)];
    let mut terms: Vec<String> =
        parts.iter().map(|(key, value)| format!("l.?{key}.orValue('') == {}", cel::text(value))).collect();
    let levels = levels(&label.level);
    terms.push(format!("l.?level.orValue('') in {}", cel::list(levels.iter().map(String::as_str))));
    terms.join(" && ")
}

/// Levels have two categories as a rule; of more than this only the written order is taken.
pub(super) const MOST_CATEGORIES: usize = 4;

/// The level with its categories in every order.
fn levels(level: &str) -> Vec<String> {
    let Some((sensitivity, categories)) = level.split_once(':') else { return vec![level.to_owned()] };
    let categories: Vec<&str> = categories.split(',').collect();
    if categories.len() > MOST_CATEGORIES {
        return vec![level.to_owned()];
    }
    let mut orders: Vec<Vec<&str>> = vec![Vec::new()];
    for category in categories {
        orders = orders
            .iter()
            .flat_map(|order| {
                (0..=order.len()).map(move |at| {
                    let (before, after) = order.split_at(at);
                    [before, &[category], after].concat()
                })
            })
            .collect();
    }
    let mut levels: Vec<String> =
        orders.iter().map(|order| format!("{sensitivity}:{}", order.join(","))).collect();
    levels.sort();
    levels.dedup();
    levels
}
