//! Trajectories: each moment of each population over time, simulated and predicted.

use maud::html;

use super::ReportError;
use super::material::{Ensemble, Material, Quantity};
use super::number::significant;
use super::page::{Section, figures};
use crate::picture::figure::{Axis, Colour, Dash, Figure, Mark, Series, Shape, slug};

/// Standard errors in half an error bar: two-sided 99 %.
const BAR: f64 = 2.576;
/// Standard deviations in half a band.
const BAND: f64 = 2.0;
/// More times than these are a line instead of points.
const MOST_POINTS: usize = 41;

/// The section; none if the file has neither simulation nor theory over time.
#[expect(clippy::unnecessary_wraps, reason = "sections are made alike")]
pub fn section(material: &Material) -> Result<Option<Section>, ReportError> {
    let populations = material.populations();
    if populations.is_empty() {
        return Ok(None);
    }
    let mut drawn = Vec::new();
    for quantity in Quantity::ALL {
        for population in 0..populations.len() {
            drawn.push(moment(material, quantity, population));
        }
    }
    for population in 0..populations.len() {
        drawn.push(deviation(material, population));
    }
    let body = html! {
        p {
            @if let Some(ensemble) = &material.ensemble {
                @if ensemble.networks > 1 {
                    @if ensemble.times.len() > MOST_POINTS { "Lines are averages over networks" }
                    @else { "Points are averages over networks with 99 % intervals (2.576 standard errors)" }
                    "; the band holds about 95 % of the networks, of which thin lines are the first "
                    (ensemble.examples[0].len()) ". "
                }
            }
            @if material.theory.is_some() { "Theory is that of one network of this size. " }
            @if material.limit.is_some() { "The limit is that of infinitely many neurons, whose means at time 0 are those after the initial layer. " }
            (thinned(material))
        }
        (figures("trajectories", &drawn))
    };
    Ok(Some(Section { id: "trajectories", heading: "Trajectories", body }))
}

fn thinned(material: &Material) -> String {
    match &material.ensemble {
        Some(ensemble) if ensemble.samples > ensemble.times.len() => {
            format!("Of {} sample times {} are drawn.", ensemble.samples, ensemble.times.len())
        }
        _ => String::new(),
    }
}

/// A moment of a population.
fn moment(material: &Material, quantity: Quantity, population: usize) -> Figure {
    let name = &material.populations()[population];
    // Spikes are shown per neuron where it is known how many there are.
    let neurons = material.source.count(name).filter(|_| quantity == Quantity::Spikes);
    let scale = neurons.map_or(1.0, |count| 1.0 / count as f64);
    let mut series = Vec::new();
    if let Some(ensemble) = &material.ensemble {
        series.extend(networks(ensemble, quantity, population, scale));
    }
    if let Some(theory) = &material.theory {
        let values = column(&theory.values[quantity.place()], theory.populations.len(), population);
        let margins =
            column(&theory.margins[quantity.place()], theory.populations.len(), population);
        let band = theory.times.iter().zip(values.iter().zip(&margins));
        let band = band.map(|(time, (value, margin))| {
            (*time, scale * (value - margin), scale * (value + margin))
        });
        series.push(
            Series::new("margin of the theory", Colour::Vermilion, Mark::Band(band.collect()))
                .unnamed(),
        );
        let line = line(&theory.times, &values, scale);
        series.push(Series::new("theory", Colour::Vermilion, Mark::Line(line, Dash::Solid)));
    }
    series.extend(limit(material, quantity, population, scale));
    if let Some(ensemble) = &material.ensemble {
        series.push(average(ensemble, quantity, population, scale));
    }
    let per_neuron = if neurons.is_some() { " per neuron" } else { "" };
    let title = format!("{}{per_neuron}, {name}", quantity.title());
    let label = format!("{}{per_neuron}, {name}", short(quantity));
    figure(material, (title, label), series)
}

fn short(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Mean => "mean",
        Quantity::Variance => "variance",
        Quantity::ThirdCumulant => "third cumulant",
        Quantity::Spikes => "spikes",
    }
}

fn figure(material: &Material, (title, label): (String, String), series: Vec<Series>) -> Figure {
    Figure {
        name: slug(&title),
        description: description(&series, material.source.time_unit()),
        title,
        x: Axis::new(material.source.with_time("time")),
        y: Axis::new(label),
        series,
    }
}

/// What the curves end at, in words.
fn description(series: &[Series], unit: &str) -> String {
    let last = |series: &Series| {
        let (time, value) = match &series.mark {
            Mark::Line(places, _) => *places.iter().rev().find(|place| place.1.is_finite())?,
            Mark::Points(points, _) => {
                let (time, value, _) = points.iter().rev().find(|point| point.1.is_finite())?;
                (*time, *value)
            }
            _ => return None,
        };
        let (value, time) = (significant(value, 4), significant(time, 4));
        Some(format!("{} ends with {value} at {time} {unit}", series.name))
    };
    let ends: Vec<String> =
        series.iter().filter(|series| series.is_named).filter_map(last).collect();
    format!("Curves over time: {}.", ends.join("; "))
}

/// The spread of networks, and some of them.
fn networks(ensemble: &Ensemble, quantity: Quantity, population: usize, scale: f64) -> Vec<Series> {
    let width = ensemble.populations.len();
    let mut series = Vec::new();
    if ensemble.networks < 2 {
        return series;
    }
    let moments = &ensemble.moments[quantity.place()];
    let band = ensemble.times.iter().enumerate().map(|(place, time)| {
        let running = &moments[place * width + population];
        let estimate = running.estimate();
        let half = BAND * estimate.standard_error * (running.count() as f64).sqrt();
        (*time, scale * (estimate.value - half), scale * (estimate.value + half))
    });
    series.push(Series::new("networks", Colour::Blue, Mark::Band(band.collect())));
    for (number, example) in ensemble.examples[quantity.place()].iter().enumerate() {
        let line = line(&ensemble.times, &column(example, width, population), scale);
        let mark = Mark::Line(line, Dash::Solid);
        series.push(Series::new(format!("network {number}"), Colour::Grey, mark).unnamed());
    }
    series
}

/// The average over networks.
fn average(ensemble: &Ensemble, quantity: Quantity, population: usize, scale: f64) -> Series {
    let width = ensemble.populations.len();
    let moments = &ensemble.moments[quantity.place()];
    let points = ensemble.times.iter().enumerate().map(|(place, time)| {
        let estimate = moments[place * width + population].estimate();
        let error = estimate.standard_error * scale * BAR;
        (*time, scale * estimate.value, if error.is_finite() { error } else { 0.0 })
    });
    simulation(points.collect())
}

/// Points, or a line where there are many.
fn simulation(points: Vec<(f64, f64, f64)>) -> Series {
    let mark = if points.len() > MOST_POINTS {
        Mark::Line(points.into_iter().map(|(x, y, _)| (x, y)).collect(), Dash::Solid)
    } else {
        Mark::Points(points, Shape::Dot)
    };
    Series::new("simulation", Colour::Blue, mark)
}

fn limit(material: &Material, quantity: Quantity, population: usize, scale: f64) -> Option<Series> {
    let limit = material.limit.as_ref()?;
    let values = column(limit.of(quantity)?, limit.populations.len(), population);
    // Spikes of the limit are per n.
    let size = material.source.scenario.as_ref().map(|scenario| scenario.network.size);
    let scale = if quantity == Quantity::Spikes { scale * size? } else { scale };
    let line = line(&limit.times, &values, scale);
    Some(Series::new("limit", Colour::Green, Mark::Line(line, Dash::Dashed)))
}

/// The fluctuation of a population's mean from network to network.
fn deviation(material: &Material, population: usize) -> Figure {
    let name = &material.populations()[population];
    let mut series = Vec::new();
    if let Some(theory) = &material.theory {
        let values = column(&theory.deviations, theory.populations.len(), population);
        let line = line(&theory.times, &values, 1.0);
        series.push(Series::new("theory", Colour::Vermilion, Mark::Line(line, Dash::Solid)));
    }
    if let Some(ensemble) = material.ensemble.as_ref().filter(|ensemble| ensemble.networks > 2) {
        let width = ensemble.populations.len();
        let points = ensemble.times.iter().enumerate().map(|(place, time)| {
            let running = &ensemble.moments[0][place * width + population];
            let count = running.count() as f64;
            let deviation = running.estimate().standard_error * count.sqrt();
            // As of a normal law.
            (*time, deviation, BAR * deviation / (2.0 * (count - 1.0)).sqrt())
        });
        series.push(simulation(points.collect()));
    }
    let title = format!("Standard deviation of the mean of {name} from network to network");
    figure(material, (title, format!("s.d. of the mean, {name}")), series)
}

/// One column of values by row.
fn column(values: &[f64], width: usize, column: usize) -> Vec<f64> {
    values.chunks(width.max(1)).filter_map(|row| row.get(column).copied()).collect()
}

fn line(times: &[f64], values: &[f64], scale: f64) -> Vec<(f64, f64)> {
    times.iter().zip(values).map(|(time, value)| (*time, scale * value)).collect()
}
