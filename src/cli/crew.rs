//! Several processes at work on one command: rank 0 runs it, and the other ranks wait to help with its ensembles.
//!
//! Only rank 0 sees the command line and, but for shards, the file system. What the others need is in the scenario, whose text they are sent.

use std::path::absolute;
use std::process::ExitCode;

use equipoise::cluster::World;
use equipoise::engine::ranks::wait;
use equipoise::engine::{Ensemble, Ranks};
use equipoise::layout::SOURCE;
use equipoise::model::{Method, Scenario};
use equipoise::store::Shards;
use miette::miette;
use serde::{Deserialize, Serialize};

use super::ensemble::stop_on_signal;
use super::failure::{self, Failure};
use super::shards::Shard;

/// An ensemble to help with.
#[derive(Debug, Serialize, Deserialize)]
struct Job {
    /// The program that rank 0 runs.
    source: String,
    scenario: String,
    /// As rank 0 has chosen it.
    method: Method,
    threads: usize,
    /// Where ranks write what is recorded of their neurons, if they do: a folder, and the number of the part.
    shards: Option<(String, usize)>,
}

/// Tells all other ranks something: a job, or that they may go.
fn tell(ranks: &dyn Ranks, job: Option<&Job>) {
    let bytes = postcard::to_stdvec(&job).expect("memory takes all that is written");
    for rank in 1..ranks.size() {
        ranks.send(rank, &bytes);
    }
}

/// Calls all other ranks to an ensemble, which is to be simulated next.
pub fn call(
    ensemble: &Ensemble<'_>,
    scenario: &Scenario,
    shards: Option<&Shards>,
) -> Result<(), Failure> {
    let (scenario, source) = (scenario.text.clone(), SOURCE.to_owned());
    let Ensemble { method, threads, .. } = *ensemble;
    let others = shards.filter(|_| ensemble.ranks.size() > 1);
    let shards = others.map(named_everywhere).transpose()?;
    tell(ensemble.ranks, Some(&Job { source, scenario, method, threads, shards }));
    Ok(())
}

/// Shards as ranks can be told of them that were started in other folders.
fn named_everywhere(shards: &Shards) -> Result<(String, usize), Failure> {
    let Shards { folder, part } = shards;
    let nameless = |why: &str| {
        Failure::File(miette!("ranks cannot be told of the folder `{}`: {why}", folder.display()))
    };
    let folder = absolute(folder).map_err(|error| nameless(&error.to_string()))?;
    let name = folder.to_str().ok_or_else(|| nameless("its path is no text"))?;
    Ok((name.to_owned(), *part))
}

/// Lets all other ranks go.
pub fn dismiss(ranks: &dyn Ranks) {
    tell(ranks, None);
}

/// Helps until there is no more to do. A rank that cannot help ends the job.
pub fn help(world: &World) -> ExitCode {
    stop_on_signal();
    loop {
        let bytes = wait(world.ranks(), 0);
        let helped = match postcard::from_bytes(&bytes) {
            Ok(Some(job)) => help_with(&job, world),
            Ok(None) => return ExitCode::SUCCESS,
            Err(_) => Err(other_program(world.ranks())),
        };
        if let Err(failure) = helped {
            let status = failure.status();
            failure::report(failure);
            world.abort(status);
        }
    }
}

fn help_with(job: &Job, world: &World) -> Result<(), Failure> {
    let ranks = world.ranks();
    if job.source != SOURCE {
        return Err(other_program(ranks));
    }
    let mut scenario = Scenario::parse("the scenario of rank 0", &job.scenario)?;
    scenario.method = job.method;
    let mut ensemble = Ensemble::new(&scenario);
    (ensemble.threads, ensemble.ranks) = (job.threads, ranks);
    let Some((folder, part)) = &job.shards else { return Ok(ensemble.help(stop_on_signal())?) };
    let shards = Shards { folder: folder.into(), part: *part };
    let shard = Shard::begin((&ensemble, &scenario), &shards, Some(world))?;
    Ok(Ensemble { shelf: Some(&shard), ..ensemble.clone() }.help(stop_on_signal())?)
}

fn other_program(ranks: &dyn Ranks) -> Failure {
    Failure::Usage(miette!(
        help = "start the same program on all ranks",
        "rank {} runs {SOURCE}, and rank 0 another version",
        ranks.rank()
    ))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn ranks_are_told_of_folders_whose_paths_are_texts() {
        let of = |folder: &[u8]| Shards { folder: OsStr::from_bytes(folder).into(), part: 3 };
        let told = named_everywhere(&of("/tmp/résult.h5.shards".as_bytes())).expect("a text");
        assert_eq!(told, ("/tmp/résult.h5.shards".to_owned(), 3));
        let told = named_everywhere(&of(b"r.h5.shards")).expect("a text");
        assert!(told.0.starts_with('/') && told.0.ends_with("/r.h5.shards"), "{told:?}");
        let refused = named_everywhere(&of(b"/tmp/r\xff/r.h5.shards")).expect_err("no text");
        assert!(matches!(refused, Failure::File(_)), "{refused:?}");
    }
}
