//! Does any input, found by coverage, bring the reader of settings and baselines down?
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::config(bytes));

#[cfg(not(fuzzing))]
fn main() {
    eprintln!("built without libFuzzer; start it with `cargo xtask fuzz config --seconds 60`");
    std::process::exit(2);
}
