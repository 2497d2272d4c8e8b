//! `equipoise claims`: the statements of the theory hold, and their twins are rejected.

mod common;

use std::fs;

use common::page::Page;
use common::{Place, root};
use equipoise::store::{read_group, read_header};
use serde_json::Value;

fn object(out: &str) -> Value {
    serde_json::from_str(out).expect("one JSON value")
}

/// Of the claims that take little time: each holds, at the level that is stated; each twin fails the same tests; and no number is so uncertain that this would say nothing.
#[test]
fn quick_claims_hold_and_their_twins_are_rejected() {
    let place = Place::new();
    let found = object(&place.run("claims --quick --json --quiet -o out").expect(0).out);
    assert_eq!((&found["holds"], &found["complete"]), (&Value::Bool(true), &Value::Bool(true)));
    let claims = found["claims"].as_array().expect("claims");
    assert!(claims.len() >= 4, "{}", claims.len());
    for claim in claims {
        let name = claim["name"].as_str().expect("a name");
        assert_eq!(claim["holds"], true, "{name}: {claim:#}");
        assert_eq!(claim["twin_passes"], false, "{name}: {claim:#}");
        for course in claim["network_courses"].as_array().expect("courses") {
            let at_large = course["at_large"].as_f64().expect("a number");
            let claimed = claim["exponent"].as_f64().expect("a number");
            assert!((at_large - claimed).abs() < 0.02, "{name}: {course:#}");
            for point in course["points"].as_array().expect("points") {
                let number = |key: &str| point[key].as_f64().expect("a number");
                let known = number("predicted");
                assert!(number("standard_error") < known / 3.0, "{name}: {point:#}");
                assert!(number("margin") < known / 2.0, "{name}: {point:#}");
            }
        }
    }
    let file = place.path("out/claims.h5");
    let header = read_header(&file).expect("header");
    assert!(header.complete);
    let mut groups = header.groups;
    groups.sort();
    assert_eq!(groups, ["claim_exponents", "claim_points", "claims"]);
    let group = read_group(&file, "claim_points").expect("group");
    let points: usize = claims
        .iter()
        .flat_map(|claim| ["network_courses", "twin_courses"].map(|side| &claim[side]))
        .flat_map(|courses| courses.as_array().expect("courses"))
        .map(|course| course["points"].as_array().expect("points").len())
        .sum();
    assert_eq!(group.dimension("point").map(|dimension| dimension.length), Some(points));

    let page = Page::parse(&fs::read_to_string(place.path("out/claims.html")).expect("a page"));
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    assert_eq!(page.ids("section"), ["verdict", "claims", "provenance"]);
    let text = page.text_of("body");
    assert!(text.contains("PASSED: all claims hold, and all their twins are rejected"), "{text}");
    // The same file gives the same page.
    place.run("report out/claims.h5 -o again.html").expect(0);
    let bytes = |name: &str| fs::read(place.path(name)).expect("a page");
    assert!(bytes("again.html") == bytes("out/claims.html"));
}

/// Cells fire at the rates of their rate equations wherever something is claimed, which is where 5 to 60 Hz are predicted; no test is too coarse to see a margin, and
/// the equations with another sign are off everywhere.
#[test]
fn cells_fire_at_the_rates_of_their_equations_and_not_at_those_of_the_twin() {
    let place = Place::new();
    let found = object(&place.run("claims rate-equations --json --quiet -o out").expect(0).out);
    let claim = &found["claims"][0];
    assert_eq!((&claim["holds"], &claim["twin_passes"]), (&Value::Bool(true), &Value::Bool(false)));
    let rates = claim["rates"].as_array().expect("rates");
    let (claimed, others): (Vec<&Value>, Vec<&Value>) =
        rates.iter().partition(|rate| rate["p"].is_number());
    assert!(claimed.len() >= 12, "{}", claimed.len());
    for rate in claimed {
        let number = |key: &str| rate[key].as_f64().unwrap_or_else(|| panic!("{key}: {rate:#}"));
        assert!((5.0..=60.0).contains(&number("predicted")), "{rate:#}");
        assert!(number("standard_error") < number("margin") / 2.0, "{rate:#}");
        let off = (number("twin_predicted") - number("measured")).abs();
        assert!(off > 2.0 * (0.1 * number("twin_predicted")).max(1.5), "{rate:#}");
        assert_eq!(rate["synchronous"], false, "{rate:#}");
    }
    for rate in others {
        let predicted = rate["predicted"].as_f64().expect("a stable state");
        assert!(!(5.0..=60.0).contains(&predicted), "{rate:#}");
    }
    let file = place.path("out/claims.h5");
    let mut groups = read_header(&file).expect("header").groups;
    groups.sort();
    assert_eq!(groups, ["claim_rates", "claims"]);
    let group = read_group(&file, "claim_rates").expect("group");
    assert_eq!(group.dimension("rate").map(|dimension| dimension.length), Some(rates.len()));

    let page = Page::parse(&fs::read_to_string(place.path("out/claims.html")).expect("a page"));
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    let text = page.text_of("body");
    for words in ["cells/inhibitory", "cells/pair", "I, equations", "E, twin"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

/// Numbers depend on the seed, and on nothing else.
#[test]
fn threads_change_nothing_and_seeds_all() {
    let place = Place::new();
    let run = |options: &str, folder: &str| {
        let run = place.run(&format!("claims shared-spikes --json --quiet -o {folder} {options}"));
        object(&run.expect(0).out)["claims"].clone()
    };
    let (one, two) = (run("--threads 1", "one"), run("--threads 2", "two"));
    assert_eq!(one, two);
    assert_ne!(one, run("--seed 2", "other"));
}

#[test]
fn every_claim_has_a_folder_and_is_listed() {
    let place = Place::new();
    let listed = object(&place.run("claims --list --json").expect(0).out);
    let mut names: Vec<&str> = listed["claims"]
        .as_array()
        .expect("claims")
        .iter()
        .map(|claim| claim["name"].as_str().expect("a name"))
        .collect();
    names.sort_unstable();
    let entries = fs::read_dir(root().join("validation")).expect("the folder of claims");
    let mut folders: Vec<String> = entries
        .map(|entry| entry.expect("entry"))
        .filter(|entry| entry.path().join("claim.toml").exists())
        .map(|entry| entry.file_name().into_string().expect("UTF-8"))
        .collect();
    folders.sort();
    assert_eq!(names, folders);
    let text = place.run("claims --list").expect(0).out;
    assert!(names.iter().all(|name| text.contains(name)), "{text}");
    assert!(place.names().is_empty(), "{:?}", place.names());
}

#[test]
fn what_is_asked_wrongly_is_refused() {
    let place = Place::new();
    let run = place.run("claims no-blowup").expect(2);
    let message = run.message();
    for words in ["`no-blowup` is no claim; they are balance-residual, ", "claims --list"] {
        assert!(message.contains(words), "{message}");
    }
    let run = place.run("claims rate-of-convergence --quick").expect(2);
    assert!(run.message().contains("none of these claims is a quick one"), "{}", run.err);
    assert!(place.names().is_empty(), "{:?}", place.names());
    // What is there is not replaced.
    fs::create_dir(place.path("out")).expect("a folder");
    fs::write(place.path("out/claims.h5"), "mine").expect("written");
    let run = place.run("claims shared-spikes -o out").expect(3);
    assert!(run.message().contains("out/claims.h5"), "{}", run.err);
    assert_eq!(fs::read_to_string(place.path("out/claims.h5")).expect("kept"), "mine");
}
