//! Commands that help to use the others.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clap_complete::Shell;

use super::Manner;

#[derive(Debug, Args)]
pub struct Init {
    /// Template [default: say which there are]
    pub template: Option<Template>,
    /// File to write [default: TEMPLATE.toml]
    #[arg(short, long, value_name = "FILE", requires = "template")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub manner: Manner,
}

/// A file to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// Excitatory and inhibitory neurons that balance each other
    BalancedPair,
    /// The same, driven by sources outside: balance fixes the rates
    ExternalDrive,
    /// One excitatory and two inhibitory populations of unequal sizes and gains
    ThreePopulations,
    /// A balanced pair with a budget in ATP
    Energy,
    /// Conductance-based cells, for `equipoise derive`
    Conductances,
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
