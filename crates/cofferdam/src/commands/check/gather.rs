//! `cofferdam check --cluster`: what is wrong in a whole cluster?

use std::sync::Arc;

use cluster::Access;

use super::plan::Plan;
use super::{Judged, advice};
use crate::cli::CheckArgs;
use crate::gather::{Arrival, By, Fetch, Pods, Round};
use crate::ui::Ui;

/// Judges a cluster.
pub(super) fn judge(args: &CheckArgs, plan: &mut Plan<'_>, ui: &mut Ui) -> anyhow::Result<Judged> {
    let access = Access { kubeconfig: args.kubeconfig.clone(), context: args.context.clone() };
    let pods = if args.policy.is_empty() { Pods::Once } else { Pods::Twice };
    let fetch = Fetch::start(&access, pods)?;
    plan.serves(fetch.release);
    plan.read_policies(ui)?;
    let progress = ui.progress("listing", fetch.lists);
    let judge = plan.judge();
    let by = match (args.pss, plan.decider()) {
        (Some(standard), _) => By::Standard(standard),
        (None, Some(decider)) => By::Policies(Arc::clone(decider)),
        (None, None) => By::checks(&judge),
    };
    let mut round = Round::new(by, plan.version());
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
