//! What activity costs and what it is worth.

use std::sync::Arc;

use equipoise::job::Failure;
use equipoise::job::energy::{Asked, Question, find, strength};
use equipoise::layout::economy::groups;
use equipoise::picture::energy::figures;
use equipoise::table;
use pyo3::prelude::*;

use crate::failure::{UsageError, in_python, raised};
use crate::groups::{Found, arrays};
use crate::running::run_briefly;
use crate::scenario::Scenario;

/// What a user may ask for, as a dictionary.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct Terms {
    budget: Option<String>,
    free_energy: f64,
    at: f64,
    window: Option<f64>,
    readout: Option<f64>,
    drive: Option<String>,
    sweep: Option<String>,
}

/// Names of figures, and the figures as SVG.
pub type Figures = Vec<(String, String)>;

/// What a network spends and what that buys.
#[pyfunction]
pub fn energy<'py>(
    py: Python<'py>,
    scenario: &Scenario,
    terms: &Bound<'py, PyAny>,
    threads: usize,
) -> PyResult<(Found<'py>, Figures)> {
    let Terms { budget, free_energy, at, window, readout, drive, sweep } = terms.extract()?;
    let asked = Asked { budget, kilojoule_per_mole: free_energy, at, window, readout, drive };
    let grid = sweep.map(|text| text.parse()).transpose().map_err(UsageError::new_err)?;
    let (scenario, name) = (Arc::clone(&scenario.scenario), scenario.name().to_owned());
    let work = move || {
        let question = Question::new(&scenario, &asked)?;
        let grid = grid.unwrap_or_else(strength);
        let found = find((&scenario, &name), &question, &grid, threads)?;
        let groups = groups(&scenario, &question.terms, &found, &grid.path);
        let (scenario, found) = (&scenario, &found);
        let told = table::EnergyReport { scenario, question: &question, found, grid: &grid };
        let figures = figures(&told.drawn());
        let figures = figures.iter().filter(|figure| !figure.is_empty());
        let figures: Figures = figures.map(|f| (f.name.clone(), f.file())).collect();
        Ok((groups, table::energy_text(&told), figures, question.notes))
    };
    let found = run_briefly(py, work)?.map_err(|failure: Failure| raised(&failure));
    let (groups, text, figures, notes) = found?;
    let notes = notes.iter().map(|note| in_python(note)).collect();
    Ok(((arrays(py, groups)?, notes, text), figures))
}
