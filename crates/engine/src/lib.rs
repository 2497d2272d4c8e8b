//! Exact simulation of a balanced network: the law of the simulated process is the law of
//! [`equipoise_model`], with no time step.
//!
//! A network ([`equipoise_model::Network`]), its state ([`NetworkState`]) and the method that moves
//! it ([`JumpMethod`]) are separate; what is recorded is decided by an [`Observer`], of which the
//! methods know nothing.
//!
//! * [`stream`]: random streams, pure functions of seed, replicate and purpose;
//! * [`state`]: potentiations of all neurons at any time between jumps;
//! * [`jump`]: one jump or one spike of one neuron;
//! * [`method`]: what a method does, and the loop that drives it;
//! * [`vector`]: loops compiled for each instruction set;
//! * [`thinning`]: the plain reference method;
//! * [`target_driven`]: the fast method for independent transmission; [`windowed`]: the same for one large network on all cores;
//! * [`spike_driven`]: the method for shared spikes and for release;
//! * [`leap`]: many jumps at a time, for large networks: not exact, but of second order in its step;
//! * [`observer`]: what can be recorded; [`trajectory`]: moments and jump counts at sample times; [`record`]: spike trains and all else, `activity`: the activity energy;
//! * [`ensemble`]: independent replicates in parallel; [`ranks`]: over several processes; `team`: one network over them; [`shelf`]: where each of them keeps what is recorded of its neurons; [`headway`]: how far they are.

mod activity;
mod arrays;
mod deviations;
pub mod ensemble;
pub mod headway;
pub mod jump;
pub mod leap;
pub mod method;
pub mod observer;
pub mod ranks;
pub mod record;
pub mod shelf;
pub mod spike_driven;
pub mod state;
pub mod stream;
pub mod target_driven;
mod team;
pub mod thinning;
pub mod trajectory;
pub mod vector;
pub mod windowed;

pub use ensemble::{EngineError, Ensemble, Receiver, RunError};
pub use headway::Headway;
pub use jump::{Jump, Spike};
pub use leap::Leap;
pub use method::{JumpMethod, Method, OneByOne, Outcome, Progress, Run, simulate};
pub use observer::Observer;
pub use ranks::{Ranks, Single};
pub use record::{Recorder, Records};
pub use shelf::Shelf;
pub use spike_driven::SpikeDriven;
pub use state::NetworkState;
pub use target_driven::TargetDriven;
pub use thinning::Thinning;
pub use trajectory::{Trajectory, TrajectoryRecorder};
pub use windowed::Windowed;
