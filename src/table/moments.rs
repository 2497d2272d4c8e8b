//! Estimates of an ensemble.

use crate::model::Scenario;

use super::{Table, headline, number};
use crate::job::summary::{Summary, quantities};

/// Estimates of an ensemble observed at one time.
pub fn moments(scenario: &Scenario, time: f64, summary: &Summary) -> String {
    let names = scenario.network.population_names();
    let unit = &scenario.sampling.time_unit;
    let mut text = format!(
        "{}, {} networks ({}), at {time} {unit}\n\n",
        headline(scenario),
        summary.replicates(),
        scenario.method.name()
    );
    if summary.replicates() == 0 {
        return text;
    }
    let mut table = Table::new(&["quantity", "population", "mean over networks", "s.e."]);
    for quantity in quantities(scenario.energy.is_some()) {
        for (population, name) in names.iter().enumerate() {
            let estimate = summary.estimate(scenario, quantity, (population, time));
            let scale =
                if estimate.standard_error.is_finite() { estimate.standard_error } else { 0.0 };
            let error = if scale > 0.0 { number(scale, scale) } else { "-".to_owned() };
            table.row(vec![
                quantity.name(&names),
                name.clone(),
                number(estimate.value, scale),
                error,
            ]);
        }
    }
    text.push_str(&table.text());
    text
}
