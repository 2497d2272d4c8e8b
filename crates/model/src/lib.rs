//! What a balanced network is, before anything is done with it.
//!
//! `P` populations of neurons and any number of external Poisson populations, all-to-all, with
//! synapses scaled by `n^{-1/2}`. Neuron `k` of population `a` has a synaptic potentiation `z`,
//!
//! ```math
//! \begin{aligned}
//! \frac{dz}{dt} &= -\frac{z}{\tau_a} + I_a(t) && \text{between jumps} \\
//! z &\mathrel{+}= \frac{J_{ab}}{\sqrt n} && \text{at the points of a Poisson process of intensity } \lambda_b(z_b^j), \\
//! &&& \text{one such process for each ordered pair } ((b, j), (a, k)) \text{ of different neurons}
//! \end{aligned}
//! ```
//!
//! This crate holds the description ([`Network`]) and reads it from a scenario file ([`Scenario`]).
//! It neither simulates nor integrates, and it does not touch the file system.
//!
//! * [`gain`]: intensity as a function of potentiation;
//! * [`schedule`]: quantities given as a function of time (drives, external rates);
//! * [`network`]: populations, coupling, transmission;
//! * [`method`]: how it is simulated;
//! * [`recording`]: what is recorded beside the moments;
//! * [`energy`]: what activity costs;
//! * [`scenario`]: the TOML contract with users, and its checks;
//! * [`input`]: what can be wrong with a file, said with its place.
//!
//! # Source
//! MacLaurin & Vilanova, arXiv:2412.17273 (the network); the symbols are listed in `NOTATION.md`.

pub mod energy;
pub mod gain;
pub mod input;
pub mod method;
pub mod network;
pub mod recording;
pub mod scenario;
pub mod schedule;

pub use energy::{Costs, Energy, OwnBudget, Prices};
pub use gain::{Gain, GainFunction};
pub use input::InputError;
pub use method::{Leaps, Method, Precision};
pub use network::{
    Coupling, ExternalPopulation, InitialLaw, Kind, Network, NeuronPopulation, Transmission,
};
pub use recording::{Bins, Potentiations, Recording, Selection};
pub use scenario::{Sampling, Scenario};
pub use schedule::Schedule;
