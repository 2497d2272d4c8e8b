//! Ensembles, in memory.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use equipoise::engine::{Ensemble, Headway};
use equipoise::job::ensemble::{Whole, decided};
use equipoise::job::failure::advised;
use equipoise::job::scenario::unbalanced;
use equipoise::job::summary::Summary;
use equipoise::job::validation::{Validation, enough_networks};
use equipoise::job::{Failure, at_rest as job};
use equipoise::layout;
use equipoise::store::Group;
use equipoise::table;
use equipoise::validation::Observed;
use pyo3::prelude::*;

use crate::failure::raised;
use crate::groups::{Found, arrays};
use crate::running::{Tell, run};
use crate::scenario::Scenario;

/// Networks at rest: their groups, beside the theory.
#[pyfunction]
#[pyo3(signature = (scenario, asked, networks, threads, progress))]
pub fn at_rest<'py>(
    py: Python<'py>,
    scenario: &Scenario,
    asked: (String, f64, Option<f64>),
    networks: u64,
    threads: usize,
    progress: Option<Py<PyAny>>,
) -> PyResult<Found<'py>> {
    let asked = crate::theory::asked(&asked.0, asked.1, asked.2)?;
    let expected = (networks, progress);
    run_some(py, scenario, expected, move |scenario, stop, headway| {
        let rest = job::at_rest(scenario, &asked)?;
        let simulated = job::simulated(&rest, scenario, networks)?;
        let mut ensemble = Ensemble::new(&simulated);
        ensemble.threads = threads;
        let (verdict, _) = job::compare(&rest, &ensemble, stop, headway)?;
        let Some(verdict) = verdict else { return Ok((Vec::new(), Vec::new(), String::new())) };
        let groups = layout::at_rest::groups(scenario, &verdict).to_vec();
        Ok((groups, Vec::new(), table::at_rest::text(scenario, &verdict)))
    })
}

/// Groups, what to note, and the text that the command line prints.
type Done = Result<(Vec<Group>, Vec<String>, String), Failure>;

/// Does work on the networks of a scenario, telling how far it is.
fn run_networks<'py>(
    py: Python<'py>,
    scenario: &Scenario,
    progress: Option<Py<PyAny>>,
    work: impl FnOnce(&equipoise::model::Scenario, &AtomicBool, &Headway) -> Done + Send + 'static,
) -> PyResult<Found<'py>> {
    let expected = (scenario.scenario.replicates, progress);
    run_some(py, scenario, expected, work)
}

/// The same for so many networks.
fn run_some<'py>(
    py: Python<'py>,
    scenario: &Scenario,
    (networks, progress): (u64, Option<Py<PyAny>>),
    work: impl FnOnce(&equipoise::model::Scenario, &AtomicBool, &Headway) -> Done + Send + 'static,
) -> PyResult<Found<'py>> {
    let scenario = Arc::clone(&scenario.scenario);
    let (stop, headway) = (Arc::new(AtomicBool::new(false)), Arc::new(Headway::default()));
    let mut tell = Tell::new(progress, Arc::clone(&headway));
    tell.expect(networks);
    let own_stop = Arc::clone(&stop);
    let work = move || work(&decided(&scenario), &own_stop, &headway);
    let done = run(py, &stop, |py| tell.tell(py), work)?;
    let (groups, notes, text) = done.map_err(|failure| raised(&failure))?;
    Ok((arrays(py, groups)?, notes, text))
}

/// The groups that an ensemble fills.
#[pyfunction]
pub fn simulate<'py>(
    py: Python<'py>,
    scenario: &Scenario,
    threads: usize,
    progress: Option<Py<PyAny>>,
) -> PyResult<Found<'py>> {
    run_networks(py, scenario, progress, move |scenario, stop, headway| {
        let whole = Whole::simulate(scenario, threads, stop, headway)?;
        let notes = unbalanced(scenario, &whole.times).map(|error| advised(&error));
        let mut summary = Summary::new(scenario, whole.times.len());
        whole.networks.iter().for_each(|network| summary.look(network, true));
        let end = whole.times.last().copied().unwrap_or_default();
        let text = table::moments(scenario, end, &summary);
        Ok((whole.groups(scenario), notes.into_iter().collect(), text))
    })
}

/// The groups that an ensemble fills, those of the theory, and those of their comparison.
#[pyfunction]
pub fn validate<'py>(
    py: Python<'py>,
    scenario: &Scenario,
    threads: usize,
    progress: Option<Py<PyAny>>,
) -> PyResult<Found<'py>> {
    run_networks(py, scenario, progress, move |scenario, stop, headway| {
        enough_networks(scenario)?;
        let validation = Validation::new(scenario)?;
        let whole = Whole::simulate(scenario, threads, stop, headway)?;
        let mut groups = whole.groups(scenario);
        let mut observed = Observed::new(whole.times.len());
        whole.networks.into_iter().for_each(|network| observed.push(network));
        let (verdict, compared) = validation.compare(scenario, &observed);
        groups.extend(validation.predicted(scenario));
        groups.extend(compared);
        let text = table::text(&table::Report {
            scenario,
            times: &validation.times,
            replicates: observed.replicates(),
            prediction: &validation.prediction,
            verdict: &verdict,
            file: None,
            page: None,
        });
        Ok((groups, validation.notes(scenario), text))
    })
}
