//! What each command prints and writes, and what the options change.

mod common;

use std::fs;

use common::{PAIR, Place, groups};
use equipoise::store::{Group, Values, read_group, read_header};
use serde_json::Value;

/// Parses standard output, which must be one JSON object and nothing else.
fn object(out: &str) -> Value {
    let value: Value = serde_json::from_str(out).expect("one JSON value");
    assert!(value.is_object(), "{value}");
    value
}

/// A number to four decimals.
fn rounded(value: &Value) -> String {
    format!("{:.4}", value.as_f64().expect("a number"))
}

#[test]
fn results_go_to_their_default_places() {
    let place = Place::new();
    for (command, expected, groups) in [
        (
            "validate",
            "results/inhibition-stabilised/result.h5",
            ["limit", "finite_n", "trajectory", "comparison"].as_slice(),
        ),
        ("simulate", "inhibition-stabilised.h5", &["trajectory"]),
        ("limit", "inhibition-stabilised-limit.h5", &["limit"]),
    ] {
        let run = place.run(&format!("{command} {PAIR}")).expect(0);
        assert!(run.out.contains("Inhibition-stabilised pair"), "{}", run.out);
        assert!(run.out.ends_with(&format!("file: {expected}\n")), "{}", run.out);
        let header = read_header(&place.path(expected)).expect("header");
        assert!(header.complete);
        assert_eq!(header.groups, groups);
        assert!(header.provenance.history.contains(command));
    }
    assert_eq!(
        place.names(),
        ["inhibition-stabilised-limit.h5", "inhibition-stabilised.h5", "results"]
    );
}

#[test]
fn a_second_run_has_a_place_of_its_own() {
    let place = Place::new();
    for (command, expected) in [
        (
            "validate",
            [
                "results/inhibition-stabilised/result.h5",
                "results/inhibition-stabilised-2/result.h5",
            ],
        ),
        ("limit", ["inhibition-stabilised-limit.h5", "inhibition-stabilised-limit-2.h5"]),
    ] {
        for file in expected {
            let run = place.run(&format!("{command} {PAIR}")).expect(0);
            assert!(run.out.ends_with(&format!("file: {file}\n")), "{}", run.out);
        }
        assert!(
            expected.iter().all(|file| read_header(&place.path(file)).expect("header").complete)
        );
    }
}

#[test]
fn validate_prints_a_verdict() {
    let place = Place::new();
    let run = place.run(&format!("validate {PAIR}")).expect(0);
    for words in ["PASSED: all ", "mean_covariance_I", "simulation - limit", "holds"] {
        assert!(run.out.contains(words), "no {words} in\n{}", run.out);
    }
    assert!(run.err.contains("jumps"), "{}", run.err);
}

#[test]
fn json_is_one_object_and_quiet_is_quiet() {
    let place = Place::new();
    for command in ["validate -o out", "simulate -o out.h5", "limit --finite-n -o limit.h5"] {
        let run = place.run(&format!("{command} {PAIR} --json --quiet")).expect(0);
        assert_eq!(run.err, "", "{command}");
        let object = object(&run.out);
        assert_eq!(object["title"], "Inhibition-stabilised pair");
        let file = object["file"].as_str().expect("a path");
        assert!(read_header(&place.path(file)).expect("header").complete);
    }
    let run = place.run(&format!("validate {PAIR} --json -o again")).expect(0);
    let object = object(&run.out);
    assert_eq!((&object["holds"], &object["replicates"]), (&Value::Bool(true), &Value::from(6)));
    let comparisons = object["comparisons"].as_array().expect("a list");
    assert!(comparisons.iter().all(|comparison| comparison["holds"] == true));
}

/// What is recorded is compared, and nothing else changes.
#[test]
fn validate_compares_what_is_recorded() {
    let place = Place::new();
    let spikes = "--set record.spikes.E=all --set record.spikes.I=[0,1]";
    let records = format!("{spikes} --set record.snapshots=[0.1,0.5]");
    let run = place.run(&format!("validate {PAIR} {records} -o text")).expect(0);
    for words in ["below_0.", "fano", "KS floor", "PASSED: all "] {
        assert!(run.out.contains(words), "no {words} in\n{}", run.out);
    }
    let header = read_header(&place.path("text/result.h5")).expect("header");
    for group in ["comparison", "law", "variability"] {
        assert!(header.groups.iter().any(|name| name == group), "{:?}", header.groups);
    }
    let law = read_group(&place.path("text/result.h5"), "law").expect("group");
    let Values::Float(measured) = &law.variable("measured").expect("a variable").values else {
        panic!("fractions are numbers")
    };
    assert_eq!(measured.len(), 2 * 2 * 19);
    assert!(measured.iter().all(|fraction| (0.0..=1.0).contains(fraction)));

    let run = place.run(&format!("validate {PAIR} {records} --json -o json")).expect(0);
    let recorded = object(&run.out);
    let length = |name: &str| recorded[name].as_array().map(Vec::len);
    assert_eq!(["law", "distances", "variability"].map(length), [Some(76), Some(4), Some(1)]);
    assert_eq!(recorded["variability"][0]["population"], "E");

    let run = place.run(&format!("validate {PAIR} --json -o plain")).expect(0);
    let plain = object(&run.out);
    assert!(plain.get("law").is_none() && plain.get("variability").is_none());
    let measured = |of: &Value, i: usize| of["comparisons"][i]["measured"].clone();
    assert!((0..10).all(|i| measured(&plain, i) == measured(&recorded, i)));
}

#[test]
fn set_and_seed_replace_fields_of_the_scenario() {
    let place = Place::new();
    place.run(&format!("simulate {PAIR} --seed 7 -o option.h5")).expect(0);
    place.run(&format!("simulate {PAIR} --set seed=7 -o field.h5")).expect(0);
    place.run(&format!("simulate {PAIR} -o file.h5")).expect(0);
    let [option, field, file] =
        ["option.h5", "field.h5", "file.h5"].map(|name| groups(&place.path(name)));
    assert_eq!(option, field);
    assert_ne!(option, file);

    let header = read_header(&place.path("option.h5")).expect("header");
    assert_eq!(header.provenance.seed, 7);
    assert!(header.provenance.scenario.contains("n = 40"), "{}", header.provenance.scenario);
    let realizations = file[0].dimension("realization").expect("dimension").length;
    assert_eq!(realizations, 6);
}

#[test]
fn no_result_depends_on_the_number_of_threads() {
    let place = Place::new();
    place.run(&format!("validate {PAIR} --threads 1 -o one")).expect(0);
    place.run(&format!("validate {PAIR} --threads 2 -o two")).expect(0);
    let [one, two] = ["one", "two"].map(|name| groups(&place.path(name).join("result.h5")));
    assert_eq!(one.len(), 4);
    assert_eq!(one, two);
}

#[test]
fn the_networks_of_simulate_are_those_of_validate() {
    let place = Place::new();
    place.run(&format!("validate {PAIR} -o folder")).expect(0);
    place.run(&format!("simulate {PAIR} -o file.h5")).expect(0);
    let trajectory = |name| read_group(&place.path(name), "trajectory").expect("group");
    assert_eq!(trajectory("folder/result.h5"), trajectory("file.h5"));
}

#[test]
fn an_existing_file_is_replaced_by_force_alone() {
    let place = Place::new();
    let command = format!("limit {PAIR} -o result.h5");
    fs::write(place.path("result.h5"), "precious").expect("a file");
    let run = place.run(&command).expect(3);
    assert!(run.err.contains("already exists") && run.err.contains("--force"), "{}", run.err);
    assert_eq!(fs::read_to_string(place.path("result.h5")).expect("a file"), "precious");
    assert_eq!(place.names(), ["result.h5"]);

    place.run(&format!("{command} --force")).expect(0);
    assert!(read_header(&place.path("result.h5")).expect("header").complete);
    assert_eq!(place.names(), ["result.h5"]);
}

/// At n = 16 balance decays more slowly than the potentiation, and the corrections grow from one order to the next.
#[test]
fn a_network_that_is_too_small_for_the_theory_is_named() {
    let place = Place::new();
    let command = "limit scenarios/inhibition-stabilised.toml --finite-n --set sample_interval=1";
    let small = place.run(&format!("{command} --set n=16 -o small.h5")).expect(0);
    for words in ["n = 16 IS TOO SMALL", "balance = 1.4", "orders = 1."] {
        assert!(small.out.contains(words), "no {words} in\n{}", small.out);
    }
    let large = place.run(&format!("{command} --set n=400 -o large.h5")).expect(0);
    assert!(large.out.contains("n = 400 is large enough"), "{}", large.out);
    let group = read_group(&place.path("small.h5"), "finite_n").expect("group");
    assert!(group.variable("mean_margin").is_some());
    let run = place.run(&format!("{command} --set n=16 -o json.h5 --json")).expect(0);
    let theory = &object(&run.out)["finite_n"];
    assert_eq!(theory["validity"]["holds"], false);
    assert!(theory["margin"]["mean"][1][0].as_f64().expect("a number") > 0.0);
}

/// The values that an independent integration gives (`crates/limit/tests/oracle/theory.json`).
#[test]
fn the_theory_of_a_hundred_neurons_has_its_known_values() {
    let place = Place::new();
    let scenario = "scenarios/inhibition-stabilised.toml --set n=100";
    let run = place.run(&format!("limit {scenario} --finite-n --json")).expect(0);
    let theory = &object(&run.out)["finite_n"];
    let last = theory["time"].as_array().expect("times").len() - 1;
    assert_eq!(theory["time"][last], 4.0);
    let at_end = |name: &str| [0, 1].map(|population| rounded(&theory[name][last][population]));
    assert_eq!(at_end("mean"), ["-0.7695", "-0.8512"]);
    assert_eq!(at_end("variance"), ["0.2300", "0.9967"]);
}

/// Simulated networks at rest hold what the theory says, and depend on no thread.
#[test]
fn networks_at_rest_are_simulated_and_compared() {
    let place = Place::new();
    let command = "fluctuations scenarios/inhibition-stabilised.toml --set n=50 --simulate 20";
    let run = place.run(&format!("{command} -o rest.h5")).expect(0);
    assert!(run.out.contains("20 simulated networks at rest"), "{}", run.out);
    assert!(run.out.contains("PASSED: all 19 comparisons hold"), "{}", run.out);
    let spectrum = read_group(&place.path("rest.h5"), "measured_spectrum").expect("group");
    let length = |group: &Group, name| group.variable(name).map(|variable| variable.values.len());
    assert_eq!(length(&spectrum, "frequency"), Some(128));
    assert_eq!(length(&spectrum, "activity_spectrum"), Some(256));
    let tests = read_group(&place.path("rest.h5"), "at_rest").expect("group");
    assert_eq!(length(&tests, "p_adjusted"), Some(19));
    let run = place.run(&format!("{command} --threads 1 -o json.h5 --json")).expect(0);
    let found = object(&run.out);
    assert_eq!(found["at_rest"]["holds"], true);
    assert_eq!(found["at_rest"]["comparisons"].as_array().map(Vec::len), Some(19));
    assert_eq!(read_group(&place.path("json.h5"), "at_rest").expect("group"), tests);
}

/// What cannot be simulated is refused before there is a file; windows that make no sense are as long as they can be.
#[test]
fn networks_at_rest_that_cannot_be_simulated_are_refused() {
    let place = Place::new();
    let command = "fluctuations scenarios/inhibition-stabilised.toml";
    let run = place.run(&format!("{command} --set n=1e11 --simulate 2 -o vast.h5")).expect(2);
    assert!(run.err.contains("jumps"), "{}", run.err);
    assert!(!place.path("vast.h5.partial").exists() && !place.path("vast.h5").exists());
    let run = place.run(&format!("{command} --at nan -o at.h5")).expect(2);
    assert!(run.err.contains("it must be a number"), "{}", run.err);
    for window in ["1e-6", "1e9"] {
        let asked = format!("--set n=10 --simulate 2 --window {window} -o {window}.h5");
        let run = place.run(&format!("{command} {asked}"));
        assert!([Some(0), Some(1)].contains(&run.status), "{}", run.err);
    }
}

#[test]
fn fluctuations_are_printed_and_written() {
    let place = Place::new();
    let command = "fluctuations scenarios/external-drive.toml --frequencies 0.01:10:4";
    let run = place.run(&format!("{command} -o text.h5")).expect(0);
    for words in [
        "Stationary state:",
        "Fluctuations decay in",
        "in a window of 10 tau",
        "correlation with I",
        "response to X (phase)",
        "10.0000",
        "The limit, n times",
        "n S(activity)",
    ] {
        assert!(run.out.contains(words), "{words}: {}", run.out);
    }
    let header = read_header(&place.path("text.h5")).expect("header");
    assert_eq!(
        header.groups,
        ["stationary", "lag_covariance", "spectrum", "response", "variability"]
    );
    let run = place.run(&format!("{command} -o json.h5 --json")).expect(0);
    let found = object(&run.out);
    assert_eq!(found["frequency"].as_array().map(Vec::len), Some(4));
    // The stationary covariance is the lag covariance at 0, and the response has a column for each source.
    let group = read_group(&place.path("json.h5"), "lag_covariance").expect("group");
    let Values::Float(lagged) = &group.variable("mean_covariance").expect("covariances").values
    else {
        panic!("covariances are numbers")
    };
    for (i, lagged) in lagged[..4].iter().enumerate() {
        let stationary = found["stationary"]["mean_covariance"][i].as_f64().expect("a number");
        assert!((lagged - stationary).abs() < 1e-7 * stationary.abs(), "{lagged} {stationary}");
    }
    assert_eq!(found["response"][0][0].as_array().map(Vec::len), Some(4));
    // Balance fixes both rates, so in the limit the rate of E follows X as K says, S = -K^(-1) h, at any frequency, and nothing else moves it.
    for frequency in 0..4 {
        let response = &found["limit"]["response"][frequency][0];
        for (source, expected) in [0.0, 0.0, 0.45, 0.1875].into_iter().enumerate() {
            let real = response[source][0].as_f64().expect("a number");
            assert!((real - expected).abs() < 1e-9, "{frequency} {source}: {real}");
        }
    }
    let counts = &found["variability"];
    let rate = found["stationary"]["rate"][0].as_f64().expect("a number");
    assert_eq!(counts["mean"][0].as_f64(), Some(10.0 * rate));
    assert_eq!(counts["correlation"][0][1], counts["correlation"][1][0]);
    let run = place.run(&format!("{command} --window 0")).expect(2);
    assert!(run.err.contains("must be a number above 0"), "{}", run.err);
    for (frequencies, words) in
        [("1:x:3", "`x` is no frequency"), ("2:1:3", "must rise"), ("1:2", "FROM:TO:COUNT")]
    {
        let run = place
            .run(&format!("fluctuations scenarios/external-drive.toml --frequencies {frequencies}"))
            .expect(2);
        assert!(run.err.contains(words), "{}", run.err);
    }
}

#[test]
fn analyse_says_where_the_balance_is() {
    let place = Place::new();
    let run = place.run("analyse scenarios/inhibition-stabilised.toml").expect(0);
    for words in [
        "K has rank 1 of 2",
        "a line of balanced states",
        "stable node",
        "inhibition-stabilised: ",
        "tends to point 1",
    ] {
        assert!(run.out.contains(words), "no {words} in\n{}", run.out);
    }
    let run = place.run("analyse scenarios/inhibition-stabilised.toml --json --quiet").expect(0);
    let found = object(&run.out);
    assert_eq!((&found["rank"], &found["dimension"]), (&Value::from(1), &Value::from(1)));
    let point = &found["fixed_points"][0];
    assert_eq!(["-0.8454", "-1.0908"], [0, 1].map(|a| rounded(&point["mean"][a])));
    assert_eq!(point["slow_eigenvalues"].as_array().expect("a list").len(), 3);
    let scale = point["fast_time_scales"][0].as_f64().expect("a number");
    let fast = point["fast_eigenvalues"][0][0].as_f64().expect("a number");
    let root = found["n"].as_f64().expect("n").sqrt();
    assert!((scale * root * fast + 1.0).abs() < 1e-12, "{scale} {fast}");
    assert_eq!(found["course"]["fixed_point"], 0);
    assert!(place.names().is_empty());
}

#[test]
fn analyse_answers_for_a_network_without_balance() {
    let place = Place::new();
    let outside = "scenarios/external-drive.toml --set coupling.E.I=-0.5 --set coupling.I.I=-1.0";
    let run = place.run(&format!("analyse {outside}")).expect(0);
    for words in
        ["NO BALANCE: not balanced", "the mean of E is driven upwards", "Whatever the activity"]
    {
        assert!(run.out.contains(words), "no {words} in\n{}", run.out);
    }
    let run = place.run(&format!("analyse {outside} --json -o plane.svg")).expect(0);
    let found = object(&run.out);
    assert_eq!((&found["balanced"], &found["file"]), (&Value::Bool(false), &Value::Null));
    assert!(found["growth"]["velocity"][0].as_f64().expect("a number") > 0.0);
    assert!(run.err.contains("no picture"), "{}", run.err);
    assert!(place.names().is_empty());
    place.run(&format!("analyse {outside} --at -1")).expect(2);
}

#[test]
fn analyse_draws_the_phase_plane() {
    let place = Place::new();
    for (name, words) in [
        ("inhibition-stabilised", "balanced states"),
        ("external-drive", "input of I balanced"),
        ("three-populations", "E and PV of 3 populations"),
    ] {
        let command = format!("analyse scenarios/{name}.toml -o {name}.svg");
        let run = place.run(&command).expect(0);
        assert!(run.out.ends_with(&format!("file: {name}.svg\n")), "{}", run.out);
        let svg = fs::read_to_string(place.path(&format!("{name}.svg"))).expect("a picture");
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        for words in [words, "mean of E", "stable", "initial layer"] {
            assert!(svg.contains(words), "no {words} in {name}");
        }
        assert!(place.run(&command).expect(3).message().contains("already exists"));
    }
    let other = "analyse scenarios/three-populations.toml -o other.svg --force --plane";
    place.run(&format!("{other} PV,SOM")).expect(0);
    let svg = fs::read_to_string(place.path("other.svg")).expect("a picture");
    for words in ["PV and SOM of 3 populations", "mean of SOM", "balanced states"] {
        assert!(svg.contains(words), "no {words}");
    }
    for (plane, words) in [
        ("PV,PX", "no population `PX`; there are E, PV, SOM"),
        ("PV,PV", "two different ones of the populations E, PV, SOM"),
    ] {
        let message = place.run(&format!("{other} {plane}")).expect(2).message();
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn help_and_version_are_printed() {
    let place = Place::new();
    let run = place.run("--help").expect(0);
    for words in ["validate", "simulate", "limit", "analyse", "Exit status"] {
        assert!(run.out.contains(words), "no {words} in\n{}", run.out);
    }
    assert!(place.run("--version").expect(0).out.contains(env!("CARGO_PKG_VERSION")));
}
