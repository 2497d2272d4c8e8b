//! Spectra of the activity of populations, by Welch's method, against linear noise about the stationary state.
//!
//! The activity of a population is its spikes per neuron and time: under independent transmission the jumps that it sends, per target. A series of bins has the spectrum [`LinearNoise::binned_activity_spectrum`], and
//! Hann's window mixes neighbouring frequencies as 1 : 4 : 1. Compared are means over octaves.
//!
//! **Margin.** Under independent transmission moments are complete to order `1/n`, and linear noise leaves out what fluctuations do to each other: the margin is what the last order of the theory of moments changes,
//! which is more than the next one will. Where a spike moves many neurons at once the theory is of leading order: added is as large a part of the density above that of Poisson processes as the order `n^{-1/2}` changes of the whole
//! density at most, in any population and octave (by chance it may change one of them by nothing).

use equipoise_engine::record::Records;
#[cfg(doc)]
use equipoise_limit::LinearNoise;
use equipoise_limit::Stationary;
use equipoise_statistics::estimate;
use equipoise_statistics::spectrum::{Centre, Welch, Window};

use super::{AtRest, Course, RestComparison, RestQuantity, is_independent};

/// The first place of the lowest octave, and the part of the frequencies that is compared.
const LOWEST: usize = 2;
const PART: usize = 8;
/// Coverage of the bands about the estimate.
const COVERAGE: f64 = 0.95;

/// Spectra of networks.
#[derive(Debug, Clone)]
pub struct Activity {
    course: Course,
    /// Of all networks.
    welch: Welch,
    /// By network, (population, band).
    bands: Vec<Vec<f64>>,
}

/// The estimated spectrum of each population.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MeasuredSpectrum {
    /// In cycles a time unit.
    pub frequencies: Vec<f64>,
    /// Two-sided density, (frequency, population), and the ends of its confidence interval (95 %, each by itself).
    pub density: Vec<f64>,
    /// The lower one.
    pub lower: Vec<f64>,
    /// The upper one.
    pub upper: Vec<f64>,
    /// What the theory expects of the estimate.
    pub predicted: Vec<f64>,
}

/// Octaves of places, each from one to below the other.
fn octaves(segment: usize) -> Vec<(usize, usize)> {
    let from = std::iter::successors(Some(LOWEST), |from| Some(2 * from));
    from.map(|from| (from, 2 * from)).take_while(|(_, to)| *to <= segment / PART).collect()
}

/// What Welch's method is expected to estimate at each place, by population.
fn expected(course: &Course, state: &Stationary, population: usize) -> Vec<f64> {
    let duration = course.segment as f64 * course.width;
    let last = course.segment / PART;
    let binned: Vec<f64> = (0..=last)
        .map(|k| {
            let frequency = k as f64 / duration;
            let density = state.noise.binned_activity_spectrum(frequency, course.width);
            density[(population, population)].re
        })
        .collect();
    (0..last).map(|k| (binned[k.abs_diff(1)] + 4.0 * binned[k] + binned[k + 1]) / 6.0).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

impl Activity {
    pub(super) fn new(rest: &AtRest) -> Self {
        let populations = rest.network().population_count();
        let course = rest.course();
        let fires = (0..populations).map(|a| rest.fires(a)).collect();
        let welch = Welch::new(populations, course.width, course.segment)
            .and_then(|welch| welch.window(Window::Hann).centre(Centre::Known(fires)));
        Self {
            course: *course,
            welch: welch.expect("a series for each population"),
            bands: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, rest: &AtRest, records: &Records) {
        let populations = rest.network().population_count();
        let series: Vec<Vec<f64>> = (0..populations).map(|b| sent(rest, records, b)).collect();
        let series: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
        let mut own = Self::new(rest).welch;
        for welch in [&mut own, &mut self.welch] {
            welch.add(&series).expect("a segment or more of numbers");
        }
        let spectra = own.spectra().expect("it has a network");
        let octaves = octaves(self.course.segment);
        let bands = (0..populations).flat_map(|b| {
            let density = spectra.density(b);
            octaves.iter().map(|(from, to)| mean(&density[*from..*to])).collect::<Vec<_>>()
        });
        self.bands.push(bands.collect());
    }

    pub(super) fn compare(&self, rest: &AtRest) -> Vec<RestComparison> {
        let octaves = octaves(self.course.segment);
        let duration = self.course.segment as f64 * self.course.width;
        let (mut excesses, mut values) = (Vec::new(), Vec::new());
        for population in 0..rest.network().population_count() {
            let shot = rest.state().noise.shot_noise(population);
            let densities =
                rest.states.each_ref().map(|state| expected(&self.course, state, population));
            for (from, to) in &octaves {
                let means = densities.each_ref().map(|density| mean(&density[*from..*to]));
                values.push(means[2]);
                excesses.push(means.map(|density| density - shot));
            }
        }
        let margins = rest.margins(&excesses, &values);
        let compare = |(place, ([_, _, excess], margin)): (usize, (&[f64; 3], f64))| {
            let (population, (from, to)) = (place / octaves.len(), octaves[place % octaves.len()]);
            let predicted = rest.state().noise.shot_noise(population) + excess;
            let values: Vec<f64> = self.bands.iter().map(|bands| bands[place]).collect();
            let (from, to) = (from as f64 / duration, to as f64 / duration);
            RestComparison::new(
                (population, RestQuantity::ActivitySpectrum { from, to }),
                (estimate::mean(&values), values.len()),
                (predicted, margin),
            )
        };
        excesses.iter().zip(margins).enumerate().map(compare).collect()
    }

    pub(super) fn measured(&self, rest: &AtRest) -> MeasuredSpectrum {
        let Ok(spectra) = self.welch.spectra() else { return MeasuredSpectrum::default() };
        let populations = rest.network().population_count();
        // With a known mean all places have the same law but the first, whose transforms are real.
        let places = 0..self.course.segment / PART;
        let densities: Vec<Vec<f64>> = (0..populations).map(|a| spectra.density(a)).collect();
        let theory: Vec<Vec<f64>> =
            (0..populations).map(|a| expected(&self.course, rest.state(), a)).collect();
        let table = |of: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
            places
                .clone()
                .flat_map(|k| (0..populations).map(move |a| (k, a)))
                .map(|(k, a)| of(k, a))
                .collect()
        };
        let band = |k: usize| spectra.confidence(k, COVERAGE).expect("a coverage");
        MeasuredSpectrum {
            frequencies: spectra.frequencies()[places.clone()].to_vec(),
            density: table(&|k, a| densities[a][k]),
            lower: table(&|k, a| densities[a][k] * band(k).lower),
            upper: table(&|k, a| densities[a][k] * band(k).upper),
            predicted: table(&|k, a| theory[a][k]),
        }
    }
}

/// Spikes per neuron and time of a population, bin by bin.
fn sent(rest: &AtRest, records: &Records, population: usize) -> Vec<f64> {
    let (network, course) = (rest.network(), rest.course());
    let neurons = network.populations[population].count as f64;
    let populations = network.population_count();
    if !is_independent(network) {
        let bins = records.spike_activity.chunks(populations).skip(course.burn_in);
        return bins.map(|spikes| spikes[population] as f64 / (neurons * course.width)).collect();
    }
    let targets = network.neuron_count() as f64 - 1.0;
    let sources = network.source_count();
    let bins = records.activity.chunks(populations * sources).skip(course.burn_in);
    let all = |jumps: &[u64]| jumps.iter().skip(population).step_by(sources).sum::<u64>() as f64;
    bins.map(|jumps| all(jumps) / (neurons * targets * course.width)).collect()
}
