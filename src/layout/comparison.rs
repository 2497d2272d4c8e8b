//! `/comparison`, and where more is recorded `/law` and `/variability`: each test of the ensemble against its prediction.

use equipoise_model::Scenario;
use equipoise_store::{Attribute, Group, Variable};
use equipoise_validation::law::PROBABILITIES;
use equipoise_validation::{Comparison, Distances, LEVEL, Quantity, Tested, Verdict};

use super::{group, names, variable};

/// All groups of a verdict; of laws and counts those that there are.
pub fn groups(
    scenario: &Scenario,
    times: &[f64],
    replicates: usize,
    verdict: &Verdict,
) -> Vec<Group> {
    let mut groups = vec![comparison(scenario, times, verdict)];
    if !verdict.law.is_empty() {
        groups.push(law(scenario, verdict));
    }
    if !verdict.counts.is_empty() {
        groups.push(variability(scenario, verdict));
    }
    let finished = groups.into_iter().map(|group| {
        group
            .with_attribute("level", Attribute::Float(LEVEL))
            .with_attribute("replicates", Attribute::Integer(replicates as i64))
            .with_attribute("holds", Attribute::Integer(i64::from(verdict.holds())))
    });
    finished.collect()
}

/// A covariance stands under both of its populations; what was not tested is NaN.
fn comparison(scenario: &Scenario, times: &[f64], verdict: &Verdict) -> Group {
    let populations = scenario.network.population_names();
    let quantities = Quantity::all_with(populations.len(), scenario.energy.is_some());
    let place = |sample: usize, population: usize, quantity: Quantity| {
        let index =
            quantities.iter().position(|q| *q == quantity).expect("all quantities are listed");
        (sample * populations.len() + population) * quantities.len() + index
    };
    let mut cells = vec![None; times.len() * populations.len() * quantities.len()];
    for comparison in &verdict.comparisons {
        let Comparison { sample, population, quantity, tested } = comparison;
        cells[place(*sample, *population, *quantity)] = Some(tested);
        if let Quantity::MeanCovariance { with } = quantity {
            let mirrored = Quantity::MeanCovariance { with: *population };
            cells[place(*sample, *with, mirrored)] = Some(tested);
        }
    }
    let names_of_quantities: Vec<String> =
        quantities.iter().map(|quantity| quantity.name(&populations)).collect();
    let group = group("comparison", scenario, times).with_coordinate(
        Variable::coordinate("quantity", names_of_quantities).with_long_name("what is compared"),
    );
    with_tests(group, &["time", "population", "quantity"], &cells)
}

/// The parts of neurons below quantiles of their law, and distances of all neurons to it.
fn law(scenario: &Scenario, verdict: &Verdict) -> Group {
    const DIMENSIONS: [&str; 3] = ["snapshot_time", "population", "probability"];
    let snapshots = &scenario.recording.snapshots;
    let populations = scenario.network.population_names();
    let laws = snapshots.len() * populations.len();
    let mut cells = vec![None; laws * PROBABILITIES.len()];
    let mut quantiles = vec![f64::NAN; cells.len()];
    for comparison in &verdict.law {
        let law = comparison.snapshot * populations.len() + comparison.population;
        let place = law * PROBABILITIES.len() + comparison.level;
        cells[place] = Some(&comparison.tested);
        quantiles[place] = comparison.quantile;
    }
    let mut distances: Vec<Option<&Distances>> = vec![None; laws];
    for of in &verdict.distances {
        distances[of.snapshot * populations.len() + of.population] = Some(of);
    }
    let distance = |name: &str, long_name: &str, value: fn(&Distances) -> Option<f64>| {
        let values = distances.iter().map(|cell| cell.and_then(value).unwrap_or(f64::NAN));
        variable(name, long_name, &DIMENSIONS[..2], values.collect())
    };
    let time = Variable::coordinate(DIMENSIONS[0], snapshots.clone());
    let group = Group::new("law")
        .with_coordinate(
            time.with_units(&scenario.sampling.time_unit).with_long_name("time of the snapshot"),
        )
        .with_coordinate(names("population", populations))
        .with_coordinate(
            Variable::coordinate(DIMENSIONS[2], PROBABILITIES.to_vec())
                .with_long_name("probability of a potentiation below the quantile"),
        )
        .with_variable(variable(
            "quantile",
            "potentiation, quantile of the law of the finite-n theory",
            &DIMENSIONS,
            quantiles,
        ))
        .with_variable(distance(
            "kolmogorov",
            "largest difference of the distribution functions of all neurons and of the finite-n theory",
            |of| Some(of.finite_n.kolmogorov),
        ))
        .with_variable(distance(
            "kolmogorov_limit",
            "the same to the normal law of the limit",
            |of| of.limit.map(|limit| limit.kolmogorov),
        ))
        .with_variable(distance(
            "kolmogorov_floor",
            "what as many independent neurons of the law show on average",
            |of| Some(of.floor.kolmogorov),
        ))
        .with_variable(distance(
            "wasserstein",
            "mean distance in potentiation of all neurons to the law of the finite-n theory",
            |of| Some(of.finite_n.wasserstein),
        ))
        .with_variable(distance(
            "wasserstein_limit",
            "the same to the normal law of the limit",
            |of| of.limit.map(|limit| limit.wasserstein),
        ))
        .with_variable(distance(
            "wasserstein_floor",
            "what as many independent neurons of the law show on average",
            |of| Some(of.floor.wasserstein),
        ));
    with_tests(group, &DIMENSIONS, &cells)
}

/// Fano factors of the spikes of a neuron until the end.
fn variability(scenario: &Scenario, verdict: &Verdict) -> Group {
    let populations = scenario.network.population_names();
    let mut cells = vec![None; populations.len()];
    for comparison in &verdict.counts {
        cells[comparison.population] = Some(&comparison.tested);
    }
    let group = Group::new("variability")
        .with_coordinate(names("population", populations))
        .with_coordinate(
            Variable::coordinate("quantity", vec!["fano".to_owned()])
                .with_long_name("what is compared: variance over mean of a neuron's spikes"),
        );
    with_tests(group, &["population", "quantity"], &cells)
}

/// The variables of tests.
pub(super) fn with_tests(group: Group, dimensions: &[&str], cells: &[Option<&Tested>]) -> Group {
    let number = |name: &str, long_name: &str, of: fn(&Tested) -> f64| {
        let values = cells.iter().map(|cell| cell.map_or(f64::NAN, of)).collect();
        variable(name, long_name, dimensions, values)
    };
    let verdict = |cell: Option<&Tested>| match cell {
        None => "not tested".to_owned(),
        Some(tested) if tested.holds() => "holds".to_owned(),
        Some(_) => "fails".to_owned(),
    };
    let verdicts: Vec<String> = cells.iter().copied().map(verdict).collect();
    group
        .with_variable(number("measured", "estimate from the ensemble", |t| t.measured.value))
        .with_variable(number("predicted", "finite-n theory", |t| t.predicted))
        .with_variable(number("limit", "limit, for a network of this size", |t| {
            t.limit.unwrap_or(f64::NAN)
        }))
        .with_variable(number("difference", "measured minus predicted", |t| t.test.difference))
        .with_variable(number("standard_error", "standard error of the difference", |t| {
            t.test.standard_error
        }))
        .with_variable(number("margin", "estimate of the theory's next order", |t| t.test.margin))
        .with_variable(number("z", "difference beyond the margin, in standard errors", |t| {
            t.test.z
        }))
        .with_variable(number("p", "p-value of the equivalence test", |t| t.test.p))
        .with_variable(number(
            "p_adjusted",
            "p-value after Holm's correction over the whole validation",
            |t| t.adjusted_p,
        ))
        .with_variable(
            Variable::new("verdict", dimensions, verdicts).with_long_name("whether they agree"),
        )
}
