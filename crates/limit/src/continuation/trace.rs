//! Following a branch from a root in both directions: predictor, corrector, size of steps, ends.

use nalgebra::DVector;

use super::branch::{Branch, End, Point, Special};
use super::frame::{Frame, Plane, Vertex, cubic};
use super::special::Test;
use super::{ContinuationError, Family, Settings};
use crate::roots::root;

/// Precision of special points and ends along the arc, relative to the step in which they lie.
const PRECISION: f64 = 1e-13;
/// Iterations of Newton's method that ask for no change of the step.
const USUAL_ITERATIONS: usize = 4;
/// The corrector may move the predicted point by this fraction of the step.
const LARGEST_CORRECTION: f64 = 0.3;
/// The same for a point between two that are known.
const SMALL_CORRECTION: f64 = 0.02;
/// Distance to both sides of a singular point at which the corrector works, relative to the step.
const BESIDE: f64 = 1e-5;
/// Special points nearer than this, relative to the step, are one.
const COINCIDING: f64 = 1e-3;
/// Distance below which the branch has met its start.
const MEETING: f64 = 1e-6;

/// Follows the branch through the root near `state` at `parameter`, in both directions, to its ends.
///
/// Steps double while Newton's method takes few iterations and the tangent turns little, and are halved and tried again
/// otherwise. Every change of sign of a test function between neighbouring points is narrowed down along the arc.
///
/// ```
/// use equipoise_limit::continuation::{Family, Settings, Special, trace};
/// use nalgebra::{DMatrix, DVector};
///
/// /// `x^2 + p = 0` turns back at 0.
/// struct Fold;
/// impl Family for Fold {
///     fn dimension(&self) -> usize {
///         1
///     }
///     fn residual(&self, x: &DVector<f64>, p: f64) -> Option<DVector<f64>> {
///         Some(x.map(|x| x * x + p))
///     }
///     fn jacobian(&self, x: &DVector<f64>, _: f64) -> Option<DMatrix<f64>> {
///         Some(DMatrix::from_diagonal(&(x * 2.0)))
///     }
/// }
/// let branch = trace(&Fold, &Settings::between((-1.0, 1.0), 1), (&DVector::from_element(1, -1.0), -1.0))?;
/// let fold = branch.special_points().next().unwrap();
/// assert_eq!(fold.special, Some(Special::Fold));
/// assert!(fold.parameter.abs() < 1e-12);
/// # Ok::<(), equipoise_limit::continuation::ContinuationError>(())
/// ```
///
/// # Errors
/// [`ContinuationError::OutOfBounds`] and, if there is no root near the start, [`ContinuationError::NoStart`].
///
/// # Source
/// Keller (1977); Allgower & Georg (2003), doi:10.1137/1.9780898719154, chapter 6.
pub fn trace<F: Family>(
    family: &F,
    settings: &Settings,
    (state, parameter): (&DVector<f64>, f64),
) -> Result<Branch, ContinuationError> {
    let bounds = settings.bounds;
    if !(bounds.0..=bounds.1).contains(&parameter) {
        return Err(ContinuationError::OutOfBounds { parameter, bounds });
    }
    let frame = Frame::new(family, settings);
    let start = frame.at_parameter(&frame.scaled(state, parameter));
    let start = start.and_then(|place| frame.first_vertex(place)).ok_or_else(|| {
        ContinuationError::NoStart { parameter, state: state.as_slice().to_vec() }
    })?;
    let walk =
        Walk { frame: &frame, settings, tests: Test::all(start.spectra.len()), start: &start };
    let (forwards, last_end) = walk.run(&start);
    if last_end == End::Closed {
        let points = walk.points(&[], &forwards, parameter);
        return Ok(Branch { points, ends: [End::Closed; 2] });
    }
    let turned =
        Vertex { tangent: -&start.tangent, determinant: -start.determinant, ..start.clone() };
    let (mut backwards, first_end) = walk.run(&turned);
    for mark in &mut backwards {
        mark.vertex.tangent.neg_mut();
    }
    backwards.reverse();
    let points = walk.points(&backwards, &forwards, parameter);
    let mut branch = Branch { points, ends: [first_end, last_end] };
    branch.snap(bounds);
    Ok(branch)
}

/// A point that has been reached.
struct Mark {
    vertex: Vertex,
    special: Option<Special>,
}

struct Walk<'a, F> {
    frame: &'a Frame<'a, F>,
    settings: &'a Settings,
    tests: Vec<Test>,
    start: &'a Vertex,
}

impl<F: Family> Walk<'_, F> {
    /// All points with their arclengths, the start among them.
    fn points(&self, before: &[Mark], after: &[Mark], parameter: f64) -> Vec<Point> {
        let start = Mark { vertex: self.start.clone(), special: None };
        let marks = before.iter().chain([&start]).chain(after);
        let mut arclength = 0.0;
        let mut last: Option<&DVector<f64>> = None;
        let mut points = Vec::new();
        for mark in marks {
            arclength += last.map_or(0.0, |last| (&mark.vertex.place - last).norm());
            last = Some(&mark.vertex.place);
            points.push(self.frame.point(&mark.vertex, arclength, mark.special));
        }
        points[before.len()].parameter = parameter;
        points
    }

    /// From a vertex along its tangent to the end, without that vertex.
    fn run(&self, start: &Vertex) -> (Vec<Mark>, End) {
        let mut here = start.clone();
        let mut marks = Vec::new();
        let mut step = self.settings.first_step.min(self.settings.largest_step);
        if self.leaves(&here) {
            return (marks, End::Bound);
        }
        loop {
            if marks.len() >= self.settings.most_points {
                return (marks, End::MostPoints);
            }
            let Some((next, iterations)) = self.advance(&here, step) else {
                step *= 0.5;
                if step < self.settings.smallest_step {
                    return (marks, self.obstacle(&here));
                }
                continue;
            };
            let stretch = Stretch { here: &here, next: &next, step };
            let end = self.end(&stretch);
            let length = end.as_ref().map_or(step, |(length, ..)| *length);
            marks.extend(self.specials(&stretch, length));
            if let Some((_, vertex, end)) = end {
                marks.push(Mark { vertex, special: None });
                return (marks, end);
            }
            marks.push(Mark { vertex: next.clone(), special: None });
            here = next;
            if iterations < USUAL_ITERATIONS {
                step = (2.0 * step).min(self.settings.largest_step);
            }
        }
    }

    /// Why there are no steps from a vertex, not even short ones.
    fn obstacle(&self, here: &Vertex) -> End {
        let is_defined = |times: f64| {
            let ahead = here.tangent.scale(times * self.settings.smallest_step);
            self.frame.is_defined(&(&here.place + ahead))
        };
        if [1.0, 10.0, 100.0, 1e3, 1e4].into_iter().all(is_defined) {
            End::Stalled
        } else {
            End::Undefined
        }
    }

    /// Whether a vertex on a bound looks outwards.
    fn leaves(&self, vertex: &Vertex) -> bool {
        let parameter = self.parameter(vertex);
        let direction = vertex.tangent[vertex.tangent.len() - 1];
        let (lower, upper) = self.settings.bounds;
        (parameter <= lower && direction < 0.0) || (parameter >= upper && direction > 0.0)
    }

    fn parameter(&self, vertex: &Vertex) -> f64 {
        self.frame.unscaled(&vertex.place).1
    }

    /// A step, if its end is found in few iterations near where the tangent points, and the tangent turns little.
    fn advance(&self, here: &Vertex, step: f64) -> Option<(Vertex, usize)> {
        let plane = Plane { origin: &here.place, normal: &here.tangent, distance: step };
        let predicted = &here.place + &here.tangent * step;
        let (place, iterations) = self.frame.correct(&predicted, &plane)?;
        let is_near = (&place - predicted).norm() <= LARGEST_CORRECTION * step;
        let next = is_near.then(|| self.frame.vertex(place, &here.tangent))??;
        let turns_little = next.tangent.dot(&here.tangent) >= self.settings.largest_angle.cos();
        turns_little.then_some((next, iterations))
    }

    /// Where between two vertices a function of the vertex vanishes.
    fn locate(
        &self,
        stretch: &Stretch<'_>,
        function: impl Fn(&Vertex) -> f64,
    ) -> Option<(f64, Vertex)> {
        let step = stretch.step;
        let ends = ((0.0, function(stretch.here)), (step, function(stretch.next)));
        let value = |distance| Some(function(&self.within(stretch, distance)?));
        let distance = root(ends, PRECISION * step, |distance| {
            value(distance).filter(|value| !value.is_nan())
        });
        if distance == 0.0 {
            return Some((distance, stretch.here.clone()));
        }
        if distance == step {
            return Some((distance, stretch.next.clone()));
        }
        // At a branch point the corrector can fail; midway between two vertices beside it the place is right to the square
        // of their distance.
        let shift = BESIDE * step;
        let beside = || {
            let mut vertex = self.within(stretch, distance - shift)?;
            let other = self.within(stretch, distance + shift)?;
            vertex.place = (vertex.place + other.place) * 0.5;
            Some(vertex)
        };
        Some((distance, self.within(stretch, distance).or_else(beside)?))
    }

    /// The vertex between two others, where the curve that they and their tangents give predicts it.
    fn within(&self, stretch: &Stretch<'_>, distance: f64) -> Option<Vertex> {
        let here = stretch.here;
        let plane = Plane { origin: &here.place, normal: &here.tangent, distance };
        let predicted = stretch.predict(distance);
        let (place, _) = self.frame.correct(&predicted, &plane)?;
        // Farther off there is another branch.
        let is_near = (&place - predicted).norm() <= SMALL_CORRECTION * stretch.step;
        is_near.then(|| self.frame.vertex(place, &here.tangent))?
    }

    /// The end of the branch between two vertices, if there is one: how far, where and why.
    fn end(&self, stretch: &Stretch<'_>) -> Option<(f64, Vertex, End)> {
        let next = stretch.next;
        let mut ends: Vec<(f64, Vertex, End)> = Vec::new();
        let mut keep = |located: Option<(f64, Vertex)>, end: End| {
            ends.extend(located.map(|(distance, vertex)| (distance, vertex, end)));
        };
        let (lower, upper) = self.settings.bounds;
        let (parameter, parameter_of) =
            (self.parameter(next), |vertex: &Vertex| self.parameter(vertex));
        for (bound, is_beyond) in [(lower, parameter < lower), (upper, parameter > upper)] {
            if is_beyond {
                let located = self.locate(stretch, |vertex| parameter_of(vertex) - bound);
                keep(located.map(|at| self.onto(bound, at)), End::Bound);
            }
        }
        if next.validity <= 0.0 {
            keep(self.locate(stretch, |vertex| vertex.validity), End::Invalid);
        }
        keep(self.meeting(stretch), End::Closed);
        ends.into_iter().min_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// The same vertex with its parameter exactly at a bound, which it misses by rounding.
    fn onto(&self, bound: f64, (distance, mut vertex): (f64, Vertex)) -> (f64, Vertex) {
        let (state, _) = self.frame.unscaled(&vertex.place);
        vertex.place = self.frame.scaled(&state, bound);
        (distance, vertex)
    }

    /// Where the branch meets its start, if it does so between two vertices.
    fn meeting(&self, stretch: &Stretch<'_>) -> Option<(f64, Vertex)> {
        let start = self.start;
        let ahead = |vertex: &Vertex| start.tangent.dot(&(&vertex.place - &start.place));
        let is_near = (&stretch.next.place - &start.place).norm() <= 2.0 * stretch.step;
        if !is_near || ahead(stretch.here) >= 0.0 || ahead(stretch.next) < 0.0 {
            return None;
        }
        let (distance, vertex) = self.locate(stretch, ahead)?;
        let is_same = (&vertex.place - &start.place).norm() < MEETING;
        (is_same && vertex.tangent.dot(&start.tangent) > 0.9).then_some((distance, vertex))
    }

    /// Special points within `length` of the first of two vertices, in order.
    fn specials(&self, stretch: &Stretch<'_>, length: f64) -> Vec<Mark> {
        let mut found: Vec<(f64, Mark)> = Vec::new();
        for test in &self.tests {
            if !test.vanishes(stretch.here, stretch.next) {
                continue;
            }
            let located = self.locate(stretch, |vertex| test.value(vertex));
            let within = located.filter(|(distance, _)| *distance <= length);
            let Some((distance, vertex)) = within else { continue };
            let is_taken = |(taken, mark): &(f64, Mark)| {
                let is_near = (taken - distance).abs() < COINCIDING * stretch.step;
                is_near && mark.special == Some(Special::BranchPoint)
            };
            match test.verdict(&vertex) {
                // The outer branch of a pitchfork turns back where the other crosses it.
                Some(Special::Fold) if found.iter().any(is_taken) => {}
                None => {}
                special => found.push((distance, Mark { vertex, special })),
            }
        }
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        found.into_iter().map(|(_, mark)| mark).collect()
    }
}

/// The piece of the curve between neighbouring vertices.
struct Stretch<'a> {
    here: &'a Vertex,
    next: &'a Vertex,
    /// How far `next` is along the tangent of `here`.
    step: f64,
}

impl Stretch<'_> {
    /// The curve through both vertices with their tangents, at a distance along the tangent of the first.
    fn predict(&self, distance: f64) -> DVector<f64> {
        let (here, next) = (self.here, self.next);
        let out = self.step / next.tangent.dot(&here.tangent);
        let slopes = [&here.tangent * self.step, &next.tangent * out];
        cubic([&here.place, &next.place], &slopes, distance / self.step)
    }
}
