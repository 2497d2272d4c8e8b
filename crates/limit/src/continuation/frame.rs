//! Scaled coordinates `y = (x/units, p/unit)`, with Newton's method across a tangent, and tangents.

use nalgebra::{Complex, DMatrix, DVector};

use super::Family;
use super::Settings;
use super::branch::{Point, Special};

/// Most steps of Newton's method.
const MOST_ITERATIONS: usize = 12;
/// A step of Newton's method below this counts as its last.
const CONVERGED: f64 = 1e-13;
/// Below this, steps that no longer shrink have met rounding.
const ROUNDING: f64 = 1e-9;

/// A family in scaled coordinates.
pub struct Frame<'a, F> {
    family: &'a F,
    /// Units of state and parameter, `N + 1`.
    units: DVector<f64>,
}

/// A hyperplane `<y - origin, normal> = distance`.
pub struct Plane<'a> {
    pub origin: &'a DVector<f64>,
    pub normal: &'a DVector<f64>,
    pub distance: f64,
}

/// A point of the curve with all that the next step and the test functions need.
#[derive(Debug, Clone)]
pub struct Vertex {
    /// Scaled coordinates.
    pub place: DVector<f64>,
    /// Unit tangent.
    pub tangent: DVector<f64>,
    /// Determinant of `[F_y; t^T]`, with rows of unit length; changes its sign at branch points only.
    pub determinant: f64,
    pub spectra: Vec<Vec<Complex<f64>>>,
    pub validity: f64,
}

impl<'a, F: Family> Frame<'a, F> {
    pub fn new(family: &'a F, settings: &Settings) -> Self {
        let units = settings.state_units.push(settings.parameter_unit);
        Self { family, units }
    }

    pub fn scaled(&self, state: &DVector<f64>, parameter: f64) -> DVector<f64> {
        state.push(parameter).component_div(&self.units)
    }

    pub fn unscaled(&self, place: &DVector<f64>) -> (DVector<f64>, f64) {
        let size = self.family.dimension();
        let all = place.component_mul(&self.units);
        (all.rows(0, size).into_owned(), all[size])
    }

    /// `F_y`, `N` by `N + 1`.
    fn jacobian(&self, place: &DVector<f64>) -> Option<DMatrix<f64>> {
        let (state, parameter) = self.unscaled(place);
        let size = state.len();
        let mut wide = self.family.jacobian(&state, parameter)?.insert_column(size, 0.0);
        wide.set_column(size, &self.family.parameter_derivative(&state, parameter)?);
        for (mut column, unit) in wide.column_iter_mut().zip(self.units.iter()) {
            column *= *unit;
        }
        wide.iter().all(|entry| entry.is_finite()).then_some(wide)
    }

    pub fn is_defined(&self, place: &DVector<f64>) -> bool {
        let (state, parameter) = self.unscaled(place);
        self.family.residual(&state, parameter).is_some_and(|r| r.iter().all(|x| x.is_finite()))
    }

    /// The root in a plane near `start`, and how many iterations it took.
    pub fn correct(
        &self,
        start: &DVector<f64>,
        plane: &Plane<'_>,
    ) -> Option<(DVector<f64>, usize)> {
        let mut place = start.clone();
        let mut last = f64::INFINITY;
        for iteration in 1..=MOST_ITERATIONS {
            let (state, parameter) = self.unscaled(&place);
            let residual = self.family.residual(&state, parameter)?;
            let off = plane.normal.dot(&(&place - plane.origin)) - plane.distance;
            let step =
                bordered(self.jacobian(&place)?, plane.normal).lu().solve(&residual.push(off))?;
            place -= &step;
            let size = step.norm();
            if !size.is_finite() {
                return None;
            }
            if size <= CONVERGED * (1.0 + place.norm()) || (size < ROUNDING && size >= 0.5 * last) {
                return Some((place, iteration));
            }
            last = size;
        }
        None
    }

    /// The root at the parameter of `start`.
    pub fn at_parameter(&self, start: &DVector<f64>) -> Option<DVector<f64>> {
        let size = self.family.dimension();
        let normal = DVector::from_fn(size + 1, |i, _| f64::from(u8::from(i == size)));
        let plane = Plane { origin: start, normal: &normal, distance: 0.0 };
        let (mut place, _) = self.correct(start, &plane)?;
        place[size] = start[size];
        Some(place)
    }

    /// All that there is to know of a root; the tangent points to the side of `reference`.
    pub fn vertex(&self, place: DVector<f64>, reference: &DVector<f64>) -> Option<Vertex> {
        let jacobian = self.jacobian(&place)?;
        let size = jacobian.nrows();
        let ahead = DVector::from_fn(size + 1, |i, _| f64::from(u8::from(i == size)));
        let tangent = bordered(jacobian.clone(), reference).lu().solve(&ahead)?;
        if !tangent.norm().is_finite() {
            return None;
        }
        let tangent = tangent.normalize();
        let mut square = bordered(jacobian, &tangent);
        for mut row in square.row_iter_mut() {
            let length = row.norm();
            row /= if length > 0.0 { length } else { 1.0 };
        }
        let (state, parameter) = self.unscaled(&place);
        Some(Vertex {
            determinant: square.determinant(),
            spectra: self.family.spectra(&state, parameter),
            validity: self.family.validity(&state, parameter),
            place,
            tangent,
        })
    }

    /// The vertex at a root from which nothing is known yet; the parameter rises along its tangent unless the branch turns
    /// there.
    pub fn first_vertex(&self, place: DVector<f64>) -> Option<Vertex> {
        let jacobian = self.jacobian(&place)?;
        let size = jacobian.nrows();
        // The null space: the last right singular vector of the Jacobian with a row of zeros added.
        let svd = jacobian.insert_row(size, 0.0).svd(false, true);
        let least = svd.singular_values.imin();
        let null = svd.v_t?.row(least).transpose();
        let upwards = if null[size] < 0.0 { -null } else { null };
        self.vertex(place, &upwards)
    }

    pub fn point(&self, vertex: &Vertex, arclength: f64, special: Option<Special>) -> Point {
        let (state, parameter) = self.unscaled(&vertex.place);
        let (tangent, spectra) = (vertex.tangent.clone(), vertex.spectra.clone());
        Point { parameter, state, arclength, tangent, spectra, special }
    }
}

/// The square matrix of a wide one and a last row.
fn bordered(wide: DMatrix<f64>, last: &DVector<f64>) -> DMatrix<f64> {
    let rows = wide.nrows();
    let mut square = wide.insert_row(rows, 0.0);
    square.set_row(rows, &last.transpose());
    square
}

/// The cubic that goes from one place to another with these slopes as `u` goes from 0 to 1.
pub fn cubic(places: [&DVector<f64>; 2], slopes: &[DVector<f64>; 2], u: f64) -> DVector<f64> {
    let v = 1.0 - u;
    places[0] * (v * v * (1.0 + 2.0 * u))
        + places[1] * (u * u * (1.0 + 2.0 * v))
        + &slopes[0] * (u * v * v)
        - &slopes[1] * (u * u * v)
}
