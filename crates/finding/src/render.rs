//! How is a report shown? One function per format, over the same [`crate::Report`].

mod github;
mod json;
mod junit;
mod place;
mod sarif;
mod secrets;
mod summary;
mod text;
mod visible;

pub use github::github;
pub use json::json;
pub use junit::junit;
pub use sarif::sarif;
pub use summary::summary;
pub use text::{Color, text};
pub use visible::visible;
