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

/// `ln |A^m|` with `m = 2^doublings`, in the largest row sum.
fn log_of_power(matrix: &[f64], size: usize, doublings: u32) -> f64 {
    let (mut power, mut log_scale) = (matrix.to_vec(), 0.0);
    for doubling in 0..=doublings {
        let row_sum = |row: &[f64]| row.iter().map(|x| x.abs()).sum::<f64>();
        let norm = power.chunks(size).map(row_sum).fold(0.0, f64::max);
        log_scale = 2.0 * log_scale + norm.ln();
        if doubling == doublings || norm == 0.0 || !norm.is_finite() {
            // Of a power that is zero, so are all that follow.
            return log_scale;
        }
        for x in &mut power {
            *x /= norm;
        }
        let product = |at: usize| -> f64 {
            (0..size).map(|k| power[at / size * size + k] * power[k * size + at % size]).sum()
        };
        power = (0..size * size).map(product).collect();
    }
    log_scale
}

/// The spectral radius of a matrix, to a few per cent from above.
pub fn spectral_radius(matrix: &[f64], size: usize) -> f64 {
    const DOUBLINGS: u32 = 6;
    f64::exp(log_of_power(matrix, size, DOUBLINGS) / f64::from(1 << DOUBLINGS))
}

/// Whether `dx/dt = A x` grows as fast as some of its spectral radius, by a hundredth of it or more.
pub fn grows(matrix: &[f64], size: usize) -> bool {
    const DOUBLINGS: u32 = 16;
    /// A part of the fast time, so short that `1 + A dt` grows as `exp(A dt)` does.
    const PART: f64 = 0.02;
    /// Growth that eigenvectors which are far from orthogonal may feign.
    const FEIGNED: f64 = 5.0;
    let radius = spectral_radius(matrix, size);
    if radius == 0.0 || !radius.is_finite() {
        return false;
    }
    let step =
        |(at, x): (usize, &f64)| f64::from(u8::from(at / size == at % size)) + PART / radius * x;
    let step: Vec<f64> = matrix.iter().enumerate().map(step).collect();
    log_of_power(&step, size, DOUBLINGS) > FEIGNED
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

    #[test]
    fn what_grows_is_found() {
        // Of rank 1, as equal-weight pairs are, with the eigenvalue `p + s` beside 0.
        let pair = |p: f64, s: f64| [p, -p, -s, s];
        for factor in [1e-6, 1.0, 1e5] {
            let scaled = |matrix: [f64; 4]| matrix.map(|x| factor * x);
            assert!(!grows(&scaled(pair(-1.0, -2.0)), 2));
            assert!(!grows(&scaled(pair(-3.0, 2.0)), 2));
            assert!(grows(&scaled(pair(-2.0, 3.0)), 2));
            assert!(grows(&scaled(pair(-2.0, 2.1)), 2));
            // A spiral out of a focus, and one into it.
            assert!(grows(&scaled([0.1, -1.0, 1.0, 0.1]), 2));
            assert!(!grows(&scaled([-0.1, -1.0, 1.0, -0.1]), 2));
            assert!(!grows(&scaled([0.0, 1.0, 0.0, 0.0]), 2));
        }
    }
}
