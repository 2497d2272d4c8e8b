//! What the activity of a network costs.
//!
//! One fire of a neuron costs the same energy each time, a neuron at rest dissipates, and each jump that a neuron receives has to be undone by
//! its pumps. The scenario's table `[energy]` says how much ([`equipoise_model::Energy`]); this crate turns counts into energies, whether they were counted in a
//! simulation or are predicted by theory, so that both are priced alike.
//!
//! * [`account`]: energies of spikes, rest and synapses from counts, power, and the integral of the activity energy;
//! * [`prediction`]: the same predicted, by the limit and by the finite-n theory, with margins and deviations from network to network.
//!
//! # Source
//! Attwell & Laughlin (2001), doi:10.1097/00004647-200110000-00001 (signalling takes most of the energy of grey matter).

pub mod account;
pub mod prediction;

pub use account::{Account, Item};
pub use prediction::{Energies, EnergyPrediction};
