//! What one network does around its stationary state: spectra, covariances at lags and response, each beside its limit.

use maud::html;

use super::ReportError;
use super::material::Material;
use super::number::significant;
use super::page::{Section, cell, figures, table};
use super::source::{Source, Table, spread};
use crate::picture::figure::{Axis, Colour, Dash, Figure, Mark, Place, Series, slug};

/// Frequencies or lags that are drawn, and populations, at most.
const PLACES: usize = 401;
const POPULATIONS: usize = 6;

/// The section; none if the file has no fluctuations.
pub fn section(material: &Material) -> Result<Option<Section>, ReportError> {
    let source = &material.source;
    let mut drawn = Vec::new();
    if let Some(spectrum) = source.table("spectrum")? {
        let size = source.scenario.as_ref().map_or(1.0, |scenario| scenario.network.size);
        drawn.extend(densities(source, &spectrum, ("mean", "population mean"), size)?);
        drawn.extend(densities(source, &spectrum, ("activity", "activity"), size)?);
    }
    if let Some(found) = source.table("measured_spectrum")? {
        let size = source.scenario.as_ref().map_or(1.0, |scenario| scenario.network.size);
        drawn.extend(measured(source, &found, size)?);
    }
    if let Some(lags) = source.table("lag_covariance")? {
        drawn.extend(covariances(source, &lags)?);
    }
    if let Some(response) = source.table("response")? {
        drawn.extend(responses(source, &response)?);
    }
    if drawn.is_empty() {
        return Ok(None);
    }
    let body = html! {
        p {
            "Predicted for one network of this size around its stationary state, and in the limit, where densities are multiplied by " i { "n" } ". "
            "Densities are two-sided: the integral over all frequencies is the variance."
        }
        (figures("spectra", &drawn))
        (state(material)?)
    };
    Ok(Some(Section { id: "spectra", heading: "Spectra and response", body }))
}

/// A line over frequency or lag.
fn curve(at: &[f64], values: impl Iterator<Item = f64>) -> Vec<Place> {
    at.iter().copied().zip(values).collect()
}

fn pair(finite: Vec<Place>, limit: Option<Vec<Place>>) -> Vec<Series> {
    let finite =
        Series::new("network of this size", Colour::Vermilion, Mark::Line(finite, Dash::Solid));
    let limit =
        limit.map(|limit| Series::new("limit", Colour::Green, Mark::Line(limit, Dash::Dashed)));
    std::iter::once(finite).chain(limit).collect()
}

/// Positive coordinates of a dimension with their places.
fn places(table: &Table, dimension: &str) -> Result<(Vec<usize>, Vec<f64>), ReportError> {
    let all = table.along(dimension)?;
    let chosen = spread(all.len(), PLACES);
    let at = chosen.iter().map(|place| all[*place]).collect();
    Ok((chosen, at))
}

/// Spectral densities of each population.
fn densities(
    source: &Source,
    table: &Table,
    (variable, what): (&str, &str),
    size: f64,
) -> Result<Vec<Figure>, ReportError> {
    const DIMENSIONS: [&str; 3] = ["frequency", "population", "population_2"];
    let names = table.names("population")?;
    let (chosen, at) = places(table, "frequency")?;
    let finite = table.at(&format!("{variable}_real"), &DIMENSIONS, &chosen)?;
    let name = format!("limit_{variable}_real");
    let limit = if table.has(&name) { Some(table.at(&name, &DIMENSIONS, &chosen)?) } else { None };
    let width = names.len();
    let of = |values: &[f64], population: usize, scale: f64| {
        let place = population * width + population;
        let diagonal = values
            .chunks((width * width).max(1))
            .map(|matrix| matrix.get(place).copied().unwrap_or(f64::NAN) * scale);
        curve(&at, diagonal)
    };
    let figures = names.iter().take(POPULATIONS).enumerate().map(|(population, name)| {
        let limit = limit.as_ref().map(|values| of(values, population, 1.0));
        let title = format!("Spectral density of the {what} of {name}, times n");
        Figure {
            name: slug(&title),
            description: "Density against frequency, on logarithmic axes.".to_owned(),
            x: Axis::new(format!("frequency (1/{})", source.time_unit())).logarithmic(),
            y: Axis::new(format!("n × density, {what} of {name}")).logarithmic(),
            series: pair(of(&finite, population, size), limit),
            title,
        }
    });
    Ok(figures.collect())
}

/// Estimated densities of each population's activity.
fn measured(source: &Source, table: &Table, size: f64) -> Result<Vec<Figure>, ReportError> {
    const DIMENSIONS: [&str; 2] = ["frequency", "population"];
    let names = table.names("population")?;
    let (chosen, at) = places(table, "frequency")?;
    let [density, lower, upper, predicted] = ["activity_spectrum", "lower", "upper", "predicted"]
        .map(|variable| table.at(variable, &DIMENSIONS, &chosen));
    let [density, lower, upper, predicted] = [density?, lower?, upper?, predicted?];
    let width = names.len().max(1);
    let figures = names.iter().take(POPULATIONS).enumerate().map(|(population, name)| {
        let of = |values: &[f64]| -> Vec<f64> {
            values.iter().skip(population).step_by(width).map(|value| value * size).collect()
        };
        let line = |values: &[f64], dash| Mark::Line(curve(&at, of(values).into_iter()), dash);
        let ends = at.iter().zip(of(&lower)).zip(of(&upper));
        let band = ends.map(|((at, lower), upper)| (*at, lower, upper)).collect();
        let title =
            format!("Spectral density of the activity of {name} in simulated networks, times n");
        Figure {
            name: slug(&title),
            description: "Density against frequency, on logarithmic axes, with 95 % bands."
                .to_owned(),
            x: Axis::new(format!("frequency (1/{})", source.time_unit())).logarithmic(),
            y: Axis::new(format!("n × density, activity of {name}")).logarithmic(),
            series: vec![
                Series::new("95 % of the estimate", Colour::Blue, Mark::Band(band)),
                Series::new("simulated", Colour::Blue, line(&density, Dash::Solid)),
                Series::new("expected of it", Colour::Vermilion, line(&predicted, Dash::Dashed)),
            ],
            title,
        }
    });
    Ok(figures.collect())
}

/// Covariances of each population's mean with itself, later.
fn covariances(source: &Source, table: &Table) -> Result<Vec<Figure>, ReportError> {
    const DIMENSIONS: [&str; 3] = ["lag", "population", "population_2"];
    let names = table.names("population")?;
    let (chosen, at) = places(table, "lag")?;
    let values = table.at("mean_covariance", &DIMENSIONS, &chosen)?;
    let width = names.len();
    let figures = names.iter().take(POPULATIONS).enumerate().map(|(population, name)| {
        let place = population * width + population;
        let own = values
            .chunks((width * width).max(1))
            .map(|matrix| matrix.get(place).copied().unwrap_or(f64::NAN));
        let title = format!("Covariance of the mean of {name} at two times");
        Figure {
            name: slug(&title),
            description: "Covariance against the time between.".to_owned(),
            x: Axis::new(source.with_time("lag")),
            y: Axis::new(format!("covariance, {name}")),
            series: pair(curve(&at, own), None),
            title,
        }
    });
    Ok(figures.collect())
}

/// Amplitudes of the rates of all populations, for each source that is driven.
fn responses(source: &Source, table: &Table) -> Result<Vec<Figure>, ReportError> {
    const DIMENSIONS: [&str; 3] = ["frequency", "population", "source"];
    let (names, sources) = (table.names("population")?, table.names("source")?);
    let (chosen, at) = places(table, "frequency")?;
    let amplitude = |real: &str, imaginary: &str| -> Result<Vec<f64>, ReportError> {
        let real = table.at(real, &DIMENSIONS, &chosen)?;
        let imaginary = table.at(imaginary, &DIMENSIONS, &chosen)?;
        Ok(real.iter().zip(&imaginary).map(|(a, b)| a.hypot(*b)).collect())
    };
    let finite = amplitude("real", "imaginary")?;
    let limit = if table.has("limit_real") {
        Some(amplitude("limit_real", "limit_imaginary")?)
    } else {
        None
    };
    let block = (names.len() * sources.len()).max(1);
    let of = |values: &[f64], population: usize, driven: usize| {
        let place = population * sources.len() + driven;
        curve(
            &at,
            values.chunks(block).map(|matrix| matrix.get(place).copied().unwrap_or(f64::NAN)),
        )
    };
    let figures = sources.iter().take(POPULATIONS).enumerate().map(|(driven, driver)| {
        let mut series = Vec::new();
        for (population, name) in names.iter().take(POPULATIONS).enumerate() {
            let colour = Colour::of(population);
            let finite = Mark::Line(of(&finite, population, driven), Dash::Solid);
            series.push(Series::new(format!("rate of {name}"), colour, finite));
            if let Some(limit) = &limit {
                let limit = Mark::Line(of(limit, population, driven), Dash::Dashed);
                series.push(Series::new(format!("{name}, limit"), colour, limit));
            }
        }
        let title = format!("Response of rates to what drives {driver}");
        Figure {
            name: slug(&title),
            description: "Amplitude of the rates per amplitude of the drive, against frequency, on logarithmic axes.".to_owned(),
            x: Axis::new(format!("frequency (1/{})", source.time_unit())).logarithmic(),
            y: Axis::new(format!("amplitude per amplitude, {driver}")).logarithmic(),
            series,
            title,
        }
    });
    Ok(figures.collect())
}

/// The stationary state, and counts of spikes, as a table.
fn state(material: &Material) -> Result<maud::Markup, ReportError> {
    let Some(stationary) = material.source.table("stationary")? else { return Ok(html! {}) };
    let names = stationary.names("population")?;
    let mut columns = Vec::new();
    for name in ["mean", "variance", "third_cumulant", "rate"] {
        columns.push(stationary.all(name, &["time", "population"])?);
    }
    let mut header = vec!["Population", "Mean", "Variance", "Third cumulant", "Rate"];
    if let Some(counts) =
        material.source.table("variability")?.filter(|table| table.has("interval_variation"))
    {
        for (name, title) in
            [("fano", "Fano factor"), ("interval_variation", "Variation of intervals")]
        {
            columns.push(counts.all(name, &["population"])?);
            header.push(title);
        }
    }
    let rows = names.iter().enumerate().map(|(population, name)| {
        let values = columns.iter().map(|column| {
            cell(significant(column.get(population).copied().unwrap_or(f64::NAN), 4))
        });
        std::iter::once(cell(name)).chain(values).collect()
    });
    Ok(table("Stationary state of one network of this size", &header, 1, &rows.collect::<Vec<_>>()))
}
