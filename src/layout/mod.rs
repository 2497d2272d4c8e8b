//! The groups of a result file: which quantity stands where, with which dimensions and units.
//!
//! This is the contract with those who read the files (xarray, h5py); the store knows nothing of it.
//!
//! * [`stream`] makes what an ensemble fills while it is simulated: `/trajectory`, and what `[record]` asks for: `/spikes`, `/jumps`, `/activity`,
//!   `/snapshots`, `/report`, `/histograms` and `/counts`;
//! * [`shards`] makes the arrays of neurons of it that ranks write, each its own;
//! * [`theory`] makes `/limit` and `/finite_n`; `energy` what these three groups say of energy, where the scenario prices it;
//! * [`fluctuations`] makes `/stationary`, `/lag_covariance`, `/spectrum`, `/response` and `/variability`;
//! * [`at_rest`] makes `/at_rest` and `/measured_spectrum`;
//! * [`comparison`] makes `/comparison`, `/law` and `/variability`;
//! * [`sweep`] makes `/sweep` and `/special`;
//! * [`convergence`] makes `/convergence`;
//! * [`economy`] makes `/power`, `/economy`, `/trade_off` and `/budget`;
//! * [`claims`] makes `/claims`, `/claim_points`, `/claim_exponents` and `/claim_rates`.

pub mod at_rest;
pub mod claims;
pub mod comparison;
pub mod convergence;
pub mod economy;
mod energy;
pub mod fluctuations;
mod record;
pub mod shards;
pub mod stream;
pub mod sweep;
pub mod theory;
mod trajectory;

use equipoise_model::Scenario;
use equipoise_store::{Group, Provenance, Variable};

/// Names of what is recorded of single neurons.
const SNAPSHOTS: &str = "snapshots";
const SNAPSHOT_TIME: &str = "snapshot_time";
const POTENTIATION: &str = "potentiation";
const REPORT: &str = "report";

/// Name of the program and its version, as files and reports state it.
pub const SOURCE: &str = concat!("equipoise ", env!("CARGO_PKG_VERSION"));

/// Root attributes of a file made from `scenario` by `command`.
pub fn provenance(scenario: &Scenario, command: &str) -> Provenance {
    let Scenario { title, text, seed, .. } = scenario;
    Provenance { scenario: text.clone(), ..origin(title, *seed, command) }
}

/// Those of a file that is made from no scenario, or from many.
fn origin(title: &str, seed: u64, command: &str) -> Provenance {
    Provenance {
        title: title.to_owned(),
        source: SOURCE.to_owned(),
        scenario: String::new(),
        seed,
        history: format!("{SOURCE}: {command}"),
        platform: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
    }
}

/// A group with the coordinates `time` and `population`, which all have.
fn group(name: &str, scenario: &Scenario, times: &[f64]) -> Group {
    let unit = &scenario.sampling.time_unit;
    let time = Variable::coordinate("time", times.to_vec()).with_units(unit).with_long_name("time");
    Group::new(name)
        .with_coordinate(time)
        .with_coordinate(names("population", scenario.network.population_names()))
}

fn names(dimension: &str, values: Vec<String>) -> Variable {
    Variable::coordinate(dimension, values).with_long_name("name of the population")
}

/// A variable without unit (potentiations and counts).
fn variable(name: &str, long_name: &str, dimensions: &[&str], values: Vec<f64>) -> Variable {
    Variable::new(name, dimensions, values).with_long_name(long_name)
}
