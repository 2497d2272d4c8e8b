//! A cell under averaged inputs: what its synapses amount to as a current and a conductance, and the rate that follows.

use super::synapse::Synapse;
use super::threshold::Excitability;

/// Synapses of one kind onto a cell, and how often they are used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Input {
    /// One of the synapses.
    pub synapse: Synapse,
    /// The rate of spikes of all its sources together, `sum_j r_j` or `r_ext`, 1/ms.
    pub rate: f64,
}

/// A cell as the derivation sees it.
///
/// # Source
/// Lecture 11, equations (11.22) to (11.31).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AveragedCell {
    /// `C_m`, uF/cm2.
    pub capacitance: f64,
    /// `g_L`, the leak conductance without inputs, mS/cm2.
    pub leak_conductance: f64,
    /// `V_leak`, mV.
    pub leak_reversal: f64,
    /// Threshold and gain.
    pub excitability: Excitability,
}

impl AveragedCell {
    /// The current through the synapses at a voltage in mV, uA/cm2; equation (11.22), the sum of (11.15) and (11.21):
    ///
    /// ```math
    /// I_{\text{ext}} + I_{\text{net}} = \sum G \tau r\, (V_{\text{syn}} - V).
    /// ```
    pub fn synaptic_current(&self, inputs: &[Input], voltage: f64) -> f64 {
        inputs.iter().map(|input| input.synapse.mean_current(input.rate, voltage)).sum()
    }

    /// The same from what does not depend on the voltage and what does; equation (11.23):
    ///
    /// ```math
    /// I_{\text{ext}} + I_{\text{net}} = I_{\text{app}} + g_{\text{syn}} (V_{\text{leak}} - V).
    /// ```
    pub fn regrouped_current(&self, inputs: &[Input], voltage: f64) -> f64 {
        self.applied_current(inputs)
            + self.synaptic_conductance(inputs) * (self.leak_reversal - voltage)
    }

    /// `I_app = sum of G tau r (V_syn - V_leak)`, uA/cm2; equation (11.24).
    pub fn applied_current(&self, inputs: &[Input]) -> f64 {
        self.synaptic_current(inputs, self.leak_reversal)
    }

    /// `g_syn = sum of G tau r`, mS/cm2; equation (11.25).
    ///
    /// The lecture says of it that it "encompasses the leakage conductance"; as its equations have it, it does not, see
    /// [`total_conductance`](AveragedCell::total_conductance).
    pub fn synaptic_conductance(&self, inputs: &[Input]) -> f64 {
        inputs.iter().map(|input| input.synapse.mean_conductance(input.rate)).sum()
    }

    /// `g_total = g_L + g_syn`, mS/cm2.
    pub fn total_conductance(&self, inputs: &[Input]) -> f64 {
        self.leak_conductance + self.synaptic_conductance(inputs)
    }

    /// `dV/dt`, mV/ms, at a voltage in mV with active and other currents together `current`, uA/cm2; equations (11.2) and (11.8):
    ///
    /// ```math
    /// C_m \frac{dV}{dt} = g_L (V_{\text{leak}} - V) + \text{current}.
    /// ```
    pub fn voltage_derivative(&self, voltage: f64, current: f64) -> f64 {
        (self.leak_conductance * (self.leak_reversal - voltage) + current) / self.capacitance
    }

    /// `dV/dt`, mV/ms, of one cell that stands for the network; equation (11.26):
    ///
    /// ```math
    /// C_m \frac{dV}{dt} = (g_L + g_{\text{syn}}) (V_{\text{leak}} - V) + I_{\text{act}} + I_{\text{app}}.
    /// ```
    pub fn averaged_derivative(&self, inputs: &[Input], voltage: f64, active_current: f64) -> f64 {
        let leak = self.total_conductance(inputs) * (self.leak_reversal - voltage);
        (leak + active_current + self.applied_current(inputs)) / self.capacitance
    }

    /// `r = f[I_app - I_theta0 - v_theta g_total]`, 1/ms; equation (11.27).
    pub fn rate(&self, inputs: &[Input]) -> f64 {
        self.excitability.rate(self.applied_current(inputs), self.total_conductance(inputs))
    }

    /// `W = G tau (V_syn - v_theta - V_leak)`, nC/cm2, of a synapse onto this cell; equations (11.29) and (11.30).
    pub fn efficacy(&self, synapse: &Synapse) -> f64 {
        synapse.efficacy(self.excitability.threshold_voltage, self.leak_reversal)
    }

    /// `theta = I_theta0 + g_L v_theta`, uA/cm2; equation (11.31).
    pub fn threshold(&self) -> f64 {
        self.excitability.threshold(self.leak_conductance)
    }

    /// `r = f[sum_j W_j r_j + W_ext r_ext - theta]`, 1/ms, the same as [`rate`](AveragedCell::rate) in weights; equation (11.28).
    pub fn rate_by_weights(&self, inputs: &[Input]) -> f64 {
        let drive: f64 =
            inputs.iter().map(|input| self.efficacy(&input.synapse) * input.rate).sum();
        self.excitability.gain.rate(drive - self.threshold())
    }
}

#[cfg(test)]
mod tests {
    use rand::{Rng, RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;
    use crate::derivation::gain::Gain;

    /// Rounding of sums of about ten products, in units of the largest.
    const ROUNDING: f64 = 1e-13;

    const CELL: AveragedCell = AveragedCell {
        capacitance: 2.0,
        leak_conductance: 0.05,
        leak_reversal: -65.0,
        excitability: Excitability {
            gain: Gain::ThresholdLinear { slope: 0.0354 },
            threshold_current: 0.65,
            threshold_voltage: 5.6,
        },
    };

    /// `G tau r` of 0.04 mS/cm2 at 0 mV and 0.06 mS/cm2 at -80 mV.
    fn inputs() -> [Input; 2] {
        let excitatory = Synapse { peak_conductance: 0.01, time_constant: 5.0, reversal: 0.0 };
        let inhibitory = Synapse { peak_conductance: 0.02, time_constant: 10.0, reversal: -80.0 };
        [Input { synapse: excitatory, rate: 0.8 }, Input { synapse: inhibitory, rate: 0.3 }]
    }

    fn random_case(random: &mut impl Rng) -> (AveragedCell, Vec<Input>, f64) {
        let mut between = |low: f64, high: f64| low + (high - low) * random.random::<f64>();
        let slope = between(0.01, 0.1);
        let gain = if slope < 0.05 {
            Gain::ThresholdLinear { slope }
        } else {
            Gain::Logistic { max_rate: 0.3, steepness: slope }
        };
        let cell = AveragedCell {
            capacitance: between(0.5, 3.0),
            leak_conductance: between(0.01, 0.2),
            leak_reversal: between(-80.0, -55.0),
            excitability: Excitability {
                gain,
                threshold_current: between(-1.0, 2.0),
                threshold_voltage: between(-5.0, 15.0),
            },
        };
        let inputs = (0..4).map(|_| {
            let synapse = Synapse {
                peak_conductance: between(0.0, 0.05),
                time_constant: between(1.0, 20.0),
                reversal: between(-90.0, 10.0),
            };
            Input { synapse, rate: between(0.0, 2.0) }
        });
        let inputs = inputs.collect();
        (cell, inputs, between(-90.0, 20.0))
    }

    /// By hand: `I_app = 0.04 * 65 - 0.06 * 15 = 1.7` (11.24), `g_syn = 0.1` (11.25), `r = 0.0354 (1.7 - 0.65 - 5.6 * 0.15)` (11.27).
    #[test]
    fn averages_are_those_by_hand() {
        let inputs = inputs();
        assert!((CELL.applied_current(&inputs) - 1.7).abs() < 1e-14);
        assert!((CELL.synaptic_conductance(&inputs) - 0.1).abs() < 1e-16);
        assert!((CELL.total_conductance(&inputs) - 0.15).abs() < 1e-16);
        assert!((CELL.rate(&inputs) - 0.0354 * 0.21).abs() < 1e-15);
        // (11.22) at -50 mV: 0.04 * 50 - 0.06 * 30.
        assert!((CELL.synaptic_current(&inputs, -50.0) - 0.2).abs() < 1e-14);
        // (11.26) at -50 mV with 3 uA/cm2: (0.15 * (-15) + 3 + 1.7)/2.
        assert!((CELL.averaged_derivative(&inputs, -50.0, 3.0) - 1.225).abs() < 1e-14);
        // (11.2) at -50 mV with 3 uA/cm2: (0.05 * (-15) + 3)/2.
        assert!((CELL.voltage_derivative(-50.0, 3.0) - 1.125).abs() < 1e-14);
    }

    /// (11.29) to (11.31) by hand: `0.05 * (65 - 5.6)`, `0.2 * (-15 - 5.6)` and `0.65 + 0.28`.
    #[test]
    fn weights_and_threshold_are_those_by_hand() {
        let [excitatory, inhibitory] = inputs();
        assert!((CELL.efficacy(&excitatory.synapse) - 2.97).abs() < 1e-14);
        assert!((CELL.efficacy(&inhibitory.synapse) + 4.12).abs() < 1e-14);
        assert!((CELL.threshold() - 0.93).abs() < 1e-15);
    }

    /// (11.22) = (11.23), and with it (11.8) = (11.26), whatever the values.
    #[test]
    fn regrouping_changes_nothing() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(22);
        for _ in 0..200 {
            let (cell, inputs, voltage) = random_case(&mut random);
            let current = cell.synaptic_current(&inputs, voltage);
            let scale = cell.total_conductance(&inputs) * 200.0;
            let regrouped = cell.regrouped_current(&inputs, voltage);
            assert!((current - regrouped).abs() < ROUNDING * scale);
            let active = 10.0 * (random.random::<f64>() - 0.5);
            let single = cell.voltage_derivative(voltage, active + current);
            let averaged = cell.averaged_derivative(&inputs, voltage, active);
            assert!((single - averaged).abs() < ROUNDING * (scale + 10.0) / cell.capacitance);
        }
    }

    /// (11.27) = (11.28) with (11.29) to (11.31); and not if `v_theta` were left out of the weights.
    #[test]
    fn rates_by_conductances_and_by_weights_agree() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(27);
        let mut without = 0;
        for _ in 0..200 {
            let (cell, inputs, _) = random_case(&mut random);
            let gain = cell.excitability.gain;
            let scale = gain.greatest_derivative() * cell.total_conductance(&inputs) * 200.0;
            let difference = cell.rate(&inputs) - cell.rate_by_weights(&inputs);
            assert!(difference.abs() < ROUNDING * scale, "{difference}");
            let bare = gain.rate(cell.applied_current(&inputs) - cell.threshold());
            without += u32::from((cell.rate(&inputs) - bare).abs() > ROUNDING * scale);
        }
        assert!(without > 100, "{without}");
    }
}
