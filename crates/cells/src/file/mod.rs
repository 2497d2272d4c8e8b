//! Cell files: the TOML from which a network of cells is read.
//!
//! * `raw`: the fields as they stand in the file, with their places;
//! * `check`: from fields to a validated [`Circuit`], all quantities in the units of this crate.

mod check;
mod raw;

use equipoise_model::InputError;
use equipoise_model::input::schema;

use crate::cell::Cell;
use crate::curve::Noise;
use crate::derivation::scenario::WantedState;
use crate::network::{Network, Timing};

/// What the text is called in messages.
const WHAT: &str = "the cell file";

/// What is read from a cell file.
#[derive(Debug, Clone, PartialEq)]
pub struct Circuit {
    /// Title, for people.
    pub title: String,
    /// Names of the cells, in the order of the file; populations may share one.
    pub cell_names: Vec<String>,
    /// The cells.
    pub cells: Vec<Cell>,
    /// For each population, which of the cells it consists of.
    pub cell_of: Vec<usize>,
    /// The network.
    pub network: Network,
    /// `tau_a` of the rate equations, ms; `C/g_L` where the file has none.
    pub time_constants: Vec<f64>,
    /// How f-I curves are measured and fitted.
    pub curve: CurvePlan,
    /// How the network is simulated.
    pub timing: Timing,
    /// Factors of the external rates at which it is compared with its rate equations.
    pub input_factors: Vec<f64>,
    /// `n` of the scenario of a balanced network; the size of its largest population where the file has none.
    pub size: usize,
    /// Rates that sources outside are to hold in the scenario, in place of what comes from outside to the cells.
    pub wanted: Option<WantedState>,
    /// The text it was read from.
    pub text: String,
}

/// How f-I curves are measured and fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct CurvePlan {
    /// Leak conductances, as multiples of the cell's own.
    pub leak_factors: Vec<f64>,
    /// Currents at each of them.
    pub points: usize,
    /// Lowest and highest rate that is fitted, 1/ms.
    pub fit: (f64, f64),
    /// What is fitted.
    pub gain: FittedGain,
    /// Fluctuations of the current.
    pub noise: Option<Noise>,
    /// Time that is not counted, ms.
    pub transient: f64,
    /// Time that is, ms.
    pub duration: f64,
}

/// Which gain function is fitted to a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FittedGain {
    /// (11.5).
    ThresholdLinear,
    /// (11.4), with a largest rate.
    Logistic,
}

impl Circuit {
    /// The JSON schema of cell files (draft 2020-12), for editors.
    pub fn schema() -> serde_json::Value {
        schema::of::<raw::RawFile>()
    }

    /// Reads a cell file. `source_name` (a path, say) is used in error messages only.
    ///
    /// # Errors
    /// [`InputError`] with every problem found, each with its place in `text`.
    pub fn parse(source_name: &str, text: &str) -> Result<Self, InputError> {
        let problems = match raw::read(text) {
            Ok(raw) => match check::check(&raw, text) {
                Ok(circuit) => return Ok(circuit),
                Err(problems) => problems,
            },
            Err(problem) => vec![problem],
        };
        Err(InputError::new(WHAT, source_name, text, problems))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::published;

    #[test]
    fn shipped_files_have_the_published_cell() {
        for text in [
            include_str!("../../../../scenarios/cells/inhibitory.toml"),
            include_str!("../../../../scenarios/cells/pair.toml"),
        ] {
            let circuit = Circuit::parse("cells.toml", text).expect("it is right");
            assert_eq!(circuit.cells, [published::cell()]);
        }
    }
}
