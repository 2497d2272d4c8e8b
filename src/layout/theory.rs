//! `/limit` and `/finite_n`: what is predicted.

use equipoise_limit::{FiniteNSolution, LimitSolution};
use equipoise_model::Scenario;
use equipoise_store::{Attribute, Group};

use super::{group, names, variable};

const MOMENT: [&str; 2] = ["time", "population"];

/// The group of the limit at the sample `times`. After its end, which the attributes `end` and `end_time` then state, it
/// is NaN.
pub fn limit(scenario: &Scenario, times: &[f64], solution: &LimitSolution) -> Group {
    let moment = |name: &str, long_name: &str, values: &[f64]| {
        let missing = times.len() * scenario.network.population_count();
        variable(name, long_name, &MOMENT, padded(values, missing))
    };
    let by_time = |name: &str, long_name: &str, values: &[f64]| {
        variable(name, long_name, &["time"], padded(values, times.len()))
    };
    let group = group("limit", scenario, times)
        .with_variable(moment("mean", "mean of the potentiation in the limit (at time 0 after the initial layer, at a step of an external rate before it)", &solution.mean))
        .with_variable(moment(
            "variance",
            "variance of the potentiation in the limit",
            &solution.variance,
        ))
        .with_variable(moment("spikes", "fires since time 0 in the limit, per n", &solution.spikes))
        .with_variable(by_time(
            "balance_residual",
            "largest component of K S + h",
            &solution.balance_residual,
        ))
        .with_variable(by_time(
            "fast_eigenvalue",
            "largest real part of the fast eigenvalues, per time unit and sqrt(n)",
            &solution.fast_eigenvalue,
        ));
    match &solution.end {
        Some(end) => group
            .with_attribute("end", Attribute::Text(end.to_string()))
            .with_attribute("end_time", Attribute::Float(end.time())),
        None => group,
    }
}

/// The values, and NaN up to this many.
fn padded(values: &[f64], length: usize) -> Vec<f64> {
    let mut padded = values.to_vec();
    padded.resize(length, f64::NAN);
    padded
}

/// The group of the finite-n theory at the sample `times`; NaN from where the solution ends.
pub fn finite_n(scenario: &Scenario, times: &[f64], solution: &FiniteNSolution) -> Group {
    let size = scenario.network.population_count();
    let moment = |name: &str, long_name: &str, values: &[f64]| {
        variable(name, long_name, &MOMENT, padded(values, times.len() * size))
    };
    group("finite_n", scenario, times)
        .with_coordinate(names("population_2", scenario.network.population_names()))
        .with_variable(moment(
            "mean",
            "expected mean of the potentiation over the population",
            &solution.mean,
        ))
        .with_variable(moment(
            "variance",
            "expected variance over the population, divisor N",
            &solution.variance,
        ))
        .with_variable(moment(
            "third_cumulant",
            "expected third central moment over the population, divisor N",
            &solution.third_cumulant,
        ))
        .with_variable(moment(
            "spikes",
            "expected fires since time 0, summed over the population",
            &solution.spikes,
        ))
        .with_variable(variable(
            "mean_covariance",
            "covariance of population means over networks",
            &["time", "population", "population_2"],
            padded(&solution.mean_covariance, times.len() * size * size),
        ))
}
