//! `cofferdam policy export`: rules for an API server that has nobody to ask.

use std::sync::Arc;

use anyhow::Context;
use check::Known;
use check::export::{DEFAULT, Export, export};
use finding::Source;
use object::Version;
use policy::document::Policies;
use policy::pod_security_policy::migrate::yaml;

use crate::cli::{ExportForm, PolicyExportArgs};
use crate::commands::admit::policies;
use crate::config::today;
use crate::exit::Outcome;
use crate::ui::Ui;
use crate::write;

pub(crate) fn run(args: &PolicyExportArgs, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let ExportForm::Vap = args.to;
    let version = args.kube_version.unwrap_or(Version::NEWEST);
    let policies = if args.policy.is_empty() { default() } else { policies(&args.policy, &[], version, ui)? };
    let incomplete = !policies.errors.is_empty();
    let exported = export(&policies.list, version);
    for left in &exported.left_out {
        ui.note(&format!("not exported from policy `{}`: {}: {}", left.policy, left.what, left.why));
    }
    let Export { documents, .. } = exported;
    anyhow::ensure!(!documents.is_empty(), "nothing of these policies can be exported");
    let text = yaml(&documents);
    match &args.output {
        Some(path) => {
            write::whole(path, &text).with_context(|| format!("writing {}", path.display()))?;
            ui.note(&format!("{} documents written to {}", documents.len(), path.display()));
        }
        None => ui.data(&text)?,
    }
    Ok(if incomplete { Outcome::Failed } else { Outcome::Clean })
}

fn default() -> Policies {
    let source = Arc::new(Source::file("the default policy", DEFAULT.to_owned()));
    Policies::read(&[source], &Known, today())
}
