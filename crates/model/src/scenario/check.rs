//! From the fields of a file to a validated scenario. All problems are collected before giving up.

use std::ops::Range;

use toml::Spanned;

use super::problem::{Problem, ProblemKind};
use super::raw::{
    Named, Number, RawGain, RawInitial, RawKind, RawMethod, RawPopulation, RawScenario,
    RawSchedule, RawSigmoid, RawTransmission,
};
use super::{Method, Sampling, Scenario};
use crate::gain::{Logistic, Probit};
use crate::schedule::Sine;
use crate::{
    Coupling, ExternalPopulation, Gain, InitialLaw, Kind, Network, NeuronPopulation, Schedule,
    Transmission,
};

/// Most samples of a run: their times alone take 80 MB.
const MOST_SAMPLES: f64 = 1e7;
/// Most members of a population, and largest `n`: far beyond any memory, but counts stay exact.
const MOST_MEMBERS: f64 = 1e15;
const MOST_REPLICATES: f64 = 1e9;
const DEFAULT_REPLICATES: u64 = 200;
const DEFAULT_SAMPLES: f64 = 50.0;

pub(super) fn check(raw: &RawScenario, text: &str) -> Result<Scenario, Vec<Problem>> {
    let mut check = Check { problems: Vec::new() };
    let sampling = check.sampling(raw);
    let network = check.network(raw);
    let replicates = raw.ensemble.replicates.as_ref().map_or(DEFAULT_REPLICATES, |number| {
        check.whole("ensemble.replicates", number, MOST_REPLICATES) as u64
    });
    if !check.problems.is_empty() {
        return Err(check.problems);
    }
    Ok(Scenario {
        title: raw.title.clone().unwrap_or_else(|| "Untitled network".to_owned()),
        network,
        seed: raw.seed.unwrap_or(1),
        sampling,
        method: match raw.engine.method {
            None | Some(RawMethod::Exact) => Method::Exact,
            Some(RawMethod::Thinning) => Method::Thinning,
        },
        replicates,
        text: text.to_owned(),
    })
}

/// Collects problems; on a problem each reader returns a harmless value and goes on.
struct Check {
    problems: Vec<Problem>,
}

impl Check {
    fn problem(&mut self, kind: ProblemKind, span: Range<usize>) {
        self.problems.push(Problem::new(kind, span));
    }

    fn require(
        &mut self,
        field: &str,
        number: &Number,
        allowed: bool,
        requirement: &'static str,
    ) -> f64 {
        let value = *number.get_ref();
        if !value.is_finite() || !allowed {
            let requirement = if value.is_finite() { requirement } else { "a finite number" };
            let kind = ProblemKind::OutOfRange { field: field.to_owned(), value, requirement };
            self.problem(kind, number.span());
        }
        value
    }

    fn finite(&mut self, field: &str, number: &Number) -> f64 {
        self.require(field, number, true, "a finite number")
    }

    fn positive(&mut self, field: &str, number: &Number) -> f64 {
        self.require(field, number, *number.get_ref() > 0.0, "positive")
    }

    fn not_negative(&mut self, field: &str, number: &Number) -> f64 {
        self.require(field, number, *number.get_ref() >= 0.0, "zero or positive")
    }

    fn whole(&mut self, field: &str, number: &Number, limit: f64) -> f64 {
        let value = *number.get_ref();
        let whole = value >= 1.0 && value.fract() == 0.0;
        self.require(field, number, whole, "a whole number, 1 or more");
        if whole && value.is_finite() && value > limit {
            let what = format!("`{field}`");
            self.problem(ProblemKind::TooMany { what, count: value, limit }, number.span());
        }
        value
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
                populations.extend(self.neurons(name.get_ref(), population, size));
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

    fn members(&mut self, name: &str, raw: &Spanned<RawPopulation>, size: f64) -> (f64, usize) {
        let field = format!("populations.{name}.fraction");
        let (fraction, span) = match &raw.get_ref().fraction {
            Some(number) => (self.positive(&field, number), number.span()),
            None => (1.0, raw.get_ref().kind.span()),
        };
        let count = (fraction * size).round();
        if count == 0.0 && fraction > 0.0 {
            let population = name.to_owned();
            self.problem(ProblemKind::EmptyPopulation { population, fraction, size }, span);
        } else if count > MOST_MEMBERS && count.is_finite() {
            let what = format!("the members of population `{name}`");
            self.problem(ProblemKind::TooMany { what, count, limit: MOST_MEMBERS }, span);
        }
        (fraction, count as usize)
    }

    fn needed<'a, T>(
        &mut self,
        name: &str,
        field: &str,
        raw: &Spanned<RawPopulation>,
        value: Option<&'a T>,
    ) -> Option<&'a T> {
        if value.is_none() {
            let place = format!("population `{name}`");
            let kind = ProblemKind::Missing { place, field: field.to_owned() };
            self.problem(kind, raw.get_ref().kind.span());
        }
        value
    }

    fn refused(&mut self, name: &str, field: &str, kind: &'static str, span: Option<Range<usize>>) {
        if let Some(span) = span {
            let field = format!("populations.{name}.{field}");
            self.problem(ProblemKind::NotApplicable { field, kind }, span);
        }
    }

    fn external(
        &mut self,
        name: &str,
        raw: &Spanned<RawPopulation>,
        size: f64,
    ) -> Option<ExternalPopulation> {
        let fields = raw.get_ref();
        let unwanted = [
            ("time_constant", fields.time_constant.as_ref().map(Spanned::span)),
            ("drive", fields.drive.as_ref().map(Spanned::span)),
            ("gain", fields.gain.as_ref().map(Spanned::span)),
            ("initial", fields.initial.as_ref().map(Spanned::span)),
        ];
        for (field, span) in unwanted {
            self.refused(name, field, "an external", span);
        }
        let (fraction, count) = self.members(name, raw, size);
        let rate = self.needed(name, "rate", raw, fields.rate.as_ref())?;
        let field = format!("populations.{name}.rate");
        let schedule = self.schedule(&field, rate);
        let value = schedule.minimum();
        if value < 0.0 {
            let requirement = "zero or positive at all times";
            self.problem(ProblemKind::OutOfRange { field, value, requirement }, rate.span());
        }
        Some(ExternalPopulation { name: name.to_owned(), fraction, count, rate: schedule })
    }

    fn neurons(
        &mut self,
        name: &str,
        raw: &Spanned<RawPopulation>,
        size: f64,
    ) -> Option<NeuronPopulation> {
        let fields = raw.get_ref();
        let path = |field: &str| format!("populations.{name}.{field}");
        self.refused(name, "rate", "a neuron", fields.rate.as_ref().map(Spanned::span));
        let (fraction, count) = self.members(name, raw, size);
        let drive = match &fields.drive {
            Some(drive) => self.schedule(&path("drive"), drive),
            None => Schedule::Constant(0.0),
        };
        let time_constant = self.needed(name, "time_constant", raw, fields.time_constant.as_ref());
        let time_constant =
            time_constant.map(|number| self.positive(&path("time_constant"), number));
        let gain = self.needed(name, "gain", raw, fields.gain.as_ref());
        let gain = gain.map(|gain| self.gain(&path("gain"), gain.get_ref()));
        let initial = self.needed(name, "initial", raw, fields.initial.as_ref());
        let initial = initial.map(|initial| self.initial(&path("initial"), initial, count));
        Some(NeuronPopulation {
            name: name.to_owned(),
            kind: match fields.kind.get_ref() {
                RawKind::Inhibitory => Kind::Inhibitory,
                _ => Kind::Excitatory,
            },
            fraction,
            count,
            time_constant: time_constant?,
            drive,
            gain: gain?,
            initial: initial?,
        })
    }

    fn schedule(&mut self, field: &str, raw: &Spanned<RawSchedule>) -> Schedule {
        match raw.get_ref() {
            RawSchedule::Constant(value) => {
                self.finite(field, &Spanned::new(raw.span(), *value));
                Schedule::Constant(*value)
            }
            RawSchedule::Sine(sine) => Schedule::Sine(Sine {
                mean: self.finite(&format!("{field}.sine.mean"), &sine.mean),
                amplitude: self.finite(&format!("{field}.sine.amplitude"), &sine.amplitude),
                frequency: self.not_negative(&format!("{field}.sine.frequency"), &sine.frequency),
                phase: match &sine.phase {
                    Some(phase) => self.finite(&format!("{field}.sine.phase"), phase),
                    None => 0.0,
                },
            }),
            RawSchedule::Steps(steps) => self.steps(field, raw.span(), steps),
        }
    }

    fn steps(
        &mut self,
        field: &str,
        span: Range<usize>,
        steps: &[Spanned<(f64, f64)>],
    ) -> Schedule {
        if steps.is_empty() {
            let field = format!("{field}.steps");
            self.problem(ProblemKind::NoSteps { field }, span);
            return Schedule::Constant(0.0);
        }
        let mut previous: Option<f64> = None;
        for step in steps {
            let (time, value) = *step.get_ref();
            for number in [time, value] {
                self.finite(&format!("{field}.steps"), &Spanned::new(step.span(), number));
            }
            let after = match previous {
                None if time != 0.0 => Some("as the first".to_owned()),
                Some(earlier) if time <= earlier => Some(format!("after one at time {earlier}")),
                _ => None,
            };
            if let Some(after) = after {
                let field = format!("{field}.steps");
                self.problem(ProblemKind::StepOrder { field, time, after }, step.span());
            }
            previous = Some(time);
        }
        Schedule::Steps(steps.iter().map(|step| *step.get_ref()).collect())
    }

    fn gain(&mut self, field: &str, raw: &RawGain) -> Gain {
        match raw {
            RawGain::Logistic(sigmoid) => {
                let [max_rate, threshold, slope] =
                    self.sigmoid(&format!("{field}.logistic"), sigmoid);
                Gain::Logistic(Logistic { max_rate, threshold, slope })
            }
            RawGain::Probit(sigmoid) => {
                let [max_rate, threshold, slope] =
                    self.sigmoid(&format!("{field}.probit"), sigmoid);
                Gain::Probit(Probit { max_rate, threshold, slope })
            }
        }
    }

    fn sigmoid(&mut self, field: &str, raw: &RawSigmoid) -> [f64; 3] {
        [
            self.positive(&format!("{field}.max_rate"), &raw.max_rate),
            self.finite(&format!("{field}.threshold"), &raw.threshold),
            self.positive(&format!("{field}.slope"), &raw.slope),
        ]
    }

    fn initial(&mut self, field: &str, raw: &Spanned<RawInitial>, count: usize) -> InitialLaw {
        match raw.get_ref() {
            RawInitial::Normal(normal) => InitialLaw::Normal {
                mean: self.finite(&format!("{field}.normal.mean"), &normal.mean),
                variance: self.not_negative(&format!("{field}.normal.variance"), &normal.variance),
            },
            RawInitial::Values(values) => {
                if values.len() != count {
                    let kind = ProblemKind::WrongLength {
                        field: format!("{field}.values"),
                        given: values.len(),
                        needed: count,
                    };
                    self.problem(kind, raw.span());
                }
                let field = format!("{field}.values");
                InitialLaw::Values(values.iter().map(|value| self.finite(&field, value)).collect())
            }
        }
    }

    fn coupling(
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
                self.problem(ProblemKind::Missing { place, field }, span);
            }
        }
        if rows.len() < targets.len() {
            Coupling::from_rows(&[])
        } else {
            Coupling::from_rows(&rows)
        }
    }

    fn row(
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

    fn dales_law(&mut self, field: &str, number: &Number, source: &NeuronPopulation) {
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

    fn known(&mut self, name: &Spanned<String>, known: &[String], expected: &'static str) {
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

fn first_line(span: &Range<usize>, length: usize) -> Range<usize> {
    span.start..span.end.min(span.start + length)
}
