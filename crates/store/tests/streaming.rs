//! Groups whose values come in pieces: where they go, what is missing, and how a run goes on.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{append, complete_file, create, destination, every_kind, partial_of, piece};
use equipoise_store::{
    Completion, Existing, Group, Piece, ResultWriter, StoreError, Values, Variable, mend,
    read_checkpoint, read_group, read_header,
};

const IDENTITY: &str = "scenario 7, build 3";

/// Two realizations of four times, declared with a growing second dimension as well.
fn table(realizations: usize, times: usize, values: Vec<f64>, counts: Vec<i64>) -> Group {
    Group::new("table")
        .with_dimension("realization", realizations)
        .with_dimension("time", times)
        .with_variable(Variable::new("mean", &["realization", "time"], values))
        .with_variable(Variable::new("count", &["time", "realization"], counts))
}

#[test]
fn pieces_go_where_they_belong_in_any_order() {
    let (_folder, path) = destination();
    let mut writer = create(&path, Existing::Refuse);
    let layout = table(0, 0, vec![], vec![]);
    writer.declare(&layout, &[("realization", 2), ("time", 0)]).expect("declared");
    let late =
        Piece::new(table(1, 2, vec![7.0, 8.0], vec![7, 8]), &[("realization", 1), ("time", 2)]);
    let early = Piece::new(table(1, 1, vec![1.0], vec![1]), &[]);
    writer.place(&[late.clone(), early.clone()]).expect("placed");
    assert_eq!(writer.length("table", "time"), Some(4));
    assert_eq!(writer.length("table", "neuron"), None);
    let gap = f64::NAN;
    let expected = table(
        2,
        4,
        vec![1.0, gap, gap, gap, gap, gap, 7.0, 8.0],
        vec![1, -1, -1, -1, -1, 7, -1, 8],
    );
    assert_eq!(read_group(writer.partial(), "table").expect("read"), expected);

    let before = fs::metadata(writer.partial()).expect("length").len();
    writer.place(&[early, late]).expect("the same again");
    assert_eq!(read_group(writer.partial(), "table").expect("read"), expected);
    assert_eq!(fs::metadata(writer.partial()).expect("length").len(), before);
    writer.place(&[]).expect("nothing");
    writer.finish(Completion::Complete).expect("finished");
    assert_eq!(read_group(&path, "table").expect("read"), expected);
}

#[test]
fn a_piece_need_not_bring_all_variables() {
    let (_folder, path) = destination();
    let mut writer = create(&path, Existing::Refuse);
    let layout = table(0, 2, vec![], vec![]);
    writer.declare(&layout, &[("realization", 2)]).expect("declared");
    let mut part = table(2, 2, vec![1.0, 2.0, 3.0, 4.0], vec![]);
    part.variables.pop();
    writer.place(&[Piece::new(part, &[])]).expect("placed");
    let expected = table(2, 2, vec![1.0, 2.0, 3.0, 4.0], vec![-1; 4]);
    assert_eq!(read_group(writer.partial(), "table").expect("read"), expected);
}

#[test]
fn whole_groups_can_be_written_between_pieces() {
    let (folder, path) = destination();
    let mut writer = create(&path, Existing::Refuse);
    append(&mut writer, &piece(0, 2), "realization").expect("first");
    writer.write(&every_kind()).expect("whole");
    append(&mut writer, &piece(2, 3), "realization").expect("second");
    let names = fs::read_dir(folder.path()).expect("folder").count();
    assert_eq!(names, 2, "the partial file and its lock");
    writer.finish(Completion::Complete).expect("finished");
    assert_eq!(read_group(&path, "trajectory").expect("read"), piece(0, 5));
    assert_eq!(read_group(&path, "every_kind").expect("read"), every_kind());
}

#[test]
fn what_is_under_construction_is_no_data() {
    let (folder, path) = destination();
    fs::write(folder.path().join("result.h5.partial.new"), "half a copy").expect("left behind");
    complete_file(&path, &piece(0, 1));
    assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 1);
}

/// Begins a run, and leaves it unfinished.
fn interrupted(path: &Path) -> PathBuf {
    let mut writer = create(path, Existing::Replace);
    append(&mut writer, &piece(0, 2), "realization").expect("placed");
    writer.write(&every_kind()).expect("written");
    writer.checkpoint(IDENTITY, b"after 2").expect("checkpoint");
    writer.finish(Completion::Incomplete).expect("kept")
}

#[test]
fn a_run_is_taken_up_where_it_was() {
    let (folder, path) = destination();
    assert_eq!(interrupted(&path), path);
    assert_eq!(read_checkpoint(&path, IDENTITY).expect("checkpoint"), b"after 2");
    let mut writer = ResultWriter::resume(&path).expect("resumed");
    assert!(!path.exists() && partial_of(&path).exists());
    assert_eq!(writer.length("trajectory", "realization"), Some(2));
    assert!(matches!(ResultWriter::resume(&path), Err(StoreError::InUse { .. })));
    assert!(matches!(mend(&partial_of(&path)), Err(StoreError::InUse { .. })));
    assert!(matches!(writer.write(&every_kind()), Err(StoreError::GroupExists { .. })));
    append(&mut writer, &piece(2, 1), "realization").expect("placed");
    drop(writer);

    let mut writer = ResultWriter::resume(&partial_of(&path)).expect("resumed from NAME.partial");
    append(&mut writer, &piece(3, 1), "realization").expect("placed");
    writer.finish(Completion::Complete).expect("finished");
    assert_eq!(read_group(&path, "trajectory").expect("read"), piece(0, 4));
    assert_eq!(read_group(&path, "every_kind").expect("read"), every_kind());
    assert!(read_header(&path).expect("header").complete);
    let names = fs::read_dir(folder.path()).expect("folder").count();
    assert_eq!(names, 1, "a complete file needs no checkpoints");
}

#[test]
fn only_an_unfinished_run_of_ours_is_taken_up() {
    let (_folder, path) = destination();
    let refused = || ResultWriter::resume(&path).expect_err("refused");
    assert!(matches!(refused(), StoreError::NothingToResume { .. }));
    complete_file(&path, &piece(0, 1));
    assert!(matches!(refused(), StoreError::AlreadyComplete { path: named } if named == path));
    assert!(path.exists());
    fs::write(partial_of(&path), "half a file").expect("foreign");
    assert!(matches!(refused(), StoreError::Corrupt { .. }));
    assert!(!mend(&path).expect("a sound file"));
}

#[test]
fn a_partial_file_is_preferred_to_an_incomplete_one() {
    let (_folder, path) = destination();
    interrupted(&path);
    assert_eq!(interrupted(&path), partial_of(&path));
    let mut writer = ResultWriter::resume(&path).expect("resumed");
    append(&mut writer, &piece(2, 1), "realization").expect("placed");
    drop(writer);
    assert_eq!(read_group(&partial_of(&path), "trajectory").expect("read"), piece(0, 3));
    assert_eq!(read_group(&path, "trajectory").expect("read"), piece(0, 2));

    let writer = ResultWriter::resume(&path).expect("resumed");
    let kept = writer.finish(Completion::Complete).expect_err("a file is in the way");
    assert!(matches!(kept, StoreError::DestinationAppeared { .. }), "{kept}");
}

#[test]
fn a_run_that_is_taken_up_replaces_a_file_only_if_told() {
    let (_folder, path) = destination();
    complete_file(&path, &piece(7, 1));
    interrupted(&path);
    let writer = ResultWriter::resume(&path).expect("resumed").with_existing(Existing::Replace);
    assert_eq!(writer.finish(Completion::Complete).expect("replaced"), path);
    assert_eq!(read_group(&path, "trajectory").expect("read"), piece(0, 2));
}

#[test]
fn the_newest_sound_checkpoint_is_read() {
    let (folder, path) = destination();
    let file = |suffix: &str| folder.path().join(format!("result.h5.checkpoint{suffix}"));
    let read = || read_checkpoint(&path, IDENTITY);
    assert!(matches!(read(), Err(StoreError::NoCheckpoint { .. })));
    let writer = create(&path, Existing::Refuse);
    writer.checkpoint(IDENTITY, b"first").expect("checkpoint");
    writer.checkpoint(IDENTITY, &vec![7; 1_000_000]).expect("checkpoint");
    assert_eq!(read().expect("newest"), vec![7; 1_000_000]);
    assert_eq!(read_checkpoint(&partial_of(&path), IDENTITY).expect("newest"), vec![7; 1_000_000]);
    let foreign = read_checkpoint(&path, "another").expect_err("foreign");
    assert!(
        matches!(&foreign, StoreError::ForeignCheckpoint { found, .. } if found == IDENTITY),
        "{foreign}"
    );
    let whole = fs::read(file("")).expect("bytes");
    fs::write(file(""), &whole[..500_000]).expect("cut");
    assert_eq!(read().expect("previous"), b"first");
    fs::remove_file(file("")).expect("removed");
    assert_eq!(read().expect("previous"), b"first");
    fs::write(file(".previous"), "no checkpoint").expect("damaged");
    assert!(matches!(read(), Err(StoreError::DamagedCheckpoint { .. })));
    drop(writer);
    drop(create(&path, Existing::Replace));
    assert!(!file(".previous").exists(), "a new run has no checkpoints");
}

/// Chunks that pieces fill, and chunks that they fill in part, come back.
#[test]
fn large_pieces_are_compressed_and_come_back() {
    let (_folder, path) = destination();
    let mut writer = create(&path, Existing::Refuse);
    let events = |from: u64, count: u64| {
        let times: Vec<f64> = (from..from + count).map(|i| (i / 7) as f64).collect();
        Group::new("events")
            .with_dimension("event", count as usize)
            .with_variable(Variable::new("time", &["event"], times))
            .with_variable(Variable::new(
                "number",
                &["event"],
                (from..from + count).collect::<Vec<_>>(),
            ))
    };
    writer.declare(&events(0, 0), &[("event", 0)]).expect("declared");
    let mut from = 0;
    for count in [10, 100_000, 1, 70_000, 40_000] {
        writer
            .place(&[Piece::new(events(from, count), &[("event", from as usize)])])
            .expect("placed");
        from += count;
    }
    assert_eq!(read_group(writer.partial(), "events").expect("read"), events(0, from));
    let length = fs::metadata(writer.partial()).expect("length").len();
    assert!(length < 16 * from / 2, "{length} bytes for {from} events");
    // A run that goes on from an earlier checkpoint brings the same values in other pieces.
    writer.place(&[Piece::new(events(5, 150_000), &[("event", 5)])]).expect("placed");
    assert_eq!(fs::metadata(writer.partial()).expect("length").len(), length);
    let Values::Float(mut times) = events(0, from).variables[0].values.clone() else {
        unreachable!()
    };
    times[20_000] = -1.0;
    let other = Group::new("events").with_dimension("event", 1);
    let other = other.with_variable(Variable::new("time", &["event"], vec![-1.0]));
    writer.place(&[Piece::new(other, &[("event", 20_000)])]).expect("another value");
    writer.finish(Completion::Complete).expect("finished");
    assert_eq!(read_group(&path, "events").expect("read").variables[0].values, times.into());
}
