//! Commands that help to use the others.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap_complete::Shell;
use equipoise::template::Template;

use super::Manner;

#[derive(Debug, Args)]
pub struct Init {
    /// Template [default: say which there are]
    #[arg(value_parser = template())]
    pub template: Option<Template>,
    /// File to write [default: TEMPLATE.toml]
    #[arg(short, long, value_name = "FILE", requires = "template")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub manner: Manner,
}

/// Reads the name of a template.
fn template() -> impl TypedValueParser<Value = Template> {
    let values =
        Template::ALL.map(|template| PossibleValue::new(template.name()).help(template.what()));
    PossibleValuesParser::new(values)
        .map(|name| Template::named(&name).expect("no other name is possible"))
}

#[derive(Debug, Args)]
pub struct Schema {
    /// The schema of cell files, which `equipoise derive` reads
    #[arg(long)]
    pub cells: bool,
}

#[derive(Debug, Args)]
pub struct Completions {
    /// Shell
    pub shell: Shell,
}

#[derive(Debug, Args)]
pub struct Man {
    /// Folder for the pages, equipoise.1, equipoise-validate.1, ... [default: the first page goes to standard output]
    #[arg(value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
}
