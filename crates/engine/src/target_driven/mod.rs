//! The target-driven method: jumps in segments, from intensity sums that are carried along.
//!
//! Use it for independent transmission whenever the sources of single jumps are not wanted: one random access for each
//! jump, almost no rejection at any rate, no bound of the gain.
//!
//! Under independent transmission the intensity of `b`-jumps is the same for all targets but for the excluded
//! self-synapse: towards neuron `(a, k)` it is `R_b(t) - [a = b] lambda_b(z_b^k)` with `R_b = sum_j lambda_b(z_b^j)`. So
//! targets and types are drawn, and no source is. Time is cut into *segments*. For each, bounds are set up for which
//!
//! ```math
//! L_b \le R_b(t) \le B_b \qquad \text{until the end of the segment},
//! ```
//!
//! and jumps below `C_ab = max(L_b - [a = b] own_b, 0)`, with `own_b` the largest intensity of one neuron until then, need no
//! decision: onto population `a` they come as a Poisson process of rate `N_a sum_b C_ab`, with uniform targets, types in
//! proportion to `C_ab`, and all of them happen. They are laid out, applied and counted in blocks, by vector
//! instructions (`draws`, `inflow`, `kinetics`). The few candidates between `C_ab` and `B_b` are decided one by one
//! (`decision`).
//!
//! # Why the law is exact
//!
//! 1. **A candidate process above the intensity.** Candidates of channel (a, b) come at the constant rate `N_a B_b` with
//!    uniform target and with a level `u` uniform on `[0, B_b)`; one is a jump if `u < R_b(t) - [a = b] lambda_b(z_b^k)`.
//!    That is thinning (Lewis & Shedler 1979; Ogata 1981), exact wherever `R_b(t) <= B_b`.
//! 2. **The lower part needs no decision.** Where `u < C_ab`, the candidate is a jump whatever the state, as
//!    `C_ab <= R_b - lambda_b(z_b^k)`. Levels below and above `C_ab` are independent Poisson processes, so each is drawn by
//!    itself: the certain ones by a clock for each target population, the doubtful ones by one clock for all.
//! 3. **Clocks run in hazard.** Arrivals at unit rate are drawn ahead, for they depend on nothing; one comes when the
//!    integral of its rate, constant in each segment and known at its start, reaches it. Rates may be changed at the end
//!    of a segment whatever ended it, for that is a stopping time: what is left of an exponential variate is one again.
//! 4. **Order within a segment.** A certain jump moves its target by an amount that depends on its time and type
//!    alone, so jumps onto different neurons commute. Those onto one neuron are applied in order.
//! 5. **The bounds hold** before the end of the segment, and no neuron is above the *ceiling* whose intensity is `own_b`. That is looked at, jump
//!    by jump: `R^` (step 6), continued from the jump to the planned end as if no other jump came, must be within the bounds by more than its error
//!    then, and the jump must leave its neuron below the ceiling. The first jump after which that is not so ends the segment, and later
//!    ones are taken back. So bounds may be as narrow as the sums are likely to stay within. What ends a segment
//!    (its planned length, the `K_b`-th jump onto some population `b`, a doubtful candidate or a jump after which the bounds might not hold,
//!    whichever comes first) depends on the past alone: on the jumps until then, the clocks, and what was planned. (Sums over
//!    a whole segment that are not below what the rule looks at at any of its jumps show at once that there is none such.)
//! 6. **The start is known.** `R_b` is not summed anew for each segment. What is carried is `R^`, changed at each jump by
//!    `lambda(z + jump) - lambda(z)`; its slope `D^`, the sum of `lambda' dz/dt` changed at each jump in the same way; and
//!    `M`, the sum of `L_2 w_j^2 + L_1 (w_j/tau + sup|dI/dt|)`, which never falls. (`L_1`, `L_2` bound `|lambda'|` and `|lambda''|`; `w_j`,
//!    the larger of `|dz_j/dt|` and `tau sup|dI/dt|`, bounds `|dz_j/dt|` until the next jump, because
//!    `d(dz/dt)/dt = -(dz/dt)/tau + dI/dt`.) The terms of `D^` are off by what the neurons have
//!    drifted since their last jumps, in sum by at most `M` times the age of the sums, hence
//!    `|R_b - R^| <= e_b = M age^2/2 + (errors of D^) age + (errors of R^)`. Errors of `R^` and `D^` are roundings, the
//!    relative error of the kernels' exponential, and, for drives that vary, what their motion is beyond first order in
//!    a segment. A neuron that can reach a kink of its gain before the sums are renewed adds what the kink changes in
//!    its slope to the errors of `D^`.
//! 7. **Doubt is decided by the truth.** A doubtful candidate ends its segment, so all jumps before it are in `R^`. If its
//!    level is further than `e_b` from `R^ - own`, then `R_b - own` is on the same side; else `R_b` is summed over all neurons, and
//!    the same level is decided by it.
//! 8. **Steps.** At a step of a drive or an external rate everything carried is taken anew; no segment reaches across.
//!
//! How long segments are, and when sums are renewed, changes the cost and not the law. It depends on the past of the run alone,
//! so that results depend neither on the machine nor on when the caller pauses. (All is to the rounding of a potentiation.)
//!
//! Steps 2, 5 and 6 are asserted along whole runs by this module's tests, with bounds so narrow that many segments end by them, too; the others by the laws of counts, marks and gaps
//! in `tests/`, each test with simulators that break one of them.

mod bounds;
mod crowd;
mod decision;
pub(crate) mod draws;
mod inflow;
pub(crate) mod kinetics;
pub(crate) mod sums;

use equipoise_model::Network;
use rand_distr::{Distribution, Exp1};

use crate::jump::Jump;
use crate::method::{Method, Progress};
use crate::observer::Observer;
use crate::state::NetworkState;
use crate::stream::{Purpose, Stream, stream};
use crate::vector::InstructionSet;

use bounds::Bounds;
use crowd::Crowd;
use serde::{Deserialize, Serialize};

/// Jumps per neuron after which the sums are taken anew, whatever their error.
const MOST_JUMPS_PER_SUM: f64 = 64.0;
/// Jumps per neuron before which they are not.
const LEAST_JUMPS_PER_SUM: f64 = 0.25;
/// Jumps per neuron after which sums over gains with kinks are taken anew.
const JUMPS_PER_LIFE: f64 = 16.0;
/// A segment is at most this many times as long as its jumps take on average.
const PATIENCE: f64 = 2.0;
/// Longest segment with several jumps, in time constants.
const LONGEST_DECAY: f64 = 16.0;
/// Longest segment, where nothing moves at all; its square is still a number.
const LONGEST_SPAN: f64 = 1e150;
/// Segments between two looks at the signal to stop.
const SEGMENTS_PER_LOOK: u32 = 1024;

/// How a segment ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Ending {
    /// By a candidate that must be decided.
    Decision,
    /// By the last jump onto a population that its bounds allow.
    Arrival { population: usize },
    /// By the end of its planned length or of its bounds.
    Horizon,
}

/// See the [module](self).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TargetDriven {
    #[serde(skip, default = "InstructionSet::best")]
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
    bounds: Bounds,
    /// Integrated rate of doubt that is left until the next decision.
    hazard: f64,
    /// Whether jumps come one by one, a good part of a time constant apart.
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
            crowds,
            bounds: Bounds::new(network),
            single: false,
        }
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
        self.updates > MOST_JUMPS_PER_SUM * self.neurons
            || self.crowds.iter().any(|crowd| crowd.is_worn(age))
    }

    /// Length of the next segment, and whether its jumps come one by one.
    fn span(&mut self, network: &Network) -> f64 {
        let total = self.towards_one(network);
        let fastest = self.crowds.iter().map(|c| c.time_constant).fold(f64::INFINITY, f64::min);
        self.single = self.neurons * total * fastest < 4.0;
        let mut span = LONGEST_SPAN.min(self.summed + self.lifetime - self.start);
        let (mut drift, mut bend, mut largest) = (0.0, 0.0, 0.0);
        for crowd in &mut self.crowds {
            if self.single {
                crowd.capacity = 1;
            }
            span = span.min(PATIENCE * crowd.capacity as f64 / (crowd.neurons * total));
            drift += crowd.sum.slope.abs();
            bend += crowd.sum.curvature;
            largest += crowd.sum.largest;
        }
        // About one decision because of the motion.
        let sure = (2.0 * self.neurons * drift).sqrt().max((self.neurons * bend).cbrt()).recip();
        let span = span.min(sure.max(1.0 / (self.neurons * largest)));
        if self.single { span } else { span.min(LONGEST_DECAY * fastest) }
    }

    /// Writes populations anew whose scale has become small.
    fn refresh(&mut self, state: &mut NetworkState) {
        if state.refresh(self.start) {
            self.crowds.iter_mut().for_each(|crowd| crowd.inflow.release());
        }
    }

    fn plan(&mut self, network: &Network, state: &mut NetworkState) {
        if self.is_due() {
            self.sum_afresh(network, state);
        }
        let span = self.span(network).min(self.step - self.start);
        if !self.single {
            self.refresh(state);
        }
        let age = self.start - self.summed;
        self.bounds.set(network, &mut self.crowds, (self.start, span), age + span);
        // Rounding must not bring the end beyond the step.
        let mut end = ((self.start + span).min(self.step), Ending::Horizon);
        let decision = self.start + self.hazard / self.bounds.doubt;
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
        self.settle(state, span);
    }

    /// Applies all jumps of the planned segment, and takes back those after the first beyond which the bounds might not hold.
    fn settle(&mut self, state: &mut NetworkState, span: f64) {
        let Some((mut end, _)) = self.end else { unreachable!("just planned") };
        let horizon = self.start - self.summed + span;
        let mut beyond = None;
        for (index, crowd) in self.crowds.iter_mut().enumerate() {
            let (deviations, tally) = state.parts(index);
            crowd.inflow.apply(deviations, tally, end);
            crowd.look_at_jumps(end - self.start, self.instructions);
        }
        for (index, crowd) in self.crowds.iter().enumerate() {
            let jump = crowd.first_beyond(span, horizon);
            if let Some(jump) = jump.filter(|jump| crowd.inflow.time(*jump) <= end) {
                (end, beyond) = (crowd.inflow.time(jump), Some((index, jump)));
            }
        }
        let Some((population, jump)) = beyond else { return };
        self.end = Some((end, Ending::Horizon));
        for (index, crowd) in self.crowds.iter_mut().enumerate() {
            let count = if index == population { jump + 1 } else { crowd.inflow.count_at(end) };
            let (deviations, tally) = state.parts(index);
            crowd.inflow.rewind(deviations, tally, count);
            crowd.inflow.count = count;
            crowd.look_at_jumps(end - self.start, self.instructions);
        }
    }

    /// Takes back all jumps of the segment, to apply them as time goes on.
    fn rewind(&mut self, state: &mut NetworkState) {
        for (index, crowd) in self.crowds.iter_mut().enumerate() {
            let (deviations, tally) = state.parts(index);
            crowd.inflow.rewind(deviations, tally, 0);
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
            let Crowd { inflow, change, .. } = crowd;
            let (count, change) = (inflow.count, *change);
            debug_assert_eq!(inflow.applied, count, "a jump of the segment was not applied");
            let hazard = inflow.draws.now() + elapsed * inflow.rate;
            inflow.draws.advance(hazard, count, self.instructions);
            crowd.pass(elapsed, count, &change);
            self.updates += count as f64;
        }
        self.updates += 1.0;
        self.hazard = (self.hazard - elapsed * self.bounds.doubt).max(0.0);
        self.start = end;
        self.end = None;
        match ending {
            Ending::Decision => self.decide(network, state, observer),
            Ending::Arrival { population } if self.single => {
                self.arrive(network, state, population, observer);
            }
            Ending::Horizon | Ending::Arrival { .. } => {}
        }
    }
}

impl Method for TargetDriven {
    fn restart(&mut self, network: &Network, state: &NetworkState, time: f64) {
        debug_assert!(self.end.is_none(), "a segment reaches across a step");
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
                if O::WATCHES_JUMPS || self.end.is_none_or(|(end, _)| end > until) {
                    self.rewind(state);
                }
            }
            let Some((end, ending)) = self.end else { unreachable!("just planned") };
            self.apply(network, state, end.min(until), observer);
            if end > until {
                return Progress::Reached;
            }
            self.finish(network, state, (end, ending), observer);
        }
        Progress::Paused(self.start)
    }
}

#[cfg(test)]
pub(crate) mod tests;
