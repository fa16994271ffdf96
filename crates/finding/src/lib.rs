//! What is wrong, where it stands, how it is mended, and how it is shown.
//!
//! Every analyzer speaks [`Finding`]; every output format is one function over a [`Report`].
//! Nothing here knows what a pod is, reads a clock or touches the disk.

mod baseline;
mod edit;
mod identity;
mod model;
mod render;
mod report;
mod severity;
mod source;
mod template;

pub use baseline::{Baseline, BaselineError};
pub use edit::{Action, Change, Edit, Fix, Safety, Step, Value, apply};
pub use model::{Finding, Label, ObjectRef, PodSecurity, Waived, WaivedBy};
pub use render::{Color, github, json, junit, sarif, summary, text, visible};
pub use report::{Advice, Failure, Report, Stage, Summary, Verdict};
pub use severity::Severity;
pub use source::{Origin, Part, Position, Source, Span};
