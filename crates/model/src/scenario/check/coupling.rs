//! The coupling: an entry for each ordered pair of populations, with the sign of its source.

use super::{Check, first_line};
use crate::input::{ProblemKind, Spanned};
use crate::scenario::raw::{Named, Number};
use crate::{Coupling, Kind, Network, NeuronPopulation};

impl Check {
    pub(super) fn coupling(
        &mut self,
        raw: &Spanned<Named<Spanned<Named<Number>>>>,
        network: &Network,
    ) -> Coupling {
        let (targets, sources) = (network.population_names(), network.source_names());
        for target in raw.get_ref().keys() {
            self.known(target, &targets, "a neuron population");
        }
        let mut rows = Vec::with_capacity(targets.len());
        for target in &targets {
            let written = raw.get_ref().iter().find(|(name, _)| name.get_ref() == target);
            if let Some((name, row)) = written {
                rows.push(self.row(name, row.get_ref(), network, &sources));
            } else {
                let (place, field) = ("`[coupling]`".to_owned(), target.clone());
                let span = first_line(&raw.span(), "[coupling]".len());
                self.problem(ProblemKind::Missing { place, field, nearest: None }, span);
            }
        }
        if rows.len() < targets.len() {
            Coupling::from_rows(&[])
        } else {
            Coupling::from_rows(&rows)
        }
    }

    pub(super) fn row(
        &mut self,
        target: &Spanned<String>,
        row: &Named<Number>,
        network: &Network,
        sources: &[String],
    ) -> Vec<f64> {
        for source in row.keys() {
            self.known(source, sources, "a population");
        }
        let mut jumps = Vec::with_capacity(sources.len());
        for (index, source) in sources.iter().enumerate() {
            let entry = row.iter().find(|(name, _)| name.get_ref() == source);
            let Some((_, number)) = entry else {
                let kind = ProblemKind::MissingCoupling {
                    target: target.get_ref().clone(),
                    source_population: source.clone(),
                };
                self.problem(kind, target.span());
                jumps.push(0.0);
                continue;
            };
            let field = format!("coupling.{}.{source}", target.get_ref());
            let jump = self.finite(&field, number);
            if let Some(population) = network.populations.get(index) {
                self.dales_law(&field, number, population);
            }
            jumps.push(jump);
        }
        jumps
    }

    pub(super) fn dales_law(&mut self, field: &str, number: &Number, source: &NeuronPopulation) {
        let value = *number.get_ref();
        let (kind, sign, broken) = match source.kind {
            Kind::Excitatory => ("excitatory", ">= 0", value < 0.0),
            Kind::Inhibitory => ("inhibitory", "<= 0", value > 0.0),
        };
        if broken {
            let kind = ProblemKind::DalesLaw {
                field: field.to_owned(),
                value,
                source_population: source.name.clone(),
                kind,
                sign,
            };
            self.problem(kind, number.span());
        }
    }

    pub(super) fn known(
        &mut self,
        name: &Spanned<String>,
        known: &[String],
        expected: &'static str,
    ) {
        if !known.contains(name.get_ref()) {
            let kind = ProblemKind::NotAPopulation {
                name: name.get_ref().clone(),
                expected,
                known: known.to_vec(),
            };
            self.problem(kind, name.span());
        }
    }
}
