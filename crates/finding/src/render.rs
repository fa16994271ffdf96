//! How is a report shown? One function per format, over the same [`crate::Report`].

mod json;
mod text;

pub use json::json;
pub use text::{Color, text};
