//! A gain through given points, monotone and with a continuous derivative.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::GainFunction;
use super::pieces::{Piece, Pieces};

/// Parts of each cell for the bounds of a saturated table.
const PARTS: u32 = 16;

/// Gain through the points `(z_i, r_i)`, constant below the first and above the last.
///
/// Between them it is the monotone cubic Hermite interpolant: at an inner point `lambda'` is the harmonic mean of the slopes of
/// the two cells, weighted by their widths (zero where one of them is flat), and at both ends it is zero; so `lambda'` is
/// continuous everywhere and never negative. `lambda''` jumps at the points: there, derivatives are those to the right.
///
/// ```
/// # use equipoise_model::gain::{GainFunction, Tabulated};
/// let gain = Tabulated::new(&[-1.0, 0.0, 2.0], &[0.0, 0.5, 1.0])?;
/// assert_eq!(gain.intensity(0.0), 0.5);
/// assert_eq!(gain.intensity(5.0), 1.0);
/// # Ok::<(), equipoise_model::gain::TableError>(())
/// ```
///
/// # Source
/// Fritsch & Carlson (1980), doi:10.1137/0717021 (the condition of monotonicity); Fritsch & Butland (1984),
/// doi:10.1137/0905021 (the weighted harmonic mean).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tabulated {
    table: Arc<Table>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Table {
    /// `z_i`.
    potentiations: Vec<f64>,
    /// `r_i`.
    rates: Vec<f64>,
    /// The cubic from `z_i` on: constants below and above the points, so one more than there are points.
    cubics: Vec<Cubic>,
}

/// A cubic in the distance from `origin`, with coefficients of rising powers, and the range of its values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Cubic {
    origin: f64,
    width: f64,
    coefficients: [f64; 4],
    range: (f64, f64),
}

/// Why points make no gain.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum TableError {
    /// One point or none.
    #[error("there are {given} points; a table needs 2 or more")]
    TooFew {
        /// Number of points.
        given: usize,
    },
    /// Lists of unequal length.
    #[error("there are {rates} rates for {potentiations} potentiations")]
    UnequalLengths {
        /// Number of potentiations.
        potentiations: usize,
        /// Number of rates.
        rates: usize,
    },
    /// A potentiation that is not finite or not above the one before it.
    #[error("potentiation {index} is {value}; potentiations must be finite and rise")]
    Potentiation {
        /// Its place in the list, from 0.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// A rate that is not finite, negative or below the one before it.
    #[error("rate {index} is {value}; rates must be finite, zero or more, and never fall")]
    Rate {
        /// Its place in the list, from 0.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// The last rate, which is the largest, is zero.
    #[error("the last rate is 0; it must be positive")]
    Silent,
    /// Points so close that `lambda''` is no number between them.
    #[error("the gain rises too steeply to potentiation {index}")]
    TooSteep {
        /// Place in the list, from 0, of the point at the upper end of the rise.
        index: usize,
    },
}

impl Tabulated {
    /// From potentiations `z_i` and rates `r_i` (per time unit).
    ///
    /// # Errors
    /// [`TableError`] for the first thing that is wrong with the points.
    pub fn new(potentiations: &[f64], rates: &[f64]) -> Result<Self, TableError> {
        check(potentiations, rates)?;
        let cubics = cubics(potentiations, rates);
        let steep = |cubic: &Cubic| {
            !cubic.curvature(0.0).is_finite() || !cubic.curvature(cubic.width).is_finite()
        };
        if let Some(index) = cubics.iter().position(steep) {
            return Err(TableError::TooSteep { index });
        }
        let (potentiations, rates) = (potentiations.to_vec(), rates.to_vec());
        Ok(Self { table: Arc::new(Table { potentiations, rates, cubics }) })
    }

    /// `z_i`, rising.
    pub fn potentiations(&self) -> &[f64] {
        &self.table.potentiations
    }

    /// `r_i`, never falling.
    pub fn rates(&self) -> &[f64] {
        &self.table.rates
    }

    /// The cubic that holds at and to the right of a potentiation.
    #[inline]
    fn cubic(&self, potentiation: f64) -> &Cubic {
        &self.table.cubics[self.table.potentiations.partition_point(|z| *z <= potentiation)]
    }
}

fn check(potentiations: &[f64], rates: &[f64]) -> Result<(), TableError> {
    if potentiations.len() != rates.len() {
        return Err(TableError::UnequalLengths {
            potentiations: potentiations.len(),
            rates: rates.len(),
        });
    }
    if rates.len() < 2 {
        return Err(TableError::TooFew { given: rates.len() });
    }
    let mut before = (f64::NEG_INFINITY, 0.0);
    for (index, (&z, &rate)) in potentiations.iter().zip(rates).enumerate() {
        if !z.is_finite() || z <= before.0 {
            return Err(TableError::Potentiation { index, value: z });
        }
        if !rate.is_finite() || rate < before.1 {
            return Err(TableError::Rate { index, value: rate });
        }
        before = (z, rate);
    }
    if before.1 > 0.0 { Ok(()) } else { Err(TableError::Silent) }
}

/// `lambda'` at the points.
fn slopes(potentiations: &[f64], rates: &[f64]) -> Vec<f64> {
    let cell = |i: usize| {
        let width = potentiations[i + 1] - potentiations[i];
        (width, (rates[i + 1] - rates[i]) / width)
    };
    let harmonic_mean = |i: usize| {
        let ((left_width, left), (right_width, right)) = (cell(i - 1), cell(i));
        if left == 0.0 || right == 0.0 {
            return 0.0;
        }
        let left_weight = 2.0 * right_width + left_width;
        let right_weight = right_width + 2.0 * left_width;
        (left_weight + right_weight) / (left_weight / left + right_weight / right)
    };
    let last = rates.len() - 1;
    std::iter::once(0.0).chain((1..last).map(harmonic_mean)).chain([0.0]).collect()
}

fn cubics(potentiations: &[f64], rates: &[f64]) -> Vec<Cubic> {
    let last = rates.len() - 1;
    let constant = |i: usize| Cubic {
        origin: potentiations[i],
        width: 0.0,
        coefficients: [rates[i], 0.0, 0.0, 0.0],
        range: (rates[i], rates[i]),
    };
    let slopes = slopes(potentiations, rates);
    let cell = |i: usize| {
        let width = potentiations[i + 1] - potentiations[i];
        let rise = (rates[i + 1] - rates[i]) / width;
        let (from, to) = (slopes[i], slopes[i + 1]);
        let second = (3.0 * rise - 2.0 * from - to) / width;
        let third = (from + to - 2.0 * rise) / width / width;
        Cubic {
            origin: potentiations[i],
            width,
            coefficients: [rates[i], from, second, third],
            range: (rates[i], rates[i + 1]),
        }
    };
    std::iter::once(constant(0)).chain((0..last).map(cell)).chain([constant(last)]).collect()
}

impl Cubic {
    /// Held within the rates at the ends, beyond which rounding may carry it.
    #[inline]
    fn value(&self, distance: f64) -> f64 {
        let [a, b, c, d] = self.coefficients;
        (a + distance * (b + distance * (c + distance * d))).clamp(self.range.0, self.range.1)
    }

    /// Not below zero, beyond which rounding may carry it.
    #[inline]
    fn slope(&self, distance: f64) -> f64 {
        let [_, b, c, d] = self.coefficients;
        (b + distance * (2.0 * c + distance * 3.0 * d)).max(0.0)
    }

    #[inline]
    fn curvature(&self, distance: f64) -> f64 {
        2.0 * self.coefficients[2] + 6.0 * self.coefficients[3] * distance
    }

    fn derivatives(&self, potentiation: f64, out: &mut [f64]) {
        let h = potentiation - self.origin;
        // Where the gain is constant the distance may be infinite.
        let all = if self.width > 0.0 {
            [self.value(h), self.slope(h), self.curvature(h), 6.0 * self.coefficients[3]]
        } else {
            [self.range.0, 0.0, 0.0, 0.0]
        };
        out.fill(0.0);
        for (value, derivative) in out.iter_mut().zip(all) {
            *value = derivative;
        }
    }

    /// Bounds between two distances: `lambda''` is linear, `lambda'` a parabola.
    fn piece(&self, from: f64, to: f64) -> Piece {
        let [_, _, c, d] = self.coefficients;
        let turn = if d == 0.0 { from } else { (-c / (3.0 * d)).clamp(from, to) };
        let slopes = [from, to, turn].map(|distance| self.slope(distance));
        let (first, last) = (self.curvature(from), self.curvature(to));
        Piece {
            rate: (self.value(from), self.value(to)),
            slope: (
                slopes.into_iter().fold(f64::INFINITY, f64::min),
                slopes.into_iter().fold(0.0, f64::max),
            ),
            curvature: (first.min(last), first.max(last)),
        }
    }
}

impl GainFunction for Tabulated {
    #[inline]
    fn intensity(&self, potentiation: f64) -> f64 {
        self.intensity_and_derivative(potentiation).0
    }

    #[inline]
    fn intensity_and_derivative(&self, potentiation: f64) -> (f64, f64) {
        let cubic = self.cubic(potentiation);
        if cubic.width == 0.0 {
            return (cubic.range.0, 0.0);
        }
        let distance = potentiation - cubic.origin;
        (cubic.value(distance), cubic.slope(distance))
    }

    fn derivatives(&self, potentiation: f64, out: &mut [f64]) {
        self.cubic(potentiation).derivatives(potentiation, out);
    }

    fn left_derivatives(&self, potentiation: f64, out: &mut [f64]) {
        let index = self.table.potentiations.partition_point(|z| *z < potentiation);
        self.table.cubics[index].derivatives(potentiation, out);
    }

    /// `r_0`.
    fn infimum(&self) -> f64 {
        self.table.rates[0]
    }

    /// The last `r_i`.
    fn supremum(&self) -> f64 {
        self.table.rates[self.table.rates.len() - 1]
    }

    fn derivative_bound(&self) -> f64 {
        let cells = self.table.cubics.iter().map(|cubic| cubic.piece(0.0, cubic.width));
        cells.map(|cell| cell.slope.1).fold(0.0, f64::max)
    }

    fn curvature_bound(&self) -> f64 {
        let cells = self.table.cubics.iter().map(|cubic| cubic.piece(0.0, cubic.width).curvature);
        cells.map(|(lowest, highest)| highest.max(-lowest)).fold(0.0, f64::max)
    }

    fn breakpoints(&self) -> &[f64] {
        &self.table.potentiations
    }
}

impl Pieces for Tabulated {
    fn pieces(&self) -> Vec<Piece> {
        let parts = |cubic: &Cubic| {
            let (cubic, part) = (*cubic, cubic.width / f64::from(PARTS));
            (0..PARTS).map(move |i| cubic.piece(f64::from(i) * part, f64::from(i + 1) * part))
        };
        self.table.cubics.iter().flat_map(parts).collect()
    }
}
