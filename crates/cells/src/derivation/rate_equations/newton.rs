//! Steady states from many places by damped Newton steps.

use nalgebra::{DMatrix, DVector};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::RateEquations;
use super::steady::Coverage;
use crate::derivation::gain::Gain;

/// Places to start from at first, and at most.
const STARTS: usize = 256;
const MOST_STARTS: usize = 8192;
/// Steps from one place, and how often one is halved.
const ITERATIONS: usize = 60;
const HALVINGS: usize = 30;
/// Relative size of the last step, and by how much states differ that are different.
const CONVERGED: f64 = 1e-13;
const DIFFERENT: f64 = 1e-7;
/// How far into silence and saturation places lie, in units of the width of a gain.
const REACH: f64 = 10.0;

impl RateEquations {
    /// Half of the places are inputs about the thresholds, half those that rates anywhere in the range of the gains cause. Where all rates are bounded, the
    /// search goes on until the indices of the states add up to 1, as Brouwer's theorem demands, or far more places were tried.
    pub(super) fn search_from_many_starts(&self) -> (Vec<DVector<f64>>, Coverage) {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(0);
        let units = self.units();
        let (weights, offset) = (self.weights(), self.offset());
        let is_bounded =
            self.populations.iter().all(|population| population.gain.supremum().is_finite());
        let mut found: Vec<DVector<f64>> = Vec::new();
        let mut starts = 0;
        loop {
            for index in 0..STARTS {
                let place = units.map(|unit| unit * REACH * (2.0 * random.random::<f64>() - 1.0));
                let caused = || &weights * self.rates(&place) + &offset;
                let place = if index % 2 == 0 { caused() } else { place };
                let Some(state) = self.newton(place, &units) else { continue };
                let is_new = found.iter().all(|other| {
                    let distance = (other - &state).component_div(&(state.abs() + &units));
                    distance.amax() > DIFFERENT
                });
                if is_new {
                    found.push(state);
                }
            }
            starts += STARTS;
            let index = found.iter().map(|state| self.index(state)).sum();
            if !is_bounded || index == 1 || starts >= MOST_STARTS {
                return (found, Coverage::Search { starts, index });
            }
        }
    }

    /// The sign of `det(-Jacobian)`.
    fn index(&self, input: &DVector<f64>) -> i32 {
        let determinant = (-self.jacobian(input)).determinant();
        if determinant > 0.0 { 1 } else { -i32::from(determinant < 0.0) }
    }

    /// An input that matters, for each population, uA/cm2: the width of a logistic gain; all that a threshold-linear one receives without the activity of other such.
    fn units(&self) -> DVector<f64> {
        let bounded = self.each(|population| match population.gain {
            Gain::Logistic { max_rate, .. } => max_rate,
            Gain::ThresholdLinear { .. } => 0.0,
        });
        let received = self.weights().abs() * bounded + self.offset().abs();
        received.map_with_location(|a, _, received| match self.populations[a].gain {
            Gain::Logistic { steepness, .. } => 1.0 / steepness,
            Gain::ThresholdLinear { .. } => received.max(f64::MIN_POSITIVE),
        })
    }

    /// The steady state to which steps from `input` lead, if they lead to one.
    fn newton(&self, mut input: DVector<f64>, units: &DVector<f64>) -> Option<DVector<f64>> {
        let (weights, offset) = (self.weights(), self.offset());
        let residual = |input: &DVector<f64>| input - &weights * self.rates(input) - &offset;
        let mut surplus = residual(&input);
        for _ in 0..ITERATIONS {
            let slopes =
                input.map_with_location(|a, _, mu| self.populations[a].gain.derivative(mu));
            let identity = DMatrix::identity(input.len(), input.len());
            let linear = identity - &weights * DMatrix::from_diagonal(&slopes);
            let step = linear.lu().solve(&surplus)?;
            let size = step.component_div(&(input.abs() + units)).amax();
            if size <= CONVERGED {
                return Some(input - step);
            }
            let damped = (0..HALVINGS).map(|halving| &input - &step * 0.5_f64.powi(halving as i32));
            let mut candidates = damped.map(|next| (residual(&next), next));
            let (next_surplus, next) = candidates.find(|(next, _)| next.norm() < surplus.norm())?;
            (surplus, input) = (next_surplus, next);
        }
        None
    }
}
