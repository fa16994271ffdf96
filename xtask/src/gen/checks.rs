//! What does the reference say about each check?

use anyhow::{Context, bail, ensure};
use serde_json::Value;

/// One check, as `cofferdam list checks --format json` describes it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Check {
    /// Its id, safe as a file name.
    pub(super) id: String,
    severity: String,
    /// What else its findings may be.
    also: Vec<String>,
    stage: String,
    since: String,
    /// Pod Security check and level.
    pss: Option<(String, String)>,
    title: String,
    /// Why the API server cannot run it by itself, if it cannot.
    not_exported: Option<String>,
}

/// Reads the list; the order is the binary's.
pub(super) fn parse(text: &str) -> anyhow::Result<Vec<Check>> {
    let root: Value = serde_json::from_str(text)?;
    let schema = root["schema"].as_str().unwrap_or_default();
    ensure!(schema == "cofferdam/checks/v1", "the schema is `{schema}`, not `cofferdam/checks/v1`");
    let list = root["checks"].as_array().context("`checks` is no list")?;
    ensure!(!list.is_empty(), "`checks` is empty");
    list.iter().map(check).collect()
}

fn check(value: &Value) -> anyhow::Result<Check> {
    let word = |value: &Value, key: &str| -> anyhow::Result<String> {
        Ok(value[key].as_str().with_context(|| format!("`{key}` is missing in {value}"))?.to_owned())
    };
    let id = word(value, "id")?;
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        bail!("the id `{id}` is not made of a-z, 0-9 and -");
    }
    let pss = match &value["pss"] {
        Value::Null => None,
        pss => Some((word(pss, "id")?, word(pss, "level")?)),
    };
    let severity = word(value, "severity")?;
    let all =
        value["severities"].as_array().with_context(|| format!("`severities` is missing in {value}"))?;
    let also = all.iter().filter_map(Value::as_str).filter(|each| *each != severity);
    Ok(Check {
        id,
        also: also.map(str::to_owned).collect(),
        severity,
        stage: word(value, "stage")?,
        since: word(value, "since")?,
        pss,
        title: word(value, "title")?,
        not_exported: match &value["vap"]["exported"] {
            Value::Bool(true) => None,
            _ => Some(word(&value["vap"], "why")?),
        },
    })
}

/// Which checks hold while the webhook is down.
pub(super) fn exports(checks: &[Check]) -> String {
    let link = |check: &Check| format!("[{0}](checks/{0}.md)", check.id);
    let held: Vec<String> = checks
        .iter()
        .filter(|check| check.not_exported.is_none())
        .map(|check| format!("- {}\n", link(check)))
        .collect();
    let row = |check: &Check| Some(format!("| {} | {} |\n", link(check), check.not_exported.as_ref()?));
    let others: Vec<String> = checks.iter().filter_map(row).collect();
    format!(
        "<!-- Written by `cargo xtask gen` from the table in crates/check/src/in_cel/table.rs. -->\n\
         # What the API server can run by itself\n\n\
         `cofferdam policy export --to vap` writes these as admission policies: every Pod Security check of every\n\
         version, and {} checks. They keep holding while the webhook is down.\n\n{}\n\
         The others need the webhook, or `cofferdam check`:\n\n| check | why |\n|---|---|\n{}",
        held.len(),
        held.concat(),
        others.concat()
    )
}

/// The table of all checks.
pub(super) fn index(checks: &[Check]) -> String {
    let rows: Vec<String> = checks.iter().map(row).collect();
    format!(
        "<!-- Written by `cargo xtask gen`; the pages stand beside the checks in crates/check/src/checks. -->\n\
         # Checks\n\n\
         | check | severity | Pod Security | since | why |\n|---|---|---|---|---|\n{}",
        rows.concat()
    )
}

fn row(check: &Check) -> String {
    let Check { id, severity, also, stage, since, pss, title, .. } = check;
    let also = if also.is_empty() { String::new() } else { format!(" ({})", also.join(", ")) };
    let pss = pss.as_ref().map_or_else(|| "–".to_owned(), |(id, level)| format!("{id} ({level})"));
    let since = if stage == "stable" { since.clone() } else { format!("{since} ({stage})") };
    let title = title.replace('|', "\\|");
    format!("| [{id}]({id}.md) | {severity}{also} | {pss} | {since} | {title} |\n")
}

/// The page of one check: its own text under a line that says where to mend it.
pub(super) fn page(check: &Check, text: &str) -> String {
    let stem = check.id.replace('-', "_");
    let from = format!("<!-- Written by `cargo xtask gen` from crates/check/src/checks/{stem}.md. -->");
    format!("{from}\n{}\n", text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"{"schema":"cofferdam/checks/v1","checks":[
        {"id":"host-port","severity":"medium","severities":["low","medium"],"stage":"stable","since":"0.1","pss":{"id":"hostPorts","level":"baseline"},"vap":{"exported":true,"why":null},"title":"A node port | bypasses policy"},
        {"id":"latest","severity":"low","severities":["low"],"stage":"preview","since":"0.2","pss":null,"vap":{"exported":false,"why":"tags move"},"title":"Tags move"}]}"#;

    #[test]
    fn the_index_has_a_row_for_each_check() {
        let text = index(&parse(LIST).unwrap());
        assert!(text.contains("| [host-port](host-port.md) | medium (low) | hostPorts (baseline) | 0.1 | A node port \\| bypasses policy |\n"));
        assert!(text.contains("| [latest](latest.md) | low | – | 0.2 (preview) | Tags move |\n"));
    }

    #[test]
    fn a_page_says_where_it_is_mended() {
        let checks = parse(LIST).unwrap();
        let text = page(&checks[0], "# host-port\nWhy.\n\n");
        assert!(text.starts_with(
            "<!-- Written by `cargo xtask gen` from crates/check/src/checks/host_port.md. -->\n# host-port\n"
        ));
        assert!(text.ends_with("Why.\n"));
    }

    #[test]
    fn a_list_that_is_not_the_contract_is_refused() {
        assert!(parse("").is_err());
        assert!(parse(r#"{"schema":"cofferdam/checks/v2","checks":[]}"#).is_err());
        assert!(parse(r#"{"schema":"cofferdam/checks/v1","checks":[]}"#).is_err());
        let escape = LIST.replace("host-port", "../host");
        assert!(parse(&escape).unwrap_err().to_string().contains("../host"));
    }
}
