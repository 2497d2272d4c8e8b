//! Power of a stationary network, by what it goes into.
//!
//! ```math
//! P_{\text{spike},a} = \frac{e_{\text{spike},a} N_a S_a}{p}, \qquad P_{\text{rest},a} = e_{\text{rest},a} N_a, \qquad P_{\text{syn},a} = e_{\text{syn},a} N_a \Big(\sum_b (N_b - \delta_{ab}) S_b + \sum_x N_x \nu_x\Big)
//! ```
//!
//! `S_b` being the intensity towards one target. *Communication* is what spikes and synapses take, and what remains is upkeep: computation in the sense of Levy & Calvert (2021) has
//! no event of its own in this model, and stays within it.

use equipoise_model::{Costs, Network};

use crate::expenses::fires;

/// Power of each population, energy per time unit; shape `P`.
#[derive(Debug, Clone, PartialEq)]
pub struct Power {
    /// Of spikes.
    pub spike: Vec<f64>,
    /// Of jumps that are received.
    pub synapse: Vec<f64>,
    /// At rest.
    pub rest: Vec<f64>,
}

impl Power {
    /// At intensities `S_a` towards one target, with the external rates of `time`.
    pub fn stationary(network: &Network, costs: &Costs, rates: &[f64], time: f64) -> Self {
        let external: f64 = network
            .externals
            .iter()
            .zip(network.external_rates(time))
            .map(|(source, rate)| source.count as f64 * rate)
            .sum();
        let sent: f64 =
            network.populations.iter().zip(rates).map(|(p, rate)| p.count as f64 * rate).sum();
        let (mut spike, mut synapse, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        for (a, population) in network.populations.iter().enumerate() {
            let neurons = population.count as f64;
            spike.push(costs.spike[a] * neurons * fires(network, rates[a]));
            // No neuron reaches itself.
            synapse.push(costs.synapse[a] * neurons * (sent - rates[a] + external));
            rest.push(costs.rest[a] * neurons);
        }
        Self { spike, synapse, rest }
    }

    /// Of spikes and synapses.
    pub fn communication(&self) -> f64 {
        self.spike.iter().chain(&self.synapse).sum()
    }

    /// Of what remains.
    pub fn upkeep(&self) -> f64 {
        self.rest.iter().sum()
    }

    /// Of all.
    pub fn total(&self) -> f64 {
        self.communication() + self.upkeep()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Expenses;
    use equipoise_model::Scenario;
    use equipoise_model::scenario::overrides::apply;

    const EXTERNAL: &str = include_str!("../../../scenarios/external-drive.toml");

    /// Senders pay for what receivers are charged, but for jumps from outside.
    #[test]
    fn what_is_received_is_what_was_sent() {
        let costs =
            Costs { spike: vec![2.0, 3.0], rest: vec![0.5, 0.25], synapse: vec![0.01, 0.02] };
        let rates = [0.3, 0.4];
        for transmission in ["independent", "shared", "{ release_probability = 0.25 }"] {
            let overrides = [
                format!("transmission={transmission}"),
                "populations.X.rate=0".to_owned(),
                "populations.Y.rate=0".to_owned(),
                "populations.I.fraction=0.5".to_owned(),
            ];
            let text = apply(EXTERNAL, &overrides).unwrap();
            let network = Scenario::parse("external", &text).unwrap().network;
            let power = Power::stationary(&network, &costs, &rates, 0.0);
            let expenses = Expenses::new(&network, &costs);
            let sent: f64 = network
                .populations
                .iter()
                .zip(expenses.iter().zip(rates))
                .map(|(p, (each, rate))| p.count as f64 * each.power(fires(&network, rate)))
                .sum();
            assert!((power.total() / sent - 1.0).abs() < 1e-12, "{transmission}: {power:?} {sent}");
        }
    }
}
