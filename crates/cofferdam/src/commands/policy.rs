//! `cofferdam policy`: what can be done with policies.

mod test;

use crate::cli::{PolicyArgs, PolicyWhat};
use crate::exit::Outcome;
use crate::ui::Ui;

pub(crate) fn run(args: &PolicyArgs, ui: &mut Ui) -> anyhow::Result<Outcome> {
    match &args.what {
        PolicyWhat::Test(args) => test::run(args, ui),
    }
}
