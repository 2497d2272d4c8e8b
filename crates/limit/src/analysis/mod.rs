//! The balance of a network at one time: whether there is any, where, how stable and how fast.
//!
//! * `growth`: what grows like `sqrt(n)` where nothing balances the input;
//! * `stabilisation`: what the excitatory populations would do alone, at finite `n`;
//! * `course`: where the initial state goes.

mod course;
mod growth;
mod stabilisation;

use equipoise_model::Network;

use crate::balance::Balance;
use crate::coefficients::Coefficients;
use crate::error::LimitError;
use crate::fixed_points::{FixedPoints, balanced_rates, fixed_points};

pub use course::{Course, Destination};
pub use growth::Growth;
pub use stabilisation::Stabilisation;

/// All that is known of the balance of a network at one time.
#[derive(Debug)]
pub struct Analysis {
    /// When, in time units; drives and external rates are held at their values then.
    pub time: f64,
    /// `K`, `Q`, `h`, `q`.
    pub coefficients: Coefficients,
    /// Rank, ranges and directions of `K`.
    pub balance: Balance,
    /// `sigma_min sqrt(n) tau`, see [`Balance::resolution`].
    pub resolution: f64,
    /// The balanced states, or why there are none.
    pub balanced: Result<Balanced, Unbalanced>,
}

/// The balanced states.
#[derive(Debug)]
pub struct Balanced {
    /// `P - r`, the dimension of the manifold at given variances.
    pub dimension: usize,
    /// Infimum and supremum of each population's rate on the manifold, per time unit.
    pub rates: Vec<(f64, f64)>,
    /// The fixed points of the limit.
    pub fixed_points: FixedPoints,
    /// Of each fixed point, whether inhibition stabilises it.
    pub stabilisation: Vec<Stabilisation>,
    /// Where the initial state goes.
    pub course: Course,
}

/// Why there are no balanced states.
#[derive(Debug)]
pub struct Unbalanced {
    /// The condition that is broken.
    pub reason: LimitError,
    /// The growth that no activity can avoid; none if only rates at the ends of their ranges are balanced.
    pub growth: Option<Growth>,
}

impl Analysis {
    /// Analyses `network` with the drives and external rates of `time`. A network without balance is an answer, too.
    pub fn new(network: &Network, time: f64) -> Self {
        let coefficients = Coefficients::limit(network);
        let balance = Balance::new(&coefficients.mean);
        let resolution = balance.resolution(network);
        let balanced = Balanced::new(network, &coefficients, &balance, time).map_err(|reason| {
            let growth = Growth::unavoidable(network, &coefficients, time);
            Unbalanced { reason, growth }
        });
        Self { time, coefficients, balance, resolution, balanced }
    }
}

impl Balanced {
    fn new(
        network: &Network,
        coefficients: &Coefficients,
        balance: &Balance,
        time: f64,
    ) -> Result<Self, LimitError> {
        let fixed_points = fixed_points(network, coefficients, balance, time)?;
        let rates = balanced_rates(network, coefficients, balance, time)?;
        let points = fixed_points.points.iter();
        let stabilisation = points.map(|point| Stabilisation::at(network, &point.slopes)).collect();
        let course = Course::follow(network, time, &fixed_points);
        let dimension = network.population_count() - balance.rank();
        Ok(Self { dimension, rates, fixed_points, stabilisation, course })
    }
}
