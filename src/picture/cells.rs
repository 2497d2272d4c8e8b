//! From conductances to rates: f-I curves with their fit, rates of networks of cells beside those of their rate equations, potentials and spikes.

use equipoise_cells::comparison::ComparedAt;
use equipoise_cells::file::Circuit;
use equipoise_cells::network::Activity;
use equipoise_cells::reduction::{FittedCell, Reduction};

use super::figure::{Axis, Colour, Dash, Figure, Mark, Series, Shape, slug};

/// Time that potentials and spikes are shown, ms.
const SHOWN: f64 = 300.0;
/// Cells of a population whose spikes are shown.
const RASTER: usize = 40;
/// Hz in 1/ms.
const HERTZ: f64 = 1e3;

/// All that is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Drawn<'a> {
    /// The cells.
    pub circuit: &'a Circuit,
    /// Their fits and rate equations.
    pub reduction: &'a Reduction,
    /// The network of cells at several strengths of the input, beside the equations.
    pub compared: &'a [ComparedAt],
    /// The network at one of them.
    pub shown: Option<&'a Activity>,
}

/// All figures; those without data are empty.
pub fn figures(drawn: &Drawn<'_>) -> Vec<Figure> {
    let mut figures: Vec<Figure> =
        drawn.reduction.cells.iter().map(|cell| curves(drawn, cell)).collect();
    figures.push(rates(drawn));
    figures.extend(potentials(drawn));
    figures.push(raster(drawn));
    figures
}

const DASHES: [Dash; 3] = [Dash::Solid, Dash::Dashed, Dash::Dotted];
const SHAPES: [Shape; 4] = [Shape::Dot, Shape::Square, Shape::Ring, Shape::Cross];

/// Rates against the current at each leak conductance, with the fitted gain.
fn curves(drawn: &Drawn<'_>, cell: &FittedCell) -> Figure {
    let mut conductances: Vec<f64> = cell.points.iter().map(|point| point.conductance).collect();
    conductances.dedup();
    let mut series = Vec::new();
    for (place, &conductance) in conductances.iter().enumerate() {
        let colour = Colour::of(place);
        let of = || cell.points.iter().filter(|point| point.conductance == conductance);
        let fitted = of().map(|point| {
            (point.current, HERTZ * cell.excitability.rate(point.current, conductance))
        });
        let line = Mark::Line(fitted.collect(), DASHES[place % 3]);
        let name = format!("{conductance:.4} mS/cm2");
        series.push(Series::new(format!("fit, {name}"), colour, line).unnamed());
        let points = of().map(|point| (point.current, HERTZ * point.rate, 0.0));
        series.push(Series::new(name, colour, Mark::Points(points.collect(), SHAPES[place % 4])));
    }
    Figure {
        name: format!("f-i-{}", slug(&cell.name)),
        title: format!("f-I curves of {}: {}", cell.name, drawn.circuit.title),
        description: "Rate against applied current at several leak conductances: points are simulated, lines are the fitted gain with its threshold shifted by conductance.".to_owned(),
        x: Axis::new("applied current (uA/cm2)"),
        y: Axis::new("rate (Hz)"),
        series,
    }
}

/// Rates of the network of cells and of the rate equations against the strength of the input.
fn rates(drawn: &Drawn<'_>) -> Figure {
    let mut series = Vec::new();
    for (place, population) in drawn.reduction.equations.populations().iter().enumerate() {
        let colour = Colour::of(place);
        let of = || drawn.compared.iter().map(|at| (at.factor, &at.populations[place]));
        let predicted = of().filter_map(|(factor, compared)| {
            compared.predicted.map(|predicted| (factor, HERTZ * predicted))
        });
        let line = Mark::Line(predicted.collect(), DASHES[place % 3]);
        series.push(Series::new(format!("rate equations, {}", population.name), colour, line));
        let simulated = of().map(|(factor, compared)| {
            (factor, HERTZ * compared.simulated, HERTZ * compared.standard_error)
        });
        let points = Mark::Points(simulated.collect(), SHAPES[place % 4]);
        series.push(Series::new(format!("cells, {}", population.name), colour, points));
    }
    Figure {
        name: "rates".to_owned(),
        title: format!("Cells and their rate equations: {}", drawn.circuit.title),
        description: "Rate of each population against the strength of its input from outside: points are simulated cells with standard errors, lines the stable steady state of the derived rate equations.".to_owned(),
        x: Axis::new("external rate / that of the file"),
        y: Axis::new("rate (Hz)"),
        series,
    }
}

/// The potential of a cell of each population.
fn potentials<'a>(drawn: &'a Drawn<'_>) -> impl Iterator<Item = Figure> + 'a {
    let traces = drawn.shown.into_iter().flat_map(|activity| &activity.traces);
    traces.map(|trace| {
        let name = &drawn.circuit.network.populations[trace.population].name;
        let count = (SHOWN / trace.interval) as usize;
        let places = trace.potentials.iter().take(count).enumerate();
        let places = places.map(|(index, potential)| (trace.interval * index as f64, *potential));
        let line = Mark::Line(places.collect(), Dash::Solid);
        Figure {
            name: format!("potential-{}", slug(name)),
            title: format!("Potential of a cell of {name}: {}", drawn.circuit.title),
            description: format!("Membrane potential of one cell of {name} over {SHOWN} ms."),
            x: Axis::new("time (ms)"),
            y: Axis::new("potential (mV)"),
            series: vec![Series::new(name.clone(), Colour::of(trace.population), line).unnamed()],
        }
    })
}

/// Spikes of some cells of each population.
fn raster(drawn: &Drawn<'_>) -> Figure {
    let mut series = Vec::new();
    let mut below = 0;
    for (place, population) in drawn.circuit.network.populations.iter().enumerate() {
        let shown = population.count.min(RASTER);
        let spikes = drawn.shown.into_iter().flat_map(|activity| &activity.spikes);
        let places = spikes
            .filter(|spike| spike.population == place && spike.cell < shown && spike.time < SHOWN)
            .map(|spike| (spike.time, (below + spike.cell) as f64));
        let ticks = Mark::Ticks { places: places.collect(), half: 0.4 };
        series.push(Series::new(population.name.clone(), Colour::of(place), ticks));
        below += shown;
    }
    Figure {
        name: "raster".to_owned(),
        title: format!("Spikes: {}", drawn.circuit.title),
        description: format!("Spikes of up to {RASTER} cells of each population over {SHOWN} ms."),
        x: Axis::new("time (ms)"),
        y: Axis::new("cell"),
        series,
    }
}
