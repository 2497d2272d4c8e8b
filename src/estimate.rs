//! What a simulation would record and hold, before anything is simulated.
//!
//! ```
//! use equipoise::{estimate::Estimate, model::Scenario};
//!
//! let text = include_str!("../scenarios/inhibition-stabilised.toml");
//! let scenario = Scenario::parse("inhibition-stabilised.toml", text)?;
//! let estimate = Estimate::new(&scenario, &scenario.sampling.times());
//! let [trajectory] = estimate.groups.as_slice() else { panic!() };
//! assert_eq!(trajectory.group, "trajectory");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use equipoise_limit::Limit;
use equipoise_model::{
    GainFunction, Leaps, Method, Network, NeuronPopulation, Precision, Scenario, Selection,
    Transmission,
};

/// Bytes of a value in a file, and of most in memory.
const VALUE: f64 = 8.0;
/// Part of their bytes that whole numbers take when large arrays of them are compressed, about.
const COMPRESSED: f64 = 1.0 / 8.0;
/// Bytes of a spike in memory: time and neuron.
const HELD_SPIKE: f64 = 12.0;
/// Bytes of a jump in memory: time, populations and neuron.
const HELD_JUMP: f64 = 16.0;
/// Places at which an external rate is looked at for its mean.
const PLACES: usize = 1000;

/// What a group of the result file would take. Numbers are floats because they may be beyond all integers.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupSize {
    /// The name of the group.
    pub group: String,
    /// Bytes of all values, before compression.
    pub bytes: f64,
    /// Bytes on the disk, about: floats do not become smaller by compression, whole numbers do.
    pub least_bytes: f64,
    /// Bytes of what is recorded of one network, in memory.
    pub held_bytes: f64,
    /// Whether the bytes follow from an expected number of events.
    pub about: bool,
}

/// What a simulation would record and hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// By group, in the order of the file.
    pub groups: Vec<GroupSize>,
    /// Bytes that the potentiations of one network take.
    pub network_bytes: f64,
    /// Jumps of all networks, one by one (a spike that reaches all is one), which take the time.
    pub jumps: f64,
}

/// Bytes that the potentiations of one network take.
pub fn network_bytes(network: &Network, method: Method) -> f64 {
    let single = matches!(method, Method::Leap(Leaps { precision: Precision::Single, .. }));
    network.neuron_count() as f64 * if single { 0.5 * VALUE } else { VALUE }
}

impl Estimate {
    /// Of this scenario, sampled at these times.
    ///
    /// Numbers of spikes and jumps are those of the limit or, where there is none, the most that the gains allow; where neither is
    /// known they count as none.
    pub fn new(scenario: &Scenario, times: &[f64]) -> Self {
        let sizes = Sizes::new(scenario, times);
        let recording = &scenario.recording;
        let mut groups = vec![sizes.trajectory()];
        groups.extend(sizes.events());
        groups.extend(recording.activity.map(|_| sizes.activity()));
        groups.extend((!recording.snapshots.is_empty()).then(|| sizes.snapshots()));
        groups.extend(sizes.reports());
        groups.extend(recording.histograms.map(|bins| sizes.histograms(bins.count as f64 + 2.0)));
        groups.extend(recording.counts.then(|| sizes.counts()));
        let jumps = sizes.replicates * sizes.simulated();
        Self { groups, network_bytes: network_bytes(&scenario.network, scenario.method), jumps }
    }

    /// Bytes of the whole file, about.
    pub fn least_bytes(&self) -> f64 {
        self.groups.iter().map(|group| group.least_bytes).sum()
    }

    /// Bytes of all that is recorded of one network, in memory.
    pub fn record_bytes(&self) -> f64 {
        self.groups.iter().map(|group| group.held_bytes).sum()
    }
}

/// How many there are of what a size depends on.
struct Sizes<'a> {
    scenario: &'a Scenario,
    times: &'a [f64],
    replicates: f64,
    samples: f64,
    neurons: f64,
    populations: f64,
    sources: f64,
    /// How often a neuron of each population fires towards one target.
    fires: Vec<f64>,
}

impl<'a> Sizes<'a> {
    fn new(scenario: &'a Scenario, times: &'a [f64]) -> Self {
        let network = &scenario.network;
        Self {
            scenario,
            times,
            replicates: scenario.replicates as f64,
            samples: times.len() as f64,
            neurons: network.populations.iter().map(|population| population.count as f64).sum(),
            populations: network.population_count() as f64,
            sources: network.source_count() as f64,
            fires: fires(network, times),
        }
    }

    /// A group of so many floats and whole numbers a network.
    fn group(&self, name: &str, floats: f64, whole: f64) -> GroupSize {
        GroupSize {
            group: name.to_owned(),
            bytes: self.replicates * VALUE * (floats + whole),
            least_bytes: self.replicates * VALUE * (floats + COMPRESSED * whole),
            held_bytes: VALUE * (floats + whole),
            about: false,
        }
    }

    fn trajectory(&self) -> GroupSize {
        let rows = self.samples * self.populations;
        let energies = if self.scenario.energy.is_some() { 4.0 } else { 0.0 };
        self.group("trajectory", (4.0 + energies) * rows, rows * self.sources)
    }

    fn activity(&self) -> GroupSize {
        let end = self.times.last().copied().unwrap_or_default();
        let rows = self.scenario.recording.bins(end) as f64 * self.populations;
        let independent = self.scenario.network.transmission == Transmission::Independent;
        let spikes = if independent { 0.0 } else { rows };
        self.group("activity", 0.0, rows * self.sources + spikes)
    }

    fn snapshots(&self) -> GroupSize {
        self.group("snapshots", self.scenario.recording.snapshots.len() as f64 * self.neurons, 0.0)
    }

    fn reports(&self) -> Vec<GroupSize> {
        let Some(report) = &self.scenario.recording.potentiations else { return Vec::new() };
        let frames = report.frames(self.times.last().copied().unwrap_or_default()) as f64;
        let populations = self.scenario.network.populations.iter().zip(&report.neurons);
        let chosen = populations.filter(|(_, chosen)| !chosen.is_empty());
        let group = |(population, chosen): (&NeuronPopulation, &Selection)| {
            let values = frames * chosen.count(population.count) as f64;
            let held = self.group(&format!("report/{}", population.name), values, 0.0);
            // Half the bytes in the file.
            GroupSize { bytes: held.bytes / 2.0, least_bytes: held.least_bytes / 2.0, ..held }
        };
        chosen.map(group).collect()
    }

    fn histograms(&self, places: f64) -> GroupSize {
        self.group("histograms", 0.0, self.samples * self.populations * places)
    }

    fn counts(&self) -> GroupSize {
        let independent = self.scenario.network.transmission == Transmission::Independent;
        let sent = if independent { 0.0 } else { self.neurons };
        self.group("counts", 0.0, self.neurons * self.sources + sent)
    }

    /// Groups of spikes and jumps, whose numbers are expected ones.
    fn events(&self) -> Vec<GroupSize> {
        let recording = &self.scenario.recording;
        if !(recording.has_spikes() || recording.jumps) {
            return Vec::new();
        }
        let network = &self.scenario.network;
        let mut groups = Vec::new();
        for (a, population) in network.populations.iter().enumerate() {
            let chosen = match recording.spikes.get(a) {
                None | Some(Selection::None) => continue,
                Some(chosen) => chosen.count(population.count),
            };
            let spikes = chosen as f64 * self.fires[a] / network.transmission.release_probability();
            let name = format!("spikes/{}", population.name);
            groups.push(self.of_events(&name, spikes, (2.0, 1.0), HELD_SPIKE));
        }
        if recording.jumps {
            let jumps = self.jumps();
            groups.push(self.of_events("jumps", jumps, (1.0, 4.0), HELD_JUMP));
        }
        groups
    }

    fn of_events(
        &self,
        name: &str,
        events: f64,
        (floats, whole): (f64, f64),
        held: f64,
    ) -> GroupSize {
        let group = self.group(name, floats * events, whole * events);
        GroupSize { held_bytes: held * events, about: true, ..group }
    }

    /// What an exact method does one by one: jumps of single neurons, and spikes that reach all.
    fn simulated(&self) -> f64 {
        let network = &self.scenario.network;
        if network.transmission == Transmission::Independent {
            return self.jumps();
        }
        let p = network.transmission.release_probability();
        let spikes = network.populations.iter().zip(&self.fires);
        let spikes = spikes.map(|(population, fires)| population.count as f64 * fires / p);
        // Those that it reaches jump one by one, or those that it does not reach jump back.
        let each = 1.0 + p.min(1.0 - p) * self.neurons;
        each * spikes.sum::<f64>() + self.jumps()
    }

    /// Jumps of single neurons: under shared transmission and release those from external sources alone.
    fn jumps(&self) -> f64 {
        let network = &self.scenario.network;
        let internal = network.populations.iter().zip(&self.fires).map(|(population, fires)| {
            // No neuron is its own target.
            population.count as f64 * (self.neurons - 1.0) * fires
        });
        let internal: f64 = match network.transmission {
            Transmission::Independent => internal.sum(),
            _ => 0.0,
        };
        internal + self.external_jumps()
    }

    fn external_jumps(&self) -> f64 {
        let end = self.times.last().copied().unwrap_or_default();
        let each = self.scenario.network.externals.iter().map(|external| {
            let at = |place: usize| external.rate.value((place as f64 + 0.5) / PLACES as f64 * end);
            let mean = (0..PLACES).map(at).sum::<f64>() / PLACES as f64;
            external.count as f64 * self.neurons * mean * end
        });
        each.sum()
    }
}

/// How often a neuron of each population fires towards one target until the end: by the limit where it goes so far, otherwise at
/// most, and where there is no such bound not at all.
fn fires(network: &Network, times: &[f64]) -> Vec<f64> {
    let end = times.last().copied().unwrap_or_default();
    let populations = &network.populations;
    let limit = Limit::new(network).and_then(|limit| limit.solve(&[0.0, end]));
    let found: Vec<f64> = match limit {
        Ok(limit) if limit.end.is_none() => {
            let last = limit.spikes.len() - populations.len();
            let per_neuron = limit.spikes[last..].iter().zip(populations);
            per_neuron.map(|(spikes, population)| spikes / population.fraction).collect()
        }
        _ => populations.iter().map(|population| population.gain.supremum() * end).collect(),
    };
    found.into_iter().map(|fires| if fires.is_finite() { fires.max(0.0) } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(text: &str) -> Estimate {
        let scenario = Scenario::parse("test", text).expect("a sound scenario");
        Estimate::new(&scenario, &scenario.sampling.times())
    }

    fn bytes(estimate: &Estimate, group: &str) -> f64 {
        estimate.groups.iter().find(|size| size.group == group).expect("a group").bytes
    }

    const CONSTANT: &str = r#"
        n = 100
        duration = 2.0
        sample_interval = 1.0
        transmission = "TRANSMISSION"
        [populations.E]
        kind = "excitatory"
        time_constant = 1.0
        gain = { tabulated = { potentiation = [0.0, 1.0], rate = [3.0, 3.0] } }
        initial = { normal = { mean = 0.0, variance = 0.25 } }
        [populations.x]
        kind = "external"
        fraction = 0.5
        rate = { steps = [[0.0, 1.0], [1.0, 3.0]] }
        [coupling]
        E = { E = 1.0, x = 1.0 }
        [ensemble]
        replicates = 7
        [record]
        spikes = { E = [0, 1] }
        jumps = true
        snapshots = [0.0, 2.0]
        histograms = { from = -1.0, to = 1.0, bins = 8 }
        activity = 0.5
        counts = true
    "#;

    /// A constant rate has no balance, and its bound is its value.
    #[test]
    fn sizes_are_counted() {
        let estimate = estimate(&CONSTANT.replace("TRANSMISSION", "independent"));
        let jumps = 100.0 * 99.0 * 6.0 + 50.0 * 100.0 * 4.0;
        for (group, values) in [
            ("trajectory", 3.0 * (4.0 + 2.0)),
            ("spikes/E", 2.0 * 6.0 * 3.0),
            ("jumps", 5.0 * jumps),
            ("activity", 4.0 * 2.0),
            ("snapshots", 2.0 * 100.0),
            ("histograms", 3.0 * 10.0),
            ("counts", 100.0 * 2.0),
        ] {
            let expected = 7.0 * 8.0 * values;
            assert!((bytes(&estimate, group) / expected - 1.0).abs() < 1e-12, "{group}");
        }
        assert!((estimate.jumps / (7.0 * jumps) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn reports_are_single_precision() {
        let report = "[record]\npotentiations = { interval = 0.5, neurons = { E = [3, 4] } }";
        let text = CONSTANT.replace("TRANSMISSION", "independent").replace("[record]", report);
        let estimate = estimate(&text.replace("replicates = 7", "replicates = 1"));
        assert!((bytes(&estimate, "report/E") - 4.0 * 5.0 * 2.0).abs() < 1e-12);
    }

    #[test]
    fn spikes_are_shared() {
        let estimate = estimate(&CONSTANT.replace("TRANSMISSION", "shared"));
        let jumps = 50.0 * 100.0 * 4.0;
        assert!((estimate.jumps / (7.0 * (jumps + 600.0)) - 1.0).abs() < 1e-12);
        assert!((bytes(&estimate, "jumps") / (7.0 * 40.0 * jumps) - 1.0).abs() < 1e-12);
        assert!((bytes(&estimate, "counts") / (7.0 * 8.0 * 300.0) - 1.0).abs() < 1e-12);
    }

    /// The limit knows how often the canonical pair fires; a simulated one of n = 40 fires about 25 times in 20 neurons and 4 tau.
    #[test]
    fn fires_are_those_of_the_limit() {
        let estimate = estimate(include_str!("../scenarios/recording.toml"));
        let spikes = estimate.groups.iter().find(|size| size.group == "spikes/E").expect("spikes");
        let scenario =
            Scenario::parse("", include_str!("../scenarios/recording.toml")).expect("sound");
        let neurons = scenario.network.populations[0].count as f64 * scenario.replicates as f64;
        let per_neuron = spikes.bytes / 24.0 / neurons;
        assert!(spikes.about && (0.8..2.0).contains(&per_neuron), "{per_neuron}");
    }

    #[test]
    fn what_is_beyond_all_bounds_is_a_number() {
        let vast = CONSTANT.replace("TRANSMISSION", "independent").replace("n = 100", "n = 1e15");
        let estimate = estimate(&vast.replace("replicates = 7", "replicates = 1e9"));
        assert!(estimate.least_bytes() > 1e30 && estimate.least_bytes().is_finite());
        assert!(estimate.record_bytes() > 1e18 && estimate.jumps > 1e39);
    }
}
