//! What theory says without a simulation.

use std::sync::Arc;

use equipoise::job::scenario::assumptions;
use equipoise::job::sweep::{Grid, in_threads};
use equipoise::job::theory::Theory;
use equipoise::job::{self, Failure};
use equipoise::layout;
use equipoise::limit::{Analysis, LimitError};
use equipoise::picture::bifurcation::bifurcation;
use equipoise::picture::phase_plane::{phase_plane, shown_populations};
use equipoise::table;
use pyo3::prelude::*;

use crate::failure::{UsageError, raise, raised};
use crate::groups::{Found, arrays};
use crate::running::run_briefly;
use crate::scenario::Scenario;

/// The groups `limit` and, if that is asked for, `finite_n`, and what to note.
#[pyfunction]
pub fn theory<'py>(py: Python<'py>, scenario: &Scenario, finite_n: bool) -> PyResult<Found<'py>> {
    let scenario = Arc::clone(&scenario.scenario);
    let work = move || {
        let theory = Theory::new(&scenario, finite_n)?;
        let mut notes = assumptions(&scenario);
        notes.extend(theory.limit.end.as_ref().map(ToString::to_string));
        let Theory { balance, limit, finite_n, .. } = &theory;
        let text = table::theory(&scenario, balance, limit, finite_n.as_ref());
        Ok::<_, LimitError>((theory.groups(&scenario), notes, text))
    };
    let (groups, notes, text) = run_briefly(py, work)?.map_err(raise)?;
    Ok((arrays(py, groups)?, notes, text))
}

/// What is known of the balance, as JSON and as text, and the plane of two means as SVG, where there is one.
#[pyfunction]
pub fn analyse(
    py: Python<'_>,
    scenario: &Scenario,
    at: f64,
    plane: Option<&str>,
) -> PyResult<(String, String, Option<String>)> {
    let scenario = Arc::clone(&scenario.scenario);
    let shown = shown_populations(&scenario.network, plane)
        .map_err(|problem| UsageError::new_err(format!("plane: {problem}")))?;
    let work = move || {
        let analysis = Analysis::new(&scenario.network, at);
        let picture = phase_plane(&scenario, &analysis, shown).map_err(|error| error.to_string());
        let json = table::analysis::json(&scenario, &analysis, None);
        (json, table::analysis::text(&scenario, &analysis), picture)
    };
    let (json, text, picture) = run_briefly(py, work)?;
    Ok((json, text, picture.map_err(UsageError::new_err)?))
}

/// Groups, notes and text, and a picture as SVG.
type Drawn<'py> = (Found<'py>, String);

/// Fixed points as a field changes: `PATH=FROM:TO:COUNT`.
#[pyfunction]
pub fn sweep<'py>(
    py: Python<'py>,
    scenario: &Scenario,
    grid: &str,
    at: f64,
    threads: usize,
) -> PyResult<Drawn<'py>> {
    let grid: Grid = grid.parse().map_err(UsageError::new_err)?;
    let (scenario, name) = (Arc::clone(&scenario.scenario), scenario.name().to_owned());
    let work = move || {
        let solve = || job::sweep::solve(&scenario, (&name, "sweep"), &grid, at);
        let swept = in_threads(threads, solve)??;
        let unit = &scenario.sampling.time_unit;
        let picture = bifurcation(&scenario.title, &grid.path, unit, &swept);
        let (scenario, sweep) = (&scenario, &swept);
        let report = table::SweepReport { scenario, grid: &grid, sweep, file: None, picture: None };
        let groups = job::sweep::groups(scenario, &grid, sweep);
        let picture = picture.map_err(|error| error.to_string());
        Ok((Vec::from(groups), table::sweep_text(&report), picture))
    };
    let found = run_briefly(py, work)?.map_err(|failure: Failure| raised(&failure));
    let (groups, text, picture) = found?;
    let picture = picture.map_err(UsageError::new_err)?;
    Ok(((arrays(py, groups)?, Vec::new(), text), picture))
}

/// One network around its stationary state, at frequencies `FROM:TO:COUNT`.
#[pyfunction]
pub fn fluctuations<'py>(
    py: Python<'py>,
    scenario: &Scenario,
    frequencies: &str,
    at: f64,
    window: Option<f64>,
) -> PyResult<Found<'py>> {
    let asked = asked(frequencies, at, window)?;
    let scenario = Arc::clone(&scenario.scenario);
    let work = move || {
        let (found, axes, missing) = job::fluctuations::find(&scenario, &asked)?;
        let text = table::fluctuations(&scenario, &found, &axes);
        let groups = layout::fluctuations::groups(&scenario, &found, &axes);
        Ok::<_, LimitError>((groups, missing, text))
    };
    let (groups, missing, text) = run_briefly(py, work)?.map_err(raise)?;
    Ok((arrays(py, groups)?, missing, text))
}

/// What a user asks for of a network around its stationary state.
pub fn asked(
    frequencies: &str,
    at: f64,
    window: Option<f64>,
) -> PyResult<job::fluctuations::Asked> {
    let frequencies = frequencies.parse().map_err(UsageError::new_err)?;
    Ok(job::fluctuations::Asked { frequencies, at, window })
}
