//! What a scenario's `[record]` asks for: `/spikes/<population>`, `/jumps`, `/activity`, `/snapshots`, `/histograms` and `/counts`.
//!
//! `/spikes` follows the SONATA format, which knows no ensembles: spikes of all networks stand one after the other, and `realization` says
//! of which network each is.

use equipoise_engine::Trajectory;
use equipoise_engine::record::Records;
use equipoise_model::{Scenario, Selection, Transmission};
use equipoise_store::{Group, Sorting, Variable};

use super::trajectory::{GROWING, padded};
use super::{group, names};

/// A piece of a group, and the dimension along which the group grows.
pub type Piece = (Group, &'static str);

/// The groups for these trajectories; none where nothing is recorded. What an interruption prevented is NaN (counts: -1).
pub fn record(scenario: &Scenario, times: &[f64], trajectories: &[Trajectory]) -> Vec<Piece> {
    let recording = &scenario.recording;
    let pieces = Pieces { scenario, times, trajectories };
    let mut groups = Vec::new();
    for (population, chosen) in recording.spikes.iter().enumerate() {
        if *chosen != Selection::None {
            groups.push((pieces.spikes(population), "spike"));
        }
    }
    if recording.jumps {
        groups.push((pieces.jumps(), "jump"));
    }
    if recording.activity.is_some() {
        groups.push((pieces.activity(), GROWING));
    }
    if !recording.snapshots.is_empty() {
        groups.push((pieces.snapshots(), GROWING));
    }
    if recording.histograms.is_some() {
        groups.push((pieces.histograms(), GROWING));
    }
    if recording.counts {
        groups.push((pieces.counts(), GROWING));
    }
    groups
}

struct Pieces<'a> {
    scenario: &'a Scenario,
    times: &'a [f64],
    trajectories: &'a [Trajectory],
}

impl Pieces<'_> {
    /// The values of each replicate, one after the other.
    fn each<T>(&self, values: impl Fn(&Records) -> Vec<T>) -> Vec<T> {
        self.trajectories.iter().flat_map(|trajectory| values(&trajectory.records)).collect()
    }

    /// Counts of each replicate, filled to this length.
    fn counted(&self, length: usize, counts: impl Fn(&Records) -> &[u64]) -> Vec<i64> {
        self.each(|records| {
            let counts: Vec<i64> = counts(records).iter().map(|c| c.cast_signed()).collect();
            padded(&counts, length, -1).collect()
        })
    }

    /// The network of each of some events.
    fn realizations(&self, events: impl Fn(&Records) -> usize) -> Vec<i64> {
        let numbers = self.trajectories.iter().flat_map(|trajectory| {
            std::iter::repeat_n(trajectory.replicate.cast_signed(), events(&trajectory.records))
        });
        numbers.collect()
    }

    fn unit(&self) -> &str {
        &self.scenario.sampling.time_unit
    }

    fn realization(&self) -> Variable {
        let numbers: Vec<i64> =
            self.trajectories.iter().map(|t| t.replicate.cast_signed()).collect();
        Variable::coordinate(GROWING, numbers)
            .with_long_name("number of the network in the ensemble")
    }

    fn populations(&self) -> Variable {
        names("population", self.scenario.network.population_names())
    }

    fn sources(&self) -> Variable {
        names("source", self.scenario.network.source_names())
    }

    /// Where each population begins among all neurons.
    fn first_neurons(&self) -> Variable {
        let populations = &self.scenario.network.populations;
        let firsts = populations.iter().scan(0, |first, population| {
            let own = *first;
            *first += population.count as i64;
            Some(own)
        });
        Variable::new("first_neuron", &["population"], firsts.collect::<Vec<i64>>())
            .with_long_name("number of the first neuron of the population among all neurons")
    }

    fn spikes(&self, population: usize) -> Group {
        let name = &self.scenario.network.populations[population].name;
        let times = self.each(|records| records.spikes[population].times.clone());
        let neurons = self.each(|records| {
            records.spikes[population].neurons.iter().map(|neuron| u64::from(*neuron)).collect()
        });
        let realizations = self.realizations(|records| records.spikes[population].times.len());
        let alone = self.scenario.replicates == 1;
        Group::new(&format!("spikes/{name}"))
            .with_attribute("sorting", if alone { Sorting::by_time } else { Sorting::none })
            .with_dimension("spike", times.len())
            .with_variable(
                event("timestamps", "spike", "time of the spike", times).with_units(self.unit()),
            )
            .with_variable(event(
                "node_ids",
                "spike",
                "number of the neuron in its population",
                neurons,
            ))
            .with_variable(event(GROWING, "spike", "network in which it is", realizations))
    }

    fn jumps(&self) -> Group {
        let numbers = |values: fn(&Records) -> &[u16]| {
            self.each(|records| values(records).iter().map(|value| i64::from(*value)).collect())
        };
        let times = self.each(|records| records.jumps.times.clone());
        let neurons = self.each(|records| {
            records.jumps.target_neurons.iter().map(|neuron| i64::from(*neuron)).collect()
        });
        let realizations = self.realizations(|records| records.jumps.times.len());
        let targets = numbers(|records| &records.jumps.target_populations);
        let sources = numbers(|records| &records.jumps.source_populations);
        Group::new("jumps")
            .with_coordinate(self.populations())
            .with_coordinate(self.sources())
            .with_dimension("jump", times.len())
            .with_variable(event("time", "jump", "time of the jump", times).with_units(self.unit()))
            .with_variable(event("target_population", "jump", "place in population", targets))
            .with_variable(event(
                "target_neuron",
                "jump",
                "number of the neuron in its population",
                neurons,
            ))
            .with_variable(event("source_population", "jump", "place in source", sources))
            .with_variable(event(GROWING, "jump", "network in which it is", realizations))
    }

    fn activity(&self) -> Group {
        let network = &self.scenario.network;
        let recording = &self.scenario.recording;
        let width = recording.activity.unwrap_or_default();
        let bins = recording.bins(self.times.last().copied().unwrap_or_default());
        let (populations, sources) = (network.population_count(), network.source_count());
        let starts: Vec<f64> = (0..bins).map(|bin| bin as f64 * width).collect();
        let jumps = self.counted(bins * populations * sources, |records| &records.activity);
        let group = group("activity", self.scenario, &starts)
            .with_coordinate(self.sources())
            .with_coordinate(self.realization())
            .with_variable(
                Variable::new("jumps", &[GROWING, "time", "population", "source"], jumps)
                    .with_long_name(
                        "jumps in the bin that begins at the time, by target population and source",
                    ),
            )
            .with_variable(
                Variable::new("width", &[], vec![width])
                    .with_units(self.unit())
                    .with_long_name("width of the bins"),
            );
        if network.transmission == Transmission::Independent {
            return group;
        }
        let spikes = self.counted(bins * populations, |records| &records.spike_activity);
        group.with_variable(
            Variable::new("spikes", &[GROWING, "time", "population"], spikes)
                .with_long_name("spikes in the bin that begins at the time"),
        )
    }

    fn snapshots(&self) -> Group {
        let neurons = self.scenario.network.neuron_count();
        let times = self.scenario.recording.snapshots.clone();
        let length = times.len() * neurons;
        let values =
            self.each(|records| padded(&records.snapshots, length, f64::NAN).collect::<Vec<f64>>());
        let time = Variable::coordinate("snapshot_time", times);
        Group::new("snapshots")
            .with_coordinate(self.realization())
            .with_coordinate(time.with_units(self.unit()).with_long_name("time of the snapshot"))
            .with_coordinate(self.populations())
            .with_dimension("neuron", neurons)
            .with_variable(self.first_neurons())
            .with_variable(
                Variable::new("potentiation", &[GROWING, "snapshot_time", "neuron"], values)
                    .with_long_name("potentiation of the neuron"),
            )
    }

    fn histograms(&self) -> Group {
        let bins = self.scenario.recording.histograms.expect("asked for");
        let populations = self.scenario.network.population_count();
        let edges: Vec<f64> = (0..=bins.count).map(|edge| bins.edge(edge)).collect();
        let places = bins.count + 2;
        let all = self.counted(self.times.len() * populations * places, |r| &r.histograms);
        let part = |from: usize, to: usize| -> Vec<i64> {
            all.chunks(places).flat_map(|row| row[from..to].iter().copied()).collect()
        };
        let outside = |name: &str, long_name: &str, values| {
            Variable::new(name, &[GROWING, "time", "population"], values).with_long_name(long_name)
        };
        group("histograms", self.scenario, self.times)
            .with_coordinate(self.realization())
            .with_coordinate(
                Variable::coordinate("edge", edges)
                    .with_long_name("edges of the bins of potentiation"),
            )
            .with_dimension("bin", bins.count)
            .with_variable(
                Variable::new(
                    "count",
                    &[GROWING, "time", "population", "bin"],
                    part(1, places - 1),
                )
                .with_long_name("neurons whose potentiation is in the bin, lower edge included"),
            )
            .with_variable(outside("below", "neurons below all bins", part(0, 1)))
            .with_variable(outside("above", "neurons above all bins", part(places - 1, places)))
    }

    fn counts(&self) -> Group {
        let network = &self.scenario.network;
        let (neurons, sources) = (network.neuron_count(), network.source_count());
        let received = self.counted(neurons * sources, |records| &records.received);
        let group = Group::new("counts")
            .with_coordinate(self.realization())
            .with_coordinate(self.populations())
            .with_coordinate(self.sources())
            .with_dimension("neuron", neurons)
            .with_variable(self.first_neurons())
            .with_variable(
                Variable::new("received", &[GROWING, "neuron", "source"], received)
                    .with_long_name("jumps of the neuron alone until the end, by source"),
            );
        if network.transmission == Transmission::Independent {
            return group;
        }
        let sent = self.counted(neurons, |records| &records.sent);
        group.with_variable(
            Variable::new("sent", &[GROWING, "neuron"], sent)
                .with_long_name("spikes of the neuron until the end"),
        )
    }
}

/// A variable with one value for each event.
fn event(
    name: &str,
    dimension: &str,
    long_name: &str,
    values: impl Into<equipoise_store::Values>,
) -> Variable {
    Variable::new(name, &[dimension], values).with_long_name(long_name)
}
