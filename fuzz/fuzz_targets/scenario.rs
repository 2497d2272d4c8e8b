//! Any bytes as a scenario with overrides.
#![no_main]

#[path = "../checks.rs"]
#[allow(dead_code, reason = "each target uses a part")]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::scenario(bytes));
