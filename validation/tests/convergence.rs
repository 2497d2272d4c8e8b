//! Errors against the limit fall as the theory expects, and what is wrong about it is found out: power twins.
//!
//! The canonical pair at four sizes, 100 networks each, exact, seed 71, at the level of every validation.

use std::sync::{LazyLock, atomic::AtomicBool};

use equipoise_energy::Account;
use equipoise_engine::{Ensemble, Single};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Method, Recording, Scenario};
use equipoise_validation::convergence::verdict::{OfSize, Point, Slope};
use equipoise_validation::convergence::{
    Convergence, Expected, Measured, Norm, Quantity, Sample, converge, plan,
};

const SIZES: [f64; 4] = [100.0, 200.0, 400.0, 800.0];
const NETWORKS: u64 = 100;
const TIMES: [f64; 5] = [0.0, 0.5, 1.0, 1.5, 2.0];

/// Prices of the order of one for each neuron and time unit.
const PRICES: &str = "energy={ spike = 1.0, synapse = 1.0, threshold = 0.1 }";

fn scenario(size: f64, changes: &[&str]) -> Scenario {
    let text = include_str!("../../scenarios/inhibition-stabilised.toml");
    let changes: Vec<String> = changes.iter().map(|change| (*change).to_owned()).collect();
    let text = apply(text, &[vec![format!("n={size}")], changes].concat()).unwrap();
    Scenario::parse("inhibition-stabilised.toml", &text).unwrap()
}

/// With energies where the changes price them.
fn expected(changes: &[&str]) -> Vec<Expected> {
    let of_size = |size: &f64| {
        let Scenario { network, energy, .. } = scenario(*size, changes);
        Expected::with_energy(&network, energy.as_ref(), &TIMES).unwrap()
    };
    SIZES.iter().map(of_size).collect()
}

/// What the networks of all sizes show, simulated once, their energies at [`PRICES`].
static SIMULATED: LazyLock<Vec<Vec<Sample>>> = LazyLock::new(|| {
    let simulate = |(expected, seed): (&Expected, u64)| {
        let Scenario { network, energy, .. } = scenario(expected.size, &[PRICES]);
        let energy = energy.unwrap();
        let account = Account::new(&network, &energy);
        let recording = Recording {
            histograms: Some(expected.bins),
            activity_energy: Some(energy.threshold),
            ..Recording::default()
        };
        let ensemble = Ensemble {
            network: &network,
            method: Method::Exact,
            seed,
            replicates: NETWORKS,
            times: TIMES.to_vec(),
            recording,
            threads: 0,
            ranks: &Single,
            shelf: None,
        };
        let mut samples = Vec::new();
        let receive = |trajectory| {
            samples.push(Sample::of(&trajectory, Some(&account)));
            Ok::<(), ()>(())
        };
        ensemble.run(&AtomicBool::new(false), receive).unwrap();
        samples
    };
    expected(&[]).iter().zip(71..).map(simulate).collect()
});

/// Compares the simulated networks with what is expected. Histograms have the bins of the right expectation.
fn judge(expected: &[Expected]) -> Convergence {
    let measured: Vec<Measured> = expected
        .iter()
        .zip(SIMULATED.iter())
        .map(|(expected, samples)| {
            let mut measured = Measured::new(expected);
            for sample in samples {
                measured.push(expected, sample);
            }
            assert_eq!(measured.networks() as u64, NETWORKS);
            measured
        })
        .collect();
    let sizes: Vec<OfSize<'_>> = expected.iter().zip(&measured).collect();
    converge(&sizes, 1)
}

const WITHOUT_PRICES: [Quantity; 5] = [
    Quantity::Mean,
    Quantity::Variance,
    Quantity::Spikes,
    Quantity::Wasserstein,
    Quantity::Kolmogorov,
];

fn smallest_p(found: &Convergence) -> f64 {
    found.tests().map(|tested| tested.adjusted_p).fold(1.0, f64::min)
}

#[test]
fn networks_come_to_their_limit_as_the_theory_expects() {
    let found = judge(&expected(&[]));
    assert!(found.holds(), "smallest p {}", smallest_p(&found));
    // Five quantities at four sizes and times of two populations, and their exponents in two norms.
    let resolved = found.slopes.iter().filter(|slope| slope.exponent.is_some()).count();
    assert_eq!(found.tests().count(), 5 * 4 * 4 * 2 + resolved);
    assert_eq!(found.quantities, WITHOUT_PRICES);
    for quantity in WITHOUT_PRICES {
        for population in 0..2 {
            let of = |slope: &&Slope| {
                (slope.quantity, slope.norm, slope.population) == (quantity, Norm::Sup, population)
            };
            let slope = found.slopes.iter().find(of).unwrap();
            let exponent = slope.exponent.unwrap_or_else(|| panic!("{quantity:?} {population}"));
            assert!(exponent.low < exponent.value && exponent.value < exponent.high);
            println!("{quantity:?} {population}: {exponent:?} {:?}", slope.tested);
        }
    }
}

/// What a neuron spends comes to what the limit spends as expected; spikes, which have a price now, are not tested twice.
#[test]
fn energies_come_to_those_of_the_limit() {
    let found = judge(&expected(&[PRICES]));
    assert!(found.holds(), "smallest p {}", smallest_p(&found));
    let energies = [Quantity::SynapseEnergy, Quantity::ActivityEnergy];
    assert_eq!(found.quantities, [&WITHOUT_PRICES[..], &energies].concat());
    for quantity in energies {
        let points = found.points.iter().filter(|point| point.quantity == quantity);
        assert_eq!(points.count(), 4 * 4 * 2);
        for population in 0..2 {
            let of = |slope: &&Slope| {
                (slope.quantity, slope.norm, slope.population) == (quantity, Norm::End, population)
            };
            let slope = found.slopes.iter().find(of).unwrap();
            let tested = slope.tested.unwrap_or_else(|| panic!("{quantity:?} {population}"));
            // Between -1/2 and what is left of it at these sizes.
            assert!((-0.6..-0.2).contains(&tested.predicted), "{tested:?}");
            println!("{quantity:?} {population}: {:?} {tested:?}", slope.exponent);
        }
    }
    // What costs nothing is not compared.
    let found = judge(&expected(&["energy={ synapse = { E = 1.0, I = 0.0 } }"]));
    let synapses = found.points.iter().filter(|p| p.quantity == Quantity::SynapseEnergy);
    assert_eq!(synapses.filter(|point| point.population == 1).count(), 0);
}

/// Power twins: jumps that cost 2 % more than was expected, a threshold that is higher by 0.05, and energies of the limit itself.
#[test]
fn wrong_energies_are_rejected() {
    let rejects = |found: &Convergence, quantity: Quantity| {
        found.points.iter().any(|point| point.quantity == quantity && !point.tested.holds())
    };
    for (prices, quantity) in [
        ("energy={ synapse = 0.98, threshold = 0.1 }", Quantity::SynapseEnergy),
        ("energy={ synapse = 1.0, threshold = 0.15 }", Quantity::ActivityEnergy),
    ] {
        let found = judge(&expected(&[prices]));
        assert!(rejects(&found, quantity), "{prices}");
    }
    let mut wrong = expected(&[PRICES]);
    for of_size in &mut wrong {
        for quantity in [Quantity::SynapseEnergy, Quantity::ActivityEnergy] {
            of_size.error[quantity].iter_mut().for_each(|error| *error *= 1e-9);
        }
    }
    let found = judge(&wrong);
    for quantity in [Quantity::SynapseEnergy, Quantity::ActivityEnergy] {
        assert!(rejects(&found, quantity), "{quantity:?}");
    }
}

/// A distance of all neurons together is no smaller on average than the functional that is tested, and their difference is noise.
#[test]
fn distances_and_functionals_agree() {
    for normed in judge(&expected(&[])).normed {
        let measured = normed.point.tested.measured;
        if normed.norm == Norm::End && normed.point.quantity.is_of_law() {
            assert!(normed.plain > measured.value - 1e-12, "{normed:?}");
            assert!(normed.plain < measured.value + 4.0 * measured.standard_error, "{normed:?}");
        }
    }
}

/// A theory without the corrections of order `n^{-1/2}` expects no error at all.
#[test]
fn an_expectation_without_corrections_is_rejected() {
    let mut wrong = expected(&[]);
    for of_size in &mut wrong {
        for quantity in WITHOUT_PRICES {
            of_size.error[quantity].iter_mut().for_each(|error| *error *= 1e-9);
        }
    }
    let found = judge(&wrong);
    for quantity in WITHOUT_PRICES {
        let of = |point: &&Point| point.quantity == quantity && !point.tested.holds();
        assert!(found.points.iter().any(|point| of(&point)), "{quantity:?}");
    }
    assert!(!found.holds());
}

/// The limit of another network, with a drive of E that is stronger by 0.05. (Its laws are looked at on other edges, and say nothing.)
#[test]
fn a_wrong_limit_is_rejected() {
    let found = judge(&expected(&["populations.E.drive=-0.25"]));
    for quantity in [Quantity::Mean, Quantity::Variance, Quantity::Spikes] {
        let of = |point: &&Point| point.quantity == quantity && !point.tested.holds();
        assert!(found.points.iter().any(|point| of(&point)), "{quantity:?}");
    }
}

/// Errors expected to fall like `n^{-3/4}`: right at one size, wrong at the others.
#[test]
fn another_exponent_is_rejected() {
    let mut wrong = expected(&[]);
    for of_size in &mut wrong {
        let factor = (of_size.size / SIZES[0]).powf(-0.25);
        for quantity in WITHOUT_PRICES {
            of_size.error[quantity].iter_mut().for_each(|error| *error *= factor);
        }
    }
    let found = judge(&wrong);
    let failed = found.slopes.iter().filter_map(|slope| slope.tested).filter(|t| !t.holds());
    assert!(failed.count() > 0, "smallest p {}", smallest_p(&found));
}

/// Under independent transmission the number of networks does not depend on the size, and standard errors are as small as planned, to what a hundred networks know of them.
#[test]
fn as_many_networks_are_planned_as_it_takes() {
    let expected = expected(&[]);
    let planned: Vec<u64> = expected.iter().map(|of_size| plan::networks(of_size, 0.2)).collect();
    let (least, most) = (planned.iter().min().unwrap(), planned.iter().max().unwrap());
    assert!(*most < 4 * least, "{planned:?}");
    let found = judge(&expected);
    for normed in found.normed {
        let point = normed.point;
        if point.quantity == Quantity::Spikes || !normed.is_resolved {
            continue;
        }
        let tested = point.tested;
        let of_plan = (NETWORKS as f64 / planned[point.size] as f64).sqrt();
        let part = tested.measured.standard_error * of_plan / tested.predicted;
        // A standard error of 100 networks is known to 7 %; four of these, and half of the deviation for what is predicted to leading order.
        assert!(part < 0.2 * 1.3 * 1.5, "{point:?}: {part}");
    }
}
