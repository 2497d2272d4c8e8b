//! The gain function: the rate of a cell by how far its input current is above threshold.

/// A gain function `f`, `r = f[I - I_theta]`, equation (11.3).
///
/// Units: currents in uA/cm2, rates in 1/ms.
///
/// ```
/// # use equipoise_cells::derivation::Gain;
/// let gain = Gain::ThresholdLinear { slope: 0.035 };
/// assert_eq!(gain.rate(2.0), 0.07);
/// assert_eq!(gain.rate(-1.0), 0.0);
/// ```
///
/// # Source
/// Lecture 11, equations (11.4) and (11.5); Shriki, Hansel & Sompolinsky (2003), doi:10.1162/08997660360675053.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gain {
    /// `f[x] = r_max / (1 + exp(-beta x))`, equation (11.4).
    ///
    /// As printed, (11.4) has no unit: it is the rate as a part of the highest one. Here the highest rate is given.
    Logistic {
        /// `r_max > 0`, the rate far above threshold, 1/ms.
        max_rate: f64,
        /// `beta > 0`, steepness, cm2/uA; the derivative at threshold is `r_max beta/4`.
        steepness: f64,
    },
    /// `f[x] = [beta x]_+`, equation (11.5).
    ThresholdLinear {
        /// `beta > 0`, the conversion gain, 1/ms per uA/cm2.
        slope: f64,
    },
}

impl Gain {
    /// `f[x]`, 1/ms, of a current `x` above threshold, uA/cm2.
    pub fn rate(&self, excess: f64) -> f64 {
        match *self {
            Self::Logistic { max_rate, steepness } => {
                max_rate / (1.0 + (-steepness * excess).exp())
            }
            Self::ThresholdLinear { slope } => slope * excess.max(0.0),
        }
    }

    /// `f'[x]`, 1/ms per uA/cm2; at the kink of the threshold-linear gain that of the silent side, 0.
    pub fn derivative(&self, excess: f64) -> f64 {
        match *self {
            Self::Logistic { max_rate, steepness } => {
                // Even in its argument, and written so that nothing overflows.
                let decay = (-(steepness * excess).abs()).exp();
                max_rate * steepness * decay / ((1.0 + decay) * (1.0 + decay))
            }
            Self::ThresholdLinear { slope } => {
                if excess > 0.0 {
                    slope
                } else {
                    0.0
                }
            }
        }
    }

    /// The current above threshold, uA/cm2, at which the rate is `rate`, 1/ms; none unless exactly one current gives it, which is so for
    /// rates above 0 and below the [`supremum`](Gain::supremum).
    pub fn inverse(&self, rate: f64) -> Option<f64> {
        let is_inside = rate > 0.0 && rate < self.supremum();
        is_inside.then(|| match *self {
            Self::Logistic { max_rate, steepness } => (rate / (max_rate - rate)).ln() / steepness,
            Self::ThresholdLinear { slope } => rate / slope,
        })
    }

    /// Least upper bound of the rate, 1/ms; infinite for the threshold-linear gain.
    pub fn supremum(&self) -> f64 {
        match *self {
            Self::Logistic { max_rate, .. } => max_rate,
            Self::ThresholdLinear { .. } => f64::INFINITY,
        }
    }

    /// The greatest derivative, 1/ms per uA/cm2.
    pub fn greatest_derivative(&self) -> f64 {
        match *self {
            Self::Logistic { max_rate, steepness } => 0.25 * max_rate * steepness,
            Self::ThresholdLinear { slope } => slope,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGISTIC: Gain = Gain::Logistic { max_rate: 0.2, steepness: 1.5 };
    const LINEAR: Gain = Gain::ThresholdLinear { slope: 0.035 };

    /// (11.4): `1/(1 + e^-3) = 0.95257412682243...`.
    #[test]
    fn logistic_rates() {
        assert!((LOGISTIC.rate(2.0) - 0.2 * 0.952_574_126_822_433_4).abs() < 1e-16);
        assert_eq!(LOGISTIC.rate(0.0), 0.1);
        assert_eq!(LOGISTIC.rate(1e6), 0.2);
        assert_eq!(LOGISTIC.rate(-1e6), 0.0);
        assert_eq!(LOGISTIC.derivative(0.0), LOGISTIC.greatest_derivative());
    }

    /// (11.5).
    #[test]
    fn threshold_linear_rates() {
        assert_eq!(LINEAR.rate(4.0), 0.14);
        assert_eq!(LINEAR.rate(0.0), 0.0);
        assert_eq!(LINEAR.rate(-4.0), 0.0);
        assert_eq!(LINEAR.derivative(0.0), 0.0);
    }

    #[test]
    fn derivatives_are_those_of_the_rate() {
        let step = 1e-5;
        for gain in [LOGISTIC, LINEAR] {
            for excess in [-3.0, -0.4, 0.3, 2.0] {
                let difference = gain.rate(excess + step) - gain.rate(excess - step);
                let error = gain.derivative(excess) - difference / (2.0 * step);
                assert!(error.abs() < 1e-10, "{gain:?} {excess}");
            }
        }
    }

    #[test]
    fn inverses_lead_back() {
        for gain in [LOGISTIC, LINEAR] {
            for rate in [1e-6, 0.05, 0.19] {
                let back = gain.rate(gain.inverse(rate).unwrap());
                assert!((back / rate - 1.0).abs() < 1e-13, "{gain:?} {rate}");
            }
            assert_eq!(gain.inverse(0.0), None);
            assert_eq!(gain.inverse(-0.1), None);
        }
        assert_eq!(LOGISTIC.inverse(0.2), None);
    }
}
