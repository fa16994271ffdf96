//! The rules, each a value with its page.
//!
//! [`CHECKS`] is the one ordered list. A rule is a file and a page of the same stem under `checks/`
//! and one line of `list.rs`; nothing registers itself.

mod admission;
mod api_group;
mod arguments;
mod change;
mod config;
mod credential;
pub mod export;
mod fields;
mod findings;
pub mod fix;
mod gate;
mod glob;
mod hidden;
mod image_reference;
pub mod in_cel;
mod lines;
mod list;
mod looked_up;
mod model;
mod network;
mod page;
mod pod_security_labels;
mod prelude;
mod rbac;
mod resources;
mod run;
mod sandbox;
mod seccomp_annotations;
mod served;
mod settings;
mod sysctl;
mod volumes;
mod waivers;
mod webhook;

pub use admission::{Known, by_policies, compile, judges_stored};
pub use config::{Config, ConfigError, Place};
pub use fields::Fields;
pub use findings::{Findings, Flag};
pub use gate::{Needs, compile_for_gate, needs};
pub use hidden::{hidden, hidden_in_comments, hidden_in_text};
pub use list::{CHECKS, find, nearest};
pub use looked_up::is_looked_up;
pub use model::{Check, Profile, Run, Stage};
pub use page::Page;
pub use policy::Date;
pub use run::{Judge, pod_security, unrendered};
pub use settings::{Settings, Values};
pub use waivers::{Scope, Waivers};
