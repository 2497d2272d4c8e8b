//! What the neurons of a population differ by, in double or in single precision.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// `y` of the neurons of a population; single precision is for leaps alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Deviations {
    /// 8 bytes for a neuron.
    Double(Vec<f64>),
    /// 4 bytes for a neuron.
    Single(Vec<f32>),
}

impl Deviations {
    /// How many neurons there are.
    pub fn count(&self) -> usize {
        match self {
            Self::Double(y) => y.len(),
            Self::Single(y) => y.len(),
        }
    }

    /// Puts others after these.
    pub fn append(&mut self, after: Self) {
        match (self, after) {
            (Self::Double(y), Self::Double(mut more)) => y.append(&mut more),
            (Self::Single(y), Self::Single(mut more)) => y.append(&mut more),
            _ => unreachable!("all parts of a population are in one precision"),
        }
    }

    /// A part of them.
    #[must_use]
    pub fn part(&self, places: Range<usize>) -> Self {
        match self {
            Self::Double(y) => Self::Double(y[places].to_vec()),
            Self::Single(y) => Self::Single(y[places].to_vec()),
        }
    }

    /// Of the neuron in a place.
    #[inline]
    pub fn at(&self, place: usize) -> f64 {
        match self {
            Self::Double(y) => y[place],
            Self::Single(y) => y[place].into(),
        }
    }

    /// Those of all, for methods that keep them in double precision.
    ///
    /// # Panics
    /// If they are in single precision.
    #[inline]
    pub fn double(&self) -> &[f64] {
        match self {
            Self::Double(y) => y,
            Self::Single(_) => unreachable!("only leaps keep deviations in single precision"),
        }
    }

    /// The same to be changed.
    ///
    /// # Panics
    /// If they are in single precision.
    #[inline]
    pub fn double_mut(&mut self) -> &mut [f64] {
        match self {
            Self::Double(y) => y,
            Self::Single(_) => unreachable!("only leaps keep deviations in single precision"),
        }
    }

    /// Adds to that of the neuron in a place.
    #[inline]
    pub fn add(&mut self, place: usize, change: f64) {
        match self {
            Self::Double(y) => y[place] += change,
            Self::Single(y) => y[place] = f32::of(f64::from(y[place]) + change),
        }
    }

    /// Changes all.
    pub fn change(&mut self, change: impl Fn(f64) -> f64) {
        match self {
            Self::Double(y) => y.iter_mut().for_each(|y| *y = change(*y)),
            Self::Single(y) => y.iter_mut().for_each(|y| *y = f32::of(change(f64::from(*y)))),
        }
    }
}

/// What a deviation is kept as; all that is done with it is done in double precision.
pub trait Stored: Copy + Send + Sync + Into<f64> {
    /// The nearest to a number.
    fn of(number: f64) -> Self;
}

impl Stored for f64 {
    #[inline]
    fn of(number: f64) -> Self {
        number
    }
}

impl Stored for f32 {
    #[inline]
    fn of(number: f64) -> Self {
        number as Self
    }
}
