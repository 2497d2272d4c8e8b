//! The deterministic side: what the network does as `n` goes to infinity, and at finite `n`.
//!
//! For large `n` the empirical law of population `a` is `Normal(m_a, v_a)`, with
//!
//! ```math
//! \begin{aligned}
//! \frac{dm_a}{dt} &= -\frac{m_a}{\tau_a} + I_a + \sqrt n \Big(\sum_b K_{ab} S_b(m_b, v_b) + h_a\Big) &&\quad (1) \\
//! \frac{dv_a}{dt} &= -\frac{2 v_a}{\tau_a} + \sum_b Q_{ab} S_b(m_b, v_b) + q_a &&\quad (2)
//! \end{aligned}
//! ```
//!
//! and `S_b(m, v) = E[lambda_b(m + sqrt(v) X)]`, `X` standard normal. The bracket must vanish: balance.
//!
//! * [`gaussian`]: averages of gains and of their derivatives over normal laws;
//! * [`activity`]: averages of the squared activity, `(lambda - theta)^2`;
//! * [`rates`]: those averages for all populations of a network;
//! * [`coefficients`]: `K`, `Q`, `h`, `q` of a network;
//! * [`balance`]: rank and range of `K`, the balanced manifold, its stability;
//! * [`initial_layer`]: from an initial state off the manifold onto it;
//! * [`limit`]: the autonomous ODEs on the manifold, as far as there is one;
//! * `range`: when rates that balance fixes leave their gains' ranges;
//! * [`analysis`]: all of a network's balance at one time;
//! * [`mod@fixed_points`]: where the limit can rest, and what its eigenvalues there say;
//! * [`finite_n`]: one network of size `n`: corrections of order `n^{-1/2}`, covariance of means, counts of spikes, and how totals of spikes, jumps and activity energy vary from network to network;
//! * [`linear_noise`]: two-time covariances and power spectra about a stationary state;
//! * [`law`]: the law of the potentiation at finite `n`;
//! * [`variability`]: irregularity of spikes in the limit: Fano factors, spectra, intervals;
//! * [`sweep`]: the fixed points of the limit as a parameter changes, their folds, Hopf points and other bifurcations;
//! * [`validity`]: whether `n` is large enough for the finite-n theory;
//! * [`roots`]: roots of functions of one variable;
//! * [`continuation`]: curves of roots followed through their folds, of any equations;
//! * [`integrator`]: the trait behind which the ODE library stands.
//!
//! # Source
//! MacLaurin & Vilanova, arXiv:2412.17273; van Vreeswijk & Sompolinsky (1996), doi:10.1126/science.274.5293.1724.

pub mod activity;
pub mod analysis;
pub mod balance;
pub mod coefficients;
pub mod continuation;
pub mod error;
pub mod finite_n;
pub mod fixed_points;
pub mod gaussian;
pub mod initial_layer;
pub mod integrator;
pub mod law;
pub mod limit;
pub mod linear_noise;
mod range;
pub mod rates;
pub mod roots;
mod svd;
pub mod sweep;
pub mod validity;
pub mod variability;

pub use analysis::Analysis;
pub use balance::Balance;
pub use coefficients::Coefficients;
pub use error::LimitError;
pub use finite_n::{Expansion, FiniteN, FiniteNSolution, Order, Stationary, Totals};
pub use fixed_points::{
    Character, FixedPoint, FixedPoints, Search, balanced_means, balanced_rates, fixed_points,
};
pub use law::PotentiationLaw;

pub use limit::{Limit, LimitSolution};
pub use linear_noise::{LimitNoise, LinearNoise};
pub use nalgebra::Complex;
pub use rates::Rates;
pub use validity::Validity;
pub use variability::SpikeTrain;
