//! `/limit` and `/finite_n`: what is predicted.

use equipoise_limit::{FiniteNSolution, LimitSolution};
use equipoise_model::Scenario;
use equipoise_store::Group;

use super::{group, names, variable};

const MOMENT: [&str; 2] = ["time", "population"];

/// The group of the limit.
pub fn limit(scenario: &Scenario, solution: &LimitSolution) -> Group {
    let moment = |name: &str, long_name: &str, values: &[f64]| {
        variable(name, long_name, &MOMENT, values.to_vec())
    };
    group("limit", scenario, &solution.times)
        .with_variable(moment("mean", "mean of the potentiation in the limit (at time 0 after the initial layer, at a step of an external rate before it)", &solution.mean))
        .with_variable(moment(
            "variance",
            "variance of the potentiation in the limit",
            &solution.variance,
        ))
        .with_variable(moment("spikes", "fires since time 0 in the limit, per n", &solution.spikes))
        .with_variable(variable(
            "balance_residual",
            "largest component of K S + h",
            &["time"],
            solution.balance_residual.clone(),
        ))
        .with_variable(variable(
            "fast_eigenvalue",
            "largest real part of the fast eigenvalues, per time unit and sqrt(n)",
            &["time"],
            solution.fast_eigenvalue.clone(),
        ))
}

/// The group of the finite-n theory.
pub fn finite_n(scenario: &Scenario, solution: &FiniteNSolution) -> Group {
    let moment = |name: &str, long_name: &str, values: &[f64]| {
        variable(name, long_name, &MOMENT, values.to_vec())
    };
    group("finite_n", scenario, &solution.times)
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
            solution.mean_covariance.clone(),
        ))
}
