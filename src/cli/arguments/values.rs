//! Values of options.

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

pub fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err("it must be a number above 0".to_owned()),
    }
}

pub fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        // A number of seconds that the program can count to.
        Ok(value) if (0.0..=1e9).contains(&value) => Ok(value),
        _ => Err("it must be a number of seconds from 0 to 1e9".to_owned()),
    }
}

pub fn finite(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err("it must be a number".to_owned()),
    }
}
