//! `cofferdam policy`: what there is to know and do about policies.

mod export;
mod test;

use check::Known;
use policy::document::{Catalogue, custom_resources, json_schema};

use crate::cli::{PolicyArgs, PolicyWhat};
use crate::exit::Outcome;
use crate::ui::Ui;

pub(crate) fn run(args: &PolicyArgs, ui: &mut Ui) -> anyhow::Result<Outcome> {
    match &args.what {
        PolicyWhat::Schema => ui.data(&format!("{:#}\n", json_schema(&Known.all())))?,
        PolicyWhat::Crd => ui.data(&custom_resources())?,
        PolicyWhat::Test(args) => return test::run(args, ui),
        PolicyWhat::Export(args) => return export::run(args, ui),
    }
    Ok(Outcome::Clean)
}
