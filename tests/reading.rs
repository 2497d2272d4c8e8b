//! A result of the program as others read it: by h5py, by both xarray engines (`reading.py`), and by the program itself.

mod common;

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use common::{PAIR, Place, Run, groups, root};
use equipoise::store::read_header;

const HINT: &str = "run `./setup --tests`, or set EQUIPOISE_PYTHON";

/// The interpreter named by `EQUIPOISE_PYTHON`, else that of the virtual environment of this checkout.
fn python() -> PathBuf {
    let python = env::var_os("EQUIPOISE_PYTHON");
    python.map_or_else(|| root().join(".venv/bin/python"), PathBuf::from)
}

#[test]
fn h5py_and_xarray_read_a_validation() {
    let place = Place::new();
    place.run(&format!("validate {PAIR} --seed 11 -o folder")).expect(0);
    let mut script = Command::new(python());
    script.arg(root().join("tests/reading.py")).arg(place.path("folder/result.h5"));
    let output = script.output();
    let output = output.unwrap_or_else(|error| panic!("{script:?}: {error}; {HINT}"));
    let run = Run::from(output);
    assert_eq!(run.out, "read\n", "{}\n{HINT} if a module is missing", run.err);
}

#[test]
fn the_stored_scenario_gives_the_same_result() {
    let place = Place::new();
    place.run(&format!("validate {PAIR} --seed 11 -o first")).expect(0);
    let first = place.path("first/result.h5");
    let text = read_header(&first).expect("header").provenance.scenario;
    fs::write(place.path("stored.toml"), &text).expect("written");
    place.run("validate stored.toml -o second").expect(0);
    let second = place.path("second/result.h5");
    assert_eq!(read_header(&second).expect("header").provenance.scenario, text);
    assert_eq!(groups(&second), groups(&first));
}
