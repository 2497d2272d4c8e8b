//! Energy: what each population has spent, counted and predicted, over time and in all.

use equipoise_energy::account::{integral, power};
use equipoise_energy::{Account, Energies, Item};
use equipoise_model::Scenario;
use equipoise_statistics::estimate::Running;
use maud::{Markup, html};

use super::ReportError;
use super::material::{Material, TIMES};
use super::number::{about, plain, significant};
use super::page::{Section, cell, figures, table};
use super::source::{Table, spread};
use crate::picture::figure::{Axis, Colour, Dash, Figure, Mark, Series, Shape, slug};

const MOMENT: [&str; 2] = ["time", "population"];
/// Standard errors in half an error bar: two-sided 99 %.
const BAR: f64 = 2.576;
/// Standard deviations in half a band.
const BAND: f64 = 2.0;

/// The section; none if nothing was priced.
pub fn section(material: &Material) -> Result<Option<Section>, ReportError> {
    let Some(scenario) = &material.source.scenario else { return Ok(None) };
    let Some(energy) = &scenario.energy else { return Ok(None) };
    let read = |group: &str| -> Result<Option<Table>, ReportError> {
        let table = material.source.table(group)?;
        Ok(table.filter(|table| table.has(Item::Spike.name())))
    };
    let counted = read("trajectory")?.map(|table| Counted::new(&table)).transpose()?;
    let theory = read("finite_n")?.map(|table| Theory::new(&table)).transpose()?;
    let size = scenario.network.size;
    let limit = read("limit")?.map(|table| Curves::new(&table, "", size)).transpose()?;
    if counted.is_none() && theory.is_none() && limit.is_none() {
        return Ok(None);
    }
    let account = Account::new(&scenario.network, energy);
    let all = Accounts { names: scenario.network.population_names(), counted, theory, limit };
    let mut drawn = Vec::new();
    for population in 0..all.names.len() {
        drawn.push(all.power(material, population));
        for item in Item::RANDOM {
            if account.cost(item, population) > 0.0 {
                drawn.push(all.over_time(material, item, population));
            }
        }
    }
    let body = html! {
        p { (prices(scenario, &account)) }
        (all.totals(material))
        p {
            "Points are averages over networks with 99 % intervals; bands hold about 95 % of the networks, by the finite-n theory. The power is that of spikes, rest and "
            "synapses together, the mean between neighbouring times; the activity energy stands beside them, and its integral is by the trapezoidal rule over the "
            "times, counted and predicted alike."
        }
        (figures("energy", &drawn))
    };
    Ok(Some(Section { id: "energy", heading: "Energy", body }))
}

/// What is paid for what.
fn prices(scenario: &Scenario, account: &Account) -> String {
    let names = scenario.network.population_names();
    let each = names.iter().enumerate().map(|(a, name)| {
        let cost = |item| significant(account.cost(item, a), 3);
        format!(
            "in {name}, a spike costs {}, a neuron at rest {} in one {}, and a jump received {}",
            cost(Item::Spike),
            cost(Item::Rest),
            scenario.sampling.time_unit,
            cost(Item::Synapse)
        )
    });
    format!("Energies are in the scenario's units: {}.", each.collect::<Vec<_>>().join("; "))
}

/// Curves of all items, (time, population).
struct Curves {
    times: Vec<f64>,
    values: Energies,
}

impl Curves {
    /// Of variables with this suffix; in a group that is per `n` (per `n^2` for jumps), times that.
    fn new(table: &Table, suffix: &str, size: f64) -> Result<Self, ReportError> {
        let times = table.along("time")?;
        let chosen = spread(times.len(), TIMES);
        let read = |item: Item| -> Result<Vec<f64>, ReportError> {
            let name = format!("{}{suffix}", item.name());
            let scale = if item == Item::Synapse { size * size } else { size };
            let values = if suffix.is_empty() || table.has(&name) {
                table.at(&name, &MOMENT, &chosen)?
            } else {
                Vec::new()
            };
            Ok(values.into_iter().map(|value| scale * value).collect())
        };
        let values = Energies {
            spike: read(Item::Spike)?,
            rest: read(Item::Rest)?,
            synapse: read(Item::Synapse)?,
            activity: read(Item::Activity)?,
        };
        Ok(Self { times: chosen.iter().map(|place| times[*place]).collect(), values })
    }

    fn column(&self, item: Item, (width, population): (usize, usize)) -> Vec<f64> {
        let rows = self.values.of(item).chunks(width.max(1));
        rows.filter_map(|row| row.get(population).copied()).collect()
    }

    /// Of what adds up: spikes, rest and synapses.
    fn sum(&self, place: (usize, usize)) -> Vec<f64> {
        let [spike, rest, synapse] =
            [Item::Spike, Item::Rest, Item::Synapse].map(|item| self.column(item, place));
        let sums = spike.iter().zip(&rest).zip(&synapse);
        sums.map(|((spike, rest), synapse)| spike + rest + synapse).collect()
    }
}

/// The finite-n theory.
struct Theory {
    curves: Curves,
    margins: Curves,
    deviations: Curves,
}

impl Theory {
    fn new(table: &Table) -> Result<Self, ReportError> {
        let curves = |suffix| Curves::new(table, suffix, 1.0);
        Ok(Self {
            curves: curves("")?,
            margins: curves("_margin")?,
            deviations: curves("_deviation")?,
        })
    }
}

/// Networks over time.
struct Counted {
    times: Vec<f64>,
    /// By item: (time, population).
    running: Vec<Vec<Running>>,
    means: Curves,
}

impl Counted {
    fn new(table: &Table) -> Result<Self, ReportError> {
        let times = table.along("time")?;
        let chosen = spread(times.len(), TIMES);
        let width = table.length("population");
        let read = |item: Item| -> Result<Vec<Running>, ReportError> {
            let mut running = vec![Running::default(); chosen.len() * width];
            table.visit(item.name(), &["realization", "time", "population"], |part| {
                part.each(|place, value| {
                    let [_, sample, population] = *place else { return };
                    let Ok(time) = chosen.binary_search(&sample) else { return };
                    if value.is_finite() {
                        running[time * width + population].push(value);
                    }
                });
                true
            })?;
            Ok(running)
        };
        let running = Item::ALL.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let times: Vec<f64> = chosen.iter().map(|place| times[*place]).collect();
        let mean = |item: Item| -> Vec<f64> {
            let all = running[item as usize].iter();
            all.map(
                |running| {
                    if running.count() == 0 { f64::NAN } else { running.estimate().value }
                },
            )
            .collect()
        };
        let values = Energies {
            spike: mean(Item::Spike),
            rest: mean(Item::Rest),
            synapse: mean(Item::Synapse),
            activity: mean(Item::Activity),
        };
        Ok(Self { means: Curves { times: times.clone(), values }, times, running })
    }

    /// Standard error and deviation over networks.
    fn errors(&self, item: Item, at: usize) -> Option<(f64, f64)> {
        let running = self.running[item as usize].get(at)?;
        let error = running.estimate().standard_error;
        error.is_finite().then(|| (error, error * (running.count() as f64).sqrt()))
    }
}

/// All that the file says.
struct Accounts {
    names: Vec<String>,
    counted: Option<Counted>,
    theory: Option<Theory>,
    limit: Option<Curves>,
}

impl Accounts {
    fn place(&self, population: usize) -> (usize, usize) {
        (self.names.len(), population)
    }

    /// Energies until the last time, and how they compare.
    fn totals(&self, material: &Material) -> Markup {
        let curves = [
            self.counted.as_ref().map(|c| &c.means),
            self.theory.as_ref().map(|t| &t.curves),
            self.limit.as_ref(),
        ];
        let Some(first) = curves.into_iter().flatten().next() else { return html! {} };
        let Some(end) = first.times.last().copied() else { return html! {} };
        let mut rows = Vec::new();
        for population in 0..self.names.len() {
            for item in Item::ALL {
                rows.push(self.row(item, population, end, false));
            }
            rows.push(self.row(Item::Activity, population, end, true));
        }
        let unit = material.source.time_unit();
        let caption = format!("Energies at {} {unit}, of all neurons of a population", plain(end));
        let header = [
            "item",
            "population",
            "counted",
            "s.e.",
            "theory",
            "margin",
            "limit",
            "limit − theory",
            "mean power",
            "s.d. counted",
            "s.d. theory",
        ];
        table(&caption, &header, 2, &rows)
    }

    fn row(&self, item: Item, population: usize, end: f64, is_integral: bool) -> Vec<Markup> {
        let place = self.place(population);
        let last = |curves: Option<&Curves>| -> f64 {
            let Some(curves) = curves else { return f64::NAN };
            let column = curves.column(item, place);
            let column = if is_integral { integral(&curves.times, &column) } else { column };
            let is_there = curves.times.last() == Some(&end);
            column.last().copied().filter(|_| is_there).unwrap_or(f64::NAN)
        };
        let counted = last(self.counted.as_ref().map(|c| &c.means));
        let theory = last(self.theory.as_ref().map(|t| &t.curves));
        let limit = last(self.limit.as_ref());
        let alone = item == Item::Rest || is_integral;
        let errors = self.counted.as_ref().filter(|_| !alone).and_then(|counted| {
            let at = counted.times.len().checked_sub(1)? * place.0 + population;
            counted.errors(item, at)
        });
        let (error, deviation) = errors.unwrap_or((f64::NAN, f64::NAN));
        let of_theory = |of: fn(&Theory) -> &Curves| {
            if alone { f64::NAN } else { last(self.theory.as_ref().map(of)) }
        };
        let off = 100.0 * (limit / theory - 1.0);
        let spent = if counted.is_finite() { counted } else { theory };
        // An activity energy is a power already.
        let is_power = item == Item::Activity && !is_integral;
        let name = if is_integral { "activity_energy, integral" } else { item.name() };
        vec![
            cell(name),
            cell(&self.names[population]),
            cell(about(counted, error)),
            cell(significant(error, 2)),
            cell(if error.is_finite() { about(theory, error) } else { significant(theory, 5) }),
            cell(significant(of_theory(|t| &t.margins), 2)),
            cell(if error.is_finite() { about(limit, error) } else { significant(limit, 5) }),
            cell(if off.is_finite() {
                format!("{} %", significant(off, 2))
            } else {
                "–".to_owned()
            }),
            cell(significant(if is_power { spent } else { spent / end }, 4)),
            cell(significant(deviation, 3)),
            cell(significant(of_theory(|t| &t.deviations), 3)),
        ]
    }

    /// An item over time.
    fn over_time(&self, material: &Material, item: Item, population: usize) -> Figure {
        let (place, name) = (self.place(population), &self.names[population]);
        let mut series = Vec::new();
        if let Some(Theory { curves, deviations, .. }) = &self.theory {
            let values = curves.column(item, place);
            let half = deviations.column(item, place);
            let band = curves.times.iter().zip(values.iter().zip(&half));
            let band = band.map(|(t, (v, d))| (*t, v - BAND * d, v + BAND * d)).collect();
            series.push(Series::new("networks by theory", Colour::Vermilion, Mark::Band(band)));
            series.push(line("theory", (Colour::Vermilion, Dash::Solid), &curves.times, &values));
        }
        if let Some(limit) = &self.limit {
            let values = limit.column(item, place);
            series.push(line("limit", (Colour::Green, Dash::Dashed), &limit.times, &values));
        }
        if let Some(counted) = &self.counted {
            let values = counted.means.column(item, place);
            let points =
                counted.times.iter().zip(&values).enumerate().map(|(at, (time, value))| {
                    let errors = counted.errors(item, at * place.0 + population);
                    (*time, *value, errors.map_or(0.0, |(error, _)| BAR * error))
                });
            series.push(points_or_line(points.collect()));
        }
        let what = match item {
            Item::Spike => "Energy of spikes",
            Item::Rest => "Energy at rest",
            Item::Synapse => "Energy of synapses",
            Item::Activity => "Activity energy",
        };
        figure(material, format!("{what}, {name}"), "energy", series)
    }

    /// What a population spends in a time unit.
    fn power(&self, material: &Material, population: usize) -> Figure {
        let (place, name) = (self.place(population), &self.names[population]);
        let of = |curves: &Curves| -> (Vec<f64>, Vec<f64>) {
            let middles = curves.times.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])).collect();
            (middles, power(&curves.times, &curves.sum(place)))
        };
        let mut series = Vec::new();
        if let Some(Theory { curves, .. }) = &self.theory {
            let (times, powers) = of(curves);
            series.push(line("theory", (Colour::Vermilion, Dash::Solid), &times, &powers));
        }
        if let Some(limit) = &self.limit {
            let (times, powers) = of(limit);
            series.push(line("limit", (Colour::Green, Dash::Dashed), &times, &powers));
        }
        if let Some(counted) = &self.counted {
            let (times, powers) = of(&counted.means);
            let points = times.iter().zip(&powers).map(|(time, power)| (*time, *power, 0.0));
            series.push(points_or_line(points.collect()));
        }
        figure(material, format!("Power, {name}"), "energy per time", series)
    }
}

fn line(name: &str, (colour, dash): (Colour, Dash), times: &[f64], values: &[f64]) -> Series {
    let places = times.iter().copied().zip(values.iter().copied()).collect();
    Series::new(name, colour, Mark::Line(places, dash))
}

/// Points, or a line where there are many.
fn points_or_line(points: Vec<(f64, f64, f64)>) -> Series {
    let mark = if points.len() > 41 {
        Mark::Line(points.into_iter().map(|(x, y, _)| (x, y)).collect(), Dash::Solid)
    } else {
        Mark::Points(points, Shape::Dot)
    };
    Series::new("simulation", Colour::Blue, mark)
}

fn figure(material: &Material, title: String, label: &str, series: Vec<Series>) -> Figure {
    let ends = series.iter().filter(|series| series.is_named).filter_map(|series| {
        let (_, value) = series.mark.places().filter(|place| place.1.is_finite()).last()?;
        Some(format!("{} ends with {}", series.name, significant(value, 4)))
    });
    Figure {
        name: slug(&title),
        description: format!("Curves over time: {}.", ends.collect::<Vec<_>>().join("; ")),
        x: Axis::new(material.source.with_time("time")),
        y: Axis::new(label),
        title,
        series,
    }
}
