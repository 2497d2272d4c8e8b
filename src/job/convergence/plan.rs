//! What `converge` will simulate: sizes, methods, numbers of networks.

use crate::cost::Cost;
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Leaps, Method, Scenario, Transmission};
use equipoise_validation::convergence::plan::{FEWEST, networks, seed};
use equipoise_validation::convergence::{Expected, Window};
use miette::miette;
use rayon::prelude::*;

use super::super::Failure;
use super::super::sweep::in_threads;
use super::{Asked, Simulated};

/// Seconds on two cores up to which a size is simulated exactly where leaps apply, too.
const EXACT: f64 = 30.0;
/// Seconds on two cores that the networks of one size take at most, if their number is not given; errors for which more would be needed stay unresolved.
const LONGEST: f64 = 45.0;
/// Seconds on two cores that sizes take together where none are given,
const AFFORDABLE: f64 = 150.0;
/// which are so many at most and at least, in steps of the root of ten, from here on.
const MOST_SIZES: usize = 7;
const FEWEST_SIZES: usize = 3;
const SMALLEST: f64 = 100.0;
/// Tolerance of leaps as a part of the standard error, which is itself a part of an error of about `n^{-1/2}`. At 1e-3, the tolerance where none is given, the variance of the
/// canonical pair is off by 2e-3 at n = 10^5 in its transient, as much as half of the error that is to be seen.
const LEAPS: f64 = 0.1;
/// Spikes that a core manages in a second under shared transmission, and deliveries under release, about.
const SPIKES_A_SECOND: f64 = 8e6;
const DELIVERIES_A_SECOND: f64 = 1e8;

/// One size.
#[derive(Debug)]
pub struct Size {
    /// What is simulated: the scenario of the user with this size, a seed, a method, a number of networks and a record of its own.
    pub scenario: Scenario,
    /// What is expected of it.
    pub expected: Expected,
    /// Seconds that it takes on one core, to about a factor of three.
    pub seconds: f64,
}

/// All sizes, in rising order; they are looked at on so many threads.
///
/// # Errors
/// [`Failure`] where there is nothing to be expected of a size, or nothing to compare.
pub fn plan(base: &Scenario, arguments: &Asked, threads: usize) -> Result<Vec<Size>, Failure> {
    let of_sizes = |sizes: &[f64]| -> Result<Vec<Result<Size, Failure>>, Failure> {
        let each = |n: &f64| Size::new(base, arguments, *n);
        in_threads(threads, || sizes.par_iter().map(each).collect())
    };
    let sizes: Vec<Size> = match &arguments.sizes {
        Some(sizes) => of_sizes(&sizes.0)?.into_iter().collect::<Result<_, _>>()?,
        None => affordable(of_sizes(&default_sizes(base)?)?)?,
    };
    let window = Window::new(&sizes.iter().map(|size| &size.expected).collect::<Vec<_>>());
    if window.is_empty() {
        return Err(Failure::Usage(miette!(
            help = "take larger sizes, a longer duration, or a shorter sample_interval",
            "no sample time is left to compare at: a network of n = {} is in its initial layer at all of them",
            sizes[0].expected.size
        )));
    }
    if !sizes.iter().any(|size| size.expected.validity.holds()) {
        let enough = sizes.last().map_or(0.0, |size| size.expected.validity.size());
        return Err(Failure::Usage(miette!(
            help = "`equipoise limit --finite-n` says what makes them too small",
            "none of the sizes is large enough for the theory of one network; n = {enough:.0} would be"
        )));
    }
    Ok(sizes)
}

/// Seven sizes from the first power of the root of ten on that is large enough for the theory.
fn default_sizes(base: &Scenario) -> Result<Vec<f64>, Failure> {
    const REFERENCE: f64 = 1000.0;
    let scenario = changed(base, &[format!("n={REFERENCE}")])?;
    let enough = Expected::new(&scenario.network, &scenario.sampling.times())?.validity.size();
    let from = if enough.is_finite() { enough.max(SMALLEST) } else { REFERENCE };
    let first = (2.0 * from.log10() - 1e-9).ceil() as i32;
    let size = |place: usize| 10.0_f64.powf(0.5 * f64::from(first + place as i32)).round();
    Ok((0..MOST_SIZES).map(size).collect())
}

/// Without the smallest ones that the theory does not serve, and without the largest ones as long as they take too long together.
fn affordable(sizes: Vec<Result<Size, Failure>>) -> Result<Vec<Size>, Failure> {
    let mut left = sizes.len();
    let is_too_small = |size: &Result<Size, Failure>| {
        left -= 1;
        let serves = size.as_ref().is_ok_and(|size| size.expected.validity.holds());
        left >= FEWEST_SIZES && !serves
    };
    let sizes = sizes.into_iter().skip_while(is_too_small);
    let mut sizes = sizes.collect::<Result<Vec<_>, _>>()?;
    let seconds = |sizes: &[Size]| sizes.iter().map(|size| size.seconds).sum::<f64>() / 2.0;
    while sizes.len() > FEWEST_SIZES && seconds(&sizes) > AFFORDABLE {
        sizes.pop();
    }
    Ok(sizes)
}

/// The scenario with some fields set.
fn changed(base: &Scenario, assignments: &[String]) -> Result<Scenario, Failure> {
    let text = apply(&base.text, assignments)
        .map_err(|error| Failure::Usage(miette!("the scenario cannot be changed: {error}")))?;
    Ok(Scenario::parse("the scenario, changed for converge", &text)?)
}

impl Size {
    fn new(base: &Scenario, arguments: &Asked, n: f64) -> Result<Self, Failure> {
        let size = format!("n={n}");
        let plain = changed(base, std::slice::from_ref(&size))?;
        let (energy, times) = (plain.energy.as_ref(), plain.sampling.times());
        let expected = Expected::with_energy(&plain.network, energy, &times).map_err(|error| {
            Failure::from(error).wrap_err(format!("nothing can be expected of n = {n}"))
        })?;
        let bins = expected.bins;
        let common = [
            size,
            format!("seed={}", seed(base.seed, n)),
            format!(
                "record={{ histograms = {{ from = {:?}, to = {:?}, bins = {} }} }}",
                bins.from, bins.to, bins.count
            ),
        ];
        let with = |engine: &[String], count: u64| -> Result<(Scenario, f64), Failure> {
            let count = [format!("ensemble.replicates={count}")];
            let scenario = changed(base, &[&common[..], engine, &count].concat())?;
            let seconds = seconds(&scenario);
            Ok((scenario, seconds))
        };
        let wanted = networks(&expected, arguments.precision);
        // As many networks as are wanted, or affordable.
        let enough = |engine: &[String]| {
            if let Some(count) = arguments.networks {
                return with(engine, count);
            }
            let (_, each) = with(engine, 1)?;
            let affordable = (2.0 * LONGEST / each.max(1e-9)) as u64 / 10 * 10;
            with(engine, wanted.min(affordable.max(FEWEST)))
        };
        let exact = &["engine={ method = \"exact\" }".to_owned()][..];
        let leap = &leap(base.method, arguments.precision / n.sqrt());
        let (scenario, seconds) = match arguments.method {
            Simulated::Exact => enough(exact)?,
            Simulated::Leap => enough(leap)?,
            Simulated::Auto => {
                let (exactly, seconds) = with(exact, arguments.networks.unwrap_or(wanted))?;
                let leaps = seconds > 2.0 * EXACT && Leaps::apply_to(&exactly.network);
                enough(if leaps { leap } else { exact })?
            }
        };
        Ok(Self { scenario, expected, seconds })
    }
}

/// Assignments that make leaps whose errors are small against a standard error; what else the scenario says of leaps stays.
fn leap(method: Method, standard_error: f64) -> Vec<String> {
    let tolerance = |given: f64| format!("{:.1e}", given.min(LEAPS * standard_error));
    match method {
        Method::Leap(leaps) | Method::Automatic(leaps) => {
            let finer = format!("engine.tolerance={}", tolerance(leaps.tolerance));
            let is_chosen = leaps.step.is_none();
            std::iter::once("engine.method=leap".to_owned())
                .chain(is_chosen.then_some(finer))
                .collect()
        }
        _ => {
            let tolerance = tolerance(Leaps::TOLERANCE);
            vec![format!("engine={{ method = \"leap\", tolerance = {tolerance} }}")]
        }
    }
}

/// Work of all networks in seconds of one core.
fn seconds(scenario: &Scenario) -> f64 {
    let cost = Cost::new(scenario, &scenario.sampling.times());
    match (cost.method, scenario.network.transmission) {
        (Method::Leap(_), _) | (_, Transmission::Independent) => cost.seconds(1),
        (_, Transmission::Shared) => cost.jumps / SPIKES_A_SECOND,
        // Nearly all that is done is to let those jump that spikes reach.
        _ => cost.jumps / DELIVERIES_A_SECOND,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaps_are_finer_than_what_is_to_be_seen() {
        assert_eq!(leap(Method::Exact, 2e-3), ["engine={ method = \"leap\", tolerance = 2.0e-4 }"]);
        let given = Leaps { tolerance: 1e-6, ..Leaps::DEFAULT };
        let own = leap(Method::Leap(given), 2e-3);
        assert_eq!(own, ["engine.method=leap", "engine.tolerance=1.0e-6"]);
        let fixed = Leaps { step: Some(0.25), ..Leaps::DEFAULT };
        assert_eq!(leap(Method::Automatic(fixed), 1.0), ["engine.method=leap"]);
    }
}
