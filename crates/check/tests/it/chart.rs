//! Does the chart know what each rule is about? What it does not name is sent for pods alone.

use check::{CHECKS, Known, Run};
use policy::document::Catalogue as _;

const TABLE: &str = include_str!("../../../../charts/cofferdam/files/judged.json");

#[test]
fn every_rule_about_objects_that_a_policy_may_name_has_a_kind_in_the_chart() {
    let table: serde_json::Value = serde_json::from_str(TABLE).unwrap();
    for check in CHECKS.iter().filter(|check| Known.find(check.id).is_ok()) {
        let is_about_objects = matches!(check.run, Run::Object(_) | Run::ObjectAmong(_));
        let families = table["checks"][check.id].as_array();
        assert_eq!(
            families.is_some(),
            is_about_objects,
            "charts/cofferdam/files/judged.json, `{}`",
            check.id
        );
        for family in families.into_iter().flatten() {
            let known = table["families"].get(family.as_str().unwrap());
            assert!(known.is_some(), "charts/cofferdam/files/judged.json has no family {family}");
        }
    }
}
