//! The target-driven method (docs to come)

mod draws;
mod inflow;
mod kinetics;
mod sums;

use equipoise_model::{GainFunction, Network, NeuronPopulation, Schedule};
use rand::RngExt;
use rand_distr::{Distribution, Exp1};

use crate::jump::Jump;
use crate::method::{Method, Progress};
use crate::observer::Observer;
use crate::state::NetworkState;
use crate::stream::{Purpose, Stream, stream};
use crate::vector::InstructionSet;

use draws::{Draws, LOOKAHEAD};
use inflow::Inflow;
use kinetics::{Change, Kinetics, Motion};
use sums::IntensitySum;

/// Jumps per neuron after which the sums are taken anew, whatever their error.
const MOST_JUMPS_PER_SUM: f64 = 64.0;
/// Jumps per neuron before which they are not.
const LEAST_JUMPS_PER_SUM: f64 = 0.25;
/// The error of a sum that is worth a fresh one, as a part of what the jumps of a segment may change.
const WORTHWHILE: f64 = 0.125;
/// Jumps per neuron after which sums over gains with kinks are taken anew.
const JUMPS_PER_LIFE: f64 = 16.0;
/// A segment is at most this many times as long as its jumps take on average.
const PATIENCE: f64 = 2.0;
/// What a segment costs, in units of what a decision costs.
const SEGMENT_COST: f64 = 0.7;
/// Longest segment with several jumps, in time constants.
const LONGEST_DECAY: f64 = 16.0;
/// Longest segment, where nothing moves at all; its square is still a number.
const LONGEST_SPAN: f64 = 1e150;
/// Segments between two looks at the signal to stop.
const SEGMENTS_PER_LOOK: u32 = 1024;

/// How a segment ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// By a candidate that must be decided.
    Decision,
    /// By the last jump onto a population that its bounds allow.
    Arrival { population: usize },
    /// By the end of its bounds.
    Horizon,
}

/// What the method knows of a neuron population.
#[derive(Debug, Clone)]
struct Crowd {
    neurons: f64,
    kinetics: Kinetics,
    sum: IntensitySum,
    inflow: Inflow,
    motion: Motion,
    /// Largest intensity of one neuron.
    own: f64,
    /// Highest potentiation, where the gain has no bound.
    highest: f64,
    /// The largest upward jump.
    largest_rise: f64,
    /// Bound of `|d^2 I/dt^2|`.
    drive_curvature: f64,
    /// `delta_a`: the largest change of an intensity by one jump.
    stride: f64,
    /// The largest increase of `|dz/dt|` by one jump, times `L_1`.
    quickening: f64,
    /// Most jumps of a segment.
    capacity: usize,
    time_constant: f64,
}

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct TargetDriven {
    instructions: InstructionSet,
    decisions: Stream,
    /// Start of the segment.
    start: f64,
    /// End of the segment, if there is one.
    end: Option<(f64, Ending)>,
    /// The next step of a drive or an external rate.
    step: f64,
    /// Time of the last fresh sums.
    summed: f64,
    /// How long they are used at most.
    lifetime: f64,
    /// Jumps and segments since then.
    updates: f64,
    neurons: f64,
    crowds: Vec<Crowd>,
    /// Bounds of the intensities of each source without the target's own.
    lower: Vec<f64>,
    /// `B_b`.
    upper: Vec<f64>,
    /// Rates of candidates to be decided, rows are targets.
    doubts: Vec<f64>,
    /// Hazard of doubt left until the next one.
    hazard: f64,
    /// Their sum.
    doubt: f64,
    sources: usize,
    single: bool,
}

impl TargetDriven {
    /// The method for a replicate of a network with independent transmission, on the best instructions.
    pub fn new(network: &Network, seed: u64, replicate: u64) -> Self {
        Self::with_instructions(network, seed, replicate, InstructionSet::best())
    }

    /// The same on other instructions; the jumps are the same to the last bit.
    pub fn with_instructions(
        network: &Network,
        seed: u64,
        replicate: u64,
        instructions: InstructionSet,
    ) -> Self {
        let crowd = |population: usize| {
            let arrivals = stream(seed, replicate, Purpose::Arrivals { population });
            Crowd::new(network, population, arrivals, instructions)
        };
        let crowds: Vec<Crowd> = (0..network.population_count()).map(crowd).collect();
        let mut decisions = stream(seed, replicate, Purpose::Decisions);
        let sources = network.source_count();
        Self {
            instructions,
            hazard: Exp1.sample(&mut decisions),
            decisions,
            start: 0.0,
            end: None,
            step: f64::INFINITY,
            summed: 0.0,
            lifetime: f64::INFINITY,
            updates: 0.0,
            neurons: network.neuron_count() as f64,
            lower: vec![0.0; sources],
            upper: vec![0.0; sources],
            doubts: vec![0.0; sources * crowds.len()],
            crowds,
            doubt: 0.0,
            sources,
            single: false,
        }
    }
}

impl Crowd {
    fn new(network: &Network, index: usize, stream: Stream, instructions: InstructionSet) -> Self {
        let population = &network.populations[index];
        let sizes: Vec<f64> = (0..network.source_count()).map(|b| network.jump(index, b)).collect();
        let largest = sizes.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        let kinetics = Kinetics::of(population, largest);
        let factors = sizes.iter().map(|size| kinetics.factor(*size)).collect();
        let count = u32::try_from(population.count).expect("a population in memory");
        let draws = Draws::new(count, stream, instructions);
        Self {
            neurons: population.count as f64,
            sum: IntensitySum::of(population),
            inflow: Inflow::new(draws, sizes.clone(), factors, kinetics.leak),
            motion: Motion::default(),
            own: population.gain.supremum(),
            highest: f64::NEG_INFINITY,
            largest_rise: sizes.iter().fold(0.0, |m: f64, x| m.max(*x)),
            drive_curvature: population.drive.curvature_bound(),
            stride: (kinetics.derivative_bound * largest).min(population.gain.supremum()),
            quickening: kinetics.derivative_bound * largest * kinetics.leak,
            capacity: 1,
            time_constant: population.time_constant,
            kinetics,
        }
    }

    fn look(&mut self, network: &Network, state: &NetworkState, index: usize, time: f64) {
        let offset = state.common(index, time).offset;
        let drive = state.drive(index, time);
        let drive_slope = network.populations[index].drive.derivative(time);
        let offset_slope = drive - offset * self.kinetics.leak;
        self.motion = Motion { offset, offset_slope, drive, drive_slope };
    }

    fn sum_afresh(
        &mut self,
        state: &NetworkState,
        index: usize,
        (time, highest_drive): (f64, f64),
        set: InstructionSet,
    ) {
        let scale = state.common(index, time).scale;
        let total = self.kinetics.total(state.deviations(index), scale, &self.motion, set);
        let relative = self.kinetics.relative_error();
        self.sum.set(&total, self.neurons, relative, self.kinetics.derivative_bound);
        // The drive alone brings no neuron above this.
        self.highest = total.highest.max(self.time_constant * highest_drive);
        let best = (0.5 * SEGMENT_COST * total.intensity / self.stride).sqrt();
        // Written so that what is no number becomes 1.
        self.capacity = if best >= 1.0 { best.min(LOOKAHEAD as f64) as usize } else { 1 };
    }

    /// A segment of this length has passed, in which `count` jumps have changed the sum.
    fn pass(&mut self, elapsed: f64, count: usize, change: &Change) {
        let Self { kinetics, sum, .. } = self;
        sum.pass(elapsed, change);
        self.highest = self.highest.max(change.highest);
        // Roundings of the kernels, kinks, and the motion beyond first order: off by `x` in position, by `v` in speed.
        let (bound, relative) = (kinetics.derivative_bound, kinetics.relative_error());
        let v = self.drive_curvature * elapsed * elapsed;
        let x = 0.5 * self.time_constant * v;
        let count = 2.0 * count as f64;
        sum.value_error += count * (relative * self.own + bound * x);
        sum.slope_error +=
            change.kink + change.speed * (2.0 * relative * bound + kinetics.curvature_bound * x);
        sum.slope_error += count * bound * v;
    }

    /// Brings the largest intensity of one neuron up to date, over a segment.
    fn look_at_largest(&mut self, population: &NeuronPopulation) {
        if self.sum.largest == f64::INFINITY {
            let highest = self.highest + self.capacity as f64 * self.largest_rise;
            self.own = population.gain.intensity(highest);
        }
    }

    /// What the intensity sum can change by in a segment of this length.
    fn slack(&self, span: f64) -> f64 {
        let others = (self.capacity - 1) as f64;
        let speed = self.time_constant * self.sum.curvature + others * self.quickening;
        others * self.stride + span * speed
    }
}

impl TargetDriven {
    fn sum_afresh(&mut self, network: &Network, state: &NetworkState) {
        self.summed = self.start;
        self.updates = 0.0;
        self.lifetime = self.lifetime(network);
        for (index, crowd) in self.crowds.iter_mut().enumerate() {
            crowd.look(network, state, index, self.start);
            crowd.kinetics.lifetime = self.lifetime;
            let highest_drive = network.populations[index].drive.supremum_from(self.start);
            crowd.sum_afresh(state, index, (self.start, highest_drive), self.instructions);
        }
    }

    /// How long fresh sums are used at most: where gains have kinks, as long as a neuron jumps a few times.
    fn lifetime(&self, network: &Network) -> f64 {
        if !self.crowds.iter().any(|crowd| crowd.kinetics.has_kink()) {
            return f64::INFINITY;
        }
        let shortest = self.crowds.iter().map(|c| c.time_constant).fold(f64::INFINITY, f64::min);
        (JUMPS_PER_LIFE / self.towards_one(network)).min(shortest)
    }

    /// Intensity of all jumps towards one neuron, by the carried sums.
    fn towards_one(&self, network: &Network) -> f64 {
        let outside = network.externals.iter().map(|x| x.count as f64 * x.rate.value(self.start));
        self.crowds.iter().map(|crowd| crowd.sum.value).sum::<f64>() + outside.sum::<f64>()
    }

    fn is_due(&self) -> bool {
        if self.start >= self.summed + self.lifetime {
            return true;
        }
        if self.updates < LEAST_JUMPS_PER_SUM * self.neurons {
            return false;
        }
        let age = self.start - self.summed;
        let worthwhile = |crowd: &Crowd| {
            let bearable = (crowd.capacity as f64 * crowd.stride).max(crowd.own);
            crowd.sum.error(age) > WORTHWHILE * bearable
        };
        self.updates > MOST_JUMPS_PER_SUM * self.neurons || self.crowds.iter().any(worthwhile)
    }

    /// Length of the next segment, and whether its jumps come one by one.
    fn span(&mut self, network: &Network) -> f64 {
        let total = self.towards_one(network);
        let fastest = self.crowds.iter().map(|c| c.time_constant).fold(f64::INFINITY, f64::min);
        self.single = self.neurons * total * fastest < 4.0;
        let mut span = LONGEST_SPAN.min(self.summed + self.lifetime - self.start);
        let (mut bend, mut largest) = (0.0, 0.0);
        for crowd in &mut self.crowds {
            if self.single {
                crowd.capacity = 1;
            }
            span = span.min(PATIENCE * crowd.capacity as f64 / (crowd.neurons * total));
            bend += crowd.time_constant * crowd.sum.curvature;
            largest += crowd.sum.largest;
        }
        let sure = (2.0 * self.neurons * bend).sqrt().recip().max(1.0 / (self.neurons * largest));
        let span = span.min(sure);
        if self.single { span } else { span.min(LONGEST_DECAY * fastest) }
    }

    fn plan(&mut self, network: &Network, state: &mut NetworkState) {
        if !self.single && state.refresh(self.start) {
            self.crowds.iter_mut().for_each(|crowd| crowd.inflow.release());
        }
        if self.is_due() {
            self.sum_afresh(network, state);
        }
        let span = self.span(network).min(self.step - self.start);
        self.bound(network, span);
        let mut end = (self.start + span, Ending::Horizon);
        let decision = self.start + self.hazard / self.doubt;
        if decision < end.0 {
            end = (decision, Ending::Decision);
        }
        for (population, crowd) in self.crowds.iter().enumerate() {
            let arrival = crowd.inflow.arrival(crowd.capacity, self.start);
            if arrival < end.0 {
                end = (arrival, Ending::Arrival { population });
            }
        }
        self.end = Some(end);
        for (index, crowd) in self.crowds.iter_mut().enumerate() {
            crowd.look(network, state, index, self.start);
            if self.single {
                crowd.inflow.clear();
                continue;
            }
            let count = if end.1 == (Ending::Arrival { population: index }) {
                crowd.capacity
            } else {
                crowd.inflow.count_until(end.0 - self.start, crowd.capacity)
            };
            crowd.inflow.plan(state, index, (self.start, end.0), count, self.instructions);
        }
    }

    /// Bounds for a segment of this length.
    fn bound(&mut self, network: &Network, span: f64) {
        let age = self.start - self.summed;
        let inside = self.crowds.len();
        for (b, crowd) in self.crowds.iter_mut().enumerate() {
            crowd.look_at_largest(&network.populations[b]);
            let sum = &crowd.sum;
            let slack = crowd.slack(span) + sum.error(age);
            let upper = sum.value + slack;
            self.upper[b] = if upper < sum.largest { upper } else { sum.largest };
            self.lower[b] = (sum.value - slack).max(0.0);
        }
        for (x, external) in network.externals.iter().enumerate() {
            let (low, high) = external_bounds(&external.rate, self.start, span);
            self.lower[inside + x] = external.count as f64 * low;
            self.upper[inside + x] = external.count as f64 * high;
        }
        self.doubt = 0.0;
        for (a, crowd) in self.crowds.iter_mut().enumerate() {
            for b in 0..self.sources {
                let own = if a == b { crowd.own } else { 0.0 };
                let certain = (self.lower[b] - own).max(0.0);
                crowd.inflow.certain[b] = certain;
                let doubt = crowd.neurons * (self.upper[b] - certain);
                self.doubts[a * self.sources + b] = doubt;
                self.doubt += doubt;
            }
            crowd.inflow.set_rate(crowd.neurons);
        }
    }

    fn apply<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        time: f64,
        observer: &mut O,
    ) {
        if O::WATCHES_JUMPS {
            return self.apply_watched(network, state, time, observer);
        }
        for (index, crowd) in self.crowds.iter_mut().enumerate() {
            let (deviations, tally) = state.parts(index);
            crowd.inflow.apply(deviations, tally, time);
        }
    }

    fn apply_watched<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        time: f64,
        observer: &mut O,
    ) {
        loop {
            let times = self.crowds.iter().map(|crowd| crowd.inflow.next_time()).enumerate();
            let first = times.min_by(|x, y| x.1.total_cmp(&y.1)).expect("a population");
            if first.1 > time || first.1 == f64::INFINITY {
                return;
            }
            let (population, time) = first;
            let (deviations, tally) = state.parts(population);
            let (target, source) = self.crowds[population].inflow.apply_one(deviations, tally);
            let jump = Jump {
                time,
                source_population: source,
                source_neuron: None,
                target_population: population,
                target_neuron: target,
            };
            observer.jump(network, state, &jump);
        }
    }

    /// Brings the sums to the end of the segment, and decides or applies what ended it.
    fn finish<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        (end, ending): (f64, Ending),
        observer: &mut O,
    ) {
        let elapsed = end - self.start;
        for crowd in &mut self.crowds {
            let Crowd { kinetics, inflow, motion, .. } = crowd;
            let count = inflow.count;
            let change =
                kinetics.change(&mut inflow.jumps, count, motion, elapsed, self.instructions);
            let hazard = inflow.draws.now() + elapsed * inflow.rate;
            inflow.draws.advance(hazard, count, self.instructions);
            crowd.pass(elapsed, count, &change);
            self.updates += count as f64;
        }
        self.updates += 1.0;
        self.hazard = (self.hazard - elapsed * self.doubt).max(0.0);
        self.start = end;
        self.end = None;
        match ending {
            Ending::Horizon => {}
            Ending::Decision => self.decide(network, state, observer),
            Ending::Arrival { population } if self.single => {
                self.arrive(network, state, population, observer);
            }
            Ending::Arrival { .. } => {}
        }
    }

    /// A certain jump by itself.
    fn arrive<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        population: usize,
        observer: &mut O,
    ) {
        let inflow = &mut self.crowds[population].inflow;
        let (target, source) = inflow.take_one(self.instructions);
        self.jump(network, state, source, (population, target), observer);
    }

    fn decide<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        observer: &mut O,
    ) {
        self.hazard = Exp1.sample(&mut self.decisions);
        let level = self.decisions.random::<f64>() * self.doubt;
        let (row, level) = pick(&self.doubts, level);
        let (target, source) = (row / self.sources, row % self.sources);
        let crowd = &self.crowds[target];
        let count = network.populations[target].count;
        let neuron = self.decisions.random_range(0..count as u64) as usize;
        let level = crowd.inflow.certain[source] + level / crowd.neurons;
        if self.accept(network, state, (source, level), (target, neuron)) {
            self.jump(network, state, source, (target, neuron), observer);
        }
    }

    fn accept(
        &mut self,
        network: &Network,
        state: &NetworkState,
        (source, level): (usize, f64),
        (target, neuron): (usize, usize),
    ) -> bool {
        if source >= self.crowds.len() {
            let external = &network.externals[source - self.crowds.len()];
            return level < external.count as f64 * external.rate.value(self.start);
        }
        let gain = &network.populations[source].gain;
        let own = if source == target {
            gain.intensity(state.potentiation(target, neuron, self.start))
        } else {
            0.0
        };
        let sum = &self.crowds[source].sum;
        let error = sum.error(self.start - self.summed);
        let threshold = sum.value - own;
        if (level - threshold).abs() > error {
            return level < threshold;
        }
        let exact: f64 = state.potentiations(source, self.start).map(|z| gain.intensity(z)).sum();
        self.sum_afresh(network, state);
        level < exact - own
    }

    /// Applies one jump now.
    fn jump<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        source: usize,
        (target, neuron): (usize, usize),
        observer: &mut O,
    ) {
        if self.single && state.refresh(self.start) {
            self.crowds.iter_mut().for_each(|crowd| crowd.inflow.release());
        }
        let crowd = &mut self.crowds[target];
        let size = crowd.inflow.size(source);
        let common = state.common(target, self.start);
        let drive = state.drive(target, self.start);
        let potentiation = common.potentiation(state.deviation(target, neuron));
        let before = crowd.kinetics.contribution(drive, potentiation);
        let after = crowd.kinetics.contribution(drive, potentiation + size);
        state.kick(target, neuron, size / common.scale);
        let mut change = Change::NONE;
        change.add(&before, &after, 0.0);
        crowd.pass(0.0, 1, &change);
        self.updates += 1.0;
        let jump = Jump {
            time: self.start,
            source_population: source,
            source_neuron: None,
            target_population: target,
            target_neuron: neuron,
        };
        state.count(&jump);
        if O::WATCHES_JUMPS {
            observer.jump(network, state, &jump);
        }
    }
}

/// Bounds of a rate over a time without steps.
fn external_bounds(rate: &Schedule, start: f64, span: f64) -> (f64, f64) {
    let (value, change) = (rate.value(start), rate.derivative_bound() * span);
    if change == 0.0 {
        return (value, value);
    }
    ((value - change).max(rate.minimum()).max(0.0), (value + change).min(rate.supremum_from(start)))
}

/// Index of the interval of lengths `weights` in which `level` lies, and where in it.
fn pick(weights: &[f64], mut level: f64) -> (usize, f64) {
    let mut last = 0;
    for (index, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
        if level < *weight {
            return (index, level);
        }
        level -= weight;
        last = index;
    }
    // Only by rounding of the sum: the top of the last interval.
    (last, weights[last].next_down())
}

impl Method for TargetDriven {
    fn restart(&mut self, network: &Network, state: &NetworkState, time: f64) {
        self.start = time;
        self.end = None;
        self.step = network.next_step(time).unwrap_or(f64::INFINITY);
        self.crowds.iter_mut().for_each(|crowd| crowd.inflow.release());
        self.sum_afresh(network, state);
    }

    fn advance<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        until: f64,
        observer: &mut O,
    ) -> Progress {
        for _ in 0..SEGMENTS_PER_LOOK {
            if self.end.is_none() {
                if self.start >= until {
                    return Progress::Reached;
                }
                self.plan(network, state);
            }
            let Some((end, ending)) = self.end else { unreachable!("just planned") };
            self.apply(network, state, end.min(until), observer);
            if end > until {
                return Progress::Reached;
            }
            self.finish(network, state, (end, ending), observer);
        }
        Progress::Paused
    }
}

#[cfg(test)]
mod tests {
    use equipoise_model::gain::Logistic;
    use equipoise_model::schedule::Sine;
    use equipoise_model::{Coupling, Gain, InitialLaw, Kind, NeuronPopulation, Transmission};

    use super::*;

    /// Drives that sweep the neurons through their thresholds, one smoothly, one by steps.
    fn swept_pair(count: usize, max_rate: f64) -> Network {
        let sine = Sine { mean: 0.3, amplitude: 4.0, frequency: 1.0, phase: 0.0 };
        let steps = (0..2000).map(|i| (f64::from(i) * 0.7, 5.0 * f64::from(i % 3 - 1)));
        let population = |name: &str, kind, drive| NeuronPopulation {
            name: name.to_owned(),
            kind,
            fraction: 1.0,
            count,
            time_constant: 0.8,
            drive,
            gain: Gain::Logistic(Logistic { max_rate, threshold: 0.2, slope: 0.1 }),
            initial: InitialLaw::Normal { mean: 0.0, variance: 0.25 },
        };
        Network {
            size: count as f64,
            transmission: Transmission::Independent,
            populations: vec![
                population("E", Kind::Excitatory, Schedule::Sine(sine)),
                population("I", Kind::Inhibitory, Schedule::Steps(steps.collect())),
            ],
            externals: Vec::new(),
            coupling: Coupling::from_rows(&[vec![0.3, -0.3], vec![0.3, -0.3]]),
        }
    }

    fn exact_sum(network: &Network, state: &NetworkState, index: usize, time: f64) -> f64 {
        let gain = &network.populations[index].gain;
        state.potentiations(index, time).map(|z| gain.intensity(z)).sum()
    }

    /// At the start of a segment: `|R_b - R^| <= e_b`.
    fn assert_errors(method: &TargetDriven, network: &Network, state: &NetworkState) {
        for (index, crowd) in method.crowds.iter().enumerate() {
            let exact = exact_sum(network, state, index, method.start);
            let error = crowd.sum.error(method.start - method.summed);
            let value = crowd.sum.value;
            assert!((exact - value).abs() <= error, "{exact} {value} {error}");
        }
    }

    /// Within a segment: `L_b <= R_b <= B_b`, to rounding.
    fn assert_bounds(method: &TargetDriven, network: &Network, state: &NetworkState, time: f64) {
        for (index, (lower, upper)) in method.lower.iter().zip(&method.upper).enumerate() {
            let exact = exact_sum(network, state, index, time);
            let rounding = 8.0 * f64::EPSILON * exact;
            assert!(
                *lower <= exact + rounding && exact <= upper + rounding,
                "{lower} {exact} {upper}"
            );
        }
    }

    #[test]
    fn carried_sums_stay_within_their_errors_and_bounds() {
        for (count, max_rate) in [(1, 0.3), (1, 3.0), (2, 20.0), (30, 0.01), (30, 1.0), (300, 1.0)]
        {
            let network = swept_pair(count, max_rate);
            let mut state = NetworkState::initial(&network, 1, 0);
            let mut method = TargetDriven::new(&network, 1, 0);
            let (mut start, mut looks) = (0.0, 0);
            while let Some(step) = network.next_step(start).filter(|_| looks < 20_000) {
                method.restart(&network, &state, start);
                while method.start < step && looks < 20_000 {
                    method.plan(&network, &mut state);
                    assert_errors(&method, &network, &state);
                    let (end, ending) = method.end.expect("planned");
                    for part in 0..=4 {
                        let before_end = if part == 4 { end.next_down() } else { end };
                        let time =
                            method.start + 0.25 * f64::from(part) * (before_end - method.start);
                        method.apply(&network, &mut state, time, &mut Nothing);
                        assert_bounds(&method, &network, &state, time);
                        looks += 1;
                    }
                    method.apply(&network, &mut state, end, &mut Nothing);
                    method.finish(&network, &mut state, (end, ending), &mut Nothing);
                }
                state.restart(&network, step);
                start = step;
            }
        }
    }

    struct Nothing;
    impl Observer for Nothing {}
}
