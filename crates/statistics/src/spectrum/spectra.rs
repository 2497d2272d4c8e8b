//! Estimated spectra: densities, coherence, phase, and how certain they are.

use realfft::num_complex::Complex64;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::SpectrumError;

/// Auto- and cross-spectral densities of `P` series at frequencies `f_k`, `k = 0..=L/2`.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectra {
    pub(super) series: usize,
    pub(super) segments: usize,
    pub(super) frequencies: Vec<f64>,
    pub(super) densities: Vec<Complex64>,
    pub(super) freedom: f64,
}

/// Factors that make an estimate the ends of a confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Times the estimate, the lower end.
    pub lower: f64,
    /// Times the estimate, the upper end.
    pub upper: f64,
}

impl Spectra {
    /// `P`.
    pub fn series(&self) -> usize {
        self.series
    }

    /// Segments in the average, of all realisations.
    pub fn segments(&self) -> usize {
        self.segments
    }

    /// `f_k = k/(L D)`, in cycles per time unit.
    pub fn frequencies(&self) -> &[f64] {
        &self.frequencies
    }

    /// Two-sided auto-spectral density `S_aa(f_k)`, in units of `x^2` times the time unit.
    ///
    /// # Panics
    /// If there is no such series.
    pub fn density(&self, series: usize) -> Vec<f64> {
        self.cross(series, series).into_iter().map(|value| value.re).collect()
    }

    /// Two-sided cross-spectral density `S_ab(f_k)`, the transform of `Cov(a(t + s), b(t))` in `s`.
    ///
    /// # Panics
    /// If there is no such series.
    pub fn cross(&self, first: usize, second: usize) -> Vec<Complex64> {
        assert!(first.max(second) < self.series, "series {first} and {second} of {}", self.series);
        let pairs = self.series * (self.series + 1) / 2;
        let (upper, lower) = (first.max(second), first.min(second));
        let place = upper * (upper + 1) / 2 + lower;
        let stored = self.densities.iter().skip(place).step_by(pairs);
        stored.map(|value| if first < second { value.conj() } else { *value }).collect()
    }

    /// Squared coherence `|S_ab|^2/(S_aa S_bb)` in `[0, 1]`: the part of the variance at a frequency that one series explains of the
    /// other. From a single segment it is 1, whatever the series are; see [`Spectra::coherence_threshold`].
    ///
    /// # Panics
    /// If there is no such series.
    pub fn coherence(&self, first: usize, second: usize) -> Vec<f64> {
        let powers = self.density(first).into_iter().zip(self.density(second));
        let cross = self.cross(first, second);
        cross.iter().zip(powers).map(|(value, (x, y))| value.norm_sqr() / (x * y)).collect()
    }

    /// Phase of `S_ab(f_k)` in `(-pi, pi]`: where it is positive, `b` lags behind `a`, by `phase/(2 pi f)`.
    ///
    /// # Panics
    /// If there is no such series.
    pub fn phase(&self, first: usize, second: usize) -> Vec<f64> {
        self.cross(first, second).into_iter().map(Complex64::arg).collect()
    }

    /// Equivalent degrees of freedom `nu` of the estimate at `f_k`: `nu S_estimated/S` has about the chi-square law with as many. At zero
    /// and at the highest frequency transforms are real and there are half as many.
    pub fn degrees_of_freedom(&self, k: usize) -> f64 {
        if k == 0 || k + 1 >= self.frequencies.len() { 0.5 * self.freedom } else { self.freedom }
    }

    /// Factors for a confidence interval of `S_aa(f_k)` with coverage `level`: `nu/q` at the two quantiles `q` of the chi-square law. For
    /// normal series, and others whose segments are long against their correlations; with each segment's mean removed, not for the
    /// lowest two frequencies. With a rectangular window the law is less near to chi-square, because neighbouring segments correlate more.
    ///
    /// # Errors
    /// [`SpectrumError::Level`] if it is not between 0 and 1.
    ///
    /// # Source
    /// Percival & Walden (1993), *Spectral Analysis for Physical Applications*, chapter 6, doi:10.1017/CBO9780511622762.
    pub fn confidence(&self, k: usize, level: f64) -> Result<Band, SpectrumError> {
        let tail = 0.5 * (1.0 - probability(level)?);
        let freedom = self.degrees_of_freedom(k);
        let law = ChiSquared::new(freedom).expect("degrees of freedom are positive");
        Ok(Band {
            lower: freedom / law.inverse_cdf(1.0 - tail),
            upper: freedom / law.inverse_cdf(tail),
        })
    }

    /// The squared coherence that independent series exceed with probability `1 - level` at a frequency that is not at the ends: `1 - (1 -
    /// level)^{1/(nu/2 - 1)}`; 1 if the estimate averages no more than one segment's worth.
    ///
    /// # Errors
    /// [`SpectrumError::Level`] if it is not between 0 and 1.
    ///
    /// # Source
    /// Halliday et al. (1995), doi:10.1016/S0079-6107(96)00009-0, with `nu/2` for the number of disjoint segments.
    pub fn coherence_threshold(&self, level: f64) -> Result<f64, SpectrumError> {
        let others = 0.5 * self.freedom - 1.0;
        let miss = 1.0 - probability(level)?;
        Ok(if others > 0.0 { 1.0 - miss.powf(others.recip()) } else { 1.0 })
    }
}

fn probability(level: f64) -> Result<f64, SpectrumError> {
    if level > 0.0 && level < 1.0 { Ok(level) } else { Err(SpectrumError::Level { value: level }) }
}
