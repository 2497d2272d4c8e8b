//! From a circuit of cells to rate equations: f-I curves, their fit, weights and thresholds.

use nalgebra::DMatrix;
use thiserror::Error;

use crate::curve::{CurveError, Protocol, measure};
use crate::derivation::fit::{
    Agreement, FitError, LogisticFit, Point, Premise, RateRange, ThresholdLinearFit,
};
use crate::derivation::rate_equations::{self, ExternalInput, RateEquations};
use crate::derivation::{DerivationError, Excitability};
use crate::file::{Circuit, FittedGain};

/// Confidence of intervals.
pub const CONFIDENCE: f64 = 0.95;
/// By how much slopes may differ where the premise is said to hold.
pub const AGREEMENT: f64 = 0.1;

/// What was fitted to the curves of a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Fit {
    /// (11.5) within the range of rates.
    ThresholdLinear(ThresholdLinearFit),
    /// (11.4) to all rates.
    Logistic(LogisticFit),
}

/// A cell with its curves and what they say.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedCell {
    /// Its name.
    pub name: String,
    /// Its rates, curve by curve.
    pub points: Vec<Point>,
    /// What was fitted.
    pub fit: Fit,
    /// Whether conductance shifts the threshold and leaves the slope, within the range that was asked for.
    pub premise: Premise,
    /// Within which ranges of rates the slopes agree to a tenth.
    pub agreements: Vec<Agreement>,
    /// `beta`, `I_theta0`, `v_theta`.
    pub excitability: Excitability,
}

/// A circuit and its rate equations.
#[derive(Debug, Clone, PartialEq)]
pub struct Reduction {
    /// The cells, in the order of the file.
    pub cells: Vec<FittedCell>,
    /// (11.32) and (11.33).
    pub equations: RateEquations,
}

/// Why there are no rate equations.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ReductionError {
    /// No curve.
    #[error("cell `{cell}`: {reason}")]
    Curve {
        /// Of which cell.
        cell: String,
        /// Why not.
        reason: CurveError,
    },
    /// No fit.
    #[error("cell `{cell}`: its f-I curves cannot be fitted: {reason}")]
    Fit {
        /// To which cell.
        cell: String,
        /// Why not.
        reason: FitError,
    },
    /// A number that makes no sense.
    #[error(transparent)]
    Derivation(#[from] DerivationError),
}

impl Reduction {
    /// Measures the curves of all cells, fits them, and writes down the rate equations.
    ///
    /// # Errors
    /// [`ReductionError`].
    pub fn of(circuit: &Circuit) -> Result<Self, ReductionError> {
        let cells: Vec<FittedCell> = (0..circuit.cell_names.len())
            .map(|index| fit(circuit, index))
            .collect::<Result<_, _>>()?;
        let equations = equations(circuit, &cells, |excitability| excitability.threshold_voltage)?;
        Ok(Self { cells, equations })
    }

    /// The same circuit with its external rates multiplied by a factor.
    ///
    /// # Errors
    /// [`DerivationError`] where they come out of range.
    pub fn at_input(&self, factor: f64) -> Result<RateEquations, DerivationError> {
        let mut populations = self.equations.populations().to_vec();
        for population in &mut populations {
            population.external.rate *= factor;
        }
        let (efficacy, in_degree) = (self.equations.efficacy(), self.equations.in_degree());
        RateEquations::new(populations, efficacy.clone(), in_degree.clone())
    }
}

/// The curves of a cell and their fit.
fn fit(circuit: &Circuit, index: usize) -> Result<FittedCell, ReductionError> {
    let name = circuit.cell_names[index].clone();
    let (cell, plan) = (&circuit.cells[index], &circuit.curve);
    let protocol = Protocol {
        step: circuit.timing.step,
        transient: plan.transient,
        duration: plan.duration,
        noise: plan.noise,
        seed: circuit.timing.seed,
    };
    let conductances: Vec<f64> =
        plan.leak_factors.iter().map(|factor| factor * cell.leak.conductance).collect();
    let range = RateRange { from: plan.fit.0, to: plan.fit.1 };
    let points = measure(cell, &conductances, plan.points, range.to, &protocol)
        .map_err(|reason| ReductionError::Curve { cell: name.clone(), reason })?;
    let unfitted = |reason| ReductionError::Fit { cell: name.clone(), reason };
    let premise = Premise::new(&points, range, CONFIDENCE).map_err(unfitted)?;
    // From the lowest rate that is fitted: silent points are on no slope.
    let edge =
        |part: u32| range.from + (range.to - range.from) * f64::from(part) / f64::from(EDGES);
    let edges: Vec<f64> = (0..=EDGES).map(edge).collect();
    let agreements = crate::derivation::fit::agreement::agreements(&points, &edges, AGREEMENT)
        .map_err(unfitted)?;
    let (fit, excitability) = match plan.gain {
        FittedGain::ThresholdLinear => {
            let fit = ThresholdLinearFit::new(&points, range, CONFIDENCE).map_err(unfitted)?;
            let excitability = fit.excitability();
            (Fit::ThresholdLinear(fit), excitability)
        }
        FittedGain::Logistic => {
            let fit = LogisticFit::new(&points, CONFIDENCE).map_err(unfitted)?;
            let excitability = fit.excitability();
            (Fit::Logistic(fit), excitability)
        }
    };
    Ok(FittedCell { name, points, fit, premise, agreements, excitability })
}

/// Parts into which the range of rates is divided where slopes are compared.
const EDGES: u32 = 6;

/// (11.32) and (11.33), with the threshold voltage that `voltage` gives for a cell in the weights (11.29) and (11.30).
///
/// # Errors
/// [`DerivationError`] for numbers that make no sense.
pub fn equations(
    circuit: &Circuit,
    cells: &[FittedCell],
    voltage: impl Fn(&Excitability) -> f64,
) -> Result<RateEquations, DerivationError> {
    let network = &circuit.network;
    let size = network.populations.len();
    let each = network.populations.iter().enumerate();
    let populations = each.map(|(index, population)| {
        let excitability = &cells[circuit.cell_of[index]].excitability;
        let leak = population.cell.leak;
        let external = population.external.map_or(ExternalInput::NONE, |external| ExternalInput {
            efficacy: external.synapse.efficacy(voltage(excitability), leak.reversal),
            sources: external.sources,
            rate: external.rate,
        });
        rate_equations::Population {
            name: population.name.clone(),
            cells: population.count,
            time_constant: circuit.time_constants[index],
            threshold: excitability.threshold(leak.conductance) - population.current,
            gain: excitability.gain,
            external,
        }
    });
    let populations: Vec<_> = populations.collect();
    let efficacy = DMatrix::from_fn(size, size, |target, source| {
        let excitability = &cells[circuit.cell_of[target]].excitability;
        let reversal = network.populations[target].cell.leak.reversal;
        network.projections[target][source]
            .map_or(0.0, |projection| projection.synapse.efficacy(voltage(excitability), reversal))
    });
    let in_degree =
        DMatrix::from_fn(size, size, |target, source| network.in_degree(target, source) as f64);
    RateEquations::new(populations, efficacy, in_degree)
}
