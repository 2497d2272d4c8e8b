//! `/convergence`: errors against the limit at several sizes, measured and expected; and reading the networks that they are measured in.

use std::path::Path;

use equipoise_energy::Item;
use equipoise_model::Scenario;
use equipoise_statistics::Exponent;
use equipoise_store::{Attribute, Group, GroupReader, StoreError, Values, Variable, read_header};
use equipoise_validation::convergence::measured::below_edges;
use equipoise_validation::convergence::verdict::{Local, Normed, OfSize, Point, Slope};
use equipoise_validation::convergence::{Convergence, Norm, Quantity, Sample};
use equipoise_validation::exponent::COVERAGE;
use equipoise_validation::{LEVEL, Tested};

use super::{group, variable};

const ERROR: [&str; 4] = ["quantity", "norm", "size", "population"];
const COURSE: [&str; 4] = ["quantity", "size", "time", "population"];
const EXPONENT: [&str; 3] = ["quantity", "norm", "population"];
const LOCAL: [&str; 4] = ["quantity", "norm", "step", "population"];

/// Lengths of the dimensions.
struct Shape<'a> {
    quantities: &'a [Quantity],
    sizes: usize,
    times: usize,
    populations: usize,
}

impl Shape<'_> {
    /// Number of a quantity that is compared.
    fn quantity(&self, quantity: Quantity) -> usize {
        let place = self.quantities.iter().position(|other| *other == quantity);
        place.expect("what is found is of a quantity that is compared")
    }

    fn error(&self, (quantity, norm, size, population): (Quantity, Norm, usize, usize)) -> usize {
        let norms = Norm::ALL.len();
        let place = (self.quantity(quantity) * norms + norm as usize) * self.sizes + size;
        place * self.populations + population
    }

    fn course(&self, point: &Point) -> usize {
        let place = self.quantity(point.quantity) * self.sizes + point.size;
        let place = place * self.times + point.sample;
        place * self.populations + point.population
    }

    fn exponent(&self, slope: &Slope) -> usize {
        let place = self.quantity(slope.quantity) * Norm::ALL.len() + slope.norm as usize;
        place * self.populations + slope.population
    }

    /// Values by index; NaN where there is none.
    fn filled(length: usize, values: impl Iterator<Item = (usize, f64)>) -> Vec<f64> {
        let mut all = vec![f64::NAN; length];
        values.for_each(|(at, value)| all[at] = value);
        all
    }
}

type OfTest = (&'static str, &'static str, fn(&Tested) -> f64);

const TESTED: [OfTest; 5] = [
    ("error", "measured error against the limit, in the direction that is expected", |t| {
        t.measured.value
    }),
    ("standard_error", "standard error of the measured error", |t| t.measured.standard_error),
    ("expected", "error that the theory of one network of this size expects", |t| t.predicted),
    ("margin", "what the next order of the theory may change of it", |t| t.test.margin),
    ("p", "p-value of measured against expected, by Holm's correction over all tests", |t| {
        t.adjusted_p
    }),
];

/// The group. Distances are those of the law of a neuron to the normal law of the limit; spikes are those of one neuron.
pub fn convergence(
    scenario: &Scenario,
    times: &[f64],
    sizes: &[OfSize<'_>],
    methods: &[&str],
    found: &Convergence,
) -> Group {
    let populations = scenario.network.population_count();
    let shape = Shape {
        quantities: &found.quantities,
        sizes: sizes.len(),
        times: times.len(),
        populations,
    };
    let numbers: Vec<f64> = sizes.iter().map(|(expected, _)| expected.size).collect();
    let networks: Vec<i64> = sizes.iter().map(|(_, measured)| measured.networks() as i64).collect();
    let large: Vec<i64> = found.is_tested.iter().map(|tested| i64::from(*tested)).collect();
    let quantities: Vec<&str> = found.quantities.iter().map(|quantity| quantity.name()).collect();
    let mut group = group("convergence", scenario, times)
        .with_coordinate(
            Variable::coordinate("quantity", quantities).with_long_name("of what the error is"),
        )
        .with_coordinate(
            Variable::coordinate("norm", Norm::ALL.map(Norm::name).to_vec()).with_long_name(
                "sup: where the expected error is largest over time; end: at the last time",
            ),
        )
        .with_coordinate(
            Variable::coordinate("size", numbers.clone()).with_long_name("size parameter n"),
        )
        .with_coordinate(
            Variable::coordinate(
                "step",
                numbers.windows(2).map(|pair| (pair[0] * pair[1]).sqrt()).collect::<Vec<_>>(),
            )
            .with_long_name("geometric mean of neighbouring sizes"),
        )
        .with_variable(
            Variable::new("networks", &["size"], networks).with_long_name("simulated networks"),
        )
        .with_variable(
            Variable::new("method", &["size"], methods.to_vec())
                .with_long_name("how they were simulated"),
        )
        .with_variable(
            Variable::new("large_enough", &["size"], large)
                .with_long_name("1 if the size is large enough for the theory, and is tested"),
        )
        .with_attribute("level", Attribute::Float(LEVEL))
        .with_attribute("coverage", Attribute::Float(COVERAGE))
        .with_attribute("holds", Attribute::Integer(i64::from(found.holds())));
    group = with_errors(group, &shape, found);
    with_exponents(group, &shape, found)
}

fn with_errors(mut group: Group, shape: &Shape<'_>, found: &Convergence) -> Group {
    let places = shape.quantities.len() * shape.sizes * shape.populations;
    let (normed, course) = (Norm::ALL.len() * places, shape.times * places);
    for (name, long_name, of) in TESTED {
        let values = found.normed.iter().map(|normed| {
            let Point { quantity, size, population, tested, .. } = &normed.point;
            (shape.error((*quantity, normed.norm, *size, *population)), of(tested))
        });
        let values = Shape::filled(normed, values);
        group = group.with_variable(variable(name, long_name, &ERROR, values));
        let values = found.points.iter().map(|point| (shape.course(point), of(&point.tested)));
        let (name, values) = (format!("course_{name}"), Shape::filled(course, values));
        let long_name = format!("{long_name}, at each time that counts");
        group = group.with_variable(variable(&name, &long_name, &COURSE, values));
    }
    let of = |value: &dyn Fn(&Normed) -> f64| {
        let values = found.normed.iter().map(|normed| {
            let Point { quantity, size, population, .. } = normed.point;
            (shape.error((quantity, normed.norm, size, population)), value(normed))
        });
        Shape::filled(normed, values)
    };
    group
        .with_variable(variable(
            "sample",
            "number of the sample time at which the error is taken, from 0",
            &ERROR,
            of(&|normed| normed.point.sample as f64),
        ))
        .with_variable(variable(
            "plain",
            "largest absolute error, or distance of all neurons together, over time (at the end: there); noise makes it larger",
            &ERROR,
            of(&|normed| normed.plain),
        ))
        .with_variable(variable(
            "resolved",
            "1 if the error is known well enough to be one of an exponent",
            &ERROR,
            of(&|normed| f64::from(u8::from(normed.is_resolved))),
        ))
}

fn with_exponents(mut group: Group, shape: &Shape<'_>, found: &Convergence) -> Group {
    type OfExponent = (&'static str, &'static str, fn(&Exponent) -> f64);
    const MEASURED: [OfExponent; 4] = [
        ("exponent", "exponent with which the error falls with n", |e| e.value),
        ("exponent_standard_error", "standard error of the exponent", |e| e.standard_error),
        ("exponent_low", "lower end of its bootstrap interval", |e| e.low),
        ("exponent_high", "upper end of its bootstrap interval", |e| e.high),
    ];
    const EXPECTED: [OfTest; 3] = [
        ("exponent_expected", "exponent of the expected errors over the same sizes", |t| {
            t.predicted
        }),
        ("exponent_margin", "what the next order of the theory may change of it", |t| {
            t.test.margin
        }),
        ("exponent_p", "p-value of measured against expected, by Holm's correction", |t| {
            t.adjusted_p
        }),
    ];
    let slopes = shape.quantities.len() * Norm::ALL.len() * shape.populations;
    for (name, long_name, of) in MEASURED {
        let known = found.slopes.iter();
        let values = known.filter_map(|s| s.exponent.as_ref().map(|e| (shape.exponent(s), of(e))));
        let values = Shape::filled(slopes, values);
        group = group.with_variable(variable(name, long_name, &EXPONENT, values));
    }
    for (name, long_name, of) in EXPECTED {
        let known = found.slopes.iter();
        let values = known.filter_map(|s| s.tested.as_ref().map(|t| (shape.exponent(s), of(t))));
        let values = Shape::filled(slopes, values);
        group = group.with_variable(variable(name, long_name, &EXPONENT, values));
    }
    let steps = shape.sizes.saturating_sub(1);
    let local = |of: &dyn Fn(&Local) -> f64| {
        let values = found.slopes.iter().flat_map(|slope| {
            let first = shape.quantity(slope.quantity) * Norm::ALL.len() + slope.norm as usize;
            slope.local.iter().map(move |local| {
                let at = (first * steps + local.size) * shape.populations + slope.population;
                (at, of(local))
            })
        });
        Shape::filled(slopes * steps, values)
    };
    group
        .with_variable(variable(
            "local_exponent",
            "exponent between neighbouring sizes",
            &LOCAL,
            local(&|l| l.measured.value),
        ))
        .with_variable(variable(
            "local_exponent_standard_error",
            "its standard error",
            &LOCAL,
            local(&|l| l.measured.standard_error),
        ))
        .with_variable(variable(
            "local_exponent_expected",
            "exponent of the expected errors between neighbouring sizes",
            &LOCAL,
            local(&|l| l.expected),
        ))
}

/// Reads the sizes that a file has `/convergence` of; none where there is no such group.
///
/// # Errors
/// As [`GroupReader::open`] and [`GroupReader::read`].
pub fn read_sizes(path: &Path) -> Result<Vec<f64>, StoreError> {
    if !read_header(path)?.groups.iter().any(|name| name == "convergence") {
        return Ok(Vec::new());
    }
    let found = GroupReader::open(path, "convergence")?;
    let shape = shape(&found, "size");
    found.read("size", &vec![0; shape.len()], &shape).map(floats)
}

/// Reads the networks of a file with histograms, one by one, until `take` wants no more.
///
/// # Errors
/// As [`GroupReader::open`] and [`GroupReader::read`].
pub fn read_networks(path: &Path, mut take: impl FnMut(Sample) -> bool) -> Result<(), StoreError> {
    let trajectory = GroupReader::open(path, "trajectory")?;
    let histograms = GroupReader::open(path, "histograms")?;
    let networks = shape(&trajectory, "mean").first().copied().unwrap_or(0);
    for network in 0..networks {
        let values = |reader: &GroupReader, name: &str| {
            let shape = shape(reader, name);
            let mut start = vec![0; shape.len()];
            let mut counts = shape;
            if let (Some(start), Some(count)) = (start.first_mut(), counts.first_mut()) {
                (*start, *count) = (network, 1);
            }
            reader.read(name, &start, &counts)
        };
        let moments = |name| values(&trajectory, name).map(floats);
        let counts = |name| values(&histograms, name).map(integers);
        let priced = |item: Item| {
            let is_there = trajectory.outline().variable(item.name()).is_some();
            if is_there { moments(item.name()) } else { Ok(Vec::new()) }
        };
        let [spike, synapse, activity] = Item::RANDOM;
        let sample = Sample {
            mean: moments("mean")?,
            variance: moments("variance")?,
            spikes: moments("spikes")?,
            below: cumulative(&counts("below")?, &counts("count")?),
            energies: [priced(spike)?, priced(synapse)?, priced(activity)?],
        };
        if !take(sample) {
            break;
        }
    }
    Ok(())
}

fn shape(reader: &GroupReader, name: &str) -> Vec<usize> {
    reader.outline().variable(name).map(|variable| variable.shape.clone()).unwrap_or_default()
}

fn floats(values: Values) -> Vec<f64> {
    if let Values::Float(values) = values { values } else { Vec::new() }
}

fn integers(values: Values) -> Vec<i64> {
    if let Values::Integer(values) = values { values } else { Vec::new() }
}

/// Neurons below each edge, from those below all bins and in each, row by row.
fn cumulative(below: &[i64], counts: &[i64]) -> Vec<u32> {
    let bins = (counts.len() / below.len().max(1)).max(1);
    let rows = below.iter().zip(counts.chunks(bins));
    let edges = rows.flat_map(|(below, counts)| {
        let row = [std::slice::from_ref(below), counts].concat();
        let row: Vec<u64> = row.into_iter().map(|count| count.max(0).cast_unsigned()).collect();
        below_edges(&row).collect::<Vec<_>>()
    });
    edges.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up_from_edge_to_edge() {
        assert_eq!(cumulative(&[1, 0], &[2, 0, 5, 3, 3, 3]), [1, 3, 3, 8, 0, 3, 6, 9]);
        assert!(cumulative(&[], &[]).is_empty());
    }
}
