//! Networks of conductance-based cells.
//!
//! Cell `i` of population `a` receives, beside its own current, for each population `b` that projects to `a`
//!
//! ```math
//! \begin{aligned}
//! C \frac{dV}{dt} &= \ldots + g_{ab}(t)\, (V_{ab} - V) \\
//! \tau_{ab} \frac{dg_{ab}}{dt} &= -g_{ab} + \tau_{ab} G_{ab} \sum_{\text{spikes of its sources in } b} \delta(t - t_{\text{spike}} - D) &&\quad (11.9),\ (11.10)
//! \end{aligned}
//! ```
//!
//! all-to-all but for itself, or from a number of sources that were drawn at random once; and external spikes in a
//! Poisson process of its own (11.16), (11.17).
//!
//! * `connectivity`: who projects to whom;
//! * `line`: a synapse over a step of time; `simulation`: the course of all cells;
//! * `synchrony`: how far they fire together.

mod connectivity;
mod line;
mod simulation;
mod synchrony;
#[cfg(test)]
mod tests;

pub use simulation::{Activity, Spike, Trace, simulate};
pub use synchrony::Synchrony;

use crate::cell::Cell;
use crate::derivation::Synapse;

/// A network.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// Its populations.
    pub populations: Vec<Population>,
    /// From population to population, targets first: `projections[target][source]`.
    pub projections: Vec<Vec<Option<Projection>>>,
}

/// Cells of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// Its name.
    pub name: String,
    /// The cell.
    pub cell: Cell,
    /// How many there are.
    pub count: usize,
    /// Constant current, its mean over the cells, uA/cm2.
    pub current: f64,
    /// Its standard deviation over the cells, uA/cm2: no two are alike.
    pub spread: f64,
    /// Spikes from outside.
    pub external: Option<External>,
}

/// Synapses from one population to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection {
    /// Each of them.
    pub synapse: Synapse,
    /// How many a cell receives, from sources drawn at random; from all others where there is no number.
    pub in_degree: Option<usize>,
}

/// Spikes from outside, a Poisson process for each cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct External {
    /// Their synapses.
    pub synapse: Synapse,
    /// Sources that a cell has.
    pub sources: usize,
    /// Rate of each source, 1/ms.
    pub rate: f64,
}

/// How a network is simulated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    /// Length of a step, ms.
    pub step: f64,
    /// `D`: from a spike to its arrival, ms.
    pub delay: f64,
    /// Time that is not counted, ms.
    pub transient: f64,
    /// Time that is, ms.
    pub duration: f64,
    /// Seed of all random streams.
    pub seed: u64,
}

impl External {
    /// Rate of all sources of a cell together, `r_ext` of (11.19), 1/ms.
    pub fn total_rate(&self) -> f64 {
        self.sources as f64 * self.rate
    }
}

impl Network {
    /// How many sources in `source` a cell of `target` has.
    pub fn in_degree(&self, target: usize, source: usize) -> usize {
        let count = self.populations[source].count;
        match self.projections[target][source] {
            None => 0,
            Some(Projection { in_degree: Some(number), .. }) => number,
            Some(_) if target == source => count - 1,
            Some(_) => count,
        }
    }
}
