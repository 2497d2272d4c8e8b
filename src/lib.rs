//! Equipoise: balanced networks of excitatory and inhibitory neurons, simulated exactly, and their
//! hydrodynamic limit.
//!
//! ```text
//! scenario file -> model -> { engine (stochastic), limit (deterministic) } -> validation -> layout -> store -> report
//! ```
//!
//! Each room is a crate of its own, re-exported here; the program `equipoise` is built on them.
//!
//! ```
//! use equipoise::model::Scenario;
//! use equipoise::limit::Limit;
//!
//! let text = include_str!("../scenarios/inhibition-stabilised.toml");
//! let scenario = Scenario::parse("inhibition-stabilised.toml", text)?;
//! let limit = Limit::new(&scenario.network)?.solve(&[0.0, 4.0])?;
//! assert!((limit.mean[2] + 0.83766).abs() < 1e-5); // m_E at t = 4
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
