//! The rules, each a value with its page.
//!
//! [`CHECKS`] is the one ordered list. A rule is a file and a page of the same stem under `checks/`
//! and one line of `list.rs`; nothing registers itself.

mod change;
mod credential;
mod fields;
mod findings;
pub mod fix;
mod glob;
mod image_reference;
mod list;
mod model;
mod network;
mod page;
mod prelude;
mod run;
mod settings;

pub use findings::{Findings, Flag};
pub use list::{CHECKS, find, nearest};
pub use model::{Check, Profile, Run, Stage};
pub use page::Page;
pub use run::{Judge, pod_security, unrendered};
pub use settings::Settings;
