//! What is wrong in a whole cluster, when not all of it fits into memory?
//!
//! What rules look up beside the object they judge (roles, network policies, pods and their controllers) is listed
//! first and kept. All else is judged page by page against it and let go. One page is fetched while another is
//! judged.

mod fetch;
mod owners;
mod round;

use self::fetch::{Arrival, Fetch};
use self::round::Round;
use super::plan::Plan;
use super::{Judged, advice};
use crate::cli::CheckArgs;
use crate::ui::Ui;

/// Judges a cluster.
pub(super) fn judge(args: &CheckArgs, plan: &mut Plan<'_>, ui: &mut Ui) -> anyhow::Result<Judged> {
    let fetch = Fetch::start(args)?;
    plan.serves(fetch.release);
    let progress = ui.progress("listing", fetch.lists);
    let judge = plan.judge();
    let mut round = Round::new(&judge, plan.version(), args.pss);
    for arrival in fetch.arrivals {
        match arrival {
            Arrival::Page(page) => round.take(&page),
            Arrival::Skipped(failure) => round.skip(failure),
            Arrival::Listed => progress.step(),
        }
    }
    progress.finish();
    let (mut report, inventory, left) = round.end();
    report.inputs.push(fetch.place);
    if left > 0 {
        let things = if left == 1 { "object says" } else { "objects say" };
        ui.note(&format!(
            "note: {left} {things} nothing that the controller they belong to does not: left out"
        ));
    }
    let gone = plan.settle(&mut report, &[], &judge);
    report.advice = advice(&report.findings);
    report.sort();
    Ok(Judged { report, inputs: Vec::new(), inventory, judge, gone })
}
