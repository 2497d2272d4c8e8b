//! Values of options.

use std::str::FromStr;

use clap::ValueEnum;

/// How `converge` simulates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Simulated {
    /// Exactly where that takes less than half a minute, by leaps where they apply to what takes longer
    Auto,
    /// Exactly at all sizes
    Exact,
    /// By leaps at all sizes
    Leap,
}

pub fn part(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (1e-3..=1.0).contains(&value) => Ok(value),
        _ => Err("it must be a number from 0.001 to 1".to_owned()),
    }
}

/// Sizes in rising order, each once.
#[derive(Debug, Clone, PartialEq)]
pub struct Sizes(pub Vec<f64>);

impl FromStr for Sizes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let size = |text: &str| match text.trim().parse::<f64>() {
            Ok(value) if (1.0..=1e12).contains(&value) && value.fract() == 0.0 => Ok(value),
            _ => Err(format!(
                "`{text}` is no size; they are whole numbers above 0, as in 100,1000,1e4"
            )),
        };
        let mut sizes = text.split(',').map(size).collect::<Result<Vec<_>, _>>()?;
        sizes.sort_unstable_by(f64::total_cmp);
        sizes.dedup();
        if sizes.len() < 2 {
            return Err("there must be two different sizes at least".to_owned());
        }
        Ok(Self(sizes))
    }
}

pub fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err("it must be a number above 0".to_owned()),
    }
}

/// A range of frequencies, `FROM:TO:COUNT`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frequencies {
    from: f64,
    to: f64,
    count: usize,
}

impl Frequencies {
    /// In even steps of their logarithm.
    pub fn logarithmic(self) -> Vec<f64> {
        let steps = (self.count.max(2) - 1) as f64;
        let ratio = self.to / self.from;
        (0..self.count).map(|i| self.from * ratio.powf(i as f64 / steps)).collect()
    }
}

impl FromStr for Frequencies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        let [from, to, count] = parts[..] else {
            return Err("it must be of the form FROM:TO:COUNT, as in 0.01:10:31".to_owned());
        };
        let frequency = |text: &str| match text.parse::<f64>() {
            Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
            _ => Err(format!("`{text}` is no frequency; it must be a number above 0")),
        };
        let (from, to) = (frequency(from)?, frequency(to)?);
        if from > to {
            return Err(format!("the frequencies must rise, but {from} is above {to}"));
        }
        match count.parse() {
            Ok(count) if (1..=100_000).contains(&count) => Ok(Self { from, to, count }),
            _ => Err(format!("`{count}` is no number of frequencies from 1 to 100000")),
        }
    }
}

pub fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        // A number of seconds that the program can count to.
        Ok(value) if (0.0..=1e9).contains(&value) => Ok(value),
        _ => Err("it must be a number of seconds from 0 to 1e9".to_owned()),
    }
}
