//! `field-not-in-version`: a field that the release asked about drops.
use object::Kind as Shape;
use object::schema::{Field, Maturity};

use crate::fields::{Fields, Then};
use crate::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "field-not-in-version",
    since: "0.1",
    stage: Stage::Stable,
    severity: Severity::High,
    also: &[],
    profile: None,
    page: include_str!("field_not_in_version.md"),
    run: Run::PodFields(field_not_in_version),
};

fn field_not_in_version(pod: &Pod<'_>, fields: &Fields<'_, '_>, out: &mut Findings<'_>) {
    fields.each(|seen| {
        let Some((_, field)) = seen.field.filter(|(_, field)| !field.exists_in(pod.version().minor())) else {
            return Then::Inside;
        };
        if seen.node.kind() == Shape::Null {
            return Then::Past;
        }
        let site = pod.site_of(seen.node);
        let message = format!("Kubernetes {} drops `{}`, {}", pod.version(), site.field, age(field));
        // A field that asks for what happens without it is no loss.
        let harmless = field.name == "hostUsers" && seen.node.bool() == Some(true);
        let flag = out.flag(site, message);
        if harmless {
            flag.severity(Severity::Low);
        }
        Then::Past
    });
}

fn age(field: &Field) -> String {
    match (field.since, field.until) {
        (_, Some(until)) => format!("which is gone since 1.{until}"),
        (Some(since), None) if field.maturity == Maturity::Alpha => {
            format!("which came with 1.{since} as alpha")
        }
        (Some(since), None) => format!("which came with 1.{since}"),
        (None, None) => String::new(),
    }
}
