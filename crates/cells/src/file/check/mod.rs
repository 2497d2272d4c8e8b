//! From the fields of a file to a validated circuit. All problems are collected before giving up.

mod cell;
mod plan;
mod population;
mod quantities;

use equipoise_model::input::{Problem, ProblemKind, Spanned};

use super::Circuit;
use super::raw::RawFile;
use crate::cell::Cell;
use crate::network::Network;

/// Most cells of a population, sources from outside, and `n`.
const MOST_CELLS: usize = 1_000_000;
/// Most populations: steady states are looked for in every set of active ones.
const MOST_POPULATIONS: usize = 12;

pub(super) fn check(raw: &RawFile, text: &str) -> Result<Circuit, Vec<Problem>> {
    let mut check = Check { problems: Vec::new(), area: None };
    let circuit = check.circuit(raw, text);
    if check.problems.is_empty() { Ok(circuit) } else { Err(check.problems) }
}

/// Collects problems; on a problem each reader returns a harmless value and goes on.
struct Check {
    problems: Vec<Problem>,
    /// Membrane of the cell that is being read, cm2.
    area: Option<f64>,
}

impl Check {
    fn circuit(&mut self, raw: &RawFile, text: &str) -> Circuit {
        let cells: Vec<(String, Cell, Option<f64>)> = raw
            .cells
            .get_ref()
            .iter()
            .map(|(name, cell)| {
                self.name(name);
                let (cell, area) = self.cell(name.get_ref(), cell.get_ref());
                (name.get_ref().clone(), cell, area)
            })
            .collect();
        if cells.is_empty() {
            self.inconsistent("cells", "is empty; it needs at least one cell", raw.cells.span());
        }
        let names: Vec<String> = cells.iter().map(|(name, ..)| name.clone()).collect();
        let mut populations = Vec::new();
        let mut cell_of = Vec::new();
        let mut time_constants = Vec::new();
        for (name, population) in raw.populations.get_ref() {
            self.name(name);
            let wanted = population.get_ref().cell.get_ref();
            let Some(index) = names.iter().position(|known| known == wanted) else {
                let (name, known) = (wanted.clone(), names.clone());
                let kind = ProblemKind::Unknown { what: "cell", name, known };
                self.problem(kind, population.get_ref().cell.span());
                continue;
            };
            let (_, cell, area) = &cells[index];
            self.area = *area;
            let (population, time_constant) =
                self.population(name.get_ref(), population.get_ref(), cell);
            populations.push(population);
            cell_of.push(index);
            time_constants.push(time_constant);
        }
        if raw.populations.get_ref().is_empty() {
            let reason = "is empty; it needs at least one population";
            self.inconsistent("populations", reason, raw.populations.span());
        }
        let count = raw.populations.get_ref().len();
        if count > MOST_POPULATIONS {
            let reason =
                format!("has {count} populations; at most {MOST_POPULATIONS} are possible");
            self.inconsistent("populations", &reason, raw.populations.span());
        }
        let all_read = populations.len() == raw.populations.get_ref().len();
        let areas: Vec<Option<f64>> = cell_of.iter().map(|&cell| cells[cell].2).collect();
        let projections =
            if all_read { self.projections(raw, &populations, &areas) } else { Vec::new() };
        let largest = populations.iter().map(|population| population.count).max().unwrap_or(1);
        let size = raw
            .scenario
            .n
            .as_ref()
            .map_or(largest, |number| self.whole("scenario.n", number, 1, MOST_CELLS));
        let wanted = raw.scenario.external.as_ref().map(|held| self.wanted(held, &populations));
        let seed = raw.seed.unwrap_or(1);
        Circuit {
            title: raw.title.clone().unwrap_or_else(|| "Untitled cells".to_owned()),
            cell_names: names,
            cells: cells.into_iter().map(|(_, cell, _)| cell).collect(),
            cell_of,
            network: Network { populations, projections },
            time_constants,
            curve: self.curve(&raw.curve),
            timing: self.timing(&raw.simulation, seed),
            input_factors: self.factors(
                "comparison.input_factors",
                raw.comparison.input_factors.as_ref(),
                &[0.25, 0.5, 0.75, 1.0, 1.25, 1.5],
            ),
            size,
            wanted,
            text: text.to_owned(),
        }
    }

    fn name(&mut self, name: &Spanned<String>) {
        let allowed = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        if name.get_ref().is_empty() || !name.get_ref().chars().all(allowed) {
            self.problem(ProblemKind::BadName { name: name.get_ref().clone() }, name.span());
        }
    }
}
