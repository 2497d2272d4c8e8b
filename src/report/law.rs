//! The law of one neuron's potentiation: snapshots or histograms of all neurons against the Gaussian laws of limit and theory.

use equipoise_statistics::estimate::Running;
use maud::{Markup, html};

use super::ReportError;
use super::formula::power_of_n;
use super::material::Material;
use super::number::{plain, significant};
use super::page::{Section, cell, figures, table};
use super::sample::{self, Reference, Sample};
use super::source::{Table, spread};
use crate::picture::figure::{Colour, Dash, Figure};

/// Times that are shown.
const TIMES: usize = 3;
/// Populations that are shown, at most.
const POPULATIONS: usize = 6;

/// All neurons of a population at a time.
struct Snapshot {
    time: f64,
    population: String,
    sample: Sample,
}

/// The section; none if neither snapshots nor histograms were recorded.
pub fn section(material: &Material) -> Result<Option<Section>, ReportError> {
    let (snapshots, origin) = if let Some(table) = material.source.table("snapshots")? {
        (of_snapshots(&table)?, "snapshots of all neurons")
    } else if let Some(table) = material.source.table("histograms")? {
        (of_histograms(&table)?, "histograms of all neurons")
    } else {
        return Ok(None);
    };
    let drawn: Vec<Figure> =
        snapshots.iter().flat_map(|snapshot| draw(material, snapshot)).collect();
    let body = html! {
        p {
            "Neurons of all networks together (" (origin) "), against the Gaussian law of the limit and one with mean and variance of the theory. "
            "At finite n the law is skewed by order " (power_of_n("−1/2"))
            ", which the comparisons of the verdict take into account and a Gaussian cannot show."
        }
        (figures("law", &drawn))
        (distances(material)?)
    };
    Ok(Some(Section { id: "law", heading: "Law of the potentiation", body }))
}

fn draw(material: &Material, snapshot: &Snapshot) -> Vec<Figure> {
    let Snapshot { time, population, sample } = snapshot;
    if sample.total() == 0 {
        return Vec::new();
    }
    let place =
        material.populations().iter().position(|name| name == population).unwrap_or(usize::MAX);
    let limit = material.limit.as_ref().and_then(|limit| {
        let moments =
            (limit.at(&limit.mean, place, *time), limit.at(&limit.variance, place, *time));
        Reference::normal("Gaussian of the limit", (Colour::Green, Dash::Dashed), moments)
    });
    let theory = material.theory.as_ref().and_then(|theory| {
        let moments = (
            theory.at(&theory.values[0], place, *time),
            theory.at(&theory.values[1], place, *time),
        );
        Reference::normal("Gaussian of the theory", (Colour::Vermilion, Dash::Solid), moments)
    });
    let references: Vec<Reference> = theory.into_iter().chain(limit).collect();
    let of = format!("{population} at {} {}", plain(*time), material.source.time_unit());
    sample::figures(sample, &references, "potentiation", &of).into()
}

fn of_snapshots(table: &Table) -> Result<Vec<Snapshot>, ReportError> {
    const DIMENSIONS: [&str; 3] = ["realization", "snapshot_time", "neuron"];
    let times = table.along("snapshot_time")?;
    let mut populations = table.names("population")?;
    populations.truncate(POPULATIONS);
    let first = table.all("first_neuron", &["population"])?;
    let chosen = spread(times.len(), TIMES);
    let cell = |place: &[usize]| {
        let snapshot = chosen.binary_search(&place[1]).ok()?;
        let population = first.partition_point(|first| *first <= place[2] as f64).checked_sub(1)?;
        (population < populations.len()).then_some(snapshot * populations.len() + population)
    };
    let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); chosen.len() * populations.len()];
    let mut moments = vec![Running::default(); ranges.len()];
    table.visit("potentiation", &DIMENSIONS, |part| {
        part.each(|place, value| {
            if let Some(cell) = cell(place).filter(|_| value.is_finite()) {
                ranges[cell] = (ranges[cell].0.min(value), ranges[cell].1.max(value));
                moments[cell].push(value);
            }
        });
        true
    })?;
    // Outliers must not widen the bins for all others.
    let bounded = ranges.iter().zip(&moments).map(|((low, high), moments)| {
        let estimate = moments.estimate();
        let room = 12.0 * estimate.standard_error * (moments.count() as f64).sqrt();
        let room = if room.is_finite() { room } else { 1.0 };
        Sample::between(low.max(estimate.value - room), high.min(estimate.value + room))
    });
    let mut samples: Vec<Sample> = bounded.collect();
    table.visit("potentiation", &DIMENSIONS, |part| {
        part.each(|place, value| {
            if let Some(cell) = cell(place) {
                samples[cell].push(value);
            }
        });
        true
    })?;
    Ok(named(samples, &chosen.iter().map(|place| times[*place]).collect::<Vec<_>>(), &populations))
}

fn of_histograms(table: &Table) -> Result<Vec<Snapshot>, ReportError> {
    let (times, edges) = (table.along("time")?, table.along("edge")?);
    let all = table.names("population")?;
    let populations = &all[..all.len().min(POPULATIONS)];
    let chosen = spread(times.len(), TIMES);
    let bins = edges.len().saturating_sub(1);
    let cells = chosen.len() * populations.len();
    let cell = |place: &[usize]| {
        let time = chosen.binary_search(&place[1]).ok()?;
        (place[2] < populations.len()).then_some(time * populations.len() + place[2])
    };
    let mut counts = vec![vec![0_u64; bins]; cells];
    table.visit("count", &["realization", "time", "population", "bin"], |part| {
        part.each(|place, value| {
            if let Some(cell) = cell(place).filter(|_| value > 0.0 && place[3] < bins) {
                counts[cell][place[3]] += value as u64;
            }
        });
        true
    })?;
    let outside = |name: &str| -> Result<Vec<u64>, ReportError> {
        let mut sums = vec![0; cells];
        table.visit(name, &["realization", "time", "population"], |part| {
            part.each(|place, value| {
                if let Some(cell) = cell(place).filter(|_| value > 0.0) {
                    sums[cell] += value as u64;
                }
            });
            true
        })?;
        Ok(sums)
    };
    let (below, above) = (outside("below")?, outside("above")?);
    if bins == 0 {
        return Ok(Vec::new());
    }
    let tails = below.into_iter().zip(above);
    let samples = counts
        .into_iter()
        .zip(tails)
        .map(|(counts, tails)| Sample::counted(edges.clone(), counts, tails));
    let times: Vec<f64> = chosen.iter().map(|place| times[*place]).collect();
    Ok(named(samples.collect(), &times, populations))
}

fn named(samples: Vec<Sample>, times: &[f64], populations: &[String]) -> Vec<Snapshot> {
    let places =
        times.iter().flat_map(|time| populations.iter().map(move |name| (*time, name.clone())));
    let snapshots = places.zip(samples);
    snapshots.map(|((time, population), sample)| Snapshot { time, population, sample }).collect()
}

/// Distances to the laws, where they were taken.
fn distances(material: &Material) -> Result<Markup, ReportError> {
    const NAMES: [&str; 6] = [
        "kolmogorov",
        "kolmogorov_limit",
        "kolmogorov_floor",
        "wasserstein",
        "wasserstein_limit",
        "wasserstein_floor",
    ];
    let Some(law) = material.source.table("law")? else { return Ok(html! {}) };
    let (times, populations) = (law.along("snapshot_time")?, law.names("population")?);
    let mut columns = Vec::new();
    for name in NAMES {
        columns.push(law.all(name, &["snapshot_time", "population"])?);
    }
    let places =
        (0..times.len() * populations.len()).filter(|place| columns[0][*place].is_finite());
    let rows = places.map(|place| {
        let (time, population) = (place / populations.len(), place % populations.len());
        let mut row = vec![cell(&populations[population]), cell(plain(times[time]))];
        row.extend(columns.iter().map(|column| cell(significant(column[place], 3))));
        row
    });
    let time = material.source.with_time("Time");
    let header = [
        "Population",
        &time,
        "KS, theory",
        "KS, limit",
        "KS, floor",
        "W1, theory",
        "W1, limit",
        "W1, floor",
    ];
    let caption = "Kolmogorov–Smirnov and Wasserstein-1 distances of all neurons to the law of the theory (with its skewness) and to the Gaussian of the limit, and what as many independent values of the law would show";
    Ok(table(caption, &header, 1, &rows.collect::<Vec<_>>()))
}
