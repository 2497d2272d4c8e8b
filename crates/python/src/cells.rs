//! From cells to a scenario.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use equipoise::cells::file::Circuit;
use equipoise::job::Failure;
use equipoise::job::derivation::{Comparison, Watch, derive as rates, simulated};
use equipoise::job::scenario::changed;
use equipoise::job::sweep::in_threads;
use equipoise::picture::cells::{Drawn, figures};
use equipoise::table;
use pyo3::prelude::*;

use crate::failure::{raise, raised};
use crate::running::run;
use crate::worth::Figures;

/// The derivation as JSON and as text, the text of the scenario or none, and figures.
type Derived = (String, String, Option<String>, Figures);

/// Derives rate equations from cells, and simulates the network of cells beside them if that is asked for.
#[pyfunction]
pub fn derive(
    py: Python<'_>,
    name: &str,
    text: String,
    assignments: Vec<String>,
    compares: bool,
    threads: usize,
) -> PyResult<Derived> {
    let changed = changed(name, text, ("changes", &assignments));
    let (name, text) = changed.map_err(|failure| raised(&failure))?;
    let circuit = Circuit::parse(&name, &text).map_err(raise)?;
    let stop = Arc::new(AtomicBool::new(false));
    let own_stop = Arc::clone(&stop);
    let work = move || in_threads(threads, || derived(&circuit, compares, &own_stop))?;
    run(py, &stop, |_| Ok(()), work)?.map_err(|failure| raised(&failure))
}

fn derived(circuit: &Circuit, compares: bool, stop: &AtomicBool) -> Result<Derived, Failure> {
    let (reduction, network) = rates(circuit)?;
    let mut comparison = Comparison::default();
    if compares {
        let watch = Watch { begin: &|_| (), goes_on: &|| !stop.load(Ordering::Relaxed) };
        simulated(circuit, &reduction, &mut comparison, &watch)?;
    }
    let (reduction, compared) = (&reduction, comparison.at.as_slice());
    let shown = comparison.shown.as_ref();
    let figures = figures(&Drawn { circuit, reduction, compared, shown });
    let figures = figures.iter().filter(|figure| !figure.is_empty());
    let figures = figures.map(|figure| (figure.name.clone(), figure.file())).collect();
    let told = network.as_ref().map_err(ToString::to_string);
    let report = table::DerivationReport { circuit, reduction, network: told, compared };
    let (json, text) = (table::derivation_json(&report), table::derivation_text(&report));
    Ok((json.to_string(), text, network.ok().map(|derived| derived.text), figures))
}
