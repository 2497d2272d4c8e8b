//! What several sections draw from: moments over time of the ensemble, of the theory and of the limit, at so many times as can be seen.

use equipoise_statistics::estimate::Running;

use super::ReportError;
use super::source::{Source, Table, spread};

/// Times that are drawn, at most.
pub const TIMES: usize = 201;
/// Single networks that are drawn.
pub const EXAMPLES: usize = 5;
/// Networks whose means at the end are kept, at most.
const NETWORKS: usize = 20_000;

const MOMENT: [&str; 2] = ["time", "population"];

/// What is drawn over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    Mean,
    Variance,
    ThirdCumulant,
    Spikes,
}

impl Quantity {
    pub const ALL: [Self; 4] = [Self::Mean, Self::Variance, Self::ThirdCumulant, Self::Spikes];

    /// The name of its variables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Variance => "variance",
            Self::ThirdCumulant => "third_cumulant",
            Self::Spikes => "spikes",
        }
    }

    /// As people call it, of one population.
    pub fn title(self) -> &'static str {
        match self {
            Self::Mean => "Mean potentiation",
            Self::Variance => "Variance of the potentiation",
            Self::ThirdCumulant => "Third cumulant of the potentiation",
            Self::Spikes => "Spikes",
        }
    }

    /// Its place in [`Quantity::ALL`].
    pub fn place(self) -> usize {
        self as usize
    }
}

/// A result file, and what was taken from it.
pub struct Material {
    pub source: Source,
    pub ensemble: Option<Ensemble>,
    pub theory: Option<Theory>,
    pub limit: Option<LimitCurves>,
}

impl Material {
    /// Reads what is common to several sections.
    ///
    /// # Errors
    /// [`ReportError`] for a file that cannot be read.
    pub fn new(source: Source) -> Result<Self, ReportError> {
        let theory = source.table("finite_n")?.map(|table| Theory::new(&table)).transpose()?;
        let last = theory.as_ref().and_then(Theory::last);
        let ensemble = source.table("trajectory")?.map(|table| Ensemble::new(&table, last));
        let ensemble = ensemble.transpose()?;
        let limit = source.table("limit")?.map(|table| LimitCurves::new(&table)).transpose()?;
        let material = Self { source, ensemble, theory, limit };
        material.check_populations()?;
        Ok(material)
    }

    /// All groups must have the same populations.
    fn check_populations(&self) -> Result<(), ReportError> {
        let groups = [
            ("finite_n", self.theory.as_ref().map(|theory| &theory.populations)),
            ("limit", self.limit.as_ref().map(|limit| &limit.populations)),
        ];
        let expected = self.populations();
        let other = groups.into_iter().find_map(|(group, found)| {
            found
                .filter(|found| found.as_slice() != expected)
                .map(|found| (group, found.join(", ")))
        });
        other.map_or(Ok(()), |(group, found)| {
            let expected = expected.join(", ");
            Err(self.source.layout_error((group, "population"), &expected, &found))
        })
    }

    /// Names of the populations that have curves.
    pub fn populations(&self) -> &[String] {
        let of = [
            self.ensemble.as_ref().map(|ensemble| &ensemble.populations),
            self.theory.as_ref().map(|theory| &theory.populations),
            self.limit.as_ref().map(|limit| &limit.populations),
        ];
        of.into_iter().flatten().next().map_or(&[], Vec::as_slice)
    }
}

/// Networks over time.
pub struct Ensemble {
    /// Times that are drawn, and how many there are.
    pub times: Vec<f64>,
    pub samples: usize,
    pub populations: Vec<String>,
    /// Networks in the file.
    pub networks: usize,
    /// By quantity: over networks, (time, population).
    pub moments: [Vec<Running>; 4],
    /// By quantity: of the first networks, (time, population).
    pub examples: [Vec<Vec<f64>>; 4],
    /// By population: means of networks at the last time, or the last that the theory reaches.
    pub last_means: Vec<Vec<f64>>,
    pub last_time: f64,
}

impl Ensemble {
    fn new(table: &Table, last: Option<f64>) -> Result<Self, ReportError> {
        let populations = table.names("population")?;
        let times = table.along("time")?;
        let chosen = spread(times.len(), TIMES);
        let is_reached = |place: &usize| last.is_none_or(|last| times[*place] <= last);
        let last = chosen.iter().copied().rfind(is_reached).unwrap_or_default();
        let cells = chosen.len() * populations.len();
        let mut ensemble = Self {
            samples: times.len(),
            times: chosen.iter().map(|place| times[*place]).collect(),
            networks: table.length("realization"),
            moments: std::array::from_fn(|_| vec![Running::default(); cells]),
            examples: std::array::from_fn(|_| Vec::new()),
            last_means: vec![Vec::new(); populations.len()],
            last_time: times.get(last).copied().unwrap_or(f64::NAN),
            populations,
        };
        for quantity in Quantity::ALL {
            ensemble.read(table, quantity, (&chosen, last))?;
        }
        Ok(ensemble)
    }

    fn read(
        &mut self,
        table: &Table,
        quantity: Quantity,
        (chosen, last): (&[usize], usize),
    ) -> Result<(), ReportError> {
        let (width, cells) = (self.populations.len(), self.times.len() * self.populations.len());
        let examples = &mut self.examples[quantity.place()];
        *examples = vec![vec![f64::NAN; cells]; EXAMPLES.min(self.networks)];
        let moments = &mut self.moments[quantity.place()];
        table.visit(quantity.name(), &["realization", "time", "population"], |part| {
            part.each(|place, value| {
                let [network, sample, population] = *place else { return };
                let Ok(time) = chosen.binary_search(&sample) else { return };
                let cell = time * width + population;
                if value.is_finite() {
                    moments[cell].push(value);
                }
                if let Some(example) = examples.get_mut(network) {
                    example[cell] = value;
                }
                if quantity == Quantity::Mean
                    && sample == last
                    && network < NETWORKS
                    && value.is_finite()
                {
                    self.last_means[population].push(value);
                }
            });
            true
        })
    }

    /// Networks that came to their end.
    pub fn complete_networks(&self) -> usize {
        self.moments[0].last().map_or(0, |running| running.count() as usize)
    }
}

/// The theory of one network over time.
pub struct Theory {
    pub times: Vec<f64>,
    pub populations: Vec<String>,
    /// By quantity: (time, population).
    pub values: [Vec<f64>; 4],
    /// Their margins.
    pub margins: [Vec<f64>; 4],
    /// Standard deviations of population means over networks, (time, population).
    pub deviations: Vec<f64>,
    /// Whether n is large enough for it, and which would be.
    pub large_enough: Option<(bool, f64)>,
}

impl Theory {
    fn new(table: &Table) -> Result<Self, ReportError> {
        let populations = table.names("population")?;
        let times = table.along("time")?;
        let chosen = spread(times.len(), TIMES);
        let read = |suffix: &str| -> Result<[Vec<f64>; 4], ReportError> {
            let mut values = std::array::from_fn(|_| Vec::new());
            for quantity in Quantity::ALL {
                let name = format!("{}{suffix}", quantity.name());
                values[quantity.place()] = table.at(&name, &MOMENT, &chosen)?;
            }
            Ok(values)
        };
        let covariances =
            table.at("mean_covariance", &["time", "population", "population_2"], &chosen)?;
        let width = populations.len();
        let deviations = covariances.chunks(width * width).flat_map(|matrix| {
            (0..width)
                .map(|a| matrix.get(a * width + a).map_or(f64::NAN, |variance| variance.sqrt()))
        });
        let large_enough = table.number("large_enough").zip(table.number("enough_n"));
        Ok(Self {
            times: chosen.iter().map(|place| times[*place]).collect(),
            values: read("")?,
            margins: read("_margin")?,
            deviations: if width == 0 { Vec::new() } else { deviations.collect() },
            large_enough: large_enough.map(|(holds, enough)| (holds == 1.0, enough)),
            populations,
        })
    }

    /// The last time that it reaches.
    fn last(&self) -> Option<f64> {
        let rows = self.times.iter().zip(self.values[0].chunks(self.populations.len().max(1)));
        let mut reached = rows.filter(|(_, row)| row.iter().all(|value| value.is_finite()));
        reached.next_back().map(|(time, _)| *time)
    }

    /// A value or margin at a time, between samples by straight lines.
    pub fn at(&self, values: &[f64], population: usize, time: f64) -> f64 {
        between(&self.times, values, (self.populations.len(), population), time)
    }
}

/// The limit over time.
pub struct LimitCurves {
    pub times: Vec<f64>,
    pub populations: Vec<String>,
    /// Mean, variance and spikes per n, (time, population).
    pub mean: Vec<f64>,
    pub variance: Vec<f64>,
    pub spikes: Vec<f64>,
    /// Largest component of K S + h at any time, and the largest real part of the fast eigenvalues.
    pub residual: f64,
    pub fast_eigenvalue: f64,
    /// When and why it ends before the last time.
    pub end: Option<(f64, String)>,
}

impl LimitCurves {
    fn new(table: &Table) -> Result<Self, ReportError> {
        let times = table.along("time")?;
        let chosen = spread(times.len(), TIMES);
        let largest = |values: Vec<f64>| values.into_iter().fold(f64::NAN, f64::max);
        let reason = table.text("end");
        Ok(Self {
            times: chosen.iter().map(|place| times[*place]).collect(),
            populations: table.names("population")?,
            mean: table.at("mean", &MOMENT, &chosen)?,
            variance: table.at("variance", &MOMENT, &chosen)?,
            spikes: table.at("spikes", &MOMENT, &chosen)?,
            residual: largest(table.all("balance_residual", &["time"])?),
            fast_eigenvalue: largest(table.all("fast_eigenvalue", &["time"])?),
            end: table.number("end_time").zip(reason),
        })
    }

    /// Its values of a quantity, if it has such; spikes are per n.
    pub fn of(&self, quantity: Quantity) -> Option<&[f64]> {
        match quantity {
            Quantity::Mean => Some(&self.mean),
            Quantity::Variance => Some(&self.variance),
            Quantity::Spikes => Some(&self.spikes),
            Quantity::ThirdCumulant => None,
        }
    }

    /// A value at a time, between samples by straight lines.
    pub fn at(&self, values: &[f64], population: usize, time: f64) -> f64 {
        between(&self.times, values, (self.populations.len(), population), time)
    }
}

/// One column of values by row, at a time between rows.
fn between(times: &[f64], values: &[f64], (width, column): (usize, usize), time: f64) -> f64 {
    let value = |row: usize| values.get(row * width + column).copied().unwrap_or(f64::NAN);
    let after = times.partition_point(|other| *other < time);
    match (after, times.get(after)) {
        (row, Some(exact)) if *exact <= time => value(row),
        (0, _) | (_, None) => f64::NAN,
        (row, Some(next)) => {
            let part = (time - times[row - 1]) / (next - times[row - 1]);
            value(row - 1) * (1.0 - part) + value(row) * part
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_samples_curves_are_straight() {
        let (times, values) = ([0.0, 1.0, 3.0], [0.0, 10.0, 1.0, 11.0, 3.0, f64::NAN]);
        let at = |column, time| between(&times, &values, (2, column), time);
        assert_eq!((at(0, 0.0), at(0, 0.25), at(0, 2.0), at(1, 1.0)), (0.0, 0.25, 2.0, 11.0));
        assert!(at(0, 3.5).is_nan() && at(0, -1.0).is_nan() && at(1, 2.0).is_nan());
    }
}
