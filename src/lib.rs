//! Equipoise: balanced networks of excitatory and inhibitory neurons, simulated exactly, and their
//! hydrodynamic limit.
//!
//! ```text
//! scenario file -> model -> { engine (stochastic), limit (deterministic) } -> validation -> layout -> store -> report
//! ```
//!
//! # What most programs need
//!
//! A [`Scenario`] is read from text and holds a [`Network`]; [`Limit`] and [`FiniteN`] are its theory, an [`Ensemble`]
//! simulates it; [`Prediction`], [`Observed`] and [`compare`] lead to a [`Verdict`]; a [`ResultWriter`] keeps groups of
//! numbers, and [`read_group`] brings them back. These names, at the root of the crate, are what to rely on: they change as
//! fields of scenarios do, by a version that `docs/releasing.md` says and with a line in the changelog.
//!
//! ```
//! use std::sync::atomic::AtomicBool;
//! use equipoise::{Ensemble, Limit, Observed, Prediction, Scenario, compare};
//!
//! let text = include_str!("../scenarios/inhibition-stabilised.toml");
//! let mut scenario = Scenario::parse("inhibition-stabilised.toml", text)?;
//! let limit = Limit::new(&scenario.network)?.solve(&[0.0, 4.0])?;
//! assert!((limit.mean[2] + 0.83766).abs() < 1e-5); // m_E at t = 4
//!
//! scenario.replicates = 20;
//! let ensemble = Ensemble::new(&scenario);
//! let mut networks = Observed::new(ensemble.times.len());
//! ensemble.run(&AtomicBool::new(false), |network| {
//!     networks.push(network);
//!     Ok::<(), std::convert::Infallible>(())
//! })?;
//! let network = &scenario.network;
//! let prediction = Prediction::new(network, &ensemble.times)?;
//! let verdict = compare(&networks, &prediction, network.population_count(), network.size);
//! assert!(verdict.holds());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # All the rest
//!
//! Each room is a crate of its own and re-exported here whole, for programs that look deeper, and so is what the program
//! `equipoise` and the Python package are made of ([`job`], [`layout`], [`table`], [`picture`], [`report`], ...). That follows
//! the program, and may change with any version.

pub mod cost;
pub mod estimate;
pub mod export;
pub mod job;
pub mod layout;
pub mod picture;
pub mod report;
pub mod table;
pub mod template;

pub use equipoise_cells as cells;
pub use equipoise_cluster as cluster;
pub use equipoise_energy as energy;
pub use equipoise_engine as engine;
pub use equipoise_limit as limit;
pub use equipoise_model as model;
pub use equipoise_statistics as statistics;
pub use equipoise_store as store;
pub use equipoise_validation as validation;

pub use equipoise_engine::Ensemble;
pub use equipoise_limit::{FiniteN, Limit};
pub use equipoise_model::{Network, Scenario};
pub use equipoise_store::{ResultWriter, read_group};
pub use equipoise_validation::{Observed, Prediction, Verdict, compare};
