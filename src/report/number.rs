//! Numbers for people. What is not finite is a dash.

use crate::picture::figure::scale::signed;
use crate::table::LEAST_PROBABILITY;

/// What stands for a missing number.
const MISSING: &str = "–";

/// To so many significant digits.
pub fn significant(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return MISSING.to_owned();
    }
    let power = value.abs().log10().floor();
    if value != 0.0 && !(-4.0..6.0).contains(&power) {
        let text = format!("{value:.*e}", digits.saturating_sub(1));
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}·10{}", signed(mantissa), raised(exponent));
    }
    let power = if value == 0.0 { 0.0 } else { power };
    let decimals = (digits as f64 - 1.0 - power).max(0.0) as usize;
    signed(&format!("{value:.decimals$}"))
}

/// A power, raised.
fn raised(exponent: &str) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |c: char| c.to_digit(10).map_or('⁻', |digit| DIGITS[digit as usize]);
    exponent.chars().map(raise).collect()
}

/// To the digits that a scale is about.
pub fn about(value: f64, scale: f64) -> String {
    if !value.is_finite() {
        return MISSING.to_owned();
    }
    if scale.is_finite() && scale > 1e-9 {
        if value.abs() >= LARGE {
            // As many digits as the scale leaves, and a power of ten: a column of long numbers is too wide for paper.
            let digits = value.abs().log10().floor() - scale.log10().floor() + 2.0;
            return significant(value, digits.clamp(2.0, 9.0) as usize);
        }
        let decimals = (1.0 - scale.log10().floor()).clamp(0.0, 9.0) as usize;
        return signed(&format!("{value:.decimals$}"));
    }
    significant(value, 5)
}

/// Numbers from there on are written with a power of ten where a scale says how many digits count.
const LARGE: f64 = 1e6;
/// Numbers below that are written with a power of ten.
const SMALL: f64 = 5e-7;

/// The shortest text of a time or another input.
pub fn plain(value: f64) -> String {
    if !value.is_finite() {
        return MISSING.to_owned();
    }
    if value != 0.0 && value.abs() < SMALL {
        return significant(value, 2);
    }
    let text = format!("{value:.6}");
    signed(text.trim_end_matches('0').trim_end_matches('.'))
}

/// A number of things, in groups of three digits.
pub fn count(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A p-value.
pub fn probability(value: f64) -> String {
    if (0.0..LEAST_PROBABILITY).contains(&value) {
        format!("< {}", significant(LEAST_PROBABILITY, 1).trim_start_matches("1·"))
    } else if value.is_finite() && value < 0.001 {
        significant(value, 2)
    } else {
        about(value, 0.01)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_infinite() {
        assert_eq!(significant(0.012_345, 3), "0.0123");
        assert_eq!(significant(-12_345.0, 3), "−12345");
        assert_eq!(significant(1.25e-7, 2), "1.2·10⁻⁷");
        assert_eq!(significant(0.0, 3), "0.00");
        assert_eq!(about(0.123_456, 0.002), "0.1235");
        assert_eq!(about(123_456_789.0, 40_000.0), "1.23457·10⁸");
        assert_eq!(plain(0.25), "0.25");
        assert_eq!(plain(-3.0), "−3");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(probability(1.0), "1.000");
        assert_eq!(probability(2.7e-97), "2.7·10⁻⁹⁷");
        assert_eq!(probability(0.0), "< 10⁻³⁰⁰");
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(
                [significant(value, 3), about(value, 1.0), plain(value), probability(value)],
                [MISSING; 4]
            );
        }
    }
}
