//! What the activity of a network costs, and what it is worth.
//!
//! One fire of a neuron costs the same energy each time, a neuron at rest dissipates, and each jump that a neuron receives has to be undone by
//! its pumps. The scenario's table `[energy]` says how much ([`equipoise_model::Energy`]); this crate turns counts into energies, whether they were counted in a
//! simulation or are predicted by theory, so that both are priced alike.
//!
//! * [`account`]: energies of spikes, rest and synapses from counts, power, and the integral of the activity energy;
//! * [`prediction`]: the same predicted, by the limit and by the finite-n theory, with margins and deviations from network to network.
//! * [`budget`]: costs in ATP of named tissues, from the literature, and their conversion to joule and watt;
//! * [`expenses`]: what one neuron pays; [`power`]: what populations at rest spend, by what it goes into;
//! * [`economy`]: information per energy of a firing rate, the rate that has the most of it, and the drive that leads there;
//! * [`precision`]: how well the spikes of a network tell its drive, beside the power that they take;
//! * [`findings`]: all of these of one network, on given terms.
//!
//! # Source
//! Attwell & Laughlin (2001), doi:10.1097/00004647-200110000-00001 (signalling takes most of the energy of grey matter).

pub mod account;
pub mod budget;
pub mod economy;
pub mod expenses;
pub mod findings;
pub mod power;
pub mod precision;
pub mod prediction;

pub use account::{Account, Item};
pub use budget::Budget;
pub use expenses::Expenses;
pub use findings::{Findings, Terms};
pub use power::Power;
pub use prediction::{Energies, EnergyPrediction};
