//! What exactness rests on, looked at while the method runs.

use equipoise_model::{Coupling, Schedule};

use super::candidate::Status;
use super::*;
use crate::TargetDriven;
use crate::method::simulate;
use crate::target_driven::tests::{Nothing, driven_pair, exact_sum, gains, logistic, swept_pair};
use crate::trajectory::{Trajectory, TrajectoryRecorder};
use bins::Course;

/// Looks at each run.
const LOOKS: u32 = 10_000;

/// Small blocks and few bins, or bounds that leave jumps little room.
fn pace(network: &Network, is_narrow: bool) -> Pace {
    let usual = Pace::of(network.neuron_count());
    if is_narrow {
        Pace { jumps: 2.0, deviations: 0.2, parts: 128, block: 64 }
    } else {
        Pace { deviations: 1.0, parts: 4, block: 7, ..usual }
    }
}

fn method(network: &Network, is_narrow: bool) -> Windowed {
    Windowed::with_pace(network, (1, 0), InstructionSet::best(), pace(network, is_narrow))
}

/// What has happened in the windows of a run.
#[derive(Debug, Default)]
struct Seen {
    looks: u32,
    windows: u32,
    /// Windows that ended before their planned end, at a jump or at a candidate that the carried sums could not decide.
    exits: u32,
    undecided: u32,
    /// Candidates that the sums decided.
    accepted: u32,
    rejected: u32,
    /// Those accepted that had a target of their own, in windows that were worked off to their end.
    alone: u32,
}

impl Seen {
    fn count(&mut self, method: &Windowed, ending: Ending) {
        self.windows += 1;
        let is_early = ending.since < method.length;
        self.undecided += u32::from(ending.undecided.is_some());
        self.exits += u32::from(is_early && ending.undecided.is_none());
        let inside = method.crowds.len();
        for candidate in method.blocks.iter().flat_map(|block| &block.candidates) {
            let by_sums = candidate.source < inside;
            self.accepted += u32::from(by_sums && candidate.status == Status::Accepted);
            self.rejected += u32::from(by_sums && candidate.status == Status::Rejected);
        }
    }
}

/// Within a window: `|R_b - R^| <= E_b`, `L_b <= R_b <= B_b` and `C_ab <= R_b - lambda_b(z)`; to rounding. Returns how often the
/// second is not so.
fn look(method: &mut Windowed, network: &Network, state: &mut NetworkState, since: f64) -> u32 {
    method.show(network, state, since);
    method.add_up();
    let mut violations = 0;
    for (b, crowd) in method.crowds.iter().enumerate() {
        let exact = exact_sum(network, state, b, method.start + since);
        let rounding = 8.0 * f64::EPSILON * exact;
        let mut course = Course::from(crowd.sum.value, crowd.sum.slope);
        method.bins[b].iter().for_each(|bin| course.pass(bin));
        let off = (exact - course.value(since)).abs();
        assert!(off <= crowd.allowance + rounding, "{off} {}", crowd.allowance);
        let holds = crowd.lower <= exact + rounding && exact <= crowd.upper + rounding;
        violations += u32::from(!holds);
        let gain = &network.populations[b].gain;
        for z in state.potentiations(b, method.start + since) {
            let own = gain.intensity(z);
            let is_below = own <= crowd.own * (1.0 + 1e-12);
            let is_certain = crowd.certain[b] <= exact + rounding - own;
            violations += u32::from(!(is_below && is_certain));
        }
    }
    violations
}

/// After a window: `|R_b - R^| <= e_b`.
fn assert_errors(method: &Windowed, network: &Network, state: &NetworkState) {
    for (b, crowd) in method.crowds.iter().enumerate() {
        let exact = exact_sum(network, state, b, method.start);
        let off = (exact - crowd.sum.value).abs();
        assert!(off <= crowd.sum.error(method.start - method.summed), "{off}");
    }
}

/// Whether the candidate (block, number) at the end of a window is a jump, by all neurons.
fn truth(
    method: &Windowed,
    network: &Network,
    state: &NetworkState,
    (block, number): (usize, usize),
) -> bool {
    let Block { population, first, ref candidates, .. } = method.blocks[block];
    let Candidate { since, target, source, level, .. } = candidates[number];
    let time = method.start + since;
    let z = state.potentiation(population, first + target as usize, time);
    let own =
        if source == population { network.populations[source].gain.intensity(z) } else { 0.0 };
    level < exact_sum(network, state, source, time) - own
}

/// What candidates that were accepted one by one have changed is what their blocks do when they are worked off once more. Returns their number.
fn assert_accepted(method: &mut Windowed, network: &Network, state: &mut NetworkState) -> u32 {
    let mut count = 0;
    for index in 0..method.blocks.len() {
        let block = method.blocks[index].clone();
        let is_accepted = |i: &usize| block.candidates[*i].status == Status::Accepted;
        let accepted = (0..block.candidates.len()).filter(is_accepted);
        count += accepted.filter(|i| block.is_alone(*i)).count() as u32;
        let range = block.first..block.first + block.origin.len();
        let deviations = state.deviations(block.population)[range.clone()].to_vec();
        method.repeat(network, state, index, method.length, |_| ());
        assert_eq!(deviations, state.deviations(block.population)[range]);
        let again = &method.blocks[index];
        assert_eq!(block.counts, again.counts);
        // Roundings of each jump, of its intensity and of its speed.
        let crowd = &method.crowds[block.population];
        let relative = 16.0 * (f64::EPSILON + crowd.kinetics.relative_error());
        let intensity = relative * block.total.count * crowd.own;
        let slope = relative * crowd.kinetics.derivative_bound * block.total.speed;
        for (bin, again) in block.bins.iter().zip(&again.bins) {
            let off = (bin.rise + bin.fall - again.rise - again.fall).abs();
            assert!(off <= intensity, "{bin:?} {again:?}");
            assert!((bin.slope - again.slope).abs() <= slope, "{bin:?} {again:?}");
            let lag = slope * method.length;
            assert!((bin.lag - again.lag).abs() <= lag, "{bin:?} {again:?}");
        }
        method.blocks[index] = block;
    }
    count
}

/// Follows a run, looking at five times within each window.
fn follow(network: &Network, is_narrow: bool) -> Seen {
    let mut state = NetworkState::initial(network, 1, 0);
    let mut method = method(network, is_narrow);
    let (mut start, mut seen) = (0.0, Seen::default());
    while let Some(step) = network.next_step(start).filter(|_| seen.looks < LOOKS) {
        method.restart(network, &state, start);
        while method.start < step && seen.looks < LOOKS {
            method.plan::<Nothing>(network, &mut state);
            let ending = method.ending.expect("planned");
            seen.count(&method, ending);
            if ending.since >= method.length {
                seen.alone += assert_accepted(&mut method, network, &mut state);
            }
            for part in 0..=4 {
                let last = if part == 4 { ending.since.next_down() } else { ending.since };
                let violations =
                    look(&mut method, network, &mut state, 0.25 * f64::from(part) * last);
                assert_eq!(violations, 0, "{ending:?}");
                seen.looks += 1;
            }
            method.show(network, &mut state, ending.since);
            method.add_up();
            let tally: u64 = state.tally().iter().sum();
            let is_jump = ending.undecided.map(|place| truth(&method, network, &state, place));
            method.finish(network, &mut state, ending, &mut Nothing);
            let jumps = state.tally().iter().sum::<u64>() - tally;
            assert_eq!(jumps, u64::from(is_jump.unwrap_or_default()));
            assert_errors(&method, network, &state);
        }
        state.restart(network, step);
        start = step;
    }
    seen
}

#[test]
fn sums_stay_within_their_errors_and_bounds() {
    for (count, max_rate) in [(1, 3.0), (2, 20.0), (30, 0.1), (30, 1.0), (300, 1.0)] {
        let seen = follow(&swept_pair(count, &logistic(max_rate)), false);
        println!("{count} {max_rate}: {seen:?}");
    }
}

#[test]
fn so_they_do_where_bounds_are_narrow() {
    let seen = follow(&swept_pair(300, &logistic(1.0)), true);
    println!("{seen:?}");
    assert!(seen.exits > seen.windows / 10, "{seen:?}");
    assert!(seen.accepted > 100 && seen.rejected > 100 && seen.alone > 100, "{seen:?}");
}

#[test]
fn so_they_do_for_every_gain() {
    for gain in gains() {
        for count in [3, 40] {
            let seen = follow(&swept_pair(count, &gain), false);
            println!("{gain:?} {count}: {seen:?}");
        }
    }
}

#[test]
fn so_they_do_with_external_sources_that_vary() {
    let seen = follow(&driven_pair(), false);
    assert!(seen.looks >= LOOKS, "{seen:?}");
}

/// The power of those tests: beyond the end that was found, bounds do not hold.
#[test]
fn bounds_are_left_after_the_windows_that_end_by_them() {
    let network = swept_pair(300, &logistic(1.0));
    let mut state = NetworkState::initial(&network, 1, 0);
    let mut method = method(&network, true);
    method.restart(&network, &state, 0.0);
    let (mut exits, mut violated) = (0, 0);
    while exits < 100 {
        method.plan::<Nothing>(&network, &mut state);
        let ending = method.ending.expect("planned");
        if ending.since < method.length && ending.undecided.is_none() {
            exits += 1;
            let later =
                |part: i32| ending.since + 0.1 * f64::from(part) * (method.length - ending.since);
            let times: Vec<f64> = (1..10).map(later).collect();
            let is_violated = |time: &f64| look(&mut method, &network, &mut state, *time) > 0;
            violated += u32::from(times.iter().any(is_violated));
        }
        method.show(&network, &mut state, ending.since);
        method.add_up();
        method.finish(&network, &mut state, ending, &mut Nothing);
        if method.start >= method.step {
            let step = method.step;
            state.restart(&network, step);
            method.restart(&network, &state, step);
        }
    }
    assert!(violated > 30, "{violated} of {exits}");
}

/// Undecided candidates come where the sums are least certain: with a table for a gain.
#[test]
fn candidates_that_sums_cannot_decide_end_windows() {
    let network = swept_pair(300, &gains().pop().expect("some gains"));
    let seen = follow(&network, false);
    assert!(seen.undecided > 10, "{seen:?}");
}

fn run(method: Windowed, network: &Network, times: &[f64]) -> Trajectory {
    let mut recorder = TrajectoryRecorder::new(network, 0);
    simulate(network, method, (1, 0), times, &mut recorder, || false);
    recorder.into_trajectory()
}

#[test]
fn threads_change_no_bit() {
    let mut network = swept_pair(20_000, &logistic(1.0));
    network.populations[1].count = 25_000;
    assert!(Pace::of(network.neuron_count()).jumps * 45_000.0 > LEAST_SHARED_JUMPS);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| run(Windowed::new(&network, 1, 0), &network, &[0.0, 1e-4, 1.3e-3]))
    };
    let alone = on(1);
    assert!(alone.jumps.iter().sum::<u64>() > 100_000);
    assert_eq!(alone, on(2));
    assert_eq!(alone, on(7));
}

/// A wrong method: a window that its bounds end is thrown away from its beginning, and another is drawn in its place.
struct Forgetful(Windowed);

impl Method for Forgetful {
    fn restart(&mut self, network: &Network, state: &NetworkState, time: f64) {
        self.0.restart(network, state, time);
    }

    fn advance<O: Observer>(
        &mut self,
        network: &Network,
        state: &mut NetworkState,
        until: f64,
        observer: &mut O,
    ) -> Progress {
        if self.0.ending.is_none() && self.0.start < until {
            loop {
                self.0.plan::<O>(network, state);
                let ending = self.0.ending.expect("planned");
                if ending.since >= self.0.length || ending.undecided.is_some() {
                    break;
                }
                for index in 0..self.0.blocks.len() {
                    let Block { population, first, .. } = self.0.blocks[index];
                    let block = &mut self.0.blocks[index];
                    let range = first..first + block.origin.len();
                    state.parts(population).0[range].copy_from_slice(&block.origin);
                    block.commit();
                }
                state.tally_mut().copy_from_slice(&self.0.tally);
            }
        }
        self.0.advance(network, state, until, observer)
    }
}

/// Replicates of each method.
const REPLICATES: u64 = 500;

/// Mean number of jumps in a network that excites itself, and its squared standard error.
fn jumps<M: Method>(network: &Network, seed: u64, method: impl Fn(u64) -> M + Sync) -> (f64, f64) {
    let count = |replicate| {
        let mut recorder = TrajectoryRecorder::new(network, replicate);
        simulate(network, method(replicate), (seed, replicate), &[0.5], &mut recorder, || false);
        recorder.into_trajectory().jumps.iter().sum::<u64>() as f64
    };
    let counts: Vec<f64> = (0..REPLICATES).into_par_iter().map(count).collect();
    let mean = counts.iter().sum::<f64>() / REPLICATES as f64;
    let square = counts.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
    (mean, square / (REPLICATES * (REPLICATES - 1)) as f64)
}

/// Level 1e-4: 3.9 standard errors.
#[test]
fn windows_thrown_away_from_their_beginning_are_found_out() {
    let mut network = swept_pair(60, &logistic(1.0));
    for population in &mut network.populations {
        population.drive = Schedule::Constant(0.0);
    }
    network.coupling = Coupling::from_rows(&[vec![1.0, -0.2], vec![1.0, -0.2]]);
    let pace = pace(&network, true);
    let windowed = |seed| {
        let network = &network;
        move |r| Windowed::with_pace(network, (seed, r), InstructionSet::best(), pace)
    };
    let exact = jumps(&network, 1, |replicate| TargetDriven::new(&network, 1, replicate));
    let right = jumps(&network, 2, windowed(2));
    let wrong = jumps(&network, 3, |replicate| Forgetful(windowed(3)(replicate)));
    let score = |(mean, square): (f64, f64)| (mean - exact.0) / (square + exact.1).sqrt();
    println!("{} {}", score(right), score(wrong));
    assert!(score(right).abs() < 3.9, "{right:?} {exact:?}");
    assert!(score(wrong).abs() > 3.9, "{wrong:?} {exact:?}");
}
