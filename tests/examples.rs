//! The examples of the library run, and print what they are about.

mod common;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use common::{PAIR, Place, Run, root};

/// An example with its arguments, built as these tests are.
fn example(name: &str, arguments: &[PathBuf]) -> Run {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--locked", "--example", name]).current_dir(root());
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    Run::from(cargo.arg("--").args(arguments).output().expect("cargo runs"))
}

/// The numbers of the lines of a table that begin with a number.
fn rows(out: &str) -> Vec<Vec<f64>> {
    let lines = out.lines().map(|line| line.split_whitespace().map(str::parse).collect());
    lines.filter_map(Result::ok).filter(|row: &Vec<f64>| !row.is_empty()).collect()
}

#[test]
fn each_example_is_tested_here() {
    let here = include_str!("examples.rs");
    for entry in fs::read_dir(root().join("examples")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "rs") {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            assert!(here.contains(&format!("example(\"{name}\"")), "{name}");
        }
    }
}

/// The distance to the limit, times sqrt(n), tends to a number that is not zero.
#[test]
fn theory() {
    let run = example("theory", &[]).expect(0);
    let rows = rows(&run.out);
    assert_eq!(rows.len(), 4, "{}", run.out);
    let [.., before, last] = &rows[..] else { unreachable!() };
    assert!((before[2] / last[2] - 1.0).abs() < 0.1, "{}", run.out);
    assert!(last[2].abs() > 0.5, "{}", run.out);
}

/// Each input grows as sqrt(n), twice as much at four times the size, and their sum does not.
#[test]
fn observer() {
    let run = example("observer", &[]).expect(0);
    let rows = rows(&run.out);
    assert_eq!(rows.len(), 3, "{}", run.out);
    for pair in rows.windows(2) {
        for input in [1, 2] {
            assert!((pair[1][input] / pair[0][input] - 2.0).abs() < 0.3, "{}", run.out);
        }
        assert!(pair[1][3].abs() < 0.1 * pair[1][1], "{}", run.out);
    }
}

#[test]
fn result_file() {
    let place = Place::new();
    place.type_line(&format!("equipoise validate {PAIR} -o pair --quiet")).expect(0);
    let run = example("result_file", &[place.path("pair/result.h5")]).expect(0);
    assert!(run.out.starts_with("Inhibition-stabilised pair, seed 1, complete\n"), "{}", run.out);
    assert!(run.out.contains("/trajectory: time = 3, population = 2, source = 2, realization = 6"));
    assert!(run.out.lines().any(|line| line.starts_with("E  ")), "{}", run.out);
    example("result_file", &[place.path("none.h5")]).expect(3);
    example("result_file", &[]).expect(2);
}
