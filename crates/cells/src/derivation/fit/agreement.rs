//! From which rate to which the slopes of all curves agree.

use super::{FitError, Point, Premise, RateRange};

/// Confidence of intervals that are not looked at.
const UNUSED: f64 = 0.95;

/// The slopes within one range of rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    /// From which rate to which, 1/ms.
    pub range: RateRange,
    /// The largest less the smallest slope of a curve, over their common slope; none if some curve has fewer than three points in the range.
    pub slope_spread: Option<f64>,
    /// Whether the spread is within what was asked for.
    pub agrees: bool,
}

/// All ranges between two of the given rates (`edges`, rising, 1/ms), each with the spread of slopes there: whether that is at most `fraction`, 0.1 say.
///
/// All conductances among the points must be seen in a range, and none is left out for being silent there.
///
/// # Errors
/// [`FitError::NotFinite`] for points that are no numbers.
pub fn agreements(
    points: &[Point],
    edges: &[f64],
    fraction: f64,
) -> Result<Vec<Agreement>, FitError> {
    super::check(points, UNUSED)?;
    let conductances = super::by_conductance(points).len();
    let pairs = edges
        .iter()
        .enumerate()
        .flat_map(|(index, from)| edges[index + 1..].iter().map(move |to| (*from, *to)));
    let rows = pairs.map(|(from, to)| {
        let range = RateRange { from, to };
        let premise = Premise::new(points, range, UNUSED);
        let premise = premise.ok().filter(|premise| premise.curves.len() == conductances);
        let slope_spread = premise.map(|premise| premise.slope_spread());
        let agrees = slope_spread.is_some_and(|spread| spread <= fraction);
        Agreement { range, slope_spread, agrees }
    });
    Ok(rows.collect())
}

/// The widest range in which the slopes agree.
pub fn widest(rows: &[Agreement]) -> Option<RateRange> {
    let agreeing = rows.iter().filter(|row| row.agrees).map(|row| row.range);
    agreeing.max_by(|a, b| (a.to - a.from).total_cmp(&(b.to - b.from)))
}
