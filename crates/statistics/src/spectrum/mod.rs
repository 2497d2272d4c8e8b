//! Spectra of stationary series by Welch's method: averages of modified periodograms over overlapping segments.
//!
//! Use it for evenly sampled series: means of populations, binned counts, the potentiation of a neuron. Several series
//! at once give cross-spectra, coherences and phases; several realisations are pooled.
//!
//! With the sampling interval `D`, segments of `L` values `x_j` that overlap by half, and a window `w_j`, the estimate is
//!
//! ```math
//! \begin{aligned}
//! & S_{ab}(f_k) = \text{average over segments of } \frac{D A_k \overline{B_k}}{\sum_j w_j^2}, \qquad A_k = \sum_j w_j (a_j - \text{mean})\, e^{-2 \pi i j k/L}, \\
//! & f_k = \frac{k}{L D}, \qquad k = 0, \ldots, L/2.
//! \end{aligned}
//! ```
//!
//! **Convention.** Densities are two-sided, in units of `x^2` times the time unit: the integral of `S(f)` over all `f` from
//! `-1/(2 D)` to `1/(2 D)` is the variance, `S_ab(f) = int C_ab(s) exp(-2 pi i f s) ds` with `C_ab(s) = Cov(a(t + s), b(t))`,
//! and only `f >= 0` is stored, since `S_ab(-f) = conj S_ab(f)`. A one-sided density is twice this one.
//!
//! **Bias.** The expectation is the spectrum of the sampled series (aliases of frequencies above `1/(2 D)` included) smoothed by the
//! transform of the window, which is about `2/(L D)` wide for Hann's. Removing each segment's own mean takes away part of the lowest
//! two values: of a white spectrum 2/3 at `f_0` and 1/6 at `f_1` with Hann's window, all at `f_0` with none.
//! Where the mean is known, remove that instead ([`Centre::Known`]).
//!
//! * [`Welch`]: the estimator, which takes in realisations one by one;
//! * [`Spectra`]: what it gives: densities, coherence, phase, confidence bands;
//! * [`Window`]: the windows;
//! * [`points`]: series made of point processes, and what binning does to their spectra.
//!
//! # Source
//! Welch (1967), doi:10.1109/TAU.1967.1161901; Percival & Walden (1993), *Spectral Analysis for Physical Applications*, chapter 6,
//! doi:10.1017/CBO9780511622762.
//!
//! ```
//! use equipoise_statistics::spectrum::{Centre, Welch, Window};
//!
//! // One cosine of amplitude 2 and frequency 1/8, sampled at unit intervals.
//! let series: Vec<f64> =
//!     (0..256).map(|j| 2.0 * (std::f64::consts::TAU * f64::from(j) / 8.0).cos()).collect();
//! let mut welch = Welch::new(1, 1.0, 64)?.window(Window::Hann).centre(Centre::Segment)?;
//! welch.add(&[&series])?;
//! let spectra = welch.spectra()?;
//! let (largest, _) = spectra
//!     .density(0)
//!     .into_iter()
//!     .enumerate()
//!     .max_by(|a, b| a.1.total_cmp(&b.1))
//!     .expect("a spectrum has frequencies");
//! assert_eq!(spectra.frequencies()[largest], 0.125);
//! # Ok::<(), equipoise_statistics::spectrum::SpectrumError>(())
//! ```

pub mod points;
mod spectra;
#[cfg(test)]
mod tests;
mod welch;
mod window;

use thiserror::Error;

pub use spectra::{Band, Spectra};
pub use welch::Welch;
pub use window::Window;

/// What is taken from the values of a segment before they are windowed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Centre {
    /// The mean of the segment.
    Segment,
    /// A known mean, one for each series, in its units.
    Known(Vec<f64>),
}

/// Why there is no spectrum.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SpectrumError {
    /// No series at all.
    #[error("a spectrum needs at least one series")]
    NoSeries,
    /// A sampling interval, bin width or rate that is no positive number.
    #[error("the {what} is {value}; it must be positive and finite")]
    NotPositive {
        /// Which.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// A segment length that is odd or below four.
    #[error("a segment has {length} values; it must have an even number of at least 4")]
    SegmentLength {
        /// Values in a segment.
        length: usize,
    },
    /// Another number of series or means than the estimator is for.
    #[error("there are {given} {what} for {expected} series")]
    Count {
        /// `series` or `means`.
        what: &'static str,
        /// How many were given.
        given: usize,
        /// How many series the estimator is for.
        expected: usize,
    },
    /// Series of one realisation differ in length.
    #[error("series {series} has {length} values, the first one has {first}")]
    UnequalLengths {
        /// Which, from 0.
        series: usize,
        /// Its number of values.
        length: usize,
        /// That of the first one.
        first: usize,
    },
    /// A realisation shorter than a segment.
    #[error("a realisation has {length} values, fewer than a segment of {segment}")]
    TooShort {
        /// Values in the realisation.
        length: usize,
        /// Values in a segment.
        segment: usize,
    },
    /// A value that is infinite or no number.
    #[error("value {index} of series {series} is {value}")]
    NotFinite {
        /// Which series, from 0.
        series: usize,
        /// Which value, from 0.
        index: usize,
        /// What it is.
        value: f64,
    },
    /// No realisation has been taken in.
    #[error("no realisation has been taken in")]
    Empty,
    /// A level that is no probability.
    #[error("the level {value} is not between 0 and 1")]
    Level {
        /// Its value.
        value: f64,
    },
}

fn positive(what: &'static str, value: f64) -> Result<f64, SpectrumError> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(SpectrumError::NotPositive { what, value })
    }
}
