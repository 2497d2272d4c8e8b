//! Commands that read result files, on damaged ones: never a crash, always exit status 0 or 3, with a message.

mod common;

use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use common::{Place, Run, root};
use equipoise::store::read_header;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// What every command that reads a result file is given.
const COMMANDS: [&str; 3] =
    ["info", "export --csv tables --force --quiet", "report --force --quiet"];

/// Small result files with every kind of group.
fn sound_files() -> Vec<Vec<u8>> {
    let folder = root().join("fuzz/corpus/result_file");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("entry").path()).collect();
    paths.sort();
    assert!(paths.len() >= 5, "{paths:?}");
    paths.iter().map(|path| fs::read(path).expect("a file")).collect()
}

/// Runs all commands on these bytes; the exit status of the first.
fn read(place: &Place, bytes: &[u8], what: &str) -> i32 {
    fs::write(place.path("damaged.h5"), bytes).expect("written");
    let runs = COMMANDS.map(|command| place.run(&format!("{command} damaged.h5")));
    for run in &runs {
        check(run, what);
    }
    runs[0].status.expect("checked")
}

fn check(run: &Run, what: &str) {
    let Run { status, out, err } = run;
    match status {
        Some(0) => assert_eq!(err, "", "{what}"),
        Some(3) => assert!(
            err.contains("cannot ") || err.contains("is not a result file"),
            "{what}: {err}"
        ),
        _ => panic!("{what}: {status:?}\n{out}\n{err}"),
    }
    assert!(!err.contains("panicked"), "{what}: {err}");
}

#[test]
fn sound_files_are_read() {
    let place = Place::new();
    for bytes in sound_files() {
        assert_eq!(read(&place, &bytes, "sound"), 0);
    }
}

/// Does the same to each sound file, side by side; each has a place and random numbers of its own.
fn with_each(seed: u64, test: impl Fn(&Place, &mut Xoshiro256PlusPlus, &[u8]) + Sync) {
    let files = sound_files();
    std::thread::scope(|scope| {
        for (number, bytes) in (0..).zip(&files) {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(seed + number);
            let test = &test;
            scope.spawn(move || test(&Place::new(), &mut random, bytes));
        }
    });
}

#[test]
fn cut_files_are_refused() {
    with_each(100, |place, random, bytes| {
        for _ in 0..40 {
            let length = random.random_range(0..bytes.len());
            let what = format!("cut from {} to {length}", bytes.len());
            assert_eq!(read(place, &bytes[..length], &what), 3, "{what}");
        }
    });
}

#[test]
fn files_with_other_bytes_are_read_or_refused() {
    let statuses = Mutex::new([0; 4]);
    with_each(200, |place, random, bytes| {
        for _ in 0..60 {
            let mut damaged = bytes.to_vec();
            let places: Vec<usize> = (0..random.random_range(1..9))
                .map(|_| random.random_range(0..bytes.len()))
                .collect();
            for place in &places {
                damaged[*place] = random.random();
            }
            let what = format!("that of {} bytes changed at {places:?}", bytes.len());
            let status = read(place, &damaged, &what);
            statuses.lock().expect("no test failed")[status as usize] += 1;
        }
    });
    let statuses = statuses.into_inner().expect("no test failed");
    assert!(statuses[0] > 0 && statuses[3] > 0, "{statuses:?}");
}

/// The library waits for the writer of a file that is marked as being written, and damage can look like one.
#[test]
fn nobody_waits_for_a_writer_that_is_not_there() {
    with_each(300, |place, random, bytes| {
        for _ in 0..10 {
            let mut marked = bytes.to_vec();
            // Where the superblock says whether the file is being written.
            marked[11] = 5;
            marked.truncate(random.random_range(1000..bytes.len()));
            for _ in 0..20 {
                let place = random.random_range(48..marked.len());
                marked[place] = random.random();
            }
            let start = Instant::now();
            assert_eq!(read(place, &marked, "marked"), 3);
            assert!(start.elapsed() < Duration::from_mins(1), "{:?}", start.elapsed());
        }
    });
}

#[test]
fn other_files_are_refused() {
    let place = Place::new();
    let mut random = Xoshiro256PlusPlus::seed_from_u64(3);
    let noise: Vec<u8> = (0..5000).map(|_| random.random()).collect();
    let signature = [b"\x89HDF\r\n\x1a\n".as_slice(), &noise].concat();
    for (bytes, what) in [
        (b"".to_vec(), "nothing"),
        (b"title = \"a scenario\"\n".to_vec(), "a scenario"),
        (noise, "noise"),
        (signature, "noise behind a signature"),
    ] {
        assert_eq!(read(&place, &bytes, what), 3, "{what}");
    }
}

/// HDF5 files of other programs lack our root attributes.
#[test]
fn foreign_hdf5_is_refused() {
    let place = Place::new();
    let mut foreign = sound_files().remove(0);
    let name = foreign.windows(8).position(|bytes| bytes == b"scenario").expect("a root attribute");
    foreign[name] = b'S';
    fs::write(place.path("damaged.h5"), &foreign).expect("written");
    let error = read_header(&place.path("damaged.h5")).expect_err("not ours").to_string();
    assert_eq!(read(&place, &foreign, "foreign"), 3);
    assert!(error.contains("damaged.h5"), "{error}");
}
