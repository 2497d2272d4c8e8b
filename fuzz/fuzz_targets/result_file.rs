//! Any bytes as a result file, read in a process of its own, as the program does.
#![no_main]

#[path = "../checks.rs"]
#[allow(dead_code, reason = "each target uses a part")]
mod checks;
#[path = "../forked.rs"]
mod forked;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Once here, so that no child need start the library.
    static STARTED: std::sync::Once = std::sync::Once::new();
    STARTED.call_once(|| checks::result_file(&checks::folder()));
    let file = tempfile::NamedTempFile::new_in(checks::folder()).expect("a temporary file");
    std::fs::write(file.path(), bytes).expect("written");
    forked::check(|| checks::result_file(file.path()));
});
