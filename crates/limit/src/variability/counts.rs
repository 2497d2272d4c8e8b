//! The spikes of a neuron that has not come to rest, counted from a time on.
//!
//! Use it for counts over a whole run, where mean and variance change; [`SpikeTrain::fano`](super::SpikeTrain::fano) is the same at a stationary state. The potentiation is
//! normal with mean `m(t)` and variance `v(t)`, of which the part `c(t)` is the neuron's own and is remembered for a time `tau`: `Cov(z(s), z(t)) = c(s) exp(-(t - s)/tau)` for
//! `s <= t` (in one network of size `n`, `v - c` is the variance of the population's mean over networks, which balance brings back within a time of order
//! `n^{-1/2} tau`). Spikes are a Poisson process of intensity `lambda(z(t))/p`, so that of their number `M` in `[0, T]`
//!
//! ```math
//! \begin{aligned}
//! & E M = p^{-1} \int_0^T h_0\, dt, \qquad \mathrm{Var}\, M = E M + 2 p^{-2} \int_0^T dt \int_0^t ds\, C(s, t), \qquad F = \frac{\mathrm{Var}\, M}{E M}, \\
//! & C(s, t) = \mathrm{Cov}(\lambda(z(s)), \lambda(z(t))) = \sum_{l \ge 1} h_l(s)\, h_l(t)\, \rho(s, t)^l, \qquad \rho(s, t) = \frac{c(s)\, e^{-(t - s)/\tau}}{\sqrt{v(s)\, v(t)}}
//! \end{aligned}
//! ```
//!
//! (Mehler), with the Hermite modes `h_l = E[lambda(m + sqrt(v) X) He_l(X)]/sqrt(l!) = v^{l/2} g_l/sqrt(l!)` of each time.
//!
//! **Quadrature.** Moments are given at times of any spacing. Between two of them `h_l(t)`, `h_l(s) (c/v)^l` and `log rho` are taken to be straight, and the
//! double integral is exact: `I_l(t) = int_0^t h_l(s) rho(s, t)^l ds` is carried from time to time. The error is of second order in the spacing, relative to the times over
//! which *moments* change; the memory of the potentiation, however short, costs nothing, and at a stationary state there is no error but rounding (and that of many modes taken as one, for steep gains).
//!
//! # Source
//! As of the [module above](super); Cox & Isham (1980), section 3.3, for intensities that change.
//!
//! ```
//! use equipoise_limit::variability::counts::{CountedNeuron, Sample};
//! use equipoise_model::Gain;
//! use equipoise_model::gain::Logistic;
//!
//! let gain = Gain::Logistic(Logistic { max_rate: 1.0, threshold: 0.0, slope: 0.5 });
//! let neuron = CountedNeuron { gain: &gain, time_constant: 1.0, release_probability: 1.0 };
//! let at = |time: f64| Sample { time, mean: -time, variance: 0.2, own_variance: 0.2 };
//! let counts = neuron.counts(&[at(0.0), at(0.5), at(1.0)])?;
//! assert!(counts.fano() > 1.0 && counts.mean < 0.5);
//! # Ok::<(), equipoise_limit::variability::VariabilityError>(())
//! ```

use equipoise_model::{Gain, Network};

use super::modes::Modes;
use super::{StationaryNeuron, VariabilityError};
use crate::gaussian::RULE;

/// Most modes that are taken at each time. What they leave of the variance counts as one mode more, of twice the last order: nothing for smooth gains; for a step as steep as can be it
/// moves `F` by less than `1e-4`.
const MOST: usize = 512;

/// A neuron whose spikes are counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CountedNeuron<'a> {
    /// `lambda`, the intensity towards one target.
    pub gain: &'a Gain,
    /// `tau`, in time units.
    pub time_constant: f64,
    /// `p` in `(0, 1]`: spikes have the intensity `lambda/p`.
    pub release_probability: f64,
}

impl<'a> CountedNeuron<'a> {
    /// A neuron of a population of a network.
    ///
    /// # Panics
    /// If there is no such population.
    pub fn of_population(network: &'a Network, population: usize) -> Self {
        let neurons = &network.populations[population];
        let release_probability = network.transmission.release_probability();
        Self { gain: &neurons.gain, time_constant: neurons.time_constant, release_probability }
    }
}

/// The law of the neuron's potentiation at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// `t`, in time units.
    pub time: f64,
    /// `m`.
    pub mean: f64,
    /// `v`.
    pub variance: f64,
    /// `c <= v`, what is remembered for a time `tau`.
    pub own_variance: f64,
}

/// The number of a neuron's spikes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counts {
    /// `E M`.
    pub mean: f64,
    /// `Var M`.
    pub variance: f64,
}

impl Counts {
    /// Fano factor `Var M/E M`; no number where there are no spikes.
    pub fn fano(&self) -> f64 {
        self.variance / self.mean
    }
}

/// One mode between two times.
#[derive(Debug, Clone, Copy)]
struct Piece {
    /// `h_l (c/v)^l` at the earlier time and at the later one.
    source: [f64; 2],
    /// `h_l` at both.
    target: [f64; 2],
}

impl CountedNeuron<'_> {
    /// Mean and variance of the number of spikes from the first of some rising times to the last, given the law at all of them.
    ///
    /// # Errors
    /// [`VariabilityError::State`].
    pub fn counts(&self, samples: &[Sample]) -> Result<Counts, VariabilityError> {
        let p = self.release_probability;
        let modes = samples.iter().map(|sample| self.modes(sample));
        let modes = modes.collect::<Result<Vec<_>, VariabilityError>>()?;
        let orders = modes.iter().map(Modes::count).max().unwrap_or(0);
        // I_l at the time reached.
        let mut carried = vec![0.0; orders];
        let (mut mean, mut covariance) = (0.0, 0.0);
        for (pair, modes) in samples.windows(2).zip(modes.windows(2)) {
            let width = pair[1].time - pair[0].time;
            mean += 0.5 * width * (modes[0].rate + modes[1].rate);
            let forgotten = self.forgotten(pair);
            let share = [0, 1].map(|end| share(&pair[end]));
            for (index, carried) in carried.iter_mut().enumerate() {
                let target = [0, 1].map(|end| modes[end].mode(index));
                let order = modes[0].order(index);
                let piece = Piece {
                    source: [0, 1].map(|end| target[end] * share[end].powf(order)),
                    target,
                };
                covariance += piece.pass(width, order * forgotten, carried);
            }
        }
        let mean = mean / p;
        Ok(Counts { mean, variance: mean + 2.0 * covariance / (p * p) })
    }

    fn modes(&self, sample: &Sample) -> Result<Modes, VariabilityError> {
        let neuron = StationaryNeuron {
            gain: self.gain,
            mean: sample.mean,
            variance: sample.variance,
            time_constant: self.time_constant,
            release_probability: self.release_probability,
        };
        neuron.check()?;
        Ok(Modes::up_to(&neuron, MOST))
    }

    /// `-log` of the correlation that an own part alone would have between two times, at least 0.
    fn forgotten(&self, pair: &[Sample]) -> f64 {
        let widened = 0.5 * (pair[1].variance / pair[0].variance).ln();
        let forgotten = (pair[1].time - pair[0].time) / self.time_constant + widened;
        // Nothing is remembered of, or at, a time without variance; there the modes vanish.
        if forgotten.is_nan() { f64::INFINITY } else { forgotten.max(0.0) }
    }
}

/// `c/v`.
fn share(sample: &Sample) -> f64 {
    if sample.variance > 0.0 { (sample.own_variance / sample.variance).min(1.0) } else { 1.0 }
}

impl Piece {
    /// Carries `I_l` from the earlier time to the later one, `I' = source - rate I`, and returns the integral of `target I`. With `u` in `[0, 1]` between
    /// the times and `x = width rate`, all are combinations of `M_k = int_0^1 d^k exp(-x d) dd`, `d` being the lag.
    fn pass(&self, width: f64, x: f64, carried: &mut f64) -> f64 {
        let m = lag_moments(x);
        let ([b, b_1], [a, a_1]) = (self.source, self.target);
        let (rise_b, rise_a) = (b_1 - b, a_1 - a);
        // int_0^u r^j u^i exp(-x (u - r)) over 0 < r < u < 1: u runs from d to 1, r = u - d.
        let both = m[0] - m[1];
        let later = 0.5 * (m[0] - m[2]);
        let earlier = 0.5 * (m[0] - 2.0 * m[1] + m[2]);
        let product = m[0] / 3.0 - 0.5 * m[1] + m[3] / 6.0;
        let fresh =
            a * b * both + rise_a * b * later + a * rise_b * earlier + rise_a * rise_b * product;
        let old = *carried * (a * m[0] + rise_a * m[1]);
        let kept = (-x).exp();
        *carried = *carried * kept + width * (b * m[0] + rise_b * (m[0] - m[1]));
        width * (old + width * fresh)
    }
}

/// `M_k = int_0^1 d^k exp(-x d) dd` for `k = 0..3`, to rounding: by quadrature, or by parts where that does not cancel.
fn lag_moments(x: f64) -> [f64; 4] {
    const SMALL: f64 = 6.0;
    if x.is_infinite() {
        return [0.0; 4];
    }
    if x < SMALL {
        let mut moments = [0.0; 4];
        for (node, weight) in RULE.iter() {
            let d = 0.5 * (1.0 + node);
            let mut term = 0.5 * weight * (-x * d).exp();
            for moment in &mut moments {
                *moment += term;
                term *= d;
            }
        }
        return moments;
    }
    let end = (-x).exp();
    let mut moments = [(1.0 - end) / x; 4];
    for k in 1..4 {
        moments[k] = (k as f64 * moments[k - 1] - end) / x;
    }
    moments
}

#[cfg(test)]
mod tests {
    use equipoise_model::gain::{Logistic, Probit, ThresholdLinear};

    use super::super::SpikeTrain;
    use super::*;

    fn logistic(slope: f64) -> Gain {
        Gain::Logistic(Logistic { max_rate: 1.3, threshold: 0.2, slope })
    }

    fn neuron(gain: &Gain, time_constant: f64) -> CountedNeuron<'_> {
        CountedNeuron { gain, time_constant, release_probability: 0.4 }
    }

    /// At any times of any spacing.
    #[test]
    fn at_a_stationary_state_it_is_the_train_s() {
        let step = Gain::Probit(Probit { max_rate: 1.0, threshold: 0.0, slope: 1e-9 });
        let line = Gain::ThresholdLinear(ThresholdLinear { gain: 2.0, threshold: 0.3 });
        for (gain, tolerance) in
            [(logistic(0.5), 1e-12), (logistic(0.02), 1e-5), (line, 1e-6), (step, 1e-4)]
        {
            let train = SpikeTrain::new(StationaryNeuron {
                release_probability: 0.4,
                ..StationaryNeuron::new(&gain, -0.4, 0.6, 0.7)
            })
            .unwrap();
            let samples = [0.0, 0.01, 0.5, 0.55, 2.0, 9.0].map(|time| Sample {
                time,
                mean: -0.4,
                variance: 0.6,
                own_variance: 0.6,
            });
            for until in 2..=samples.len() {
                let counts = neuron(&gain, 0.7).counts(&samples[..until]).unwrap();
                let window = samples[until - 1].time;
                let exact = train.fano(window);
                let error = (counts.fano() - exact).abs();
                assert!(error < tolerance, "{gain:?} {window}: {} {exact}", counts.fano());
                assert!((counts.mean - train.rate() * window).abs() < 1e-12 * counts.mean);
            }
        }
    }

    #[test]
    fn moments_of_the_lag_agree_where_they_meet() {
        let (below, above) = (lag_moments(6.0_f64.next_down()), lag_moments(6.0));
        for (below, above) in below.iter().zip(above) {
            assert!((below - above).abs() < 1e-15, "{below} {above}");
        }
    }

    /// A straight gain follows the potentiation, `C(s, t) = beta^2 c(s) exp(-(t - s)/tau)`. From rest at 0, `v = v_inf (1 - exp(-2 t/tau))` and over `s < t` the integral is
    /// `beta^2 v_inf (tau T + tau^2 (-3/2 + 2 e - e^2/2))`, `e = exp(-T/tau)`.
    #[test]
    fn a_straight_gain_started_at_rest_has_its_closed_form() {
        let (limit, tau, end, p) = (0.3_f64, 1.7, 4.0, 0.4);
        let (beta, threshold) = (2.0, -9.0);
        let gain = Gain::ThresholdLinear(ThresholdLinear { gain: beta, threshold });
        let samples = |count: u32| -> Vec<Sample> {
            let sample = |i: u32| {
                let time = end * f64::from(i) / f64::from(count);
                let variance = -limit * (-2.0 * time / tau).exp_m1();
                Sample { time, mean: 0.0, variance, own_variance: variance }
            };
            (0..=count).map(sample).collect()
        };
        let e = (-end / tau).exp();
        let integral = limit * (tau * end + tau * tau * (-1.5 + 2.0 * e - 0.5 * e * e));
        let mean = -beta * threshold * end / p;
        let exact = 2.0 * beta * beta * integral / (p * p);
        let errors = [100, 200].map(|count| {
            let counts = neuron(&gain, tau).counts(&samples(count)).unwrap();
            assert!((counts.mean - mean).abs() < 1e-10 * mean);
            (counts.variance - mean) / exact - 1.0
        });
        println!("{errors:?}");
        assert!(errors[0].abs() < 1e-3 && errors[1].abs() < 0.5 * errors[0].abs(), "{errors:?}");
    }

    /// What a population has in common does not last: with half of the variance remembered, a straight gain's covariance is half.
    #[test]
    fn what_is_not_remembered_adds_nothing() {
        let gain = Gain::ThresholdLinear(ThresholdLinear { gain: 2.0, threshold: -9.0 });
        let excess = |own_variance: f64| {
            let samples =
                [0.0, 1.0, 3.0].map(|time| Sample { time, mean: 0.0, variance: 0.3, own_variance });
            let counts = neuron(&gain, 1.0).counts(&samples).unwrap();
            counts.variance - counts.mean
        };
        assert!((excess(0.15) / excess(0.3) - 0.5).abs() < 1e-10);
        assert_eq!(excess(0.0), 0.0);
    }
}
