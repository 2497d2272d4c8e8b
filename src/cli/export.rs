//! `equipoise export`: a result file as tables.

use equipoise::export::{Export, Format, Written};
use equipoise::store::read_header;
use indicatif::HumanCount;
use miette::miette;
use serde_json::json;

use super::Ending;
use super::arguments::Export as Arguments;
use super::failure::Failure;
use super::output::{note, print};

pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    let file = &arguments.file;
    let header = read_header(file)?;
    let groups = chosen(arguments, header.groups)?;
    let (format, folder) = match (&arguments.csv, &arguments.parquet) {
        (Some(folder), _) => (Format::Csv, folder),
        (None, Some(folder)) => (Format::Parquet, folder),
        (None, None) => return Err(Failure::Usage(miette!("give --csv or --parquet"))),
    };
    let (provenance, groups) = (&header.provenance, groups.as_slice());
    let export =
        Export { file, provenance, groups, format, folder, replace: arguments.manner.force };
    let written = export.run()?;
    if !header.complete && !arguments.manner.quiet {
        note(&format!("note: {} is not complete", file.display()));
    }
    if arguments.manner.json {
        let tables: Vec<_> = written.iter().map(json).collect();
        let object = json!({ "file": file.display().to_string(), "complete": header.complete, "tables": tables });
        print(&format!("{object:#}\n"))?;
    } else {
        print(&written.iter().map(line).collect::<String>())?;
    }
    Ok(Ending::Done)
}

/// The group that was asked for, or all.
fn chosen(arguments: &Arguments, all: Vec<String>) -> Result<Vec<String>, Failure> {
    let Some(name) = &arguments.group else { return Ok(all) };
    let name = name.trim_matches('/');
    if all.iter().any(|group| group == name) {
        return Ok(vec![name.to_owned()]);
    }
    Err(Failure::Usage(miette!(
        help = format!("there are: {}", all.join(", ")),
        "{} has no group `{name}`",
        arguments.file.display()
    )))
}

fn line(table: &Written) -> String {
    format!("{}: {} rows\n", table.path.display(), HumanCount(table.rows as u64))
}

fn json(table: &Written) -> serde_json::Value {
    json!({
        "path": table.path.display().to_string(), "group": table.group,
        "dimensions": table.dimensions, "rows": table.rows,
    })
}
