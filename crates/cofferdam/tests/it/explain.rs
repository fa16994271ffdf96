//! `cofferdam explain`: is every page reachable?

use crate::support::{Place, Ran};

fn explain(id: &str) -> Ran {
    Place::new().cofferdam(&format!("explain {id}")).run()
}

#[test]
fn a_check_shows_its_page_with_its_particulars() {
    explain("privileged-container")
        .ends(0)
        .says("# privileged-container\n")
        .says("*Severity critical, stable, in Cofferdam since 0.1, Pod Security baseline check `privileged` since 1.0.*")
        .says("## Flagged")
        .says("## Accepted");
}

#[test]
fn the_id_of_a_pod_security_check_shows_the_page_behind_it() {
    explain("hostNamespaces").ends(0).says("# host-namespace\n");
}

#[test]
fn an_unknown_id_is_answered_with_the_nearest() {
    explain("privileged-contaner").ends(2).complains("did you mean `privileged-container`?");
    explain("qqqqqqqqqqqqqqqqqqqqqqqq").ends(2).complains("`cofferdam list checks` names them all");
}

#[test]
fn every_check_that_the_list_names_has_a_page() {
    let list = Place::new().cofferdam("list checks --format json").run().ends(0);
    let list: serde_json::Value = serde_json::from_str(&list.out).unwrap();
    for check in list["checks"].as_array().unwrap() {
        let id = check["id"].as_str().unwrap();
        explain(id).ends(0).says(&format!("# {id}\n"));
    }
}

#[test]
fn an_id_with_control_characters_is_shown_harmless() {
    Place::new()
        .cofferdam("explain")
        .arg("a\u{1b}[31m\nb")
        .run()
        .ends(2)
        .complains("\\u{1b}[31m")
        .stays_inert();
}
