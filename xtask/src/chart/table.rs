//! Is each kind sent that a check judges, and only where it may be refused with a policy that fails closed?

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, ensure};
use serde_json::Value;

use super::{CHART, Chart};
use crate::process;

/// Resources by the name of what speaks of them.
type Resources = BTreeMap<String, BTreeSet<String>>;

/// Everything a policy can name, in one policy.
const ALL: &str = "apiVersion: cofferdam.dev/v1alpha1
kind: Policy
metadata: {name: all}
spec: {checks: {'*': enforce}}
";

/// Holds `files/judged.json` against the list of checks, the exported policies and the rendered webhooks.
pub(super) fn check(chart: &Chart) -> anyhow::Result<()> {
    let path = chart.root.join(CHART).join("files/judged.json");
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let table: Value = serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
    let families = families(&table["families"]);
    let listed = chart.binary.says(&["list", "checks", "--format", "json"])?;
    let listed: Value = serde_json::from_str(&listed).context("reading the list of checks")?;
    let known: BTreeSet<&str> =
        listed["checks"].as_array().into_iter().flatten().filter_map(|check| check["id"].as_str()).collect();
    for id in table["checks"].as_object().into_iter().flat_map(|checks| checks.keys()) {
        ensure!(known.contains(id.as_str()), "files/judged.json names `{id}`, and there is no such check");
    }
    let policy = chart.put("all.yaml", ALL)?;
    let mut export = chart.binary.command();
    let exported = process::text(export.args(["policy", "export", "--to", "vap", "--policy"]).arg(&policy))?;
    let exported = exported_resources(&exported);
    ensure!(!exported.is_empty(), "`policy export` exports no check");
    for (id, judged) in &exported {
        let sent = sent(&table["checks"][id], &families);
        let never = sent.is_empty() && judged.iter().all(|name| name.ends_with("webhookconfigurations"));
        let pods = sent.contains("pods") && judged.contains("pods");
        ensure!(
            never || pods || sent == *judged,
            "files/judged.json sends {sent:?} for `{id}`, which judges {judged:?}"
        );
    }
    split(chart, &families)
}

/// What is only advice never fails closed, and nothing is sent to two webhooks of one namespace.
fn split(chart: &Chart, families: &Resources) -> anyhow::Result<()> {
    let webhooks = |set: &str| -> anyhow::Result<_> {
        let values = format!("{CHART}/ci/{set}.yaml");
        Ok(chart
            .render(&["--values", &values, "--show-only", "templates/validating-webhook.yaml"])?
            .webhooks())
    };
    let [advise] = &webhooks("advise")?[..] else {
        anyhow::bail!("a policy that only warns has one webhook");
    };
    ensure!(
        advise.name == "advise.cofferdam.dev" && !advise.fails_closed,
        "a policy that only warns fails open"
    );
    for webhook in webhooks("usual")? {
        let sent = webhook.resources.iter().any(|name| name == "ingresses");
        ensure!(!sent, "{} is sent ingresses, and the check about them is off", webhook.name);
    }
    let [enforce, open, advise] = &webhooks("enforce")?[..] else {
        anyhow::bail!("ci/enforce.yaml has three webhooks that judge");
    };
    ensure!(
        enforce.fails_closed && !open.fails_closed && !advise.fails_closed,
        "only `enforce` fails closed"
    );
    let of = |resources: &[String]| resources.iter().cloned().collect::<BTreeSet<_>>();
    ensure!(of(&advise.resources) == families["workloads"], "advice is given on {:?}", advise.resources);
    let (enforced, judged) =
        (of(&enforce.resources), families.iter().filter(|(name, _)| *name != "workloads"));
    let judged: BTreeSet<String> = judged.flat_map(|(_, names)| names.iter().cloned()).collect();
    ensure!(enforced == judged, "`*: enforce` sends {enforced:?} instead of {judged:?}");
    Ok(())
}

fn families(table: &Value) -> Resources {
    let rules = |rules: &Value| rules.as_array().cloned().unwrap_or_default();
    let names = |rule: &Value| rule["resources"].as_array().cloned().unwrap_or_default();
    let entries = table.as_object().into_iter().flatten();
    entries
        .map(|(family, of)| {
            let names = rules(of)
                .iter()
                .flat_map(names)
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect();
            (family.clone(), names)
        })
        .collect()
}

/// The resources that the chart sends for a check; what the table does not name is about pods.
fn sent(entry: &Value, families: &Resources) -> BTreeSet<String> {
    let named: Vec<&str> = match entry.as_array() {
        Some(names) => names.iter().filter_map(Value::as_str).collect(),
        None => vec!["pods"],
    };
    named.iter().filter_map(|family| families.get(*family)).flatten().cloned().collect()
}

/// The resources of each policy `all-CHECK` among the exported documents.
fn exported_resources(text: &str) -> Resources {
    let mut found = Resources::new();
    for document in text.split("\n---\n").filter(|text| text.contains("\nkind: ValidatingAdmissionPolicy\n"))
    {
        let name = document.lines().find_map(|line| line.strip_prefix("  name: all-"));
        let mut listing = false;
        for line in document.lines() {
            let item = line.strip_prefix("          - ").filter(|_| listing);
            if let Some((name, item)) = name.zip(item) {
                found.entry(name.to_owned()).or_default().insert(item.to_owned());
            }
            listing = line == "        resources:" || listing && item.is_some();
        }
    }
    found
}
