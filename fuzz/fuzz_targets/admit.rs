//! Does any input, found by coverage, bring an admission decision down?
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::admit(bytes));

#[cfg(not(fuzzing))]
fn main() {
    eprintln!("built without libFuzzer; start it with `cargo xtask fuzz admit --seconds 60`");
    std::process::exit(2);
}
