//! Against an exact simulation of one neuron (exact steps of an Ornstein-Uhlenbeck process, spikes by thinning), and intervals against
//! an independent program, `oracle/intervals.py` (SciPy).

use equipoise_limit::SpikeTrain;
use equipoise_limit::variability::StationaryNeuron;
use equipoise_limit::variability::counts::{CountedNeuron, Sample};
use equipoise_model::gain::{Gain, GainFunction, Logistic, Probit, ThresholdLinear};
use equipoise_statistics::distance::kolmogorov;
use equipoise_statistics::spectrum::{Centre, Welch, points};
use equipoise_statistics::variability::fano;
use equipoise_statistics::{Equivalence, estimate, holm};
use rand::RngExt;
use rand_distr::{Distribution, Exp1, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use serde_json::Value;

/// Probability that a family of tests rejects what is right.
const LEVEL: f64 = 1e-3;
/// Intervals and windows: the mean wait of Poisson spikes is off by ten standard errors and more.
const SAMPLE: usize = 20_000;
const RELEASE: f64 = 0.5;

fn gain(slope: f64) -> Gain {
    Gain::Logistic(Logistic { max_rate: 2.0, threshold: 0.0, slope })
}

fn neuron(gain: &Gain) -> StationaryNeuron<'_> {
    StationaryNeuron {
        release_probability: RELEASE,
        ..StationaryNeuron::new(gain, -0.3, 0.25, 1.2)
    }
}

/// A neuron on its way.
struct Path<'a> {
    neuron: StationaryNeuron<'a>,
    potentiation: f64,
    random: Xoshiro256PlusPlus,
}

impl<'a> Path<'a> {
    fn new(neuron: StationaryNeuron<'a>, seed: u64) -> Self {
        Self { neuron, potentiation: neuron.mean, random: Xoshiro256PlusPlus::seed_from_u64(seed) }
    }

    fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.random)
    }

    /// From the stationary law.
    fn restart(&mut self) {
        self.potentiation = self.neuron.mean + self.neuron.variance.sqrt() * self.normal();
    }

    /// From the law at spikes.
    fn restart_at_spike(&mut self) {
        self.restart();
        while !self.accepted() {
            self.restart();
        }
    }

    fn accepted(&mut self) -> bool {
        let bound = self.neuron.gain.supremum();
        self.random.random::<f64>() * bound < self.neuron.gain.intensity(self.potentiation)
    }

    /// Time to the next spike.
    fn wait(&mut self) -> f64 {
        let StationaryNeuron { gain, mean, variance, time_constant, release_probability } =
            self.neuron;
        let mut total = 0.0;
        loop {
            let gap: f64 = Exp1.sample(&mut self.random);
            let gap = gap * release_probability / gain.supremum();
            total += gap;
            let kept = (-gap / time_constant).exp();
            self.potentiation = mean
                + kept * (self.potentiation - mean)
                + (variance * (1.0 - kept * kept)).sqrt() * self.normal();
            if self.accepted() {
                return total;
            }
        }
    }

    fn spikes(&mut self, duration: f64) -> Vec<f64> {
        self.restart();
        let (mut time, mut spikes) = (self.wait(), Vec::new());
        while time < duration {
            spikes.push(time);
            time += self.wait();
        }
        spikes
    }
}

fn least(p_values: &[f64]) -> f64 {
    holm(p_values).into_iter().fold(1.0, f64::min)
}

#[track_caller]
fn decide(right: &[f64], wrong: &[f64]) {
    println!("right: adjusted p = {:.1e}, wrong: {:.1e}", least(right), least(wrong));
    assert!(least(right) > LEVEL, "rejected: {right:?}");
    assert!(least(wrong) <= LEVEL, "not found out: {wrong:?}");
}

fn of_mean(sample: &[f64], exact: f64, margin: f64) -> f64 {
    Equivalence::of_mean(estimate::mean(sample), sample.len(), exact, margin).p
}

/// Waits and intervals are independent restarts of the process. Wrong is to take no notice of the private variance: Poisson spikes of the
/// same rate.
#[test]
fn intervals_have_the_law_of_the_killed_process() {
    for (seed, slope) in [(301, 0.2), (302, 0.01)] {
        let gain = gain(slope);
        let train = SpikeTrain::new(neuron(&gain)).unwrap();
        let intervals = train.intervals().unwrap();
        let (rate, cv) = (train.rate(), intervals.coefficient_of_variation());
        println!("CV = {cv}, resolved to {:.1e}", intervals.resolution());
        let mut path = Path::new(neuron(&gain), seed);
        let mut sample = |at_spike: bool| -> Vec<f64> {
            let draw = |_| {
                if at_spike {
                    path.restart_at_spike();
                } else {
                    path.restart();
                }
                path.wait()
            };
            (0..SAMPLE).map(draw).collect()
        };
        let (waits, gaps) = (sample(false), sample(true));
        let squares: Vec<f64> = gaps.iter().map(|gap| gap * gap).collect();
        let distance = |sample: &[f64], survival: &dyn Fn(f64) -> f64| {
            kolmogorov(sample, |t| 1.0 - survival(t)).unwrap().p
        };
        let poisson = |t: f64| (-rate * t).exp();
        let tests = |cv: f64, wait: &dyn Fn(f64) -> f64, gap: &dyn Fn(f64) -> f64| {
            [
                distance(&waits, wait),
                distance(&gaps, gap),
                of_mean(&waits, 0.5 * (1.0 + cv * cv) / rate, 0.0),
                of_mean(&gaps, 1.0 / rate, 0.0),
                of_mean(&squares, (1.0 + cv * cv) / (rate * rate), 0.0),
            ]
        };
        let right = tests(cv, &|t| intervals.forward_survival(t), &|t| intervals.survival(t));
        let wrong = tests(1.0, &poisson, &poisson);
        decide(&right, &wrong);
        // Each way by itself, but for the mean interval, which is the same.
        for p in [wrong[0], wrong[1], wrong[2], wrong[4]] {
            assert!(p <= LEVEL, "{wrong:?}");
        }
    }
}

#[test]
fn counts_have_the_fano_factors_of_their_windows() {
    for (seed, slope) in [(311, 0.2), (312, 0.01)] {
        let gain = gain(slope);
        let train = SpikeTrain::new(neuron(&gain)).unwrap();
        let mut path = Path::new(neuron(&gain), seed);
        let (mut right, mut wrong) = (Vec::new(), Vec::new());
        for window in [0.3, 2.0, 12.0] {
            let counts: Vec<f64> = (0..SAMPLE).map(|_| path.spikes(window).len() as f64).collect();
            let (measured, count) = (fano(&counts), counts.len());
            let p = |exact: f64| Equivalence::of_mean(measured, count, exact, 0.0).p;
            right.extend([p(train.fano(window)), of_mean(&counts, train.rate() * window, 0.0)]);
            // Forgetting that release divides the variance by p, or the variance at all.
            wrong.push(p(1.0 + RELEASE * (train.fano(window) - 1.0)));
            assert!(p(1.0) <= LEVEL);
        }
        decide(&right, &wrong);
    }
}

/// Segments are 53 time constants long, so that their window smooths the spectrum by less than 3 % of its peak; shot noise alone is
/// far below it.
#[test]
fn spectra_are_those_of_the_trains() {
    const BIN: f64 = 0.25;
    const SEGMENT: usize = 256;
    const TRAINS: usize = 400;
    for (seed, slope) in [(321, 0.2), (322, 0.01)] {
        let gain = gain(slope);
        let train = SpikeTrain::new(neuron(&gain)).unwrap();
        let mut path = Path::new(neuron(&gain), seed);
        let welch = Welch::new(1, BIN, SEGMENT).unwrap();
        let welch = welch.centre(Centre::Known(vec![train.rate()])).unwrap();
        let bins = 2 * SEGMENT;
        let mut densities = Vec::new();
        for _ in 0..TRAINS {
            let spikes = path.spikes(bins as f64 * BIN);
            let mut welch = welch.clone();
            welch.add(&[&points::binned(&spikes, 0.0, BIN, bins).unwrap()]).unwrap();
            let spectra = welch.spectra().unwrap();
            densities.push((spectra.frequencies().to_vec(), spectra.density(0)));
        }
        let margin = 0.03 * (train.density(0.0) - train.rate());
        let p = |k: usize, excess: &dyn Fn(f64) -> f64| {
            let sample: Vec<f64> = densities.iter().map(|(_, density)| density[k]).collect();
            let frequency = densities[0].0[k];
            let exact = points::binned_density(train.rate(), excess, frequency, BIN).unwrap();
            of_mean(&sample, exact, margin)
        };
        let excess = |f: f64| train.density(f) - train.rate();
        let places = [0, 1, 2, 4, 8, 16, 32, 64, 128];
        let right: Vec<f64> = places.iter().map(|k| p(*k, &excess)).collect();
        let wrong: Vec<f64> = places.iter().map(|k| p(*k, &|_| 0.0)).collect();
        decide(&right, &wrong);
        let weak: Vec<f64> = places.iter().map(|k| p(*k, &|f| 0.8 * excess(f))).collect();
        decide(&right, &weak);
    }
}

#[test]
fn intervals_are_those_of_finite_volumes() {
    let oracle: Value = serde_json::from_str(include_str!("oracle/intervals.json")).unwrap();
    // One gain is steeper than the narrowest element.
    let (mut of_cv, mut of_survival) = (0.0_f64, 0.0_f64);
    for entry in oracle["entries"].as_array().unwrap() {
        let number = |field: &str| entry[field].as_f64().unwrap();
        let numbers =
            |field: &str| entry[field].as_array().unwrap().iter().map(|x| x.as_f64().unwrap());
        let threshold = number("theta");
        let gain = match entry["gain"].as_str().unwrap() {
            "threshold_linear" => {
                Gain::ThresholdLinear(ThresholdLinear { gain: number("beta"), threshold })
            }
            kind => {
                let (max_rate, slope) = (number("r_max"), number("slope"));
                if kind == "probit" {
                    Gain::Probit(Probit { max_rate, threshold, slope })
                } else {
                    Gain::Logistic(Logistic { max_rate, threshold, slope })
                }
            }
        };
        let neuron =
            StationaryNeuron::new(&gain, number("mean"), number("variance"), number("tau"));
        let intervals = SpikeTrain::new(neuron).unwrap().intervals().unwrap();
        of_cv = of_cv.max((intervals.coefficient_of_variation() / number("cv") - 1.0).abs());
        for (time, survival) in numbers("time").zip(numbers("survival")) {
            of_survival = of_survival.max((intervals.survival(time) - survival).abs());
        }
    }
    println!(
        "largest relative error of CV {of_cv:.1e}, largest error of survival {of_survival:.1e}"
    );
    assert!(of_cv < 1e-8, "{of_cv:e}");
    assert!(of_survival < 1e-7, "{of_survival:e}");
}

/// Counts of a neuron on its way from one law to another. Wrong is a potentiation that remembers twice as long, with the same law at each time.
#[test]
fn counts_of_a_changing_neuron_are_those_of_the_simulation() {
    const END: f64 = 3.0;
    for (seed, slope) in [(331, 0.3), (332, 0.01)] {
        let gain = gain(slope);
        let neuron = neuron(&gain);
        let (start_mean, start_variance) = (0.6, 0.05_f64);
        let sample = |i: u32| {
            let time = END * f64::from(i) / 60.0;
            let kept = (-time / neuron.time_constant).exp();
            let mean = neuron.mean + kept * (start_mean - neuron.mean);
            let variance = neuron.variance + kept * kept * (start_variance - neuron.variance);
            Sample { time, mean, variance, own_variance: variance }
        };
        let samples: Vec<Sample> = (0..=60).map(sample).collect();
        let theory = |time_constant: f64| {
            let release_probability = neuron.release_probability;
            let neuron = CountedNeuron { gain: &gain, time_constant, release_probability };
            neuron.counts(&samples).unwrap()
        };
        let mut path = Path::new(neuron, seed);
        let mut count = |_| {
            path.potentiation = start_mean + start_variance.sqrt() * path.normal();
            let (mut time, mut spikes) = (path.wait(), 0.0);
            while time < END {
                spikes += 1.0;
                time += path.wait();
            }
            spikes
        };
        let counts: Vec<f64> = (0..SAMPLE).map(&mut count).collect();
        let measured = fano(&counts);
        let tests = |time_constant: f64| {
            let theory = theory(time_constant);
            let fano = Equivalence::of_mean(measured, SAMPLE, theory.fano(), 0.0).p;
            [of_mean(&counts, theory.mean, 0.0), fano]
        };
        println!("F = {measured:?}, {}", theory(neuron.time_constant).fano());
        decide(&tests(neuron.time_constant), &tests(2.0 * neuron.time_constant));
    }
}
