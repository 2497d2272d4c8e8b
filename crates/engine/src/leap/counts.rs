//! The law of how often the neurons of a population jump up more than down in a step.

/// Standard deviations beyond which the law is cut off, and counts beyond those: what is cut off has a probability below `1e-18`.
const REACH: f64 = 9.0;
const MARGIN: f64 = 20.0;
/// Rates below which nothing happens.
const NEVER: f64 = 1e-18;
/// Probabilities, not yet normalised, are kept below that.
const LARGE: f64 = 1e150;
/// Widest law, in standard deviations, that is kept jump by jump.
const WIDEST: f64 = 256.0;

/// Probabilities of the difference of two independent Poisson counts, `D = U - V`.
#[derive(Debug, Clone)]
pub struct Difference {
    /// Its first value.
    pub lowest: i64,
    /// The probability of each value from there on.
    pub probabilities: Vec<f64>,
}

impl Difference {
    /// Of counts with these means.
    ///
    /// From `d p_d = up p_(d-1) - down p_(d+1)`, towards 0 from both ends, in which direction all terms are positive.
    ///
    /// # Source
    /// Skellam (1946), doi:10.2307/2981372; recurrences in their stable direction: Gautschi (1967), doi:10.1137/1009002.
    pub fn new(up: f64, down: f64) -> Self {
        let [up, down] = [up, down].map(|mean| if mean < NEVER { 0.0 } else { mean });
        let reach = REACH * (up + down).sqrt() + MARGIN;
        let lowest = if down == 0.0 { (up - reach).max(0.0) } else { up - down - reach };
        let highest = if up == 0.0 { (-down + reach).min(0.0) } else { up - down + reach };
        let (lowest, highest) = (lowest.floor() as i64, highest.ceil() as i64);
        let mut p = vec![0.0; (highest - lowest + 1) as usize];
        let last = p.len() - 1;
        // The value of a place.
        let value = |place: usize| (lowest + place as i64) as f64;
        // Where 0 is, or the end that is nearest to it.
        let zero = (-lowest).clamp(0, last as i64) as usize;
        p[last] = 1.0;
        for place in (zero + 1..=last).rev() {
            let above = p.get(place + 1).copied().unwrap_or(0.0);
            p[place - 1] = (value(place) * p[place] + down * above) / up;
            if p[place - 1] > LARGE {
                p[place - 1..].iter_mut().for_each(|p| *p /= LARGE);
            }
        }
        let from_above = p[zero];
        p[0] = if zero == 0 { from_above } else { 1.0 };
        for place in 0..zero {
            let below = if place == 0 { 0.0 } else { p[place - 1] };
            p[place + 1] = (up * below - value(place) * p[place]) / down;
            if p[place + 1] > LARGE {
                p[..=place + 1].iter_mut().for_each(|p| *p /= LARGE);
            }
        }
        // Both ways meet there, unless it is an end.
        if zero > 0 && zero < last {
            let factor = from_above / p[zero];
            p[..zero].iter_mut().for_each(|p| *p *= factor);
            p[zero] = from_above;
        }
        let sum: f64 = p.iter().sum();
        for p in &mut p {
            *p /= sum;
        }
        Self { lowest, probabilities: p }
    }
}

/// The same in lumps of several jumps, where the law is wide: `D = shift + lump D'`, with the mean, the variance and the third
/// cumulant of the difference. Its fourth cumulant is larger by `lump^2`.
#[derive(Debug, Clone)]
pub struct Counts {
    /// The law of `D'`.
    pub law: Difference,
    /// Jumps that come together.
    pub lump: f64,
    /// What is added.
    shift: f64,
}

impl Counts {
    /// Of upward and downward jumps with these mean counts.
    pub fn new(up: f64, down: f64) -> Self {
        let (all, excess) = (up + down, up - down);
        let lump = (all.sqrt() / WIDEST).ceil().max(1.0);
        let (all, third) = (all / (lump * lump), excess / (lump * lump * lump));
        let law = Difference::new(0.5 * (all + third), 0.5 * (all - third));
        Self { law, lump, shift: excess - lump * third }
    }

    /// The first value of `D`.
    pub fn lowest(&self) -> f64 {
        self.shift + self.lump * self.law.lowest as f64
    }

    /// `E[U | D]/E[U]` where `of_up`, and `E[V | D]/E[V]` otherwise, for each value of `D'`.
    pub fn shares(&self, of_up: bool) -> Vec<f64> {
        let p = &self.law.probabilities;
        if self.lump > 1.0 {
            // The law is normal but for a skewness below 1/WIDEST.
            let moment = |power: i32| -> f64 {
                let values = (0_u32..).zip(p);
                values.map(|(place, p)| f64::from(place).powi(power) * p).sum()
            };
            let mean = moment(1);
            let variance = (moment(2) - mean * mean) * self.lump;
            let sign = if of_up { 1.0 } else { -1.0 };
            let share = |(place, _)| (1.0 + sign * (f64::from(place) - mean) / variance).max(0.0);
            return (0_u32..).zip(p).map(share).collect();
        }
        let share = |place: usize| {
            let neighbour = if of_up { place.checked_sub(1) } else { Some(place + 1) };
            let neighbour = neighbour.and_then(|place| p.get(place)).copied().unwrap_or(0.0);
            if p[place] > 0.0 { neighbour / p[place] } else { 0.0 }
        };
        (0..p.len()).map(share).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cumulants of orders 1 to 4.
    fn cumulants(law: &Difference) -> [f64; 4] {
        let values = || (law.lowest..).map(|value| value as f64).zip(&law.probabilities);
        let mean: f64 = values().map(|(value, p)| value * p).sum();
        let central = |k: i32| -> f64 { values().map(|(d, p)| (d - mean).powi(k) * p).sum() };
        [mean, central(2), central(3), central(4) - 3.0 * central(2).powi(2)]
    }

    #[test]
    fn differences_have_the_cumulants_of_poisson_counts() {
        let means = [0.0, 1e-12, 0.03, 1.0, 7.5, 70.0, 130.0, 300.0, 1100.0, 9000.0, 60_000.0];
        for (up, down) in means.iter().flat_map(|up| means.map(|down| (*up, down))) {
            let law = Difference::new(up, down);
            let [first, second, third, fourth] = cumulants(&law);
            let (all, excess) = (up + down, up - down);
            let close = |x: f64, y: f64, scale: f64| (x - y).abs() <= 1e-9 * scale.max(1e-9);
            assert!(close(first, excess, all.sqrt()), "{up} {down}: {first}");
            assert!(close(second, all, all), "{up} {down}: {second}");
            assert!(close(third, excess, all.powf(1.5)), "{up} {down}: {third}");
            assert!(close(fourth, all, 100.0 * all * all.max(1.0)), "{up} {down}: {fourth}");
        }
    }

    #[test]
    fn a_single_count_is_poisson() {
        let law = Difference::new(2.0, 0.0);
        assert_eq!(law.lowest, 0);
        let mut expected = (-2.0_f64).exp();
        for (value, p) in (1_u32..).zip(&law.probabilities).take(12) {
            assert!((p / expected - 1.0).abs() < 1e-13, "{value}: {p} {expected}");
            expected *= 2.0 / f64::from(value);
        }
        let mirrored = Difference::new(0.0, 2.0);
        let mut reversed = mirrored.probabilities.clone();
        reversed.reverse();
        assert_eq!(mirrored.lowest + mirrored.probabilities.len() as i64, 1);
        for (p, q) in law.probabilities.iter().zip(&reversed) {
            assert!((p - q).abs() < 1e-16);
        }
    }

    #[test]
    fn lumps_keep_three_cumulants() {
        for (up, down) in [(1e6, 0.9e6), (4e8, 4e8), (1e5, 0.0), (0.0, 3e7)] {
            let counts = Counts::new(up, down);
            assert!(counts.lump > 1.0);
            let [first, second, third, _] = cumulants(&counts.law);
            let (all, excess) = (up + down, up - down);
            let lump = counts.lump;
            assert!((counts.shift + lump * first - excess).abs() < 1e-8 * all);
            assert!((lump.powi(2) * second / all - 1.0).abs() < 1e-9);
            assert!((lump.powi(3) * third - excess).abs() < 1e-6 * all);
        }
    }

    /// `E[U | D]` averages to `E[U]`, and its covariance with `D` is the variance of `U`.
    #[test]
    fn shares_are_conditional_means() {
        for (up, down) in [(0.4, 0.3), (30.0, 25.0), (1e6, 1.1e6)] {
            let counts = Counts::new(up, down);
            for (of_up, sign, mean) in [(true, 1.0, up), (false, -1.0, down)] {
                let law = &counts.law;
                let values = (law.lowest..)
                    .map(|d| counts.shift + counts.lump * d as f64 - (up - down))
                    .zip(law.probabilities.iter().zip(counts.shares(of_up)));
                let (mut average, mut covariance) = (0.0, 0.0);
                for (difference, (p, share)) in values {
                    average += p * share;
                    covariance += p * share * difference * sign;
                }
                assert!((average - 1.0).abs() < 1e-9, "{up} {down}: {average}");
                assert!((covariance - 1.0).abs() < 1e-4, "{mean}: {covariance}");
            }
        }
    }
}
