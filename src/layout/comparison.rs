//! `/comparison`: each test of the ensemble against its prediction.

use equipoise_model::Scenario;
use equipoise_store::{Attribute, Group, Variable};
use equipoise_validation::{Comparison, LEVEL, Quantity, Verdict};

use super::{group, variable};

const DIMENSIONS: [&str; 3] = ["time", "population", "quantity"];

/// The group of a verdict. A covariance stands under both of its populations; what was not tested is NaN.
pub fn comparison(
    scenario: &Scenario,
    times: &[f64],
    replicates: usize,
    verdict: &Verdict,
) -> Group {
    let names = scenario.network.population_names();
    let quantities = Quantity::all(names.len());
    let place = |sample: usize, population: usize, quantity: Quantity| {
        let index =
            quantities.iter().position(|q| *q == quantity).expect("all quantities are listed");
        (sample * names.len() + population) * quantities.len() + index
    };
    let size = times.len() * names.len() * quantities.len();
    let mut cells: Vec<Option<&Comparison>> = vec![None; size];
    for comparison in &verdict.comparisons {
        let Comparison { sample, population, quantity, .. } = *comparison;
        cells[place(sample, population, quantity)] = Some(comparison);
        if let Quantity::MeanCovariance { with } = quantity {
            let mirrored = Quantity::MeanCovariance { with: population };
            cells[place(sample, with, mirrored)] = Some(comparison);
        }
    }
    let column = |of: fn(&Comparison) -> f64| -> Vec<f64> {
        cells.iter().map(|cell| cell.map_or(f64::NAN, of)).collect()
    };
    let verdicts: Vec<String> = cells
        .iter()
        .map(|cell| match cell {
            None => "not tested".to_owned(),
            Some(comparison) if comparison.holds() => "holds".to_owned(),
            Some(_) => "fails".to_owned(),
        })
        .collect();
    let names_of_quantities: Vec<String> =
        quantities.iter().map(|quantity| quantity.name(&names)).collect();
    let number =
        |name: &str, long_name: &str, of| variable(name, long_name, &DIMENSIONS, column(of));
    group("comparison", scenario, times)
        .with_coordinate(
            Variable::coordinate("quantity", names_of_quantities)
                .with_long_name("what is compared"),
        )
        .with_variable(number("measured", "estimate from the ensemble", |c| c.measured.value))
        .with_variable(number("predicted", "finite-n theory", |c| c.predicted))
        .with_variable(number("limit", "limit, for a network of this size", |c| {
            c.limit.unwrap_or(f64::NAN)
        }))
        .with_variable(number("difference", "measured minus predicted", |c| c.test.difference))
        .with_variable(number("standard_error", "standard error of the difference", |c| {
            c.test.standard_error
        }))
        .with_variable(number("margin", "estimate of the theory's next order", |c| c.test.margin))
        .with_variable(number("z", "difference beyond the margin, in standard errors", |c| {
            c.test.z
        }))
        .with_variable(number("p", "p-value of the equivalence test", |c| c.test.p))
        .with_variable(number(
            "p_adjusted",
            "p-value after Holm's correction over the group",
            |c| c.adjusted_p,
        ))
        .with_variable(
            Variable::new("verdict", &DIMENSIONS, verdicts).with_long_name("whether they agree"),
        )
        .with_attribute("level", Attribute::Float(LEVEL))
        .with_attribute("replicates", Attribute::Integer(replicates as i64))
        .with_attribute("holds", Attribute::Integer(i64::from(verdict.holds())))
}
