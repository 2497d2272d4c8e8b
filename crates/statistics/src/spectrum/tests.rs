//! Against exact expectations: white noise, autoregressive and Poisson processes, cosines.

use std::f64::consts::{PI, TAU};

use rand_distr::{Distribution, Exp, StandardNormal};

use super::points::{attenuation, binned, binned_density};
use super::*;
use crate::testing::{accept, of_mean, of_successes, reject, stream};

const SEGMENT: usize = 32;
/// Seven segments that overlap by half.
const LENGTH: usize = 128;
const INTERVAL: f64 = 0.5;
const VARIANCE: f64 = 1.7;
const WINDOWS: [Window; 4] = [Window::Rectangular, Window::Hann, Window::Hamming, Window::Blackman];
/// Replicates: an estimate has about 13 degrees of freedom, so that 5 % are five standard errors and more.
const REPLICATES: usize = 2000;

/// A normal series with the autocovariance `VARIANCE regression^|lag|`.
fn autoregressive(regression: f64, length: usize, random: &mut impl rand::Rng) -> Vec<f64> {
    let mut value: f64 = StandardNormal.sample(random);
    let mut series = vec![VARIANCE.sqrt() * value];
    while series.len() < length {
        let fresh: f64 = StandardNormal.sample(random);
        value = regression * value + (1.0 - regression * regression).sqrt() * fresh;
        series.push(VARIANCE.sqrt() * value);
    }
    series
}

/// Expectation of the estimate when the true mean is removed, from the autocovariance by lag.
fn expectation(window: Window, k: usize, autocovariance: impl Fn(usize) -> f64) -> f64 {
    let weights = window.weights(SEGMENT);
    let power: f64 = weights.iter().map(|w| w * w).sum();
    let term = |lag: usize| {
        let products: f64 = weights.iter().zip(&weights[lag..]).map(|(x, y)| x * y).sum();
        let angle = TAU * (k * lag) as f64 / SEGMENT as f64;
        let both = if lag == 0 { 1.0 } else { 2.0 };
        both * products * autocovariance(lag) * angle.cos()
    };
    INTERVAL * (0..SEGMENT).map(term).sum::<f64>() / power
}

/// p-values at all frequencies of densities of independent replicates against expectations.
fn p_values(replicates: &[Vec<f64>], expected: impl Fn(usize) -> f64) -> Vec<f64> {
    let at = |k: usize| {
        let sample: Vec<f64> = replicates.iter().map(|density| density[k]).collect();
        of_mean(&sample, expected(k))
    };
    (0..=SEGMENT / 2).map(at).collect()
}

fn densities(
    seed: u64,
    window: Window,
    centre: &Centre,
    mut series: impl FnMut(&mut rand_xoshiro::Xoshiro256PlusPlus) -> Vec<f64>,
) -> Vec<Vec<f64>> {
    let mut random = stream(seed);
    let empty = Welch::new(1, INTERVAL, SEGMENT).unwrap().window(window);
    let empty = empty.centre(centre.clone()).unwrap();
    let mut density = || {
        let mut welch = empty.clone();
        welch.add(&[&series(&mut random)]).unwrap();
        welch.spectra().unwrap().density(0)
    };
    (0..REPLICATES).map(|_| density()).collect()
}

#[test]
fn white_noise_is_flat_with_the_variance_times_the_interval() {
    for (seed, window) in (11..).zip(WINDOWS) {
        let noise = densities(seed, window, &Centre::Known(vec![0.0]), |random| {
            autoregressive(0.0, LENGTH, random)
        });
        accept(&p_values(&noise, |_| VARIANCE * INTERVAL));
        reject(&p_values(&noise, |_| 1.05 * VARIANCE * INTERVAL));
    }
}

#[test]
fn a_mean_of_its_own_takes_from_the_lowest_frequencies_what_is_said() {
    let noise = densities(21, Window::Hann, &Centre::Segment, |random| {
        autoregressive(0.0, LENGTH, random).iter().map(|x| x + 100.0).collect()
    });
    let left = |k: usize| [1.0 / 3.0, 5.0 / 6.0].get(k).copied().unwrap_or(1.0);
    accept(&p_values(&noise, |k| left(k) * VARIANCE * INTERVAL));
    reject(&p_values(&noise, |_| VARIANCE * INTERVAL));
    let plain = densities(22, Window::Rectangular, &Centre::Segment, |random| {
        autoregressive(0.0, LENGTH, random)
    });
    assert!(plain.iter().all(|density| density[0] < 1e-25));
    accept(&p_values(&plain, |k| if k == 0 { plain[0][0] } else { VARIANCE * INTERVAL })[1..]);
}

/// A sampled Ornstein-Uhlenbeck process. That the spectrum is aliased is seen: the one in continuous time is rejected.
#[test]
fn an_autoregressive_process_has_its_aliased_spectrum() {
    let (time_constant, known) = (1.3, Centre::Known(vec![0.0]));
    let regression = (-INTERVAL / time_constant).exp();
    for (seed, window) in (31..).zip(WINDOWS) {
        let series =
            densities(seed, window, &known, |random| autoregressive(regression, LENGTH, random));
        let exact = |k| expectation(window, k, |lag| VARIANCE * regression.powi(lag as i32));
        accept(&p_values(&series, exact));
        reject(&p_values(&series, |k| {
            let angular = TAU * k as f64 / (SEGMENT as f64 * INTERVAL);
            2.0 * VARIANCE * time_constant / (1.0 + (angular * time_constant).powi(2))
        }));
    }
}

#[test]
fn the_integral_over_all_frequencies_is_the_weighted_square() {
    let series = autoregressive(0.6, SEGMENT, &mut stream(41));
    for window in WINDOWS {
        let mut welch = Welch::new(1, INTERVAL, SEGMENT).unwrap().window(window);
        welch = welch.centre(Centre::Known(vec![0.0])).unwrap();
        welch.add(&[&series]).unwrap();
        let density = welch.spectra().unwrap().density(0);
        let middle: f64 = density[1..SEGMENT / 2].iter().sum();
        let integral =
            (density[0] + 2.0 * middle + density[SEGMENT / 2]) / (SEGMENT as f64 * INTERVAL);
        let weights = window.weights(SEGMENT);
        let power: f64 = weights.iter().map(|w| w * w).sum();
        let square: f64 = weights.iter().zip(&series).map(|(w, x)| (w * x).powi(2)).sum();
        assert!((integral - square / power).abs() < 1e-13 * integral, "{window:?}");
    }
}

/// `b` lags behind `a` by a phase of 0.7. With Hann's window a cosine is in three places, on each side with a quarter of the
/// density in the middle.
#[test]
fn cosines_have_their_power_and_their_lag() {
    let (amplitude, lag, place) = (3.0, 0.7, 5);
    let angle = |j: usize| TAU * (place * j) as f64 / SEGMENT as f64;
    let first: Vec<f64> = (0..LENGTH).map(|j| 1.0 + amplitude * angle(j).cos()).collect();
    let second: Vec<f64> = (0..LENGTH).map(|j| (angle(j) - lag).cos() - 4.0).collect();
    let mut welch = Welch::new(2, INTERVAL, SEGMENT).unwrap();
    welch.add(&[&first, &second]).unwrap();
    let spectra = welch.spectra().unwrap();
    assert_eq!((spectra.series(), spectra.segments()), (2, 7));
    let density = spectra.density(0);
    let power: f64 = density.iter().sum::<f64>() / (SEGMENT as f64 * INTERVAL);
    assert!((power - amplitude * amplitude / 4.0).abs() < 1e-13);
    assert!((density[place + 1] / density[place] - 0.25).abs() < 1e-13);
    assert!((spectra.phase(0, 1)[place] - lag).abs() < 1e-13);
    assert!((spectra.phase(1, 0)[place] + lag).abs() < 1e-13);
    assert!((spectra.coherence(0, 1)[place] - 1.0).abs() < 1e-13);
    assert_eq!(spectra.frequencies()[place], 5.0 / 16.0);
}

#[test]
fn the_cross_spectrum_is_what_series_have_in_common() {
    let mut random = stream(51);
    let (shared, twin) = (0.4, 0.42);
    let mut cross = Vec::new();
    let mut turned = Vec::new();
    for _ in 0..REPLICATES {
        let first = autoregressive(0.0, LENGTH, &mut random);
        let noise = autoregressive(0.0, LENGTH, &mut random);
        let second: Vec<f64> = first.iter().zip(noise).map(|(x, y)| shared * x + 0.1 * y).collect();
        let mut welch = Welch::new(2, INTERVAL, SEGMENT).unwrap();
        welch = welch.centre(Centre::Known(vec![0.0; 2])).unwrap();
        welch.add(&[&first, &second]).unwrap();
        let spectrum = welch.spectra().unwrap().cross(0, 1);
        cross.push(spectrum.iter().map(|value| value.re).collect::<Vec<_>>());
        turned.push(spectrum.iter().map(|value| value.im).collect::<Vec<_>>());
    }
    accept(&p_values(&cross, |_| shared * VARIANCE * INTERVAL));
    accept(&p_values(&turned, |_| 0.0)[1..SEGMENT / 2]);
    reject(&p_values(&cross, |_| twin * VARIANCE * INTERVAL));
}

/// Of white noise, `Var[S] = 2 E[S]^2/nu` exactly in the middle and at the end. Segments are not independent, as a rectangular window shows.
#[test]
fn densities_scatter_as_their_degrees_of_freedom_say() {
    for (seed, window) in (61..).zip(WINDOWS) {
        let noise = densities(seed, window, &Centre::Known(vec![0.0]), |random| {
            autoregressive(0.0, LENGTH, random)
        });
        let mut welch = Welch::new(1, INTERVAL, SEGMENT).unwrap().window(window);
        welch.add(&[&vec![0.0; LENGTH]]).unwrap();
        let spectra = welch.spectra().unwrap();
        let p = |k: usize, freedom: f64| {
            let square = |density: &Vec<f64>| (density[k] / (VARIANCE * INTERVAL) - 1.0).powi(2);
            of_mean(&noise.iter().map(square).collect::<Vec<_>>(), 2.0 / freedom)
        };
        let [middle, end] = [SEGMENT / 4, SEGMENT / 2];
        let freedom = |k: usize| spectra.degrees_of_freedom(k);
        accept(&[p(middle, freedom(middle)), p(end, freedom(end))]);
        reject(&[p(end, freedom(middle))]);
        if window == Window::Rectangular {
            reject(&[p(middle, 2.0 * spectra.segments() as f64)]);
        }
    }
}

/// Coverage of 90 % bands in the middle and at the end; a band of the middle is too narrow for the end.
#[test]
fn confidence_bands_cover_at_their_level() {
    const BAND: f64 = 0.9;
    let noise = densities(65, Window::Hann, &Centre::Known(vec![0.0]), |random| {
        autoregressive(0.0, LENGTH, random)
    });
    let mut welch = Welch::new(1, INTERVAL, SEGMENT).unwrap();
    welch.add(&[&vec![0.0; LENGTH]]).unwrap();
    let spectra = welch.spectra().unwrap();
    let p = |k: usize, band_of: usize| {
        let band = spectra.confidence(band_of, BAND).unwrap();
        let covers = |density: &&Vec<f64>| {
            let truth = VARIANCE * INTERVAL;
            band.lower * density[k] <= truth && truth <= band.upper * density[k]
        };
        of_successes(noise.iter().filter(covers).count(), REPLICATES, BAND)
    };
    let [middle, end] = [SEGMENT / 4, SEGMENT / 2];
    accept(&[p(middle, middle), p(end, end)]);
    reject(&[p(end, middle)]);
}

/// Of a rectangular window, neighbouring segments have half their values in common: `r = 1/4`.
#[test]
fn degrees_of_freedom_count_overlapping_segments_once() {
    let mut welch = Welch::new(1, 1.0, 4).unwrap().window(Window::Rectangular);
    let freedom = |welch: &Welch| welch.spectra().unwrap().degrees_of_freedom(1);
    welch.add(&[&[1.0, 2.0, 0.0, -1.0]]).unwrap();
    assert!((freedom(&welch) - 2.0).abs() < 1e-14);
    welch.add(&[&[1.0, 2.0, 0.0, -1.0]]).unwrap();
    assert!((freedom(&welch) - 4.0).abs() < 1e-14);
    welch.add(&[&[1.0, 2.0, 0.0, -1.0, 3.0, 1.0, 9.0]]).unwrap();
    assert!((freedom(&welch) - 2.0 * 16.0 / 4.5).abs() < 1e-14);
    assert!((welch.spectra().unwrap().degrees_of_freedom(0) - 16.0 / 4.5).abs() < 1e-14);
}

#[test]
fn independent_series_exceed_the_threshold_of_coherence_at_its_level() {
    const THRESHOLD: f64 = 0.95;
    let mut random = stream(71);
    let place = SEGMENT / 4;
    let mut exceed = |common: f64| {
        let over = (0..REPLICATES).filter(|_| {
            let first = autoregressive(0.0, LENGTH, &mut random);
            let mut second = autoregressive(0.0, LENGTH, &mut random);
            second.iter_mut().zip(&first).for_each(|(y, x)| *y += common * x);
            let mut welch = Welch::new(2, INTERVAL, SEGMENT).unwrap();
            welch.add(&[&first, &second]).unwrap();
            let spectra = welch.spectra().unwrap();
            let threshold = spectra.coherence_threshold(THRESHOLD).unwrap();
            spectra.coherence(0, 1)[place] > threshold
        });
        of_successes(over.count(), REPLICATES, 1.0 - THRESHOLD)
    };
    accept(&[exceed(0.0)]);
    reject(&[exceed(0.3)]);
}

#[test]
fn realisations_are_weighted_by_their_segments() {
    let long = autoregressive(0.3, LENGTH, &mut stream(81));
    let short = autoregressive(0.3, SEGMENT, &mut stream(82));
    let density = |realisations: &[&[f64]]| {
        let mut welch = Welch::new(1, INTERVAL, SEGMENT).unwrap();
        for realisation in realisations {
            welch.add(&[realisation]).unwrap();
        }
        welch.spectra().unwrap().density(0)
    };
    let (first, second) = (density(&[&long]), density(&[&short]));
    for (k, pooled) in density(&[&long, &short]).into_iter().enumerate() {
        assert!((pooled - (7.0 * first[k] + second[k]) / 8.0).abs() < 1e-14 * (1.0 + pooled));
    }
}

/// Points of a Poisson process: the floor at every frequency, however wide the bins are.
#[test]
fn a_poisson_process_is_all_shot_noise() {
    let (rate, known) = (2.3, Centre::Known(vec![2.3]));
    let gaps = Exp::new(rate).unwrap();
    let noise = densities(91, Window::Hann, &known, |random| {
        let mut time = 0.0;
        let mut times = Vec::new();
        while time < LENGTH as f64 * INTERVAL {
            time += gaps.sample(random);
            times.push(time);
        }
        binned(&times, 0.0, INTERVAL, LENGTH).unwrap()
    });
    let expected = |k: usize| {
        let frequency = k as f64 / (SEGMENT as f64 * INTERVAL);
        binned_density(rate, |_| 0.0, frequency, INTERVAL).unwrap()
    };
    accept(&p_values(&noise, expected));
    reject(&p_values(&noise, |k| 1.05 * expected(k)));
}

/// Bins of a process with the autocovariance `c exp(-|s|/tau)` beside its shot noise, in closed form.
#[test]
fn binning_damps_and_aliases_correlations() {
    let (rate, c, tau, width) = (2.0, 0.8, 0.7, 0.5_f64);
    let ratio = width / tau;
    let autocovariance = |lag: i32| {
        let shape = if lag == 0 {
            2.0 * (ratio - 1.0 + (-ratio).exp())
        } else {
            (ratio.exp() - 2.0 + (-ratio).exp()) * (-ratio * f64::from(lag)).exp()
        };
        c * shape / (ratio * ratio)
    };
    for frequency in [0.0, 0.13, 0.5, 1.0] {
        let cosines = (1..200).map(|lag| {
            2.0 * autocovariance(lag) * (TAU * frequency * f64::from(lag) * width).cos()
        });
        let exact = rate + width * (autocovariance(0) + cosines.sum::<f64>());
        let excess = |f: f64| 2.0 * c * tau / (1.0 + (TAU * f * tau).powi(2));
        let ours = binned_density(rate, excess, frequency, width).unwrap();
        assert!((ours - exact).abs() < 1e-6, "{frequency}: {ours} {exact}");
    }
    assert_eq!(attenuation(0.0, width), 1.0);
    assert!((attenuation(1.0, width) - 4.0 / (PI * PI)).abs() < 1e-15);
}

#[test]
fn bins_hold_their_left_ends() {
    assert_eq!(binned(&[2.0, -0.1, 1.0, 0.0, 0.99], 0.0, 1.0, 2).unwrap(), [2.0, 1.0]);
    assert!(binned(&[], 0.0, 0.0, 2).is_err());
}

#[test]
fn what_makes_no_spectrum_is_refused() {
    let refused = |error: SpectrumError, text: &str| assert_eq!(error.to_string(), text);
    let welch = || Welch::new(2, 1.0, 4).unwrap();
    refused(Welch::new(0, 1.0, 4).unwrap_err(), "a spectrum needs at least one series");
    refused(
        Welch::new(1, 1.0, 7).unwrap_err(),
        "a segment has 7 values; it must have an even number of at least 4",
    );
    refused(
        Welch::new(1, f64::NAN, 8).unwrap_err(),
        "the sampling interval is NaN; it must be positive and finite",
    );
    refused(
        welch().centre(Centre::Known(vec![0.0])).unwrap_err(),
        "there are 1 means for 2 series",
    );
    let series = [0.0; 6];
    refused(welch().add(&[&series]).unwrap_err(), "there are 1 series for 2 series");
    refused(
        welch().add(&[&series, &series[1..]]).unwrap_err(),
        "series 1 has 5 values, the first one has 6",
    );
    refused(
        welch().add(&[&series[..3], &series[..3]]).unwrap_err(),
        "a realisation has 3 values, fewer than a segment of 4",
    );
    let broken = [0.0, 0.0, f64::INFINITY, 0.0, 0.0, 0.0];
    refused(welch().add(&[&series, &broken]).unwrap_err(), "value 2 of series 1 is inf");
    refused(welch().spectra().unwrap_err(), "no realisation has been taken in");
    let mut full = welch();
    full.add(&[&series, &series]).unwrap();
    let spectra = full.spectra().unwrap();
    refused(spectra.confidence(1, 1.0).unwrap_err(), "the level 1 is not between 0 and 1");
    refused(spectra.coherence_threshold(0.0).unwrap_err(), "the level 0 is not between 0 and 1");
}
