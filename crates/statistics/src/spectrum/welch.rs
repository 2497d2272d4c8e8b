//! The estimator: segments, windows, transforms, sums.

use std::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex64;
use realfft::{RealFftPlanner, RealToComplex};

use super::{Centre, Spectra, SpectrumError, Window, positive};

/// Welch's estimator for `P` series at once, with segments that overlap by half.
///
/// Realisations are independent of one another and may differ in length; values that do not fill another half segment at the end of
/// one are left out. Memory: `P (P + 1)/2` complex numbers for each of the `L/2 + 1` frequencies, however long the series are.
#[derive(Clone)]
pub struct Welch {
    series: usize,
    interval: f64,
    segment: usize,
    window: Window,
    centre: Centre,
    weights: Vec<f64>,
    transform: Arc<dyn RealToComplex<f64>>,
    /// Sums over segments of `A_k conj(B_k)`, by frequency and then by pairs `(a, b)`, `b <= a`.
    sums: Vec<Complex64>,
    /// Segments of each realisation.
    segments: Vec<usize>,
}

impl Welch {
    /// For `series` series sampled at intervals of `interval` time units, in segments of `segment` values; with Hann's window and each
    /// segment's own mean removed.
    ///
    /// # Errors
    /// [`SpectrumError::NoSeries`]; [`SpectrumError::NotPositive`] for the interval; [`SpectrumError::SegmentLength`] if it is odd or
    /// below 4.
    pub fn new(series: usize, interval: f64, segment: usize) -> Result<Self, SpectrumError> {
        if series == 0 {
            return Err(SpectrumError::NoSeries);
        }
        if segment < 4 || !segment.is_multiple_of(2) {
            return Err(SpectrumError::SegmentLength { length: segment });
        }
        let pairs = series * (series + 1) / 2;
        Ok(Self {
            series,
            interval: positive("sampling interval", interval)?,
            segment,
            window: Window::Hann,
            centre: Centre::Segment,
            weights: Window::Hann.weights(segment),
            transform: RealFftPlanner::new().plan_fft_forward(segment),
            sums: vec![Complex64::ZERO; (segment / 2 + 1) * pairs],
            segments: Vec::new(),
        })
    }

    /// With another window; forgets what has been taken in.
    #[must_use]
    pub fn window(mut self, window: Window) -> Self {
        self.window = window;
        self.weights = window.weights(self.segment);
        self.cleared()
    }

    /// With another mean removed; forgets what has been taken in.
    ///
    /// # Errors
    /// [`SpectrumError::Count`] if there is not one known mean for each series; [`SpectrumError::NotFinite`] if one is no number.
    pub fn centre(mut self, centre: Centre) -> Result<Self, SpectrumError> {
        if let Centre::Known(means) = &centre {
            self.count("means", means.len())?;
            if let Some(series) = means.iter().position(|mean| !mean.is_finite()) {
                return Err(SpectrumError::NotFinite { series, index: 0, value: means[series] });
            }
        }
        self.centre = centre;
        Ok(self.cleared())
    }

    fn cleared(mut self) -> Self {
        self.sums.fill(Complex64::ZERO);
        self.segments.clear();
        self
    }

    fn count(&self, what: &'static str, given: usize) -> Result<(), SpectrumError> {
        if given == self.series {
            Ok(())
        } else {
            Err(SpectrumError::Count { what, given, expected: self.series })
        }
    }

    /// Takes in one realisation: `P` series of equal length, at least a segment long.
    ///
    /// # Errors
    /// [`SpectrumError::Count`], [`SpectrumError::UnequalLengths`], [`SpectrumError::TooShort`] or [`SpectrumError::NotFinite`]; nothing
    /// is taken in then.
    pub fn add(&mut self, realisation: &[&[f64]]) -> Result<(), SpectrumError> {
        let length = self.check(realisation)?;
        let (half, segment) = (self.segment / 2, self.segment);
        let count = (length - segment) / half + 1;
        let mut input = self.transform.make_input_vec();
        let mut scratch = self.transform.make_scratch_vec();
        let mut outputs = vec![self.transform.make_output_vec(); self.series];
        for from in (0..count).map(|index| index * half) {
            for (a, series) in realisation.iter().enumerate() {
                self.weigh(a, &series[from..from + segment], &mut input);
                self.transform
                    .process_with_scratch(&mut input, &mut outputs[a], &mut scratch)
                    .expect("vectors of the transform's own lengths");
            }
            self.add_products(&outputs);
        }
        self.segments.push(count);
        Ok(())
    }

    fn check(&self, realisation: &[&[f64]]) -> Result<usize, SpectrumError> {
        self.count("series", realisation.len())?;
        let first = realisation[0].len();
        for (series, values) in realisation.iter().enumerate() {
            if values.len() != first {
                let length = values.len();
                return Err(SpectrumError::UnequalLengths { series, length, first });
            }
            if let Some(index) = values.iter().position(|value| !value.is_finite()) {
                return Err(SpectrumError::NotFinite { series, index, value: values[index] });
            }
        }
        if first < self.segment {
            return Err(SpectrumError::TooShort { length: first, segment: self.segment });
        }
        Ok(first)
    }

    /// `w_j (x_j - mean)`.
    fn weigh(&self, series: usize, values: &[f64], out: &mut [f64]) {
        let mean = match &self.centre {
            Centre::Segment => values.iter().sum::<f64>() / values.len() as f64,
            Centre::Known(means) => means[series],
        };
        for ((out, value), weight) in out.iter_mut().zip(values).zip(&self.weights) {
            *out = weight * (value - mean);
        }
    }

    fn add_products(&mut self, transforms: &[Vec<Complex64>]) {
        let mut sums = self.sums.iter_mut();
        for k in 0..=self.segment / 2 {
            for (a, first) in transforms.iter().enumerate() {
                for (second, sum) in transforms[..=a].iter().zip(sums.by_ref()) {
                    *sum += first[k] * second[k].conj();
                }
            }
        }
    }

    /// The estimate from all realisations so far.
    ///
    /// # Errors
    /// [`SpectrumError::Empty`] before the first one.
    pub fn spectra(&self) -> Result<Spectra, SpectrumError> {
        let total: usize = self.segments.iter().sum();
        if total == 0 {
            return Err(SpectrumError::Empty);
        }
        let power: f64 = self.weights.iter().map(|weight| weight * weight).sum();
        let scale = self.interval / (power * total as f64);
        let duration = self.segment as f64 * self.interval;
        Ok(Spectra {
            series: self.series,
            segments: total,
            frequencies: (0..=self.segment / 2).map(|k| k as f64 / duration).collect(),
            densities: self.sums.iter().map(|sum| sum * scale).collect(),
            freedom: self.degrees_of_freedom(power),
        })
    }

    /// `2 E[S]^2/Var[S]` for a normal series whose spectrum does not vary over the width of the window, at a frequency that is not
    /// near the ends: segments that overlap by half have periodograms with correlation `r = (sum_j w_j w_{j+L/2} / sum_j w_j^2)^2`, so
    /// that it is `2 M^2/(M + 2 r sum (M_i - 1))` for realisations of `M_i` segments, `M` in all (Welch 1967).
    fn degrees_of_freedom(&self, power: f64) -> f64 {
        let later = &self.weights[self.segment / 2..];
        let overlap: f64 = self.weights.iter().zip(later).map(|(x, y)| x * y).sum();
        let correlation = (overlap / power).powi(2);
        let total = self.segments.iter().sum::<usize>() as f64;
        let neighbours = total - self.segments.len() as f64;
        2.0 * total * total / (total + 2.0 * correlation * neighbours)
    }
}

impl fmt::Debug for Welch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Welch")
            .field("series", &self.series)
            .field("interval", &self.interval)
            .field("segment", &self.segment)
            .field("window", &self.window)
            .field("centre", &self.centre)
            .field("segments", &self.segments)
            .finish_non_exhaustive()
    }
}
