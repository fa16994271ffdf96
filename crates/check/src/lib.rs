//! The rules, each a value with its page.
