//! Whether `n` is large enough for the finite-n theory: the small numbers on which it is an expansion, and what bounds them.
//!
//! ```text
//! coupling      1/(sigma_min sqrt(n) tau)             a network cannot tell smaller singular values of K from zero        at most 1
//! balance       1/(|lambda_fast| sqrt(n) tau)         time in which deviations from balance decay, in time constants      at most 1
//! skewness      |k_a|/v_a^{3/2}                       higher moments, which the theory takes for corrections              at most 1/2
//! fluctuations  |g_a3| C_aa/(2 g_a1)                  change of the rates' slopes by movements of the means               at most 1/2
//! corrections   |d_1|/v_a                             the first correction of the variance, against the variance          at most 1/2
//! orders        |d_2|/|d_1|                           of the last two corrections of mean and variance                    at most 1/2
//! ```
//!
//! `lambda_fast` is the real part of a fast eigenvalue at the network's own means and variances, `tau` the longest time constant, `d_1` and `d_2` are those of [`Expansion`]. All
//! are of order `n^{-1/2}` (`fluctuations` of order `1/n` with independent transmission), so the size from which on a bound holds can be told
//! from one solution. Where all hold, the margins of [`Expansion`] are what the theory may be off by; where one does not, they are not to be relied on.

use std::ops::Range;

use equipoise_model::Network;

use crate::balance::Balance;
use crate::coefficients::Coefficients;
use crate::finite_n::{Expansion, FiniteNSolution};
use crate::gaussian::averages;
use crate::rates::Rates;

/// Differences below this are rounding of the integrator.
const NUMERICAL: f64 = 1e-6;

/// What a [`Criterion`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Concern {
    /// `K` is near to a matrix of smaller rank.
    Coupling,
    /// Balance holds weakly, or not at all.
    Balance,
    /// The law of the potentiation is far from normal.
    Skewness,
    /// Population means fluctuate too much to be linearised.
    Fluctuations,
    /// Variances are not what they are without corrections.
    Corrections,
    /// The orders of the theory do not fall off.
    Orders,
}

impl Concern {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Coupling => "coupling",
            Self::Balance => "balance",
            Self::Skewness => "skewness",
            Self::Fluctuations => "fluctuations",
            Self::Corrections => "corrections",
            Self::Orders => "orders",
        }
    }

    /// In words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Coupling => {
                "K is nearly singular: its smallest singular value makes no difference at this n"
            }
            Self::Balance => "deviations from balance decay too slowly, or grow",
            Self::Skewness => "the law of the potentiation is far from normal",
            Self::Fluctuations => "population means fluctuate too much",
            Self::Corrections => "the first correction of variances is about as large as they are",
            Self::Orders => {
                "the corrections of the theory do not fall off from one order to the next"
            }
        }
    }

    fn bound(self) -> f64 {
        match self {
            Self::Coupling | Self::Balance => 1.0,
            _ => 0.5,
        }
    }
}

/// One small number at its largest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Criterion {
    /// What it is about.
    pub concern: Concern,
    /// The number; infinite where balance is not stable.
    pub value: f64,
    /// What it may be.
    pub bound: f64,
    /// From which size on it would hold, as it falls like a power of `n`; infinite where no size will do.
    pub size: f64,
    /// When it is largest; the beginning for what does not change.
    pub time: f64,
}

impl Criterion {
    /// Whether it holds.
    pub fn holds(&self) -> bool {
        self.value <= self.bound
    }
}

/// All criteria of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct Validity {
    /// In the order of [`Concern`]; those about `K` are missing if it vanishes.
    pub criteria: Vec<Criterion>,
}

impl Validity {
    /// Of a network along its expansion, until a time at which its limit may end. The start is left out: initial laws are free, and the network first has to find its balance.
    pub fn new(network: &Network, expansion: &Expansion, until: f64) -> Self {
        let Expansion { zeroth, half, first, .. } = expansion;
        let reached = first.times.iter().take_while(|time| **time <= until).count();
        Self::over(network, [zeroth, half, first], 1.min(reached)..reached)
    }

    /// At a stationary state, from the moments of [`Order::Zeroth`](crate::Order::Zeroth), `Half` and `First`.
    pub fn at_rest(network: &Network, orders: [&FiniteNSolution; 3]) -> Self {
        Self::over(network, orders, 0..1)
    }

    fn over(network: &Network, orders: [&FiniteNSolution; 3], samples: Range<usize>) -> Self {
        let balance = Balance::new(&Coefficients::limit(network).mean);
        let along = Along { network, orders, samples, balance };
        let slowest = network.populations.iter().map(|p| p.time_constant).fold(0.0, f64::max);
        let mut criteria = Vec::new();
        if along.balance.rank() > 0 {
            let coupling = along.balance.resolution(network).recip();
            criteria.push(along.criterion(Concern::Coupling, (coupling, 0.0)));
            let weakness = |sample| along.weakness(sample) / slowest;
            criteria.push(along.criterion(Concern::Balance, along.largest(weakness)));
        }
        let skewness = along.largest(|sample| along.skewness(sample));
        criteria.push(along.criterion(Concern::Skewness, skewness));
        let fluctuations = along.largest(|sample| along.fluctuations(sample));
        criteria.push(along.criterion(Concern::Fluctuations, fluctuations));
        let corrections = along.largest(|sample| along.correction(sample));
        criteria.push(along.criterion(Concern::Corrections, corrections));
        criteria.push(along.criterion(Concern::Orders, along.orders()));
        Self { criteria }
    }

    /// Whether all criteria hold.
    pub fn holds(&self) -> bool {
        self.criteria.iter().all(Criterion::holds)
    }

    /// Those that do not.
    pub fn broken(&self) -> impl Iterator<Item = &Criterion> {
        self.criteria.iter().filter(|criterion| !criterion.holds())
    }

    /// From which size on all would hold.
    pub fn size(&self) -> f64 {
        self.criteria.iter().map(|criterion| criterion.size).fold(0.0, f64::max)
    }
}

struct Along<'a> {
    network: &'a Network,
    orders: [&'a FiniteNSolution; 3],
    samples: Range<usize>,
    balance: Balance,
}

impl Along<'_> {
    fn criterion(&self, concern: Concern, (value, time): (f64, f64)) -> Criterion {
        let bound = concern.bound();
        // It falls like n^(-1/2), or like the covariance of independent neurons.
        let independent = self.network.transmission.input_correlation() == 0.0;
        let power = if independent && concern == Concern::Fluctuations { 1 } else { 2 };
        let size = self.network.size * (value / bound).powi(power);
        Criterion { concern, value, bound, size, time }
    }

    fn first(&self) -> &FiniteNSolution {
        self.orders[2]
    }

    /// The largest value over the samples, and its time; of none, 0.
    fn largest(&self, of: impl Fn(usize) -> f64) -> (f64, f64) {
        let times = &self.first().times;
        let values = self.samples.clone().map(|sample| (of(sample), times[sample]));
        values.fold((0.0, 0.0), |most, next| if next.0 > most.0 { next } else { most })
    }

    /// `1/(|lambda_fast| sqrt(n))`, in time units.
    fn weakness(&self, sample: usize) -> f64 {
        let size = self.network.population_count();
        let range = sample * size..(sample + 1) * size;
        let first = self.first();
        let at = Rates::at(self.network, &first.mean[range.clone()], &first.variance[range]);
        let rate = -self.balance.fast_eigenvalue(&at.slopes) * self.network.size.sqrt();
        if rate > 0.0 { rate.recip() } else { f64::INFINITY }
    }

    /// The variance of a neuron over neurons and networks, which shared spikes leave above zero.
    fn variance(&self, sample: usize, a: usize) -> f64 {
        let size = self.network.population_count();
        let first = self.first();
        let of_mean = first.mean_covariance[(sample * size + a) * size + a];
        first.variance[sample * size + a] + of_mean
    }

    fn over_populations(&self, of: impl Fn(usize) -> f64) -> f64 {
        (0..self.network.population_count()).map(of).fold(0.0, f64::max)
    }

    fn skewness(&self, sample: usize) -> f64 {
        let size = self.network.population_count();
        let cumulant = |a| self.first().third_cumulant[sample * size + a];
        self.over_populations(|a| ratio(cumulant(a).abs(), self.variance(sample, a).powf(1.5)))
    }

    /// `|g_3| C/(2 g_1)` at the variance within a network: by how much the fluctuations of the mean change the slope of the rate.
    fn fluctuations(&self, sample: usize) -> f64 {
        let size = self.network.population_count();
        let first = self.first();
        self.over_populations(|a| {
            let of_mean = first.mean_covariance[(sample * size + a) * size + a];
            let mut g = [0.0; 4];
            let gain = &self.network.populations[a].gain;
            averages(
                gain,
                first.mean[sample * size + a],
                first.variance[sample * size + a],
                &mut g,
            );
            ratio(0.5 * g[3].abs() * of_mean, g[1])
        })
    }

    /// `|d_1|/v`, the part of the variance that the first correction changes.
    fn correction(&self, sample: usize) -> f64 {
        let size = self.network.population_count();
        let [zeroth, half, _] = self.orders;
        let change = |a| half.variance[sample * size + a] - zeroth.variance[sample * size + a];
        self.over_populations(|a| ratio(change(a).abs(), self.variance(sample, a)))
    }

    /// The larger of the ratios of the last two corrections, of means and of variances, each at its largest; and when the last one is.
    fn orders(&self) -> (f64, f64) {
        let size = self.network.population_count();
        let of = |values: fn(&FiniteNSolution) -> &[f64]| {
            let [zeroth, half, first] = self.orders.map(values);
            let between = |fine: &[f64], coarse: &[f64]| {
                self.largest(|sample| {
                    let at = |a: usize| fine[sample * size + a] - coarse[sample * size + a];
                    self.over_populations(|a| at(a).abs())
                })
            };
            let (last, time) = between(first, half);
            // Smaller ones are the integrator's.
            let last = if last > NUMERICAL { last } else { 0.0 };
            (ratio(last, between(half, zeroth).0), time)
        };
        let [mean, variance] = [of(|s| &s.mean), of(|s| &s.variance)];
        if mean.0 > variance.0 { mean } else { variance }
    }
}

/// Of what vanishes nothing is left, whatever it is compared with; beside nothing, or less, all else is too much.
fn ratio(part: f64, whole: f64) -> f64 {
    if part == 0.0 {
        0.0
    } else if whole > 0.0 {
        part / whole
    } else {
        f64::INFINITY
    }
}
