//! Large samples as counts in bins, and against normal laws: histograms and quantiles.

use std::fmt::Write;

use equipoise_limit::PotentiationLaw;

use crate::picture::figure::{Axis, Colour, Dash, Figure, Mark, Series, Shape, slug};

/// Bins of a sample whose values come one by one: quantiles are right to so many parts of its range.
const FINE: usize = 4096;
/// Bars of a histogram, at most; and points of a curve and of quantiles.
const BARS: usize = 48;
const CURVE: usize = 121;
const QUANTILES: usize = 99;
/// Part of the sample in each tail that histograms leave out.
const TAIL: f64 = 5e-4;
/// Room beside a histogram, in parts of its width.
const SIDE: f64 = 0.08;

/// A sample, counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    edges: Vec<f64>,
    counts: Vec<u64>,
    below: u64,
    total: u64,
}

impl Sample {
    /// Without values, to hold those from `low` to `high`.
    pub fn between(low: f64, high: f64) -> Self {
        let (low, high) = if low < high { (low, high) } else { (low - 1e-9, high + 1e-9) };
        let edge = |place: usize| low + (high - low) * place as f64 / FINE as f64;
        let edges = (0..=FINE).map(edge).collect();
        Self { edges, counts: vec![0; FINE], below: 0, total: 0 }
    }

    /// Of counts between edges.
    pub fn counted(edges: Vec<f64>, counts: Vec<u64>, (below, above): (u64, u64)) -> Self {
        let total = below + above + counts.iter().sum::<u64>();
        Self { edges, counts, below, total }
    }

    /// One more value; the highest edge belongs to the last bin.
    pub fn push(&mut self, value: f64) {
        if !value.is_finite() {
            return;
        }
        self.total += 1;
        let (low, high) = (self.edges[0], self.edges[self.counts.len()]);
        if value < low {
            self.below += 1;
        } else if value <= high {
            let part = (value - low) / (high - low);
            let place = (part * self.counts.len() as f64) as usize;
            let last = self.counts.len() - 1;
            self.counts[place.min(last)] += 1;
        }
    }

    /// How many values there are.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Below which the part `q` of the sample lies; not a number beyond its bins.
    pub fn quantile(&self, q: f64) -> f64 {
        let wanted = q * self.total as f64;
        let mut before = self.below as f64;
        if wanted < before {
            return f64::NAN;
        }
        for (count, edge) in self.counts.iter().zip(self.edges.windows(2)) {
            let count = *count as f64;
            if count > 0.0 && before + count >= wanted {
                return edge[0] + (edge[1] - edge[0]) * (wanted - before) / count;
            }
            before += count;
        }
        f64::NAN
    }

    /// A histogram: edges, and densities between them.
    pub fn histogram(&self) -> (Vec<f64>, Vec<f64>) {
        let inside = |q: f64, other: f64| {
            let quantile = self.quantile(q);
            if quantile.is_finite() { quantile } else { other }
        };
        let last = self.edges.len() - 1;
        let (low, high) = (inside(TAIL, self.edges[0]), inside(1.0 - TAIL, self.edges[last]));
        let first = self.edges.partition_point(|edge| *edge <= low).saturating_sub(1);
        let end = self.edges.partition_point(|edge| *edge < high).min(last).max(first + 1);
        let bars = BARS.min((2.0 * (self.total as f64).sqrt()) as usize).max(5);
        let width = (end - first).div_ceil(bars);
        let mut edges = vec![self.edges[first]];
        let mut heights = Vec::new();
        for start in (first..end).step_by(width) {
            let stop = (start + width).min(last);
            let count: u64 = self.counts[start..stop].iter().sum();
            heights.push(
                count as f64 / (self.total.max(1) as f64 * (self.edges[stop] - self.edges[start])),
            );
            edges.push(self.edges[stop]);
        }
        (edges, heights)
    }
}

/// A normal law that a sample is held against.
pub struct Reference {
    pub name: &'static str,
    pub colour: Colour,
    pub dash: Dash,
    pub law: PotentiationLaw,
}

impl Reference {
    /// None if it has no spread.
    pub fn normal(
        name: &'static str,
        (colour, dash): (Colour, Dash),
        (mean, variance): (f64, f64),
    ) -> Option<Self> {
        let law = PotentiationLaw::normal(mean, variance).ok()?;
        (law.deviation() > 1e-12 * (1.0 + mean.abs())).then_some(Self { name, colour, dash, law })
    }
}

/// Histogram and quantiles of a sample against normal laws. `what` is what the values are, `of` of what and when.
pub fn figures(sample: &Sample, references: &[Reference], what: &str, of: &str) -> [Figure; 2] {
    [histogram(sample, references, what, of), quantiles(sample, references, what, of)]
}

fn histogram(sample: &Sample, references: &[Reference], what: &str, of: &str) -> Figure {
    let (edges, heights) = sample.histogram();
    let (low, high) = (edges[0], edges[edges.len() - 1]);
    let (low, high) = (low - SIDE * (high - low), high + SIDE * (high - low));
    let mut series = vec![Series::new("simulation", Colour::Blue, Mark::Bars { edges, heights })];
    for reference in references {
        let at = |place: usize| low + (high - low) * place as f64 / (CURVE - 1) as f64;
        let curve = (0..CURVE).map(at).map(|z| (z, reference.law.density(z)));
        series.push(Series::new(
            reference.name,
            reference.colour,
            Mark::Line(curve.collect(), reference.dash),
        ));
    }
    let highest = series.iter().flat_map(|series| series.mark.places());
    let highest = highest.map(|place| place.1).fold(0.0, f64::max);
    let title = format!("Distribution of the {what}, {of}");
    Figure {
        name: slug(&title),
        description: format!(
            "Histogram of {} values against normal densities. {}",
            sample.total(),
            spread_in_words(sample, references)
        ),
        title,
        x: Axis::new(what),
        y: Axis::new("density").between(0.0, highest * 1.06),
        series,
    }
}

/// Quantiles in order of those of the standard normal law, on which a normal law is a straight line.
fn quantiles(sample: &Sample, references: &[Reference], what: &str, of: &str) -> Figure {
    let standard = PotentiationLaw::normal(0.0, 1.0).ok();
    let count = (QUANTILES as u64).min(sample.total().max(1)) as usize;
    let parts = (0..count).map(|place| (place as f64 + 0.5) / count as f64);
    let score = |q: f64| standard.and_then(|law| law.quantile(q).ok()).unwrap_or(f64::NAN);
    let points: Vec<(f64, f64, f64)> = parts.map(|q| (score(q), sample.quantile(q), 0.0)).collect();
    let ends = [points.first(), points.last()].map(|point| point.map_or(0.0, |point| point.0));
    let mut series = Vec::new();
    for Reference { name, colour, dash, law } in references {
        let line = ends.map(|score| (score, law.mean() + law.deviation() * score));
        series.push(Series::new(*name, *colour, Mark::Line(line.to_vec(), *dash)));
    }
    series.push(Series::new("simulation", Colour::Blue, Mark::Points(points, Shape::Dot)));
    let title = format!("Q–Q plot of the {what}, {of}");
    Figure {
        name: slug(&title),
        description: format!(
            "Quantiles of the sample against those of the standard normal law; normal laws are straight lines. {}",
            spread_in_words(sample, references)
        ),
        title,
        x: Axis::new("quantile of the standard normal law"),
        y: Axis::new(what),
        series,
    }
}

fn spread_in_words(sample: &Sample, references: &[Reference]) -> String {
    let short = |value: f64| super::number::significant(value, 3);
    let [low, median, high] = [0.25, 0.5, 0.75].map(|q| short(sample.quantile(q)));
    let mut text = format!("Quartiles of the sample: {low}, {median}, {high}.");
    for Reference { name, law, .. } in references {
        let quartiles =
            [-0.674_49, 0.0, 0.674_49].map(|score| short(law.mean() + law.deviation() * score));
        let _ = write!(text, " Of the {name}: {}.", quartiles.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even(count: usize) -> Sample {
        let mut sample = Sample::between(0.0, 1.0);
        (0..count).for_each(|place| sample.push((place as f64 + 0.5) / count as f64));
        sample
    }

    #[test]
    fn quantiles_of_an_even_sample_are_even() {
        let sample = even(100_000);
        for q in [0.001, 0.1, 0.5, 0.9, 0.999] {
            assert!((sample.quantile(q) - q).abs() < 1e-3, "{q}");
        }
        let (edges, heights) = sample.histogram();
        assert_eq!(edges.len(), heights.len() + 1);
        assert!(
            heights.len() <= BARS && heights.iter().all(|height| (height - 1.0).abs() < 0.02),
            "{heights:?}"
        );
    }

    #[test]
    fn what_is_outside_counts_but_has_no_place() {
        let sample = Sample::counted(vec![0.0, 1.0, 2.0], vec![2, 4], (1, 1));
        assert_eq!(sample.total(), 8);
        assert!(sample.quantile(0.05).is_nan() && sample.quantile(0.95).is_nan());
        assert!((sample.quantile(0.375) - 1.0).abs() < 1e-12);
        assert!((sample.quantile(0.625) - 1.5).abs() < 1e-12);
        let (_, heights) = sample.histogram();
        assert_eq!(heights, [0.25, 0.5]);
    }

    #[test]
    fn one_value_is_a_sample() {
        let mut sample = Sample::between(3.0, 3.0);
        sample.push(3.0);
        sample.push(f64::NAN);
        assert_eq!(sample.total(), 1);
        assert!((sample.quantile(0.5) - 3.0).abs() < 1e-8);
        assert!(sample.histogram().1.iter().all(|height| height.is_finite()));
    }
}
