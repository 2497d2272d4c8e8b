//! A result of the program as others read it: by h5py, by both xarray engines (`reading.py`, `sweeps.py`), and by the program itself.

mod common;

use std::fs;

use common::{PAIR, Place, groups, script_says};
use equipoise::store::read_header;

#[test]
fn h5py_and_xarray_read_a_validation() {
    let place = Place::new();
    let records = "--set record.spikes=all --set record.snapshots=[0.1,0.5]";
    place.run(&format!("validate {PAIR} --seed 11 -o folder")).expect(0);
    place.run(&format!("validate {PAIR} --seed 11 {records} -o recorded")).expect(0);
    let files = ["folder", "recorded"].map(|folder| place.path(folder).join("result.h5"));
    script_says("read", "reading.py", &files);
}

/// Recordings under independent transmission, and under release.
#[test]
fn libsonata_h5py_and_xarray_read_recordings() {
    let place = Place::new();
    let simulate = "simulate scenarios/recording.toml --set n=30 --set ensemble.replicates=3 --set record.jumps=true";
    place.run(&format!("{simulate} -o jumps.h5")).expect(0);
    let release = "--set transmission.release_probability=0.5 --set record.spikes=all";
    place.run(&format!("{simulate} {release} -o spikes.h5")).expect(0);
    // So many spikes that other groups of their size are compressed.
    place.run("simulate scenarios/recording.toml -o large.h5").expect(0);
    // A report is of one network.
    let report = "--set ensemble.replicates=1 --set record.potentiations={interval=0.5,neurons={E=\"all\",I=[2,0]}}";
    place.run(&format!("{simulate} {report} -o report.h5")).expect(0);
    let files = ["jumps.h5", "spikes.h5", "large.h5", "report.h5"].map(|name| place.path(name));
    script_says("read", "recordings.py", &files);
}

#[test]
fn h5py_and_xarray_read_a_sweep() {
    let place = Place::new();
    let sweep = "analyse scenarios/slow-oscillation.toml --sweep populations.E.drive=7.9:8.7:5";
    place.run(&format!("{sweep} -o sweep.h5")).expect(0);
    // Without special points.
    let sweep = "analyse scenarios/slow-oscillation.toml --sweep populations.E.drive=8.3:8.5:2";
    place.run(&format!("{sweep} -o plain.h5")).expect(0);
    script_says("read", "sweeps.py", &["sweep.h5", "plain.h5"].map(|name| place.path(name)));
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
