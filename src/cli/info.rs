//! `equipoise info`: where a result file comes from and what it holds, without its values.

use equipoise::store::read_header;
use equipoise::table::info::{Description, json, text};

use super::Ending;
use super::arguments::Info;
use super::failure::Failure;
use super::output::print;

pub fn run(arguments: &Info) -> Result<Ending, Failure> {
    let path = &arguments.file;
    if arguments.scenario {
        print(&read_header(path)?.provenance.scenario)?;
        return Ok(Ending::Done);
    }
    let description = Description::of(path)?;
    if arguments.json {
        print(&format!("{:#}\n", json(&description)))?;
    } else {
        print(&text(&description))?;
    }
    Ok(Ending::Done)
}
