//! Arrays whose values lie in shards: they read like others, and what is missing is said.

use std::fs;
use std::path::{Path, PathBuf};

use equipoise_store::{
    Assembly, Completion, Existing, Group, GroupReader, Piece, Provenance, ResultWriter, Shards,
    StoreError, Tile, Values, Variable, describe, read_group, read_header,
};

const NAMES: [&str; 3] = ["network", "time", "neuron"];
const NETWORKS: usize = 2;
const TIMES: usize = 3;
/// Neurons of each shard.
const COUNTS: [usize; 2] = [2, 3];

fn value(network: usize, time: usize, neuron: usize) -> f64 {
    (100 * network + 10 * time + neuron) as f64
}

/// The group but for the array.
fn layout(neurons: usize) -> Group {
    let numbers = |count: usize| (0..count as i64).collect::<Vec<_>>();
    Group::new("snapshots")
        .with_coordinate(Variable::coordinate(NAMES[0], numbers(NETWORKS)))
        .with_coordinate(Variable::coordinate(NAMES[1], vec![0.0, 0.5, 1.0]))
        .with_dimension(NAMES[2], neurons)
}

fn array(values: Vec<f64>) -> Variable {
    Variable::new("potentiation", &NAMES, values).with_long_name("of the neuron")
}

/// The tiles of a part, one for each shard, in their whole length.
fn tiles(shards: &Shards) -> Vec<Tile> {
    let tile = |rank: usize| Tile {
        shard: shards.name(rank).expect("a name"),
        dataset: "snapshots/potentiation".to_owned(),
        from: vec![0; 3],
        at: vec![0, 0, COUNTS[..rank].iter().sum()],
        shape: vec![NETWORKS, TIMES, COUNTS[rank]],
    };
    (0..COUNTS.len()).map(tile).collect()
}

fn assembly(tiles: Vec<Tile>) -> Assembly {
    Assembly { group: "snapshots".to_owned(), variable: array(Vec::new()), tiles }
}

/// Begins a shard in its full lengths.
fn begin_shard(shards: &Shards, rank: usize) -> ResultWriter {
    let mut shard =
        ResultWriter::create_shard(&shards.path(rank), &Provenance::default()).expect("created");
    let mut empty = layout(COUNTS[rank]);
    empty.dimensions[0].length = 0;
    empty.variables[0].values = Vec::<i64>::new().into();
    shard.declare(&empty.with_variable(array(Vec::new())), &[(NAMES[0], NETWORKS)]).expect("ok");
    let numbers = Variable::coordinate(NAMES[0], vec![0_i64, 1]);
    let grown = Group::new("snapshots").with_coordinate(numbers);
    shard.place(&[Piece::new(grown, &[])]).expect("grown");
    shard
}

/// Writes these rows of a shard.
fn fill(shard: &mut ResultWriter, rank: usize, rows: &[(usize, usize)]) {
    let first: usize = COUNTS[..rank].iter().sum();
    for &(network, time) in rows {
        let values = (first..first + COUNTS[rank]).map(|neuron| value(network, time, neuron));
        let group = Group::new("snapshots")
            .with_dimension(NAMES[0], 1)
            .with_dimension(NAMES[1], 1)
            .with_dimension(NAMES[2], COUNTS[rank])
            .with_variable(array(values.collect()));
        shard.place(&[Piece::new(group, &[(NAMES[0], network), (NAMES[1], time)])]).expect("ok");
    }
}

fn create(path: &Path, existing: Existing) -> ResultWriter {
    let mut writer = ResultWriter::create(path, &Provenance::default(), existing).expect("created");
    writer.write(&layout(COUNTS.iter().sum())).expect("written");
    writer
}

/// A result in two parts: the second begins at the second time of the second network.
fn write(path: &Path, existing: Existing) -> (PathBuf, PathBuf) {
    let mut writer = create(path, existing);
    let first = writer.shards().expect("a folder");
    writer.assemble(&[assembly(tiles(&first))]).expect("assembled");
    for rank in 0..COUNTS.len() {
        let mut shard = begin_shard(&first, rank);
        // The last one is written once more by the second part.
        fill(&mut shard, rank, &[(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]);
        shard.settle().expect("on the disk");
        shard.finish(Completion::Complete).expect("finished");
    }
    let begun = [1, 1];
    let second = writer.shards().expect("a folder");
    assert_eq!((&second.folder, second.part), (&first.folder, 2));
    let old = writer.tiles("snapshots", "potentiation").expect("tiles");
    assert_eq!(old, tiles(&first));
    let kept = old.iter().flat_map(|tile| tile.before(&begun));
    let new = tiles(&second);
    let new = new.iter().flat_map(|tile| tile.after(&begun));
    writer.assemble(&[assembly(kept.chain(new).collect())]).expect("assembled");
    for rank in 0..COUNTS.len() {
        let mut shard = begin_shard(&second, rank);
        fill(&mut shard, rank, &[(1, 1), (1, 2)]);
        shard.finish(Completion::Complete).expect("finished");
    }
    let folder = first.folder.clone();
    (writer.finish(Completion::Complete).expect("finished"), folder)
}

fn whole() -> Group {
    let values = (0..NETWORKS).flat_map(|network| {
        (0..TIMES).flat_map(move |time| (0..5).map(move |neuron| value(network, time, neuron)))
    });
    layout(5).with_variable(array(values.collect()))
}

#[test]
fn shards_of_two_parts_read_as_one_array() {
    let folder = tempfile::tempdir().expect("a folder");
    // A name in which `HDF5` would put a number.
    let (path, shards) = write(&folder.path().join("50%b.h5"), Existing::Refuse);
    assert_eq!(read_group(&path, "snapshots").expect("read"), whole());
    let reader = GroupReader::open(&path, "snapshots").expect("opened");
    let part = reader.read("potentiation", &[1, 0, 1], &[1, 2, 3]).expect("read");
    assert_eq!(part, Values::from(vec![101.0, 102.0, 103.0, 111.0, 112.0, 113.0]));
    drop(reader);
    // Each shard is a file by itself.
    let shard = shards.join("part-2-rank-1.h5");
    assert!(read_header(&shard).expect("a header").complete);
    let own = read_group(&shard, "snapshots").expect("read");
    let Values::Float(values) = &own.variables[2].values else { panic!("{own:?}") };
    assert_eq!((&values[12..15], values[9].is_nan()), ([112.0, 113.0, 114.0].as_slice(), true));
    // They can be moved together.
    let moved = tempfile::tempdir().expect("a folder");
    let other = moved.path().join("other name.h5");
    fs::rename(&path, &other).expect("moved");
    fs::rename(&shards, moved.path().join(shards.file_name().expect("a name"))).expect("moved");
    assert_eq!(read_group(&other, "snapshots").expect("read"), whole());
}

#[test]
fn a_shard_that_is_missing_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, shards) = write(&folder.path().join("r.h5"), Existing::Refuse);
    let shard = shards.join("part-1-rank-1.h5");
    let away = folder.path().join("away.h5");
    fs::rename(&shard, &away).expect("moved");
    let errors = [
        read_group(&path, "snapshots").map(drop).expect_err("missing"),
        GroupReader::open(&path, "snapshots").map(drop).expect_err("missing"),
        describe(&path).map(drop).expect_err("missing"),
    ];
    for error in errors {
        assert!(
            matches!(&error, StoreError::Shard { shard: found, .. } if *found == shard),
            "{error}"
        );
    }
    assert!(read_header(&path).is_ok());
    fs::rename(&away, &shard).expect("moved");
    // Nor may one be a file of another kind, or have its values in others again.
    let is_refused = |why: &str| {
        let error = read_group(&path, "snapshots").expect_err("refused");
        let StoreError::Shard { source, .. } = &error else { panic!("{error}") };
        assert!(source.to_string().contains(why), "{source}");
    };
    fs::rename(&shard, &away).expect("moved");
    fs::write(&shard, "no shard").expect("written");
    is_refused("");
    fs::copy(&path, &shard).expect("copied");
    is_refused("in other files again");
    fs::rename(&away, &shard).expect("moved");
    assert_eq!(read_group(&path, "snapshots").expect("read"), whole());
}

#[test]
fn what_is_not_written_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = create(&folder.path().join("r.h5"), Existing::Refuse);
    let shards = writer.shards().expect("a folder");
    writer.assemble(&[assembly(tiles(&shards))]).expect("assembled");
    let mut both = [0, 1].map(|rank| begin_shard(&shards, rank));
    fill(&mut both[1], 1, &[(0, 1)]);
    // As if they were killed.
    drop(both);
    let path = writer.partial().to_path_buf();
    drop(writer);
    let Values::Float(values) =
        read_group(&path, "snapshots").expect("read").variables[2].values.clone()
    else {
        panic!("no numbers")
    };
    assert_eq!(&values[7..10], [12.0, 13.0, 14.0]);
    assert_eq!(values.iter().filter(|value| value.is_nan()).count(), 27);
}

/// A shard whose writer was killed in the midst of a write is refused; the next part takes its mark off.
#[test]
fn the_next_part_takes_marks_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = create(&folder.path().join("r.h5"), Existing::Refuse);
    let first = writer.shards().expect("a folder");
    writer.assemble(&[assembly(tiles(&first))]).expect("assembled");
    let mut both = [0, 1].map(|rank| begin_shard(&first, rank));
    fill(&mut both[0], 0, &[(0, 0)]);
    drop(both);
    let (shard, marked) = (first.path(0), folder.path().join("marked"));
    let living =
        hdf5::File::with_options().with_fapl(|access| access.libver_v110()).open_rw(&shard);
    let living = living.expect("opened");
    living.start_swmr().expect("marked");
    fs::copy(&shard, &marked).expect("copied");
    drop(living);
    fs::rename(&marked, &shard).expect("in its place");
    let (partial, beside) = (writer.partial().to_path_buf(), folder.path().join("beside.h5"));
    // One that is being written is read all the same, a finished file is not.
    assert!(read_group(&partial, "snapshots").is_ok());
    fs::copy(&partial, &beside).expect("copied");
    assert!(matches!(read_group(&beside, "snapshots"), Err(StoreError::Shard { .. })));
    writer.shards().expect("mended");
    assert!(read_group(&beside, "snapshots").is_ok());
}

/// What is replaced stays until the new file has its name, with its shards; then they are gone.
#[test]
fn shards_go_with_the_file_that_is_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = folder.path().join("r.h5");
    let (path, first) = write(&name, Existing::Refuse);
    let writer = create(&name, Existing::Replace);
    let shards = writer.shards().expect("a folder");
    assert_ne!(shards.folder, first);
    drop(writer);
    assert_eq!(read_group(&path, "snapshots").expect("read"), whole());
    let (_, second) = write(&name, Existing::Replace);
    assert_eq!(second, shards.folder);
    assert!(!first.exists());
    assert_eq!(read_group(&path, "snapshots").expect("read"), whole());
    // A file without shards in its place.
    create(&name, Existing::Replace).finish(Completion::Complete).expect("finished");
    assert!(!second.exists());
}

/// A part that another takes the place of leaves nothing behind.
#[test]
fn shards_that_nobody_needs_are_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = folder.path().join("r.h5");
    let mut writer = create(&name, Existing::Refuse);
    let first = writer.shards().expect("a folder");
    writer.assemble(&[assembly(tiles(&first))]).expect("assembled");
    drop([0, 1].map(|rank| begin_shard(&first, rank)));
    let second = writer.shards().expect("a folder");
    writer.assemble(&[assembly(tiles(&second))]).expect("assembled");
    drop([0, 1].map(|rank| begin_shard(&second, rank)));
    // Not ours.
    fs::write(first.folder.join("notes.txt"), "read me").expect("written");
    writer.finish(Completion::Complete).expect("finished");
    let mut left: Vec<_> = fs::read_dir(&first.folder).expect("a folder").flatten().collect();
    left.sort_by_key(fs::DirEntry::file_name);
    let left: Vec<_> = left.iter().map(fs::DirEntry::file_name).collect();
    assert_eq!(left, ["notes.txt", "part-2-rank-0.h5", "part-2-rank-1.h5"]);
    // A run that is discarded takes its shards along.
    let mut writer = create(&folder.path().join("s.h5"), Existing::Refuse);
    let discarded = writer.shards().expect("a folder");
    writer.assemble(&[assembly(tiles(&discarded))]).expect("assembled");
    drop([0, 1].map(|rank| begin_shard(&discarded, rank)));
    drop(writer);
    drop(create(&folder.path().join("s.h5"), Existing::Replace));
    assert!(!discarded.folder.exists());
}
