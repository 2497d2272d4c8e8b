//! `equipoise converge`: from a scenario to errors, exponents and their picture; what is there already is taken or refused, and what was interrupted goes on.

mod common;

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{Place, Run, groups};
use equipoise::store::{Values, read_group, read_header};
use serde_json::Value;

/// Three small sizes, exact.
const STUDY: &str = "converge scenarios/inhibition-stabilised.toml --sizes 100,200,400 --networks 40 --set duration=2 -o study";

fn object(out: &str) -> Value {
    let value: Value = serde_json::from_str(out).expect("one JSON value");
    assert!(value.is_object(), "{value}");
    value
}

#[test]
fn one_command_goes_from_a_scenario_to_errors_exponents_and_a_picture() {
    let place = Place::new();
    let run = place.run(STUDY).expect(0);
    for words in ["Errors, largest over time", "Exponents", "kolmogorov", "PASSED: "] {
        assert!(run.out.contains(words), "no {words} in\n{}", run.out);
    }
    assert!(run.out.ends_with(
        "picture: study/convergence.svg\nreport: study/convergence.html\nfile: study/convergence.h5\n"
    ));
    for words in ["n = 400 (3 of 3)", "jumps", "to do", "to a factor of three"] {
        assert!(run.err.contains(words), "no {words} in\n{}", run.err);
    }
    let picture = fs::read_to_string(place.path("study/convergence.svg")).expect("a picture");
    assert!(picture.starts_with("<svg") && picture.contains("n^(-1/2)"));
    let page = fs::read(place.path("study/convergence.html")).expect("a report");
    place.run("report study/convergence.h5 -o again.html").expect(0);
    assert!(page == fs::read(place.path("again.html")).expect("a report"));
    let header = read_header(&place.path("study/convergence.h5")).expect("header");
    assert!(header.complete && header.groups == ["convergence"]);
    let group = read_group(&place.path("study/convergence.h5"), "convergence").expect("group");
    let Values::Float(errors) = &group.variable("error").expect("errors").values else {
        panic!("errors are numbers")
    };
    // Five quantities in two norms, three sizes, two populations.
    assert_eq!(errors.len(), 5 * 2 * 3 * 2);
    assert!(errors.iter().all(|error| error.is_finite()));
    for n in [100, 200, 400] {
        let header = read_header(&place.path(&format!("study/n-{n}.h5"))).expect("header");
        assert!(header.complete && header.groups.contains(&"histograms".to_owned()));
    }
}

#[test]
fn what_was_simulated_is_not_simulated_again() {
    let place = Place::new();
    let first = object(&place.run(&format!("{STUDY} --json")).expect(0).out);
    let again = place.run(&format!("{STUDY} --json")).expect(0);
    assert!(again.err.contains("done") && !again.err.contains("simulated"), "{}", again.err);
    assert_eq!(object(&again.out), first);
    assert_eq!((&first["holds"], &first["complete"]), (&Value::Bool(true), &Value::Bool(true)));
    assert_eq!(first["exponents"].as_array().map(Vec::len), Some(5 * 2 * 2));
    assert_eq!(first["errors"].as_array().map(Vec::len), Some(5 * 2 * 3 * 2));
    // One more size: the others are taken.
    let more = STUDY.replace("100,200,400", "100,150,200,400");
    let more = place.run(&format!("{more} --quiet --json --threads 1")).expect(0);
    assert_eq!(more.err, "");
    let more = object(&more.out);
    let of = |study: &Value, n: f64| -> Vec<Value> {
        let errors = study["errors"].as_array().expect("errors").iter();
        let own = errors.filter(|error| error["n"] == n && error["norm"] == "end");
        own.map(|error| error["error"].clone()).collect()
    };
    assert_eq!(of(&more, 100.0), of(&first, 100.0));
    assert_eq!(of(&more, 150.0).len(), 10);
}

/// Where activity has a price, errors of energies stand beside the others everywhere; without prices nothing is said of them.
#[test]
fn energies_are_compared_where_they_have_a_price() {
    let place = Place::new();
    let priced = "--set energy={synapse={E=1e-3,I=0.0},spike=2.0,threshold=0.1}";
    let run = place.run(&format!("{STUDY} {priced} --json")).expect(0);
    let found = object(&run.out);
    let of = |quantity: &str| -> Vec<&Value> {
        let errors = found["errors"].as_array().expect("errors").iter();
        errors.filter(|error| error["quantity"] == quantity).collect()
    };
    // Two norms, three sizes; jumps cost I nothing, and spikes are not tested twice.
    assert_eq!(of("activity_energy").len(), 2 * 3 * 2);
    assert_eq!(of("energy_synapse").len(), 2 * 3);
    assert_eq!(of("energy_spike").len(), 0);
    assert!(of("energy_synapse").iter().all(|error| error["population"] == "E"));
    assert!(found["notes"].to_string().contains("energy_spike is spikes times their price"));
    let group = read_group(&place.path("study/convergence.h5"), "convergence").expect("group");
    let Values::Text(quantities) = &group.variable("quantity").expect("names").values else {
        panic!("quantities have names")
    };
    assert_eq!(quantities[5..], ["energy_synapse", "activity_energy"]);
    let Values::Float(errors) = &group.variable("error").expect("errors").values else {
        panic!("errors are numbers")
    };
    assert_eq!(errors.len(), 7 * 2 * 3 * 2);
    assert_eq!(errors.iter().filter(|error| error.is_nan()).count(), 2 * 3);
    let measured = |error: &Value| error["error"].as_f64().expect("a number");
    // Numbers are read from JSON to the last bit but one.
    let is_near = |(printed, stored): (f64, &f64)| (printed - stored).abs() <= 1e-15 * stored.abs();
    let printed = of("activity_energy").into_iter().map(measured);
    assert!(printed.zip(&errors[6 * 2 * 3 * 2..]).all(is_near));
    for (name, words) in [
        ("study/convergence.svg", "activity energy of a neuron"),
        ("study/convergence.html", "energy of jumps received"),
    ] {
        let text = fs::read_to_string(place.path(name)).expect("text");
        assert!(text.contains(words), "no {words} in {name}");
    }
    // The same networks, whatever they cost.
    let plain = object(&place.run(&STUDY.replace("-o study", "-o plain --json")).expect(0).out);
    let means = |study: &Value| -> Vec<Value> {
        let errors = study["errors"].as_array().expect("errors").iter();
        errors.filter(|e| e["quantity"] == "mean").map(|e| e["error"].clone()).collect()
    };
    assert_eq!(means(&plain), means(&found));
    assert!(!plain.to_string().contains("energy"));
}

/// A summary of more sizes takes the place of the one before; one of others would lose some.
#[test]
fn a_summary_is_not_replaced_by_one_of_other_sizes() {
    let place = Place::new();
    place.run(STUDY).expect(0);
    let fewer = STUDY.replace("100,200,400", "100,200");
    let before = groups(&place.path("study/convergence.h5"));
    let message = place.run(&fewer).expect(2).message();
    for words in ["compares n = 400, too", "--force"] {
        assert!(message.contains(words), "{message}");
    }
    assert_eq!(groups(&place.path("study/convergence.h5")), before);
    place.run(&format!("{fewer} --force")).expect(0);
    assert_ne!(groups(&place.path("study/convergence.h5")), before);
}

#[test]
fn files_of_another_study_are_refused() {
    let place = Place::new();
    place.run(STUDY).expect(0);
    let before = groups(&place.path("study/n-100.h5"));
    for other in ["--set populations.E.drive=-0.2", "--seed 5"] {
        let run = place.run(&format!("{STUDY} {other}")).expect(2);
        let message = run.message();
        assert!(message.contains("is of another study"), "{message}");
        assert!(message.contains("--force") && message.contains("-o"), "{message}");
    }
    assert_eq!(groups(&place.path("study/n-100.h5")), before);
    place.run(&format!("{STUDY} --seed 5 --force")).expect(0);
    assert_ne!(groups(&place.path("study/n-100.h5")), before);
}

#[test]
fn damaged_files_are_told_of() {
    let place = Place::new();
    place.run(STUDY).expect(0);
    let path = place.path("study/n-200.h5");
    let bytes = fs::read(&path).expect("a file");
    fs::write(&path, &bytes[..bytes.len() / 3]).expect("written");
    let message = place.run(STUDY).expect(3).message();
    assert!(message.contains("n-200.h5"), "{message}");
    place.run(&format!("{STUDY} --force")).expect(0);
}

#[test]
fn a_plan_is_told_without_simulating() {
    let place = Place::new();
    let command = "converge scenarios/inhibition-stabilised.toml --dry-run";
    let run = place.run(&format!("{command} --sizes 30,1e3,1e5")).expect(0);
    for words in ["exact", "leap", "too small for the theory", "about"] {
        assert!(run.out.contains(words), "no {words} in\n{}", run.out);
    }
    let plan = object(&place.run(&format!("{command} --json")).expect(0).out);
    let sizes = plan["sizes"].as_array().expect("sizes");
    assert!(sizes.len() >= 3 && sizes.iter().all(|size| size["large_enough"] == true), "{plan}");
    // A new user waits less than five minutes on two cores.
    assert!(plan["seconds"].as_f64().expect("seconds") < 300.0);
    assert!(place.names().is_empty());
}

#[test]
fn what_makes_no_sense_is_refused_with_the_reason() {
    let place = Place::new();
    for (options, words) in [
        ("--sizes 100", "two different sizes"),
        ("--sizes 100,ten", "`ten` is no size"),
        ("--precision 0", "0.001 to 1"),
        ("--sizes 4,5", "nothing can be expected of n = 4"),
        ("--sizes 15,20", "large enough for the theory"),
        (
            "--sizes 100,200 --set duration=0.1 --set sample_interval=0.1 --set populations.E.initial.normal.mean=2",
            "initial layer",
        ),
        ("--sizes 100,200 --method leap --set transmission=shared", "transmission"),
    ] {
        let command = format!("converge scenarios/inhibition-stabilised.toml -o study {options}");
        let message = place.run(&command).expect(2).message();
        assert!(message.contains(words), "{options}: {message}");
    }
    assert!(place.names().is_empty());
}

/// Steps of half a time constant are wrong by more than the errors that are to be seen: the comparison fails, and the exit status says so.
#[test]
fn what_does_not_agree_fails() {
    let place = Place::new();
    let command = "converge scenarios/inhibition-stabilised.toml --sizes 3000,10000 --networks 200 --set duration=1 --method leap --set engine.method=leap --set engine.step=0.5";
    let run = place.run(command).expect(1);
    for words in ["FAILED: ", "Errors that do not agree", "FAILS"] {
        assert!(run.out.contains(words), "no {words} in\n{}", run.out);
    }
    let run = place.run(&format!("{command} --json")).expect(1);
    let found = object(&run.out);
    assert_eq!(found["holds"], false);
    assert!(!found["failures"].as_array().expect("failures").is_empty());
}

/// An interrupted study goes on when it is given again, and is as if it had never stopped.
#[test]
fn an_interrupted_study_goes_on() {
    const LONG: &str = "converge scenarios/inhibition-stabilised.toml --sizes 100,110 --networks 1500 --set duration=2 --threads 1";
    let (place, straight) = (Place::new(), Place::new());
    let mut command = place.command(&format!("{LONG} -o study"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let (partial, begun) = (place.path("study/n-100.h5.partial"), Instant::now());
    while !partial.exists() {
        assert!(child.try_wait().expect("a child").is_none(), "the run ended by itself");
        assert!(begun.elapsed() < Duration::from_mins(1), "nothing was written");
        sleep(Duration::from_millis(20));
    }
    sleep(Duration::from_millis(200));
    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
    let run = Run::from(child.wait_with_output().expect("the program ends")).expect(130);
    assert!(run.err.contains("the same command goes on"), "{}", run.err);
    assert!(!read_header(&place.path("study/n-100.h5")).expect("header").complete);
    let plan = place.run(&format!("{LONG} -o study --dry-run")).expect(0);
    assert!(plan.out.contains("goes on"), "{}", plan.out);

    let resumed = place.run(&format!("{LONG} -o study --json"));
    let whole = straight.run(&format!("{LONG} -o study --json"));
    assert_eq!(resumed.status, whole.status, "{}\n{}", resumed.err, whole.err);
    assert_eq!(object(&resumed.out), object(&whole.out));
    for file in ["study/n-100.h5", "study/n-110.h5", "study/convergence.h5"] {
        assert_eq!(groups(&place.path(file)), groups(&straight.path(file)), "{file}");
    }
}
