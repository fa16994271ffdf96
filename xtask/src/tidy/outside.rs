//! What do the spelling checker and cargo-deny say?

use std::process::Command;

use anyhow::Context;

use crate::Skips;
use crate::repo::Repo;

/// Runs both where they are installed; returns how many of them object. `resolved` is what `cargo metadata` printed.
pub(super) fn failures(repo: &Repo, resolved: &str, skips: &mut Skips) -> anyhow::Result<usize> {
    let mut failures = 0;
    match repo.tool("typos") {
        Some(typos) => failures += objects(Command::new(typos).current_dir(&repo.root))?,
        None => skips.push("typos is not installed (cargo xtask setup)".into()),
    }
    match repo.tool("cargo-deny") {
        Some(deny) => {
            // Given what is resolved for our platforms, it need not resolve again, for Windows too.
            let graph = repo.setup().join("metadata.json");
            std::fs::create_dir_all(repo.setup()).and_then(|()| std::fs::write(&graph, resolved))?;
            let mut deny = Command::new(deny);
            deny.current_dir(&repo.root)
                .args(["--locked", "--log-level", "error", "--metadata-path"])
                .arg(graph);
            // Advisories are left out: their database is fetched from a host that a build may not reach.
            failures +=
                objects(deny.args(["check", "--hide-inclusion-graph", "bans", "licenses", "sources"]))?;
        }
        None => skips.push("cargo-deny is not installed (cargo install cargo-deny --locked)".into()),
    }
    Ok(failures)
}

fn objects(tool: &mut Command) -> anyhow::Result<usize> {
    let status =
        tool.status().with_context(|| format!("starting {}", tool.get_program().to_string_lossy()))?;
    Ok(usize::from(!status.success()))
}
