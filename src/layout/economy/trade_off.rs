//! `/trade_off`: precision, power and bits per energy along a sweep.

use equipoise_energy::expenses::fires;
use equipoise_energy::findings::{Swept, Worth};
use equipoise_store::{Group, Variable};

use super::super::variable;
use super::Of;

const VALUE: [&str; 1] = ["value"];

impl Of<'_> {
    /// The group; `path` is that of the swept field. Where nothing can be told values are NaN, and a text says why.
    pub(super) fn trade_off(&self, sweep: &[Swept], path: &str) -> Group {
        type OfWorth<'a> = (&'static str, &'static str, &'a str, fn(&Worth) -> f64);
        let (power, per_energy) = (self.spent(), self.per_energy());
        // Per squared drive and time.
        let told = self.time();
        let efficiency = "bits per energy of the Poisson code of the driven population";
        let columns: [OfWorth<'_>; 5] = [
            ("power", "power of the network", &power, |w| w.precision.power.total()),
            (
                "information",
                "Fisher information that fires have of the drive, per time",
                told,
                |w| w.precision.information,
            ),
            ("uncorrelated", "the same without correlations between populations", told, |w| {
                w.precision.without_correlations()
            }),
            ("efficiency", efficiency, &per_energy, |w| w.efficiency),
            ("neurons", "neurons of the network", "1", |w| w.neurons),
        ];
        let values: Vec<f64> = sweep.iter().map(|swept| swept.value).collect();
        let reason = |swept: &Swept| swept.outcome.as_ref().err().cloned().unwrap_or_default();
        let reasons: Vec<String> = sweep.iter().map(reason).collect();
        let group = self
            .group("trade_off")
            .with_coordinate(Variable::coordinate("value", values).with_long_name(path))
            .with_variable(self.fires(sweep))
            .with_variable(
                Variable::new("reason", &VALUE, reasons)
                    .with_long_name("why nothing can be told there"),
            )
            .with_attribute("parameter", path)
            .with_attribute("driven", self.driven())
            .with_attribute("readout_window", self.terms.reading.window);
        columns.into_iter().fold(group, |group, (name, long_name, units, of)| {
            let values = sweep.iter().map(|swept| swept.outcome.as_ref().map_or(f64::NAN, of));
            let variable = variable(name, long_name, &VALUE, values.collect());
            group.with_variable(variable.with_units(units))
        })
    }

    fn fires(&self, sweep: &[Swept]) -> Variable {
        let network = &self.scenario.network;
        let rates = sweep.iter().flat_map(|swept| {
            let worth = swept.outcome.as_ref().ok();
            let rate = move |a: usize| {
                worth.map_or(f64::NAN, |worth| fires(network, worth.precision.rates[a]))
            };
            (0..network.population_count()).map(rate)
        });
        let dimensions = ["value", "population"];
        variable("rate", "fires of a neuron", &dimensions, rates.collect()).with_units(&self.rate())
    }
}
