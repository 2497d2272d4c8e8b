//! `equipoise info`: where a result file comes from and what it holds, without its values.

use std::fs;

use equipoise::store::{StoreError, describe, named_shards, read_header};
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
    let (header, groups) = describe(path)?;
    let cannot_open = |source| StoreError::CannotOpen { path: path.clone(), source };
    let bytes = fs::metadata(path).map_err(cannot_open)?.len();
    let lengths: Vec<u64> =
        named_shards(path).iter().flat_map(fs::metadata).map(|f| f.len()).collect();
    let shards = (lengths.len(), lengths.iter().sum());
    let description = Description { path, bytes, shards, header: &header, groups: &groups };
    if arguments.json {
        print(&format!("{:#}\n", json(&description)))?;
    } else {
        print(&text(&description))?;
    }
    Ok(Ending::Done)
}
