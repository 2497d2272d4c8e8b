//! `equipoise energy`: what it prints and draws.

mod common;

use std::fs;

use common::Place;
use equipoise::energy::budget::rodent::CORTEX_2001;
use serde_json::Value;

const PAIR: &str = "energy scenarios/inhibition-stabilised.toml --sweep strength=0.8:1.2:3";

fn object(place: &Place, arguments: &str) -> Value {
    let run = place.run(&format!("{arguments} --json")).expect(0);
    serde_json::from_str(&run.out).expect("one JSON value")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn an_account_is_what_its_parts_say() {
    let place = Place::new();
    let found = object(&place, &format!("{PAIR} --budget rodent-cortex-2001 --set n=1000"));
    let budget = &found["budget"];
    assert_eq!(number(&budget["spike"]), CORTEX_2001.spike);
    assert!(budget["constants"].as_array().is_some_and(|constants| constants.len() > 10));
    for state in ["limit", "finite_n"] {
        let account = &found[state];
        let powers = ["power_spike", "power_synapse", "power_rest"].map(|part| {
            let parts = account[part].as_array().expect("populations");
            parts.iter().map(number).sum::<f64>()
        });
        let total = number(&account["communication"]) + number(&account["upkeep"]);
        assert!((powers.iter().sum::<f64>() / total - 1.0).abs() < 1e-12);
        // At its rate per second a neuron of this budget spends what the budget says.
        let rates: Vec<f64> =
            account["rate"].as_array().expect("rates").iter().map(|r| number(r) / 0.01).collect();
        let mean = 0.5 * (rates[0] + rates[1]);
        let watt = number(&account["scaled"]["neuron_watt"]);
        let expected = CORTEX_2001.power(mean).expect("rest is known") * 50e3 / 6.022_140_76e23;
        assert!((watt / expected - 1.0).abs() < 1e-9, "{state}: {watt} {expected}");
    }
    // The limit has equal rates, by its balance, and one network has not quite.
    let rates = &found["limit"]["rate"];
    assert!((number(&rates[0]) - number(&rates[1])).abs() < 1e-9);
    assert!((number(&found["finite_n"]["rate"][0]) - number(&rates[0])).abs() > 1e-4);
}

/// The limit with the drive that is named has the rate that is best.
#[test]
fn the_drive_leads_to_the_best_rate() {
    let place = Place::new();
    let found = object(&place, PAIR);
    for row in found["economy"].as_array().expect("rows") {
        assert!(number(&row["efficiency"]) <= number(&row["best_efficiency"]), "{row}");
        let drive = number(&row["drive"]);
        let larger = format!("{PAIR} --set n=1e6 --set populations.E.drive={drive:?}");
        let moved = object(&place, &larger);
        let other =
            moved["economy"].as_array().expect("rows").iter().find(|other| {
                other["code"] == row["code"] && other["population"] == row["population"]
            });
        let other = other.expect("the same row");
        let best = number(&row["best_rate"]);
        assert!((number(&moved["limit"]["rate"][0]) / best - 1.0).abs() < 1e-6, "{row}");
        // One network is near to it, where it is large.
        assert!((number(&other["rate"]) / best - 1.0).abs() < 0.05, "{row} {other}");
    }
}

#[test]
fn rates_that_balance_fixes_cannot_be_moved() {
    let place = Place::new();
    let arguments = "energy scenarios/external-drive.toml --sweep strength=1:1.1:2";
    let run = place.run(arguments).expect(0);
    assert!(run.out.contains("no drive moves any rate"), "{}", run.out);
    let found = object(&place, arguments);
    assert!(found["economy"][0]["drive_reason"].is_string());
}

#[test]
fn figures_are_drawn_with_their_data() {
    let place = Place::new();
    let run = place.run(&format!("{PAIR} -o energy")).expect(0);
    for name in ["economy-of-E", "optimum", "rates", "trade-off", "precision", "worth"] {
        let svg = fs::read_to_string(place.path(&format!("energy/{name}.svg"))).expect("a figure");
        assert!(svg.starts_with("<svg") && svg.contains("</svg>"), "{name}");
        let csv = fs::read_to_string(place.path(&format!("energy/{name}.csv"))).expect("its data");
        assert!(csv.starts_with("series,"), "{name}");
        assert!(run.out.contains(&format!("file: energy/{name}.svg\n")), "{}", run.out);
    }
    let again = place.run(&format!("{PAIR} -o energy")).expect(3);
    assert!(again.message().contains("already exists"), "{}", again.err);
    place.run(&format!("{PAIR} -o energy --force")).expect(0);
}

#[test]
fn a_sweep_goes_through_all_populations() {
    let place = Place::new();
    let found = object(
        &place,
        "energy scenarios/refractory.toml --sweep populations.*.gain.refractory_time=0.5:1.5:3",
    );
    let points = found["trade_off"]["points"].as_array().expect("points");
    // From there on, the longer neurons are refractory the fewer spikes there are, and yet they tell more.
    let of = |name: &str| points.iter().map(|point| number(&point[name])).collect::<Vec<_>>();
    assert!(of("power").windows(2).all(|pair| pair[0] > pair[1]), "{:?}", of("power"));
    let information = of("information");
    assert!(information.windows(2).all(|pair| pair[0] < pair[1]), "{information:?}");
}

#[test]
fn what_makes_no_sense_is_refused_with_the_reason() {
    let place = Place::new();
    for (arguments, words) in [
        ("--budget rodent-cortex-2021", "rodent-cortex-2012"),
        ("--drive X", "the neuron populations are E, I"),
        ("--sweep strength=0:1:3", "a strength must be above 0"),
        ("--sweep populations.*.tau=0:1:3", "tau"),
        ("--free-energy 0", "a number above 0"),
    ] {
        let scenario = "energy scenarios/inhibition-stabilised.toml";
        let run = place.run(&format!("{scenario} {arguments}")).expect(2);
        assert!(run.message().contains(words), "{arguments}: {}", run.err);
    }
}

/// Costs of the scenario's own give no watt; without a cost of rest there is no best rate.
#[test]
fn costs_of_the_scenario_are_taken() {
    let place = Place::new();
    let text = fs::read_to_string(place.path("scenarios/inhibition-stabilised.toml")).expect("it");
    let text = format!("{text}\n[energy]\nspike = 2.0\n");
    fs::write(place.path("priced.toml"), text).expect("written");
    let run = place.run("energy priced.toml --sweep strength=1:1.1:2").expect(0);
    for words in ["no budget, hence no watt", "rest costs 0; there is a best rate only where"] {
        assert!(run.out.contains(words), "{}", run.out);
    }
    let found = object(&place, "energy priced.toml --sweep strength=1:1.1:2 --set energy.rest=0.1");
    let rate = number(&found["limit"]["rate"][0]);
    let power = number(&found["limit"]["power_spike"][0]);
    assert!((power / (2.0 * 400.0 * rate) - 1.0).abs() < 1e-12);
    assert!(found["budget"].is_null());
}
