//! Does any input, found by coverage, bring the evaluation of an admission policy down?
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::policies(bytes));

#[cfg(not(fuzzing))]
fn main() {
    eprintln!("built without libFuzzer; start it with `cargo xtask fuzz policies --seconds 60`");
    std::process::exit(2);
}
