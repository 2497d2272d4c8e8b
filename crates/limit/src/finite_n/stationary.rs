//! Where a network of size `n` comes to rest, and how it fluctuates and responds there.

use equipoise_model::Schedule;
use nalgebra::{Complex, DMatrix, DVector};

use super::layout::Layout;
use super::system::MomentSystem;
use super::{EQUATIONS, FiniteN, FiniteNSolution, Order};
use crate::error::LimitError;
use crate::integrator::{Integrator, Stiffness, System};
use crate::linear_noise::LinearNoise;

/// Largest time constants for which the state is followed before Newton's method is tried, and how often that span is doubled.
const SPAN: f64 = 10.0;
const DOUBLINGS: u32 = 7;
/// Newton's steps below this fraction of the state end the search.
const CONVERGED: f64 = 1e-10;

/// A stationary state of the finite-n theory.
#[derive(Debug, Clone)]
pub struct Stationary {
    /// Of which order the theory is.
    pub order: Order,
    /// The moments; one sample, whose time is that at which drives and rates were taken. Spikes are the rates of fires, `N_a S_a/p`.
    pub moments: FiniteNSolution,
    /// `S_a`, the intensity towards one target, per time unit.
    pub rates: Vec<f64>,
    /// The fluctuations of the modes about it.
    pub noise: LinearNoise,
    /// Jacobian of all moments, but for the counts of spikes.
    jacobian: DMatrix<f64>,
    /// Gradients of `S_b`, by row.
    rate_gradients: DMatrix<f64>,
    /// Derivatives of the moments by `I_a` and `nu_x`, by column.
    forcing: DMatrix<f64>,
}

impl FiniteN<'_> {
    /// The stationary state to which the network tends from its initial state, with drives and external rates as they are at `time`.
    ///
    /// # Errors
    /// [`LimitError::Integration`]; [`LimitError::NotStationary`] if the theory does not come to rest.
    pub fn stationary(&self, time: f64) -> Result<Stationary, LimitError> {
        let constant = self.network.held_at(time);
        let theory = FiniteN {
            network: &constant,
            coefficients: self.coefficients.clone(),
            covariances: true,
            ..*self
        };
        let state = theory.rest(time)?;
        theory.about(&state, time)
    }

    /// Follows the state and tries Newton's method from ever later times.
    fn rest(&self, time: f64) -> Result<Vec<f64>, LimitError> {
        let layout = self.layout();
        let system = MomentSystem::new(self, self.network.clone());
        let slowest = self.network.populations.iter().map(|p| p.time_constant).fold(0.0, f64::max);
        let (mut state, mut span) = (self.initial(layout), SPAN * slowest);
        for _ in 0..DOUBLINGS {
            let solved = Integrator { relative: 1e-6, absolute: 1e-9 }
                .solve(&system, Stiffness::Stiff, (0.0, &state), &[span])
                .map_err(|source| LimitError::Integration { equations: EQUATIONS, time, source })?;
            state.clone_from(&solved.states[0]);
            for a in 0..layout.populations {
                state[layout.spikes(a)] = 0.0;
            }
            if let Some(rest) = newton(&system, layout, &state) {
                return Ok(rest);
            }
            span *= 2.0;
        }
        Err(LimitError::NotStationary { time })
    }

    fn about(&self, state: &[f64], time: f64) -> Result<Stationary, LimitError> {
        let layout = self.layout();
        let system = MomentSystem::new(self, self.network.clone());
        let (jacobian, rate_gradients) = linearise(&system, layout, state);
        let mut derivative = vec![0.0; layout.dimension()];
        system.derivative(0.0, state, &mut derivative);
        let rates: Vec<f64> =
            (0..layout.populations).map(|a| derivative[layout.spikes(a)]).collect();
        let mut moments = self.collect(&[time], &[state.to_vec()], layout);
        for (a, spikes) in moments.spikes.iter_mut().enumerate() {
            *spikes = rates[a] * self.network.populations[a].count as f64
                / self.network.transmission.release_probability();
        }
        let fluctuations = system.fluctuations(0.0, state);
        let noise = LinearNoise::finite(self.network, &fluctuations, &rates);
        if noise.eigenvalues().iter().any(|value| value.re >= 0.0) {
            return Err(LimitError::NotStationary { time });
        }
        let forcing = self.forcing(layout, state, &derivative);
        Ok(Stationary {
            order: self.order,
            moments,
            rates,
            noise,
            jacobian,
            rate_gradients,
            forcing,
        })
    }

    /// By how much a unit of each drive and external rate changes the velocity of the moments, in which they are linear.
    fn forcing(&self, layout: Layout, state: &[f64], unforced: &[f64]) -> DMatrix<f64> {
        let populations = self.network.population_count();
        let kept = kept(layout);
        let sources = self.network.source_count();
        let mut forcing = DMatrix::zeros(kept.len(), sources);
        for source in 0..sources {
            let mut network = self.network.clone();
            let schedule = if source < populations {
                &mut network.populations[source].drive
            } else {
                &mut network.externals[source - populations].rate
            };
            *schedule = Schedule::Constant(schedule.value(0.0) + 1.0);
            let mut derivative = vec![0.0; layout.dimension()];
            MomentSystem::new(self, network).derivative(0.0, state, &mut derivative);
            for (row, place) in kept.iter().enumerate() {
                forcing[(row, source)] = derivative[*place] - unforced[*place];
            }
        }
        forcing
    }
}

impl Stationary {
    /// Linear response of the rates: `T_bs(f) = G (2 pi i f - J)^{-1} F`, the amplitude of `S_b` per amplitude of drive or external rate `s` at frequency
    /// `f`; `P` rows, `P + X` columns. `J` is the Jacobian of the moment equations, `F` their derivative by drives (per time unit) and external rates, `G` the gradient of the rates.
    ///
    /// At `f = 0` it is the derivative of the stationary rates.
    pub fn response(&self, frequency: f64) -> DMatrix<Complex<f64>> {
        let complex = |matrix: &DMatrix<f64>| matrix.map(|x| Complex::new(x, 0.0));
        let size = self.jacobian.nrows();
        let turning = DMatrix::identity(size, size)
            * Complex::new(0.0, 2.0 * std::f64::consts::PI * frequency);
        let resolvent = turning - complex(&self.jacobian);
        let moved = resolvent.lu().solve(&complex(&self.forcing)).expect("the state is stable");
        complex(&self.rate_gradients) * moved
    }
}

/// The places of the state without the counts of spikes.
fn kept(layout: Layout) -> Vec<usize> {
    let spikes = layout.spikes(0)..layout.spikes(layout.populations);
    (0..layout.dimension()).filter(|place| !spikes.contains(place)).collect()
}

/// Jacobian of the moments, and gradients of the rates.
fn linearise(
    system: &MomentSystem<'_>,
    layout: Layout,
    state: &[f64],
) -> (DMatrix<f64>, DMatrix<f64>) {
    let kept = kept(layout);
    let mut jacobian = DMatrix::zeros(kept.len(), kept.len());
    let mut gradients = DMatrix::zeros(layout.populations, kept.len());
    let (mut direction, mut product) =
        (vec![0.0; layout.dimension()], vec![0.0; layout.dimension()]);
    for (column, place) in kept.iter().enumerate() {
        direction[*place] = 1.0;
        system.jacobian_product(0.0, state, &direction, &mut product);
        direction[*place] = 0.0;
        for (row, place) in kept.iter().enumerate() {
            jacobian[(row, column)] = product[*place];
        }
        for a in 0..layout.populations {
            gradients[(a, column)] = product[layout.spikes(a)];
        }
    }
    (jacobian, gradients)
}

fn newton(system: &MomentSystem<'_>, layout: Layout, start: &[f64]) -> Option<Vec<f64>> {
    let kept = kept(layout);
    let mut state = start.to_vec();
    let mut derivative = vec![0.0; layout.dimension()];
    for _ in 0..20 {
        system.derivative(0.0, &state, &mut derivative);
        let velocity = DVector::from_iterator(kept.len(), kept.iter().map(|i| derivative[*i]));
        let step = linearise(system, layout, &state).0.lu().solve(&velocity)?;
        let mut largest: f64 = 0.0;
        for (place, change) in kept.iter().zip(step.iter()) {
            state[*place] -= change;
            largest = largest.max(change.abs() / (1.0 + state[*place].abs()));
        }
        if !largest.is_finite() || largest > 1e3 {
            return None;
        }
        if largest < CONVERGED {
            let positive = (0..layout.populations).all(|a| state[layout.variance(a)] >= -1e-12);
            return positive.then_some(state);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_spikes_are_left_out() {
        let layout = Layout { populations: 2, highest_moment: 3, modes: 8 };
        let kept = kept(layout);
        assert_eq!(kept.len(), layout.dimension() - 2);
        assert!(!kept.contains(&layout.spikes(0)) && !kept.contains(&layout.spikes(1)));
    }
}
