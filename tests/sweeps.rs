//! `equipoise analyse --sweep`: what it prints, writes and draws, and what it refuses.

mod common;

use std::fs;

use common::{Place, groups};
use equipoise::store::{Values, read_group, read_header};
use serde_json::Value;

/// A pair with two folds and a Hopf point, which `crates/limit/tests/oracle/sweep.py` finds by other means.
const SWEEP: &str = "analyse scenarios/slow-oscillation.toml --sweep populations.E.drive=7.9:8.7:5";

/// The number that a variable of the oracle has.
fn oracle(kind: &str, index: usize) -> f64 {
    let text = include_str!("../crates/limit/tests/oracle/sweep.json");
    let oracle: Value = serde_json::from_str(text).expect("JSON");
    oracle["pair"][kind][index]["drive"].as_f64().expect("a number")
}

#[test]
fn a_sweep_prints_writes_and_draws_its_special_points() {
    let place = Place::new();
    let run = place.run(&format!("{SWEEP} -o sweep.h5")).expect(0);
    for place in [oracle("folds", 0), oracle("folds", 1), oracle("hopfs", 0)] {
        assert!(run.out.contains(&format!("{place:.8}")), "no {place} in\n{}", run.out);
    }
    for words in ["fold", "Hopf", "stable", "picture: sweep.svg\nfile: sweep.h5\n"] {
        assert!(run.out.contains(words), "no {words} in\n{}", run.out);
    }
    let header = read_header(&place.path("sweep.h5")).expect("header");
    assert_eq!(header.groups, ["sweep", "special"]);
    assert!(
        header.complete
            && header.provenance.history.contains("--sweep populations.E.drive=7.9:8.7:5")
    );
    let special = read_group(&place.path("sweep.h5"), "special").expect("group");
    let kinds = &special.variable("kind").expect("kinds").values;
    let Values::Text(kinds) = kinds else { panic!("{kinds:?}") };
    let mut kinds = kinds.clone();
    kinds.sort();
    assert_eq!(kinds, ["Hopf", "fold", "fold"]);
    let picture = fs::read_to_string(place.path("sweep.svg")).expect("a picture");
    for words in [
        "<svg",
        "populations.E.drive",
        "mean of E",
        "rate of I (1/tau)",
        "Hopf",
        "fold",
        "unstable",
    ] {
        assert!(picture.contains(words), "no {words} in the picture");
    }
}

#[test]
fn a_sweep_as_json_has_the_same_points_on_any_number_of_threads() {
    let place = Place::new();
    let one = place.run(&format!("{SWEEP} --json --quiet --threads 1 -o one.h5")).expect(0);
    place.run(&format!("{SWEEP} --threads 2 -o two.h5")).expect(0);
    assert_eq!(one.err, "");
    assert_eq!(groups(&place.path("one.h5")), groups(&place.path("two.h5")));
    let object: Value = serde_json::from_str(&one.out).expect("one JSON value");
    let special = object["special"].as_array().expect("a list");
    let hopf = special.iter().find(|point| point["kind"] == "Hopf").expect("a Hopf point");
    let drive = hopf["value"].as_f64().expect("a number");
    assert!((drive - oracle("hopfs", 0)).abs() < 1e-9, "{drive}");
    let counts = object["fixed_points"].as_array().expect("a list").iter();
    let counts: Vec<_> = counts.map(|range| (&range["stable"], &range["unstable"])).collect();
    assert_eq!(counts.len(), 4, "{counts:?}");
    assert_eq!((counts[2].0, counts[2].1), (&Value::from(1), &Value::from(2)));
}

#[test]
fn a_result_or_picture_is_replaced_by_force_alone() {
    let place = Place::new();
    fs::write(place.path("sweep.svg"), "precious").expect("a file");
    let run = place.run(&format!("{SWEEP} -o sweep.h5")).expect(3);
    assert!(run.message().contains("sweep.svg already exists"), "{}", run.err);
    assert_eq!(place.names(), ["sweep.svg"]);
    place.run(&format!("{SWEEP} -o sweep.h5 --force")).expect(0);
    assert_eq!(place.names(), ["sweep.h5", "sweep.svg"]);
    let picture = fs::read_to_string(place.path("sweep.svg")).expect("a picture");
    assert!(picture.starts_with("<svg"));
    place.run(SWEEP).expect(0);
    place.run(SWEEP).expect(0);
    let default = ["slow-oscillation-sweep-2.h5", "slow-oscillation-sweep.h5"];
    assert!(default.iter().all(|name| place.path(name).exists()), "{:?}", place.names());
}

#[test]
fn what_cannot_be_swept_is_refused_with_the_reason() {
    let place = Place::new();
    for (sweep, words) in [
        ("populations.E.drive", "PATH=FROM:TO:COUNT"),
        ("populations.E.drive=8:7:3", "8 must be less than 7"),
        ("populations.E.driv=7:8:3", "drive"),
        ("populations.E.time_constant=-1:1:3", "with populations.E.time_constant = -1"),
        ("populations.E.drive.x=7:8:3", "`drive` is not a table"),
        ("coupling.E.E=1.8:1.9:3", "the coupling K has rank 2 at 1.85"),
    ] {
        let run = place
            .run(&format!("analyse scenarios/slow-oscillation.toml --sweep {sweep}"))
            .expect(2);
        assert!(run.message().contains(words), "no {words} in\n{}", run.err);
    }
    assert!(place.names().is_empty());
}

/// `S_I = (nu + 0.14)/1.6`, nu being the rate of X, must stay below 1.2: nu < 1.78.
#[test]
fn values_without_balance_are_listed_with_the_reason() {
    let place = Place::new();
    let sweep = "analyse scenarios/external-drive.toml --sweep populations.X.rate=0.5:2.5:5";
    let run = place.run(&format!("{sweep} -o sweep.h5")).expect(0);
    for words in [
        "branch 1 ends at 1.77999",
        "from 2 to 2.5: not balanced",
        "population `I` to have rate 1.337500",
    ] {
        assert!(run.out.contains(words), "no {words} in\n{}", run.out);
    }
}
