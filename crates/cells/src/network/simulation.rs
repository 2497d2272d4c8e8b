//! The course of all cells of a network.
//!
//! Time goes in windows as long as the delay: what arrives in a window was sent in the one before, so each cell goes through a
//! window by itself, on any core. All that is random belongs to a cell, so the result does not depend on the number of cores.
//! Within a step a conductance has its mean over the step, spikes that arrive in it included, so each spike lets the same
//! charge through whatever the step.

use rand::RngExt as _;
use rand_distr::{Exp1, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::connectivity::Wiring;
use super::line::{Impulse, Line};
use super::synchrony::Samples;
use super::{Network, Synchrony, Timing};
use crate::stepper::{CellState, Input, Stepper};
use crate::stream::{Purpose, stream};

/// Cells that a core takes at once.
const SHARE: usize = 16;
/// Parts of the time from whose rates the error of the rate is estimated.
const PARTS: usize = 10;

/// What a network did.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// Mean rate of the cells of each population, 1/ms.
    pub rates: Vec<f64>,
    /// Their standard errors, from the rates in ten parts of the time, 1/ms.
    pub rate_errors: Vec<f64>,
    /// How far the cells of each population fire together.
    pub synchrony: Vec<Synchrony>,
    /// Time, population and cell of all spikes, ms from the end of the transient.
    pub spikes: Vec<Spike>,
    /// The potentials that were asked for.
    pub traces: Vec<Trace>,
}

/// A spike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spike {
    /// When, ms.
    pub time: f64,
    /// Of which population.
    pub population: usize,
    /// Of which of its cells.
    pub cell: usize,
}

/// The potential of a cell, a value each step from the end of the transient, mV.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The population.
    pub population: usize,
    /// The cell.
    pub cell: usize,
    /// Time between values, ms.
    pub interval: f64,
    /// The values.
    pub potentials: Vec<f64>,
}

/// What the cells of a population have in common.
struct Receiver {
    stepper: Stepper,
    /// From each population that projects to it.
    lines: Vec<Option<Line>>,
    external: Option<(Line, f64)>,
}

/// A spike on its way: sent, and arriving one window later, after `part` of step `step`.
#[derive(Clone, Copy)]
struct Sent {
    step: usize,
    part: f64,
    cell: usize,
}

/// A spike that arrives.
#[derive(Clone, Copy)]
struct Arrival {
    step: usize,
    sender: usize,
    impulse: Impulse,
}

struct Neuron {
    population: usize,
    number: usize,
    state: CellState,
    current: f64,
    /// Open part of the synapses from each population.
    open: Box<[f64]>,
    external: f64,
    /// Time of the next external spike, in steps from the begin of the window.
    next: f64,
    random: Xoshiro256PlusPlus,
    sent: Vec<Sent>,
    /// Arrivals that are its own, where sources were drawn, by population.
    arrivals: Vec<Vec<Arrival>>,
    potentials: Option<Vec<f64>>,
}

/// Simulates a network; `traced` are population and number of the cells whose potentials are wanted. `progress` is told the
/// part of the time that is done, and may end the run by returning false; what was done by then is returned as none.
///
/// Each cell begins at a random potential between its leak's and 10 mV above, so that not all begin together.
pub fn simulate(
    network: &Network,
    timing: &Timing,
    traced: &[(usize, usize)],
    progress: &(dyn Fn(f64) -> bool + Sync),
) -> Option<Activity> {
    let window = (timing.delay / timing.step).ceil().max(1.0) as usize;
    let step = timing.delay / window as f64;
    let receivers = receivers(network, step);
    let wiring = Wiring::draw(network, timing.seed);
    let mut neurons = neurons(network, &receivers, timing.seed, step);
    let windows = |time: f64| (time / timing.delay).round() as usize;
    let (transient, counted) = (windows(timing.transient), windows(timing.duration).max(1));
    let mut spikes = Vec::new();
    let mut samples: Vec<Samples> =
        network.populations.iter().map(|population| Samples::new(population.count)).collect();
    let mut common = vec![vec![Vec::new(); receivers.len()]; receivers.len()];
    for index in 0..transient + counted {
        if !progress(index as f64 / (transient + counted) as f64) {
            return None;
        }
        if index == transient {
            for &(population, cell) in traced {
                let traced =
                    |neuron: &&mut Neuron| (neuron.population, neuron.number) == (population, cell);
                if let Some(neuron) = neurons.iter_mut().find(traced) {
                    neuron.potentials = Some(Vec::new());
                }
            }
        }
        if index >= transient {
            let mut rest = neurons.as_slice();
            for samples in &mut samples {
                let (own, others) = rest.split_at(samples.count());
                samples.add(own.iter().map(|neuron| neuron.state.potential));
                rest = others;
            }
        }
        neurons.par_iter_mut().with_min_len(SHARE).for_each(|neuron| {
            neuron.pass(&receivers[neuron.population], &common[neuron.population], window);
        });
        if index >= transient {
            let begin = (index - transient) as f64 * timing.delay;
            spikes.extend(neurons.iter().flat_map(|neuron| {
                neuron.sent.iter().map(move |sent| Spike {
                    time: begin + (sent.step as f64 + sent.part) * step,
                    population: neuron.population,
                    cell: neuron.number,
                })
            }));
        }
        deliver(&mut neurons, &mut common, &receivers, &wiring);
    }
    spikes.sort_by(|a, b| a.time.total_cmp(&b.time));
    let duration = counted as f64 * timing.delay;
    let (rates, rate_errors) = rates(network, &spikes, duration);
    let traces = neurons.into_iter().filter_map(|neuron| {
        let (population, cell) = (neuron.population, neuron.number);
        neuron.potentials.map(|potentials| Trace { population, cell, interval: step, potentials })
    });
    Some(Activity {
        rates,
        rate_errors,
        synchrony: samples.iter().map(Samples::synchrony).collect(),
        spikes,
        traces: traces.collect(),
    })
}

fn receivers(network: &Network, step: f64) -> Vec<Receiver> {
    let each = network.populations.iter().zip(&network.projections);
    each.map(|(population, projections)| Receiver {
        stepper: Stepper::new(&population.cell, step),
        lines: projections
            .iter()
            .map(|projection| projection.map(|projection| Line::new(projection.synapse, step)))
            .collect(),
        external: population
            .external
            .map(|external| (Line::new(external.synapse, step), external.total_rate())),
    })
    .collect()
}

fn neurons(network: &Network, receivers: &[Receiver], seed: u64, step: f64) -> Vec<Neuron> {
    let each = network.populations.iter().enumerate().flat_map(|(index, population)| {
        (0..population.count).map(move |cell| (index, population, cell))
    });
    let neurons = each.enumerate().map(|(place, (population, description, number))| {
        let mut begin = stream(seed, Purpose::Begin, place as u64);
        let mut random = stream(seed, Purpose::External, place as u64);
        let deviate: f64 = begin.sample(StandardNormal);
        let potential = description.cell.leak.reversal + 10.0 * begin.random::<f64>();
        let receiver = &receivers[population];
        let next = match &receiver.external {
            Some((_, rate)) => random.sample::<f64, _>(Exp1) / (rate * step),
            None => f64::INFINITY,
        };
        Neuron {
            population,
            number,
            state: receiver.stepper.at_rest(potential),
            current: description.current + description.spread * deviate,
            open: vec![0.0; receivers.len()].into(),
            external: 0.0,
            next,
            random,
            sent: Vec::new(),
            arrivals: vec![Vec::new(); receivers.len()],
            potentials: None,
        }
    });
    neurons.collect()
}

impl Neuron {
    /// One window on. `common` are the spikes that arrive at all cells of its population, by source, in the order of their steps.
    fn pass(&mut self, receiver: &Receiver, common: &[Vec<Arrival>], window: usize) {
        self.sent.clear();
        let mut cursors = vec![(0, 0); common.len()];
        for step in 0..window {
            let mut input = Input { current: self.current, ..Input::default() };
            for (source, line) in receiver.lines.iter().enumerate() {
                let Some(line) = line else { continue };
                let itself = if source == self.population { self.number } else { usize::MAX };
                let (shared, own) = &mut cursors[source];
                let shared = due(&common[source], shared, step)
                    .iter()
                    .filter(|arrival| arrival.sender != itself)
                    .map(|arrival| arrival.impulse);
                let own =
                    due(&self.arrivals[source], own, step).iter().map(|arrival| arrival.impulse);
                let conductance = line.advance(&mut self.open[source], shared.chain(own));
                input = input.and(conductance, line.synapse.reversal);
            }
            if let Some((line, rate)) = &receiver.external {
                let (next, random) = (&mut self.next, &mut self.random);
                let end = (step + 1) as f64;
                let impulses = std::iter::from_fn(|| {
                    (*next < end).then(|| {
                        let impulse = line.impulse((*next - step as f64).max(0.0));
                        *next += random.sample::<f64, _>(Exp1) / (rate * line.step);
                        impulse
                    })
                });
                let conductance = line.advance(&mut self.external, impulses);
                input = input.and(conductance, line.synapse.reversal);
            }
            if let Some(part) = receiver.stepper.advance(&mut self.state, input) {
                self.sent.push(Sent { step, part, cell: self.number });
            }
            if let Some(potentials) = &mut self.potentials {
                potentials.push(self.state.potential);
            }
        }
        self.next -= window as f64;
    }
}

/// The arrivals of a step, where all before `cursor` are of earlier ones.
fn due<'a>(arrivals: &'a [Arrival], cursor: &mut usize, step: usize) -> &'a [Arrival] {
    let from = *cursor;
    while arrivals.get(*cursor).is_some_and(|arrival| arrival.step == step) {
        *cursor += 1;
    }
    &arrivals[from..*cursor]
}

/// Makes arrivals of what was sent in a window.
fn deliver(
    neurons: &mut [Neuron],
    common: &mut [Vec<Vec<Arrival>>],
    receivers: &[Receiver],
    wiring: &Wiring,
) {
    let mut first = vec![0; receivers.len()];
    let mut sent = vec![Vec::new(); receivers.len()];
    for (place, neuron) in neurons.iter_mut().enumerate().rev() {
        first[neuron.population] = place;
        neuron.arrivals.iter_mut().for_each(Vec::clear);
        sent[neuron.population].extend(neuron.sent.iter().copied());
    }
    for (source, mut sent) in sent.into_iter().enumerate() {
        sent.sort_by_key(|sent| (sent.step, sent.cell));
        for (target, receiver) in receivers.iter().enumerate() {
            let shared = &mut common[target][source];
            shared.clear();
            let Some(line) = &receiver.lines[source] else { continue };
            for sent in &sent {
                let impulse = line.impulse(sent.part);
                let arrival = Arrival { step: sent.step, sender: sent.cell, impulse };
                match wiring.targets(source, sent.cell, target) {
                    None => shared.push(arrival),
                    Some(cells) => {
                        for &cell in cells {
                            neurons[first[target] + cell as usize].arrivals[source].push(arrival);
                        }
                    }
                }
            }
        }
    }
}

/// Mean rate of the cells of each population, and its standard error.
fn rates(network: &Network, spikes: &[Spike], duration: f64) -> (Vec<f64>, Vec<f64>) {
    let part = duration / PARTS as f64;
    let each = network.populations.iter().enumerate().map(|(index, population)| {
        let mut counts = [0.0; PARTS];
        for spike in spikes.iter().filter(|spike| spike.population == index) {
            counts[((spike.time / part) as usize).min(PARTS - 1)] += 1.0;
        }
        let rates = counts.map(|count| count / (part * population.count as f64));
        let mean = rates.iter().sum::<f64>() / PARTS as f64;
        let squares: f64 = rates.iter().map(|rate| (rate - mean).powi(2)).sum();
        (mean, (squares / (PARTS * (PARTS - 1)) as f64).sqrt())
    });
    each.unzip()
}
