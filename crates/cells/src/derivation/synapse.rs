//! One kind of synapse: its conductance after spikes, and what that is on average.

/// A synapse whose conductance rises by `G` at a presynaptic spike and decays with `tau`, equation (11.10):
///
/// ```math
/// \tau \frac{dg}{dt} + g = \tau G \sum_j \delta(t - t_j).
/// ```
///
/// External inputs, equation (11.17), are synapses of the same form. The lecture's `delta(t - t_j)` in (11.12) is `delta(t' - t_j)`, and its exponent in
/// (11.14) is `-(t - t')/tau`.
///
/// ```
/// # use equipoise_cells::derivation::Synapse;
/// let synapse = Synapse { peak_conductance: 0.01, time_constant: 5.0, reversal: 0.0 };
/// // 0.02 spikes/ms, each 0.01 mS/cm2 for about 5 ms.
/// assert_eq!(synapse.mean_conductance(0.02), 0.001);
/// ```
///
/// # Source
/// Lecture 11, equations (11.9) to (11.21), (11.29) and (11.30).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Synapse {
    /// `G`, the conductance that one spike opens, mS/cm2.
    pub peak_conductance: f64,
    /// `tau_syn`, ms.
    pub time_constant: f64,
    /// `V_syn`, the reversal potential, mV.
    pub reversal: f64,
}

impl Synapse {
    /// `g(t) = G sum over spikes up to t of exp(-(t - t_j)/tau)`, mS/cm2, of spikes and a time in ms; equations (11.11) and (11.18).
    pub fn conductance(&self, spikes: &[f64], time: f64) -> f64 {
        let past = spikes.iter().filter(|spike| **spike <= time);
        let open: f64 = past.map(|spike| (-(time - spike) / self.time_constant).exp()).sum();
        self.peak_conductance * open
    }

    /// `<g> = G tau r`, mS/cm2, of a rate in 1/ms that varies little within `tau`; equations (11.12), (11.14) and (11.20).
    pub fn mean_conductance(&self, rate: f64) -> f64 {
        self.peak_conductance * self.time_constant * rate
    }

    /// `g (V_syn - V)`, uA/cm2, of a conductance in mS/cm2 at a voltage in mV; one term of equation (11.9), and (11.16).
    pub fn current(&self, conductance: f64, voltage: f64) -> f64 {
        conductance * (self.reversal - voltage)
    }

    /// `G tau r (V_syn - V)`, uA/cm2, at a rate in 1/ms and a voltage in mV; one term of equation (11.15), and (11.21).
    pub fn mean_current(&self, rate: f64, voltage: f64) -> f64 {
        self.current(self.mean_conductance(rate), voltage)
    }

    /// `W = G tau (V_syn - v_theta - V_leak)`, a charge per area, nC/cm2; equations (11.29), (11.30), with `v_theta` and `V_leak` of the postsynaptic cell in
    /// mV.
    ///
    /// The sign is that of `V_syn - (V_leak + v_theta)`: a synapse excites if it reverses above the voltage that the cell has on average near its threshold.
    pub fn efficacy(&self, threshold_voltage: f64, leak_reversal: f64) -> f64 {
        let driving_force = self.reversal - threshold_voltage - leak_reversal;
        self.peak_conductance * self.time_constant * driving_force
    }
}

/// `r(t) = (1/T)` times the number of spikes from `t - T/2` to `t + T/2`, 1/ms; equations (11.13) and (11.19).
///
/// A spike at the start of the window counts, one at its end does not, so that windows side by side count each once.
pub fn mean_rate(spikes: &[f64], centre: f64, window: f64) -> f64 {
    let (from, to) = (centre - 0.5 * window, centre + 0.5 * window);
    let count = spikes.iter().filter(|spike| (from..to).contains(*spike)).count();
    count as f64 / window
}

/// `|dr/dt| T/r`, by how much of itself a rate changes within `T`; equation (11.1) asks that it be far below 1.
///
/// `derivative` in 1/ms2, `rate` in 1/ms, `time` in ms.
pub fn relative_change(derivative: f64, rate: f64, time: f64) -> f64 {
    derivative.abs() * time / rate
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    const SYNAPSE: Synapse =
        Synapse { peak_conductance: 0.02, time_constant: 5.0, reversal: -80.0 };

    /// (11.11), by hand: two spikes, one and two time constants ago, and one yet to come.
    #[test]
    fn spikes_open_and_decay() {
        let spikes = [0.0, 5.0, 11.0];
        let expected = 0.02 * (0.135_335_283_236_612_7 + 0.367_879_441_171_442_33);
        assert!((SYNAPSE.conductance(&spikes, 10.0) - expected).abs() < 1e-17);
        assert_eq!(SYNAPSE.conductance(&spikes, 0.0), 0.02);
        assert_eq!(SYNAPSE.conductance(&spikes, -1.0), 0.0);
    }

    /// (11.10), (11.17) by small steps of the differential equation, in which each spike adds `tau G/(tau dt)` for one step; the error of these steps is of first order.
    #[test]
    fn the_response_solves_the_differential_equation() {
        let spikes = [1.0, 2.5, 2.75, 9.0];
        let error = |steps_per_ms: u32| {
            let step = 1.0 / f64::from(steps_per_ms);
            let mut conductance = 0.0;
            for index in 0..12 * steps_per_ms {
                let time = f64::from(index) * step;
                let arriving = spikes.iter().filter(|spike| (time..time + step).contains(*spike));
                let impulses = arriving.count() as f64 / step;
                let tau = SYNAPSE.time_constant;
                let derivative = -conductance / tau + SYNAPSE.peak_conductance * impulses;
                conductance += step * derivative;
            }
            (conductance - SYNAPSE.conductance(&spikes, 12.0)).abs()
        };
        let (coarse, fine) = (error(64), error(128));
        assert!(fine < 1e-4 && (coarse / fine - 2.0).abs() < 0.05, "{coarse} {fine}");
    }

    /// (11.12), (11.14), (11.20): of a Poisson train of 0.04/ms the conductance has the mean `G tau r = 0.004` and the variance `G^2 tau r/2`; `exp(-2)` of it is left
    /// of a correlation at samples 10 ms apart. A mean with the exponent as printed, `-(t - t') tau`, would be `G r/tau`, and is refused.
    #[test]
    fn poisson_trains_have_the_mean_conductance() {
        const SAMPLES: u32 = 20_000;
        let mut random = Xoshiro256PlusPlus::seed_from_u64(11);
        let (rate, interval, tau) = (0.04, 10.0, SYNAPSE.time_constant);
        let mut spikes = Vec::new();
        let mut time = -200.0;
        while time < interval * f64::from(SAMPLES) {
            time -= (1.0 - random.random::<f64>()).ln() / rate;
            spikes.push(time);
        }
        let mean = (0..SAMPLES).map(|index| interval * f64::from(index)).map(|time| {
            let first = spikes.partition_point(|spike| *spike < time - 40.0 * tau);
            let last = spikes.partition_point(|spike| *spike <= time);
            SYNAPSE.conductance(&spikes[first..last], time)
        });
        let mean = mean.sum::<f64>() / f64::from(SAMPLES);
        let kept = (-interval / tau).exp();
        let variance = SYNAPSE.peak_conductance.powi(2) * tau * rate / 2.0;
        let deviation = (variance / f64::from(SAMPLES) * (1.0 + kept) / (1.0 - kept)).sqrt();
        // Level 1e-4, two-sided.
        let tolerance = 3.89 * deviation;
        assert!((SYNAPSE.mean_conductance(rate) - 0.004).abs() < 1e-17);
        assert!((mean - 0.004).abs() < tolerance, "{mean}");
        let as_printed = SYNAPSE.peak_conductance * rate / tau;
        assert!((mean - as_printed).abs() > tolerance);
    }

    /// (11.9), (11.15), (11.16), (11.21): 0.004 mS/cm2 at -60 mV, 20 mV above reversal, draw 0.08 uA/cm2.
    #[test]
    fn currents_follow_the_driving_force() {
        assert!((SYNAPSE.current(0.004, -60.0) + 0.08).abs() < 1e-16);
        assert!((SYNAPSE.mean_current(0.04, -60.0) + 0.08).abs() < 1e-16);
    }

    /// (11.29), (11.30): `0.02 * 5 * (-80 - 5.6 + 65) = -2.06` nC/cm2, and of an excitatory synapse at 0 mV `5.94`.
    #[test]
    fn efficacies_are_charges() {
        assert!((SYNAPSE.efficacy(5.6, -65.0) + 2.06).abs() < 1e-14);
        let excitatory = Synapse { reversal: 0.0, ..SYNAPSE };
        assert!((excitatory.efficacy(5.6, -65.0) - 5.94).abs() < 1e-14);
    }

    /// (11.13), (11.19): three of the spikes lie in the 8 ms about 6 ms.
    #[test]
    fn rates_are_counts_in_windows() {
        let spikes = [1.0, 2.0, 5.0, 9.0, 10.0, 14.0];
        assert_eq!(mean_rate(&spikes, 6.0, 8.0), 3.0 / 8.0);
        assert_eq!(mean_rate(&spikes, 14.0, 8.0), 2.0 / 8.0);
    }

    /// (11.1): a rate of 0.02/ms that grows by 1e-5/ms2 changes by a twentieth in 100 ms.
    #[test]
    fn slow_rates_change_little() {
        assert!((relative_change(-1e-5, 0.02, 100.0) - 0.05).abs() < 1e-16);
    }
}
