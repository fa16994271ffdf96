//! Does any input, found by coverage, lead a fix astray?
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::fix(bytes));

#[cfg(not(fuzzing))]
fn main() {
    eprintln!("built without libFuzzer; start it with `cargo xtask fuzz fix --seconds 60`");
    std::process::exit(2);
}
