//! `/at_rest` and `/measured_spectrum`: simulated networks at rest beside the theory.

use equipoise_model::Scenario;
use equipoise_store::{Attribute, Group, Variable};
use equipoise_validation::{LEVEL, RestComparison, RestQuantity, RestVerdict, Tested};

use super::comparison::with_tests;
use super::{names, variable};

const TEST: &str = "test";
const SPECTRUM: [&str; 2] = ["frequency", "population"];

/// Both groups.
pub fn groups(scenario: &Scenario, verdict: &RestVerdict) -> [Group; 2] {
    [tests(scenario, verdict), spectrum(scenario, verdict)]
}

/// One row for each test.
fn tests(scenario: &Scenario, verdict: &RestVerdict) -> Group {
    let populations = scenario.network.population_names();
    let comparisons = &verdict.comparisons;
    let word = |name: &str, long_name: &str, of: &dyn Fn(&RestComparison) -> String| {
        let words: Vec<String> = comparisons.iter().map(of).collect();
        Variable::new(name, &[TEST], words).with_long_name(long_name)
    };
    let frequency = |name: &str, long_name: &str, of: fn(f64, f64) -> f64| {
        let values = comparisons.iter().map(|comparison| match comparison.quantity {
            RestQuantity::ActivitySpectrum { from, to } => of(from, to),
            _ => f64::NAN,
        });
        variable(name, long_name, &[TEST], values.collect()).with_units(&per_time(scenario))
    };
    let numbers: Vec<i64> = (0..comparisons.len() as i64).collect();
    let group = Group::new("at_rest")
        .with_coordinate(Variable::coordinate(TEST, numbers).with_long_name("number of the test"))
        .with_variable(word("quantity", "what is compared", &|c| c.quantity.name().to_owned()))
        .with_variable(word("population", "name of the population", &|c| {
            populations[c.population].clone()
        }))
        .with_variable(word("population_2", "name of the other population of a pair", &|c| match c
            .quantity
        {
            RestQuantity::Correlation { with } => populations[with].clone(),
            _ => String::new(),
        }))
        .with_variable(frequency("frequency_from", "lowest frequency of a band", |from, _| from))
        .with_variable(frequency("frequency_to", "end of a band", |_, to| to));
    let cells: Vec<Option<&Tested>> = comparisons.iter().map(|c| Some(&c.tested)).collect();
    with_tests(group, &[TEST], &cells)
        .with_attribute("level", Attribute::Float(LEVEL))
        .with_attribute("replicates", Attribute::Integer(verdict.replicates as i64))
        .with_attribute("holds", Attribute::Integer(i64::from(verdict.holds())))
}

/// The estimate of Welch's method at each frequency.
fn spectrum(scenario: &Scenario, verdict: &RestVerdict) -> Group {
    let found = &verdict.spectrum;
    let frequency = Variable::coordinate(SPECTRUM[0], found.frequencies.clone())
        .with_units(&per_time(scenario))
        .with_long_name("frequency");
    let density = |name: &str, long_name: &str, values: &[f64]| {
        variable(name, long_name, &SPECTRUM, values.to_vec()).with_units(&per_time(scenario))
    };
    Group::new("measured_spectrum")
        .with_coordinate(frequency)
        .with_coordinate(names(SPECTRUM[1], scenario.network.population_names()))
        .with_variable(density(
            "activity_spectrum",
            "two-sided spectral density of the spikes per neuron and time, by Welch's method",
            &found.density,
        ))
        .with_variable(density("lower", "lower end of its 95 % confidence interval", &found.lower))
        .with_variable(density("upper", "upper end of its 95 % confidence interval", &found.upper))
        .with_variable(density(
            "predicted",
            "what the theory expects of the estimate, with its bins and its window",
            &found.predicted,
        ))
}

fn per_time(scenario: &Scenario) -> String {
    format!("1/({})", scenario.sampling.time_unit)
}
