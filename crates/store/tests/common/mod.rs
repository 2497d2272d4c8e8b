//! Groups and provenance shared by the tests.
#![allow(dead_code, reason = "each test file uses a part")]

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use equipoise_store::{
    Assembly, Completion, Existing, Group, Piece, Provenance, ResultWriter, StoreError, Tile,
    Values, Variable,
};
use tempfile::TempDir;

/// A folder that is removed at the end, and a destination in it.
pub fn destination() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("result.h5");
    (folder, path)
}

pub fn partial_of(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.partial", path.display()))
}

pub fn provenance() -> Provenance {
    Provenance {
        title: "Balance — a test".to_owned(),
        source: "equipoise 0.1.0".to_owned(),
        scenario: "n = 1000\n[populations.E]\n".repeat(5000),
        seed: u64::MAX - 1,
        history: "2026-11-23 equipoise simulate".to_owned(),
        platform: "x86_64-linux".to_owned(),
    }
}

pub fn create(path: &Path, existing: Existing) -> ResultWriter {
    ResultWriter::create(path, &provenance(), existing).expect("a writer")
}

/// Writes a file with one group and finishes it.
pub fn complete_file(path: &Path, group: &Group) -> PathBuf {
    let mut writer = create(path, Existing::Replace);
    writer.write(group).expect("written");
    writer.finish(Completion::Complete).expect("finished")
}

/// The array `/array/value`, which is `/trajectory/time` in a shard.
pub fn array_in(shard: &str) -> Assembly {
    let tile = Tile {
        shard: shard.to_owned(),
        dataset: "trajectory/time".to_owned(),
        from: vec![0],
        at: vec![0],
        shape: vec![3],
    };
    let variable = Variable::new("value", &["time"], Vec::<f64>::new());
    Assembly { group: "array".to_owned(), variable, tiles: vec![tile] }
}

/// A partial file with an array in a shard, and the shard.
pub fn with_shard(path: &Path) -> (ResultWriter, PathBuf) {
    let mut writer = create(path, Existing::Replace);
    writer.write(&Group::new("array").with_dimension("time", 3)).expect("written");
    let shards = writer.shards().expect("a folder");
    writer.assemble(&[array_in(&shards.name(0).expect("a name"))]).expect("assembled");
    let mut shard = ResultWriter::create_shard(&shards.path(0), &provenance()).expect("a shard");
    shard.write(&piece(0, 1)).expect("written");
    shard.finish(Completion::Complete).expect("finished");
    (writer, shards.path(0))
}

/// A piece of a growing group: realizations `first..first + count` of 3 times and 2 populations.
pub fn piece(first: i64, count: i64) -> Group {
    let realizations: Vec<i64> = (first..first + count).collect();
    let seeds: Vec<u64> = realizations.iter().map(|r| 1000 + r.unsigned_abs()).collect();
    let means = realizations.iter().flat_map(|&r| (0..6).map(move |i| (10 * r + i) as f64));
    let mean =
        Variable::new("mean", &["realization", "time", "population"], means.collect::<Vec<_>>());
    Group::new("trajectory")
        .with_coordinate(Variable::coordinate("realization", realizations))
        .with_coordinate(Variable::coordinate("time", vec![0.0, 0.5, 1.0]).with_units("tau"))
        .with_coordinate(Variable::coordinate("population", vec!["E", "I"]))
        .with_variable(mean.with_units("mV").with_long_name("mean potentiation"))
        .with_variable(Variable::new("seed", &["realization"], seeds))
        .with_variable(Variable::new("size", &["population"], vec![800_i64, 200]))
}

/// A group without the values that grow along a dimension.
pub fn declaration(group: &Group, along: &str) -> Group {
    let mut layout = group.clone();
    for dimension in layout.dimensions.iter_mut().filter(|dimension| dimension.name == along) {
        dimension.length = 0;
    }
    for variable in layout.variables.iter_mut().filter(|variable| grows(variable, along)) {
        variable.values = match variable.values {
            Values::Float(_) => Values::Float(Vec::new()),
            Values::Single(_) => Values::Single(Vec::new()),
            Values::Integer(_) => Values::Integer(Vec::new()),
            Values::Unsigned(_) => Values::Unsigned(Vec::new()),
            Values::Text(_) => Values::Text(Vec::new()),
        };
    }
    layout
}

/// The variables of a group that grow along a dimension, as a piece that begins at `place`.
pub fn piece_of(group: &Group, along: &str, place: usize) -> Piece {
    let mut group = group.clone();
    group.variables.retain(|variable| grows(variable, along));
    group.attributes.clear();
    Piece::new(group, &[(along, place)])
}

fn grows(variable: &Variable, along: &str) -> bool {
    variable.dimensions.iter().any(|dimension| dimension == along)
}

/// Puts a group behind what is there, and declares it first if it is the first.
pub fn append(writer: &mut ResultWriter, group: &Group, along: &str) -> Result<(), StoreError> {
    if writer.length(&group.name, along).is_none() {
        writer.declare(&declaration(group, along), &[(along, 100)])?;
    }
    let place = writer.length(&group.name, along).unwrap_or_default();
    writer.place(&[piece_of(group, along, place)])
}

/// A group with every kind of dimension, value and attribute, in the order in which files keep
/// them.
pub fn every_kind() -> Group {
    let covariance: Vec<f64> =
        (0..12).map(|i| if i == 5 { f64::NAN } else { f64::from(i) / 7.0 }).collect();
    let large: Vec<f64> = (0..40_000).map(|i| f64::from(i).sqrt()).collect();
    Group::new("every_kind")
        .with_coordinate(
            Variable::coordinate("time", vec![0.0, 0.5, 1.0])
                .with_units("tau")
                .with_long_name("time"),
        )
        .with_coordinate(
            Variable::coordinate("population", vec!["E", "Iß"]).with_long_name("population"),
        )
        .with_coordinate(Variable::coordinate("population_2", vec!["E", "Iß"]))
        .with_dimension("neuron", 40_000)
        .with_dimension("nothing", 0)
        .with_variable(
            Variable::new("covariance", &["time", "population", "population_2"], covariance)
                .with_units("mV2"),
        )
        .with_variable(
            Variable::new("potentiation", &["neuron"], large).with_long_name("potentiation"),
        )
        .with_variable(Variable::new(
            "spikes",
            &["population", "time"],
            vec![1, -2, 3, 4, 5, i64::MAX],
        ))
        .with_variable(Variable::new("verdict", &["time"], vec!["holds", "", "fails — by 3 σ"]))
        .with_variable(Variable::new("step", &[], vec![0.125]).with_units("tau"))
        .with_variable(Variable::new("none", &["nothing", "time"], Vec::<f64>::new()))
        .with_attribute("level", 0.01)
        .with_attribute("method", "exact")
        .with_attribute("replicates", 200_i64)
}

/// The interpreter named by `EQUIPOISE_PYTHON`, else that of the virtual environment of this
/// checkout.
pub fn python() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin/python");
    let python = env::var_os("EQUIPOISE_PYTHON").map_or(own, PathBuf::from);
    let found = Command::new(&python).arg("--version").output().is_ok();
    assert!(
        found,
        "no Python at `{}`; run `./setup --tests`, or set EQUIPOISE_PYTHON",
        python.display()
    );
    python
}
