//! Scenarios, validated.

use std::sync::Arc;

use equipoise::job::scenario::changed;
use equipoise::model;
use pyo3::prelude::*;

use crate::failure::{raise, raised};

/// A scenario with its name in messages.
#[pyclass(frozen, module = "equipoise._equipoise")]
pub struct Scenario {
    name: String,
    /// Shared with the threads that work on it.
    pub scenario: Arc<model::Scenario>,
}

#[pymethods]
impl Scenario {
    #[new]
    fn new(name: String, text: &str) -> PyResult<Self> {
        let scenario = model::Scenario::parse(&name, text).map_err(raise)?;
        Ok(Self { name, scenario: Arc::new(scenario) })
    }

    /// The scenario of a text with assignments such as `n=100`.
    #[staticmethod]
    fn changed(name: &str, text: String, assignments: Vec<String>) -> PyResult<Self> {
        let changed = changed(name, text, ("changes", &assignments));
        let (name, text) = changed.map_err(|failure| raised(&failure))?;
        Self::new(name, &text)
    }

    #[getter]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[getter]
    fn text(&self) -> &str {
        &self.scenario.text
    }

    #[getter]
    fn title(&self) -> &str {
        &self.scenario.title
    }

    #[getter]
    fn n(&self) -> f64 {
        self.scenario.network.size
    }

    #[getter]
    fn seed(&self) -> u64 {
        self.scenario.seed
    }

    #[getter]
    fn replicates(&self) -> u64 {
        self.scenario.replicates
    }

    #[getter]
    fn duration(&self) -> f64 {
        self.scenario.sampling.duration
    }

    #[getter]
    fn time_unit(&self) -> &str {
        &self.scenario.sampling.time_unit
    }

    #[getter]
    fn populations(&self) -> Vec<String> {
        self.scenario.network.population_names()
    }

    #[getter]
    fn counts(&self) -> Vec<usize> {
        self.scenario.network.populations.iter().map(|population| population.count).collect()
    }
}
