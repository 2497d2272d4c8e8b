//! Small systems of linear equations.

/// Solves `matrix x = right` (row-major) by elimination with pivots; what cannot be solved for stays 0.
pub fn solve(mut matrix: Vec<f64>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for column in 0..size {
        let magnitude = |row: &usize| matrix[row * size + column].abs();
        let pivot = (column..size).max_by(|a, b| magnitude(a).total_cmp(&magnitude(b)));
        let pivot = pivot.unwrap_or(column);
        if pivot != column {
            right.swap(pivot, column);
            (0..size).for_each(|k| matrix.swap(pivot * size + k, column * size + k));
        }
        let head = matrix[column * size + column];
        for row in column + 1..size {
            let factor = if head == 0.0 { 0.0 } else { matrix[row * size + column] / head };
            for k in column..size {
                matrix[row * size + k] -= factor * matrix[column * size + k];
            }
            right[row] -= factor * right[column];
        }
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|k| matrix[row * size + k] * right[k]).sum();
        let head = matrix[row * size + row];
        right[row] = if head == 0.0 { 0.0 } else { (right[row] - known) / head };
    }
    right
}

/// The spectral radius of a matrix to a few per cent from above: `|A^64|^(1/64)` in the largest row sum.
pub fn spectral_radius(matrix: &[f64], size: usize) -> f64 {
    let (mut power, mut log_scale, mut exponent) = (matrix.to_vec(), 0.0, 1.0);
    for _ in 0..=6 {
        let row_sum = |row: &[f64]| row.iter().map(|x| x.abs()).sum::<f64>();
        let norm = power.chunks(size).map(row_sum).fold(0.0, f64::max);
        if norm == 0.0 || !norm.is_finite() {
            return norm;
        }
        log_scale += norm.ln() / exponent;
        if exponent == 64.0 {
            break;
        }
        for x in &mut power {
            *x /= norm;
        }
        let product = |at: usize| -> f64 {
            (0..size).map(|k| power[at / size * size + k] * power[k * size + at % size]).sum()
        };
        power = (0..size * size).map(product).collect();
        exponent *= 2.0;
    }
    f64::exp(log_scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_solved() {
        let matrix = vec![0.0, 2.0, 1.0, 1.0, 1.0, 0.0, 3.0, 0.0, -1.0];
        let x = solve(matrix, vec![7.0, 3.0, 0.0]);
        for (value, exact) in x.iter().zip([1.0, 2.0, 3.0]) {
            assert!((value - exact).abs() < 1e-14, "{x:?}");
        }
        assert_eq!(solve(vec![0.0], vec![1.0]), [0.0]);
    }

    #[test]
    fn spectral_radii_are_those_of_eigenvalues() {
        // Eigenvalues 2 and 5; a rotation by a right angle times 3; a nilpotent matrix.
        assert!((spectral_radius(&[4.0, 1.0, 2.0, 3.0], 2) / 5.0 - 1.0).abs() < 0.02);
        assert!((spectral_radius(&[0.0, -3.0, 3.0, 0.0], 2) / 3.0 - 1.0).abs() < 0.02);
        assert_eq!(spectral_radius(&[0.0, 1.0, 0.0, 0.0], 2), 0.0);
    }
}
