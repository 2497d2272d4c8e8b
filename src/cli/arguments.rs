//! What can be given on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Balanced networks: exact simulation, hydrodynamic limit, and the evidence that the two agree.
#[derive(Debug, Parser)]
#[command(version, after_help = EXIT_STATUS, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_STATUS: &str = "Exit status: 0 done (validate: and all comparisons hold), 1 a comparison failed, \
2 wrong usage or scenario, 3 a file could not be read or written, 130 interrupted (what was computed is in the \
file, marked incomplete).";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulate an ensemble, integrate the theory, compare the two
    #[command(
        after_help = "Example: equipoise validate scenarios/inhibition-stabilised.toml --set n=1000 -o results/n-1000"
    )]
    Validate(Validate),
    /// Simulate an ensemble of networks
    #[command(
        after_help = "Example: equipoise simulate scenarios/external-drive.toml --set ensemble.replicates=20 -o run.h5"
    )]
    Simulate(Simulate),
    /// Integrate the limit and, with --finite-n, the theory of one network of size n
    #[command(
        after_help = "Example: equipoise limit scenarios/inhibition-stabilised.toml --finite-n --set n=1e6"
    )]
    Limit(Limit),
    /// Is there a balanced state, where, is it stable, how fast
    #[command(
        after_help = "A network without balance is an answer, printed as a verdict, with exit status 0.\n\n\
Example: equipoise analyse scenarios/inhibition-stabilised.toml -o plane.svg"
    )]
    Analyse(Analyse),
}

#[derive(Debug, Args)]
pub struct Validate {
    #[command(flatten)]
    pub common: Common,
    /// Folder for result.h5 [default: results/NAME, NAME being that of the scenario file, or NAME-2, ... where there is one]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Simulate {
    #[command(flatten)]
    pub common: Common,
    /// Result file [default: NAME.h5, or NAME-2.h5, ... where there is one]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Limit {
    #[command(flatten)]
    pub common: Common,
    /// Result file [default: NAME-limit.h5, or NAME-limit-2.h5, ... where there is one]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Also integrate the theory of one network of size n
    #[arg(long)]
    pub finite_n: bool,
}

#[derive(Debug, Args)]
pub struct Analyse {
    #[command(flatten)]
    pub common: Common,
    /// Take drives and external rates as they are at this time
    #[arg(long, value_name = "TIME", default_value_t = 0.0, allow_negative_numbers = true)]
    pub at: f64,
    /// Draw the plane of the first two populations' means: balanced states, fixed points, the limit's path
    #[arg(short, long, value_name = "FILE.svg")]
    pub output: Option<PathBuf>,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Common {
    /// Scenario file (TOML)
    pub scenario: PathBuf,
    /// Replace a field of the scenario: --set n=1000 --set populations.E.drive=-0.2
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Replace the seed of the scenario
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub seed: Option<u64>,
    /// One JSON object on standard output instead of the table
    #[arg(long)]
    pub json: bool,
    /// No progress and no notes on standard error
    #[arg(short, long)]
    pub quiet: bool,
    /// Replace an existing result file
    #[arg(long)]
    pub force: bool,
    /// Threads that simulate; 0 takes all cores. No result depends on it
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
}
