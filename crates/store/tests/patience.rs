//! A damaged shard of a file that is being written is said to be damaged, and not waited for.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use common::{create, destination, piece, provenance};
use equipoise_store::{
    Assembly, Completion, Existing, Group, ResultWriter, StoreError, Tile, Variable, read_group,
};

/// The library would look for longer than anybody lives.
const MOST: Duration = Duration::from_mins(1);

/// A partial file with an array in a shard, and the shard.
fn begun(path: &Path) -> (PathBuf, PathBuf) {
    let mut writer = create(path, Existing::Refuse);
    writer.write(&Group::new("array").with_dimension("time", 3)).expect("written");
    let shards = writer.shards().expect("a folder");
    let tile = Tile {
        shard: shards.name(0).expect("a name"),
        dataset: "trajectory/time".to_owned(),
        from: vec![0],
        at: vec![0],
        shape: vec![3],
    };
    let variable = Variable::new("value", &["time"], Vec::<f64>::new());
    let array = Assembly { group: "array".to_owned(), variable, tiles: vec![tile] };
    writer.assemble(&[array]).expect("assembled");
    let mut shard = ResultWriter::create_shard(&shards.path(0), &provenance()).expect("a shard");
    shard.write(&piece(0, 1)).expect("written");
    shard.finish(Completion::Complete).expect("finished");
    (writer.partial().to_path_buf(), shards.path(0))
}

/// What reading the array gives.
fn read(partial: &Path) -> Result<Group, StoreError> {
    let (sender, receiver) = channel();
    let partial = partial.to_path_buf();
    let reader = thread::spawn(move || {
        let group = read_group(&partial, "array");
        drop(sender);
        group
    });
    if receiver.recv_timeout(MOST) != Err::<(), _>(RecvTimeoutError::Disconnected) {
        // The thread holds the lock of the library.
        eprintln!("the damaged shard is waited for");
        process::exit(1);
    }
    reader.join().expect("no panic")
}

#[test]
fn a_damaged_shard_of_a_living_file_is_not_waited_for() {
    let (_folder, path) = destination();
    let (partial, shard) = begun(&path);
    assert!(read(&partial).is_ok());
    let sound = fs::read(&shard).expect("read");
    // In the first block, and in the root behind it: the marks stay as they are.
    for place in [20, 60] {
        let mut bytes = sound.clone();
        bytes[place] ^= 0xff;
        fs::write(&shard, bytes).expect("written");
        let error = read(&partial).expect_err("damaged");
        assert!(
            matches!(&error, StoreError::Shard { shard: found, .. } if *found == shard),
            "{place}: {error}"
        );
    }
    fs::write(&shard, sound).expect("written");
    assert!(read(&partial).is_ok());
}
