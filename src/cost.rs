//! What a simulation costs, what is derived of cells, and which method `auto` takes: functions of the scenario alone, on every machine the same.
//!
//! ```
//! use equipoise::{cost::Cost, model::Scenario, model::scenario::overrides::apply};
//!
//! let text = include_str!("../scenarios/inhibition-stabilised.toml");
//! let text = apply(text, &["n=1e6".into(), "engine.method=auto".into()])?;
//! let scenario = Scenario::parse("inhibition-stabilised.toml", &text)?;
//! let cost = Cost::new(&scenario, &scenario.sampling.times());
//! assert_eq!(cost.method.name(), "leap");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use equipoise_cells::file::Circuit;
use equipoise_model::{Leaps, Method, Scenario};

use crate::estimate::{Estimate, network_bytes};

/// Jumps of all networks up to which `auto` is exact: about a quarter of an hour on two cores.
pub const AFFORDABLE: f64 = 1e11;

/// Jumps and kicks that a core manages in a second, about.
const JUMPS_A_SECOND: f64 = 6e7;
const KICKS_A_SECOND: f64 = 5e7;
/// Steps of cells: those of the table in `docs/conductances.md`.
const CELL_STEPS_A_SECOND: f64 = 1e7;

/// What a simulation costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// The method, which is no longer `auto`.
    pub method: Method,
    /// Jumps of all networks, one by one (a spike that reaches all is one).
    pub jumps: f64,
    /// Steps of each network, of leaps: at least so many.
    pub steps: f64,
    /// Kicks of single neurons in all networks, of leaps: at least so many.
    pub kicks: f64,
    /// Bytes that the potentiations of one network take.
    pub network_bytes: f64,
    /// Bytes of all that is recorded of one network, in memory.
    pub record_bytes: f64,
    /// Bytes of the result file, about.
    pub file_bytes: f64,
}

impl Cost {
    /// Of a scenario that is sampled at these times.
    pub fn new(scenario: &Scenario, times: &[f64]) -> Self {
        let estimate = Estimate::new(scenario, times);
        let method = match scenario.method {
            Method::Automatic(leaps) => decide(scenario, leaps, estimate.jumps),
            method => method,
        };
        let steps = match method {
            Method::Leap(leaps) => steps(scenario, leaps, times),
            _ => 0.0,
        };
        Self {
            method,
            jumps: estimate.jumps,
            steps,
            kicks: steps * scenario.network.neuron_count() as f64 * scenario.replicates as f64,
            network_bytes: network_bytes(&scenario.network, method),
            record_bytes: estimate.record_bytes(),
            file_bytes: estimate.least_bytes(),
        }
    }

    /// How long it takes on so many cores, in seconds: to about a factor of three.
    pub fn seconds(&self, cores: usize) -> f64 {
        let work = match self.method {
            Method::Leap(_) => self.kicks / KICKS_A_SECOND,
            _ => self.jumps / JUMPS_A_SECOND,
        };
        work / cores as f64
    }
}

/// What it costs to derive rates from cells: numbers of steps of single cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellCost {
    /// For the f-I curves, and for the currents where they begin and end.
    pub curves: f64,
    /// For the network of cells, at all strengths of its input.
    pub network: f64,
}

/// Runs in which the ends of a curve are looked for, about.
const SEARCHES: f64 = 30.0;
/// Cells whose rates are averaged where their current fluctuates.
const NOISY_CELLS: f64 = 4.0;

impl CellCost {
    /// Of a cell file, with the network of cells.
    pub fn new(circuit: &Circuit) -> Self {
        let (plan, timing) = (&circuit.curve, &circuit.timing);
        let repeated = if plan.noise.is_some() { NOISY_CELLS } else { 1.0 };
        let runs = SEARCHES + plan.points as f64 * repeated;
        let curves = circuit.cells.len() as f64 * plan.leak_factors.len() as f64 * runs;
        let populations = circuit.network.populations.iter();
        let cells = populations.map(|population| population.count as f64).sum::<f64>();
        Self {
            curves: curves * (plan.transient + plan.duration) / timing.step,
            network: cells
                * circuit.input_factors.len() as f64
                * (timing.transient + timing.duration)
                / timing.step,
        }
    }

    /// How long it takes on so many cores, in seconds: to about a factor of three.
    pub fn seconds(&self, cores: usize) -> f64 {
        (self.curves + self.network) / CELL_STEPS_A_SECOND / cores as f64
    }
}

/// What `auto` is: exact where that is affordable and where leaps do not apply.
fn decide(scenario: &Scenario, leaps: Leaps, jumps: f64) -> Method {
    let network = &scenario.network;
    // Where neither the limit nor the gains say how many jumps there are, as many as at a rate of one.
    let jumps = if jumps > 0.0 {
        jumps
    } else {
        let neurons = network.neuron_count() as f64;
        neurons * neurons * scenario.sampling.duration * scenario.replicates as f64
    };
    if Leaps::apply_to(network) && jumps > AFFORDABLE { Method::Leap(leaps) } else { Method::Exact }
}

fn steps(scenario: &Scenario, leaps: Leaps, times: &[f64]) -> f64 {
    let populations = scenario.network.populations.iter();
    let shortest = populations.map(|population| population.time_constant);
    let longest =
        leaps.step.unwrap_or_else(|| leaps.longest(shortest.fold(f64::INFINITY, f64::min)));
    times.windows(2).map(|pair| ((pair[1] - pair[0]) / longest).ceil().max(1.0)).sum()
}

#[cfg(test)]
mod tests {
    use equipoise_model::scenario::overrides::apply;

    use super::*;

    fn cost(n: &str, transmission: &str) -> Cost {
        let text = include_str!("../scenarios/inhibition-stabilised.toml");
        let changes = [
            format!("n={n}"),
            format!("transmission={transmission}"),
            "engine.method=auto".to_owned(),
        ];
        let text = apply(text, &changes).expect("sound");
        let scenario = Scenario::parse("test", &text).expect("sound");
        Cost::new(&scenario, &scenario.sampling.times())
    }

    #[test]
    fn what_is_affordable_is_exact() {
        assert_eq!(cost("1e3", "independent").method, Method::Exact);
        assert_eq!(cost("1e5", "independent").method, Method::Leap(Leaps::default()));
        // One operation for a spike, whatever the number of neurons, unless it reaches some of them only.
        assert_eq!(cost("1e5", "shared").method, Method::Exact);
        assert_eq!(cost("1e6", "{release_probability=0.3}").method, Method::Leap(Leaps::default()));
    }

    /// 400 cells for 6 strengths of 2.3 s in steps of 0.02 ms; curves of 5 leaks, 2.5 s each.
    #[test]
    fn cells_cost_their_steps() {
        let text = include_str!("../scenarios/cells/inhibitory.toml");
        let circuit = Circuit::parse("test", text).expect("sound");
        let cost = CellCost::new(&circuit);
        assert_eq!(cost.network, 400.0 * 6.0 * 115_000.0);
        assert_eq!(cost.curves, 5.0 * 70.0 * 125_000.0);
        assert_eq!(cost.seconds(2), 0.5 * cost.seconds(1));
    }

    #[test]
    fn leaps_cost_what_their_steps_do() {
        let (small, large) = (cost("1e5", "independent"), cost("1e6", "independent"));
        assert_eq!(small.steps, large.steps);
        assert!((large.kicks / small.kicks - 10.0).abs() < 1e-9);
        assert!(small.steps >= 40.0 && small.seconds(2) < small.seconds(1));
    }
}
