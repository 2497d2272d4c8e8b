//! `/report/<population>`: potentiations of chosen neurons on a grid of times, as a report in the SONATA format.
//!
//! The format knows no ensembles, so a report is of one network. Its numbers are single precision: `libsonata` reads no other. Rows that are not
//! there yet are `NaN`: `mapping/time` says from the beginning how many there will be.
//!
//! # Source
//! Dai et al. (2020), doi:10.1371/journal.pcbi.1007696, and the developer guide of the format.

use equipoise_model::{Potentiations, Scenario};
use equipoise_store::{Group, Variable};

use super::event;
use crate::layout::REPORT;
use crate::layout::stream::{Block, Growing, NEURON, chosen};

/// The groups of each population of which neurons are chosen: values, which come in parts, and with the layout what they are of.
pub(super) fn groups(scenario: &Scenario, block: &Block<'_>) -> Vec<(Group, Growing)> {
    let Some(potentiations) = &scenario.recording.potentiations else { return Vec::new() };
    let chosen = chosen(scenario);
    let mut groups = Vec::new();
    for (population, neurons) in chosen.iter().copied().enumerate() {
        if neurons > 0 {
            let report = Report { scenario, block, potentiations, population, chosen: &chosen };
            groups.push((report.values(), Growing::Report { row: block.frames.start, neurons }));
            if block.trajectories.is_empty() {
                groups.push((report.mapping(), Growing::Fixed));
            }
        }
    }
    groups
}

/// The report of a population.
struct Report<'a> {
    scenario: &'a Scenario,
    block: &'a Block<'a>,
    potentiations: &'a Potentiations,
    population: usize,
    /// How many neurons of each population there are in a row.
    chosen: &'a [usize],
}

impl Report<'_> {
    fn name(&self) -> String {
        format!("{REPORT}/{}", self.scenario.network.populations[self.population].name)
    }

    fn neurons(&self) -> Vec<usize> {
        let members = self.scenario.network.populations[self.population].count;
        self.potentiations.neurons[self.population].neurons(members)
    }

    fn time(&self, values: Vec<f64>, long_name: &str) -> Variable {
        Variable::coordinate("time", values)
            .with_units(&self.scenario.sampling.time_unit)
            .with_long_name(long_name)
    }

    /// Rows of the block; of no trajectory, no neuron.
    fn values(&self) -> Group {
        let interval = self.potentiations.interval;
        let times = self.block.frames.clone().map(|frame| frame as f64 * interval).collect();
        let is_layout = self.block.trajectories.is_empty();
        let neurons = if is_layout { Vec::new() } else { self.neurons() };
        let neurons: Vec<i64> = neurons.into_iter().map(|neuron| neuron as i64).collect();
        Group::new(&self.name())
            .with_coordinate(self.time(times, "time"))
            .with_coordinate(
                Variable::coordinate(NEURON, neurons)
                    .with_long_name("number of the neuron in its population"),
            )
            .with_variable(
                Variable::new("data", &["time", NEURON], self.columns())
                    .with_long_name("potentiation of the neuron"),
            )
    }

    /// Its part of each row.
    fn columns(&self) -> Vec<f32> {
        let row: usize = self.chosen.iter().sum();
        let first: usize = self.chosen[..self.population].iter().sum();
        let own = first..first + self.chosen[self.population];
        let trajectories = self.block.trajectories.iter();
        let rows = trajectories.flat_map(|t| t.records.potentiations.chunks(row));
        rows.flat_map(|row| &row[own.clone()]).map(|potentiation| *potentiation as f32).collect()
    }

    /// What the columns and rows are: each neuron has one element, and the end is the time after the last row, as readers leave it out.
    fn mapping(&self) -> Group {
        let neurons = self.neurons();
        let ids: Vec<u64> = neurons.iter().map(|neuron| *neuron as u64).collect();
        let elements = vec![0_u64; ids.len()];
        let pointers: Vec<u64> = (0..=ids.len() as u64).collect();
        let interval = self.potentiations.interval;
        let end = self.block.frames.end as f64 * interval;
        Group::new(&format!("{}/mapping", self.name()))
            .with_coordinate(
                Variable::coordinate("node_ids", ids)
                    .with_long_name("number of the neuron in its population"),
            )
            .with_coordinate(
                Variable::coordinate("index_pointers", pointers)
                    .with_long_name("first column of the neuron, and the end"),
            )
            .with_coordinate(self.time(vec![0.0, end, interval], "begin, end and step of the rows"))
            .with_variable(event("element_ids", "node_ids", "element of the neuron", elements))
    }
}
