//! `cofferdam explain`: the page of a check.

use check::{CHECKS, Check, find, nearest};

use super::list::severity;
use crate::cli::ExplainArgs;
use crate::exit::Outcome;
use crate::ui::Ui;

pub(crate) fn run(args: &ExplainArgs, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let pages: Vec<&Check> = match find(&args.id) {
        Some(check) => vec![check],
        None => CHECKS.iter().copied().filter(|check| stands_for(check, &args.id)).collect(),
    };
    if pages.is_empty() {
        let hint = match nearest(&args.id) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`cofferdam list checks` names them all".to_owned(),
        };
        anyhow::bail!("no check is called `{}`, {hint}", args.id);
    }
    for check in pages {
        ui.data(&page(check))?;
    }
    Ok(Outcome::Clean)
}

/// Whether `id` is the Pod Security check behind `check`.
fn stands_for(check: &Check, id: &str) -> bool {
    check.profile.is_some_and(|profile| profile.any().id == id)
}

/// The page with a line of particulars under its title.
fn page(check: &Check) -> String {
    let (title, rest) = check.page.split_once('\n').unwrap_or((check.page, ""));
    let security = check.profile.map(|profile| {
        let named = profile.any();
        format!(", Pod Security {} check `{}` since {}", named.level, named.id, profile.since())
    });
    format!(
        "{title}\n\n*Severity {}, {}, in Cofferdam since {}{}.*\n\n{}\n",
        severity(check),
        check.stage.word(),
        check.since,
        security.unwrap_or_default(),
        rest.trim()
    )
}
