//! Errors against the limit at several sizes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use equipoise::engine::Headway;
use equipoise::job::Failure;
use equipoise::job::convergence::{Asked, Simulated, Sizes, find, plan};
use equipoise::job::scenario::assumptions;
use equipoise::model;
use equipoise::picture::convergence::convergence as draw;
use equipoise::store::Group;
use equipoise::table;
use equipoise::validation::convergence::Measured;
use equipoise::validation::convergence::verdict::OfSize;
use pyo3::prelude::*;

use crate::failure::{UsageError, raised};
use crate::groups::{Found, arrays};
use crate::running::{Tell, run};
use crate::scenario::Scenario;

/// What a user may ask for, as a dictionary.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct Terms {
    sizes: Option<String>,
    precision: f64,
    networks: Option<u64>,
    method: String,
}

impl Terms {
    fn asked(self) -> PyResult<Asked> {
        let Self { sizes, precision, networks, method } = self;
        let sizes: Option<Sizes> =
            sizes.map(|text| text.parse()).transpose().map_err(UsageError::new_err)?;
        let method = match method.as_str() {
            "exact" => Simulated::Exact,
            "leap" => Simulated::Leap,
            "auto" => Simulated::Auto,
            other => {
                let words =
                    format!("method is {other:?}; it must be \"auto\", \"exact\" or \"leap\"");
                return Err(UsageError::new_err(words));
            }
        };
        Ok(Asked { sizes, precision, networks, method })
    }
}

/// Groups, notes, text, and a picture as SVG.
type Done = Result<(Vec<Group>, Vec<String>, String, String), Failure>;

/// What is watched from outside.
struct Watched {
    stop: Arc<AtomicBool>,
    headway: Arc<Headway>,
    networks: Arc<AtomicU64>,
}

/// Measures errors at several sizes.
#[pyfunction]
pub fn converge<'py>(
    py: Python<'py>,
    scenario: &Scenario,
    terms: &Bound<'py, PyAny>,
    threads: usize,
    progress: Option<Py<PyAny>>,
) -> PyResult<(Found<'py>, String)> {
    let asked = terms.extract::<Terms>()?.asked()?;
    let scenario = Arc::clone(&scenario.scenario);
    let (stop, headway) = (Arc::new(AtomicBool::new(false)), Arc::new(Headway::default()));
    let mut tell = Tell::new(progress, Arc::clone(&headway));
    let watched = Watched { stop: Arc::clone(&stop), headway, networks: tell.expected() };
    let work = move || study(&scenario, &asked, threads, &watched);
    let found = run(py, &stop, |py| tell.tell(py), work)?;
    let (groups, notes, text, picture) = found.map_err(|failure| raised(&failure))?;
    Ok(((arrays(py, groups)?, notes, text), picture))
}

fn study(base: &model::Scenario, asked: &Asked, threads: usize, watched: &Watched) -> Done {
    let sizes = plan(base, asked, threads)?;
    let networks = sizes.iter().map(|size| size.scenario.replicates).sum();
    watched.networks.store(networks, Ordering::Relaxed);
    let measure = |size: &equipoise::job::convergence::Size| {
        size.measure(threads, &watched.stop, &watched.headway).map(|(measured, _)| measured)
    };
    let measured = sizes.iter().map(measure).collect::<Result<Vec<Measured>, Failure>>()?;
    if watched.stop.load(Ordering::Relaxed) {
        // Nobody waits for what was measured.
        return Ok((Vec::new(), Vec::new(), String::new(), String::new()));
    }
    let (found, group) = find(base, &sizes, &measured);
    let of_sizes: Vec<OfSize<'_>> = sizes.iter().map(|s| &s.expected).zip(&measured).collect();
    let methods: Vec<&str> = sizes.iter().map(|size| size.scenario.method.name()).collect();
    let text = table::convergence_text(&table::ConvergenceReport {
        scenario: base,
        sizes: &of_sizes,
        methods: &methods,
        found: &found,
        file: None,
        picture: None,
        page: None,
    });
    let names = base.network.population_names();
    let numbers: Vec<f64> = sizes.iter().map(|size| size.expected.size).collect();
    let picture = draw(&base.title, &names, &numbers, &found)
        .map_err(|error| Failure::File(miette::miette!("cannot draw the picture: {error}")))?;
    let mut notes = assumptions(base);
    let end = sizes[0].expected.limit.end.as_ref();
    notes.extend(end.map(|end| format!("{end}; errors are compared before it")));
    Ok((vec![group], notes, text, picture))
}
