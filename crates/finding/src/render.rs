//! How is a report shown? One function per format, over the same [`crate::Report`].

mod json;
mod secrets;
mod text;
mod visible;

pub use json::json;
pub use text::{Color, text};
pub use visible::visible;
