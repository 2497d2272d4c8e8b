//! No values come from files that are no shards, whatever a result file or a shard says.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{destination, python, with_shard};
use equipoise_store::{Completion, StoreError, Values, describe, named_shards, read_group};
use hdf5::{File, Group, Hyperslab, Selection, SimpleExtents, SliceOrIndex};

/// A finished file with an array in a shard, and the shard.
fn finished(path: &Path) -> (PathBuf, PathBuf) {
    let (writer, shard) = with_shard(path);
    (writer.finish(Completion::Complete).expect("finished"), shard)
}

fn open(path: &Path) -> File {
    File::with_options()
        .with_fapl(|access| access.file_locking(false).libver_v110())
        .open_rw(path)
        .expect("opened")
}

fn values(path: &Path) -> Values {
    read_group(path, "array").expect("read").variables[0].values.clone()
}

/// Changes a shard, so that its dataset is found by a link, and sees it refused.
fn is_refused_with(change: impl Fn(&Group), outside: &str) {
    let (_folder, path) = destination();
    let (path, shard) = finished(&path);
    assert_eq!(values(&path), Values::Float(vec![0.0, 0.5, 1.0]));
    fs::copy(&shard, shard.with_file_name(outside)).expect("copied");
    let opened = open(&shard);
    change(&opened.group("/").expect("the root"));
    // The library finds values all the same.
    assert!(opened.dataset("trajectory/time").is_ok());
    opened.close().expect("closed");
    for error in [
        read_group(&path, "array").map(drop).expect_err("refused"),
        describe(&path).map(drop).expect_err("refused"),
    ] {
        let StoreError::Shard { source, .. } = &error else { panic!("{error}") };
        assert_eq!(source.to_string(), "it has no dataset `trajectory/time` of its own");
    }
}

#[test]
fn links_within_shards_are_not_followed() {
    let outside = "outside.h5";
    is_refused_with(
        |root| {
            root.unlink("trajectory/time").expect("unlinked");
            root.link_external(outside, "trajectory/time", "trajectory/time").expect("linked");
        },
        outside,
    );
    is_refused_with(
        |root| {
            root.unlink("trajectory").expect("unlinked");
            root.link_external(outside, "trajectory", "trajectory").expect("linked");
        },
        outside,
    );
    is_refused_with(
        |root| {
            root.relink("trajectory/time", "elsewhere").expect("linked");
            root.link_soft("/elsewhere", "trajectory/time").expect("linked");
        },
        outside,
    );
}

/// What is said of a file in which a dataset grows with others.
fn with_growing(shard: &str, count: &str) -> String {
    let (_folder, path) = destination();
    let (path, own) = finished(&path);
    fs::copy(&own, path.with_file_name("outside.h5")).expect("copied");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/growing.py");
    let mut python = Command::new(python());
    let output = python.arg(script).arg(&path).args([shard, count]).output().expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(named_shards(&path).is_empty());
    let error = describe(&path).expect_err("refused");
    let StoreError::Corrupt { source, .. } = error else { panic!("{error}") };
    source.to_string()
}

/// The length would be looked up in the other files, so it is not asked for.
#[test]
fn datasets_that_grow_with_other_files_are_refused() {
    for (shard, count) in [("outside.h5", "all"), ("result.h5.shards/part-%b-rank-0.h5", "1")] {
        let why = with_growing(shard, count);
        assert!(why.contains("grow with what is in it"), "{shard}: {why}");
    }
}

#[test]
fn datasets_with_values_in_plain_files_are_refused() {
    let (_folder, path) = destination();
    let (path, _) = finished(&path);
    let outside = path.with_file_name("outside");
    fs::write(&outside, [0; 24]).expect("written");
    let group = open(&path).group("array").expect("a group");
    let builder = group.new_dataset::<f64>().shape(3);
    let builder = builder.external(outside.to_str().expect("a name"), 0, 24);
    builder.create("other").expect("created");
    drop((builder, group));
    let error = describe(&path).expect_err("refused");
    let StoreError::Corrupt { source, .. } = error else { panic!("{error}") };
    assert_eq!(source.to_string(), "its values are in files that are no shards");
}

#[test]
fn tiles_of_another_shape_are_refused() {
    let (_folder, path) = destination();
    let (path, _) = finished(&path);
    let block = |shape: &[usize]| {
        let axis = |&count: &usize| SliceOrIndex::SliceCount { start: 0, step: 1, count, block: 1 };
        Selection::from(Hyperslab::from(shape.iter().map(axis).collect::<Vec<_>>()))
    };
    let group = open(&path).group("array").expect("a group");
    let builder = group.new_dataset::<f64>().shape(4).virtual_map(
        "result.h5.shards/part-1-rank-0.h5",
        "trajectory/mean",
        SimpleExtents::from(vec![1, 3, 2]),
        block(&[1, 3, 1]),
        SimpleExtents::from(vec![4]),
        block(&[3]),
    );
    builder.create("other").expect("created");
    drop((builder, group));
    let error = describe(&path).expect_err("refused");
    let StoreError::Corrupt { source, .. } = error else { panic!("{error}") };
    assert_eq!(source.to_string(), "its values have another shape in the files that they are in");
}
