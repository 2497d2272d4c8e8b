//! Uniform feedback: `N` cells with threshold-linear gains and the same weight between all of them, equations (11.34) to (11.37).

/// `N` cells of which each receives `W_o` from each, itself included:
///
/// ```math
/// \begin{aligned}
/// r_i &= \beta \Big[W_o \sum_j r_j - \theta\Big]_+ &&\quad (11.34) \\
/// r_o &= \frac{1}{N} \sum_i r_i &&\quad (11.35) \\
/// r_o &= \left[\beta N W_o r_o - \beta \theta\right]_+ &&\quad (11.36)
/// \end{aligned}
/// ```
///
/// The lecture gives the solution (11.37) by `N beta W_o` alone: silence below 1 and the active branch `r_o = theta/(N W_o - 1/beta)` above. That is what there is for `theta > 0`, but
/// silence goes on above 1, too, and stays stable in (11.32), whereas the active branch is unstable there: it parts states that fall silent from states that run away. For `theta < 0`,
/// cells that fire by themselves, there is no silent state; the active branch exists, and is stable, below 1, and activity runs away above.
///
/// ```
/// # use equipoise_cells::derivation::uniform::UniformFeedback;
/// // N beta W_o = 2: active at 1/(2/0.04 - 1/0.04) = 0.04 per ms, but not for long.
/// let excited = UniformFeedback { cells: 100, slope: 0.04, weight: 0.5, threshold: 1.0 };
/// let active = excited.active(10.0).unwrap();
/// assert!((active.rate - 0.04).abs() < 1e-15);
/// assert!(!active.is_stable());
/// assert!(excited.silent(10.0).unwrap().is_stable());
/// ```
///
/// # Source
/// Lecture 11, equations (11.32) and (11.34) to (11.37).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UniformFeedback {
    /// `N >= 1`.
    pub cells: usize,
    /// `beta > 0`, 1/ms per uA/cm2.
    pub slope: f64,
    /// `W_o`, nC/cm2.
    pub weight: f64,
    /// `theta`, uA/cm2; with external input, less that.
    pub threshold: f64,
}

/// A solution of (11.36).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Branch {
    /// `r_o`, 1/ms.
    pub rate: f64,
    /// Eigenvalue of (11.32) for deviations in which all cells take part alike, 1/ms.
    pub eigenvalue: f64,
    /// Eigenvalue for the `N - 1` deviations whose sum vanishes, `-1/tau`, 1/ms.
    pub differences: f64,
}

impl Branch {
    /// Whether (11.32) returns after a small deviation; not where the eigenvalue vanishes.
    pub fn is_stable(&self) -> bool {
        self.eigenvalue < 0.0 && self.differences < 0.0
    }
}

/// What becomes of large activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It falls back, from any state.
    Bounded,
    /// It grows without end, from some states or from all: `N beta W_o >= 1`, and at 1 only with `theta < 0`.
    Runaway,
}

impl UniformFeedback {
    /// `N beta W_o`, by how much the feedback multiplies a change of the mean rate.
    pub fn loop_gain(&self) -> f64 {
        self.cells as f64 * self.slope * self.weight
    }

    /// `[beta N W_o r - beta theta]_+`, the mean rate that a mean rate causes, 1/ms; the right side of (11.36), and at equal rates of (11.34).
    pub fn response(&self, rate: f64) -> f64 {
        (self.loop_gain() * rate - self.slope * self.threshold).max(0.0)
    }

    /// `r_o = 0`, the first branch of (11.37): there is one for `theta >= 0`, however strong the synapses. `tau` in ms.
    ///
    /// Its eigenvalue is `-1/tau`: silent cells do not feed back. At `theta = 0` the least activity does, and the eigenvalue is that of the active side.
    pub fn silent(&self, tau: f64) -> Option<Branch> {
        let eigenvalue = if self.threshold > 0.0 { -1.0 } else { self.loop_gain() - 1.0 };
        let branch = Branch { rate: 0.0, eigenvalue: eigenvalue / tau, differences: -1.0 / tau };
        (self.threshold >= 0.0).then_some(branch)
    }

    /// `r_o = theta/(N W_o - 1/beta)`, the second branch of (11.37), if that is positive; its eigenvalue is `(N beta W_o - 1)/tau`. `tau` in ms.
    pub fn active(&self, tau: f64) -> Option<Branch> {
        let rate = self.threshold / (self.cells as f64 * self.weight - 1.0 / self.slope);
        let eigenvalue = (self.loop_gain() - 1.0) / tau;
        let branch = Branch { rate, eigenvalue, differences: -1.0 / tau };
        (rate > 0.0 && rate.is_finite()).then_some(branch)
    }

    /// Whether activity can run away.
    pub fn fate(&self) -> Fate {
        let gain = self.loop_gain();
        let runs_away = gain > 1.0 || (gain == 1.0 && self.threshold < 0.0);
        if runs_away { Fate::Runaway } else { Fate::Bounded }
    }
}

/// `r_o = (1/N) sum_i r_i`, 1/ms; equation (11.35). Not a number without cells.
pub fn mean_activity(rates: &[f64]) -> f64 {
    rates.iter().sum::<f64>() / rates.len() as f64
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, dvector};

    use super::*;
    use crate::derivation::error::DerivationError;
    use crate::derivation::gain::Gain;
    use crate::derivation::rate_equations::{ExternalInput, Population, RateEquations, Stability};

    const TAU: f64 = 10.0;

    fn feedback(weight: f64, threshold: f64) -> UniformFeedback {
        UniformFeedback { cells: 50, slope: 0.04, weight, threshold }
    }

    /// The same network in (11.32), as one population or as cells of their own.
    fn equations(uniform: &UniformFeedback, populations: usize) -> RateEquations {
        let cells = uniform.cells / populations;
        let population = |index: usize| Population {
            name: format!("{index}"),
            cells,
            time_constant: TAU,
            threshold: uniform.threshold,
            gain: Gain::ThresholdLinear { slope: uniform.slope },
            external: ExternalInput::NONE,
        };
        let weight = DMatrix::from_element(populations, populations, uniform.weight);
        let degree = DMatrix::from_element(populations, populations, cells as f64);
        RateEquations::new((0..populations).map(population).collect(), weight, degree).unwrap()
    }

    /// (11.35), and (11.34) summed is (11.36).
    #[test]
    fn the_mean_of_the_cells_follows_the_mean() {
        assert_eq!(mean_activity(&[0.01, 0.02, 0.06]), 0.03);
        let uniform = feedback(0.4, -0.5);
        let rates: Vec<f64> = (0..50).map(|index| 0.001 * f64::from(index)).collect();
        let gain = Gain::ThresholdLinear { slope: uniform.slope };
        let input = uniform.weight * rates.iter().sum::<f64>() - uniform.threshold;
        let each = vec![gain.rate(input); 50];
        let expected = uniform.response(mean_activity(&rates));
        assert!((mean_activity(&each) - expected).abs() < 1e-15);
    }

    /// (11.36) on both branches of (11.37), and by hand: `N beta W_o = 2`, `r_o = 0.8/(50 - 25)`.
    #[test]
    fn branches_solve_the_equation() {
        let rate = feedback(1.0, 0.8).active(TAU).unwrap().rate;
        assert!((rate - 0.032).abs() < 1e-16);
        for (weight, threshold) in [(1.0, 0.8), (0.3, -0.8), (-2.0, -0.8), (0.7, 1.5)] {
            let uniform = feedback(weight, threshold);
            for branch in [uniform.silent(TAU), uniform.active(TAU)].into_iter().flatten() {
                assert!((uniform.response(branch.rate) - branch.rate).abs() < 1e-15);
            }
        }
    }

    /// Both branches, their stability and which of them there are, against all steady states of (11.32), below and above `N beta W_o = 1`, on both sides of `theta = 0`.
    #[test]
    fn branches_are_the_steady_states() {
        for weight in [-3.0, 0.0, 0.2, 0.45, 0.55, 2.0] {
            for threshold in [-1.0, -0.1, 0.1, 1.0] {
                let uniform = feedback(weight, threshold);
                let branches = [uniform.silent(TAU), uniform.active(TAU)];
                let branches: Vec<_> = branches.into_iter().flatten().collect();
                let found = equations(&uniform, 1).steady_states().unwrap().states;
                assert_eq!(branches.len(), found.len(), "{uniform:?}");
                for (branch, state) in branches.iter().zip(&found) {
                    assert!((branch.rate - state.rates[0]).abs() < 1e-13, "{uniform:?}");
                    assert!((branch.eigenvalue - state.eigenvalues[0].re).abs() < 1e-13);
                    assert_eq!(branch.is_stable(), state.stability == Stability::Stable);
                }
            }
        }
    }

    /// The eigenvalues of five groups of ten cells: once that of the mean, four times that of differences.
    #[test]
    fn differences_between_cells_decay() {
        let uniform = feedback(1.0, 0.8);
        let branch = uniform.active(TAU).unwrap();
        let found = equations(&uniform, 5).steady_states().unwrap().states;
        let state = found.iter().find(|state| (state.rates[0] - branch.rate).abs() < 1e-12);
        let eigenvalues: Vec<f64> = state.unwrap().eigenvalues.iter().map(|x| x.re).collect();
        assert!((eigenvalues[0] - branch.eigenvalue).abs() < 1e-12);
        assert!(eigenvalues[1..].iter().all(|x| (x - branch.differences).abs() < 1e-12));
    }

    /// In time: just below the unstable branch activity dies, just above it runs away; with a negative threshold it runs away from silence, or settles.
    #[test]
    fn the_active_branch_parts_silence_from_runaway() {
        let uniform = feedback(1.0, 0.8);
        assert_eq!(uniform.fate(), Fate::Runaway);
        let input = uniform.active(TAU).unwrap().rate / uniform.slope;
        let run = |uniform: &UniformFeedback, input: f64| {
            equations(uniform, 1).trajectory(&dvector![input], 8000.0, 100.0)
        };
        let below = run(&uniform, 0.999 * input).unwrap();
        assert_eq!(below.rates.last(), Some(&dvector![0.0]));
        assert!(matches!(run(&uniform, 1.001 * input), Err(DerivationError::Runaway { .. })));

        let spontaneous = feedback(0.4, -0.5);
        assert_eq!((spontaneous.fate(), spontaneous.silent(TAU)), (Fate::Bounded, None));
        let settled = run(&spontaneous, -3.0).unwrap().rates.pop().unwrap()[0];
        assert!((settled - spontaneous.active(TAU).unwrap().rate).abs() < 1e-9);
        assert!(matches!(run(&feedback(1.0, -0.5), -3.0), Err(DerivationError::Runaway { .. })));
    }

    /// At `theta = 0` silence is the only state, stable or not; at `N beta W_o = 1` with `theta < 0` there is none.
    #[test]
    fn borders() {
        let weak = feedback(0.4, 0.0);
        assert!(weak.silent(TAU).unwrap().is_stable() && weak.active(TAU).is_none());
        assert!(!feedback(0.6, 0.0).silent(TAU).unwrap().is_stable());
        let critical = feedback(0.5, -1.0);
        assert_eq!((critical.loop_gain(), critical.fate()), (1.0, Fate::Runaway));
        assert_eq!((critical.silent(TAU), critical.active(TAU)), (None, None));
        assert_eq!(feedback(0.5, 1.0).fate(), Fate::Bounded);
    }
}
