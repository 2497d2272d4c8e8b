//! The windowed method: one large network with independent transmission on all cores, the same jumps on any number of them.
//!
//! Use it where a network no longer fits in the caches, or where there are fewer networks than cores. It is the
//! [target-driven method](crate::target_driven), whose symbols are used here, with the order of work changed: not jump after jump, but
//! the neurons of one *block* after the other, each over a whole *window* of time, in which a neuron jumps a few times at most.
//!
//! For a window of planned length `T` bounds `L_b <= R_b(t) <= B_b` are chosen, a few standard deviations about the carried sums. Jumps with
//! levels below `C_ab = max(L_b - [a = b] own_b, 0)` need no decision, and no knowledge of other blocks: each block draws its own
//! from a stream of its own (`chunk`), applies them in order and sums what they change by *bins* of time (`block`, `steps`, `bins`). The candidates
//! between `C_ab` and `B_b`, some ten in a window, are drawn beforehand (`pace`); each begins a bin. After all blocks are done, what the
//! candidates are and how far the window holds follows from the bins, in the order of time (`resolve`).
//!
//! # Why the law is exact
//!
//! 1. **Candidates.** As in steps 1 and 2 of the target-driven method, candidates of channel (a, b) come at the constant rate
//!    `N_a B_b` with a uniform target and a level `u` uniform on `[0, B_b)`, and one is a jump if `u < R_b(t) - [a = b] lambda_b(z_b^k)`. Where
//!    `u < C_ab` it is one whatever the state. Candidates with levels below `C_ab` onto different blocks, and those above, are independent
//!    Poisson processes; so each block has a stream, and the doubtful candidates have one.
//! 2. **Commuting.** Until the next doubtful candidate that happens, a block's jumps depend on its own stream alone. They move
//!    their targets by amounts that depend on time and type alone, so blocks can be worked off in any order, on any core.
//! 3. **Decisions in the block.** A doubtful candidate with `u < L_b - lambda_b(z_b^k)` is a jump, as `L_b <= R_b`; the block that holds its target knows
//!    the right-hand side.
//! 4. **Decisions by sums.** Of any other one, the sum at its time decides: `R^_b(t)` is the carried sum at the start, plus the changes by the jumps of all bins
//!    before it, plus the slopes of all these times the time since; `|R_b - R^_b| <= E_b`, a bound that is set beforehand. They are looked at in the order of time, so all
//!    before one are known. One that happens changes what the later jumps onto its target change: these are known (`Block::followed`), and are put right in
//!    their bins (`Block::accept`). Where there are several candidates of one target, the block is worked off once more from its start (`Block::repeat`), with the same random numbers.
//! 5. **Doubt is decided by the truth.** If the level is within `E_b` of `R^_b - lambda_b(z_b^k)`, the window ends there, `R_b` is summed over all neurons, in
//!    vectors, or one by one where their errors leave doubt, too, and the same level is decided by it.
//! 6. **The end is a stopping time.** The window ends at the first jump, or beginning of a bin, after which `R^_b`, continued until
//!    the next bin as if no jump came, is not within the bounds by more than `E_b`; at the first jump that brings a neuron above the
//!    *ceiling* whose intensity is `own_b`; at the first jump after which the error of the sum may be larger than `E_b`; at a candidate of step 5; or as planned. All of these depend on what is before
//!    them alone. What comes later in the plan is thrown away: blocks are brought to the end that was found, and the next window starts there with
//!    numbers that were not used before. (It must not be the window that is thrown away: that would prefer windows in
//!    which the sums stay where they are.)
//! 7. **Looking is cheap and changes nothing.** Whether a bin, in whatever order its jumps come, can leave the bounds is looked at first, by the sum of
//!    the increases and the sum of the decreases; only where it can, its jumps are looked at in their order (`first_exit`).
//!    The first rule is the stricter one, so the end is that of step 6 either way.
//! 8. **Errors** of carried sums are those of step 6 of the target-driven method; they are renewed when they are worth it, and at steps.
//!
//! Lengths of windows, bounds and blocks ([`Pace`]) change the cost and not the law. They depend on the past of the run alone, and sums over blocks are taken in
//! their order; so results depend neither on threads, nor on when the caller pauses (the state is shown by working the blocks off until then, and
//! once more for the rest).
//!
//! Steps 1 and 3 to 8 are asserted along runs by this module's tests, with windows that end in each of these ways and a method that breaks
//! step 6; the laws of counts, marks and gaps are tested in `tests/`, beside those of the other methods, with bounds so narrow and
//! blocks so small that everything happens in small networks, too.
//!
//! # Memory
//! 16 bytes for each neuron: the deviation, and the one at the start of the window.

mod bins;
mod block;
mod candidate;
mod chunk;
mod crowd;
mod pace;
mod resolve;
mod show;
mod steps;

use equipoise_model::{GainFunction, Network};
use rayon::prelude::*;

use crate::jump::Jump;
use crate::method::{Method, Progress};
use crate::observer::Observer;
use crate::state::NetworkState;
use crate::stream::{Purpose, Stream, stream};
use crate::target_driven::kinetics::Contribution;
use crate::vector::InstructionSet;

use bins::{Bin, Total};
use block::{Block, Record, Window};
use candidate::Candidate;
use crowd::Crowd;
pub use pace::Pace;
use resolve::Ending;
use serde::{Deserialize, Serialize};

/// Jumps per neuron after which the sums are taken anew, whatever their error.
const MOST_JUMPS_PER_SUM: f64 = 64.0;
/// Jumps per neuron before which they are not, as long as their error brings no doubt of its own.
const LEAST_JUMPS_PER_SUM: f64 = 0.25;
/// Jumps per neuron after which sums over gains with kinks are taken anew.
const JUMPS_PER_LIFE: f64 = 16.0;
/// The error of a sum that is worth a fresh one, as a part of the distance between its bounds.
const WORTHWHILE: f64 = 1.0 / 16.0;
/// Jumps of a window for which it is worth waking other threads.
const LEAST_SHARED_JUMPS: f64 = 4096.0;
/// Neurons that one thread sums at a time.
const SUMMED_TOGETHER: usize = 4096;

/// See the [module](self).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Windowed {
    #[serde(skip, default = "InstructionSet::best")]
    instructions: InstructionSet,
    decisions: Stream,
    pace: Pace,
    /// Jumps per neuron that the next window is to hold.
    density: f64,
    crowds: Vec<Crowd>,
    blocks: Vec<Block>,
    /// The first block of each population.
    firsts: Vec<usize>,
    neurons: f64,
    /// Start of the window.
    start: f64,
    /// Its planned length and end.
    length: f64,
    horizon: f64,
    /// How it ends, once that is known.
    ending: Option<Ending>,
    /// The next step of a drive or an external rate.
    step: f64,
    /// Time of the last fresh sums, and how long they are used at most.
    summed: f64,
    lifetime: f64,
    /// Jumps since then.
    updates: f64,
    /// Where bins begin, and the candidate (block, number) at which they do.
    edges: Vec<f64>,
    starters: Vec<Option<(usize, usize)>>,
    /// What jumps onto each population change in each bin, and in all.
    bins: Vec<Vec<Bin>>,
    totals: Vec<Total>,
    /// Rates of candidates that may need a decision, rows are target populations; their sum.
    doubts: Vec<f64>,
    doubt: f64,
    /// Jumps until the start of the window, (target, source).
    tally: Vec<u64>,
    /// How far the state has been brought in the window.
    shown: f64,
    /// The jumps of the window by population and in order, where somebody watches, and how many have been shown.
    watched: Vec<(usize, Record)>,
    seen: usize,
}

impl Windowed {
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
        let pace = Pace::of(network.neuron_count());
        Self::with_pace(network, (seed, replicate), instructions, pace)
    }

    /// The same at another pace: other jumps, with the same law.
    pub fn with_pace(
        network: &Network,
        (seed, replicate): (u64, u64),
        instructions: InstructionSet,
        pace: Pace,
    ) -> Self {
        let populations = network.population_count();
        let channels = populations * network.source_count();
        let (mut blocks, mut firsts) = (Vec::new(), Vec::new());
        for (population, description) in network.populations.iter().enumerate() {
            firsts.push(blocks.len());
            for first in (0..description.count).step_by(pace.block) {
                let neurons = pace.block.min(description.count - first);
                let place = (seed, replicate, blocks.len());
                let sources = network.source_count();
                blocks.push(Block::new((population, first), neurons, sources, place));
            }
        }
        Self {
            instructions,
            decisions: stream(seed, replicate, Purpose::Decisions),
            density: pace.jumps,
            pace,
            crowds: (0..populations).map(|index| Crowd::new(network, index)).collect(),
            blocks,
            firsts,
            neurons: network.neuron_count() as f64,
            start: 0.0,
            length: 0.0,
            horizon: 0.0,
            ending: None,
            step: f64::INFINITY,
            summed: 0.0,
            lifetime: f64::INFINITY,
            updates: 0.0,
            edges: Vec::new(),
            starters: Vec::new(),
            bins: vec![Vec::new(); populations],
            totals: vec![Total::NONE; populations],
            doubts: vec![0.0; channels],
            doubt: 0.0,
            tally: vec![0; channels],
            shown: 0.0,
            watched: Vec::new(),
            seen: 0,
        }
    }

    fn sum_afresh(&mut self, network: &Network, state: &NetworkState) {
        self.summed = self.start;
        self.updates = 0.0;
        self.lifetime = self.lifetime(network);
        for (index, crowd) in self.crowds.iter_mut().enumerate() {
            crowd.look(network, state, index, self.start);
            crowd.kinetics.lifetime = self.lifetime;
            let deviations = state.deviations(index);
            let part = |chunk: &[f64]| {
                crowd.kinetics.total(chunk, crowd.scale, &crowd.motion, self.instructions)
            };
            let parts: Vec<Contribution> = if deviations.len() > SUMMED_TOGETHER {
                deviations.par_chunks(SUMMED_TOGETHER).map(part).collect()
            } else {
                vec![part(deviations)]
            };
            let total = parts.into_iter().fold(Contribution::NONE, Contribution::and);
            crowd.renew(&total, network.populations[index].drive.supremum_from(self.start));
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

    fn is_due(&self) -> bool {
        let age = self.start - self.summed;
        let is_worn = |crowd: &Crowd| {
            crowd.sum.error(age) > WORTHWHILE * (crowd.upper - crowd.lower).max(crowd.stride)
        };
        let doubt = |crowd: &Crowd| crowd.sum.error(age) * self.neurons * self.length;
        self.start >= self.summed + self.lifetime
            || self.updates > MOST_JUMPS_PER_SUM * self.neurons
            || self.crowds.iter().any(|crowd| {
                is_worn(crowd)
                    && (self.updates >= LEAST_JUMPS_PER_SUM * self.neurons || doubt(crowd) > 1.0)
            })
    }

    /// Works the next window off and finds out where it ends.
    fn plan<O: Observer>(&mut self, network: &Network, state: &mut NetworkState) {
        state.refresh(self.start);
        if self.is_due() {
            self.sum_afresh(network, state);
        }
        for (index, crowd) in self.crowds.iter_mut().enumerate() {
            crowd.look(network, state, index, self.start);
        }
        self.set_pace(network);
        self.draw_candidates(network);
        self.tally.copy_from_slice(state.tally());
        self.work_off(network, state, self.length, |block, window, deviations| {
            block.start(window, deviations);
        });
        let ending = self.resolve(network, state);
        self.ending = Some(ending);
        self.shown = self.length;
        if O::WATCHES_JUMPS {
            self.watch(network, state);
        } else {
            self.show(network, state, ending.since);
        }
    }

    /// Does something with all blocks at once.
    fn work_off(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        until: f64,
        work: impl Fn(&mut Block, &Window<'_>, &mut [f64]) + Sync,
    ) {
        let parallel = self.density * self.neurons >= LEAST_SHARED_JUMPS;
        let Self { crowds, edges, instructions, blocks, pace, .. } = self;
        let window = Window { network, crowds, edges, until, instructions: *instructions };
        let deviations = state.blocks(pace.block);
        if parallel {
            let deviations: Vec<&mut [f64]> = deviations.collect();
            // One by one, so that a thread that comes late finds as much as it can still do.
            let pairs = blocks.par_iter_mut().zip(deviations).with_max_len(1);
            pairs.for_each(|(block, deviations)| work(block, &window, deviations));
        } else {
            let pairs = blocks.iter_mut().zip(deviations);
            pairs.for_each(|(block, deviations)| work(block, &window, deviations));
        }
    }

    /// Brings the sums to the end of the window, and decides what ended it.
    fn finish<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        ending: Ending,
        observer: &mut O,
    ) {
        if ending.since < self.length {
            self.add_up();
        }
        for (index, crowd) in self.crowds.iter_mut().enumerate() {
            let mut bin = Bin::default();
            self.bins[index].iter().for_each(|own| bin.add_all(own));
            crowd.pass(ending.since, &bin, &self.totals[index]);
            self.updates += self.totals[index].count;
        }
        self.blocks.iter_mut().for_each(Block::commit);
        let is_whole = ending.since >= self.length;
        self.start = self.end(ending);
        self.ending = None;
        self.density = if is_whole {
            (1.2 * self.density).min(self.pace.jumps)
        } else {
            (0.6 * self.density).max(0.01 * self.pace.jumps)
        };
        if let Some(place) = ending.undecided {
            self.decide(network, state, place, observer);
        }
    }

    fn end(&self, ending: Ending) -> f64 {
        if ending.since < self.length {
            (self.start + ending.since).min(self.horizon)
        } else {
            self.horizon
        }
    }

    /// Decides the candidate at which the window ended by the state, and lets it happen if it is a jump.
    fn decide<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        (block, number): (usize, usize),
        observer: &mut O,
    ) {
        let candidate = self.blocks[block].candidates[number];
        let population = self.blocks[block].population;
        let neuron = self.blocks[block].first + candidate.target as usize;
        self.sum_afresh(network, state);
        if self.is_jump(network, state, (population, neuron), &candidate) {
            let scale = state.common(population, self.start).scale;
            state.kick(population, neuron, network.jump(population, candidate.source) / scale);
            let jump = Jump {
                time: self.start,
                source_population: candidate.source,
                source_neuron: None,
                target_population: population,
                target_neuron: neuron,
            };
            state.count(&jump);
            if O::WATCHES_JUMPS {
                observer.jump(network, state, &jump);
            }
            self.sum_afresh(network, state);
        }
    }

    /// Whether a candidate onto this neuron is a jump: by the sums, which are fresh, or by all neurons one by one.
    fn is_jump(
        &self,
        network: &Network,
        state: &NetworkState,
        (population, neuron): (usize, usize),
        &Candidate { source, level, .. }: &Candidate,
    ) -> bool {
        let gain = &network.populations[source].gain;
        let own = if source == population {
            gain.intensity(state.potentiation(population, neuron, self.start))
        } else {
            0.0
        };
        let sum = &self.crowds[source].sum;
        let error = 2.0 * sum.error(0.0) + 16.0 * f64::EPSILON * sum.value;
        if (level - (sum.value - own)).abs() > error {
            return level < sum.value - own;
        }
        let sum: f64 = state.potentiations(source, self.start).map(|z| gain.intensity(z)).sum();
        level < sum - own
    }
}

impl Method for Windowed {
    fn restart(&mut self, network: &Network, state: &NetworkState, time: f64) {
        debug_assert!(self.ending.is_none(), "a window reaches across a step");
        self.start = time;
        self.ending = None;
        self.step = network.next_step(time).unwrap_or(f64::INFINITY);
        self.sum_afresh(network, state);
    }

    fn advance<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        until: f64,
        observer: &mut O,
    ) -> Progress {
        if self.ending.is_none() {
            if self.start >= until {
                return Progress::Reached;
            }
            self.plan::<O>(network, state);
        }
        let Some(ending) = self.ending else { unreachable!("just planned") };
        let is_over = self.end(ending) <= until;
        let since = if is_over { ending.since } else { until - self.start };
        if O::WATCHES_JUMPS {
            self.show_jumps(network, state, since, observer);
        } else {
            self.show(network, state, since);
        }
        if !is_over {
            return Progress::Reached;
        }
        self.finish(network, state, ending, observer);
        Progress::Paused(self.start)
    }
}

#[cfg(test)]
mod tests;
