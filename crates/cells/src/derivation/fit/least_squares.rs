//! Linear least squares, with what the errors of the coefficients need.

use nalgebra::{DMatrix, DVector};

/// Relative size of rounding errors in a design whose columns have length 1.
const ROUNDING: f64 = 1e-10;

/// A regression `y = X b`.
#[derive(Debug, Clone)]
pub(super) struct Regression {
    /// `b`.
    pub coefficients: DVector<f64>,
    /// Its covariance, `s^2 (X^T X)^-1`.
    pub covariance: DMatrix<f64>,
    /// Sum of the squares of `y - X b`.
    pub squares: f64,
    /// Largest of `|y - X b|`.
    pub largest_residual: f64,
    /// Values less coefficients.
    pub freedom: usize,
}

impl Regression {
    /// Of values against rows of regressors; none if the columns are dependent or no degree of freedom is left.
    pub fn new<const N: usize>(rows: &[[f64; N]], values: &[f64]) -> Option<Self> {
        let design = DMatrix::from_fn(rows.len(), N, |row, column| rows[row][column]);
        Self::of_design(&design, &DVector::from_row_slice(values))
    }

    /// The same of a design matrix.
    pub fn of_design(design: &DMatrix<f64>, values: &DVector<f64>) -> Option<Self> {
        let (rows, columns) = design.shape();
        let freedom = rows.checked_sub(columns).filter(|freedom| *freedom > 0)?;
        let lengths = DVector::from_iterator(columns, design.column_iter().map(|c| c.norm()));
        if lengths.min() == 0.0 {
            return None;
        }
        let scaling = DMatrix::from_diagonal(&lengths.map(f64::recip));
        let decomposition = (design * &scaling).svd(true, true);
        if decomposition.rank(ROUNDING) < columns {
            return None;
        }
        let coefficients = &scaling * decomposition.solve(values, 0.0).ok()?;
        let residuals = values - design * &coefficients;
        let squares = residuals.norm_squared();
        let right = decomposition.v_t.as_ref()?.transpose();
        let half = &scaling
            * right
            * DMatrix::from_diagonal(&decomposition.singular_values.map(f64::recip));
        let covariance = &half * half.transpose() * (squares / freedom as f64);
        let largest_residual = residuals.amax();
        Some(Self { coefficients, covariance, squares, largest_residual, freedom })
    }

    /// `s`, the standard deviation of residuals, with the degrees of freedom as divisor.
    pub fn residual_deviation(&self) -> f64 {
        (self.squares / self.freedom as f64).sqrt()
    }

    /// Variance of a function of the coefficients with this gradient, by the delta method.
    pub fn variance(&self, gradient: &[f64]) -> f64 {
        let gradient = DVector::from_row_slice(gradient);
        gradient.dot(&(&self.covariance * &gradient))
    }
}
