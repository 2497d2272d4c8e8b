//! Spikes of some neurons of the first network.

use equipoise_model::Selection;
use maud::html;

use super::ReportError;
use super::material::Material;
use super::number::{count, plain};
use super::page::{Section, figures};
use super::source::{Source, Table, spread};
use crate::picture::figure::{Axis, Colour, Figure, Mark, Series};

/// Neurons of a population that are drawn, and spikes of all, at most.
const NEURONS: usize = 30;
const SPIKES: usize = 6000;
/// Spikes that are read of a population, at most: the first of the file.
const READ: usize = 1 << 22;
/// Populations that are drawn, at most.
const POPULATIONS: usize = 6;
/// Half the height of a tick, in rows.
const HALF: f64 = 0.4;

/// The first spikes of a population in the first network.
struct Trains {
    population: String,
    /// Times and neurons.
    spikes: Vec<(f64, u64)>,
    /// Until when there are all of them.
    until: f64,
}

/// The section; none if no spikes were recorded.
pub fn section(material: &Material) -> Result<Option<Section>, ReportError> {
    let source = &material.source;
    let names = source.header.groups.iter().filter_map(|group| group.strip_prefix("spikes/"));
    let mut trains = Vec::new();
    for name in names.take(POPULATIONS) {
        if let Some(table) = source.table(&format!("spikes/{name}"))? {
            trains.push(read(&table, name)?);
        }
    }
    if trains.iter().all(|trains| trains.spikes.is_empty()) {
        return Ok(None);
    }
    let end = source.scenario.as_ref().map_or(f64::INFINITY, |scenario| scenario.sampling.duration);
    let until = trains.iter().fold(end, |until, trains| until.min(trains.until));
    let rows: Vec<Vec<u64>> = trains.iter().map(|trains| neurons(source, trains)).collect();
    let (figure, until) = raster(source, &trains, &rows, until);
    let body = html! {
        p {
            "Spikes of the first network: "
            @for (place, (trains, rows)) in trains.iter().zip(&rows).enumerate() {
                @if place > 0 { ", " } (count(rows.len())) " neurons of " (trains.population)
            }
            ", until " (plain(until)) " " (source.time_unit()) ". All that were recorded are in the file, in the SONATA layout."
        }
        (figures("raster", &[figure]))
    };
    Ok(Some(Section { id: "raster", heading: "Spikes", body }))
}

/// Reads until the first network is over, or enough are read.
fn read(table: &Table, name: &str) -> Result<Trains, ReportError> {
    const DIMENSIONS: [&str; 1] = ["spike"];
    let (mut spikes, mut until) = (Vec::new(), f64::INFINITY);
    for block in table.blocks("timestamps", &DIMENSIONS)? {
        let times = table.numbers("timestamps", &block)?;
        let neurons = table.numbers("node_ids", &block)?;
        let networks = table.numbers("realization", &block)?;
        for ((time, neuron), of) in times.into_iter().zip(neurons).zip(networks) {
            // Networks follow one another.
            if of != 0.0 {
                return Ok(Trains { population: name.to_owned(), spikes, until });
            }
            if time.is_finite() && neuron >= 0.0 {
                spikes.push((time, neuron as u64));
            }
        }
        if spikes.len() >= READ {
            until = spikes.last().map_or(until, |(time, _)| *time);
            break;
        }
    }
    Ok(Trains { population: name.to_owned(), spikes, until })
}

/// The neurons that are drawn: of those that were recorded, silent ones too, if the scenario says which.
fn neurons(source: &Source, trains: &Trains) -> Vec<u64> {
    let recorded = source.scenario.as_ref().and_then(|scenario| {
        let populations = &scenario.network.populations;
        let place =
            populations.iter().position(|population| population.name == trains.population)?;
        Some((scenario.recording.spikes.get(place)?.clone(), populations[place].count))
    });
    let all: Vec<u64> = match recorded {
        Some((selection, members)) if !selection.is_empty() => {
            let count = selection.count(members);
            let chosen = spread(count, NEURONS);
            let neuron = |place: usize| match &selection {
                Selection::Neurons(neurons) => neurons[place] as u64,
                _ => place as u64,
            };
            return chosen.into_iter().map(neuron).collect();
        }
        _ => {
            let mut all: Vec<u64> = trains.spikes.iter().map(|(_, neuron)| *neuron).collect();
            all.sort_unstable();
            all.dedup();
            all
        }
    };
    spread(all.len(), NEURONS).into_iter().map(|place| all[place]).collect()
}

/// The figure, and until when it goes.
fn raster(source: &Source, trains: &[Trains], rows: &[Vec<u64>], until: f64) -> (Figure, f64) {
    // Population, row and time of each spike that may be drawn.
    let mut drawn: Vec<(f64, usize, f64)> = Vec::new();
    let (mut first, mut ticks) = (0.0, Vec::new());
    for (population, (trains, rows)) in trains.iter().zip(rows).enumerate() {
        for (time, neuron) in &trains.spikes {
            if let Some(row) = rows.binary_search(neuron).ok().filter(|_| *time <= until) {
                drawn.push((*time, population, first + row as f64));
            }
        }
        ticks.push((first + (rows.len() as f64 - 1.0) / 2.0, trains.population.clone()));
        first += rows.len() as f64 + 1.5;
    }
    drawn.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.total_cmp(&b.2)));
    let last = drawn.last().map_or(0.0, |spike| spike.0);
    let until = if drawn.len() > SPIKES {
        drawn[SPIKES].0
    } else if until.is_finite() {
        until
    } else {
        last
    };
    drawn.truncate(SPIKES);
    let series = trains.iter().enumerate().map(|(population, trains)| {
        let own = drawn.iter().filter(|spike| spike.1 == population);
        let places = own.map(|(time, _, row)| (*time, *row)).collect();
        Series::new(
            trains.population.clone(),
            Colour::of(population),
            Mark::Ticks { places, half: HALF },
        )
    });
    let title = "Spikes of the first network".to_owned();
    let mut y = Axis::new("neurons").between(-1.0, (first - 1.0).max(1.0));
    y.ticks = Some(ticks);
    let figure = Figure {
        name: "raster".to_owned(),
        description: format!(
            "A row for each neuron, a tick for each of {} spikes, by time.",
            drawn.len()
        ),
        title,
        x: Axis::new(source.with_time("time")).between(0.0, until),
        y,
        series: series.collect(),
    };
    (figure, until)
}
