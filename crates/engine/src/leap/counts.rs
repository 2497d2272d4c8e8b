//! The law of how often the neurons of a population jump up more than down in a step.

/// Standard deviations beyond which the law is cut off, and counts beyond those: what is cut off has a probability below `1e-18`.
const REACH: f64 = 9.0;
const MARGIN: f64 = 20.0;
/// Rates below which nothing happens.
const NEVER: f64 = 1e-18;
/// Probabilities, not yet normalised, are kept below that.
const LARGE: f64 = 1e150;
/// Widest law, in standard deviations, that is kept jump by jump; and where that takes convolutions.
const WIDEST: f64 = 256.0;
const WIDEST_CONVOLVED: f64 = 64.0;

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

/// Successes in independent trials.
#[derive(Debug, Clone, Copy)]
pub struct Trials {
    pub number: u64,
    /// Of a success.
    pub probability: f64,
    /// Whether successes are jumps up.
    pub is_up: bool,
}

impl Trials {
    fn sign(&self) -> f64 {
        if self.is_up { 1.0 } else { -1.0 }
    }

    /// Mean number of successes.
    pub fn mean(&self) -> f64 {
        self.number as f64 * self.probability
    }

    fn variance(&self) -> f64 {
        self.mean() * (1.0 - self.probability)
    }

    /// The law of jumps up less jumps down.
    fn law(&self) -> Difference {
        let (number, p) = (self.number as f64, self.probability);
        let reach = if p < 1.0 { REACH * self.variance().sqrt() + MARGIN } else { 0.0 };
        let lowest = (self.mean() - reach).floor().max(0.0) as u64;
        let highest = ((self.mean() + reach).ceil() as u64).min(self.number);
        let mut law = vec![0.0; (highest - lowest + 1) as usize];
        let mode = ((number + 1.0) * p).floor().clamp(lowest as f64, highest as f64) as u64;
        let top = (mode - lowest) as usize;
        law[top] = 1.0;
        let odds = p / (1.0 - p);
        for place in top + 1..law.len() {
            let k = (lowest + place as u64) as f64;
            law[place] = law[place - 1] * odds * (number - k + 1.0) / k;
        }
        for place in (0..top).rev() {
            let k = (lowest + place as u64 + 1) as f64;
            law[place] = law[place + 1] * k / (odds * (number - k + 1.0));
        }
        let sum: f64 = law.iter().sum();
        for p in &mut law {
            *p /= sum;
        }
        if self.is_up {
            return Difference { lowest: lowest as i64, probabilities: law };
        }
        law.reverse();
        Difference { lowest: -(highest as i64), probabilities: law }
    }
}

impl Difference {
    /// Of Poisson counts with these means and of trials.
    fn of((up, down): (f64, f64), trials: &[Trials]) -> Self {
        trials.iter().fold(Self::new(up, down), |law, trials| law.and(&trials.law()))
    }

    /// Of the sum of two independent differences.
    fn and(&self, other: &Self) -> Self {
        let mut sum = vec![0.0; self.probabilities.len() + other.probabilities.len() - 1];
        for (first, p) in self.probabilities.iter().enumerate() {
            for (sum, q) in sum[first..].iter_mut().zip(&other.probabilities) {
                *sum += p * q;
            }
        }
        Self { lowest: self.lowest + other.lowest, probabilities: sum }
    }
}

/// Which jumps of a difference.
#[derive(Debug, Clone, Copy)]
pub enum Part {
    /// Those of Poisson counts, up or down.
    Poisson { is_up: bool },
    /// Those of one of the trials.
    Trials(usize),
}

/// The law of jumps up less jumps down: of Poisson counts and of trials; in lumps of several jumps, where the law is wide: `D = shift + lump D'`, with
/// the mean, the variance and the third cumulant of the difference. Its fourth cumulant is larger by `lump^2`.
#[derive(Debug, Clone)]
pub struct Counts {
    pub trials: Vec<Trials>,
    /// Means of the Poisson counts alone.
    poisson: (f64, f64),
    /// The law of `D'`.
    pub law: Difference,
    /// Jumps that come together.
    pub lump: f64,
    /// What is added.
    shift: f64,
}

impl Counts {
    /// Of upward and downward jumps with these mean counts, and of trials.
    pub fn new((up, down): (f64, f64), trials: Vec<Trials>) -> Self {
        let sum = |value: &dyn Fn(&Trials) -> f64| trials.iter().map(value).sum::<f64>();
        let mean = up - down + sum(&|t| t.sign() * t.mean());
        let variance = up + down + sum(&Trials::variance);
        let third = up - down + sum(&|t| t.sign() * t.variance() * (1.0 - 2.0 * t.probability));
        let widest = if trials.is_empty() { WIDEST } else { WIDEST_CONVOLVED };
        let lump = (variance.sqrt() / widest).ceil().max(1.0);
        let poisson = (up, down);
        if lump > 1.0 || trials.is_empty() {
            let (variance, third) = (variance / (lump * lump), third / (lump * lump * lump));
            let law = Difference::new(0.5 * (variance + third), 0.5 * (variance - third));
            return Self { trials, poisson, law, lump, shift: mean - lump * third };
        }
        let law = Difference::of(poisson, &trials);
        Self { trials, poisson, law, lump, shift: 0.0 }
    }

    /// `E[D]`.
    pub fn mean(&self) -> f64 {
        let signed = self.trials.iter().map(|trials| trials.sign() * trials.mean());
        self.poisson.0 - self.poisson.1 + signed.sum::<f64>()
    }

    /// The first value of `D`.
    pub fn lowest(&self) -> f64 {
        self.shift + self.lump * self.law.lowest as f64
    }

    /// `E[U | D]/E[U]` with `U` a part of the jumps, for each value of `D'`.
    pub fn shares(&self, part: Part) -> Vec<f64> {
        let p = &self.law.probabilities;
        let (of_up, private) = match part {
            Part::Poisson { is_up } => (is_up, 1.0),
            Part::Trials(which) => (self.trials[which].is_up, 1.0 - self.trials[which].probability),
        };
        if self.lump > 1.0 {
            // The law is normal but for a skewness below 1/WIDEST.
            let moment = |power: i32| -> f64 {
                let values = (0_u32..).zip(p);
                values.map(|(place, p)| f64::from(place).powi(power) * p).sum()
            };
            let mean = moment(1);
            let variance = (moment(2) - mean * mean) * self.lump;
            let sign = if of_up { private } else { -private };
            let share = |(place, _)| (1.0 + sign * (f64::from(place) - mean) / variance).max(0.0);
            return (0_u32..).zip(p).map(share).collect();
        }
        // `E[U | D = d] = E[U] P(D~ = d - 1)/P(D = d)` for jumps up, where `D~` has one trial less, and is `D` for Poisson counts.
        let fewer = match part {
            Part::Poisson { .. } => None,
            Part::Trials(which) if self.trials[which].number == 0 => return vec![0.0; p.len()],
            Part::Trials(which) => {
                let mut trials = self.trials.clone();
                trials[which].number -= 1;
                Some(Difference::of(self.poisson, &trials))
            }
        };
        let fewer = fewer.as_ref().unwrap_or(&self.law);
        let offset = self.law.lowest - fewer.lowest + if of_up { -1 } else { 1 };
        let share = |place: usize| {
            let neighbour = usize::try_from(place as i64 + offset).ok();
            let neighbour = neighbour.and_then(|place| fewer.probabilities.get(place)).copied();
            if p[place] > 0.0 { neighbour.unwrap_or(0.0) / p[place] } else { 0.0 }
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
            let counts = Counts::new((up, down), Vec::new());
            assert!(counts.lump > 1.0);
            let [first, second, third, _] = cumulants(&counts.law);
            let (all, excess) = (up + down, up - down);
            let lump = counts.lump;
            assert!((counts.shift + lump * first - excess).abs() < 1e-8 * all);
            assert!((lump.powi(2) * second / all - 1.0).abs() < 1e-9);
            assert!((lump.powi(3) * third - excess).abs() < 1e-6 * all);
        }
    }

    /// Means of Poisson counts; number, probability and direction of trials.
    type Case = ((f64, f64), &'static [(u64, f64, bool)]);

    const LAWS: [Case; 9] = [
        ((0.4, 0.3), &[]),
        ((30.0, 25.0), &[]),
        ((1e6, 1.1e6), &[]),
        ((0.0, 0.0), &[(40, 0.3, true)]),
        ((0.0, 0.0), &[(40, 0.3, true), (60, 0.3, false)]),
        ((3.0, 0.0), &[(7, 0.8, false), (0, 0.8, true)]),
        ((2.0, 1.0), &[(5, 1.0, true), (900, 1.0, false)]),
        ((0.0, 0.0), &[(3000, 0.5, true), (1000, 0.5, false)]),
        ((0.0, 1e4), &[(4_000_000, 0.1, true), (3_000_000, 0.1, false)]),
    ];

    fn counts((poisson, trials): Case) -> Counts {
        let trials = trials.iter().map(|&(number, probability, is_up)| Trials {
            number,
            probability,
            is_up,
        });
        Counts::new(poisson, trials.collect())
    }

    #[test]
    fn sums_of_counts_and_trials_have_their_cumulants() {
        for case in LAWS {
            let counts = counts(case);
            let ((up, down), lump) = (case.0, counts.lump);
            let mut expected = [up - down, up + down, up - down];
            for (number, p, is_up) in case.1 {
                let (mean, sign) = (*number as f64 * p, if *is_up { 1.0 } else { -1.0 });
                let variance = mean * (1.0 - p);
                expected[0] += sign * mean;
                expected[1] += variance;
                expected[2] += sign * variance * (1.0 - 2.0 * p);
            }
            let [first, second, third, _] = cumulants(&counts.law);
            let close = |x: f64, y: f64, power: i32| {
                let scale = expected[1].sqrt().max(1.0).powi(power);
                assert!((x - y).abs() < 1e-8 * scale, "{case:?}: {x} {y}");
            };
            close(counts.shift + lump * first, expected[0], 1);
            close(lump.powi(2) * second, expected[1], 2);
            close(lump.powi(3) * third, expected[2], 3);
        }
    }

    /// `E[U | D]` averages to `E[U]`, and its covariance with `D` is the variance of `U`.
    #[test]
    fn shares_are_conditional_means() {
        for case in LAWS {
            let counts = counts(case);
            let (up, down) = case.0;
            let poissons =
                [(Part::Poisson { is_up: true }, up), (Part::Poisson { is_up: false }, -down)];
            let poissons = poissons.into_iter().map(|(part, mean)| (part, mean, 1.0));
            let trials = counts.trials.iter().enumerate();
            let trials =
                trials.map(|(at, t)| (Part::Trials(at), t.sign() * t.mean(), 1.0 - t.probability));
            for (part, mean, private) in poissons.chain(trials).filter(|(_, mean, _)| *mean != 0.0)
            {
                let law = &counts.law;
                let (mut average, mut covariance) = (0.0, 0.0);
                let [centre, ..] = cumulants(law);
                for (d, (p, share)) in
                    (law.lowest..).zip(law.probabilities.iter().zip(counts.shares(part)))
                {
                    average += p * share;
                    covariance += p * share * counts.lump * (d as f64 - centre) * mean.signum();
                }
                assert!((average - 1.0).abs() < 1e-9, "{case:?} {part:?}: {average}");
                assert!((covariance - private).abs() < 1e-4, "{case:?} {part:?}: {covariance}");
            }
        }
    }
}
