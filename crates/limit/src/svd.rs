//! Singular value decomposition by rotations, one-sided Jacobi.
//!
//! Use it for `K`, which is small and often singular but for the last digits of its entries: singular vectors of the large
//! singular values are then accurate to rounding. (The bidiagonal method of `nalgebra` 0.35 is not: with a second singular value
//! of `1e-13` its first left vector is off by `1e-3`; see the test.)
//!
//! # Source
//! Hestenes (1958), doi:10.1137/0106005; Demmel & Veselic (1992), doi:10.1137/0613074 (accuracy).

use nalgebra::{DMatrix, DVector};

/// Largest number of sweeps; a few suffice.
const SWEEPS: usize = 60;

/// `A = U Sigma V^T` with orthogonal `U` and `V`; `Sigma` falling.
pub(crate) struct Decomposition {
    pub left: DMatrix<f64>,
    pub singular_values: DVector<f64>,
    pub right: DMatrix<f64>,
}

/// Decomposes a square matrix; left vectors of singular values below `tolerance` times the largest are any that complete
/// the others.
pub(crate) fn decompose(matrix: &DMatrix<f64>, tolerance: f64) -> Decomposition {
    let size = matrix.ncols();
    let (mut rotated, mut right) = (matrix.clone(), DMatrix::identity(size, size));
    for _ in 0..SWEEPS {
        let mut orthogonal = true;
        for p in 0..size {
            for q in p + 1..size {
                orthogonal &= !rotate(&mut rotated, &mut right, p, q);
            }
        }
        if orthogonal {
            break;
        }
    }
    let norms: Vec<f64> = rotated.column_iter().map(|column| column.norm()).collect();
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|a, b| norms[*b].total_cmp(&norms[*a]));
    let singular_values = DVector::from_iterator(size, order.iter().map(|i| norms[*i]));
    let right = right.select_columns(&order);
    let known = order.iter().filter(|i| norms[**i] > tolerance * singular_values[0]);
    let known: Vec<DVector<f64>> = known.map(|i| rotated.column(*i) / norms[*i]).collect();
    Decomposition { left: completed(known, size), singular_values, right }
}

/// Makes columns `p` and `q` orthogonal; whether they were not.
fn rotate(rotated: &mut DMatrix<f64>, right: &mut DMatrix<f64>, p: usize, q: usize) -> bool {
    let (alpha, beta) = (rotated.column(p).norm_squared(), rotated.column(q).norm_squared());
    let gamma = rotated.column(p).dot(&rotated.column(q));
    // Also false if anything is not a number.
    let needed = gamma.abs() > f64::EPSILON * (alpha * beta).sqrt();
    if !needed {
        return false;
    }
    let zeta = (beta - alpha) / (2.0 * gamma);
    let tangent = zeta.signum() / (zeta.abs() + 1.0_f64.hypot(zeta));
    let cosine = 1.0_f64.hypot(tangent).recip();
    let sine = cosine * tangent;
    for columns in [rotated, right] {
        for row in 0..columns.nrows() {
            let (x, y) = (columns[(row, p)], columns[(row, q)]);
            columns[(row, p)] = cosine * x - sine * y;
            columns[(row, q)] = sine * x + cosine * y;
        }
    }
    true
}

/// An orthogonal matrix that begins with these columns: unit vectors are added, each time the one that is furthest from what
/// there is.
fn completed(mut columns: Vec<DVector<f64>>, size: usize) -> DMatrix<f64> {
    while columns.len() < size {
        let rest = |axis: usize| {
            let mut rest = DVector::zeros(size);
            rest[axis] = 1.0;
            // Twice is enough (Kahan).
            for column in columns.iter().chain(&columns) {
                let along = column.dot(&rest);
                rest.axpy(-along, column, 1.0);
            }
            rest
        };
        let rests = (0..size).map(rest).max_by(|a, b| a.norm().total_cmp(&b.norm()));
        let Some(furthest) = rests else { break };
        columns.push(furthest.normalize());
    }
    DMatrix::from_columns(&columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(matrix: &DMatrix<f64>) -> Decomposition {
        let found = decompose(matrix, 1e-10);
        let size = matrix.nrows();
        let product =
            &found.left * DMatrix::from_diagonal(&found.singular_values) * found.right.transpose();
        assert!((product - matrix).amax() <= 1e-10 * matrix.amax(), "{matrix}");
        for side in [&found.left, &found.right] {
            assert!((side.transpose() * side - DMatrix::identity(size, size)).amax() < 1e-14);
        }
        assert!(found.singular_values.as_slice().windows(2).all(|pair| pair[0] >= pair[1]));
        found
    }

    #[test]
    fn regular_singular_and_vanishing_matrices_are_decomposed() {
        check(&DMatrix::from_row_slice(2, 2, &[1.0, -2.0, 2.0, -2.4]));
        check(&DMatrix::from_row_slice(3, 3, &[1.0, -1.0, 0.5, 2.0, -2.0, 1.0, 0.3, -0.3, 0.15]));
        check(&DMatrix::from_row_slice(3, 3, &[0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0]));
        check(&DMatrix::zeros(2, 2));
    }

    /// Equal weights of which thirteen digits are given.
    #[test]
    fn a_nearly_singular_matrix_has_accurate_vectors() {
        let weights = [1.9, -1.899_999_999_999_92, 3.0, -3.000_000_000_001_2];
        let found = check(&DMatrix::from_row_slice(2, 2, &weights));
        let expected = DVector::from_row_slice(&[1.9, 3.0]).normalize();
        let across = found.left[(0, 0)] * expected[1] - found.left[(1, 0)] * expected[0];
        assert!(across.abs() < 1e-12, "{across:e}");
    }
}
