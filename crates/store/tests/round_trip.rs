//! What is written comes back: whole groups, growing groups, provenance.

mod common;

use common::{
    append, complete_file, create, declaration, destination, every_kind, piece, piece_of,
    provenance,
};
use equipoise_store::{
    Completion, Existing, Group, Piece, Sorting, StoreError, Values, Variable, read_group,
    read_header,
};
use proptest::prelude::*;

#[test]
fn every_kind_of_value_comes_back() {
    let (_folder, path) = destination();
    let written = complete_file(&path, &every_kind());
    assert_eq!(written, path);
    assert_eq!(read_group(&path, "every_kind").expect("read"), every_kind());
}

#[test]
fn the_header_comes_back() {
    let (_folder, path) = destination();
    let mut writer = create(&path, Existing::Refuse);
    writer.write(&every_kind()).expect("written");
    let spikes = Group::new("spikes/E").with_dimension("spike", 2);
    writer
        .write(&spikes.with_variable(Variable::new("id", &["spike"], vec![4_i64, 7])))
        .expect("nested");
    let header = read_header(writer.partial()).expect("partial header");
    assert!(!header.complete);
    writer.finish(Completion::Complete).expect("finished");

    let header = read_header(&path).expect("header");
    assert!(header.complete);
    assert_eq!(header.provenance, provenance());
    assert_eq!(header.groups, ["every_kind", "spikes/E"]);
}

#[test]
fn pieces_make_the_same_group_as_the_whole() {
    let (_folder, path) = destination();
    let mut writer = create(&path, Existing::Refuse);
    for (first, count) in [(0, 2), (2, 1), (3, 0), (3, 4)] {
        append(&mut writer, &piece(first, count), "realization").expect("appended");
        let so_far =
            read_group(writer.partial(), "trajectory").expect("readable between two pieces");
        assert_eq!(so_far, piece(0, first + count));
    }
    writer.finish(Completion::Complete).expect("finished");
    assert_eq!(read_group(&path, "trajectory").expect("read"), piece(0, 7));
}

#[test]
fn a_dimension_without_coordinate_grows_too() {
    let (_folder, path) = destination();
    let rows = |values: Vec<f64>| {
        let group = Group::new("g").with_dimension("row", values.len());
        group.with_variable(Variable::new("x", &["row"], values))
    };
    let mut writer = create(&path, Existing::Refuse);
    append(&mut writer, &rows(vec![1.0]), "row").expect("first");
    append(&mut writer, &rows(vec![2.0, 3.0]), "row").expect("second");
    writer.finish(Completion::Complete).expect("finished");
    assert_eq!(read_group(&path, "g").expect("read"), rows(vec![1.0, 2.0, 3.0]));
}

#[test]
fn large_pieces_come_back_from_compressed_chunks() {
    let (_folder, path) = destination();
    let rows = |first: u32, count: u32| {
        let values: Vec<f64> =
            (first * 20_000..(first + count) * 20_000).map(|i| f64::from(i % 1000)).collect();
        let group =
            Group::new("g").with_dimension("row", count as usize).with_dimension("column", 20_000);
        group.with_variable(Variable::new("x", &["row", "column"], values))
    };
    let mut writer = create(&path, Existing::Refuse);
    for first in [0, 3, 6] {
        append(&mut writer, &rows(first, 3), "row").expect("appended");
    }
    append(&mut writer, &rows(9, 1), "row").expect("a shorter last piece");
    writer.finish(Completion::Complete).expect("finished");
    assert_eq!(read_group(&path, "g").expect("read"), rows(0, 10));
    let size = std::fs::metadata(&path).expect("size").len();
    assert!(
        size < 800_000,
        "{size} bytes for 1.6 MB of repeating values: not compressed, or space lost"
    );
}

#[test]
fn many_small_pieces_do_not_waste_space() {
    let (_folder, path) = destination();
    let mut writer = create(&path, Existing::Refuse);
    for realization in 0..300 {
        append(&mut writer, &piece(realization, 1), "realization").expect("appended");
    }
    writer.finish(Completion::Complete).expect("finished");
    assert_eq!(read_group(&path, "trajectory").expect("read"), piece(0, 300));
    let size = std::fs::metadata(&path).expect("size").len();
    // One chunk each of mean and realization, 16 KiB of references to labels, and 4 KiB of labels a
    // piece.
    assert!(size < 2_000_000, "{size} bytes");
}

/// Groups of the SONATA format come back, grow, and stay as they are: its readers cannot uncompress.
#[test]
fn events_are_sorted_and_not_compressed() {
    let (_folder, path) = destination();
    let events = |count: usize| {
        Group::new("spikes/E")
            .with_attribute("sorting", Sorting::by_time)
            .with_dimension("spike", count)
            .with_variable(
                Variable::new("timestamps", &["spike"], vec![1.0; count]).with_units("ms"),
            )
            .with_variable(Variable::new("node_ids", &["spike"], vec![7_u64; count]))
    };
    let mut writer = create(&path, Existing::Refuse);
    for count in [20_000, 0, 3] {
        append(&mut writer, &events(count), "spike").expect("appended");
    }
    writer.finish(Completion::Complete).expect("finished");
    assert_eq!(read_group(&path, "spikes/E").expect("read"), events(20_003));
    let size = std::fs::metadata(&path).expect("size").len();
    assert!(size > 16 * 20_003, "{size} bytes");
}

#[test]
fn a_piece_that_does_not_fit_is_refused() {
    let (_folder, path) = destination();
    let mut writer = create(&path, Existing::Refuse);
    append(&mut writer, &piece(0, 1), "realization").expect("first");
    let unfit = |change: fn(&mut Piece)| {
        let mut unfit = piece_of(&piece(1, 1), "realization", 1);
        change(&mut unfit);
        unfit
    };
    let undeclared = [
        unfit(|piece| piece.group.variables[1].dimensions.swap(0, 1)),
        unfit(|piece| piece.group.variables[2].values = vec![1_i64].into()),
        unfit(|piece| piece.group.variables[2].name = "new".to_owned()),
        unfit(|piece| {
            piece.group.variables.push(Variable::new("size", &["population"], vec![8_i64, 2]));
        }),
    ];
    for piece in undeclared {
        let error = writer.place(&[piece]).expect_err("undeclared");
        assert!(matches!(error, StoreError::Undeclared { .. }), "{error}");
    }
    let error = writer.place(&[unfit(|piece| piece.at.push(("time".to_owned(), 1)))]);
    assert!(matches!(error, Err(StoreError::Beyond { length: 3, end: 4, .. })), "{error:?}");
    let error = writer.place(&[unfit(|piece| piece.group.name = "other".to_owned())]);
    assert!(matches!(error, Err(StoreError::NotDeclared { .. })), "{error:?}");
    let error = writer.place(&[unfit(|piece| piece.at[0].0 = "trial".to_owned())]);
    assert!(matches!(error, Err(StoreError::UnknownDimension { .. })), "{error:?}");
    append(&mut writer, &piece(1, 1), "realization").expect("a refused piece does no harm");
    assert_eq!(read_group(writer.partial(), "trajectory").expect("read"), piece(0, 2));
}

#[test]
fn a_group_is_declared_with_dimensions_and_numbers_that_it_has() {
    let (_folder, path) = destination();
    let mut writer = create(&path, Existing::Refuse);
    let layout = declaration(&piece(0, 1), "realization");
    let error = writer.declare(&layout, &[("trial", 3)]).expect_err("no such dimension");
    assert!(
        matches!(error, StoreError::UnknownDimension { dimension, .. } if dimension == "trial")
    );
    let error = writer.declare(&layout, &[("population", 3)]).expect_err("names of populations");
    assert!(matches!(error, StoreError::GrowingText { variable, .. } if variable == "population"));
    assert!(read_header(writer.partial()).expect("header").groups.is_empty());
}

#[test]
fn a_group_is_written_once() {
    let (_folder, path) = destination();
    let mut writer = create(&path, Existing::Refuse);
    writer.write(&piece(0, 1)).expect("first");
    for error in [writer.write(&piece(0, 1)), writer.declare(&piece(0, 0), &[("realization", 1)])] {
        assert!(
            matches!(error, Err(StoreError::GroupExists { group, .. }) if group == "trajectory")
        );
    }
    writer.finish(Completion::Complete).expect("the refused groups did no harm");
    assert_eq!(read_group(&path, "trajectory").expect("read"), piece(0, 1));
}

#[test]
fn an_unsound_group_is_not_written() {
    let (_folder, path) = destination();
    let mut writer = create(&path, Existing::Refuse);
    let unsound = piece(0, 2).with_variable(Variable::new("x", &["time"], vec![0.0; 4]));
    assert!(matches!(writer.write(&unsound), Err(StoreError::Shape { expected: 3, found: 4, .. })));
    assert!(matches!(
        writer.declare(&unsound, &[("realization", 2)]),
        Err(StoreError::Shape { .. })
    ));
    assert!(read_header(writer.partial()).expect("header").groups.is_empty());
}

fn values(count: usize) -> impl Strategy<Value = Values> {
    prop_oneof![
        prop::collection::vec(any::<f64>(), count).prop_map(Values::Float),
        prop::collection::vec(any::<f32>(), count).prop_map(Values::Single),
        prop::collection::vec(any::<i64>(), count).prop_map(Values::Integer),
        prop::collection::vec(any::<u64>(), count).prop_map(Values::Unsigned),
        prop::collection::vec("[^\0]{0,12}", count).prop_map(Values::Text),
    ]
}

fn group() -> impl Strategy<Value = Group> {
    (0_usize..4, 0_usize..40).prop_flat_map(|(a, b)| {
        (values(a), values(a * b), values(1)).prop_map(move |(coordinate, table, single)| {
            Group::new("g")
                .with_coordinate(Variable::coordinate("a", coordinate))
                .with_dimension("b", b)
                .with_variable(Variable::new("table", &["b", "a"], table))
                .with_variable(Variable::new("single", &[], single).with_units("kg"))
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_group_comes_back(group in group()) {
        let (_folder, path) = destination();
        complete_file(&path, &group);
        prop_assert_eq!(read_group(&path, "g").expect("read"), group);
    }
}
