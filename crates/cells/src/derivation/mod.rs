//! From conductances to rates.
//!
//! A cell fires at the rate `r = f[I_app - I_theta0 - v_theta g_total]`: conductance shifts its threshold and leaves its slope. With synaptic
//! conductances averaged over presynaptic spikes, the network of cells becomes one of rates,
//!
//! ```math
//! \tau_a \frac{d\mu_a}{dt} = -\mu_a + \sum_b K_{ab} W_{ab} r_b + W_{\text{ext}} r_{\text{ext}} - \theta_a, \qquad r_a = f_a[\mu_a].
//! ```
//!
//! One convention of units, converted only where something is read or printed: mV, ms, uF/cm2, mS/cm2, uA/cm2, nC/cm2 = uA ms/cm2, rates in 1/ms.
//!
//! * [`synapse`]: conductance after spikes, its mean, its efficacy: (11.1), (11.9) to (11.21), (11.29), (11.30);
//! * [`gain`]: the gain function `f`: (11.4), (11.5);
//! * [`threshold`]: threshold and conductance: (11.3), (11.6), (11.7);
//! * [`average`]: a cell under averaged inputs: (11.2), (11.8), (11.22) to (11.31);
//! * [`rate_equations`]: populations of such cells over time and at rest: (11.32), (11.33);
//! * [`uniform`]: cells that all excite each other alike: (11.34) to (11.37);
//! * [`binary`]: rates that are all or nothing: (11.38), (11.39);
//! * [`fit`]: gain, threshold current and threshold voltage from measured rates, and the test of the premise;
//! * [`mod@scenario`]: the network scenario of which such equations are the deterministic mean;
//! * [`error`]: what can be wrong.
//!
//! # Source
//! Lecture 11, to which the numbers belong; Shriki, Hansel & Sompolinsky (2003), doi:10.1162/08997660360675053.

pub mod average;
pub mod binary;
pub mod error;
pub mod fit;
pub mod gain;
pub mod rate_equations;
pub mod scenario;
pub mod synapse;
pub mod threshold;
pub mod uniform;

pub use average::{AveragedCell, Input};
pub use error::DerivationError;
pub use gain::Gain;
pub use rate_equations::RateEquations;
pub use synapse::Synapse;
pub use threshold::Excitability;
