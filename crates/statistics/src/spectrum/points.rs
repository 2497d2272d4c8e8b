//! Point processes as series: counts in bins, divided by the width of the bins.
//!
//! For a stationary point process of rate `r` whose autocovariance is `r delta(s) + C(s)`, the series `x_j = (points in bin j)/D` has the
//! mean `r` and the two-sided density
//!
//! ```math
//! S(f) = r + \sum_m G(f + m/D)\, \mathrm{sinc}(f D + m)^2, \qquad G(f) = \int C(s)\, e^{-2 \pi i f s}\, ds, \qquad \mathrm{sinc}(u) = \frac{\sin \pi u}{\pi u}.
//! ```
//!
//! `r` is the **floor of shot noise**, which is all that a Poisson process has; binning does not change it, because the squares of `sinc` at all
//! aliases add up to 1. Correlations are damped by `sinc^2` of the binning, to `4/pi^2` at the highest frequency, and aliased.
//!
//! # Source
//! Bartlett (1963), Journal of the Royal Statistical Society B 25, 264-296 (the spectrum of a point process).

use std::f64::consts::PI;

use super::{SpectrumError, positive};

/// Counts per time unit, `x_j`, of points at `times` in `bins` bins of `width` from `from` on. Bins contain their left ends; points
/// outside of them are not counted. Times need no order.
///
/// ```
/// let rate = equipoise_statistics::spectrum::points::binned(&[0.1, 0.4, 0.6], 0.0, 0.5, 2)?;
/// assert_eq!(rate, [4.0, 2.0]);
/// # Ok::<(), equipoise_statistics::spectrum::SpectrumError>(())
/// ```
///
/// # Errors
/// [`SpectrumError::NotPositive`] for the width.
pub fn binned(
    times: &[f64],
    from: f64,
    width: f64,
    bins: usize,
) -> Result<Vec<f64>, SpectrumError> {
    let width = positive("bin width", width)?;
    let mut series = vec![0.0; bins];
    for time in times {
        let place = ((time - from) / width).floor();
        if place >= 0.0 && place < bins as f64 {
            series[place as usize] += width.recip();
        }
    }
    Ok(series)
}

/// `sinc(f D)^2 = (sin(pi f D)/(pi f D))^2`, what binning leaves of a correlation at frequency `f`.
pub fn attenuation(frequency: f64, width: f64) -> f64 {
    let angle = PI * frequency * width;
    if angle == 0.0 { 1.0 } else { (angle.sin() / angle).powi(2) }
}

/// `S(f)` of the binned process: `floor` is `r` and `excess` is `G`, an even function that falls with the frequency. Aliases up to the
/// 50th are summed; where `G` falls like `f^{-2}` what is left out is of order `1e-6` of it.
///
/// # Errors
/// [`SpectrumError::NotPositive`] for the width.
pub fn binned_density(
    floor: f64,
    excess: impl Fn(f64) -> f64,
    frequency: f64,
    width: f64,
) -> Result<f64, SpectrumError> {
    const ALIASES: i32 = 50;
    let width = positive("bin width", width)?;
    let alias = |m: i32| {
        let at = frequency + f64::from(m) / width;
        excess(at) * attenuation(at, width)
    };
    Ok(floor + (-ALIASES..=ALIASES).map(alias).sum::<f64>())
}
