//! From conductance-based cells to rate equations, on to a scenario, and back to the network of cells.

use equipoise_cells::comparison::{ComparedAt, compare, scaled};
use equipoise_cells::derivation::scenario::{ConversionError, DerivedScenario, Options, scenario};
use equipoise_cells::file::Circuit;
use equipoise_cells::network::{Activity, simulate};
use equipoise_cells::reduction::Reduction;
use miette::{IntoDiagnostic, Report};

use super::Failure;

/// The network of cells, simulated and compared.
#[derive(Debug, Default)]
pub struct Comparison {
    /// At each strength of the input, as far as it came.
    pub at: Vec<ComparedAt>,
    /// The spikes and potentials at the strength nearest to that of the file.
    pub shown: Option<Activity>,
}

/// Who looks on while the network of cells is simulated.
pub struct Watch<'a> {
    /// Hears of each strength of the input when it begins, with its number from 1.
    pub begin: &'a (dyn Fn((f64, usize)) + Sync),
    /// Says whether it goes on.
    pub goes_on: &'a (dyn Fn() -> bool + Sync),
}

/// The rate equations, and the scenario or why there is none.
pub type Derived = (Reduction, Result<DerivedScenario, ConversionError>);

/// Derives.
///
/// # Errors
/// [`Failure::Usage`] for cells that have no rate equations.
pub fn derive(circuit: &Circuit) -> Result<Derived, Failure> {
    let reduction = Reduction::of(circuit).map_err(|error| usage(error, "no rate equations"))?;
    let options = Options {
        title: format!("{}, as rates", circuit.title),
        size: circuit.size,
        wanted: circuit.wanted.clone(),
    };
    let network = scenario(&reduction.equations, &options);
    Ok((reduction, network))
}

fn usage(error: impl std::error::Error + Send + Sync + 'static, what: &str) -> Failure {
    let report: Report = Err::<(), _>(error).into_diagnostic().unwrap_err();
    Failure::Usage(report.wrap_err(format!("there are {what} of these cells")))
}

/// Simulates at each strength of the input; whether it was ended.
///
/// # Errors
/// [`Failure::Usage`] for cells whose rate equations have no steady states that can be found.
pub fn simulated(
    circuit: &Circuit,
    reduction: &Reduction,
    comparison: &mut Comparison,
    watch: &Watch<'_>,
) -> Result<bool, Failure> {
    let factors = &circuit.input_factors;
    let nearest =
        factors.iter().copied().min_by(|a, b| (a - 1.0).abs().total_cmp(&(b - 1.0).abs()));
    for (place, &factor) in factors.iter().enumerate() {
        (watch.begin)((factor, place + 1));
        let scaled = scaled(circuit, factor);
        let is_shown = nearest == Some(factor);
        let traced: Vec<(usize, usize)> = if is_shown {
            (0..circuit.network.populations.len()).map(|population| (population, 0)).collect()
        } else {
            Vec::new()
        };
        let go_on = |_: f64| (watch.goes_on)();
        let Some(activity) = simulate(&scaled.network, &scaled.timing, &traced, &go_on) else {
            return Ok(true);
        };
        let equations =
            reduction.at_input(factor).map_err(|error| usage(error, "no rate equations"))?;
        let compared = compare(factor, &activity, &equations)
            .map_err(|error| usage(error, "no steady states"))?;
        comparison.at.push(compared);
        if is_shown {
            comparison.shown = Some(activity);
        }
    }
    Ok(false)
}
