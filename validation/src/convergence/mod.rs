//! How fast does a network come to its limit, and as fast as the theory says?
//!
//! At each size `n` the *error* of a quantity is its expectation in one network minus its limit. Everything that is measured is the mean over
//! independent networks of a number that each network gives, so that estimates are unbiased, standard errors are those of means, and nothing has to be
//! debiased:
//!
//! * `mean`, `variance`, `spikes` (a neuron's, since time 0): as counted minus the limit, times the sign of the error that the theory of one network of size
//!   `n` expects. An absolute value of a noisy difference would be too large on average; a difference has no such floor.
//! * `wasserstein`: the Wasserstein-1 distance of the law of a neuron (over neurons and networks) to the normal law of the limit is
//!   `int |F_n - F| dz = int s (F_n - F) dz`, `s` the sign of `F_n - F` (Kantorovich's potential). With the sign that the theory expects the second form is linear in the
//!   empirical distribution function of a network. It is never larger on average than the distance itself, and equal to it where the signs are right.
//!   The distance of one network's neurons to the limit, or of all that were simulated, would have a floor of order `N^{-1/2}`.
//! * `kolmogorov`: `F_n - F` where the theory expects it to be largest, with that sign;
//! * `energy_synapse`, `activity_energy`: of a neuron, likewise, where the scenario prices them. (`energy_spike` is `spikes` times a price, and would be tested twice.)
//!
//! Distribution functions are looked at on the edges of a histogram ([`grid`]), measured and expected alike.
//!
//! The *sup norm* over time is taken where the expected error is largest, for the same reason; that the measured error is nowhere else larger than it should be is
//! what the tests at *all* times say.
//!
//! * [`quantity`]: what is compared; [`grid`]: where laws are looked at;
//! * [`energy`]: what one neuron spends;
//! * [`expected`]: the errors that the theory expects, with their margins; [`window`]: the times that count;
//! * [`measured`]: those of simulated networks; [`mod@plan`]: how many networks it takes;
//! * [`verdict`]: do they agree, and with which exponent do they fall?

pub mod energy;
pub mod expected;
pub mod grid;
mod law;
pub mod measured;
pub mod plan;
pub mod quantity;
pub mod verdict;
pub mod window;

pub use expected::Expected;
pub use measured::{Measured, Sample};
pub use quantity::{Norm, PerQuantity, Quantity};
pub use verdict::{Convergence, converge};
pub use window::Window;
