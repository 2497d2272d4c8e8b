//! Economy of impulses: information per energy of a neuron's rate, and the rate that has the most of it.
//!
//! A neuron's count of spikes in each window of length `dt` is a symbol; a code without noise, whose symbols are independent, carries the entropy of a symbol `H(m)` in each window, `m` its mean, and costs
//! `R dt + e m` with `R` the power of rest and `e` the energy of a spike and of all that it causes. The efficiency is
//!
//! ```math
//! F(m) = \frac{H(m)}{R\, dt + e m} = \frac{1}{R\, dt}\, \frac{H(m)}{1 + c m}, \qquad c = \frac{e}{R\, dt}.
//! ```
//!
//! As `H` is concave, `F` has one maximum, where `H'(m) (1 + c m) = c H(m)`. With a spike or none in a window, `m = p`, this is the code of Levy & Baxter: `1 + c p = 1 + (r - 1) p` with `r = 1 + c`, the cost
//! of a window with a spike over that of one without, and the condition is
//!
//! ```math
//! p = (1 - p)^r, \qquad F R\, dt = -\log_2(1 - p).
//! ```
//!
//! For counts without bound, the law with the most entropy at its mean is geometric: `x + x^c = 1` with `x = 1/(1 + m)`. Both are cases of what Balasubramanian, Kimber & Berry found: symbols that cost `E` have the probability `2^{-F E}` and these
//! sum to 1. `c` depends on the window: there is no optimum without one.
//!
//! What a code says of anything is less than its entropy, by its noise. Of networks whose spikes are Poisson given the potentiation, entropies are upper bounds.
//!
//! * [`entropy`]: of counts; [`drive`]: the drive that moves a population's rate to its optimum.
//!
//! # Source
//! Levy & Baxter (1996), doi:10.1162/neco.1996.8.3.531 (the binary code); Balasubramanian, Kimber & Berry (2001), doi:10.1162/089976601300014358 (any code).

pub mod drive;
pub mod entropy;

use equipoise_limit::roots::root;
use thiserror::Error;

use crate::Expenses;

/// Which counts are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// A spike or none.
    Binary,
    /// Any count; counts have Poisson's law.
    Poisson,
    /// Any count; counts have the geometric law, that with the most entropy at its mean.
    Geometric,
}

impl Code {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Binary, Self::Poisson, Self::Geometric];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Poisson => "Poisson",
            Self::Geometric => "geometric",
        }
    }

    /// `H(m)`, bits in a window; not a number for more than one spike in a window of the binary code.
    pub fn entropy(self, mean: f64) -> f64 {
        match self {
            Self::Binary if mean > 1.0 => f64::NAN,
            Self::Binary => entropy::binary(mean),
            Self::Poisson => entropy::poisson(mean),
            Self::Geometric => entropy::geometric(mean),
        }
    }

    fn derivative(self, mean: f64) -> f64 {
        match self {
            Self::Binary => entropy::binary_derivative(mean),
            Self::Poisson => entropy::poisson_derivative(mean),
            Self::Geometric => entropy::geometric_derivative(mean),
        }
    }
}

/// What a neuron pays for the spikes of its windows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Economy {
    /// `dt`, in time units.
    window: f64,
    /// `R dt`.
    rest: f64,
    /// `e`.
    spike: f64,
}

/// A rate and what it is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Fires per time unit.
    pub rate: f64,
    /// Bits per time unit.
    pub information: f64,
    /// Energy per time unit.
    pub power: f64,
    /// Bits per energy.
    pub efficiency: f64,
}

/// Why there is no optimum.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum EconomyError {
    /// A window that is not positive.
    #[error("the window is {value}; it must be a time above 0")]
    Window {
        /// What was given.
        value: f64,
    },
    /// Without a cost of rest the rarest spikes are the most efficient, and without a cost of spikes there is nothing to economise.
    #[error(
        "{what} costs {value}; there is a best rate only where spikes and rest both cost more than 0"
    )]
    Free {
        /// `a spike` or `rest`.
        what: &'static str,
        /// Its cost.
        value: f64,
    },
}

impl Economy {
    /// Of a neuron with these expenses, whose spikes are told apart in windows of this length.
    ///
    /// # Errors
    /// [`EconomyError::Window`]; [`EconomyError::Free`].
    pub fn new(expenses: &Expenses, window: f64) -> Result<Self, EconomyError> {
        if !(window > 0.0 && window.is_finite()) {
            return Err(EconomyError::Window { value: window });
        }
        for (what, value) in [("a spike", expenses.whole_spike()), ("rest", expenses.rest)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(EconomyError::Free { what, value });
            }
        }
        Ok(Self { window, rest: expenses.rest * window, spike: expenses.whole_spike() })
    }

    /// `c = e/(R dt)`, the cost of a spike in that of a window at rest.
    pub fn cost_of_spike(&self) -> f64 {
        self.spike / self.rest
    }

    /// `r = 1 + c`, the cost of a window with a spike in that of one without.
    pub fn ratio(&self) -> f64 {
        1.0 + self.cost_of_spike()
    }

    /// What a rate is worth.
    pub fn at(&self, code: Code, rate: f64) -> Place {
        let bits = code.entropy(rate * self.window);
        let energy = self.rest + self.spike * rate * self.window;
        Place {
            rate,
            information: bits / self.window,
            power: energy / self.window,
            efficiency: bits / energy,
        }
    }

    /// The rate with the most bits per energy.
    pub fn optimum(&self, code: Code) -> Place {
        self.at(code, best_mean(code, self.cost_of_spike()) / self.window)
    }
}

/// The mean count in a window that has the most entropy per cost `1 + c m`, for `c > 0`.
pub fn best_mean(code: Code, cost: f64) -> f64 {
    // Falls with m, since H is concave: its derivative is H'' (1 + c m).
    let surplus = |log_mean: f64| {
        let mean = log_mean.exp();
        code.derivative(mean) * (1.0 + cost * mean) - cost * code.entropy(mean)
    };
    let (mut low, mut high) = (-1.0, 0.5_f64.ln());
    while surplus(low) <= 0.0 {
        low *= 2.0;
    }
    // The binary optimum is at most 1/2.
    while code != Code::Binary && surplus(high) > 0.0 {
        high += 1.0;
    }
    let ends = ((low, surplus(low)), (high, surplus(high)));
    root(ends, 1e-14, |log_mean| Some(surplus(log_mean))).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Golden section of the efficiency itself, which knows nothing of the conditions above.
    fn maximum(efficiency: impl Fn(f64) -> f64, (mut low, mut high): (f64, f64)) -> f64 {
        let golden = 0.5 * (5.0_f64.sqrt() - 1.0);
        while high - low > 1e-7 * high {
            let (left, right) = (high - golden * (high - low), low + golden * (high - low));
            if efficiency(left) < efficiency(right) { low = left } else { high = right }
        }
        0.5 * (low + high)
    }

    const COSTS: [f64; 7] = [0.3, 1.0, 4.0, 9.0, 99.0, 399.0, 1999.0];

    /// The root of `p = (1 - p)^r` is where the efficiency is greatest, and is what is returned.
    #[test]
    fn the_binary_optimum_solves_the_relation_of_levy_and_baxter() {
        for cost in COSTS {
            let (found, r) = (best_mean(Code::Binary, cost), 1.0 + cost);
            let right = (1.0 - found).powf(r);
            assert!((found / right - 1.0).abs() < 1e-10, "{r}: {found} {right}");
            let greatest = maximum(|p| entropy::binary(p) / (1.0 + (r - 1.0) * p), (1e-6, 0.999));
            assert!((found / greatest - 1.0).abs() < 1e-6, "{r}: {found} {greatest}");
            let efficiency = entropy::binary(found) / (1.0 + cost * found);
            assert!((efficiency + (-found).ln_1p() / 2.0_f64.ln()).abs() < 1e-12, "{r}");
        }
        // r = 2: the golden section.
        let golden = 0.5 * (3.0 - 5.0_f64.sqrt());
        assert!((best_mean(Code::Binary, 1.0) - golden).abs() < 1e-12);
    }

    /// A relation that is near, `p = 1/(1 + r)`, would not pass.
    #[test]
    fn another_relation_is_not_the_optimum() {
        for cost in COSTS {
            let found = best_mean(Code::Binary, cost);
            assert!((found * (2.0 + cost) - 1.0).abs() > 0.02, "{cost}");
        }
    }

    #[test]
    fn more_expensive_spikes_are_rarer() {
        for code in Code::ALL {
            let means = COSTS.map(|cost| best_mean(code, cost));
            assert!(means.windows(2).all(|pair| pair[0] > pair[1]), "{code:?}: {means:?}");
        }
    }

    #[test]
    fn counts_without_bound_are_best_where_probabilities_of_their_costs_sum_to_one() {
        for cost in COSTS {
            let mean = best_mean(Code::Geometric, cost);
            let x = 1.0 / (1.0 + mean);
            assert!((x + x.powf(cost) - 1.0).abs() < 1e-11, "{cost}: {mean}");
            let greatest = maximum(|m| entropy::poisson(m) / (1.0 + cost * m), (1e-6, 50.0));
            let found = best_mean(Code::Poisson, cost);
            assert!((found / greatest - 1.0).abs() < 1e-6, "{cost}: {found} {greatest}");
        }
    }

    /// Wang et al. (2020), doi:10.1155/2020/8848901, abstract: where signalling costs 1.3 to 2.1 times what is fixed (taken to be
    /// `c` here), 0.3 to 0.4 of the neurons are active.
    #[test]
    fn published_fractions_of_active_neurons_follow() {
        for cost in [1.3, 2.1] {
            let active = best_mean(Code::Binary, cost);
            assert!((0.3..0.4).contains(&active), "{cost}: {active}");
        }
    }

    #[test]
    fn what_has_no_optimum_is_refused() {
        let expenses = Expenses { spike: 2.0, synapses: 1.0, rest: 0.5 };
        assert!(Economy::new(&expenses, 1.0).is_ok());
        for window in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(Economy::new(&expenses, window), Err(EconomyError::Window { .. })));
        }
        let free = Economy::new(&Expenses { rest: 0.0, ..expenses }, 1.0).unwrap_err();
        assert_eq!(
            free.to_string(),
            "rest costs 0; there is a best rate only where spikes and rest both cost more than 0"
        );
    }
}
