//! One test of a validation, whatever it is about.

use std::cmp::Ordering;

use equipoise_statistics::{Equivalence, Estimate, holm};

/// Probability of any false alarm in a validation whose predictions hold within their margins.
pub const LEVEL: f64 = 0.01;

/// An estimate against its prediction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tested {
    /// Estimate from the ensemble.
    pub measured: Estimate,
    /// What the finite-n theory predicts.
    pub predicted: f64,
    /// What the limit predicts for a network of this size, where it predicts anything.
    pub limit: Option<f64>,
    /// The test.
    pub test: Equivalence,
    /// Its p-value after Holm's correction over the whole validation.
    pub adjusted_p: f64,
}

impl Tested {
    /// Before Holm's correction.
    pub(crate) fn new(
        measured: Estimate,
        predicted: f64,
        limit: Option<f64>,
        test: Equivalence,
    ) -> Self {
        Self { measured, predicted, limit, test, adjusted_p: f64::NAN }
    }

    /// Whether measured and predicted agree within the margin, at [`LEVEL`] over the whole validation.
    pub fn holds(&self) -> bool {
        self.adjusted_p > LEVEL
    }

    /// The more doubtful one first: by its p-value, then by its difference.
    pub fn by_doubt(&self, other: &Self) -> Ordering {
        let beyond = |tested: &Self| {
            tested.test.difference.abs() / (tested.test.margin + tested.test.standard_error)
        };
        self.test.p.total_cmp(&other.test.p).then(beyond(other).total_cmp(&beyond(self)))
    }
}

/// Holm's correction over all tests of a validation.
pub(crate) fn correct(mut tests: Vec<&mut Tested>) {
    let p_values: Vec<f64> = tests.iter().map(|tested| tested.test.p).collect();
    for (tested, adjusted) in tests.iter_mut().zip(holm(&p_values)) {
        tested.adjusted_p = adjusted;
    }
}
