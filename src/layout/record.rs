//! What a scenario's `[record]` asks for: `/spikes/<population>`, `/jumps`, `/activity`, `/snapshots`, `/report/<population>` (`report`),
//! `/histograms` and `/counts`.
//!
//! `/spikes` follows the SONATA format, which knows no ensembles: spikes of all networks stand one after the other, and `realization` says
//! of which network each is.

mod report;

use equipoise_engine::record::Records;
use equipoise_model::{Scenario, Selection, Transmission};
use equipoise_store::{Group, Sorting, Variable};

use super::stream::{Block, Growing, JUMP, NEURON, REALIZATION, SPIKE, realization};
use super::{POTENTIATION, SNAPSHOT_TIME, SNAPSHOTS, group, names};

/// The groups for a block of trajectories; none where nothing is recorded.
pub(super) fn record(scenario: &Scenario, block: &Block<'_>) -> Vec<(Group, Growing)> {
    let recording = &scenario.recording;
    let pieces = Pieces { scenario, block };
    let before = block.before();
    let networks = Growing::Networks;
    let mut groups = Vec::new();
    for (population, chosen) in recording.spikes.iter().enumerate() {
        if *chosen != Selection::None {
            groups.push((pieces.spikes(population), Growing::Spikes(population)));
        }
    }
    if recording.jumps {
        groups.push((pieces.jumps(), Growing::Jumps));
    }
    if recording.activity.is_some() {
        groups.push((pieces.activity(), networks(Some(("time", before.bins)))));
    }
    if !recording.snapshots.is_empty() {
        groups.push((pieces.snapshots(), networks(Some((SNAPSHOT_TIME, before.snapshots)))));
    }
    groups.append(&mut report::groups(scenario, block));
    if recording.histograms.is_some() {
        groups.push((pieces.histograms(), networks(Some(("time", before.samples)))));
    }
    if recording.counts {
        groups.push((pieces.counts(), networks(None)));
    }
    groups
}

struct Pieces<'a> {
    scenario: &'a Scenario,
    block: &'a Block<'a>,
}

impl Pieces<'_> {
    /// The values of each replicate, one after the other.
    fn each<T>(&self, values: impl Fn(&Records) -> Vec<T>) -> Vec<T> {
        self.block.trajectories.iter().flat_map(|trajectory| values(&trajectory.records)).collect()
    }

    /// Counts of each replicate.
    fn counted(&self, counts: impl Fn(&Records) -> &[u64]) -> Vec<i64> {
        self.each(|records| counts(records).iter().map(|c| c.cast_signed()).collect())
    }

    /// The network of each of some events.
    fn realizations(&self, events: impl Fn(&Records) -> usize) -> Vec<i64> {
        let numbers = self.block.trajectories.iter().flat_map(|trajectory| {
            std::iter::repeat_n(trajectory.replicate.cast_signed(), events(&trajectory.records))
        });
        numbers.collect()
    }

    fn unit(&self) -> &str {
        &self.scenario.sampling.time_unit
    }

    fn realization(&self) -> Variable {
        realization(self.block.trajectories)
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
            .with_dimension(SPIKE, times.len())
            .with_variable(
                event("timestamps", SPIKE, "time of the spike", times).with_units(self.unit()),
            )
            .with_variable(event(
                "node_ids",
                SPIKE,
                "number of the neuron in its population",
                neurons,
            ))
            .with_variable(event(REALIZATION, SPIKE, "network in which it is", realizations))
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
            .with_dimension(JUMP, times.len())
            .with_variable(event("time", JUMP, "time of the jump", times).with_units(self.unit()))
            .with_variable(event("target_population", JUMP, "place in population", targets))
            .with_variable(event(
                "target_neuron",
                JUMP,
                "number of the neuron in its population",
                neurons,
            ))
            .with_variable(event("source_population", JUMP, "place in source", sources))
            .with_variable(event(REALIZATION, JUMP, "network in which it is", realizations))
    }

    fn activity(&self) -> Group {
        let network = &self.scenario.network;
        let recording = &self.scenario.recording;
        let width = recording.activity.unwrap_or_default();
        let starts: Vec<f64> = self.block.bins.clone().map(|bin| bin as f64 * width).collect();
        let jumps = self.counted(|records| &records.activity);
        let group = group("activity", self.scenario, &starts)
            .with_coordinate(self.sources())
            .with_coordinate(self.realization())
            .with_variable(
                Variable::new("jumps", &[REALIZATION, "time", "population", "source"], jumps)
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
        let spikes = self.counted(|records| &records.spike_activity);
        group.with_variable(
            Variable::new("spikes", &[REALIZATION, "time", "population"], spikes)
                .with_long_name("spikes in the bin that begins at the time"),
        )
    }

    fn snapshots(&self) -> Group {
        let neurons = self.scenario.network.neuron_count();
        let times = self.scenario.recording.snapshots[self.block.snapshots.clone()].to_vec();
        let values = self.each(|records| records.snapshots.clone());
        let time = Variable::coordinate(SNAPSHOT_TIME, times);
        Group::new(SNAPSHOTS)
            .with_coordinate(self.realization())
            .with_coordinate(time.with_units(self.unit()).with_long_name("time of the snapshot"))
            .with_coordinate(self.populations())
            .with_dimension(NEURON, neurons)
            .with_variable(self.first_neurons())
            .with_variable(
                Variable::new(POTENTIATION, &[REALIZATION, SNAPSHOT_TIME, NEURON], values)
                    .with_long_name("potentiation of the neuron"),
            )
    }

    fn histograms(&self) -> Group {
        let bins = self.scenario.recording.histograms.expect("asked for");
        let edges: Vec<f64> = (0..=bins.count).map(|edge| bins.edge(edge)).collect();
        let places = bins.count + 2;
        let all = self.counted(|records| &records.histograms);
        let part = |from: usize, to: usize| -> Vec<i64> {
            all.chunks(places).flat_map(|row| row[from..to].iter().copied()).collect()
        };
        let outside = |name: &str, long_name: &str, values| {
            Variable::new(name, &[REALIZATION, "time", "population"], values)
                .with_long_name(long_name)
        };
        group("histograms", self.scenario, self.block.times)
            .with_coordinate(self.realization())
            .with_coordinate(
                Variable::coordinate("edge", edges)
                    .with_long_name("edges of the bins of potentiation"),
            )
            .with_dimension("bin", bins.count)
            .with_variable(
                Variable::new(
                    "count",
                    &[REALIZATION, "time", "population", "bin"],
                    part(1, places - 1),
                )
                .with_long_name("neurons whose potentiation is in the bin, lower edge included"),
            )
            .with_variable(outside("below", "neurons below all bins", part(0, 1)))
            .with_variable(outside("above", "neurons above all bins", part(places - 1, places)))
    }

    fn counts(&self) -> Group {
        let network = &self.scenario.network;
        let neurons = network.neuron_count();
        let received = self.counted(|records| &records.received);
        let group = Group::new("counts")
            .with_coordinate(self.realization())
            .with_coordinate(self.populations())
            .with_coordinate(self.sources())
            .with_dimension("neuron", neurons)
            .with_variable(self.first_neurons())
            .with_variable(
                Variable::new("received", &[REALIZATION, "neuron", "source"], received)
                    .with_long_name("jumps of the neuron alone until the end, by source"),
            );
        if network.transmission == Transmission::Independent {
            return group;
        }
        let sent = self.counted(|records| &records.sent);
        group.with_variable(
            Variable::new("sent", &[REALIZATION, "neuron"], sent)
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
