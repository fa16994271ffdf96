//! Does any input, found by coverage, bring the manifest reader down?
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::parse(bytes));

#[cfg(not(fuzzing))]
fn main() {
    eprintln!("built without libFuzzer; start it with `cargo xtask fuzz parse --seconds 60`");
    std::process::exit(2);
}
