//! Any bytes as a result file.
#![no_main]

#[path = "../checks.rs"]
#[allow(dead_code, reason = "each target uses a part")]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let file = tempfile::NamedTempFile::new_in(checks::folder()).expect("a temporary file");
    std::fs::write(file.path(), bytes).expect("written");
    checks::result_file(file.path());
});
