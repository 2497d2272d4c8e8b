//! Shards that nobody needs are removed, and nothing else is, whatever a file says.

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use common::{array_in, create, destination, with_shard};
use equipoise_store::{Completion, Existing, Group, StoreError};

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<_> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Replaces a result by one without shards.
fn replace(path: &Path) {
    create(path, Existing::Replace).finish(Completion::Complete).expect("finished");
}

#[test]
fn what_is_no_shard_stays_in_their_folder() {
    let (_folder, path) = destination();
    let (writer, shard) = with_shard(&path);
    let folder = shard.parent().expect("a folder");
    let old = "part-9-rank-0.h5";
    let left = [old.to_owned(), format!("{old}.lock"), format!("{old}.partial.new")];
    let others = ["part-01-rank-0.h5", "part-1-rank-0.h5.bak", "part-2.h5", "part-time.txt"];
    for name in left.iter().map(String::as_str).chain(others) {
        fs::write(folder.join(name), "").expect("written");
    }
    writer.finish(Completion::Complete).expect("finished");
    let shard = "part-1-rank-0.h5";
    assert_eq!(names(folder), [others[0], shard, others[1], others[2], others[3]]);
    replace(&path);
    assert_eq!(names(folder), others);
}

/// A file may name any other as its shard.
#[test]
fn what_a_file_calls_its_shard_is_one_or_stays() {
    let own = "result.h5.shards/part-1-rank-0.h5";
    let foreign = [
        "result.h5.shards/thesis.h5",
        "result.h5.shards-photos/part-1-rank-0.h5",
        "result.h5.shards-02/part-1-rank-0.h5",
        "my.h5.shards/part-1-rank-0.h5",
    ];
    for named in [own].into_iter().chain(foreign) {
        let (folder, path) = destination();
        // There is a folder of shards by which the file is looked at.
        fs::create_dir_all(folder.path().join("result.h5.shards")).expect("a folder");
        let place = folder.path().join(named);
        fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
        fs::write(&place, "").expect("written");
        let mut writer = create(&path, Existing::Refuse);
        writer.write(&Group::new("array").with_dimension("time", 3)).expect("written");
        writer.assemble(&[array_in(named)]).expect("assembled");
        writer.finish(Completion::Complete).expect("finished");
        assert!(place.exists());
        replace(&path);
        assert_eq!(place.exists(), named != own, "{named}");
    }
}

#[test]
fn shards_behind_a_link_stay() {
    let (folder, path) = destination();
    let (writer, shard) = with_shard(&path);
    let own = shard.parent().expect("a folder");
    let away = folder.path().join("away");
    fs::rename(own, &away).expect("moved");
    symlink(&away, own).expect("linked");
    fs::write(away.join("part-9-rank-0.h5"), "").expect("written");
    writer.finish(Completion::Complete).expect("finished");
    replace(&path);
    assert_eq!(names(&away), ["part-1-rank-0.h5", "part-9-rank-0.h5"]);
}

#[test]
fn a_part_without_a_number_is_refused() {
    let (_folder, path) = destination();
    let (writer, shard) = with_shard(&path);
    assert_eq!(writer.shards().expect("the next part").part, 2);
    let last = format!("part-{}-rank-0.h5", usize::MAX);
    fs::write(shard.with_file_name(last), "").expect("written");
    assert!(matches!(writer.shards(), Err(StoreError::NoShards { .. })));
}
