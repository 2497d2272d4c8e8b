//! Every simulator under one interface: the methods of the engine and the naive ones.

use equipoise_engine::spike_driven::Grouping;
use equipoise_engine::vector::InstructionSet;
use equipoise_engine::windowed::Pace;
use equipoise_engine::{
    Leap, Observer, OneByOne, Outcome, SpikeDriven, TargetDriven, Thinning, Trajectory,
    TrajectoryRecorder, Windowed, simulate,
};
use equipoise_model::{Leaps, Network};
use rayon::prelude::*;

use crate::naive::{Mistake, NaiveClocks};
use crate::naive_leaps::{LeapMistake, NaiveLeaps};
use crate::naive_spikes::{NaiveSpikes, SpikeMistake};
use crate::stale::StaleClasses;

/// A simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Simulator {
    /// Thinning of pairs.
    Thinning,
    /// The target-driven method.
    TargetDriven,
    /// The windowed method.
    Windowed,
    /// Leaps, with steps as they are chosen or of this many thousandths.
    Leap(Option<u32>),
    /// Leaps of the plainest kind, with a mistake or none.
    NaiveLeaps(LeapMistake),
    /// One clock for each channel, sums taken anew for each candidate, with a mistake or none.
    Naive(Mistake),
    /// Thinning that does not classify the target of a jump anew.
    StaleClasses,
    /// The spike-driven method.
    SpikeDriven,
    /// The same with neurons in groups, in small networks, too.
    SpikeDrivenInGroups,
    /// Everything taken anew for each candidate, with a mistake or none.
    NaiveSpikes(SpikeMistake),
}

impl Simulator {
    /// Those that must pass every test of independent transmission. The naive one without a mistake is among them, so what the
    /// tests find out in its wrong variants is the mistake.
    pub const RIGHT: [Self; 4] =
        [Self::Thinning, Self::TargetDriven, Self::Windowed, Self::Naive(Mistake::None)];

    /// Those that must pass every test of shared spikes and release.
    pub const SPIKING: [Self; 3] =
        [Self::SpikeDriven, Self::SpikeDrivenInGroups, Self::NaiveSpikes(SpikeMistake::None)];

    /// Simulates one replicate to its end.
    pub fn observe<O: Observer>(
        self,
        network: &Network,
        stream: (u64, u64),
        times: &[f64],
        observer: &mut O,
    ) {
        let go_on = || false;
        let outcome = match self {
            Self::Thinning => {
                let method = OneByOne::new(Thinning::new(network), stream.0, stream.1);
                simulate(network, method, stream, times, observer, go_on)
            }
            Self::TargetDriven => {
                let method = TargetDriven::new(network, stream.0, stream.1);
                simulate(network, method, stream, times, observer, go_on)
            }
            Self::Windowed => {
                let method = windowed(network, stream);
                simulate(network, method, stream, times, observer, go_on)
            }
            Self::Leap(step) => {
                let step = step.map(|thousandths| f64::from(thousandths) / 1000.0);
                let leaps = Leaps { step, ..Leaps::default() };
                let method = Leap::new(network, leaps, stream.0, stream.1);
                simulate(network, method, stream, times, observer, go_on)
            }
            Self::NaiveLeaps(mistake) => {
                let method = NaiveLeaps::new(network, mistake, stream);
                simulate(network, method, stream, times, observer, go_on)
            }
            Self::Naive(mistake) => {
                let method = OneByOne::new(NaiveClocks::new(network, mistake), stream.0, stream.1);
                simulate(network, method, stream, times, observer, go_on)
            }
            Self::StaleClasses => {
                let method = OneByOne::new(StaleClasses::new(network), stream.0, stream.1);
                simulate(network, method, stream, times, observer, go_on)
            }
            Self::SpikeDriven => {
                let method = SpikeDriven::new(network, stream.0, stream.1);
                simulate(network, method, stream, times, observer, go_on)
            }
            Self::SpikeDrivenInGroups => {
                let method = in_groups(network, stream);
                simulate(network, method, stream, times, observer, go_on)
            }
            Self::NaiveSpikes(mistake) => {
                let method = NaiveSpikes::new(mistake, stream);
                simulate(network, method, stream, times, observer, go_on)
            }
        };
        assert_eq!(outcome, Outcome::Complete);
    }

    /// Moments and counts of one replicate.
    pub fn trajectory(self, network: &Network, stream: (u64, u64), times: &[f64]) -> Trajectory {
        let mut recorder = TrajectoryRecorder::new(network, stream.1);
        self.observe(network, stream, times, &mut recorder);
        recorder.into_trajectory()
    }

    /// Moments and counts of independent replicates.
    pub fn ensemble(self, network: &Network, seed: u64, replicates: u64, times: &[f64]) -> Records {
        let run = |replicate| self.trajectory(network, (seed, replicate), times);
        Records((0..replicates).into_par_iter().map(run).collect())
    }
}

/// The windowed method with blocks and bounds so small that in small networks, too, all that can happen does.
fn windowed(network: &Network, stream: (u64, u64)) -> Windowed {
    let pace = Pace {
        jumps: Pace::of(network.neuron_count()).jumps,
        deviations: 1.0,
        parts: 4,
        block: 16,
    };
    Windowed::with_pace(network, stream, InstructionSet::best(), pace)
}

/// Trajectories of independent replicates, read by quantity.
pub struct Records(pub Vec<Trajectory>);

impl Records {
    fn series(&self, quantity: impl Fn(&Trajectory) -> f64) -> Vec<f64> {
        self.0.iter().map(quantity).collect()
    }

    /// Empirical means of a population at a sample, over the replicates.
    pub fn mean(&self, sample: usize, population: usize) -> Vec<f64> {
        self.series(|t| t.mean[sample * t.populations + population])
    }

    /// Empirical variances.
    pub fn variance(&self, sample: usize, population: usize) -> Vec<f64> {
        self.series(|t| t.variance[sample * t.populations + population])
    }

    /// Empirical third central moments.
    pub fn third_cumulant(&self, sample: usize, population: usize) -> Vec<f64> {
        self.series(|t| t.third_cumulant[sample * t.populations + population])
    }

    /// Jumps from a source population onto a target population since time 0.
    pub fn jumps(&self, sample: usize, (target, source): (usize, usize)) -> Vec<f64> {
        self.series(|t| t.jumps[(sample * t.populations + target) * t.sources + source] as f64)
    }

    /// Fires of a population since time 0.
    pub fn spikes(&self, sample: usize, population: usize) -> Vec<f64> {
        self.series(|t| t.spikes(sample, population))
    }
}

/// The spike-driven method with groups of a neuron or few, so narrow that neurons leave them all the time.
pub fn in_groups(network: &Network, stream: (u64, u64)) -> SpikeDriven {
    let grouping = Grouping { neurons: 1, width: 0.2, room: 0.0, ahead: 5 };
    SpikeDriven::with_grouping(network, stream, InstructionSet::best(), grouping)
}
