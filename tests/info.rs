//! `equipoise info`: what a result file says of itself, and that it can be made again from that.

mod common;

use std::fs;

use common::{PAIR, Place, groups};
use serde_json::Value;

const RECORDING: &str = "scenarios/recording.toml --set n=20 --set duration=1.0 --set record.snapshots=[0.0,1.0] --set ensemble.replicates=3";

#[test]
fn a_result_says_where_it_comes_from_and_what_it_holds() {
    let place = Place::new();
    place.run(&format!("simulate {RECORDING} --seed 5 -o run.h5 --quiet")).expect(0);
    let run = place.run("info run.h5").expect(0);
    for words in [
        "Recording\n",
        "seed      5\n",
        "complete  yes\n",
        "history   equipoise ",
        "/trajectory: time = 5, population = 2, source = 2, realization = 3\n",
        "/spikes/E: spike = ",
        "sorting = \"none\"",
        "(realization, snapshot_time, neuron)",
        "potentiation of the neuron\n",
    ] {
        assert!(run.out.contains(words), "no {words} in\n{}", run.out);
    }
    assert_eq!(run.err, "");
}

#[test]
fn a_result_is_described_as_json() {
    let place = Place::new();
    place.run(&format!("limit {PAIR} -o limit.h5 --quiet")).expect(0);
    let run = place.run("info limit.h5 --json").expect(0);
    let described: Value = serde_json::from_str(&run.out).expect("one object");
    assert_eq!(described["complete"], true);
    assert_eq!(described["size"], fs::metadata(place.path("limit.h5")).expect("a file").len());
    let group = &described["groups"][0];
    assert_eq!((&group["name"], &group["dimensions"]["population"]), (&"limit".into(), &2.into()));
    let variables = group["variables"].as_array().expect("variables");
    let mean = variables.iter().find(|variable| variable["name"] == "mean").expect("a mean");
    assert_eq!(mean["type"], "float");
    assert_eq!(mean["dimensions"], serde_json::json!(["time", "population"]));
}

/// The scenario that a file holds, with what the command line replaced, makes the same file again.
#[test]
fn the_scenario_in_a_result_makes_it_again() {
    let place = Place::new();
    for (name, scenario) in [("pair", PAIR), ("recording", RECORDING)] {
        let (first, again) = (format!("{name}.h5"), format!("{name}-again.h5"));
        place.run(&format!("simulate {scenario} --seed 11 -o {first} --quiet")).expect(0);
        let run = place.run(&format!("info {first} --scenario")).expect(0);
        fs::write(place.path("again.toml"), run.out).expect("written");
        place.run(&format!("simulate again.toml -o {again} --quiet")).expect(0);
        assert_eq!(groups(&place.path(&first)), groups(&place.path(&again)), "{name}");
    }
}

#[test]
fn an_unfinished_file_is_described_too() {
    let place = Place::new();
    place.run(&format!("simulate {PAIR} -o run.h5 --quiet")).expect(0);
    fs::rename(place.path("run.h5"), place.path("run.h5.partial")).expect("renamed");
    let run = place.run("info run.h5.partial").expect(0);
    assert!(run.out.contains("/trajectory"), "{}", run.out);
}

#[test]
fn what_is_no_result_file_has_status_3() {
    let place = Place::new();
    fs::write(place.path("empty.h5"), "").expect("written");
    for (file, words) in [
        ("nothing.h5", "cannot open `nothing.h5` No such file"),
        ("scenarios", "cannot open `scenarios` is a directory"),
        ("scenarios/release.toml", "not an HDF5 file, or damaged"),
        ("empty.h5", "not an HDF5 file, or damaged"),
    ] {
        for arguments in ["", " --scenario", " --json"] {
            let run = place.run(&format!("info {file}{arguments}")).expect(3);
            assert!(run.message().contains(words), "no {words} in\n{}", run.err);
            assert_eq!(run.out, "");
        }
    }
    place.run("info").expect(2);
    place.run("info a.h5 --json --scenario").expect(2);
}
