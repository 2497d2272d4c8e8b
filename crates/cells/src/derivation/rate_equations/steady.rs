//! Steady states of the rate equations, `mu = K W f[mu] + W_ext r_ext - theta`, and their stability.
//!
//! With threshold-linear gains a steady state belongs to a set of active populations and solves a linear system: all `2^P` sets are gone through, and none is missed.
//! One population with a logistic gain has at most three steady states, between which the two places lie where `K W f' = 1`: none is missed either.
//! Beyond that, `newton` starts from many places and can miss some.

use nalgebra::{Complex, DMatrix, DVector};

use super::RateEquations;
use crate::derivation::error::DerivationError;
use crate::derivation::gain::Gain;

/// Most populations whose sets of active ones are gone through.
const MOST_POPULATIONS: usize = 12;
/// Relative size of rounding errors, in singular values, inputs and eigenvalues.
const ROUNDING: f64 = 1e-11;

/// Whether the rate equations return to a steady state after a small deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stability {
    /// All eigenvalues have negative real parts.
    Stable,
    /// One has a positive real part.
    Unstable,
    /// The largest real part vanishes up to rounding, or an input lies at the kink of its gain, where eigenvalues do not tell.
    Marginal,
}

/// A state at rest.
#[derive(Debug, Clone, PartialEq)]
pub struct SteadyState {
    /// `mu_a`, uA/cm2, `P`.
    pub input: DVector<f64>,
    /// `r_a`, 1/ms, `P`.
    pub rates: DVector<f64>,
    /// Eigenvalues of the Jacobian, 1/ms, by falling real part, `P`; at a kink with the slope of the silent side.
    pub eigenvalues: Vec<Complex<f64>>,
    /// What they mean.
    pub stability: Stability,
}

/// Whether there can be others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Coverage {
    /// These are all.
    All,
    /// These are all isolated ones. Of so many sets of active populations the equations do not determine the rates, and there may be whole lines of steady states.
    AllIsolated(usize),
    /// Those that Newton's method reached; there can be others.
    Search {
        /// From how many places it started.
        starts: usize,
        /// The sum over the states of the signs of `det(-Jacobian)`. Where all rates are bounded it is 1 if all are found, so that any other value tells of missed ones.
        index: i32,
    },
}

/// Steady states.
#[derive(Debug, Clone, PartialEq)]
pub struct SteadyStates {
    /// By rising rate of the first population, then of the next, ...
    pub states: Vec<SteadyState>,
    /// How they were looked for.
    pub coverage: Coverage,
}

impl RateEquations {
    /// All steady states that can be found; which guarantee there is, [`Coverage`] says. There may be none, where activity runs away.
    ///
    /// # Errors
    /// [`DerivationError::TooManyPopulations`] for more than twelve populations with threshold-linear gains.
    pub fn steady_states(&self) -> Result<SteadyStates, DerivationError> {
        let is_linear = |gain: &Gain| matches!(gain, Gain::ThresholdLinear { .. });
        let (inputs, coverage) = match &self.populations[..] {
            populations if populations.iter().all(|population| is_linear(&population.gain)) => {
                self.by_active_sets()?
            }
            [_] => (self.of_one_population(), Coverage::All),
            _ => self.search_from_many_starts(),
        };
        let mut states: Vec<_> = inputs.into_iter().map(|input| self.describe(input)).collect();
        states.sort_by(|a, b| a.rates.iter().partial_cmp(b.rates.iter()).expect("finite rates"));
        Ok(SteadyStates { states, coverage })
    }

    fn describe(&self, input: DVector<f64>) -> SteadyState {
        let jacobian = self.jacobian(&input);
        let scale = jacobian.amax();
        let mut eigenvalues: Vec<_> = jacobian.complex_eigenvalues().iter().copied().collect();
        eigenvalues.sort_by(|a, b| b.re.total_cmp(&a.re).then(b.im.total_cmp(&a.im)));
        let stability = match eigenvalues[0].re {
            _ if self.is_at_kink(&input) => Stability::Marginal,
            largest if largest > ROUNDING * scale => Stability::Unstable,
            largest if largest < -ROUNDING * scale => Stability::Stable,
            _ => Stability::Marginal,
        };
        SteadyState { rates: self.rates(&input), input, eigenvalues, stability }
    }

    fn is_at_kink(&self, input: &DVector<f64>) -> bool {
        let tolerance = ROUNDING * self.scale(input);
        self.populations.iter().zip(input).any(|(population, input)| {
            matches!(population.gain, Gain::ThresholdLinear { .. }) && input.abs() <= tolerance
        })
    }

    /// Size of the terms that make up an input, uA/cm2.
    fn scale(&self, input: &DVector<f64>) -> f64 {
        (self.weights().abs() * self.rates(input)).amax() + self.offset().amax() + input.amax()
    }

    fn by_active_sets(&self) -> Result<(Vec<DVector<f64>>, Coverage), DerivationError> {
        let populations = self.populations.len();
        if populations > MOST_POPULATIONS {
            let most = MOST_POPULATIONS;
            return Err(DerivationError::TooManyPopulations { populations, most });
        }
        let mut found: Vec<DVector<f64>> = Vec::new();
        let mut undetermined = 0;
        for set in 0..1_u32 << populations {
            let is_active = |a: usize| set >> a & 1 == 1;
            match self.of_active(is_active) {
                Linear::Undetermined => undetermined += 1,
                Linear::Impossible => (),
                Linear::Unique(input) => {
                    let tolerance = ROUNDING * self.scale(&input);
                    let signs_agree = input.iter().enumerate().all(|(a, input)| {
                        if is_active(a) { *input >= -tolerance } else { *input <= tolerance }
                    });
                    let is_near =
                        |other: &DVector<f64>| (other - &input).amax() <= 10.0 * tolerance;
                    if signs_agree && !found.iter().any(is_near) {
                        found.push(input);
                    }
                }
            }
        }
        let coverage =
            if undetermined == 0 { Coverage::All } else { Coverage::AllIsolated(undetermined) };
        Ok((found, coverage))
    }

    /// Inputs that solve `mu = K W D mu + offset`, `D` the slopes of the active populations and 0 for the others.
    fn of_active(&self, is_active: impl Fn(usize) -> bool) -> Linear {
        let weights = self.weights();
        let size = weights.nrows();
        let system = DMatrix::from_fn(size, size, |a, b| {
            let slope = self.populations[b].gain.greatest_derivative();
            let feedback = if is_active(b) { weights[(a, b)] * slope } else { 0.0 };
            (if a == b { 1.0 } else { 0.0 }) - feedback
        });
        let offset = self.offset();
        let decomposition = system.clone().svd(true, true);
        let tolerance = ROUNDING * decomposition.singular_values.amax();
        let solution = decomposition.solve(&offset, tolerance).expect("both sides are there");
        if decomposition.rank(tolerance) == size {
            return Linear::Unique(solution);
        }
        let residual = (system * &solution - &offset).amax();
        let is_solved = residual <= ROUNDING * (offset.amax() + tolerance * solution.amax());
        if is_solved { Linear::Undetermined } else { Linear::Impossible }
    }

    /// One population with a curved gain: roots of `mu - W f[mu] - offset` between the places where it turns.
    fn of_one_population(&self) -> Vec<DVector<f64>> {
        let (weight, offset) = (self.weights()[(0, 0)], self.offset()[0]);
        let gain = self.populations[0].gain;
        let surplus = |mu: f64| mu - weight * gain.rate(mu) - offset;
        let reach = (weight * gain.supremum()).abs();
        let (lowest, highest) = (offset - reach - 1.0, offset + reach + 1.0);
        let turning = turning_points(weight, gain).into_iter();
        let mut places = vec![lowest];
        places.extend(turning.map(|place| place.clamp(lowest, highest)));
        places.push(highest);
        let pieces = places.windows(2).filter_map(|ends| bisect((ends[0], ends[1]), surplus));
        let mut roots: Vec<f64> = pieces.collect();
        roots.dedup();
        roots.into_iter().map(|root| DVector::from_element(1, root)).collect()
    }
}

/// What a linear system has.
enum Linear {
    Unique(DVector<f64>),
    Undetermined,
    Impossible,
}

/// Where `weight f'[mu] = 1`, rising: with `s = r/r_max` that is `weight r_max beta s (1 - s) = 1`.
fn turning_points(weight: f64, gain: Gain) -> Vec<f64> {
    let Gain::Logistic { max_rate, steepness } = gain else { return Vec::new() };
    let root = (1.0 - 4.0 / (weight * max_rate * steepness)).sqrt();
    // Not a number where the weight is small or inhibitory enough never to turn.
    if weight <= 0.0 || root.is_nan() {
        return Vec::new();
    }
    // ln(s/(1 - s)) of s = (1 + root)/2; its mirror image is the other one.
    let place =
        ((1.0 + root) * (1.0 + root) * 0.25 * weight * max_rate * steepness).ln() / steepness;
    vec![-place, place]
}

/// The root of a monotone function between two places, to the last digit; none if it does not change its sign.
fn bisect((mut left, mut right): (f64, f64), function: impl Fn(f64) -> f64) -> Option<f64> {
    let (at_left, at_right) = (function(left), function(right));
    if at_left == 0.0 || at_right == 0.0 {
        return Some(if at_left == 0.0 { left } else { right });
    }
    if (at_left > 0.0) == (at_right > 0.0) {
        return None;
    }
    loop {
        let middle = f64::midpoint(left, right);
        if middle <= left || middle >= right {
            return Some(middle);
        }
        if (function(middle) > 0.0) == (at_left > 0.0) {
            left = middle;
        } else {
            right = middle;
        }
    }
}
