//! Every scenario of the repository runs: the comparison of a small ensemble, and the theory.

mod common;

use common::{Place, scenarios};
use equipoise::store::read_header;

#[test]
fn there_are_scenarios() {
    assert!(scenarios().len() >= 5, "{:?}", scenarios());
}

#[test]
fn every_scenario_is_validated() {
    let place = Place::new();
    for name in scenarios() {
        let run = place.run(&format!(
            "validate scenarios/{name} --set n=100 --set ensemble.replicates=40 -o {name}"
        ));
        assert_eq!(run.status, Some(0), "{name}:\n{}\n{}", run.out, run.err);
        let header = read_header(&place.path(&name).join("result.h5")).expect("header");
        assert!(header.complete && header.groups.len() == 4, "{header:?}");
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
