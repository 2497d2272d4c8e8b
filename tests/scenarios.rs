//! Every scenario of the repository runs: the comparison of a small ensemble, and the theory.

mod common;

use std::fs;

use common::{Place, root, scenarios};
use equipoise::model::{Scenario, Transmission};
use equipoise::store::{Values, read_group, read_header};

#[test]
fn there_are_scenarios() {
    assert!(scenarios().len() >= 5, "{:?}", scenarios());
}

#[test]
fn scenarios_are_validated() {
    let place = Place::new();
    // The fluctuations of a small network carry it away from the focus of this one, beside two saddles of the limit.
    for name in scenarios().into_iter().filter(|name| name != "slow-oscillation.toml") {
        let run = place.run(&format!(
            "validate scenarios/{name} --set n=100 --set ensemble.replicates=40 -o {name}"
        ));
        assert_eq!(run.status, Some(0), "{name}:\n{}\n{}", run.out, run.err);
        let header = read_header(&place.path(&name).join("result.h5")).expect("header");
        let four = ["trajectory", "limit", "finite_n", "comparison"];
        let has = |group: &&str| header.groups.iter().any(|name| name == group);
        assert!(header.complete && four.iter().all(has), "{header:?}");
        if name == "recording.toml" {
            assert!(["law", "variability"].iter().all(has), "{header:?}");
        }
    }
}

#[test]
fn every_scenario_has_a_limit() {
    let place = Place::new();
    for name in scenarios() {
        let run = place.run(&format!("limit --finite-n scenarios/{name} -o {name}.h5"));
        assert_eq!(run.status, Some(0), "{name}:\n{}\n{}", run.out, run.err);
        assert!(run.out.contains("Finite-n theory"), "{}", run.out);
        let header = read_header(&place.path(&format!("{name}.h5"))).expect("header");
        assert_eq!(header.groups, ["limit", "finite_n"]);
    }
}

/// Under shared spikes and release fires are spikes, which are whole numbers.
#[test]
fn spikes_are_counted() {
    let place = Place::new();
    let own_spikes = scenarios().into_iter().filter(|name| {
        let text = fs::read_to_string(root().join("scenarios").join(name)).expect("a scenario");
        let scenario = Scenario::parse(name, &text).expect("a sound scenario");
        scenario.network.transmission != Transmission::Independent
    });
    let names: Vec<_> = own_spikes.collect();
    assert!(names.len() >= 2, "{names:?}");
    for name in names {
        let run = place.run(&format!(
            "simulate scenarios/{name} --set n=100 --set ensemble.replicates=10 -o {name}.h5"
        ));
        assert_eq!(run.status, Some(0), "{name}:\n{}\n{}", run.out, run.err);
        let group = read_group(&place.path(&format!("{name}.h5")), "trajectory").expect("group");
        let spikes = group.variables.iter().find(|v| v.name == "spikes").expect("spikes");
        let Values::Float(spikes) = &spikes.values else { panic!("{name}: {:?}", spikes.values) };
        assert!(spikes.iter().all(|count| count.fract() == 0.0) && spikes.iter().any(|c| *c > 0.0));
    }
}
