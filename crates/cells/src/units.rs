//! Quantities with units, read into one convention.
//!
//! | dimension | in this crate | may be written in |
//! | --- | --- | --- |
//! | potential | mV | V, mV, uV |
//! | time | ms | s, ms, us |
//! | rate | 1/ms | Hz, kHz, 1/s, 1/ms |
//! | capacitance | uF/cm2 | F, mF, uF, nF, pF an area, or of the whole cell |
//! | conductance | mS/cm2 | S, mS, uS, nS, pS an area, or of the whole cell |
//! | current | uA/cm2 | A, mA, uA, nA, pA an area, or of the whole cell |
//! | area | cm2 | cm2, mm2, um2 |
//!
//! These fit together without a factor: mS/cm2 times mV is uA/cm2, uF/cm2 times mV/ms too, and uA/cm2 times ms is a
//! charge in nC/cm2. A quantity of the whole cell is divided by the area of its membrane, once, where it is read.

use std::fmt;

/// What a quantity measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// Electric potential, mV.
    Potential,
    /// Time, ms.
    Time,
    /// Events in time, 1/ms.
    Rate,
    /// Capacitance of an area of membrane, uF/cm2.
    Capacitance,
    /// Conductance of an area of membrane, mS/cm2.
    Conductance,
    /// Current through an area of membrane, uA/cm2.
    Current,
    /// Area of membrane, cm2.
    Area,
}

impl Dimension {
    /// The unit in which this crate keeps it.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Potential => "mV",
            Self::Time => "ms",
            Self::Rate => "1/ms",
            Self::Capacitance => "uF/cm2",
            Self::Conductance => "mS/cm2",
            Self::Current => "uA/cm2",
            Self::Area => "cm2",
        }
    }

    /// "a potential, such as `-65 mV`".
    fn described(self) -> &'static str {
        match self {
            Self::Potential => "a potential, such as `-65 mV`",
            Self::Time => "a time, such as `3 ms`",
            Self::Rate => "a rate, such as `5 Hz`",
            Self::Capacitance => "a capacitance of an area, such as `1 uF/cm2`",
            Self::Conductance => "a conductance of an area, such as `0.1 mS/cm2`",
            Self::Current => "a current through an area, such as `2 uA/cm2`",
            Self::Area => "an area, such as `20000 um2`",
        }
    }

    /// Symbols of the units that it may be written in, without prefix, with the power of ten of each in this crate's unit.
    /// Quantities of membrane stand without their area.
    fn symbols(self) -> &'static [(&'static str, i32)] {
        match self {
            Self::Potential => &[("V", 3)],
            Self::Time => &[("s", 3)],
            Self::Rate => &[("Hz", -3)],
            Self::Capacitance => &[("F", 6)],
            Self::Conductance => &[("S", 3)],
            Self::Current => &[("A", 6)],
            Self::Area => &[("cm2", 0), ("mm2", -2), ("um2", -8)],
        }
    }

    /// Whether it is of an area of membrane.
    fn is_of_area(self) -> bool {
        matches!(self, Self::Capacitance | Self::Conductance | Self::Current)
    }
}

/// Prefixes and their powers of ten.
const PREFIXES: [(&str, i32); 8] =
    [("", 0), ("k", 3), ("m", -3), ("u", -6), ("µ", -6), ("μ", -6), ("n", -9), ("p", -12)];

/// Why a text is no quantity.
#[derive(Debug, Clone, PartialEq)]
pub enum QuantityError {
    /// It has no number in front.
    NoNumber(Dimension),
    /// Its number is none, or infinite.
    NotFinite,
    /// It has no unit.
    NoUnit(Dimension),
    /// Its unit is unknown, or of something else.
    WrongUnit(Dimension, String),
    /// It is of a whole cell whose area is not known.
    NoArea(String),
}

impl fmt::Display for QuantityError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNumber(needed) => {
                write!(
                    formatter,
                    "it does not begin with a number; it must be {}",
                    needed.described()
                )
            }
            Self::NotFinite => write!(formatter, "it must be a finite number"),
            Self::NoUnit(needed) => {
                write!(formatter, "it has no unit; it must be {}", needed.described())
            }
            Self::WrongUnit(needed, unit) => write!(
                formatter,
                "`{unit}` is no unit of what stands here; it must be {}",
                needed.described()
            ),
            Self::NoArea(unit) => write!(
                formatter,
                "`{unit}` is of a whole cell, and nothing says how large it is; give the cell an `area`, or write \
                 it for an area, `{unit}/cm2`"
            ),
        }
    }
}

impl std::error::Error for QuantityError {}

/// Reads a quantity, `"0.05 mS/cm2"`, in the unit of this crate; `area` of the cell in cm2 is needed for `"10 nS"`.
///
/// ```
/// use equipoise_cells::units::{Dimension, quantity};
/// assert_eq!(quantity("-65 mV", Dimension::Potential, None), Ok(-65.0));
/// assert_eq!(quantity("20 Hz", Dimension::Rate, None), Ok(0.02));
/// let area = Some(2e-4); // cm2
/// assert_eq!(quantity("10 nS", Dimension::Conductance, area), Ok(0.05)); // mS/cm2
/// assert!(quantity("10 nS", Dimension::Potential, area).is_err());
/// ```
///
/// # Errors
/// [`QuantityError`].
pub fn quantity(text: &str, dimension: Dimension, area: Option<f64>) -> Result<f64, QuantityError> {
    let text = text.trim();
    let end = text
        .char_indices()
        .find(|&(place, character)| !belongs_to_number(text, place, character))
        .map_or(text.len(), |(place, _)| place);
    let (number, unit) = (&text[..end], text[end..].trim());
    let value: f64 = number.parse().map_err(|_| QuantityError::NoNumber(dimension))?;
    if !value.is_finite() {
        return Err(QuantityError::NotFinite);
    }
    if unit.is_empty() {
        return Err(QuantityError::NoUnit(dimension));
    }
    let wrong = || QuantityError::WrongUnit(dimension, unit.to_owned());
    let plain = unit.replace([' ', '^'], "").replace('²', "2");
    if dimension.is_of_area() {
        let (above, below) = plain.split_once('/').unwrap_or((&plain, ""));
        let above = power(above, dimension).ok_or_else(wrong)?;
        if plain.contains('/') {
            let below = power(below, Dimension::Area).ok_or_else(wrong)?;
            return Ok(scaled(value, above - below));
        }
        let area = area.ok_or_else(|| QuantityError::NoArea(unit.to_owned()))?;
        return Ok(scaled(value, above) / area);
    }
    let inverse = plain.strip_prefix("1/").or_else(|| plain.strip_prefix('/'));
    match (dimension, inverse) {
        (Dimension::Rate, Some(time)) => {
            power(time, Dimension::Time).map(|power| scaled(value, -power)).ok_or_else(wrong)
        }
        _ => power(&plain, dimension).map(|power| scaled(value, power)).ok_or_else(wrong),
    }
}

/// Whether a character is still part of the number in front: an `e` only where digits follow.
fn belongs_to_number(text: &str, place: usize, character: char) -> bool {
    let follows = |character: char| {
        let rest = &text[place + character.len_utf8()..];
        let rest = rest.strip_prefix(['+', '-']).unwrap_or(rest);
        rest.starts_with(|next: char| next.is_ascii_digit())
    };
    match character {
        '0'..='9' | '.' => true,
        '+' | '-' => place == 0 || text[..place].ends_with(['e', 'E']),
        'e' | 'E' => follows(character),
        _ => false,
    }
}

/// Power of ten of a unit with its prefix, in the unit of this crate.
fn power(unit: &str, dimension: Dimension) -> Option<i32> {
    dimension.symbols().iter().find_map(|&(symbol, power)| {
        let prefix = unit.strip_suffix(symbol)?;
        let prefixes: &[(&str, i32)] =
            if dimension == Dimension::Area { &PREFIXES[..1] } else { &PREFIXES };
        prefixes.iter().find(|(name, _)| *name == prefix).map(|&(_, prefix)| prefix + power)
    })
}

/// `value 10^power`, rounded once for powers that are numbers.
fn scaled(value: f64, power: i32) -> f64 {
    let scale = 10_f64.powi(power.abs());
    if power < 0 { value / scale } else { value * scale }
}

#[cfg(test)]
mod tests {
    use super::Dimension::{Area, Capacitance, Conductance, Current, Potential, Rate, Time};
    use super::*;

    #[test]
    fn each_dimension_is_read_in_each_of_its_units() {
        let read = |text, dimension| quantity(text, dimension, Some(1e-4)).unwrap();
        for (text, dimension, value) in [
            ("0.055 V", Potential, 55.0),
            ("-80mV", Potential, -80.0),
            ("1e3 uV", Potential, 1.0),
            ("0.02 s", Time, 20.0),
            ("250 us", Time, 0.25),
            ("250 µs", Time, 0.25),
            ("5 Hz", Rate, 0.005),
            ("2 kHz", Rate, 2.0),
            ("4 /ms", Rate, 4.0),
            ("4 1/s", Rate, 0.004),
            ("1 uF/cm2", Capacitance, 1.0),
            ("0.01 pF/um^2", Capacitance, 1.0),
            ("100 pF", Capacitance, 1.0),
            ("0.5 S/cm²", Conductance, 500.0),
            ("30 nS", Conductance, 0.3),
            ("2 uA/cm2", Current, 2.0),
            ("1 pA/um2", Current, 100.0),
            ("200 pA", Current, 2.0),
            ("2e4 um2", Area, 2e-4),
            ("1 mm2", Area, 0.01),
        ] {
            let read = read(text, dimension);
            assert!((read - value).abs() <= 1e-12 * value.abs(), "{text}: {read}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_said_so() {
        let refused = |text, dimension| quantity(text, dimension, None).unwrap_err();
        assert_eq!(refused("mV", Potential), QuantityError::NoNumber(Potential));
        assert_eq!(refused("-65", Potential), QuantityError::NoUnit(Potential));
        assert_eq!(
            refused("-65 ms", Potential),
            QuantityError::WrongUnit(Potential, "ms".to_owned())
        );
        assert_eq!(refused("1e999 mV", Potential), QuantityError::NotFinite);
        assert_eq!(refused("10 nS", Conductance), QuantityError::NoArea("nS".to_owned()));
        assert_eq!(
            refused("1 mS/ms", Conductance),
            QuantityError::WrongUnit(Conductance, "mS/ms".to_owned())
        );
        assert_eq!(refused("3 kum2", Area), QuantityError::WrongUnit(Area, "kum2".to_owned()));
    }

    #[test]
    fn units_fit_together_without_a_factor() {
        let read = |text, dimension| quantity(text, dimension, None).unwrap();
        let conducted = read("1 mS/cm2", Conductance) * read("1 mV", Potential);
        assert_eq!(conducted, read("1 uA/cm2", Current));
        let charged = read("1 uF/cm2", Capacitance) * read("1 mV", Potential) / read("1 ms", Time);
        assert_eq!(charged, read("1 uA/cm2", Current));
        assert_eq!(read("1 Hz", Rate) * read("1 s", Time), 1.0);
    }
}
