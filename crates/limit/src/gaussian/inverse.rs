//! The mean at which a normal law gives a rate.

use equipoise_model::{Gain, GainFunction};

use super::averages;

/// A rate strictly within the open range of a gain, by its distances from both ends: near an end the rate itself would
/// not tell how near.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// `S - inf lambda > 0`, per time unit.
    pub above: f64,
    /// `sup lambda - S > 0`, per time unit; infinite for an unbounded gain.
    pub below: f64,
}

impl Level {
    /// Of a rate; none if it is not within the open range of the gain.
    pub fn of(gain: &Gain, rate: f64) -> Option<Self> {
        let level = Self { above: rate - gain.infimum(), below: gain.supremum() - rate };
        (level.above > 0.0 && level.below > 0.0).then_some(level)
    }

    /// The rate, from the end that is nearer.
    pub fn rate(&self, gain: &Gain) -> f64 {
        if self.above <= self.below {
            gain.infimum() + self.above
        } else {
            gain.supremum() - self.below
        }
    }
}

/// The mean `m` with `E[lambda(m + sqrt(v) X)] = S`, `X` standard normal, which is unique: the average rises with the mean
/// (without variance it may be flat on parts of a tabulated gain; any mean there will do).
///
/// Newton's method for the logarithm of the distance to the nearer end of the range, which is nearly straight in the tails,
/// kept between bounds. Averages are known to `1e-14` of the largest rate, so that below about `1e-12` of it the mean is
/// only as good as they are.
pub fn mean_at(gain: &Gain, variance: f64, level: Level) -> f64 {
    let excess = |mean| excess(gain, variance, level, mean);
    let (mut low, mut high) = bracket(gain, variance, level, excess);
    let (mut mean, mut last_step) = (0.5 * (low + high), high - low);
    for _ in 0..200 {
        let (value, slope) = excess(mean);
        *(if value > 0.0 { &mut high } else { &mut low }) = mean;
        let step = -value / slope;
        let safe = step.abs() < 0.5 * last_step.abs() && (low..=high).contains(&(mean + step));
        let next = if safe { mean + step } else { 0.5 * (low + high) };
        last_step = next - mean;
        mean = next;
        if last_step.abs() <= 2.0 * f64::EPSILON * mean.abs().max(f64::MIN_POSITIVE) {
            break;
        }
    }
    mean
}

/// Logarithm of how far the rate at `mean` is from the nearer end, in units of how far it should be, with the sign of the
/// difference of the rates; and its slope.
fn excess(gain: &Gain, variance: f64, level: Level, mean: f64) -> (f64, f64) {
    let mut g = [0.0; 2];
    averages(gain, mean, variance, &mut g);
    let (distance, wanted, sign) = if level.above <= level.below {
        (g[0] - gain.infimum(), level.above, 1.0)
    } else {
        (gain.supremum() - g[0], level.below, -1.0)
    };
    let distance = distance.max(0.0);
    (sign * (distance / wanted).ln(), g[1] / distance)
}

/// Means below and above the one that is looked for.
fn bracket(
    gain: &Gain,
    variance: f64,
    level: Level,
    excess: impl Fn(f64) -> (f64, f64),
) -> (f64, f64) {
    let range = gain.supremum() - gain.infimum();
    let rise = if range.is_finite() { range } else { level.above };
    let mut width = variance.sqrt() + rise / gain.derivative_bound();
    let mut ends = (0.0, 0.0);
    while excess(ends.1).0 < 0.0 && width.is_finite() {
        ends = (ends.1, ends.1 + width);
        width *= 2.0;
    }
    while excess(ends.0).0 > 0.0 && width.is_finite() {
        ends = (ends.0 - width, ends.0);
        width *= 2.0;
    }
    ends
}

#[cfg(test)]
mod tests {
    use equipoise_model::gain::{Logistic, Probit, Tabulated, ThresholdLinear};

    use super::*;

    fn gains() -> [Gain; 5] {
        let line = Gain::ThresholdLinear(ThresholdLinear { gain: 2.0, threshold: -0.3 });
        [
            Gain::Logistic(Logistic { max_rate: 1.3, threshold: 0.2, slope: 0.4 }),
            Gain::Probit(Probit { max_rate: 20.0, threshold: -30.0, slope: 0.01 }),
            Gain::Tabulated(Tabulated::new(&[-1.0, 0.0, 2.0], &[0.1, 0.4, 5.0]).expect("sound")),
            line.clone().saturated(0.3),
            line,
        ]
    }

    #[test]
    fn the_rate_at_the_mean_of_a_rate_is_that_rate() {
        for gain in gains() {
            for variance in [0.0, 1e-6, 0.5, 40.0] {
                for part in [1e-8, 1e-3, 0.2, 0.5, 0.9, 1.0 - 1e-6] {
                    let range = gain.supremum().min(50.0) - gain.infimum();
                    let level = Level::of(&gain, gain.infimum() + part * range).expect("inside");
                    let mut g = [0.0; 2];
                    averages(&gain, mean_at(&gain, variance, level), variance, &mut g);
                    let error = (g[0] - level.rate(&gain)).abs();
                    assert!(error < 1e-13 * range, "{gain:?} {variance} {part}: {error:e}");
                }
            }
        }
    }

    #[test]
    fn a_logistic_without_variance_is_inverted_far_into_its_tails() {
        let gain = Gain::Logistic(Logistic { max_rate: 1.0, threshold: 0.0, slope: 0.5 });
        let low = mean_at(&gain, 0.0, Level { above: 1e-40, below: 1.0 });
        assert!((low - 0.5 * 1e-40_f64.ln()).abs() < 1e-12, "{low}");
        let high = mean_at(&gain, 0.0, Level { above: 1.0, below: 1e-9 });
        assert!((high + 0.5 * 1e-9_f64.ln()).abs() < 1e-7, "{high}");
    }

    #[test]
    fn a_rate_beyond_the_range_has_no_level() {
        let gain = Gain::Logistic(Logistic { max_rate: 1.0, threshold: 0.0, slope: 0.5 });
        assert!([0.0, -0.1, 1.0, 1.1].iter().all(|rate| Level::of(&gain, *rate).is_none()));
        assert_eq!(Level::of(&gain, 0.75), Some(Level { above: 0.75, below: 0.25 }));
    }
}
