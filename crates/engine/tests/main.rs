//! Tests of the engine: is the law of every method the law of the model?
//!
//! * `models`: networks whose law is known exactly, each with its source;
//! * `simulators`, `naive`, `naive_leaps`, `naive_spikes`, `stale`: what is tested, and wrong simulators that the same tests must reject;
//! * `evidence`: families of tests with one named level;
//! * the other modules: one question each.
//!
//! One crate, so that the models are shared and the tests run side by side.

mod agreement;
mod calibration;
mod channels;
mod compensator;
mod evidence;
mod leaping;
mod models;
mod naive;
mod naive_leaps;
mod naive_spikes;
mod networks;
mod observation;
mod quadrature;
mod ranks;
mod rare_jumps;
mod recording;
mod reproducibility;
mod resumption;
mod segments;
mod shared_inputs;
mod shelves;
mod shot_noise;
mod simulators;
mod spiking_agreement;
mod spiking_neurons;
mod stale;
mod state;
mod targets;
mod tiny_networks;
mod value_stability;
mod waste;
