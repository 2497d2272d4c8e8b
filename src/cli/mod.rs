//! The command line: from arguments to commands, and from what they return to an exit status. What commands do beyond that is in `equipoise::job`.
//!
//! * `arguments`: what can be given; `failure`: what can go wrong, with its exit status;
//! * `scenario`: reading a scenario file; `cost`: what it would cost; `ensemble`: simulating it into a file, with checkpoints and Ctrl-C; `progress`: how far it is; `crew`: over several processes; `shards`: a file for each of them;
//! * `init`: a file to start from; `aids`: schema, completions and manual;
//! * `info`: what a result file holds; `export`: the same as tables; `report`: the same as a page; `guard`: reading files in a process of its own;
//! * `validate`, `simulate`, `limit`, `analyse` (with `sweep`), `fluctuations`, `converge`, `claims`, `energy`, `derive`: the commands; `draw`: figures into a folder; `output`: printing text.

mod aids;
mod analyse;
mod arguments;
mod claims;
mod converge;
mod cost;
mod crew;
mod derive;
mod draw;
mod energy;
mod ensemble;
mod export;
mod failure;
mod fluctuations;
mod guard;
mod info;
mod init;
mod limit;
mod output;
mod progress;
mod report;
mod scenario;
mod shards;
mod simulate;
mod sweep;
mod validate;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue};
use equipoise::cluster::World;
use equipoise::engine::{Ranks, Single};
use equipoise::table;

use arguments::{Arguments, Command};

/// How a command ended, if nothing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Done,
    ComparisonFailed,
    Interrupted,
}

/// What to say of an interrupted run.
fn interrupted(replicates: usize, path: &Path) -> String {
    // Where a file is to be replaced, it stays until the run is complete.
    let is_beside = path.extension().is_some_and(|ending| ending == "partial");
    let options = if is_beside { "--resume --force" } else { "--resume" };
    format!(
        "interrupted; {replicates} complete networks are in {}; {options} goes on from here",
        path.display()
    )
}

/// Runs the program; exit status as in the README.
pub fn run() -> ExitCode {
    // A process that only reads for another is no rank of its own.
    if guard::is_child() {
        return lead(&Single);
    }
    let world = match World::start() {
        Ok(world) => world,
        Err(error) => return failure::report(error.into()),
    };
    if world.ranks().size() > 1 {
        ensemble::expect_passed_on_signals();
    }
    if world.ranks().rank() > 0 {
        return crew::help(&world);
    }
    let status = lead(world.ranks());
    crew::dismiss(world.ranks());
    status
}

/// Says how `--set` is written where somebody has put spaces around its `=`, and what `--shards` is for.
fn advised(mut error: clap::Error) -> clap::Error {
    let unexpected = error.get(ContextKind::InvalidArg).map(ToString::to_string);
    let advice = unexpected.and_then(|word| match word.as_str() {
        "--shards" => {
            Some("`--shards` is for `simulate`: other commands bring all networks together")
        }
        word if word.starts_with('=') => {
            Some("`--set PATH=VALUE` is written without spaces, or in quotes")
        }
        _ => None,
    });
    if let Some(advice) = advice {
        let advice = ContextValue::StyledStrs(vec![advice.into()]);
        error.insert(ContextKind::Suggested, advice);
    }
    error
}

/// Does what the command line says, with the help of these ranks.
fn lead(ranks: &dyn Ranks) -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let error = advised(error);
            // Nobody may be there to read it.
            let _ = error.print();
            return ExitCode::from(error.exit_code() as u8);
        }
    };
    if let Some(path) = arguments.command.result_file()
        && !guard::reads_here(path)
    {
        return guard::run_in_child(path).unwrap_or_else(failure::report);
    }
    table::fit_to(output::width());
    let outcome = match &arguments.command {
        Command::Validate(validate) => validate::run(validate, ranks),
        Command::Simulate(simulate) => simulate::run(simulate, ranks),
        Command::Limit(limit) => limit::run(limit),
        Command::Fluctuations(fluctuations) => fluctuations::run(fluctuations),
        Command::Energy(energy) => energy::run(energy),
        Command::Converge(converge) => converge::run(converge, ranks),
        Command::Claims(claims) => claims::run(claims),
        Command::Derive(derive) => derive::run(derive),
        Command::Networks(networks) => converge::networks::write(networks),
        Command::Export(export) => export::run(export),
        Command::Info(info) => info::run(info),
        Command::Report(report) => report::run(report),
        Command::Init(init) => init::run(init),
        Command::Schema(schema) => aids::schema(schema),
        Command::Completions(completions) => aids::completions(completions),
        Command::Man(man) => aids::man(man),
        Command::Analyse(analyse) => match &analyse.sweep {
            Some(grid) => sweep::run(analyse, grid),
            None => analyse::run(analyse),
        },
    };
    match outcome {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::ComparisonFailed) => ExitCode::from(1),
        Ok(Ending::Interrupted) => ExitCode::from(130),
        Err(failure) => failure::report(failure),
    }
}
