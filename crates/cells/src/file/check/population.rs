//! Populations and their synapses.

use equipoise_model::input::{ProblemKind, Spanned};

use super::quantities::Sign;
use super::{Check, MOST_CELLS};
use crate::cell::Cell;
use crate::derivation::Synapse;
use crate::file::raw::{RawFile, RawPopulation, RawProjection, Text};
use crate::network::{External, Population, Projection};
use crate::units::Dimension;

/// Most spikes from outside that a cell receives, 1/ms: each is drawn.
const MOST_EXTERNAL: f64 = 1e3;
/// Most synapses that are drawn, of 4 bytes.
const MOST_SYNAPSES: f64 = 5e8;

impl Check {
    /// A population, and `tau_a` of its rate equation in ms.
    pub(super) fn population(
        &mut self,
        name: &str,
        raw: &RawPopulation,
        cell: &Cell,
    ) -> (Population, f64) {
        let field = |field: &str| format!("populations.{name}.{field}");
        let count = self.whole(&field("count"), &raw.count, 1, MOST_CELLS);
        let current = raw.current.as_ref().map_or(0.0, |current| {
            self.quantity(&field("current"), current, Dimension::Current, Sign::Any)
        });
        let spread = raw.spread.as_ref().map_or(0.0, |spread| {
            self.quantity(&field("spread"), spread, Dimension::Current, Sign::NotNegative)
        });
        let own = cell.capacitance / cell.leak.conductance;
        let time_constant = raw.rate_time_constant.as_ref().map_or(own, |time| {
            self.quantity(&field("rate_time_constant"), time, Dimension::Time, Sign::Positive)
        });
        let external = raw.external.as_ref().map(|external| {
            let inner = |name: &str| field(&format!("external.{name}"));
            let external = External {
                synapse: self.synapse(
                    &field("external"),
                    &external.conductance,
                    &external.time_constant,
                    &external.reversal,
                ),
                sources: self.whole(&inner("sources"), &external.sources, 1, MOST_CELLS),
                rate: self.quantity(
                    &inner("rate"),
                    &external.rate,
                    Dimension::Rate,
                    Sign::Positive,
                ),
            };
            if external.total_rate() > MOST_EXTERNAL {
                let reason = format!(
                    "makes {} spikes from outside a ms; at most {MOST_EXTERNAL} are possible",
                    external.total_rate()
                );
                let span = raw.external.as_ref().map_or(0..0, |external| external.rate.span());
                self.inconsistent(&inner("rate"), &reason, span);
            }
            external
        });
        let population = Population {
            name: name.to_owned(),
            cell: cell.clone(),
            count,
            current,
            spread,
            external,
        };
        (population, time_constant)
    }

    fn synapse(
        &mut self,
        place: &str,
        conductance: &Text,
        time: &Text,
        reversal: &Text,
    ) -> Synapse {
        let field = |field: &str| format!("{place}.{field}");
        Synapse {
            peak_conductance: self.quantity(
                &field("conductance"),
                conductance,
                Dimension::Conductance,
                Sign::NotNegative,
            ),
            time_constant: self.quantity(
                &field("time_constant"),
                time,
                Dimension::Time,
                Sign::Positive,
            ),
            reversal: self.quantity(&field("reversal"), reversal, Dimension::Potential, Sign::Any),
        }
    }

    /// Synapses by target and source; `areas` of the membrane of the cells of each population, cm2.
    pub(super) fn projections(
        &mut self,
        raw: &RawFile,
        populations: &[Population],
        areas: &[Option<f64>],
    ) -> Vec<Vec<Option<Projection>>> {
        let mut projections = vec![vec![None; populations.len()]; populations.len()];
        for (target, row) in &raw.synapses {
            let Some(to) = self.population_index(target, populations) else { continue };
            self.area = areas[to];
            for (source, projection) in row.get_ref() {
                let Some(from) = self.population_index(source, populations) else { continue };
                let place = format!("synapses.{}.{}", target.get_ref(), source.get_ref());
                let targets = populations[to].count;
                let others = populations[from].count - usize::from(from == to);
                projections[to][from] =
                    Some(self.projection(&place, projection, (targets, others)));
            }
        }
        projections
    }

    fn projection(
        &mut self,
        place: &str,
        raw: &Spanned<RawProjection>,
        (targets, others): (usize, usize),
    ) -> Projection {
        let raw = raw.get_ref();
        let synapse = self.synapse(place, &raw.conductance, &raw.time_constant, &raw.reversal);
        let in_degree = raw.in_degree.as_ref().map(|number| {
            let field = format!("{place}.in_degree");
            let value = self.whole(&field, number, 1, MOST_CELLS);
            if value > others {
                let reason =
                    format!("is {value}, and there are {others} cells that it could be from");
                self.inconsistent(&field, &reason, number.span());
            }
            let synapses = value as f64 * targets as f64;
            if synapses > MOST_SYNAPSES {
                let reason =
                    format!("makes {synapses:e} synapses; at most {MOST_SYNAPSES:e} are possible");
                self.inconsistent(&field, &reason, number.span());
            }
            value.min(others)
        });
        Projection { synapse, in_degree }
    }

    pub(super) fn population_index(
        &mut self,
        name: &Spanned<String>,
        populations: &[Population],
    ) -> Option<usize> {
        let index = populations.iter().position(|population| population.name == *name.get_ref());
        if index.is_none() {
            let known = populations.iter().map(|population| population.name.clone()).collect();
            let (name, span) = (name.get_ref().clone(), name.span());
            let expected = "a population";
            self.problem(ProblemKind::NotAPopulation { name, expected, known }, span);
        }
        index
    }
}
