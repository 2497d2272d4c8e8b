//! Outlines tell what groups hold, and blocks are pieces of it.

mod common;

use common::{complete_file, destination, every_kind, piece, provenance};
use equipoise_store::{
    Group, GroupReader, Sorting, StoreError, ValueType, Values, Variable, describe, read_group,
    read_header,
};

#[test]
fn an_outline_is_the_group_without_its_values() {
    let (_folder, path) = destination();
    let group = every_kind();
    complete_file(&path, &group);
    let (header, outlines) = describe(&path).expect("described");
    assert_eq!(header, read_header(&path).expect("a header"));
    let [outline] = outlines.as_slice() else { panic!("{outlines:?}") };
    assert_eq!(outline.dimensions, group.dimensions);
    assert_eq!(outline.attributes, group.attributes);
    for (variable, expected) in outline.variables.iter().zip(&group.variables) {
        assert_eq!(variable.name, expected.name);
        assert_eq!(variable.dimensions, expected.dimensions);
        assert_eq!(variable.units, expected.units);
        assert_eq!(variable.shape.iter().product::<usize>(), expected.values.len());
    }
    assert_eq!(outline.variable("verdict").expect("texts").value_type, ValueType::Text);
    assert_eq!(outline.variables.len(), group.variables.len());
}

#[test]
fn blocks_are_pieces_of_the_whole() {
    let (_folder, path) = destination();
    complete_file(&path, &piece(0, 5));
    let reader = GroupReader::open(&path, "trajectory").expect("a group");
    let whole = read_group(&path, "trajectory").expect("a group");
    let Values::Float(all) = &whole.variable("mean").expect("a mean").values else { panic!() };
    let read =
        |start: &[usize], counts: &[usize]| reader.read("mean", start, counts).expect("read");
    assert_eq!(read(&[0, 0, 0], &[5, 3, 2]), all.clone().into());
    assert_eq!(read(&[3, 0, 0], &[2, 3, 2]), all[18..].to_vec().into());
    assert_eq!(read(&[2, 1, 0], &[1, 1, 2]), all[14..16].to_vec().into());
    assert_eq!(read(&[0, 0, 0], &[0, 3, 2]), Vec::<f64>::new().into());
    let names = reader.read("population", &[1], &[1]).expect("read");
    assert_eq!(names, vec!["I"].into());
}

#[test]
fn single_values_are_blocks_too() {
    let (_folder, path) = destination();
    complete_file(&path, &every_kind());
    let reader = GroupReader::open(&path, "every_kind").expect("a group");
    assert_eq!(reader.read("step", &[], &[]).expect("read"), vec![0.125].into());
}

#[test]
fn what_is_beyond_the_data_is_refused() {
    let (_folder, path) = destination();
    complete_file(&path, &piece(0, 2));
    let reader = GroupReader::open(&path, "trajectory").expect("a group");
    assert!(matches!(reader.read("mean", &[1, 0, 0], &[2, 3, 2]), Err(StoreError::Corrupt { .. })));
    assert!(matches!(reader.read("median", &[0], &[1]), Err(StoreError::NoSuchGroup { .. })));
    assert!(matches!(GroupReader::open(&path, "limit"), Err(StoreError::NoSuchGroup { .. })));
}

#[test]
fn the_order_of_events_comes_back() {
    for sorting in [Sorting::none, Sorting::by_id, Sorting::by_time] {
        let (_folder, path) = destination();
        let group = Group::new("spikes/E")
            .with_dimension("spike", 2)
            .with_variable(Variable::new("timestamps", &["spike"], vec![0.5, 1.5]))
            .with_attribute("sorting", sorting);
        complete_file(&path, &group);
        assert_eq!(read_group(&path, "spikes/E").expect("a group"), group);
    }
}

/// A group that holds itself must not be followed for ever.
#[test]
fn circles_of_groups_are_refused() {
    let (_folder, path) = destination();
    complete_file(&path, &every_kind());
    let file = hdf5::File::open_rw(&path).expect("a file");
    let group = file.create_group("circle").expect("a group");
    file.link_hard("circle", "circle/again").expect("a link");
    drop((group, file));
    assert!(matches!(read_header(&path), Err(StoreError::Corrupt { .. })));
}

/// Links by name may lead to other files, and are not followed.
#[test]
fn only_what_is_in_the_file_is_listed() {
    let (_folder, path) = destination();
    complete_file(&path, &every_kind());
    let file = hdf5::File::open_rw(&path).expect("a file");
    file.link_soft("every_kind", "alias").expect("a link");
    file.link_external("elsewhere.h5", "/secret", "secret").expect("a link");
    drop(file);
    assert_eq!(read_header(&path).expect("a header").groups, ["every_kind"]);
}

/// A dataset of 8 petabytes without a value in the file, as damage can make one.
#[test]
fn values_that_cannot_be_there_are_not_given_room() {
    let (_folder, path) = destination();
    complete_file(&path, &every_kind());
    let file = hdf5::File::open_rw(&path).expect("a file");
    let group = file.create_group("vast").expect("a group");
    let vast = group.new_dataset::<f64>().chunk(1000).shape(1_usize << 50).create("values");
    let mark = vast.expect("a dataset").new_attr::<u8>().create("CLASS").expect("a mark");
    drop((mark, group, file));
    assert!(matches!(read_group(&path, "vast"), Err(StoreError::Corrupt { .. })));
    assert_eq!(read_header(&path).expect("a header").provenance, provenance());
}
