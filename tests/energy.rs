//! `equipoise energy`: what it prints and draws.

mod common;

use std::fs;

use common::Place;
use common::page::Page;
use equipoise::energy::budget::rodent::{CORTEX_2001, CORTEX_2012};
use equipoise::store::{Group, Values, read_group, read_header};
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
    assert!(run.out.ends_with("file: energy/energy.h5\nfile: energy/energy.html\n"), "{}", run.out);
    let again = place.run(&format!("{PAIR} -o energy")).expect(3);
    assert!(again.message().contains("already exists"), "{}", again.err);
    place.run(&format!("{PAIR} -o energy --force")).expect(0);
}

fn numbers(values: &Value) -> Vec<f64> {
    values.as_array().expect("a list").iter().map(number).collect()
}

fn floats<'a>(group: &'a Group, name: &str) -> &'a [f64] {
    let Values::Float(values) = &group.variable(name).expect("a variable").values else {
        panic!("{name} is of numbers")
    };
    values
}

/// Whether the numbers of a variable are those that were printed; JSON is read to the last bit but one.
#[track_caller]
fn holds(group: &Group, name: &str, printed: &[f64]) {
    let stored = floats(group, name);
    let is_near = |(one, other): (&f64, &f64)| (one - other).abs() <= 1e-15 * other.abs();
    assert_eq!(stored.len(), printed.len(), "{name}");
    assert!(stored.iter().zip(printed).all(is_near), "{name}: {stored:?} {printed:?}");
}

/// Every number that is printed stands in the file, with its unit, and the report is made of the file.
#[test]
fn the_result_file_holds_what_is_printed() {
    let place = Place::new();
    let found = object(&place, &format!("{PAIR} -o energy"));
    let file = place.path("energy/energy.h5");
    let header = read_header(&file).expect("header");
    assert!(header.complete);
    let mut groups = header.groups;
    groups.sort();
    assert_eq!(groups, ["budget", "economy", "power", "trade_off"]);
    let group = |name: &str| read_group(&file, name).expect("group");

    let power = group("power");
    for name in ["rate", "power_spike", "power_synapse", "power_rest"] {
        let printed = ["limit", "finite_n"].map(|state| numbers(&found[state][name])).concat();
        holds(&power, name, &printed);
    }
    for (name, printed) in [("communication", "communication"), ("upkeep", "upkeep")] {
        let printed = ["limit", "finite_n"].map(|state| number(&found[state][printed]));
        holds(&power, name, &printed);
    }
    for (name, printed) in [("neuron_power", "neuron_watt"), ("brain_power", "brain_watt")] {
        let printed = ["limit", "finite_n"].map(|state| number(&found[state]["scaled"][printed]));
        holds(&power, name, &printed);
    }
    assert_eq!(power.variable("power_spike").and_then(|v| v.units.as_deref()), Some("ATP/tau"));

    let economy = group("economy");
    for name in ["rate", "information", "efficiency", "best_rate", "best_efficiency", "drive"] {
        let rows = found["economy"].as_array().expect("rows");
        let printed: Vec<f64> = rows.iter().map(|row| number(&row[name])).collect();
        holds(&economy, name, &printed);
    }
    let trade_off = group("trade_off");
    for name in ["value", "power", "information", "uncorrelated", "efficiency", "neurons"] {
        let points = found["trade_off"]["points"].as_array().expect("points");
        let printed: Vec<f64> = points.iter().map(|point| number(&point[name])).collect();
        holds(&trade_off, name, &printed);
    }
    let constants: Vec<f64> = CORTEX_2012.constants.iter().map(|c| c.value).collect();
    assert_eq!(floats(&group("budget"), "number"), constants);

    let text = fs::read_to_string(place.path("energy/energy.html")).expect("a page");
    let page = Page::parse(&text);
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    assert_eq!(page.ids("section"), ["verdict", "economy", "scenario", "provenance"]);
    // The figures of the folder, and their data.
    for name in
        ["economy-of-E", "economy-of-I", "optimum", "rates", "trade-off", "precision", "worth"]
    {
        assert!(text.contains(&format!("download=\"{name}.csv\"")), "{name}");
    }
    place.run("report energy/energy.h5 -o again.html").expect(0);
    assert!(fs::read_to_string(place.path("again.html")).expect("a page") == text);
}

/// Without a budget there is none in the file, and what cannot be told is said.
#[test]
fn a_file_without_a_budget_says_what_is_missing() {
    let place = Place::new();
    let priced = format!("{PAIR} --set energy.spike=2.0 -o energy");
    place.run(&priced).expect(0);
    let file = place.path("energy/energy.h5");
    assert_eq!(read_header(&file).expect("header").groups.len(), 3);
    let power = read_group(&file, "power").expect("group");
    assert_eq!(power.variable("power_spike").and_then(|v| v.units.as_deref()), Some("energy/tau"));
    assert!(power.variable("neuron_power").is_none());
    let economy = read_group(&file, "economy").expect("group");
    assert!(floats(&economy, "efficiency").iter().all(|value| value.is_nan()));
    let text = fs::read_to_string(place.path("energy/energy.html")).expect("a page");
    assert!(text.contains("rest costs 0; there is a best rate only where"), "{text}");
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
