//! Arrays of neurons in shards: each rank that shares in a network writes its own neurons into a file of its own, and the result has an array that is put together of them.
//!
//! A shard has a group for each array and population, with all networks and times of the array and the neurons of its rank alone: `/snapshots/<population>` and `/report/<population>`.
//! What was not written there is `NaN`, or in the shard of another part of the run.

use std::ops::Range;

use equipoise_engine::shelf::Kept;
use equipoise_model::{Scenario, Selection};
use equipoise_store::{Assembly, Group, Piece, Shards, Tile, Values, Variable};

use super::stream::{self, Declaration, NEURON, REALIZATION};
use super::{POTENTIATION, REPORT, SNAPSHOT_TIME, SNAPSHOTS};

/// What is recorded of the neurons on a rank.
#[derive(Debug, Clone)]
pub struct Share<'a> {
    /// Of which scenario.
    pub scenario: &'a Scenario,
    /// The sample times.
    pub times: &'a [f64],
    /// The neurons of each population that are on the rank.
    pub neurons: Vec<Range<usize>>,
}

/// Rows that follow each other, of some neurons of a population.
#[derive(Debug, Clone)]
pub struct Rows {
    /// Which array they are of,
    pub kept: Kept,
    /// which network,
    pub replicate: u64,
    /// and which population.
    pub population: usize,
    /// Number of the first row.
    pub number: usize,
    /// Place of the first value among the neurons of the population that are recorded on the rank.
    pub first: usize,
    /// How many values a row has.
    pub width: usize,
    /// Row after row.
    pub values: Vec<f64>,
}

/// Whether a group has an array that may be in shards, and which.
fn kept(group: &str) -> Option<Kept> {
    let population = group.strip_prefix(REPORT).and_then(|rest| rest.strip_prefix('/'));
    let is_report = population.is_some_and(|name| !name.contains('/'));
    match group {
        SNAPSHOTS => Some(Kept::Snapshots),
        _ if is_report => Some(Kept::Potentiations),
        _ => None,
    }
}

/// The groups of an ensemble as they are declared where arrays of neurons are in shards: those are left out, and what else is in their groups is there from the beginning.
pub fn declarations(scenario: &Scenario, times: &[f64]) -> Vec<Declaration> {
    let declare = |(group, growing): Declaration| match kept(&group.name) {
        Some(kept) => (whole(scenario, group, kept).0, None),
        None => (group, growing),
    };
    stream::declarations(scenario, times).into_iter().map(declare).collect()
}

/// Arrays that may be in shards, by their groups and names.
pub fn arrays(scenario: &Scenario, times: &[f64]) -> Vec<(Kept, String, Variable)> {
    let array = |(group, _): Declaration| {
        let kept = kept(&group.name)?;
        let (whole, array) = whole(scenario, group, kept);
        Some((kept, whole.name, array))
    };
    stream::declarations(scenario, times).into_iter().filter_map(array).collect()
}

/// A declared group in its full lengths, and the array that is taken out of it.
fn whole(scenario: &Scenario, mut group: Group, kept: Kept) -> (Group, Variable) {
    let array = group.variables.pop().expect("the array is the last one");
    let (dimension, numbers) = match kept {
        Kept::Snapshots => (REALIZATION, (0..scenario.replicates.cast_signed()).collect()),
        Kept::Potentiations => {
            let names = scenario.network.populations.iter();
            let population =
                names.into_iter().position(|p| group.name.ends_with(&format!("/{}", p.name)));
            (NEURON, numbers_of(scenario, population.expect("it has the name of one")))
        }
    };
    lengthen(&mut group, dimension, &numbers);
    (group, array)
}

/// Gives a dimension its coordinate.
fn lengthen(group: &mut Group, dimension: &str, numbers: &[i64]) {
    for known in group.dimensions.iter_mut().filter(|known| known.name == dimension) {
        known.length = numbers.len();
    }
    for coordinate in group.variables.iter_mut().filter(|variable| variable.name == dimension) {
        coordinate.values = numbers.to_vec().into();
    }
}

/// The neurons of a population that are in a report.
fn selection(scenario: &Scenario, population: usize) -> &Selection {
    let potentiations = scenario.recording.potentiations.as_ref();
    potentiations.map_or(&Selection::None, |report| &report.neurons[population])
}

/// Their numbers.
fn numbers_of(scenario: &Scenario, population: usize) -> Vec<i64> {
    let count = scenario.network.populations[population].count;
    let neurons = selection(scenario, population).neurons(count);
    neurons.into_iter().map(|neuron| neuron as i64).collect()
}

impl Share<'_> {
    /// The places of its neurons among those of a population that are in an array.
    fn columns(&self, kept: Kept, population: usize) -> Range<usize> {
        let Range { start, end } = self.neurons[population];
        match (kept, selection(self.scenario, population)) {
            (Kept::Snapshots, _) | (_, Selection::All) => start..end,
            (_, Selection::None) => 0..0,
            (_, Selection::Neurons(neurons)) => {
                let before = |end: usize| neurons.partition_point(|neuron| *neuron < end);
                before(start)..before(end)
            }
        }
    }

    /// How many of its neurons of a population are in an array.
    pub fn width(&self, kept: Kept, population: usize) -> usize {
        self.columns(kept, population).len()
    }

    /// The groups of its shard, each with what grows in it and the piece by which that has its full length; none where it has no neurons that are recorded.
    pub fn groups(&self) -> Vec<(Declaration, Piece)> {
        let mut groups = Vec::new();
        for (group, growing) in stream::declarations(self.scenario, self.times) {
            let Some(kept) = kept(&group.name) else { continue };
            for (population, own) in self.scenario.network.populations.iter().enumerate() {
                let name = format!("{}/{}", base(kept), own.name);
                let is_of_group = kept == Kept::Snapshots || group.name == name;
                let columns = self.columns(kept, population);
                if is_of_group && !columns.is_empty() {
                    let group = Group { name, ..group.clone() };
                    groups.push(self.group((group, growing), kept, (population, columns)));
                }
            }
        }
        groups
    }

    fn group(
        &self,
        (mut group, growing): Declaration,
        kept: Kept,
        (population, columns): (usize, Range<usize>),
    ) -> (Declaration, Piece) {
        let array = group.variables.pop().expect("the array is the last one");
        let own = &self.scenario.network.populations[population].name;
        group = group.with_attribute("population", own.as_str());
        let (dimension, numbers): (_, Vec<i64>) = match kept {
            Kept::Snapshots => {
                // Each shard has neurons of one population.
                group.variables.retain(Variable::is_coordinate);
                group.variables.retain(|variable| variable.name != "population");
                group.dimensions.retain(|dimension| dimension.name != "population");
                for neurons in group.dimensions.iter_mut().filter(|known| known.name == NEURON) {
                    neurons.length = columns.len();
                }
                group = group.with_attribute("first_neuron", columns.start as i64);
                (REALIZATION, (0..self.scenario.replicates.cast_signed()).collect())
            }
            Kept::Potentiations => {
                group = group.with_attribute("first_column", columns.start as i64);
                (NEURON, numbers_of(self.scenario, population)[columns].to_vec())
            }
        };
        let coordinate = group.variable(dimension).expect("it has one").clone();
        let coordinate = Variable { values: Values::Integer(numbers), ..coordinate };
        let piece = Piece::new(Group::new(&group.name).with_coordinate(coordinate), &[]);
        ((group.with_variable(array), growing), piece)
    }

    /// Rows as a piece of its shard.
    pub fn piece(&self, rows: Rows) -> Piece {
        let Rows { kept, population, width, values, .. } = rows;
        let count = values.len() / width.max(1);
        let own = &self.scenario.network.populations[population].name;
        let group = Group::new(&format!("{}/{own}", base(kept)));
        match kept {
            Kept::Snapshots => {
                let dimensions = [REALIZATION, SNAPSHOT_TIME, NEURON];
                let group = group
                    .with_dimension(REALIZATION, 1)
                    .with_dimension(SNAPSHOT_TIME, count)
                    .with_dimension(NEURON, width)
                    .with_variable(Variable::new(POTENTIATION, &dimensions, values));
                let at = [rows.replicate as usize, rows.number, rows.first];
                let at: Vec<(&str, usize)> = dimensions.into_iter().zip(at).collect();
                Piece::new(group, &at)
            }
            Kept::Potentiations => {
                let values: Vec<f32> = values.into_iter().map(|value| value as f32).collect();
                let group = group
                    .with_dimension("time", count)
                    .with_dimension(NEURON, width)
                    .with_variable(Variable::new("data", &["time", NEURON], values));
                Piece::new(group, &[("time", rows.number), (NEURON, rows.first)])
            }
        }
    }
}

fn base(kept: Kept) -> &'static str {
    match kept {
        Kept::Snapshots => SNAPSHOTS,
        Kept::Potentiations => REPORT,
    }
}

/// The arrays of a part of a run in which the ranks have these shares; none if the shards have no names.
pub fn assemblies(shares: &[Share<'_>], shards: &Shards) -> Option<Vec<(Kept, Assembly)>> {
    let Share { scenario, times, .. } = shares.first()?;
    let mut assemblies = Vec::new();
    for (kept, group, variable) in arrays(scenario, times) {
        let mut tiles = Vec::new();
        let mut first = 0;
        for (population, own) in scenario.network.populations.iter().enumerate() {
            let path = format!("{}/{}", base(kept), own.name);
            if kept == Kept::Potentiations && path != group {
                continue;
            }
            let lengths = lengths(scenario, times, kept);
            for (rank, share) in shares.iter().enumerate() {
                let columns = share.columns(kept, population);
                if columns.is_empty() {
                    continue;
                }
                let from = vec![0; lengths.len() + 1];
                let mut at = from.clone();
                at[lengths.len()] = first + columns.start;
                let shape = [lengths.as_slice(), &[columns.len()]].concat();
                let dataset = format!("{path}/{}", variable.name);
                tiles.push(Tile { shard: shards.name(rank)?, dataset, from, at, shape });
            }
            first += own.count;
        }
        assemblies.push((kept, Assembly { group, variable, tiles }));
    }
    Some(assemblies)
}

/// The lengths of an array but for that along neurons.
fn lengths(scenario: &Scenario, times: &[f64], kept: Kept) -> Vec<usize> {
    let end = times.last().copied().unwrap_or_default();
    match kept {
        Kept::Snapshots => vec![scenario.replicates as usize, scenario.recording.snapshots.len()],
        Kept::Potentiations => {
            let report = scenario.recording.potentiations.as_ref();
            vec![report.map_or(0, |report| report.frames(end))]
        }
    }
}

/// Where a row is in an array, on all dimensions but the last.
pub fn place(kept: Kept, replicate: u64, number: usize) -> Vec<usize> {
    match kept {
        Kept::Snapshots => vec![replicate as usize, number],
        Kept::Potentiations => vec![number],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use equipoise_model::scenario::overrides;

    fn scenario(assignments: &[&str]) -> Scenario {
        let text = include_str!("../../scenarios/recording.toml");
        let assignments: Vec<String> = assignments.iter().map(|&text| text.to_owned()).collect();
        let text = overrides::apply(text, &assignments).expect("sound");
        Scenario::parse("recording.toml", &text).expect("sound")
    }

    const REPORTS: [&str; 4] = [
        "n=30",
        "ensemble.replicates=1",
        "record.snapshots=[0.1,0.2]",
        "record.potentiations={interval=0.5,neurons={E=\"all\",I=[3,20,25]}}",
    ];

    /// Two ranks: the neurons of each population, up to number 20 and from there on.
    fn shares<'a>(scenario: &'a Scenario, times: &'a [f64]) -> Vec<Share<'a>> {
        let of = |first: bool| {
            let counts = scenario.network.populations.iter().map(|population| population.count);
            let neurons = counts.map(|count| if first { 0..20 } else { 20..count }).collect();
            Share { scenario, times, neurons }
        };
        vec![of(true), of(false)]
    }

    #[test]
    fn each_place_of_an_array_is_in_one_shard() {
        let scenario = scenario(&REPORTS);
        let times = scenario.sampling.times();
        let shards = Shards { folder: "r.h5.shards".into(), part: 2 };
        let assemblies = assemblies(&shares(&scenario, &times), &shards).expect("names");
        let groups: Vec<&str> = assemblies.iter().map(|(_, array)| array.group.as_str()).collect();
        assert_eq!(groups, ["snapshots", "report/E", "report/I"]);
        let declared = declarations(&scenario, &times);
        for (kept, array) in assemblies {
            let (group, growing) =
                declared.iter().find(|(group, _)| group.name == array.group).expect("declared");
            assert!(growing.is_none() && group.variable(&array.variable.name).is_none());
            let length = |name: &String| group.dimension(name).expect("a dimension").length;
            let lengths: Vec<usize> = array.variable.dimensions.iter().map(length).collect();
            let (neurons, rest) = lengths.split_last().expect("neurons");
            assert_eq!(rest, super::lengths(&scenario, &times, kept), "{}", array.group);
            let last = lengths.len() - 1;
            let mut next = 0;
            let mut tiles = array.tiles;
            tiles.sort_by_key(|tile| tile.at[last]);
            for tile in tiles {
                assert_eq!((tile.at[last], &tile.shape[..last]), (next, rest));
                next += tile.shape[last];
            }
            assert_eq!(next, *neurons, "{}", array.group);
        }
    }

    #[test]
    fn a_shard_has_the_neurons_of_its_rank() {
        let scenario = scenario(&REPORTS);
        let times = scenario.sampling.times();
        let [first, second] = &shares(&scenario, &times)[..] else { panic!("two ranks") };
        let name = |groups: Vec<(Declaration, Piece)>| {
            groups.into_iter().map(|((group, _), _)| group.name).collect::<Vec<_>>()
        };
        let all = ["snapshots/E", "snapshots/I", "report/E", "report/I"];
        assert_eq!(name(first.groups()), all);
        let width =
            |share: &Share<'_>, kept| [0, 1].map(|population| share.width(kept, population));
        assert_eq!(width(first, Kept::Snapshots), [20, 20]);
        assert_eq!(width(first, Kept::Potentiations), [20, 1]);
        assert_eq!(width(second, Kept::Potentiations)[1], 2);
        let (_, piece) = &second.groups()[3];
        assert_eq!(piece.group.variables[0].values, vec![20_i64, 25].into());
        let rows = Rows {
            kept: Kept::Potentiations,
            replicate: 0,
            population: 1,
            number: 4,
            first: 1,
            width: 1,
            values: vec![0.5, 0.25],
        };
        let piece = second.piece(rows);
        assert_eq!((piece.offset("time"), piece.offset(NEURON)), (4, 1));
        assert_eq!(piece.group.dimension("time").map(|time| time.length), Some(2));
        assert_eq!(piece.group.variables[0].values, vec![0.5_f32, 0.25].into());
    }
}
