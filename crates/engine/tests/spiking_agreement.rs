//! Whole networks of spiking neurons: the spike-driven method against the naive one, and release against its two ends.

use equipoise_model::gain::ThresholdLinear;
use equipoise_model::{Coupling, Gain, InitialLaw, Network, Schedule, Transmission};

use crate::evidence::{Family, channel};
use crate::naive_spikes::SpikeMistake;
use crate::networks::{
    SPIKING, balanced_pair, channels, external, logistic, network, neurons, probit, sine,
};
use crate::simulators::{Records, Simulator};

/// A network, with the size and seeds of its ensembles.
struct Case {
    name: &'static str,
    network: Network,
    times: Vec<f64>,
    replicates: u64,
    seed: u64,
}

fn cases() -> Vec<Case> {
    let case = |name, network, times: &[f64], replicates, seed| Case {
        name,
        network,
        times: times.to_vec(),
        replicates,
        seed,
    };
    vec![
        case("small", balanced_pair(3, logistic(3.0, 0.1, 0.1)), &[0.5, 2.0], 20_000, 111),
        case("steep", balanced_pair(25, logistic(2.0, 0.1, 0.05)), &[0.3, 1.0], 3000, 113),
        case("unbounded", unbounded(), &[0.4, 1.2], 4000, 115),
        case("stepped", stepped(), &[0.3, 0.9, 1.5], 4000, 117),
        case("swept", swept(), &[0.7, 2.1], 20_000, 119),
    ]
}

fn unbounded() -> Network {
    let linear = Gain::ThresholdLinear(ThresholdLinear { gain: 2.0, threshold: -0.2 });
    let mut network = balanced_pair(12, linear.clone());
    network.populations[1].gain = linear.saturated(0.2);
    network.populations[0].drive = sine(0.5, 2.0, 0.8);
    network
}

/// Steps of a drive and of external rates; a gain without an inverse in closed form.
fn stepped() -> Network {
    let mut populations =
        vec![neurons("E", 8, probit(2.0, 0.3, 0.2)), neurons("I", 4, logistic(2.0, 0.2, 0.1))];
    populations[0].drive = Schedule::Steps(vec![(0.0, 0.0), (0.5, 4.0), (0.9, -2.0)]);
    populations[1].time_constant = 0.1;
    let rate = Schedule::Steps(vec![(0.0, 1.0), (0.7, 3.0), (1.2, 0.0)]);
    let externals = vec![external("X", 3, rate), external("Y", 1, sine(1.0, 1.0, 2.0))];
    let rows = [vec![1.0, -2.0, 1.0, 0.4], vec![1.0, -1.8, 0.8, 0.9]];
    network(8.0, populations, externals, &rows)
}

/// Rare spikes of neurons that drives sweep through their thresholds.
fn swept() -> Network {
    let mut network = balanced_pair(2, logistic(2.0, 0.3, 0.1));
    network.populations[0].drive = sine(0.3, 4.0, 1.0);
    network.populations[0].time_constant = 0.3;
    network.populations[1].drive = Schedule::Steps(vec![(0.0, -2.0), (0.6, 3.0), (1.1, -4.0)]);
    network.coupling = Coupling::from_rows(&[vec![0.6, -0.5], vec![0.7, -0.4]]);
    network
}

fn compare(title: String, network: &Network, times: &[f64], both: [&Records; 2]) -> Family {
    let [first, second] = both;
    let mut family = Family::new(title);
    for (sample, time) in times.iter().enumerate() {
        for (a, population) in network.populations.iter().enumerate() {
            let mut of = |what: &str, quantity: &dyn Fn(&Records) -> Vec<f64>| {
                let label = format!("{what} of {} at {time}", population.name);
                family.two_samples(&label, &quantity(first), &quantity(second));
            };
            of("mean", &|r| r.mean(sample, a));
            of("variance", &|r| r.variance(sample, a));
            // Of two neurons it is 0.
            if population.count > 2 {
                of("third cumulant", &|r| r.third_cumulant(sample, a));
            }
            of("spikes", &|r| r.spikes(sample, a));
        }
        for pair in channels(network) {
            let label = format!("{} until {time}", channel(network, pair.0, pair.1));
            family.two_samples(&label, &first.jumps(sample, pair), &second.jumps(sample, pair));
        }
    }
    family
}

impl Case {
    fn ensemble(&self, simulator: Simulator, which: u64) -> Records {
        simulator.ensemble(&self.network, self.seed + which, self.replicates, &self.times)
    }

    fn against(&self, reference: &Records, simulator: Simulator) -> Family {
        let records = self.ensemble(simulator, 1);
        let title = format!("{}, {}: {simulator:?}", self.name, self.network.transmission);
        compare(title, &self.network, &self.times, [&records, reference])
    }
}

#[test]
fn spike_driven_agrees_with_the_naive_method() {
    for transmission in SPIKING {
        for case in cases() {
            let network = Network { transmission, ..case.network };
            let case = Case { network, ..case };
            let reference = case.ensemble(Simulator::NaiveSpikes(SpikeMistake::None), 0);
            case.against(&reference, Simulator::SpikeDriven).accept();
            if transmission == Transmission::Shared {
                case.against(&reference, Simulator::SpikeDrivenInGroups).accept();
            }
        }
    }
}

#[test]
fn wrong_spikes_do_not() {
    use SpikeMistake::{AllReached, FasterRates, OneDraw, OwnSpike, SlowSpikes, StaleBound};
    let wrong = |name: &str| match name {
        "small" => vec![OwnSpike, StaleBound, AllReached, SlowSpikes, OneDraw],
        "steep" => vec![AllReached, SlowSpikes, OneDraw],
        "unbounded" => vec![StaleBound, FasterRates, OwnSpike],
        "swept" => vec![OwnSpike, StaleBound, FasterRates],
        _ => Vec::new(),
    };
    let transmission = Transmission::Release { probability: 0.3 };
    for case in cases() {
        let network = Network { transmission, ..case.network };
        let case = Case { network, ..case };
        let reference = case.ensemble(Simulator::SpikeDriven, 0);
        for mistake in wrong(case.name) {
            case.against(&reference, Simulator::NaiveSpikes(mistake)).reject();
        }
    }
}

/// What distinguishes release from independent transmission is the covariance `p` of the inputs to two neurons: of the 12 neurons it
/// changes the variance of a mean by the factor `1 + 11 p` at most. `p = 3e-4` gives 0.3 %, where the joint standard error of the
/// variance over the replicates is `sqrt(4/6000)` = 2.6 %; `p = 0.3` is found out.
#[test]
fn rare_release_is_independent_transmission() {
    let independent = balanced_pair(6, logistic(1.0, 0.1, 0.2));
    let times = [0.2, 0.6];
    let reference = Simulator::TargetDriven.ensemble(&independent, 121, 6000, &times);
    let family = |probability| {
        let transmission = Transmission::Release { probability };
        let network = Network { transmission, ..independent.clone() };
        let records = Simulator::SpikeDriven.ensemble(&network, 122, 6000, &times);
        let mut family = Family::new(format!("release with p = {probability}"));
        for (sample, time) in times.iter().enumerate() {
            for a in 0..2 {
                let mut of = |what: &str, quantity: &dyn Fn(&Records) -> Vec<f64>| {
                    let label = format!("{what} of {a} at {time}");
                    family.two_samples(&label, &quantity(&records), &quantity(&reference));
                };
                of("mean", &|r| r.mean(sample, a));
                of("variance", &|r| r.variance(sample, a));
                of("third cumulant", &|r| r.third_cumulant(sample, a));
                for b in 0..2 {
                    of("jumps", &|r| r.jumps(sample, (a, b)));
                }
            }
        }
        family
    };
    family(3e-4).accept();
    family(0.3).reject();
}

#[test]
fn certain_release_is_shared_spikes() {
    for case in cases() {
        let run = |transmission| {
            let network = Network { transmission, ..case.network.clone() };
            Simulator::SpikeDriven.trajectory(&network, (case.seed, 0), &case.times)
        };
        assert_eq!(run(Transmission::Shared), run(Transmission::Release { probability: 1.0 }));
    }
}

/// A population of one start stays in one state under shared spikes but for the spikes that neurons do not receive themselves.
#[test]
fn shared_spikes_leave_equal_neurons_nearly_equal() {
    let mut network = balanced_pair(400, logistic(1.0, 0.0, 0.5));
    for population in &mut network.populations {
        population.initial = InitialLaw::Values(vec![0.1; 400]);
    }
    network.transmission = Transmission::Shared;
    let trajectory = Simulator::SpikeDriven.trajectory(&network, (123, 0), &[1.0]);
    for (a, variance) in trajectory.variance.iter().enumerate() {
        let own = network.jump(a, a).powi(2);
        let fires = trajectory.spikes(0, a) / 400.0;
        // The variance of the own spikes alone, undamped, is a bound up to its fluctuation.
        assert!(*variance > 0.0 && *variance < 1.5 * own * fires, "{variance}");
    }
}
