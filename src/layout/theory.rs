//! `/limit` and `/finite_n`: what is predicted.

use equipoise_energy::{Energies, EnergyPrediction};
use equipoise_limit::{FiniteNSolution, LimitSolution, Validity};
use equipoise_model::Scenario;
use equipoise_store::{Attribute, Group};

use super::{energy, group, names, variable};

const MOMENT: [&str; 2] = ["time", "population"];

/// A quantity of all populations, by time.
type Moments = fn(&FiniteNSolution) -> &[f64];

/// The group of the limit at the sample `times`. After its end, which the attributes `end` and `end_time` then state, it
/// is NaN. With its account of energy, where there is one.
pub fn limit(
    scenario: &Scenario,
    times: &[f64],
    solution: &LimitSolution,
    energies: Option<&Energies>,
) -> Group {
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
    let group = match energies {
        Some(energies) => energy::of_limit(group, scenario, times, energies),
        None => group,
    };
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

/// The group with whether `n` is large enough: `large_enough`, `enough_n` (infinite if no size will do) and the number behind each criterion.
pub(super) fn with_validity(group: Group, validity: &Validity) -> Group {
    let group = group
        .with_attribute("large_enough", Attribute::Integer(i64::from(validity.holds())))
        .with_attribute("enough_n", Attribute::Float(validity.size()));
    validity.criteria.iter().fold(group, |group, criterion| {
        let name = format!("validity_{}", criterion.concern.name());
        group.with_attribute(&name, Attribute::Float(criterion.value))
    })
}

/// The group of the finite-n theory, with the margins of all that it predicts, and whether `n` is large enough for them; with its account of energy, where there is one.
pub fn finite_n(
    scenario: &Scenario,
    times: &[f64],
    (solution, margins): (&FiniteNSolution, &FiniteNSolution),
    validity: &Validity,
    energy: Option<&EnergyPrediction>,
) -> Group {
    let size = scenario.network.population_count();
    let moments: [(&str, &str, Moments); 4] = [
        ("mean", "expected mean of the potentiation over the population", |s| &s.mean),
        ("variance", "expected variance over the population, divisor N", |s| &s.variance),
        ("third_cumulant", "expected third central moment over the population, divisor N", |s| {
            &s.third_cumulant
        }),
        ("spikes", "expected fires since time 0, summed over the population", |s| &s.spikes),
    ];
    let mut group = with_validity(group("finite_n", scenario, times), validity)
        .with_coordinate(names("population_2", scenario.network.population_names()));
    for (theory, suffix, what) in [(solution, "", ""), (margins, "_margin", "margin of the ")] {
        for (name, long_name, of) in moments {
            let (name, long_name) = (format!("{name}{suffix}"), format!("{what}{long_name}"));
            let values = padded(of(theory), times.len() * size);
            group = group.with_variable(variable(&name, &long_name, &MOMENT, values));
        }
        group = group.with_variable(variable(
            &format!("mean_covariance{suffix}"),
            &format!("{what}covariance of population means over networks"),
            &["time", "population", "population_2"],
            padded(&theory.mean_covariance, times.len() * size * size),
        ));
    }
    match energy {
        Some(energy) => energy::of_finite_n(group, scenario, times, energy),
        None => group,
    }
}
