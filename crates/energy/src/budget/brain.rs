//! From the power of a neuron to a gram of tissue and to a brain.
//!
//! Assumed: a gram of tissue is a cubic centimetre, as Attwell & Laughlin take it; all its neurons are like the mean neuron of the network; and so are all neurons of a human neocortex, or of a
//! human brain, which they are not: neurons of the cerebellum, four in five of all, are much smaller. What is scaled is ATP; the fuel for it and heat lost on the way are not in it.

use super::FreeEnergy;
use super::human::{BRAIN_NEURONS, NEOCORTEX_NEURONS};

/// What a neuron's power amounts to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scaled {
    /// Watt of one neuron.
    pub neuron: f64,
    /// mW/g of tissue; none where the density of neurons is not known.
    pub milliwatt_per_gram: Option<f64>,
    /// Watt of a neocortex of such neurons.
    pub neocortex: f64,
    /// Watt of a brain of such neurons.
    pub brain: f64,
}

impl Scaled {
    /// Of a neuron that uses so many ATP a second, so many of them in a gram.
    pub fn new(molecules_per_second: f64, density: Option<f64>, atp: FreeEnergy) -> Self {
        let neuron = atp.joule(molecules_per_second);
        Self {
            neuron,
            milliwatt_per_gram: density.map(|density| 1e3 * neuron * density),
            neocortex: neuron * NEOCORTEX_NEURONS.value,
            brain: neuron * BRAIN_NEURONS.value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::primate::CORTEX_2003;
    use super::super::rodent::{CORTEX_2001, DENSITY};
    use super::*;

    #[test]
    fn two_ways_to_a_gram_agree() {
        let power = CORTEX_2001.power(4.0).unwrap();
        let scaled = Scaled::new(power, CORTEX_2001.density, FreeEnergy::default());
        // 30.2 umol/g/min of ATP at 50 kJ/mol.
        let specific = super::super::atp::micromole_per_gram_minute(power, DENSITY.value);
        let other = FreeEnergy::default().milliwatt_per_gram(specific);
        assert!((scaled.milliwatt_per_gram.unwrap() / other - 1.0).abs() < 1e-12);
        assert!((other - 25.2).abs() < 0.1, "{other}");
    }

    /// Spikes of a human cortex at Lennie's rate take 0.69 W, a seventh of his supply.
    #[test]
    fn a_neuron_is_scaled_to_a_cortex_and_a_brain() {
        let spikes = CORTEX_2003.rate.unwrap() * CORTEX_2003.spike;
        let scaled = Scaled::new(spikes, None, FreeEnergy::default());
        assert_eq!(scaled.milliwatt_per_gram, None);
        // 0.16/s x 2.4e9 x 8.3027e-20 J x 21.5e9, by hand.
        assert!((scaled.neocortex - 0.6855).abs() < 1e-3, "{}", scaled.neocortex);
        assert!((scaled.brain / scaled.neocortex - 86.06 / 21.5).abs() < 1e-12);
    }
}
