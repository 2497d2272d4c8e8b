//! `equipoise export`: tables hold what the result file holds.

mod common;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use common::{Place, groups};
use equipoise::store::{Group, Values, Variable};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;

const EVERYTHING: &str = "scenarios/recording.toml --set n=12 --set duration=1.0 --set record.jumps=true \
    --set record.snapshots=[0.0,1.0] --set ensemble.replicates=3 --quiet -o run.h5";

/// A value as it stands in CSV.
fn written(values: &Values, at: usize) -> String {
    match values {
        Values::Float(values) => format!("{:?}", values[at]),
        Values::Single(values) => format!("{:?}", values[at]),
        Values::Integer(values) => values[at].to_string(),
        Values::Unsigned(values) => values[at].to_string(),
        Values::Text(values) => values[at].clone(),
    }
}

/// The table of the variables over these dimensions, made from the group by plain loops: columns and rows.
fn table_of(group: &Group, dimensions: &[String]) -> (Vec<String>, Vec<Vec<String>>) {
    let over = |v: &&Variable| v.dimensions == dimensions && !v.is_coordinate();
    let variables: Vec<&Variable> = group.variables.iter().filter(over).collect();
    let names = dimensions.iter().cloned().chain(variables.iter().map(|v| v.name.clone()));
    let lengths: Vec<usize> =
        dimensions.iter().map(|name| group.dimension(name).expect("a dimension").length).collect();
    let rows = (0..lengths.iter().product()).map(|row: usize| {
        let place = |axis: usize| {
            let below: usize = lengths[axis + 1..].iter().product();
            let place = row / below % lengths[axis];
            match group.variable(&dimensions[axis]) {
                Some(coordinate) => written(&coordinate.values, place),
                None => place.to_string(),
            }
        };
        let places = (0..lengths.len()).map(place);
        places.chain(variables.iter().map(|v| written(&v.values, row))).collect()
    });
    (names.collect(), rows.collect())
}

/// All tables that a result file must give, by their names without ending.
fn all_expected(file: &Path) -> BTreeMap<String, (Vec<String>, Vec<Vec<String>>)> {
    let mut tables = BTreeMap::new();
    for group in groups(file) {
        let mut lists: Vec<Vec<String>> = group
            .variables
            .iter()
            .filter(|v| !v.is_coordinate())
            .map(|v| v.dimensions.clone())
            .collect();
        for name in group.variables.iter().filter(|v| v.is_coordinate()).map(|v| &v.name) {
            if !lists.iter().any(|list| list.contains(name)) {
                lists.push(vec![name.clone()]);
            }
        }
        for list in lists {
            let name = format!("{}.{}", group.name.replace('/', "."), list.join("."));
            let name = name.trim_end_matches('.').to_owned();
            tables.insert(name, table_of(&group, &list));
        }
    }
    tables
}

fn exported() -> Place {
    let place = Place::new();
    place.run(&format!("simulate {EVERYTHING}")).expect(0);
    place
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

#[test]
fn csv_holds_all_that_the_file_holds() {
    let place = exported();
    let run = place.run("export run.h5 --csv deep/tables").expect(0);
    assert!(
        run.out.contains("deep/tables/trajectory.realization.time.population.csv: "),
        "{}",
        run.out
    );
    let tables = all_expected(&place.path("run.h5"));
    assert!(tables.len() > 15, "{:?}", tables.keys());
    let found = names_in(&place.path("deep/tables"));
    let mut expected: Vec<String> = tables.keys().map(|name| format!("{name}.csv")).collect();
    expected.sort();
    assert_eq!(found, expected);
    for (name, (columns, rows)) in tables {
        let path = place.path(&format!("deep/tables/{name}.csv"));
        let mut reader = csv::Reader::from_path(&path).expect("a table");
        assert_eq!(reader.headers().expect("a header").iter().collect::<Vec<_>>(), columns);
        let read: Vec<Vec<String>> = reader
            .records()
            .map(|record| record.expect("a row").iter().map(str::to_owned).collect())
            .collect();
        assert_eq!(read, rows, "{name}");
    }
}

#[test]
fn parquet_holds_all_that_the_file_holds() {
    let place = exported();
    place.run("export run.h5 --parquet tables").expect(0);
    for (name, (columns, rows)) in all_expected(&place.path("run.h5")) {
        let path = place.path(&format!("tables/{name}.parquet"));
        let reader = SerializedFileReader::new(File::open(path).expect("a file")).expect("Parquet");
        let described = reader.metadata().file_metadata().clone();
        let fields = described.schema().get_fields().iter().map(|field| field.name().to_owned());
        assert_eq!(fields.collect::<Vec<_>>(), columns);
        let read = reader.into_iter().map(|row| {
            let row = row.expect("a row");
            row.get_column_iter().map(|(_, field)| text(field)).collect::<Vec<String>>()
        });
        assert_eq!(read.collect::<Vec<_>>(), rows, "{name}");
        let known = described.key_value_metadata().expect("metadata");
        let of = |key: &str| known.iter().find(|known| known.key == key)?.value.clone();
        assert_eq!(of("title").as_deref(), Some("Recording"));
        assert!(of("scenario").expect("a scenario").contains("n = 12\n"));
        if columns.contains(&"time".to_owned()) {
            assert_eq!(of("units.time").as_deref(), Some("ms"));
        }
    }
}

fn text(field: &Field) -> String {
    match field {
        Field::Double(value) => format!("{value:?}"),
        Field::Long(value) => value.to_string(),
        Field::ULong(value) => value.to_string(),
        Field::Str(value) => value.clone(),
        other => panic!("{other:?}"),
    }
}

/// More rows than a block has, of which the last dimensions alone make more than one.
#[test]
fn tables_of_several_blocks_are_whole() {
    let place = Place::new();
    let scenario = "scenarios/recording.toml --set n=70000 --set duration=0.02 --set sample_interval=0.02 --set record={snapshots=[0.02]}";
    place
        .run(&format!("simulate {scenario} --set ensemble.replicates=1 --quiet -o run.h5"))
        .expect(0);
    place.run("export run.h5 --group snapshots --csv tables").expect(0);
    let name = "snapshots.realization.snapshot_time.neuron";
    let (_, rows) = all_expected(&place.path("run.h5")).remove(name).expect("a table");
    assert_eq!(rows.len(), 140_000);
    let mut reader =
        csv::Reader::from_path(place.path(&format!("tables/{name}.csv"))).expect("a table");
    let records = reader.records().map(|record| record.expect("a row"));
    assert!(records.zip(&rows).all(|(record, row)| record.iter().eq(row.iter())));
    place.run("export run.h5 --group snapshots --parquet tables").expect(0);
    let file = File::open(place.path(&format!("tables/{name}.parquet"))).expect("a file");
    let reader = SerializedFileReader::new(file).expect("Parquet");
    assert_eq!(
        (reader.num_row_groups(), reader.metadata().file_metadata().num_rows()),
        (2, 140_000)
    );
}

#[test]
fn one_group_is_exported_alone() {
    let place = exported();
    let run = place.run("export run.h5 --group /spikes/E --csv tables --json").expect(0);
    let object: Value = serde_json::from_str(&run.out).expect("one object");
    assert_eq!(object["tables"][0]["path"], "tables/spikes.E.spike.csv");
    assert_eq!(object["tables"][0]["dimensions"], serde_json::json!(["spike"]));
    assert_eq!(names_in(&place.path("tables")), ["spikes.E.spike.csv"]);
    let run = place.run("export run.h5 --group spike --csv tables").expect(2);
    assert!(run.message().contains("has no group `spike`"), "{}", run.err);
    assert!(run.message().contains("there are: trajectory, "), "{}", run.err);
}

#[test]
fn tables_are_not_replaced_unless_asked_for() {
    let place = exported();
    place.run("export run.h5 --group activity --csv tables").expect(0);
    let name = "tables/activity.csv";
    fs::write(place.path(name), "precious").expect("written");
    let others = names_in(&place.path("tables")).len();
    let run = place.run("export run.h5 --csv tables").expect(3);
    assert!(run.message().contains("already exists"), "{}", run.err);
    assert_eq!(fs::read_to_string(place.path(name)).expect("a file"), "precious");
    assert_eq!(names_in(&place.path("tables")).len(), others);
    place.run("export run.h5 --csv tables --force").expect(0);
    assert_eq!(fs::read_to_string(place.path(name)).expect("a file"), "width\n0.01\n");
}

#[test]
fn what_cannot_be_exported_says_so() {
    let place = exported();
    place.run("export run.h5").expect(2);
    place.run("export run.h5 --csv a --parquet b").expect(2);
    let run = place.run("export nothing.h5 --csv tables").expect(3);
    assert!(run.message().contains("cannot open `nothing.h5`"), "{}", run.err);
    let run = place.run("export run.h5 --csv run.h5").expect(3);
    assert!(run.message().contains("cannot write `run.h5"), "{}", run.err);
    let run = place.run("export run.h5 --csv run.h5/tables").expect(3);
    assert!(run.message().contains("cannot write `run.h5/tables`"), "{}", run.err);
}

/// Samples that an interruption prevented are missing in the tables as they are in the file.
#[test]
fn what_is_missing_is_nan() {
    let place = Place::new();
    place.run("limit scenarios/loses-balance.toml -o limit.h5 --quiet").expect(0);
    place.run("export limit.h5 --csv tables").expect(0);
    let table =
        fs::read_to_string(place.path("tables/limit.time.population.csv")).expect("a table");
    let last = table.lines().last().expect("a row");
    assert!(last.ends_with(",NaN,NaN,NaN"), "{last}");
}
