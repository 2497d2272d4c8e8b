use equipoise_model::gain::{Logistic, ThresholdLinear};
use equipoise_model::schedule::Sine;
use equipoise_model::{
    Coupling, ExternalPopulation, Gain, InitialLaw, Kind, NeuronPopulation, Schedule, Transmission,
};

use super::groups::Bounds;
use super::*;

/// Drives that sweep the neurons through their thresholds, one smoothly, one by steps; an external rate that moves.
fn swept(count: usize, rate: f64, probability: f64) -> Network {
    let sine = Sine { mean: 0.3, amplitude: 4.0, frequency: 1.0, phase: 0.0 };
    let steps = (0..2000).map(|i| (f64::from(i) * 0.7, 5.0 * f64::from(i % 3 - 1)));
    let population = |name: &str, kind, drive, gain| NeuronPopulation {
        name: name.to_owned(),
        kind,
        fraction: 1.0,
        count,
        time_constant: 0.8,
        drive,
        gain,
        initial: InitialLaw::Normal { mean: 0.0, variance: 0.25 },
    };
    let logistic = Gain::Logistic(Logistic { max_rate: rate, threshold: 0.2, slope: 0.1 });
    let linear = Gain::ThresholdLinear(ThresholdLinear { gain: rate, threshold: 0.0 });
    let external = ExternalPopulation {
        name: "X".to_owned(),
        fraction: 1.0,
        count: 1,
        rate: Schedule::Sine(Sine { mean: rate, amplitude: rate, frequency: 0.7, phase: 1.0 }),
    };
    Network {
        size: count as f64,
        transmission: Transmission::Release { probability },
        populations: vec![
            population("E", Kind::Excitatory, Schedule::Sine(sine), logistic),
            population("I", Kind::Inhibitory, Schedule::Steps(steps.collect()), linear),
        ],
        externals: vec![external],
        coupling: Coupling::from_rows(&[vec![0.3, -0.4, 0.2], vec![0.3, -0.4, 0.1]]),
    }
}

/// As long as bounds hold no intensity is above its ceiling or below its floor, to rounding.
fn assert_bounds(method: &SpikeDriven, network: &Network, state: &NetworkState, time: f64) {
    for (number, places, bounds) in method.composition.parts() {
        let channel = method.channels[number];
        let intensities: Vec<f64> = if let Some(source) = network.populations.get(channel.source) {
            let common = state.common(channel.source, time);
            let neurons = &state.deviations(channel.source)[places];
            let z = neurons.iter().map(|y| common.potentiation(*y));
            z.map(|z| source.gain.intensity(z) * method.inverse_probability).collect()
        } else {
            let external = &network.externals[channel.source - network.population_count()];
            vec![external.count as f64 * external.rate.value(time)]
        };
        for intensity in intensities {
            // An intensity of 1e-9 of the rate is that of a sum of rounded numbers.
            let rounding = 1e-9 * (intensity + 1e-6);
            let Bounds { floor, ceiling } = bounds;
            assert!(intensity <= ceiling + rounding, "{intensity} above {ceiling}");
            assert!(intensity >= floor - rounding, "{intensity} below {floor}");
        }
    }
}

/// Between candidates, and after each that leaves the segment alive.
fn watch(network: &Network, grouping: Grouping, looks: usize) -> usize {
    let mut state = NetworkState::initial(network, 1, 0);
    let set = InstructionSet::best();
    let mut method = SpikeDriven::with_grouping(network, (1, 0), set, grouping);
    let (mut most, mut waits) = (0, 0);
    let (mut start, mut looked) = (0.0, 0);
    while let Some(step) = network.next_step(start).filter(|_| looked < looks) {
        method.restart(network, &state, start);
        while method.start < step && looked < looks {
            method.plan(network, &mut state);
            let planned = method.end.expect("planned");
            let last = method.count.checked_sub(1).map(|last| method.segment.times[last]);
            // A time that only later candidates tell is no end.
            assert!(last != Some(planned) || method.count == method.capacity);
            waits += usize::from(last.is_none() || last < Some(planned));
            for part in 0..=8 {
                let time = method.start + 0.125 * f64::from(part) * (planned - method.start);
                method.decide_until(network, &mut state, time, &mut Nothing);
                let end = method.end.expect("planned");
                if time >= end {
                    break;
                }
                assert_bounds(&method, network, &state, time);
                most = most.max(method.composition.parts().count());
                looked += 1;
            }
            let end = method.end.expect("planned");
            method.decide_until(network, &mut state, end, &mut Nothing);
            method.finish(network, &mut state, end, &mut Nothing);
        }
        state.restart(network, step);
        start = step;
    }
    assert!(
        looked >= looks && waits > 0,
        "{looked} looks, {waits} segments that end after their candidates"
    );
    most
}

#[test]
fn intensities_stay_within_their_bounds() {
    for probability in [1.0, 0.3, 0.7] {
        for (count, rate) in [(1, 0.1), (1, 5.0), (3, 0.5), (30, 2.0), (1000, 1.0)] {
            let network = swept(count, rate, probability);
            watch(&network, Grouping::of(2 * count), 10_000);
        }
    }
}

/// Without external sources neurons are grouped: as in large networks, and in groups that they leave all the time.
#[test]
fn intensities_stay_within_the_bounds_of_groups() {
    let narrow = Grouping { neurons: 1, width: 0.2, room: 0.0, ahead: 5 };
    for grouping in [Grouping { neurons: 8, ..Grouping::of(0) }, narrow] {
        for (count, rate) in [(3, 0.5), (30, 2.0), (1000, 1.0), (3000, 0.3)] {
            let mut network = swept(count, rate, 1.0);
            network.externals.clear();
            network.coupling = Coupling::from_rows(&[vec![0.3, -0.4], vec![0.3, -0.4]]);
            let groups = watch(&network, grouping, 10_000);
            assert!(groups > 2 || count == 3, "{groups} groups of {count} neurons");
        }
    }
}

struct Nothing;
impl Observer for Nothing {}
