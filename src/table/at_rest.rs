//! What simulated networks at rest do, beside the theory.

use crate::model::Scenario;
use crate::validation::{LEVEL, RestComparison, RestQuantity, RestVerdict, Tested};
use serde_json::{Value, json};

use super::{Table, number, outcome, probability};

/// All comparisons, and the verdict.
pub fn text(scenario: &Scenario, verdict: &RestVerdict) -> String {
    let names = scenario.network.population_names();
    let mut table = Table::new(&[
        "quantity",
        "population",
        "simulation",
        "s.e.",
        "theory",
        "difference",
        "margin",
        "p (Holm)",
        "verdict",
    ]);
    for RestComparison { population, quantity, tested } in &verdict.comparisons {
        let Tested { measured, predicted, test, adjusted_p, .. } = tested;
        let (what, of) = match quantity {
            RestQuantity::ActivitySpectrum { from, to } => (
                format!("spectrum {} to {}", number(*from, *from), number(*to, *from)),
                names[*population].clone(),
            ),
            RestQuantity::Correlation { with } => {
                (quantity.name().to_owned(), format!("{}, {}", names[*population], names[*with]))
            }
            _ => (quantity.name().to_owned(), names[*population].clone()),
        };
        table.row(vec![
            what,
            of,
            number(measured.value, test.standard_error),
            number(test.standard_error, test.standard_error),
            number(*predicted, test.standard_error),
            format!("{:+.1e}", test.difference),
            format!("{:.1e}", test.margin),
            probability(*adjusted_p),
            if tested.holds() { "holds" } else { "FAILS" }.to_owned(),
        ]);
    }
    format!(
        "\n{} simulated networks at rest against the theory (frequencies in cycles per {}):\n{}\n{}\n",
        verdict.replicates,
        scenario.sampling.time_unit,
        table.text(),
        outcome(verdict.failures().count(), verdict.comparisons.len())
    )
}

/// The same for programs.
pub fn json(scenario: &Scenario, verdict: &RestVerdict) -> Value {
    let names = scenario.network.population_names();
    let comparison = |comparison: &RestComparison| {
        let RestComparison { population, quantity, tested } = comparison;
        let mut object = json!({
            "quantity": quantity.name(), "population": names[*population],
            "measured": tested.measured.value, "standard_error": tested.test.standard_error,
            "predicted": tested.predicted, "margin": tested.test.margin,
            "p_adjusted": tested.adjusted_p, "holds": tested.holds(),
        });
        match quantity {
            RestQuantity::ActivitySpectrum { from, to } => {
                object["frequencies"] = json!([from, to]);
            }
            RestQuantity::Correlation { with } => {
                object["population_2"] = names[*with].clone().into();
            }
            _ => {}
        }
        object
    };
    let comparisons: Vec<Value> = verdict.comparisons.iter().map(comparison).collect();
    json!({
        "replicates": verdict.replicates, "level": LEVEL, "holds": verdict.holds(),
        "comparisons": comparisons,
    })
}
