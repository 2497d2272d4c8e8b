//! What exactness rests on, looked at while the method runs.

use equipoise_model::gain::{Logistic, Probit, Tabulated, ThresholdLinear};
use equipoise_model::schedule::Sine;
use equipoise_model::{
    Coupling, ExternalPopulation, Gain, GainFunction, InitialLaw, Kind, NeuronPopulation, Schedule,
    Transmission,
};

use super::draws::LOOKAHEAD;
use super::*;
use crate::method::simulate;
use crate::trajectory::TrajectoryRecorder;

/// Looks at each run.
const LOOKS: u32 = 20_000;

/// Drives that sweep the neurons through their thresholds, one smoothly, one by steps.
pub(crate) fn swept_pair(count: usize, gain: &Gain) -> Network {
    let sine = Sine { mean: 0.3, amplitude: 4.0, frequency: 1.0, phase: 0.0 };
    let steps = (0..2000).map(|i| (f64::from(i) * 0.7, 5.0 * f64::from(i % 3 - 1)));
    let population = |name: &str, kind, drive| NeuronPopulation {
        name: name.to_owned(),
        kind,
        fraction: 1.0,
        count,
        time_constant: 0.8,
        drive,
        gain: gain.clone(),
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

pub(crate) fn exact_sum(network: &Network, state: &NetworkState, index: usize, time: f64) -> f64 {
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

/// Within a segment: `L_b <= R_b <= B_b` for neurons and external sources, and `C_ab <= R_b - lambda_b(z)`; to rounding.
fn assert_bounds(method: &TargetDriven, network: &Network, state: &NetworkState, time: f64) {
    let inside = network.population_count();
    for (b, (lower, upper)) in method.bounds.lower.iter().zip(&method.bounds.upper).enumerate() {
        let exact = match network.externals.get(b.wrapping_sub(inside)) {
            Some(external) => external.count as f64 * external.rate.value(time),
            None => exact_sum(network, state, b, time),
        };
        let rounding = 8.0 * f64::EPSILON * exact;
        assert!(*lower <= exact + rounding && exact <= upper + rounding, "{lower} {exact} {upper}");
        let Some(population) = network.populations.get(b) else { continue };
        let crowd = &method.crowds[b];
        for z in state.potentiations(b, time) {
            let own = population.gain.intensity(z);
            assert!(own <= crowd.own * (1.0 + 1e-12), "{own} {}", crowd.own);
            assert!(crowd.inflow.certain[b] <= exact + rounding - own);
        }
    }
}

pub(crate) fn logistic(max_rate: f64) -> Gain {
    Gain::Logistic(Logistic { max_rate, threshold: 0.2, slope: 0.1 })
}

/// Follows a run, looking at each segment's start and at five times within it.
fn follow(network: &Network) {
    follow_within(network, |_| {});
}

/// The same after something was done to the method in each segment. Returns how many segments ended by their bounds.
fn follow_within(network: &Network, prepare: impl Fn(&mut TargetDriven)) -> u32 {
    let mut state = NetworkState::initial(network, 1, 0);
    let mut method = TargetDriven::new(network, 1, 0);
    let (mut start, mut looks, mut exits) = (0.0, 0, 0);
    while let Some(step) = network.next_step(start).filter(|_| looks < LOOKS) {
        method.restart(network, &state, start);
        while method.start < step && looks < LOOKS {
            prepare(&mut method);
            method.plan(network, &mut state);
            method.rewind(&mut state);
            assert_errors(&method, network, &state);
            let (end, ending) = method.end.expect("planned");
            exits += u32::from(is_exit(&method));
            for part in 0..=4 {
                let last = if part == 4 { end.next_down() } else { end };
                let time = method.start + 0.25 * f64::from(part) * (last - method.start);
                method.apply(network, &mut state, time, &mut Nothing);
                assert_bounds(&method, network, &state, time);
                looks += 1;
            }
            method.apply(network, &mut state, end, &mut Nothing);
            method.finish(network, &mut state, (end, ending), &mut Nothing);
        }
        state.restart(network, step);
        start = step;
    }
    assert!(looks >= LOOKS.min(5000), "{looks} looks");
    exits
}

/// Whether a planned segment ends at a jump by its bounds.
fn is_exit(method: &TargetDriven) -> bool {
    let (end, ending) = method.end.expect("planned");
    let last = |crowd: &Crowd| {
        crowd.inflow.count.checked_sub(1).is_some_and(|last| crowd.inflow.time(last) == end)
    };
    ending == Ending::Horizon && method.crowds.iter().any(last)
}

/// Bounds that leave the jumps little room.
#[test]
fn so_they_do_where_bounds_are_narrow() {
    for (count, max_rate) in [(30, 0.3), (300, 1.0)] {
        let narrow = |method: &mut TargetDriven| {
            for crowd in &mut method.crowds {
                crowd.capacity = LOOKAHEAD;
                crowd.narrow();
            }
        };
        let exits = follow_within(&swept_pair(count, &logistic(max_rate)), narrow);
        assert!(exits > LOOKS / 5 / 10, "{exits} exits");
    }
}

#[test]
fn carried_sums_stay_within_their_errors_and_bounds() {
    for (count, max_rate) in [(1, 0.3), (1, 3.0), (2, 20.0), (30, 0.01), (30, 1.0), (300, 1.0)] {
        follow(&swept_pair(count, &logistic(max_rate)));
    }
}

/// With external sources whose rate varies.
pub(crate) fn driven_pair() -> Network {
    let mut network = swept_pair(30, &logistic(0.3));
    network.externals = vec![ExternalPopulation {
        name: "X".to_owned(),
        fraction: 1.0,
        count: 20,
        rate: Schedule::Sine(Sine { mean: 1.0, amplitude: 0.9, frequency: 3.0, phase: 0.2 }),
    }];
    network.coupling = Coupling::from_rows(&[vec![0.3, -0.3, 0.2], vec![0.3, -0.3, 0.2]]);
    network
}

#[test]
fn so_they_do_with_external_sources_that_vary() {
    follow(&driven_pair());
}

/// Far beyond the time after which the stored numbers are written anew, without a step.
#[test]
fn segments_take_up_numbers_written_anew() {
    let mut network = swept_pair(100, &logistic(1.0));
    for population in &mut network.populations {
        population.time_constant = 2e-3;
        population.drive = Schedule::Constant(100.0);
    }
    let mut state = NetworkState::initial(&network, 1, 0);
    let mut method = TargetDriven::new(&network, 1, 0);
    method.restart(&network, &state, 0.0);
    let mut segments = 0;
    while method.start < 0.5 {
        method.plan(&network, &mut state);
        assert!(!method.single);
        let (end, ending) = method.end.expect("planned");
        method.apply(&network, &mut state, end, &mut Nothing);
        for (index, crowd) in method.crowds.iter().enumerate().filter(|c| c.1.inflow.count > 0) {
            let scale = state.common(index, method.start + crowd.inflow.jumps.since[0]).scale;
            assert!((crowd.inflow.jumps.scale[0] / scale - 1.0).abs() < 1e-12);
        }
        method.finish(&network, &mut state, (end, ending), &mut Nothing);
        segments += 1;
    }
    assert!(segments > 1000, "{segments}");
}

/// Steps at times whose differences round upwards: no segment reaches across (which is asserted by the method).
#[test]
fn segments_end_at_steps() {
    for (first, second) in [(0.3, 0.9), (0.06, 0.6), (0.12, 1.2), (0.24, 2.4)] {
        assert!(first + (second - first) > second);
        let mut network = swept_pair(2, &logistic(1e-12));
        network.populations[0].drive = Schedule::Constant(0.0);
        let steps = vec![(0.0, 0.1), (first, 0.0), (second, 0.1)];
        network.populations[1].drive = Schedule::Steps(steps);
        let mut recorder = TrajectoryRecorder::new(&network, 0);
        let method = TargetDriven::new(&network, 1, 0);
        simulate(&network, method, (1, 0), &[0.0, 3.0], &mut recorder, || false);
        assert_eq!(recorder.into_trajectory().samples(), 2);
    }
}

/// One gain of each form that kernels know, and others.
pub(crate) fn gains() -> Vec<Gain> {
    let linear = Gain::ThresholdLinear(ThresholdLinear { gain: 0.5, threshold: 0.1 });
    let table = Tabulated::new(&[-0.5, 0.0, 0.1, 0.6], &[0.0, 0.2, 0.7, 1.0]).expect("a table");
    vec![
        logistic(1.0),
        linear.clone(),
        linear.saturated(0.8),
        Gain::Probit(Probit { max_rate: 1.0, threshold: 0.2, slope: 0.05 }),
        Gain::Tabulated(table),
    ]
}

#[test]
fn so_they_do_for_every_gain() {
    for gain in gains() {
        for count in [1, 3, 40] {
            follow(&swept_pair(count, &gain));
        }
    }
}

/// A thousand million jumps, carried sums against fresh ones all the way. It takes ten seconds where it is compiled for
/// release, so it waits to be asked: `cargo test --release -p equipoise-engine -- --ignored`.
#[test]
#[ignore = "takes long unless compiled for release"]
fn sums_are_right_after_a_thousand_million_jumps() {
    let mut network =
        swept_pair(1000, &Gain::Logistic(Logistic { max_rate: 1.0, threshold: 0.0, slope: 0.5 }));
    network.coupling = Coupling::from_rows(&[vec![1.0, -1.0], vec![2.0, -2.0]]);
    let mut state = NetworkState::initial(&network, 1, 0);
    let mut method = TargetDriven::new(&network, 1, 0);
    let (mut start, mut segments) = (0.0, 0_u64);
    while state.tally().iter().sum::<u64>() < 1_000_000_000 {
        let step = network.next_step(start).expect("steps enough");
        method.restart(&network, &state, start);
        while method.start < step {
            method.plan(&network, &mut state);
            let end = method.end.expect("planned");
            method.apply(&network, &mut state, end.0, &mut Nothing);
            method.finish(&network, &mut state, end, &mut Nothing);
            segments += 1;
            if segments.is_multiple_of(1000) {
                assert_errors(&method, &network, &state);
            }
        }
        state.restart(&network, step);
        start = step;
    }
    println!("{segments} segments until {start}");
}

pub(crate) struct Nothing;
impl Observer for Nothing {}
