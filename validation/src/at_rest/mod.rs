//! Does one simulated network fluctuate about its stationary state as the theory says?
//!
//! Networks begin in the stationary state of the finite-n theory and are simulated for some of its slowest relaxation times ([`Course`]), which are left out. What comes then is compared with the theory:
//!
//! * the spectrum of the activity of each population, in octaves of frequency ([`spectrum`]);
//! * Fano factors of a neuron's spikes, correlations of pairs of neurons, and under independent transmission the variation of intervals ([`trains`]).
//!
//! Each is a mean over networks, which are independent, so its standard error is that over networks, and its test is Student's, one of equivalence with a margin for what the theory leaves out; Holm's correction
//! keeps the probability of any false alarm below [`LEVEL`](crate::LEVEL).

pub mod spectrum;
pub mod trains;

use equipoise_engine::Trajectory;
use equipoise_limit::variability::CountStatistics;
use equipoise_limit::{FiniteN, LimitError, Order, Stationary};
use equipoise_model::{InitialLaw, Network, Recording, Selection, Transmission};
use equipoise_statistics::{Equivalence, Estimate};

use crate::tested::{Tested, correct};
use spectrum::{Activity, MeasuredSpectrum};
use trains::Trains;

/// Bins of activity for each of the shortest time constants.
const BINS_PER_TIME_CONSTANT: f64 = 20.0;
/// Relaxation times that are left out at the start, and that a segment spans where it may be so long.
const BURN_IN: f64 = 10.0;
const SPAN: f64 = 25.0;
/// Longest time constants that a segment spans then.
const TIME_CONSTANTS: f64 = 50.0;
const MOST_BINS: usize = 1 << 16;
/// Windows of counts are as long as so many bins at least, and span as many segments at most.
const LEAST_BINS: f64 = 4.0;
const MOST_SEGMENTS: f64 = 64.0;
/// Windows of counts, with gaps as long between them, for which there is room at least.
const LEAST_WINDOWS: usize = 4;

/// How long networks are simulated, and how that is divided. All times are in time units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Course {
    /// Width of a bin of activity.
    pub width: f64,
    /// Bins that are left out at the start.
    pub burn_in: usize,
    /// Bins of a segment, a power of two: of 50 of the longest time constants and 25 relaxation times, or 65,536.
    pub segment: usize,
    /// Bins after those left out: two segments or more.
    pub bins: usize,
    /// Length of a window in which spikes are counted: what was asked for, between four bins and 64 segments.
    pub window: f64,
}

impl Course {
    fn new(network: &Network, state: &Stationary, window: Option<f64>) -> Self {
        let constants = || network.populations.iter().map(|p| p.time_constant);
        let (shortest, longest) =
            (constants().fold(f64::INFINITY, f64::min), constants().fold(0.0, f64::max));
        let rates = state.noise.eigenvalues().into_iter().map(|value| -value.re);
        let relaxation = rates.fold(f64::INFINITY, f64::min).recip().max(longest);
        let width = shortest / BINS_PER_TIME_CONSTANT;
        let span = (TIME_CONSTANTS * longest).max(SPAN * relaxation);
        let segment = ((span / width).ceil() as usize).min(MOST_BINS).next_power_of_two();
        let length = segment as f64 * width;
        let window = window.unwrap_or(10.0 * longest);
        let window = window.clamp(LEAST_BINS * width, MOST_SEGMENTS * length);
        let counted = 2.0 * window * LEAST_WINDOWS as f64;
        Self {
            width,
            burn_in: (BURN_IN * relaxation / width).ceil() as usize,
            segment,
            bins: (2 * segment).max((counted / width).ceil() as usize),
            window,
        }
    }

    /// The time that is left out.
    pub fn start(&self) -> f64 {
        self.burn_in as f64 * self.width
    }

    /// When networks end.
    pub fn end(&self) -> f64 {
        (self.burn_in + self.bins) as f64 * self.width
    }
}

/// A network at rest, and what is predicted of it.
#[derive(Debug, Clone)]
pub struct AtRest {
    network: Network,
    /// By orders `n^0`, `n^{-1/2}` and `1/n` of the theory of moments.
    states: [Stationary; 3],
    /// The same of counts; none if a population is silent.
    counts: Option<[CountStatistics; 3]>,
    course: Course,
}

impl AtRest {
    /// A network with drives and external rates as they are at a time, whose spikes are counted in windows of this length (ten of the longest time constants where none is given).
    ///
    /// # Errors
    /// [`LimitError`] if the theory, or one of its lower orders that give margins, does not come to rest.
    pub fn new(network: &Network, time: f64, window: Option<f64>) -> Result<Self, LimitError> {
        let mut network = network.held_at(time);
        let at_rest = |order| FiniteN::new(&network, order).stationary(0.0);
        let states = [at_rest(Order::Zeroth)?, at_rest(Order::Half)?, at_rest(Order::First)?];
        let [_, _, state] = &states;
        let course = Course::new(&network, state, window);
        let count = |state| CountStatistics::new(&network, state, course.window).ok();
        let [zeroth, half, first] = states.each_ref().map(count);
        let counts =
            zeroth.zip(half).zip(first).map(|((zeroth, half), first)| [zeroth, half, first]);
        let moments = state.moments.mean.iter().zip(&state.moments.variance);
        for (population, (mean, variance)) in network.populations.iter_mut().zip(moments) {
            population.initial = InitialLaw::Normal { mean: *mean, variance: *variance };
        }
        Ok(Self { network, states, counts, course })
    }

    /// The network to be simulated: drives and rates are constant, and it begins at rest.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// For how long.
    pub fn course(&self) -> &Course {
        &self.course
    }

    /// What is to be recorded.
    pub fn recording(&self) -> Recording {
        Recording {
            activity: Some(self.course.width),
            spikes: vec![Selection::All; self.network.population_count()],
            ..Recording::default()
        }
    }

    /// Compares networks with what is predicted.
    pub fn compare(&self, observed: &ObservedAtRest) -> RestVerdict {
        let mut comparisons = observed.activity.compare(self);
        comparisons.extend(observed.trains.compare(self));
        correct(comparisons.iter_mut().map(|comparison| &mut comparison.tested).collect());
        RestVerdict {
            replicates: observed.replicates,
            comparisons,
            spectrum: observed.activity.measured(self),
        }
    }

    /// By the whole theory.
    fn state(&self) -> &Stationary {
        let [_, _, first] = &self.states;
        first
    }

    /// Margins of some excesses over what independent Poisson processes have, by the three orders of the theory: what the last one changes; and where a spike moves many neurons at once, as large a part of
    /// the excess as the first correction is at most of any value, excess and what Poisson processes have together, and `n^{-1/2}` at least.
    fn margins(&self, excesses: &[[f64; 3]], values: &[f64]) -> Vec<f64> {
        let smallest = self.network.size.sqrt().recip();
        let part = |([zeroth, half, _], value): (&[f64; 3], &f64)| ((half - zeroth) / value).abs();
        let part = if is_independent(&self.network) {
            0.0
        } else {
            excesses.iter().zip(values).map(part).fold(smallest, f64::max).min(1.0)
        };
        let margin = |[_, half, first]: &[f64; 3]| (first - half).abs() + part * first.abs();
        excesses.iter().map(margin).collect()
    }

    /// Expected spikes of a neuron a time unit.
    fn fires(&self, population: usize) -> f64 {
        self.state().rates[population] / self.network.transmission.release_probability()
    }
}

/// What is kept of networks at rest.
#[derive(Debug, Clone)]
pub struct ObservedAtRest {
    replicates: usize,
    activity: Activity,
    trains: Trains,
}

impl ObservedAtRest {
    /// Of no network.
    pub fn new(rest: &AtRest) -> Self {
        Self { replicates: 0, activity: Activity::new(rest), trains: Trains::new(rest) }
    }

    /// One more network.
    pub fn push(&mut self, rest: &AtRest, trajectory: &Trajectory) {
        self.replicates += 1;
        self.activity.push(rest, &trajectory.records);
        self.trains.push(rest, &trajectory.records.spikes);
    }

    /// How many there are.
    pub fn replicates(&self) -> usize {
        self.replicates
    }
}

/// What is compared of a population at rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RestQuantity {
    /// Density of its activity, averaged over these frequencies, from one to below the other.
    ActivitySpectrum {
        /// In cycles a time unit.
        from: f64,
        /// In cycles a time unit.
        to: f64,
    },
    /// Fano factor of a neuron's spikes in a window.
    Fano,
    /// Correlation of the counts of two different neurons, of this population and another (or the same).
    Correlation {
        /// The other one.
        with: usize,
    },
    /// Coefficient of variation of the intervals between a neuron's spikes.
    IntervalVariation,
}

impl RestQuantity {
    /// As tables and files name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ActivitySpectrum { .. } => "activity_spectrum",
            Self::Fano => "fano",
            Self::Correlation { .. } => "correlation",
            Self::IntervalVariation => "interval_variation",
        }
    }
}

/// One test of a network at rest.
#[derive(Debug, Clone, PartialEq)]
pub struct RestComparison {
    /// The population.
    pub population: usize,
    /// What is compared.
    pub quantity: RestQuantity,
    /// The test.
    pub tested: Tested,
}

impl RestComparison {
    fn new(
        (population, quantity): (usize, RestQuantity),
        (measured, replicates): (Estimate, usize),
        (predicted, margin): (f64, f64),
    ) -> Self {
        let test = Equivalence::of_mean(measured, replicates, predicted, margin);
        Self { population, quantity, tested: Tested::new(measured, predicted, None, test) }
    }
}

/// All tests of a network at rest.
#[derive(Debug, Clone, PartialEq)]
pub struct RestVerdict {
    /// Networks.
    pub replicates: usize,
    /// Spectra from low frequencies to high ones, then what spikes do; population by population.
    pub comparisons: Vec<RestComparison>,
    /// The spectrum as it was estimated.
    pub spectrum: MeasuredSpectrum,
}

impl RestVerdict {
    /// Whether all hold, at [`LEVEL`](crate::LEVEL) over all of them.
    pub fn holds(&self) -> bool {
        self.comparisons.iter().all(|comparison| comparison.tested.holds())
    }

    /// Those that do not.
    pub fn failures(&self) -> impl Iterator<Item = &RestComparison> {
        self.comparisons.iter().filter(|comparison| !comparison.tested.holds())
    }
}

/// Whether spikes go to one target at a time.
fn is_independent(network: &Network) -> bool {
    network.transmission == Transmission::Independent
}
