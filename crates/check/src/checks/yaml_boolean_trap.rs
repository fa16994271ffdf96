//! `yaml-boolean-trap`: a word that is true to one reader and text to the next.
use object::schema::Kind;

use crate::fields::{Fields, Then, is_security_field};
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "yaml-boolean-trap",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::Low,
    also: &[],
    profile: None,
    page: include_str!("yaml_boolean_trap.md"),
    run: Run::PodFields(yaml_boolean_trap),
};

fn yaml_boolean_trap(pod: &Pod<'_>, fields: &Fields<'_, '_>, out: &mut Findings<'_>) {
    fields.each(|seen| {
        let is_bool = seen.kind == Kind::Bool;
        if !seen.field.is_some_and(|(holder, field)| is_bool && is_security_field(holder, field.name)) {
            return Then::Inside;
        }
        let (Some(value), Some(word)) = (seen.node.bool(), seen.node.text()) else { return Then::Inside };
        if !word.eq_ignore_ascii_case("true") && !word.eq_ignore_ascii_case("false") {
            let site = pod.site_of(seen.node);
            let message = format!(
                "`{}: {word}` is {value} to Kubernetes and a text to readers of YAML 1.2",
                site.field.rsplit('.').next().unwrap_or_default()
            );
            out.flag(site, message).fix(Safety::Safe, [set(seen.node, "", value)]);
        }
        Then::Inside
    });
}
