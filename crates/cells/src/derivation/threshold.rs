//! Excitability: where a cell begins to fire, and how conductance moves that.

use super::gain::Gain;

/// What a cell makes of its inputs: `r = f[I_app - I_theta0 - v_theta g]`, equation (11.7).
///
/// The premise of the derivation: conductance shifts the threshold and leaves the slope.
///
/// # Source
/// Lecture 11, equations (11.3), (11.6) and (11.7); Shriki, Hansel & Sompolinsky (2003), doi:10.1162/08997660360675053.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excitability {
    /// `f`, with the conversion gain `beta`.
    pub gain: Gain,
    /// `I_theta0`, the threshold current without any conductance, uA/cm2.
    pub threshold_current: f64,
    /// `v_theta`, by which threshold rises with conductance, mV.
    pub threshold_voltage: f64,
}

impl Excitability {
    /// `I_theta = I_theta0 + v_theta g`, uA/cm2, of a total leak conductance in mS/cm2; equation (11.6).
    pub fn threshold(&self, conductance: f64) -> f64 {
        self.threshold_current + self.threshold_voltage * conductance
    }

    /// `r = f[I_app - I_theta]`, 1/ms, of an applied current in uA/cm2 and a total leak conductance in mS/cm2; equations (11.3) and
    /// (11.7).
    pub fn rate(&self, applied_current: f64, conductance: f64) -> f64 {
        self.gain.rate(applied_current - self.threshold(conductance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published fit: `beta = 35.4` Hz per uA/cm2, `v_theta = 5.6` mV, `I_theta0 = 0.65` uA/cm2.
    const SHRIKI: Excitability = Excitability {
        gain: Gain::ThresholdLinear { slope: 0.0354 },
        threshold_current: 0.65,
        threshold_voltage: 5.6,
    };

    /// (11.6) at 0.05 mS/cm2: 0.65 + 0.28.
    #[test]
    fn conductance_shifts_the_threshold() {
        assert!((SHRIKI.threshold(0.05) - 0.93).abs() < 1e-15);
        assert!((SHRIKI.threshold(0.1) - 1.21).abs() < 1e-15);
    }

    /// (11.3), (11.7): 35.4 Hz at 1 uA/cm2 above threshold; and the same slope at any conductance.
    #[test]
    fn conductance_leaves_the_slope() {
        assert!((SHRIKI.rate(1.93, 0.05) - 0.0354).abs() < 1e-16);
        assert_eq!(SHRIKI.rate(0.92, 0.05), 0.0);
        for conductance in [0.0, 0.05, 0.3] {
            let rise = SHRIKI.rate(5.0, conductance) - SHRIKI.rate(4.0, conductance);
            assert!((rise - 0.0354).abs() < 1e-15);
        }
    }
}
