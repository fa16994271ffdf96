//! What does an admission decision cost, and what do a thousand policies?

use std::path::Path;

use anyhow::{Context, ensure};

use super::measure::{Cores, Job};
use super::table::{Aim, Row, Unit};
use super::{FEW, median};
use crate::process;
use crate::repo::Repo;

/// Aims of figures that `crates/check/benches/decide.rs` prints, in seconds.
const AIMS: [(&str, f64); 2] = [
    ("decide, a typical pod, restricted and all checks", 50e-6),
    ("decide, a pod of 100 containers, restricted and all checks", 500e-6),
];

/// Policies of the large load.
const POLICIES: usize = 1000;

/// Adds the rows of decisions, measured inside of one process, and of the policies, measured from outside.
pub(super) fn rows(repo: &Repo, binary: &Path, rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let printed = process::text(&mut repo.cargo(&[
        "bench",
        "--quiet",
        "--locked",
        "--package",
        "check",
        "--bench",
        "decide",
    ]))?;
    for line in printed.lines() {
        let (name, seconds) = line.split_once('\t').with_context(|| format!("`{line}` is no figure"))?;
        let aim =
            AIMS.iter().find(|(known, _)| *known == name).map_or(Aim::None, |(_, most)| Aim::AtMost(*most));
        rows.push(Row::new(name.to_owned(), Unit::Seconds(seconds.parse().context(line.to_owned())?), aim));
    }
    let folder = repo.target.join("bench/policies");
    policies(&folder)?;
    let request = repo.root.join("examples/policies/pod.yaml");
    let words = [
        "admit".as_ref(),
        "--policy".as_ref(),
        folder.as_os_str(),
        "--request".as_ref(),
        request.as_os_str(),
    ];
    let job = Job::new(binary, words.map(ToOwned::to_owned), Cores::First);
    ensure!(job.printed()?.contains("\"allowed\": true"), "`{}` does not allow the pod", job.line());
    let name = |what: &str| format!("admit with {POLICIES} policies, one core, {what}");
    rows.push(Row::new(name("wall"), Unit::Seconds(median(FEW, || job.wall())?), Aim::AtMost(0.2)));
    rows.push(Row::new(name("peak memory"), Unit::Bytes(job.peak()?), Aim::AtMost(64.0 * 1024.0 * 1024.0)));
    std::fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))
}

/// As many policies as a large cluster would have, one a file, each for a namespace of its own.
fn policies(folder: &Path) -> anyhow::Result<()> {
    std::fs::remove_dir_all(folder).ok();
    std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    for number in 0..POLICIES {
        let text = format!(
            "apiVersion: cofferdam.dev/v1alpha1\nkind: Policy\nmetadata:\n  name: team-{number}\nspec:\n  match:\n    namespaces: [team-{number}]\n  \
             podSecurity: {{level: restricted, version: \"1.35\"}}\n  checks: {{mutable-image-tag: enforce, run-as-root: warn, host-port: audit}}\n  \
             images: {{registries: [\"registry.example.com/team-{number}/**\"], require: digest}}\n  defaults: {{seccompProfile: RuntimeDefault}}\n"
        );
        let path = folder.join(format!("{number:04}.yaml"));
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}
