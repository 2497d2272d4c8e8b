//! No file is lost: what is replaced, refused, kept and left behind.

mod common;

use std::fs;
use std::io;
use std::path::Path;

use common::{
    append, complete_file, create, destination, every_kind, partial_of, piece, provenance,
};
use equipoise_store::{
    Completion, Existing, Group, Provenance, ResultWriter, StoreError, Variable, read_group,
    read_header,
};

const GROUP: &str = "trajectory";

fn refused(path: &Path, existing: Existing) -> StoreError {
    ResultWriter::create(path, &provenance(), existing).expect_err("refused")
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries =
        fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").file_name());
    let mut names: Vec<_> = entries.map(|name| name.into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

#[test]
fn a_finished_file_stands_alone() {
    let (folder, path) = destination();
    complete_file(&path, &every_kind());
    assert_eq!(names_in(folder.path()), ["result.h5"]);
}

#[test]
fn an_existing_file_is_refused_at_once_and_says_how_to_go_on() {
    let (folder, path) = destination();
    fs::write(&path, "precious").expect("a file");
    let error = refused(&path, Existing::Refuse);
    assert!(matches!(&error, StoreError::AlreadyExists { path: named } if *named == path));
    assert!(error.to_string().contains("--force"));
    assert_eq!(fs::read_to_string(&path).expect("kept"), "precious");
    assert_eq!(names_in(folder.path()), ["result.h5"]);
}

#[test]
fn a_replaced_file_lives_until_the_new_one_is_complete() {
    let (_folder, path) = destination();
    complete_file(&path, &piece(0, 1));
    let mut writer = create(&path, Existing::Replace);
    writer.write(&piece(5, 2)).expect("written");
    assert_eq!(read_group(&path, GROUP).expect("old"), piece(0, 1));
    writer.finish(Completion::Complete).expect("finished");
    assert_eq!(read_group(&path, GROUP).expect("new"), piece(5, 2));
}

#[test]
fn an_incomplete_end_takes_a_free_name() {
    let (folder, path) = destination();
    let mut writer = create(&path, Existing::Refuse);
    append(&mut writer, &piece(0, 2), "realization").expect("written");
    assert_eq!(writer.finish(Completion::Incomplete).expect("finished"), path);
    assert!(!read_header(&path).expect("header").complete);
    assert_eq!(read_group(&path, GROUP).expect("read"), piece(0, 2));
    assert_eq!(names_in(folder.path()), ["result.h5"]);
}

#[test]
fn an_incomplete_end_keeps_an_existing_file() {
    let (_folder, path) = destination();
    complete_file(&path, &piece(0, 1));
    let mut writer = create(&path, Existing::Replace);
    append(&mut writer, &piece(5, 2), "realization").expect("written");
    assert_eq!(writer.finish(Completion::Incomplete).expect("finished"), partial_of(&path));
    assert_eq!(read_group(&path, GROUP).expect("old"), piece(0, 1));
    assert_eq!(read_group(&partial_of(&path), GROUP).expect("new"), piece(5, 2));
}

#[test]
fn a_dropped_writer_leaves_both_files() {
    let (folder, path) = destination();
    complete_file(&path, &piece(0, 1));
    let mut writer = create(&path, Existing::Replace);
    append(&mut writer, &piece(5, 2), "realization").expect("written");
    drop(writer);
    assert_eq!(read_group(&path, GROUP).expect("old"), piece(0, 1));
    assert_eq!(read_group(&partial_of(&path), GROUP).expect("new"), piece(5, 2));
    assert_eq!(names_in(folder.path()), ["result.h5", "result.h5.partial"]);
}

#[test]
fn a_file_that_appears_during_the_run_is_kept() {
    let (_folder, path) = destination();
    for (completion, is_error) in [(Completion::Complete, true), (Completion::Incomplete, false)] {
        let mut writer = create(&path, Existing::Refuse);
        writer.write(&piece(0, 2)).expect("written");
        fs::write(&path, "precious").expect("a file appears");
        match writer.finish(completion) {
            Err(StoreError::DestinationAppeared { partial, .. }) if is_error => {
                assert_eq!(partial, partial_of(&path));
            }
            Ok(partial) if !is_error => assert_eq!(partial, partial_of(&path)),
            other => panic!("{other:?}"),
        }
        assert_eq!(fs::read_to_string(&path).expect("kept"), "precious");
        assert_eq!(read_group(&partial_of(&path), GROUP).expect("results"), piece(0, 2));
        fs::remove_file(&path).expect("removed");
        fs::remove_file(partial_of(&path)).expect("removed");
    }
}

#[test]
fn a_partial_file_with_data_is_refused_or_replaced() {
    let (_folder, path) = destination();
    let mut writer = create(&path, Existing::Refuse);
    writer.write(&piece(0, 2)).expect("written");
    drop(writer);
    let error = refused(&path, Existing::Refuse);
    assert!(
        matches!(&error, StoreError::PartialExists { partial } if *partial == partial_of(&path))
    );
    assert!(error.to_string().contains("--resume") && error.to_string().contains("--force"));
    assert_eq!(read_group(&partial_of(&path), GROUP).expect("kept"), piece(0, 2));

    let mut writer = create(&path, Existing::Replace);
    assert!(read_header(writer.partial()).expect("begun afresh").groups.is_empty());
    writer.write(&piece(1, 1)).expect("written");
    writer.finish(Completion::Complete).expect("finished");
    assert_eq!(read_group(&path, GROUP).expect("read"), piece(1, 1));
}

#[test]
fn a_partial_file_that_cannot_be_understood_counts_as_data() {
    let (_folder, path) = destination();
    fs::write(partial_of(&path), "half a file").expect("a file");
    assert!(matches!(refused(&path, Existing::Refuse), StoreError::PartialExists { .. }));
    assert_eq!(fs::read_to_string(partial_of(&path)).expect("kept"), "half a file");
}

#[test]
fn a_partial_file_without_data_is_no_obstacle() {
    let (_folder, path) = destination();
    fs::write(partial_of(&path), "").expect("an empty file");
    drop(create(&path, Existing::Refuse));
    let mut writer = create(&path, Existing::Refuse);
    writer.write(&piece(0, 1)).expect("written");
    writer.finish(Completion::Complete).expect("finished");
}

#[test]
fn a_second_writer_is_refused_while_the_first_lives() {
    let (_folder, path) = destination();
    let mut first = create(&path, Existing::Refuse);
    first.write(&piece(0, 1)).expect("written");
    for existing in [Existing::Refuse, Existing::Replace] {
        let error = refused(&path, existing);
        assert!(
            matches!(&error, StoreError::InUse { path: named, .. } if *named == path),
            "{error}"
        );
    }
    assert_eq!(read_group(first.partial(), GROUP).expect("untouched"), piece(0, 1));
    drop(first);
    drop(create(&path, Existing::Replace));
}

#[test]
fn a_lock_left_behind_is_no_obstacle() {
    let (folder, path) = destination();
    fs::write(folder.path().join("result.h5.lock"), "").expect("a stale lock");
    complete_file(&path, &piece(0, 1));
    assert_eq!(names_in(folder.path()), ["result.h5"]);
}

#[test]
fn a_reader_does_not_stop_the_run() {
    let (_folder, path) = destination();
    let mut writer = create(&path, Existing::Refuse);
    append(&mut writer, &piece(0, 1), "realization").expect("first");
    let reader = fs::File::open(writer.partial()).expect("a reader");
    reader.lock_shared().expect("the lock that HDF5 readers take");
    append(&mut writer, &piece(1, 1), "realization").expect("second");
    writer.finish(Completion::Complete).expect("finished");
    assert_eq!(read_group(&path, GROUP).expect("read"), piece(0, 2));
}

#[test]
fn impossible_destinations_are_refused_at_once() {
    let (folder, path) = destination();
    let missing = folder.path().join("no/such/folder/result.h5");
    assert!(
        matches!(refused(&missing, Existing::Refuse), StoreError::NoFolder { path, .. } if path == missing)
    );
    fs::write(&path, "a file").expect("a file");
    let beneath_a_file = path.join("result.h5");
    assert!(matches!(refused(&beneath_a_file, Existing::Refuse), StoreError::CannotCreate { .. }));
    let error = refused(folder.path(), Existing::Replace);
    assert!(
        matches!(error, StoreError::CannotCreate { source, .. } if source.kind() == io::ErrorKind::IsADirectory)
    );
    assert!(matches!(refused(Path::new("/"), Existing::Replace), StoreError::CannotCreate { .. }));
}

#[test]
fn a_link_is_followed() {
    let (folder, path) = destination();
    complete_file(&path, &piece(0, 1));
    let link = folder.path().join("latest.h5");
    std::os::unix::fs::symlink(&path, &link).expect("a link");
    assert!(matches!(refused(&link, Existing::Refuse), StoreError::AlreadyExists { .. }));
    complete_file(&link, &piece(3, 1));
    assert!(link.is_symlink());
    assert_eq!(read_group(&path, GROUP).expect("read"), piece(3, 1));
}

#[test]
fn a_failed_write_leaves_all_as_it_was() {
    let (folder, path) = destination();
    let mut writer = create(&path, Existing::Refuse);
    let data = Group::new("a").with_variable(Variable::new("b", &[], vec![1.0]));
    writer.write(&data).expect("written");
    let before = fs::read(writer.partial()).expect("bytes");
    let impossible = Group::new("a/b").with_variable(Variable::new("c", &[], vec![1.0]));
    let error = writer.write_all(&[piece(0, 1), impossible]).expect_err("a variable is in the way");
    assert!(matches!(&error, StoreError::Write { dataset, .. } if dataset == "a/b/"), "{error}");
    assert!(std::error::Error::source(&error).is_some_and(|source| source.to_string().len() > 10));
    assert_eq!(fs::read(writer.partial()).expect("bytes"), before);
    assert_eq!(names_in(folder.path()), ["result.h5.lock", "result.h5.partial"]);
    writer.write(&piece(0, 1)).expect("the failure did no harm");
    writer.finish(Completion::Complete).expect("finished");
    assert_eq!(read_group(&path, GROUP).expect("read"), piece(0, 1));
}

#[test]
fn a_file_to_which_placing_failed_is_not_called_complete() {
    let (_folder, path) = destination();
    let mut writer = create(&path, Existing::Refuse);
    append(&mut writer, &piece(0, 1), "realization").expect("placed");
    fs::write(writer.partial(), "not a result any more").expect("overwritten");
    let failed = append(&mut writer, &piece(1, 1), "realization");
    assert!(matches!(failed, Err(StoreError::Write { .. })), "{failed:?}");
    let further = append(&mut writer, &piece(1, 1), "realization");
    assert!(matches!(further, Err(StoreError::Damaged { .. })), "{further:?}");
    assert!(matches!(writer.write(&every_kind()), Err(StoreError::Damaged { .. })));
    assert!(matches!(writer.checkpoint("", b""), Err(StoreError::Damaged { .. })));
    assert!(matches!(writer.finish(Completion::Complete), Err(StoreError::Damaged { .. })));
    assert!(!path.exists());
}

#[test]
fn a_provenance_that_cannot_be_written_touches_nothing() {
    let (folder, path) = destination();
    let provenance = Provenance { history: "a\0b".to_owned(), ..provenance() };
    let error = ResultWriter::create(&path, &provenance, Existing::Refuse).expect_err("zero byte");
    assert!(matches!(error, StoreError::ZeroByte { item } if item == "history"));
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn unreadable_files_give_errors() {
    let (folder, path) = destination();
    assert!(matches!(read_header(&path), Err(StoreError::CannotOpen { .. })));
    assert!(matches!(read_header(folder.path()), Err(StoreError::CannotOpen { .. })));
    complete_file(&path, &every_kind());
    assert!(
        matches!(read_group(&path, "nothing"), Err(StoreError::NoSuchGroup { group, .. }) if group == "nothing")
    );
    let whole = fs::read(&path).expect("bytes");
    fs::write(&path, "neither HDF5 nor a result").expect("foreign");
    assert!(matches!(read_header(&path), Err(StoreError::Corrupt { .. })));
    for length in (0..whole.len()).step_by(whole.len() / 50) {
        fs::write(&path, &whole[..length]).expect("truncated");
        assert!(
            matches!(read_group(&path, "every_kind"), Err(StoreError::Corrupt { .. })),
            "cut at {length}"
        );
    }
}

#[test]
fn a_foreign_file_gives_errors() {
    let (_folder, path) = destination();
    let file = hdf5::File::create(&path).expect("a file");
    let dataset = file.new_dataset_builder().with_data(&[1.0, 2.0]).create("group/unnamed_axis");
    drop(dataset.expect("a dataset"));
    file.close().expect("closed");
    assert!(
        matches!(read_header(&path), Err(StoreError::NotOurs { missing, .. }) if missing == "title")
    );
    assert!(
        matches!(read_group(&path, "group"), Err(StoreError::Corrupt { item, .. }) if item == "group/unnamed_axis")
    );
}

#[test]
fn errors_can_cross_threads() {
    fn check<T: Send + Sync + 'static>() {}
    check::<StoreError>();
    check::<ResultWriter>();
}
