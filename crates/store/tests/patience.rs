//! Shards that cannot be read are refused, and not waited for.

mod common;

use std::fs;
use std::path::Path;
use std::process::{self, Command};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use common::{destination, with_shard};
use equipoise_store::{Completion, Group, StoreError, read_group};

/// The library would look for longer than anybody lives.
const MOST: Duration = Duration::from_mins(1);

/// What reading the array gives.
fn read(path: &Path) -> Result<Group, StoreError> {
    let (sender, receiver) = channel();
    let path = path.to_path_buf();
    let reader = thread::spawn(move || {
        let group = read_group(&path, "array");
        drop(sender);
        group
    });
    if receiver.recv_timeout(MOST) != Err::<(), _>(RecvTimeoutError::Disconnected) {
        // The thread holds the lock of the library.
        eprintln!("the shard is waited for");
        process::exit(1);
    }
    reader.join().expect("no panic")
}

#[test]
fn a_damaged_shard_of_a_living_file_is_not_waited_for() {
    let (_folder, path) = destination();
    let (writer, shard) = with_shard(&path);
    let partial = writer.partial().to_path_buf();
    drop(writer);
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

#[test]
fn what_is_no_file_is_not_waited_for() {
    let (_folder, path) = destination();
    let (writer, shard) = with_shard(&path);
    let path = writer.finish(Completion::Complete).expect("finished");
    assert!(read(&path).is_ok());
    fs::remove_file(&shard).expect("removed");
    assert!(Command::new("mkfifo").arg(&shard).status().expect("mkfifo").success());
    let error = read(&path).expect_err("no file");
    let StoreError::Shard { source, .. } = &error else { panic!("{error}") };
    assert_eq!(source.to_string(), "it is no file");
}
