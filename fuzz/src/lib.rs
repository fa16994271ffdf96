//! Which functions of Cofferdam read bytes from strangers?
//!
//! Each target is one call. libFuzzer (`fuzz_targets/`) and the smoke driver (`src/bin/smoke.rs`) share them, so that
//! an input found by one is replayed by the other.
#![forbid(unsafe_code)]

pub mod mutate;
pub mod watch;

/// A parser and the folder of seeds it starts from.
pub struct Target {
    /// The name on the command line, of the folder under `seeds/` and of the file under `fuzz_targets/`.
    pub name: &'static str,
    /// The call; it may return anything and must return.
    pub run: fn(&[u8]),
}

/// Every target; a new parser from outside bytes gets a line here, a folder of seeds and a file in `fuzz_targets/`.
pub const TARGETS: [Target; 1] = [Target { name: "parse", run: parse }];

/// Manifests: the bytes of one file, as a user or a webhook client hands them in.
pub fn parse(bytes: &[u8]) {
    // The one call to exchange when `object` can read: `drop(object::read(bytes))`.
    let _ = std::str::from_utf8(bytes);
}
