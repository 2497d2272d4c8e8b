//! `equipoise report`: the HTML report of a result file.

use std::path::Path;

use equipoise::report::{beside, html, write};
use equipoise::store::read_header;
use miette::miette;
use serde_json::json;

use super::arguments::Report;
use super::failure::Failure;
use super::output::{note, print};
use super::{Ending, scenario};

pub fn run(arguments: &Report) -> Result<Ending, Failure> {
    let file = &arguments.file;
    let header = read_header(file)?;
    let default = |number: &str| beside(file, number);
    let path = match &arguments.output {
        Some(path) => path.clone(),
        None if arguments.manner.force => default(""),
        None => scenario::untaken(default),
    };
    let is_same = |other: &Path| {
        let real = |path: &Path| path.canonicalize().ok();
        real(file).is_some_and(|file| real(other) == Some(file))
    };
    if is_same(&path) {
        return Err(Failure::Usage(miette!(
            help = "give another name with -o, or none",
            "the report would replace the result file {} itself",
            path.display()
        )));
    }
    let html = html(file)?;
    write(&html, &path, arguments.manner.force)?;
    if !header.complete && !arguments.manner.quiet {
        note(&format!("note: {} is not complete, and its report says so", file.display()));
    }
    if arguments.manner.json {
        let object = json!({
            "file": file.display().to_string(), "complete": header.complete,
            "report": path.display().to_string(), "bytes": html.len(),
        });
        print(&format!("{object:#}\n"))?;
    } else {
        print(&format!("report: {}\n", path.display()))?;
    }
    Ok(Ending::Done)
}
