//! Potentiations of all neurons at any time between jumps.
//!
//! All neurons of a population decay alike, so what is stored is `y` in
//! `z(t) = x_a(t) + s_a(t) y`, with `s_a(t) = exp(-(t - t_0)/tau_a)` and `x_a` a solution of
//! `dx/dt = -x/tau_a + I_a`: between jumps no number in memory changes. A jump that all neurons of a population make at
//! once is added to a shift `w_a` that they have in common, `z(t) = x_a(t) + s_a(t) (w_a + y)`, whatever their number.
//!
//! A method may keep the neurons of a population in an order of its own; then a list says which neuron is in each place. Only methods that know of this can go
//! on from there.

use std::ops::Range;
use std::sync::OnceLock;

use equipoise_model::{InitialLaw, Network, NeuronPopulation, Precision, Schedule};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::deviations::{Deviations, Stored};
use crate::jump::{Jump, Spike};
use crate::stream::{Purpose, Stream, stream};
use crate::team::{CHUNK, Team};

/// Decay after which a population is written anew, so that `s_a` stays far from underflow.
const LONGEST_DECAY: f64 = 64.0;

/// The motion common to a population since time `origin`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Flow {
    origin: f64,
    time_constant: f64,
    /// The drive from `origin` to its next step.
    drive: Schedule,
    /// `w_a`, what common jumps have added to every `y` since `origin`.
    shift: f64,
}

impl Flow {
    #[inline]
    fn scale(&self, time: f64) -> f64 {
        (-(time - self.origin) / self.time_constant).exp()
    }

    #[inline]
    fn steady(&self, time: f64) -> f64 {
        self.drive.steady_response(time, self.time_constant)
    }

    #[inline]
    fn offset(&self, time: f64) -> f64 {
        let steady = self.steady(time);
        // Without common jumps no exponential is needed.
        if self.shift == 0.0 { steady } else { steady + self.scale(time) * self.shift }
    }
}

/// The motion common to a population at one time: `z_k = offset + scale * y_k`.
#[derive(Debug, Clone, Copy)]
pub struct Common {
    /// `x_a(t) + s_a(t) w_a`.
    pub offset: f64,
    /// `s_a(t)`.
    pub scale: f64,
}

impl Common {
    /// `z` of a neuron with deviation `y`.
    #[inline]
    pub fn potentiation(self, deviation: f64) -> f64 {
        self.offset + self.scale * deviation
    }
}

/// The order in which the neurons of a population are kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Order {
    /// The neuron in each place; none if they are in the order of the network.
    neurons: Vec<u32>,
    /// The place of each neuron, for those who ask.
    #[serde(skip)]
    places: OnceLock<Vec<u32>>,
}

impl Order {
    #[inline]
    fn neuron(&self, place: usize) -> usize {
        if self.neurons.is_empty() { place } else { self.neurons[place] as usize }
    }

    #[inline]
    fn place(&self, neuron: usize) -> usize {
        if self.neurons.is_empty() { neuron } else { self.places()[neuron] as usize }
    }

    fn places(&self) -> &[u32] {
        self.places.get_or_init(|| {
            let mut places = vec![0; self.neurons.len()];
            for (neuron, place) in self.neurons.iter().zip(0..) {
                places[*neuron as usize] = place;
            }
            places
        })
    }
}

/// The state of a network since its last jump, and how many jumps there have been.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NetworkState {
    flows: Vec<Flow>,
    deviations: Vec<Deviations>,
    orders: Vec<Order>,
    /// Source populations.
    sources: usize,
    /// Jumps since time 0, rows are target populations, columns sources.
    tally: Vec<u64>,
    /// Spikes since time 0 of each population, under shared transmission and release.
    spikes: Vec<u64>,
}

impl NetworkState {
    /// State at time 0 from potentiations given for each population.
    ///
    /// # Panics
    /// If the number of populations is not that of the network.
    pub fn new(network: &Network, potentiations: Vec<Vec<f64>>) -> Self {
        Self::of(network, potentiations.into_iter().map(Deviations::Double).collect())
    }

    fn of(network: &Network, potentiations: Vec<Deviations>) -> Self {
        assert_eq!(potentiations.len(), network.population_count(), "one list for each population");
        let drive = Schedule::Constant(0.0);
        let flow =
            |time_constant| Flow { origin: 0.0, time_constant, drive: drive.clone(), shift: 0.0 };
        let flows = network.populations.iter().map(|p| flow(p.time_constant)).collect();
        let orders = vec![Order::default(); network.population_count()];
        let tally = vec![0; network.population_count() * network.source_count()];
        let spikes = vec![0; network.population_count()];
        let mut state = Self {
            flows,
            deviations: potentiations,
            orders,
            sources: network.source_count(),
            tally,
            spikes,
        };
        state.restart(network, 0.0);
        state
    }

    /// State at time 0 drawn from the initial laws, in a stream of its own.
    pub fn initial(network: &Network, seed: u64, replicate: u64) -> Self {
        Self::initial_in(Precision::Double, network, seed, replicate)
    }

    /// The same, rounded to a precision; only leaps can go on from single precision.
    pub fn initial_in(precision: Precision, network: &Network, seed: u64, replicate: u64) -> Self {
        let mut rng = stream(seed, replicate, Purpose::InitialState);
        let draws = network.populations.iter().map(|p| match precision {
            Precision::Double => Deviations::Double(draw(&p.initial, 0..p.count, &mut rng)),
            Precision::Single => Deviations::Single(draw(&p.initial, 0..p.count, &mut rng)),
        });
        Self::of(network, draws.collect())
    }

    /// The part of this rank of a state from the initial laws, each chunk in a stream of its own.
    pub(crate) fn initial_in_chunks(
        precision: Precision,
        network: &Network,
        stream: (u64, u64),
        team: Team<'_>,
    ) -> Self {
        let mut first = 0;
        let draws = network.populations.iter().map(|p| {
            let number = first;
            first += p.count.div_ceil(CHUNK);
            match precision {
                Precision::Double => Deviations::Double(draw_chunks(p, number, stream, team)),
                Precision::Single => Deviations::Single(draw_chunks(p, number, stream, team)),
            }
        });
        Self::of(network, draws.collect())
    }

    /// The same with other neurons.
    pub(crate) fn with(&self, deviations: Vec<Deviations>) -> Self {
        Self {
            flows: self.flows.clone(),
            deviations,
            orders: self.orders.clone(),
            sources: self.sources,
            tally: self.tally.clone(),
            spikes: self.spikes.clone(),
        }
    }

    /// The motion common to population `a` at `time`, which must not lie before its last jump or
    /// after the next step of its drive.
    #[inline]
    pub fn common(&self, population: usize, time: f64) -> Common {
        let flow = &self.flows[population];
        Common { offset: flow.offset(time), scale: flow.scale(time) }
    }

    /// `x_a(t)` alone.
    #[inline]
    pub(crate) fn offset(&self, population: usize, time: f64) -> f64 {
        self.flows[population].offset(time)
    }

    /// `y` of neuron `k` of population `a`, without what it has in common with the others.
    #[inline]
    pub fn deviation(&self, population: usize, neuron: usize) -> f64 {
        self.deviations[population].at(self.orders[population].place(neuron))
    }

    /// `y` of all neurons of population `a`, in the order in which they are kept.
    pub(crate) fn stored(&self, population: usize) -> &Deviations {
        &self.deviations[population]
    }

    /// The same to be changed, for leaps, which have no other order.
    pub(crate) fn stored_mut(&mut self, population: usize) -> &mut Deviations {
        debug_assert!(self.is_in_order(), "places are taken for neurons");
        &mut self.deviations[population]
    }

    /// The same of exact methods, which keep them in double precision.
    ///
    /// # Panics
    /// If they are in single precision.
    pub fn deviations(&self, population: usize) -> &[f64] {
        self.deviations[population].double()
    }

    /// `z_a^k(t)` of all neurons of population `a`, in order.
    pub fn potentiations(&self, population: usize, time: f64) -> impl Iterator<Item = f64> + '_ {
        let common = self.common(population, time);
        let (deviations, order) = (&self.deviations[population], &self.orders[population]);
        (0..deviations.count()).map(move |k| common.potentiation(deviations.at(order.place(k))))
    }

    /// `z_a^k(t)`.
    #[inline]
    pub fn potentiation(&self, population: usize, neuron: usize, time: f64) -> f64 {
        self.common(population, time).potentiation(self.deviation(population, neuron))
    }

    /// `I_a(t)` on the present piece of the drive.
    #[inline]
    pub fn drive(&self, population: usize, time: f64) -> f64 {
        self.flows[population].drive.value(time)
    }

    /// Changes `y` of neuron `k` of population `a`: a jump of its potentiation, divided by the scale.
    #[inline]
    pub fn kick(&mut self, population: usize, neuron: usize, change: f64) {
        let place = self.orders[population].place(neuron);
        self.deviations[population].add(place, change);
    }

    /// Changes every `y` of population `a`: a jump that all its neurons make, divided by the scale.
    #[inline]
    pub fn translate(&mut self, population: usize, change: f64) {
        self.flows[population].shift += change;
    }

    fn is_in_order(&self) -> bool {
        self.orders.iter().all(|order| order.neurons.is_empty())
    }

    /// The neuron in a place of population `a`.
    #[inline]
    pub(crate) fn neuron(&self, population: usize, place: usize) -> usize {
        self.orders[population].neuron(place)
    }

    /// `y` of all neurons of population `a` and which neuron is in each place, for a method that puts them in another order.
    pub(crate) fn places(&mut self, population: usize) -> (&mut [f64], &mut [u32]) {
        let deviations = self.deviations[population].double_mut();
        let order = &mut self.orders[population];
        order.places.take();
        if order.neurons.is_empty() {
            order.neurons.extend((0..).take(deviations.len()));
        }
        (deviations, &mut order.neurons)
    }

    /// `y` of the neuron in a place of population `a`.
    #[inline]
    pub(crate) fn at(&mut self, population: usize, place: usize) -> &mut f64 {
        &mut self.deviations[population].double_mut()[place]
    }

    /// Counts spikes of population `b` and their jumps: each reaches all neurons but its own.
    pub(crate) fn count_common_spikes(&mut self, source: usize, spikes: u64) {
        self.spikes[source] += spikes;
        self.count_jumps_of_spikes(source, spikes);
    }

    /// Counts the jumps of spikes of population `b` alone.
    pub(crate) fn count_jumps_of_spikes(&mut self, source: usize, spikes: u64) {
        for (target, deviations) in self.deviations.iter().enumerate() {
            let reached = deviations.count() as u64 - u64::from(target == source);
            self.tally[target * self.sources + source] += spikes * reached;
        }
    }

    /// `w_a`.
    #[inline]
    pub(crate) fn shift(&self, population: usize) -> f64 {
        self.flows[population].shift
    }

    /// Changes `w_a` to this.
    #[inline]
    pub(crate) fn set_shift(&mut self, population: usize, shift: f64) {
        self.flows[population].shift = shift;
    }

    /// `x_a(t)`.
    #[inline]
    pub(crate) fn steady(&self, population: usize, time: f64) -> f64 {
        self.flows[population].steady(time)
    }

    /// Jumps since time 0, (target population, source population).
    pub fn tally(&self) -> &[u64] {
        &self.tally
    }

    /// Counts a jump.
    #[inline]
    pub fn count(&mut self, jump: &Jump) {
        self.tally[jump.target_population * self.sources + jump.source_population] += 1;
    }

    /// Counts `jumps` jumps from source population `b` onto neurons of population `a`.
    #[inline]
    pub fn count_jumps(&mut self, target: usize, source: usize, jumps: u64) {
        let tally = &mut self.tally[target * self.sources + source];
        *tally = tally.saturating_add(jumps);
    }

    /// Spikes since time 0 of each population; under independent transmission a neuron has none of its own.
    pub fn spikes(&self) -> &[u64] {
        &self.spikes
    }

    /// Counts spikes of population `b` alone.
    pub(crate) fn count_spikes(&mut self, population: usize, spikes: u64) {
        let count = &mut self.spikes[population];
        *count = count.saturating_add(spikes);
    }

    /// Counts a spike; the jumps that it causes are counted by themselves.
    #[inline]
    pub fn count_spike(&mut self, spike: &Spike) {
        self.spikes[spike.population] += 1;
    }

    /// `y` of all neurons of population `a`, in the order in which they are kept, and the counts of jumps onto them by source, for a method that moves many
    /// neurons at once.
    #[inline]
    pub(crate) fn parts(&mut self, population: usize) -> (&mut [f64], &mut [u64]) {
        debug_assert!(self.is_in_order(), "places are taken for neurons");
        let tally = &mut self.tally[population * self.sources..(population + 1) * self.sources];
        (self.deviations[population].double_mut(), tally)
    }

    /// `y` of all neurons, by populations and within them in blocks of this length.
    pub(crate) fn blocks(&mut self, length: usize) -> impl Iterator<Item = &mut [f64]> {
        debug_assert!(self.is_in_order(), "places are taken for neurons");
        self.deviations
            .iter_mut()
            .flat_map(move |deviations| deviations.double_mut().chunks_mut(length))
    }

    /// Jumps since time 0, for a method that moves many neurons at once.
    pub(crate) fn tally_mut(&mut self) -> &mut [u64] {
        &mut self.tally
    }

    /// Writes every population anew at `time` and takes up the pieces of the drives that begin there.
    pub fn restart(&mut self, network: &Network, time: f64) {
        for (population, description) in network.populations.iter().enumerate() {
            self.rewrite(population, time, description.drive.piece_at(time));
        }
    }

    /// Writes the populations whose scale has become small anew at `time`; returns whether there was one.
    pub fn refresh(&mut self, time: f64) -> bool {
        let mut refreshed = false;
        for population in 0..self.flows.len() {
            let flow = &self.flows[population];
            if time - flow.origin > LONGEST_DECAY * flow.time_constant {
                let drive = flow.drive.clone();
                self.rewrite(population, time, drive);
                refreshed = true;
            }
        }
        refreshed
    }

    fn rewrite(&mut self, population: usize, time: f64, drive: Schedule) {
        let time_constant = self.flows[population].time_constant;
        let next = Flow { origin: time, time_constant, drive, shift: 0.0 };
        let (scale, offset) = {
            let flow = &self.flows[population];
            (flow.scale(time), flow.offset(time) - next.steady(time))
        };
        self.deviations[population].change(|y| offset + scale * y);
        self.flows[population] = next;
    }
}

/// Potentiations of some neurons.
fn draw<T: Stored>(law: &InitialLaw, neurons: Range<usize>, rng: &mut Stream) -> Vec<T> {
    match law {
        InitialLaw::Values(values) => values[neurons].iter().map(|value| T::of(*value)).collect(),
        InitialLaw::Normal { mean, variance } => {
            let draws = neurons.map(|_| {
                let x: f64 = StandardNormal.sample(rng);
                T::of(mean + variance.sqrt() * x)
            });
            draws.collect()
        }
        _ => unreachable!("an initial law that this engine does not know"),
    }
}

/// Those of a population on this rank; its first chunk has the number `first` in all populations.
fn draw_chunks<T: Stored>(
    population: &NeuronPopulation,
    first: usize,
    (seed, replicate): (u64, u64),
    team: Team<'_>,
) -> Vec<T> {
    let (chunks, neurons) = (team.chunks(population.count), team.neurons(population.count));
    let mut all = vec![T::of(0.0); neurons.len()];
    all.par_chunks_mut(CHUNK).zip(chunks).for_each(|(potentiations, chunk)| {
        let purpose = Purpose::InitialChunk { number: first + chunk };
        let neurons = chunk * CHUNK..chunk * CHUNK + potentiations.len();
        let draws = draw(&population.initial, neurons, &mut stream(seed, replicate, purpose));
        potentiations.copy_from_slice(&draws);
    });
    all
}
