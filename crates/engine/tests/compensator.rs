//! The intensities of all channels, and their integrals, along a simulated path.

use equipoise_engine::{Jump, NetworkState, Observer};
use equipoise_model::{GainFunction, Network};

use crate::networks::channels;
use crate::quadrature::integral;

/// What happened in one channel.
#[derive(Default)]
pub struct ChannelRecord {
    /// Integrals of the intensity between successive jumps. Over concatenated replicates these are
    /// independent `Exp(1)` variates: at the end of a replicate the process starts anew, at a time
    /// known beforehand.
    pub gaps: Vec<f64>,
    /// Jumps minus integral of the intensity, in each window between samples.
    pub residuals: Vec<f64>,
    /// Jumps.
    pub jumps: f64,
    /// Integral of the intensity.
    pub expected: f64,
    gap: f64,
    residual: f64,
}

/// Watches all channels; networks whose drives and rates do not step.
pub struct Compensator {
    /// Pairs (target population, source population).
    pub order: Vec<(usize, usize)>,
    /// Records in this order.
    pub records: Vec<ChannelRecord>,
    /// Channel of each jump, with the probabilities of all channels at that time.
    pub marks: Vec<(usize, Vec<f64>)>,
    /// State since the last jump and its time.
    path: Option<(NetworkState, f64)>,
}

impl Compensator {
    /// Ready for any number of replicates.
    pub fn new(network: &Network) -> Self {
        let order = channels(network);
        let records = order.iter().map(|_| ChannelRecord::default()).collect();
        Self { order, records, marks: Vec::new(), path: None }
    }

    /// Between two replicates.
    pub fn end_replicate(&mut self) {
        self.path = None;
    }

    fn advance(&mut self, network: &Network, time: f64) {
        let Some((state, from)) = &self.path else { return };
        let towards_one = |source| {
            let panels = panels(network, source);
            integral(*from, time, panels, |s| sum(network, state, source, s))
        };
        let integrals: Vec<f64> = (0..network.source_count()).map(towards_one).collect();
        for (pair, record) in self.order.iter().zip(&mut self.records) {
            let expected = eligible_targets(network, *pair) * integrals[pair.1];
            record.gap += expected;
            record.residual -= expected;
            record.expected += expected;
        }
    }
}

/// Parts of the time between two jumps. Where a neuron crosses a kink the error is about a hundredth of
/// the part squared; without kinks the rule needs no parts.
fn panels(network: &Network, source: usize) -> u32 {
    let gain = network.populations.get(source).map(|population| &population.gain);
    if gain.is_some_and(|gain| gain.kink().is_some()) { 16 } else { 1 }
}

/// Targets of a source in a channel; a neuron is none of its own.
fn eligible_targets(network: &Network, (target, source): (usize, usize)) -> f64 {
    (network.populations[target].count - usize::from(target == source)) as f64
}

/// Sum of the intensities of all sources of a population.
fn sum(network: &Network, state: &NetworkState, source: usize, time: f64) -> f64 {
    if let Some(population) = network.populations.get(source) {
        let z = state.potentiations(source, time);
        return z.map(|z| population.gain.intensity(z)).sum();
    }
    let external = &network.externals[source - network.population_count()];
    external.count as f64 * external.rate.value(time)
}

impl Observer for Compensator {
    const WATCHES_JUMPS: bool = true;

    fn sample(&mut self, network: &Network, state: &NetworkState, time: f64) {
        self.advance(network, time);
        if self.path.is_some() {
            for record in &mut self.records {
                record.residuals.push(std::mem::take(&mut record.residual));
            }
        }
        self.path = Some((state.clone(), time));
    }

    fn jump(&mut self, network: &Network, state: &NetworkState, jump: &Jump) {
        self.advance(network, jump.time);
        let (before, _) = self.path.as_ref().expect("time 0 is sampled");
        let towards_one = |source| sum(network, before, source, jump.time);
        let sums: Vec<f64> = (0..network.source_count()).map(towards_one).collect();
        let rate = |pair: &(usize, usize)| eligible_targets(network, *pair) * sums[pair.1];
        let rates: Vec<f64> = self.order.iter().map(rate).collect();
        let total: f64 = rates.iter().sum();
        let mark = (jump.target_population, jump.source_population);
        let mark = self.order.iter().position(|pair| *pair == mark).expect("a channel");
        let record = &mut self.records[mark];
        record.gaps.push(std::mem::take(&mut record.gap));
        record.residual += 1.0;
        record.jumps += 1.0;
        self.marks.push((mark, rates.iter().map(|rate| rate / total).collect()));
        self.path = Some((state.clone(), jump.time));
    }
}
