//! What can be given on the command line. `help`: what the help of each command ends with; `values`: values of options; `aids`: commands that help to use the others.

mod aids;
mod help;
mod values;

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, Parser, Subcommand};

use equipoise::job::convergence::Sizes;
use equipoise::job::fluctuations::Frequencies;
use equipoise::job::sweep::Grid;

pub use aids::{Completions, Init, Man, Schema};
pub use values::Simulated;
use values::{finite, part, positive, seconds};

/// Balanced networks: exact simulation, hydrodynamic limit, and the evidence that the two agree.
#[derive(Debug, Parser)]
#[command(version, after_help = help::PROGRAM, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulate an ensemble, integrate the theory, compare the two
    #[command(after_help = help::VALIDATE)]
    Validate(Validate),
    /// Simulate an ensemble of networks
    #[command(after_help = help::SIMULATE)]
    Simulate(Simulate),
    /// Integrate the limit and, with --finite-n, the theory of one network of size n
    #[command(after_help = help::LIMIT)]
    Limit(Limit),
    /// Covariances, spectra, response and variability of one network of size n around its stationary state
    #[command(after_help = help::FLUCTUATIONS)]
    Fluctuations(Fluctuations),
    /// Is there a balanced state, where, is it stable, how fast; with --sweep, how fixed points change with a parameter
    #[command(after_help = help::ANALYSE)]
    Analyse(Analyse),
    /// Errors against the limit at several sizes, measured and expected, and the exponent with which they fall
    #[command(after_help = help::CONVERGE)]
    Converge(Converge),
    /// The statements of the theory, each with a test and with a network that must fail it
    #[command(after_help = help::CLAIMS)]
    Claims(Claims),
    /// From conductance-based cells to rate equations, and on to a scenario of a balanced network
    #[command(after_help = help::DERIVE)]
    Derive(Derive),
    /// What `converge` reads, in a process of its own
    #[command(hide = true)]
    Networks(Networks),
    /// What the activity costs at rest, what it is worth, and the trade-off between the two
    #[command(after_help = help::ENERGY)]
    Energy(Energy),
    /// Where a result file comes from and what it holds; its scenario
    #[command(after_help = help::INFO)]
    Info(Info),
    /// Write a result file as tables: CSV or Parquet
    #[command(after_help = help::EXPORT)]
    Export(Export),
    /// Make the HTML report of a result file, again
    #[command(after_help = help::REPORT)]
    Report(Report),
    /// Write a file to start from, with comments
    #[command(after_help = help::INIT)]
    Init(Init),
    /// The JSON schema of scenario files, for editors
    #[command(after_help = help::SCHEMA)]
    Schema(Schema),
    /// A script with which a shell completes commands and options
    #[command(after_help = help::COMPLETIONS)]
    Completions(Completions),
    /// The pages of the manual
    #[command(after_help = help::MAN)]
    Man(Man),
}

impl Command {
    /// The result file that the command reads, if it does.
    pub fn result_file(&self) -> Option<&Path> {
        match self {
            Self::Info(info) => Some(&info.file),
            Self::Export(export) => Some(&export.file),
            Self::Networks(networks) => Some(&networks.file),
            Self::Report(report) => Some(&report.file),
            _ => None,
        }
    }
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("format").required(true).args(["csv", "parquet"]))]
pub struct Export {
    /// Result file, or the unfinished NAME.h5.partial of a run
    pub file: PathBuf,
    /// This group alone
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,
    /// Folder for CSV files
    #[arg(long, value_name = "FOLDER")]
    pub csv: Option<PathBuf>,
    /// Folder for Parquet files
    #[arg(long, value_name = "FOLDER")]
    pub parquet: Option<PathBuf>,
    #[command(flatten)]
    pub manner: Manner,
}

#[derive(Debug, Args)]
pub struct Report {
    /// Result file, or the unfinished NAME.h5.partial of a run
    pub file: PathBuf,
    /// Report [default: report.html beside result.h5, else NAME.html beside NAME.h5, or report-2.html, ... where there is one]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub manner: Manner,
}

#[derive(Debug, Args)]
pub struct Info {
    /// Result file, or the unfinished NAME.h5.partial of a run
    pub file: PathBuf,
    /// The text of the scenario alone, from which the same result can be made again
    #[arg(long)]
    pub scenario: bool,
    /// One JSON object instead of text
    #[arg(long, conflicts_with = "scenario")]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Validate {
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub persistence: Persistence,
    /// Folder for result.h5 and report.html [default: results/NAME, NAME being that of the scenario file, or NAME-2, ... where there is one]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Converge {
    #[command(flatten)]
    pub common: Common,
    /// Sizes n, in place of the scenario's [default: seven in steps of the root of ten, as far as they take minutes]
    #[arg(long, value_name = "N,N,...")]
    pub sizes: Option<Sizes>,
    /// Folder for n-100.h5, ..., convergence.h5 and convergence.svg [default: results/NAME-convergence]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Largest standard error as a part of the expected error, by which the number of networks of each size is chosen
    #[arg(long, value_name = "PART", default_value_t = 0.2, value_parser = part)]
    pub precision: f64,
    /// Simulate so many networks of each size
    #[arg(long, value_name = "N", conflicts_with = "precision", value_parser = clap::value_parser!(u64).range(2..=1_000_000))]
    pub networks: Option<u64>,
    /// How networks are simulated
    #[arg(long, value_enum, default_value_t = Simulated::Auto)]
    pub method: Simulated,
    /// Say which sizes, methods and numbers of networks it would be and about how long it would take, and stop
    #[arg(long)]
    pub dry_run: bool,
    /// Time between two checkpoints, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, value_parser = seconds)]
    pub checkpoint: f64,
}

#[derive(Debug, Args)]
pub struct Claims {
    /// Names of claims [default: all]
    pub names: Vec<String>,
    /// Only those that take little time
    #[arg(long)]
    pub quick: bool,
    /// Say what they are, and stop
    #[arg(long)]
    pub list: bool,
    /// Folder for claims.h5 and claims.html [default: results/claims, or results/claims-2, ... where there is one]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Seed of all networks
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub seed: u64,
    #[command(flatten)]
    pub manner: Manner,
    /// Threads that simulate; 0 takes all cores. No result depends on it
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
}

/// How a command without a scenario says what it did, and what it may replace.
#[derive(Debug, Args)]
pub struct Manner {
    /// One JSON object on standard output instead of text
    #[arg(long)]
    pub json: bool,
    /// No notes on standard error
    #[arg(short, long)]
    pub quiet: bool,
    /// Replace what exists already
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct Networks {
    /// Result file
    pub file: PathBuf,
    /// Where it comes from alone
    #[arg(long)]
    pub header: bool,
}

#[derive(Debug, Args)]
pub struct Simulate {
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub persistence: Persistence,
    /// Result file [default: NAME.h5, or NAME-2.h5, ... where there is one]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Have each MPI rank write snapshots and potentiations of its own neurons, in the folder FILE.shards, in place of rank 0: for
    /// networks that ranks share. The result opens as without it, and has to stay beside that folder
    #[arg(long)]
    pub shards: bool,
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
pub struct Fluctuations {
    #[command(flatten)]
    pub common: Common,
    /// Result file [default: NAME-fluctuations.h5, or NAME-fluctuations-2.h5, ... where there is one]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Frequencies, per time unit, in even steps of their logarithm
    #[arg(long, value_name = "FROM:TO:COUNT", default_value = "0.01:10:31")]
    pub frequencies: Frequencies,
    /// Time at which drives and external rates are taken
    #[arg(long, value_name = "TIME", default_value_t = 0.0, allow_negative_numbers = true, value_parser = finite)]
    pub at: f64,
    /// Length of the window in which spikes are counted, in time units [default: 10 times the longest time constant]
    #[arg(long, value_name = "TIME", value_parser = positive)]
    pub window: Option<f64>,
    /// Simulate so many networks at rest, and compare their spectra, Fano factors, correlations and intervals with the theory
    #[arg(long, value_name = "NETWORKS", value_parser = clap::value_parser!(u64).range(2..))]
    pub simulate: Option<u64>,
}

#[derive(Debug, Args)]
pub struct Analyse {
    #[command(flatten)]
    pub common: Common,
    /// Take drives and external rates as they are at this time
    #[arg(long, value_name = "TIME", default_value_t = 0.0, allow_negative_numbers = true, value_parser = finite)]
    pub at: f64,
    /// Draw the plane of two populations' means: balanced states, fixed points, the limit's path. With --sweep the result file
    /// [default: NAME-sweep.h5, or NAME-sweep-2.h5, ... where there is one]; its picture is written beside it, with the ending .svg
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Of which two populations the plane is [default: the first two]; where there are more, balanced states are those in which the others are as in the fixed point
    #[arg(long, value_name = "X,Y", requires = "output", conflicts_with = "sweep")]
    pub plane: Option<String>,
    /// Follow the fixed points as a field of the scenario goes from FROM to TO; they are looked for at COUNT values
    #[arg(long, value_name = "PATH=FROM:TO:COUNT")]
    pub sweep: Option<Grid>,
}

#[derive(Debug, Args)]
pub struct Energy {
    #[command(flatten)]
    pub common: Common,
    /// Budget in ATP, in place of the scenario's costs: rodent-cortex-2001, rodent-cortex-2012 or primate-cortex-2003
    #[arg(long, value_name = "NAME")]
    pub budget: Option<String>,
    /// Free energy of ATP, in kJ/mol
    #[arg(long = "free-energy", value_name = "KJ", default_value_t = 50.0, value_parser = positive)]
    pub kilojoule_per_mole: f64,
    /// Take drives and external rates as they are at this time
    #[arg(long, value_name = "TIME", default_value_t = 0.0, value_parser = seconds)]
    pub at: f64,
    /// Length of the window in which spikes are told apart, in time units [default: 2.5 ms; a tenth of the shortest time constant without a budget]
    #[arg(long, value_name = "TIME", value_parser = positive)]
    pub window: Option<f64>,
    /// Length of the window in which spikes are counted to tell the drive, in time units [default: 10 times the longest time constant]
    #[arg(long, value_name = "TIME", value_parser = positive)]
    pub readout: Option<f64>,
    /// The population whose drive is told by the spikes, and moved to the optimum [default: the first]
    #[arg(long, value_name = "POPULATION")]
    pub drive: Option<String>,
    /// What changes along the trade-off [default: strength=0.5:2:16, of all couplings]
    #[arg(long, value_name = "PATH=FROM:TO:COUNT")]
    pub sweep: Option<Grid>,
    /// Folder for energy.h5, its report, and figures, as SVG, with their data, as CSV [default: nothing is written]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Derive {
    /// Cell file (TOML)
    pub cells: PathBuf,
    /// Replace a field of the cell file: --set 'populations.I.external.rate="10 Hz"'
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Replace the seed of the cell file
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub seed: Option<u64>,
    /// Do not simulate the network of cells
    #[arg(long)]
    pub no_comparison: bool,
    /// Say which work and time it would take, and stop
    #[arg(long)]
    pub dry_run: bool,
    /// Folder for network.toml, figures as SVG and their data as CSV [default: results/NAME-derived]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub manner: Manner,
    /// Threads that simulate; 0 takes all cores. No result depends on it
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
}

/// How a run begins, and survives what ends it.
#[derive(Debug, Args)]
pub struct Persistence {
    /// Go on with a run that was interrupted or killed, with the same scenario: the result is the same as if it had not been
    #[arg(long)]
    pub resume: bool,
    /// Say which method, work, time and memory the simulation would take, and stop
    #[arg(long, conflicts_with = "resume")]
    pub dry_run: bool,
    /// Time between two checkpoints, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, value_parser = seconds)]
    pub checkpoint: f64,
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
