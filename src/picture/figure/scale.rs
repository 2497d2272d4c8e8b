//! Ranges of axes, and round numbers on them.

/// Part of the range of values left free on either side.
const ROOM: f64 = 0.06;
/// Decades from which on a logarithmic axis has ticks at powers of ten alone.
const MANY_DECADES: f64 = 2.0;
/// Numbers beyond this, and on logarithmic axes below its inverse, have no place: their differences and ratios would be infinite.
const EXTREME: f64 = 1e150;
/// Most ticks at powers of ten.
const MOST_DECADES: i32 = 8;

/// How values become places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// In proportion.
    Linear,
    /// In proportion to logarithms; what is not positive has no place.
    Logarithmic,
}

/// A scale between two values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    scale: Scale,
    low: f64,
    high: f64,
}

/// A number on an axis, and how it is written: `mantissa` times ten to the power of `exponent`.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where it is.
    pub value: f64,
    /// Digits.
    pub label: String,
    /// Power of ten of this tick, on a logarithmic axis.
    pub exponent: Option<i32>,
}

impl Range {
    /// A range with these ends; if they are no range, one around them.
    pub fn new(scale: Scale, low: f64, high: f64) -> Self {
        match scale {
            _ if !(low.is_finite() && high.is_finite()) => Self { scale, low: 0.1, high: 1.0 },
            Scale::Logarithmic if low <= 0.0 => {
                let high = if high > 0.0 { high } else { 1.0 };
                Self { scale, low: high / 10.0, high }
            }
            Scale::Logarithmic if low >= high => Self { scale, low: low / 2.0, high: low * 2.0 },
            Scale::Linear if low >= high => {
                let room = if low == 0.0 { 1.0 } else { 0.1 * low.abs() };
                Self { scale, low: low - room, high: low + room }
            }
            _ => Self { scale, low, high },
        }
    }

    /// The range of some values with room to spare.
    pub fn of(scale: Scale, values: impl Iterator<Item = f64>) -> Self {
        let shown = values.filter(|value| match scale {
            Scale::Linear => value.abs() <= EXTREME,
            Scale::Logarithmic => (EXTREME.recip()..=EXTREME).contains(value),
        });
        let (low, high) = shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let Self { low, high, .. } = Self::new(scale, low, high);
        match scale {
            Scale::Linear => {
                let room = ROOM * (high - low);
                Self { scale, low: low - room, high: high + room }
            }
            Scale::Logarithmic => {
                let room = (high / low).powf(ROOM);
                Self { scale, low: low / room, high: high * room }
            }
        }
    }

    /// Its ends.
    pub fn ends(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Where a value is, 0 at the low end and 1 at the high one; not a number where it has no place.
    pub fn part(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Logarithmic => (value / self.low).ln() / (self.high / self.low).ln(),
        }
    }

    /// Round numbers in it, `most` or fewer on a linear axis, and the power of ten by which their labels are to be multiplied.
    pub fn ticks(&self, most: usize) -> (Vec<Tick>, i32) {
        match self.scale {
            Scale::Linear => self.linear_ticks(most),
            Scale::Logarithmic => (self.logarithmic_ticks(), 0),
        }
    }

    fn linear_ticks(&self, most: usize) -> (Vec<Tick>, i32) {
        let (step, first, last) = round_step(self.low, self.high, most.max(2));
        let largest = self.low.abs().max(self.high.abs());
        let exponent = common_exponent(largest);
        let power = 10_f64.powi(exponent);
        let decimals = (-(step / power).log10() - 1e-9).ceil().clamp(0.0, 12.0) as usize;
        let ticks = (first..=last).map(|number| {
            let value = number as f64 * step;
            let label = signed(&format!("{:.decimals$}", value / power));
            Tick { value, label, exponent: None }
        });
        (ticks.collect(), exponent)
    }

    fn logarithmic_ticks(&self) -> Vec<Tick> {
        let (from, to) = (self.low.log10().floor() as i32, self.high.log10().ceil() as i32);
        let mantissas: &[i32] =
            if (self.high / self.low).log10() < MANY_DECADES { &[1, 2, 5] } else { &[1] };
        let every = ((to - from) / MOST_DECADES + 1).max(1);
        let powers = (from..=to).filter(|power| power.rem_euclid(every) == 0);
        let ticks = powers.flat_map(|power| mantissas.iter().map(move |m| (*m, power)));
        let ticks = ticks.map(|(mantissa, power)| power_tick(mantissa, power));
        ticks.filter(|tick| tick.value >= self.low && tick.value <= self.high).collect()
    }
}

/// The tick at `mantissa` times a power of ten: written out near 1.
fn power_tick(mantissa: i32, power: i32) -> Tick {
    let value = f64::from(mantissa) * 10_f64.powi(power);
    if (-3..=4).contains(&power) {
        let decimals = (-power).max(0) as usize;
        return Tick { value, label: format!("{value:.decimals$}"), exponent: None };
    }
    let label = if mantissa == 1 { "10".to_owned() } else { format!("{mantissa}·10") };
    Tick { value, label, exponent: Some(power) }
}

/// A step of 1, 2 or 5 times a power of ten, and the first and last multiple of it within a range.
fn round_step(low: f64, high: f64, most: usize) -> (f64, i64, i64) {
    let raw = (high - low) / most as f64;
    let power = 10_f64.powf(raw.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|mantissa| mantissa * power);
    let step = steps.into_iter().find(|step| *step >= raw * (1.0 - 1e-9)).unwrap_or(raw);
    let tolerance = 1e-9;
    let first = (low / step - tolerance).ceil() as i64;
    // Numbers too close together for their digits have one tick.
    let last = ((high / step + tolerance).floor() as i64).min(first.saturating_add(most as i64));
    (step, first, last)
}

/// The power of ten that labels leave out: of very large and very small numbers.
fn common_exponent(largest: f64) -> i32 {
    let power = largest.log10().floor();
    if power.is_finite() && !(-2.0..=4.0).contains(&power) { power as i32 } else { 0 }
}

/// With a minus sign instead of a hyphen, and no sign on zero.
pub fn signed(digits: &str) -> String {
    match digits.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| "0.".contains(c)) => rest.to_owned(),
        Some(rest) => format!("\u{2212}{rest}"),
        None => digits.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale, low: f64, high: f64) -> (Vec<String>, i32) {
        let (ticks, exponent) = Range::new(scale, low, high).ticks(6);
        let label = |tick: Tick| match tick.exponent {
            Some(power) => format!("{}^{power}", tick.label),
            None => tick.label,
        };
        (ticks.into_iter().map(label).collect(), exponent)
    }

    #[test]
    fn linear_ticks_are_round() {
        assert_eq!(labels(Scale::Linear, 0.0, 4.0).0, ["0", "1", "2", "3", "4"].map(str::to_owned));
        assert_eq!(
            labels(Scale::Linear, -1.13, 0.05).0,
            ["−1.0", "−0.8", "−0.6", "−0.4", "−0.2", "0.0"].map(str::to_owned)
        );
        assert_eq!(labels(Scale::Linear, 0.0, 3e-5).1, -5);
        assert_eq!(
            labels(Scale::Linear, 0.0, 2e7),
            (vec!["0.0", "0.5", "1.0", "1.5", "2.0"].into_iter().map(str::to_owned).collect(), 7)
        );
    }

    #[test]
    fn there_are_a_few_ticks_in_any_range() {
        for power in -12..12 {
            for (low, high) in [(0.0, 1.0), (-3.3, 7.1), (99.0, 100.0), (0.017, 0.0171)] {
                let scale = 10_f64.powi(power);
                let range = Range::new(Scale::Linear, low * scale, high * scale);
                let (ticks, _) = range.ticks(6);
                assert!((3..=7).contains(&ticks.len()), "{low} {high} {power}: {ticks:?}");
                assert!(
                    ticks.iter().all(|tick| (-1e-6..=1.000_001).contains(&range.part(tick.value)))
                );
                let mut labels: Vec<_> = ticks.iter().map(|tick| &tick.label).collect();
                labels.dedup();
                assert_eq!(labels.len(), ticks.len(), "{ticks:?}");
            }
        }
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten() {
        let powers = ["0.01", "0.1", "1", "10", "100"].map(str::to_owned);
        assert_eq!(labels(Scale::Logarithmic, 0.01, 100.0).0, powers);
        assert_eq!(
            labels(Scale::Logarithmic, 15.0, 110.0).0,
            ["20", "50", "100"].map(str::to_owned)
        );
        assert_eq!(
            labels(Scale::Logarithmic, 5e-8, 2e-5).0,
            ["10^-7", "10^-6", "10^-5"].map(str::to_owned)
        );
        let (many, _) = Range::new(Scale::Logarithmic, 1e-30, 1e30).ticks(6);
        assert!((4..=10).contains(&many.len()), "{many:?}");
    }

    #[test]
    fn ranges_without_values_are_ranges() {
        for scale in [Scale::Linear, Scale::Logarithmic] {
            for values in
                [vec![], vec![f64::NAN], vec![0.0], vec![-2.0], vec![3.0, 3.0], vec![f64::INFINITY]]
            {
                let (low, high) = Range::of(scale, values.iter().copied()).ends();
                assert!(low.is_finite() && high.is_finite() && low < high, "{values:?}");
                let (ticks, _) = Range::of(scale, values.iter().copied()).ticks(6);
                assert!(ticks.len() < 10, "{ticks:?}");
            }
        }
    }

    #[test]
    fn the_extremes_of_floats_are_no_trouble() {
        for (low, high) in [(-1e308, 1e308), (1.0, 1.0 + 1e-15), (5e-324, 1e-323), (1e300, 1.1e300)]
        {
            for scale in [Scale::Linear, Scale::Logarithmic] {
                let range = Range::of(scale, [low, high].into_iter());
                assert!(range.ticks(6).0.len() < 12, "{low} {high}");
            }
        }
    }

    #[test]
    fn values_have_places() {
        let range = Range::new(Scale::Logarithmic, 1.0, 100.0);
        assert!((range.part(10.0) - 0.5).abs() < 1e-12);
        assert!(range.part(-1.0).is_nan());
        let range = Range::of(Scale::Linear, [0.0, 10.0].into_iter());
        assert!(range.part(0.0) > 0.0 && range.part(10.0) < 1.0);
    }
}
