//! From the fields of a file to a validated scenario. All problems are collected before giving up.

mod coupling;
mod energy;
mod engine;
mod gain;
mod numbers;
mod population;
mod record;
mod values;

use std::ops::Range;

use super::raw::{RawKind, RawScenario, RawTransmission};
use super::{Sampling, Scenario};
use crate::input::{Problem, ProblemKind, Spanned};
use crate::{Coupling, Network, Transmission};

/// Most samples of a run: their times alone take 80 MB.
const MOST_SAMPLES: f64 = 1e7;
/// Most members of a population, and largest `n`: far beyond any memory, but counts stay exact.
const MOST_MEMBERS: f64 = 1e15;
const MOST_REPLICATES: f64 = 1e9;
const DEFAULT_REPLICATES: u64 = 200;
const DEFAULT_SAMPLES: f64 = 50.0;

pub(super) fn check(raw: &RawScenario, text: &str) -> Result<Scenario, Vec<Problem>> {
    let mut check = Check { problems: Vec::new(), duration: *raw.duration.get_ref() };
    let sampling = check.sampling(raw);
    let network = check.network(raw);
    let replicates = raw.ensemble.replicates.as_ref().map_or(DEFAULT_REPLICATES, |number| {
        check.whole("ensemble.replicates", number, MOST_REPLICATES) as u64
    });
    let mut recording = check.recording(&raw.record, &network, &sampling, replicates);
    let names = network.population_names();
    let time_unit = &sampling.time_unit;
    let energy = raw.energy.as_ref().map(|energy| check.energy(energy, &names, time_unit));
    recording.activity_energy = energy.as_ref().map(|energy| energy.threshold.clone());
    let method = check.method(raw, &network, &sampling);
    if !check.problems.is_empty() {
        return Err(check.problems);
    }
    Ok(Scenario {
        title: raw.title.clone().unwrap_or_else(|| "Untitled network".to_owned()),
        network,
        seed: raw.seed.unwrap_or(1),
        sampling,
        method,
        replicates,
        recording,
        energy,
        text: text.to_owned(),
    })
}

/// Collects problems; on a problem each reader returns a harmless value and goes on.
struct Check {
    problems: Vec<Problem>,
    /// Length of the run, right or wrong.
    duration: f64,
}

impl Check {
    fn problem(&mut self, kind: ProblemKind, span: Range<usize>) {
        self.problems.push(Problem::new(kind, span));
    }

    fn sampling(&mut self, raw: &RawScenario) -> Sampling {
        let duration = self.positive("duration", &raw.duration);
        let (interval, span) = match &raw.sample_interval {
            Some(number) => (self.positive("sample_interval", number), number.span()),
            None => (duration / DEFAULT_SAMPLES, raw.duration.span()),
        };
        let count = duration / interval;
        if count > MOST_SAMPLES && interval > 0.0 && duration.is_finite() {
            let what = "the samples of duration / sample_interval".to_owned();
            self.problem(ProblemKind::TooMany { what, count, limit: MOST_SAMPLES }, span);
        }
        let time_unit = raw.time_unit.clone().unwrap_or_else(|| "tau".to_owned());
        Sampling { duration, interval, time_unit }
    }

    fn network(&mut self, raw: &RawScenario) -> Network {
        let size = self.whole("n", &raw.n, MOST_MEMBERS);
        let transmission = self.transmission(raw.transmission.as_ref());
        let mut populations = Vec::new();
        let mut externals = Vec::new();
        for (name, population) in raw.populations.get_ref() {
            self.name(name);
            if *population.get_ref().kind.get_ref() == RawKind::External {
                externals.extend(self.external(name.get_ref(), population, size));
            } else {
                populations.extend(self.neurons(name.get_ref(), population, size, transmission));
            }
        }
        let all_read = populations.len() + externals.len() == raw.populations.get_ref().len();
        if all_read && populations.is_empty() {
            self.problem(ProblemKind::NoNeurons, first_line(&raw.populations.span(), 20));
        }
        let mut network = Network {
            size,
            transmission,
            populations,
            externals,
            coupling: Coupling::from_rows(&[]),
        };
        if all_read {
            network.coupling = self.coupling(&raw.coupling, &network);
        }
        network
    }

    fn name(&mut self, name: &Spanned<String>) {
        let allowed = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        if name.get_ref().is_empty() || !name.get_ref().chars().all(allowed) {
            self.problem(ProblemKind::BadName { name: name.get_ref().clone() }, name.span());
        }
    }

    fn transmission(&mut self, raw: Option<&Spanned<RawTransmission>>) -> Transmission {
        match raw.map(|raw| (*raw.get_ref(), raw.span())) {
            None | Some((RawTransmission::Independent, _)) => Transmission::Independent,
            Some((RawTransmission::Shared, _)) => Transmission::Shared,
            Some((RawTransmission::ReleaseProbability(probability), span)) => {
                if !(probability > 0.0 && probability <= 1.0) {
                    let kind = ProblemKind::OutOfRange {
                        field: "transmission.release_probability".to_owned(),
                        value: probability,
                        requirement: "above 0 and at most 1",
                    };
                    self.problem(kind, span);
                }
                Transmission::Release { probability }
            }
        }
    }
}

fn first_line(span: &Range<usize>, length: usize) -> Range<usize> {
    span.start..span.end.min(span.start + length)
}
