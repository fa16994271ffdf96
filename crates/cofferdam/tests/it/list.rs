//! `cofferdam list` and the words of the program itself.

use serde_json::Value;

use crate::support::{Place, Ran, wait};

fn cofferdam(words: &str) -> Ran {
    Place::new().cofferdam(words).run()
}

#[test]
fn the_table_names_each_check_with_its_severity_and_its_standard() {
    let ran = cofferdam("list checks").ends(0);
    let line = |id: &str| ran.out.lines().find(|line| line.starts_with(id)).unwrap().to_owned();
    assert_eq!(
        line("privileged-container").split_whitespace().collect::<Vec<_>>(),
        ["privileged-container", "critical", "baseline", "privileged"]
    );
    assert_eq!(line("secret-in-env").split_whitespace().collect::<Vec<_>>(), ["secret-in-env", "high"]);
    assert!(line("host-port").contains(" medium (low) "), "{}", ran.out);
    assert!(ran.out.ends_with("`cofferdam explain ID` shows the page of one\n"));
}

#[test]
fn the_json_list_holds_the_same_checks_with_all_keys() {
    let ran = cofferdam("list checks --format json").ends(0);
    let list: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(list["schema"], "cofferdam/checks/v1");
    let table = cofferdam("list checks").out;
    for check in list["checks"].as_array().unwrap() {
        for key in ["id", "severity", "stage", "since", "title"] {
            assert!(check[key].as_str().is_some_and(|text| !text.is_empty()), "{key} of {check}");
        }
        let severities = check["severities"].as_array().unwrap();
        assert!(severities.contains(&check["severity"]), "{check}");
        assert!(check["pss"].is_null() || check["pss"]["level"].is_string(), "{check}");
        assert!(table.contains(check["id"].as_str().unwrap()));
    }
}

#[test]
fn words_it_does_not_know_end_with_2() {
    cofferdam("").ends(2);
    cofferdam("chek").ends(2).complains("check");
    cofferdam("list").ends(2);
    cofferdam("check --no-such-flag").ends(2).complains("--no-such-flag");
    cofferdam("check --format yaml").ends(2).complains("[possible values: text, json, sarif, junit, github]");
    cofferdam("list checks --format sarif").ends(2).complains("[possible values: text, json]");
}

#[test]
fn help_and_version_are_data() {
    cofferdam("--help").ends(0).says("Usage: cofferdam");
    cofferdam("check --help").ends(0).says("Exit codes: 0 nothing to object to");
    cofferdam("--version").ends(0).says("cofferdam 0.");
}

#[test]
fn every_shell_has_a_completion_script() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        cofferdam(&format!("completions {shell}")).ends(0).says("fail-on");
    }
}

#[test]
fn a_reader_who_goes_away_is_no_failure() {
    for words in ["--help", "list checks --format json", "completions zsh", "explain host-namespace"] {
        let mut child = Place::new().cofferdam(words).spawn();
        drop(child.stdout.take());
        assert_eq!(wait(&mut child), 0, "{words}");
    }
}
