//! Runs that end badly: killed, or out of room. Each test runs itself again in a process of its
//! own.

mod common;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitStatus};

use common::{append, complete_file, create, destination, every_kind, partial_of, piece};
use equipoise_store::{
    Completion, Existing, Group, StoreError, Values, Variable, read_group, read_header,
};

/// Tells the process that it is the one to be interrupted, and where to write.
const CHILD: &str = "EQUIPOISE_STORE_TEST_DESTINATION";

fn child_destination() -> Option<PathBuf> {
    env::var_os(CHILD).map(PathBuf::from)
}

/// Runs one test of this file in a process of its own, by a shell that first runs `preparation`.
fn run_as_child(test: &str, path: &Path, preparation: &str) -> ExitStatus {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{preparation} exec \"$0\" --exact {test} --nocapture"));
    shell
        .arg(env::current_exe().expect("this program"))
        .env(CHILD, path)
        .status()
        .expect("a child process")
}

#[test]
fn a_killed_run_leaves_a_readable_file() {
    if let Some(path) = child_destination() {
        let mut writer = create(&path, Existing::Replace);
        append(&mut writer, &piece(0, 2), "realization").expect("first");
        append(&mut writer, &piece(2, 1), "realization").expect("second");
        process::abort();
    }
    let (_folder, path) = destination();
    complete_file(&path, &piece(7, 1));
    assert!(!run_as_child("a_killed_run_leaves_a_readable_file", &path, "").success());

    let partial = partial_of(&path);
    assert!(!read_header(&partial).expect("header").complete);
    assert_eq!(read_group(&partial, "trajectory").expect("read"), piece(0, 3));
    assert_eq!(read_group(&path, "trajectory").expect("untouched"), piece(7, 1));
    drop(create(&path, Existing::Replace));
}

fn wide(row: i64) -> Group {
    // A sequence that does not compress.
    let mut state = row.unsigned_abs() + 1;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64
    };
    let values: Vec<f64> = (0..10_000).map(|_| next()).collect();
    let group = Group::new("wide").with_coordinate(Variable::coordinate("row", vec![row]));
    group.with_dimension("column", 10_000).with_variable(Variable::new(
        "x",
        &["row", "column"],
        values,
    ))
}

/// Rows `0..count` of [`wide`], as they should be in a file.
fn wide_rows(count: i64) -> Group {
    let rows = (0..count).flat_map(|row| match &wide(row).variables[1].values {
        Values::Float(values) => values.clone(),
        _ => unreachable!("the rows are floats"),
    });
    let group = Group::new("wide")
        .with_coordinate(Variable::coordinate("row", (0..count).collect::<Vec<_>>()));
    let x = Variable::new("x", &["row", "column"], rows.collect::<Vec<_>>());
    group.with_dimension("column", 10_000).with_variable(x)
}

#[test]
fn a_full_disk_is_reported_and_nothing_is_lost() {
    if let Some(path) = child_destination() {
        let mut writer = create(&path, Existing::Replace);
        let length = |path: &Path| fs::metadata(path).expect("a partial file").len();
        let (row, before, error) = (0..100)
            .find_map(|row| {
                let before = length(writer.partial());
                append(&mut writer, &wide(row), "row").err().map(|error| (row, before, error))
            })
            .expect("the limit is reached");
        assert_eq!(length(writer.partial()), before, "the room that did not suffice is given back");
        assert!(row > 5, "{row}: {error:?}");
        assert!(
            matches!(&error, StoreError::DiskFull { dataset, .. } if dataset == "wide"),
            "{error:?}"
        );
        assert_eq!(read_group(writer.partial(), "wide").expect("as before"), wide_rows(row));
        let error = writer.write(&every_kind()).expect_err("no room for a copy either");
        assert!(matches!(&error, StoreError::DiskFull { path, .. } if path == writer.partial()));
        assert_eq!(length(writer.partial()), before);
        assert_eq!(writer.finish(Completion::Incomplete).expect("kept"), partial_of(&path));
        return;
    }
    let (_folder, path) = destination();
    complete_file(&path, &piece(7, 1));
    // The limit on file sizes stands for a full disk: 4000 blocks of 512 bytes.
    let limited = "trap '' XFSZ; ulimit -f 4000;";
    assert!(run_as_child("a_full_disk_is_reported_and_nothing_is_lost", &path, limited).success());
    assert_eq!(read_group(&path, "trajectory").expect("untouched"), piece(7, 1));
    assert!(!read_header(&partial_of(&path)).expect("header").complete);
}
