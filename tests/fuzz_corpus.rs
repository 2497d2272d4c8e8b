//! The fuzz targets of `fuzz/` on the stable toolchain: their corpus, and mutations of it.

use std::fs;
use std::path::{Path, PathBuf};

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

#[path = "../fuzz/checks.rs"]
mod checks;

/// Pieces of text that scenarios are sensitive to.
const WORDS: [&str; 16] = [
    "nan",
    "inf",
    "-0.0",
    "1e400",
    "1e-310",
    "1e15",
    "0",
    "\"",
    "[",
    "]",
    "{",
    "}",
    "=",
    "\n",
    "\0n=",
    "[populations.E]",
];

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("a corpus").map(|entry| entry.expect("entry").path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths.iter().map(|path| fs::read(path).expect("a file")).collect()
}

/// A piece replaced by a word, a piece of another file, a byte, or nothing; several times.
fn mutated(random: &mut Xoshiro256PlusPlus, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = corpus[random.random_range(0..corpus.len())].clone();
    for _ in 0..random.random_range(1..4) {
        let start = random.random_range(0..=bytes.len());
        let end = (start + random.random_range(0..12)).min(bytes.len());
        let other = &corpus[random.random_range(0..corpus.len())];
        let piece = match random.random_range(0..4) {
            0 => WORDS[random.random_range(0..WORDS.len())].as_bytes().to_vec(),
            1 => {
                let from = random.random_range(0..other.len());
                other[from..(from + 40).min(other.len())].to_vec()
            }
            2 => vec![random.random()],
            _ => Vec::new(),
        };
        bytes.splice(start..end, piece);
    }
    bytes
}

#[test]
fn any_scenario_is_read_or_refused() {
    let corpus = corpus("scenario");
    for bytes in &corpus {
        checks::scenario(bytes);
    }
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    for _ in 0..2000 {
        checks::scenario(&mutated(&mut random, &corpus));
    }
}

/// Whole files only, within this process: on damaged ones the HDF5 library itself may crash, which
/// `tests/damaged.rs` has the program survive, and for which the fuzz target has a child process.
#[test]
fn result_files_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/result_file");
    for entry in fs::read_dir(folder).expect("a corpus") {
        let path = entry.expect("entry").path();
        assert!(equipoise_store::describe(&path).is_ok(), "{}", path.display());
        checks::result_file(&path);
    }
    assert!(checks::folder().is_dir());
}
