//! Why there is no limit.

use thiserror::Error;

use crate::integrator::IntegrationError;

/// Why a network has no hydrodynamic limit, or none that can be followed.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum LimitError {
    /// `U_perp^T h` does not vanish.
    #[error(
        "not balanced: from time {time} on the external input has a part that no activity of the network can \
         cancel (h is outside the range of K), so that means grow like sqrt(n): {growth}"
    )]
    OutsideRange {
        /// When.
        time: f64,
        /// Populations and the rates at which their means grow, divided by `sqrt(n)`.
        growth: String,
    },
    /// Balance asks for a rate that a gain cannot give.
    #[error(
        "not balanced: at time {} balance needs population `{population}` to have rate {:.6}, but its gain \
         only gives rates {}{}", shown(*.time), shown(*.rate), between(*.range), nearly_singular(*.condition)
    )]
    RateOutOfRange {
        /// When.
        time: f64,
        /// The population.
        population: String,
        /// The rate that balance needs.
        rate: f64,
        /// Infimum and supremum of the gain.
        range: (f64, f64),
        /// Smallest over largest singular value of `K`.
        condition: f64,
    },
    /// No rates within the gains' ranges are balanced, although `K` leaves some of them free.
    #[error("not balanced: at time {time} no rates that the gains can give make K S + h vanish")]
    NoBalancedRates {
        /// When.
        time: f64,
    },
    /// The fast flow carries the state ever further away.
    #[error(
        "not balanced: from its state at time {time} the network runs away on the fast time scale n^(-1/2) instead of \
         settling on a balanced state: {growth}"
    )]
    RunsAway {
        /// When.
        time: f64,
        /// Populations and the rates at which their means grow, divided by `sqrt(n)`.
        growth: String,
    },
    /// The fast flow goes round and round.
    #[error(
        "not balanced: from its state at time {time} the network does not settle on a balanced state; its means go on \
         moving on the fast time scale n^(-1/2)"
    )]
    Unsettled {
        /// When.
        time: f64,
    },
    /// All rates are silent or saturated.
    #[error(
        "not balanced: at time {time:.6} the rates have reached the ends of the gains' ranges, where they no longer \
         respond and nothing holds the network in balance: {rates}"
    )]
    Unresponsive {
        /// When.
        time: f64,
        /// Populations and their rates.
        rates: String,
    },
    /// A fast eigenvalue has, or is about to have, a non-negative real part.
    #[error(
        "the balance loses its stability at time {time:.6}: the real part of a fast eigenvalue (of Sigma V^T S_m U) has \
         reached {eigenvalue:.3e}, and from zero on a deviation from balance grows instead of decaying; there is no \
         limit beyond this time"
    )]
    Unstable {
        /// When.
        time: f64,
        /// Largest real part of the fast eigenvalues then.
        eigenvalue: f64,
    },
    /// The moments of one network go on moving.
    #[error(
        "the finite-n theory does not come to a stable rest from the scenario's initial state, with drives and rates as \
         they are at time {time}"
    )]
    NotStationary {
        /// When drives and external rates were taken.
        time: f64,
    },
    /// The ODE library gave up.
    #[error("{equations} could not be integrated from time {time}")]
    Integration {
        /// Which equations.
        equations: &'static str,
        /// From when.
        time: f64,
        /// The library's message.
        source: IntegrationError,
    },
}

impl LimitError {
    /// When the limit ends.
    pub fn time(&self) -> f64 {
        match self {
            Self::OutsideRange { time, .. }
            | Self::RateOutOfRange { time, .. }
            | Self::NoBalancedRates { time }
            | Self::RunsAway { time, .. }
            | Self::Unsettled { time }
            | Self::Unresponsive { time, .. }
            | Self::Unstable { time, .. }
            | Self::NotStationary { time }
            | Self::Integration { time, .. } => *time,
        }
    }
}

/// A number to six decimals, and no more than it has; zero has no sign.
fn shown(value: f64) -> f64 {
    (value * 1e6).round() / 1e6 + 0.0
}

/// The open range of a gain in words.
fn between((infimum, supremum): (f64, f64)) -> String {
    if supremum == f64::INFINITY {
        return format!("above {infimum}");
    }
    format!("strictly between {infimum} and {supremum}")
}

/// A hint where a rounded coupling may have made a singular matrix regular.
fn nearly_singular(condition: f64) -> String {
    if condition > 1e-2 {
        return String::new();
    }
    format!(
        "; the smallest singular value of K is only {condition:.1e} of the largest: if K is meant to be singular (equal \
         weights, say), give its entries with more digits"
    )
}
