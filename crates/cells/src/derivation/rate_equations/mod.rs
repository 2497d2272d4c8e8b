//! The rate equations of a network of populations: how their inputs move, and where they rest.
//!
//! ```math
//! \tau_a \frac{d\mu_a}{dt} = -\mu_a + \sum_b K_{ab} W_{ab} f_b[\mu_b] + N_{\text{ext}} W_{\text{ext}} r_{\text{ext}} - \theta_a
//! ```
//!
//! All cells of a population are alike and have the same input `mu_a`, so that the sum over cells of (11.32) is one over populations.
//!
//! * `trajectory`: from an initial state in time;
//! * `steady`: all steady states and their stability; `newton` looks for those of curved gains.

mod newton;
mod steady;
#[cfg(test)]
mod tests;
mod trajectory;

use nalgebra::{DMatrix, DVector};

use super::error::{DerivationError, checked, finite, not_negative, positive};
use super::gain::Gain;

pub use steady::{Coverage, Stability, SteadyState, SteadyStates};
pub use trajectory::Trajectory;

/// Numbers above which nothing is computed.
const LARGEST: f64 = 1e100;

/// Input from outside the network onto each cell of a population.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExternalInput {
    /// `W_ext`, the efficacy of one synapse, nC/cm2; equation (11.30).
    pub efficacy: f64,
    /// Number of sources.
    pub sources: usize,
    /// Rate of one source, 1/ms; that of all together is `r_ext`.
    pub rate: f64,
}

impl ExternalInput {
    /// No input.
    pub const NONE: Self = Self { efficacy: 0.0, sources: 0, rate: 0.0 };

    /// `W_ext r_ext`, uA/cm2.
    pub fn current(&self) -> f64 {
        self.efficacy * self.sources as f64 * self.rate
    }
}

/// Cells that are alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// Its name.
    pub name: String,
    /// `N_a`, how many cells.
    pub cells: usize,
    /// `tau_a`, with which the input follows the rates, ms.
    pub time_constant: f64,
    /// `theta_a`, uA/cm2; equation (11.31).
    pub threshold: f64,
    /// `f_a`; equation (11.33).
    pub gain: Gain,
    /// What comes from outside.
    pub external: ExternalInput,
}

/// `K_ab`, the synapses that a cell of `a` receives from population `b` if every cell reaches every other and not itself: `N_b`, and
/// `N_a - 1` within a population.
pub fn all_to_all(populations: &[Population]) -> DMatrix<f64> {
    let size = populations.len();
    DMatrix::from_fn(size, size, |a, b| (populations[b].cells - usize::from(a == b)) as f64)
}

/// The rate equations (11.32) and (11.33) of `P` populations.
///
/// ```
/// # use equipoise_cells::derivation::{Gain, RateEquations};
/// # use equipoise_cells::derivation::rate_equations::{ExternalInput, Population};
/// use nalgebra::dmatrix;
/// let population = Population {
///     name: "E".to_owned(),
///     cells: 100,
///     time_constant: 10.0,
///     threshold: 0.9,
///     gain: Gain::ThresholdLinear { slope: 0.035 },
///     external: ExternalInput { efficacy: 3.0, sources: 1000, rate: 0.001 },
/// };
/// // One hundred inhibitory synapses of -2 nC/cm2: mu = 3 - 0.9 - 200 * 0.035 mu = 2.1/8.
/// let equations = RateEquations::new(vec![population], dmatrix![-2.0], dmatrix![100.0])?;
/// let found = equations.steady_states()?;
/// assert!((found.states[0].input[0] - 2.1 / 8.0).abs() < 1e-12);
/// # Ok::<(), equipoise_cells::derivation::DerivationError>(())
/// ```
///
/// # Source
/// Lecture 11, equations (11.32) and (11.33).
#[derive(Debug, Clone, PartialEq)]
pub struct RateEquations {
    populations: Vec<Population>,
    efficacy: DMatrix<f64>,
    in_degree: DMatrix<f64>,
}

impl RateEquations {
    /// Populations, the efficacies `W_ab` of one synapse in nC/cm2 and the numbers `K_ab` of synapses that a cell of `a` receives from `b`
    /// ([`all_to_all`], or others, means included); rows are targets.
    ///
    /// # Errors
    /// [`DerivationError::OutOfRange`] for a number that makes no sense, [`DerivationError::Shape`] for matrices that are not `P x P`.
    pub fn new(
        populations: Vec<Population>,
        efficacy: DMatrix<f64>,
        in_degree: DMatrix<f64>,
    ) -> Result<Self, DerivationError> {
        positive("the number of populations", populations.len() as f64)?;
        populations.iter().try_for_each(Population::check)?;
        let size = populations.len();
        for (field, matrix) in [("efficacy", &efficacy), ("in_degree", &in_degree)] {
            if matrix.shape() != (size, size) {
                let (found_rows, found_columns) = matrix.shape();
                let (rows, columns) = (size, size);
                let error =
                    DerivationError::Shape { field, found_rows, found_columns, rows, columns };
                return Err(error);
            }
        }
        for (a, target) in populations.iter().enumerate() {
            for (b, source) in populations.iter().enumerate() {
                let place = format!("from `{}` to `{}`", source.name, target.name);
                finite(format!("the efficacy {place}"), efficacy[(a, b)])?;
                not_negative(format!("the in-degree {place}"), in_degree[(a, b)])?;
            }
        }
        let equations = Self { populations, efficacy, in_degree };
        equations.check_sizes()?;
        Ok(equations)
    }

    /// Sizes of which squares and products are still numbers.
    fn check_sizes(&self) -> Result<(), DerivationError> {
        let sizes = [
            ("the greatest sum of efficacies", self.weights().amax()),
            ("the greatest speed of the equations per ms", self.greatest_speed()),
            ("the greatest input without activity", self.offset().amax()),
        ];
        sizes.into_iter().try_for_each(|(field, size)| {
            checked(field, size, "below 1e100", |size| size < LARGEST).map(|_| ())
        })
    }

    /// The `P` populations.
    pub fn populations(&self) -> &[Population] {
        &self.populations
    }

    /// `W_ab`, nC/cm2, `P x P`; rows are targets.
    pub fn efficacy(&self) -> &DMatrix<f64> {
        &self.efficacy
    }

    /// `K_ab`, `P x P`; rows are targets.
    pub fn in_degree(&self) -> &DMatrix<f64> {
        &self.in_degree
    }

    /// `K_ab W_ab`, nC/cm2, what all cells of `b` together do to one of `a`, `P x P`.
    pub fn weights(&self) -> DMatrix<f64> {
        self.efficacy.component_mul(&self.in_degree)
    }

    /// `W_ext r_ext - theta_a`, the input without activity, uA/cm2, `P`.
    pub fn offset(&self) -> DVector<f64> {
        self.each(|population| population.external.current() - population.threshold)
    }

    /// `r_a = f_a[mu_a]`, 1/ms, of inputs in uA/cm2, `P`; equation (11.33).
    pub fn rates(&self, input: &DVector<f64>) -> DVector<f64> {
        input.map_with_location(|a, _, mu| self.populations[a].gain.rate(mu))
    }

    /// `dmu_a/dt`, uA/cm2 per ms, of inputs in uA/cm2, `P`; equation (11.32).
    pub fn derivative(&self, input: &DVector<f64>) -> DVector<f64> {
        let target = self.weights() * self.rates(input) + self.offset();
        (target - input).component_div(&self.time_constants())
    }

    /// The derivative of [`derivative`](RateEquations::derivative) by the inputs, 1/ms, `P x P`: `(K_ab W_ab f_b' - delta_ab)/tau_a`.
    pub fn jacobian(&self, input: &DVector<f64>) -> DMatrix<f64> {
        let weights = self.weights();
        DMatrix::from_fn(input.len(), input.len(), |a, b| {
            let slope = self.populations[b].gain.derivative(input[b]);
            let decay = if a == b { 1.0 } else { 0.0 };
            (weights[(a, b)] * slope - decay) / self.populations[a].time_constant
        })
    }

    fn time_constants(&self) -> DVector<f64> {
        self.each(|population| population.time_constant)
    }

    fn each(&self, value: impl Fn(&Population) -> f64) -> DVector<f64> {
        DVector::from_iterator(self.populations.len(), self.populations.iter().map(value))
    }
}

impl Population {
    fn check(&self) -> Result<(), DerivationError> {
        let of = |field: &str| format!("the {field} of population `{}`", self.name);
        positive(of("number of cells"), self.cells as f64)?;
        positive(of("time constant"), self.time_constant)?;
        finite(of("threshold"), self.threshold)?;
        match self.gain {
            Gain::Logistic { max_rate, steepness } => {
                positive(of("highest rate"), max_rate)?;
                positive(of("steepness"), steepness)?;
            }
            Gain::ThresholdLinear { slope } => {
                positive(of("gain"), slope)?;
            }
        }
        finite(of("external efficacy"), self.external.efficacy)?;
        not_negative(of("external rate"), self.external.rate)?;
        Ok(())
    }
}
