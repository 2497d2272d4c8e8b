//! Test functions: smooth along a branch, and of different signs on the two sides of a special point.
//!
//! | special point | test function |
//! | --- | --- |
//! | fold | the parameter's component of the tangent |
//! | branch point | determinant of `F_y` bordered by the tangent |
//! | Hopf point | product of the sums of all pairs of eigenvalues of a spectrum |
//! | real crossing | product of the eigenvalues of a spectrum |
//!
//! The last two are made bounded without a change of sign. They also change sign where an eigenvalue passes infinity, and
//! the third where two real eigenvalues are opposite: no special points. Two pairs that cross between neighbouring points are
//! not seen.

use nalgebra::Complex;

use super::branch::Special;
use super::frame::Vertex;

/// A located Hopf pair has a real part below this fraction of its imaginary part, and a vanishing eigenvalue is smaller than
/// this fraction of the largest.
const VANISHING: f64 = 1e-4;

/// What to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    Fold,
    BranchPoint,
    Hopf(usize),
    RealCrossing(usize),
}

impl Test {
    /// All tests for so many spectra; branch points before folds, which they can look like.
    pub fn all(spectra: usize) -> Vec<Self> {
        let hopf = (0..spectra).map(Self::Hopf);
        let crossing = (1..spectra).map(Self::RealCrossing);
        [Self::BranchPoint, Self::Fold].into_iter().chain(hopf).chain(crossing).collect()
    }

    /// The test function; not-a-number where it is not defined.
    pub fn value(self, vertex: &Vertex) -> f64 {
        match self {
            Self::Fold => vertex.tangent[vertex.tangent.len() - 1],
            Self::BranchPoint => vertex.determinant,
            Self::Hopf(spectrum) => pair_sums(&vertex.spectra[spectrum]),
            Self::RealCrossing(spectrum) => product(&vertex.spectra[spectrum]),
        }
    }

    /// Whether the test function vanishes between two points, the second one included.
    pub fn vanishes(self, before: &Vertex, after: &Vertex) -> bool {
        let (before, after) = (self.value(before), self.value(after));
        before != 0.0 && !before.is_nan() && (after == 0.0 || before * after < 0.0)
    }

    /// What a zero of the test function is; none if it is one of those that mean nothing.
    pub fn verdict(self, vertex: &Vertex) -> Option<Special> {
        match self {
            Self::Fold => Some(Special::Fold),
            Self::BranchPoint => Some(Special::BranchPoint),
            Self::Hopf(spectrum) => {
                let pair = smallest_sum(&vertex.spectra[spectrum])?;
                let is_pair = pair.re.abs() < VANISHING * pair.im.abs();
                let angular_frequency = pair.im.abs();
                is_pair.then_some(Special::Hopf { spectrum, angular_frequency })
            }
            Self::RealCrossing(spectrum) => {
                let sizes = vertex.spectra[spectrum].iter().map(|value| value.norm());
                let smallest = sizes.clone().fold(f64::INFINITY, f64::min);
                let largest = sizes.fold(0.0, f64::max);
                // Alone, an eigenvalue cannot be small against the others.
                let vanishes =
                    vertex.spectra[spectrum].len() == 1 || smallest < VANISHING * largest;
                vanishes.then_some(Special::RealCrossing { spectrum })
            }
        }
    }
}

/// Pairs of places in a list.
fn pairs(length: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..length).flat_map(move |i| (i + 1..length).map(move |j| (i, j)))
}

/// `prod (l_i + l_j)/(|l_i| + |l_j|)`, real because the factors are real or come in conjugate pairs.
fn pair_sums(spectrum: &[Complex<f64>]) -> f64 {
    let factors = pairs(spectrum.len()).map(|(i, j)| {
        let (a, b) = (spectrum[i], spectrum[j]);
        (a + b) / (a.norm() + b.norm())
    });
    factors.fold(Complex::new(1.0, 0.0), |a, b| a * b).re
}

/// `prod l_i/(1 + |l_i|)`: of the sign of the product, and bounded.
fn product(spectrum: &[Complex<f64>]) -> f64 {
    let factors = spectrum.iter().map(|value| value / (1.0 + value.norm()));
    factors.fold(Complex::new(1.0, 0.0), |a, b| a * b).re
}

/// An eigenvalue of the complex pair that is nearest to the imaginary axis for its size, if any pair of eigenvalues is
/// nearer to a sum of zero than all pairs of others.
fn smallest_sum(spectrum: &[Complex<f64>]) -> Option<Complex<f64>> {
    let size = |(i, j): (usize, usize)| {
        let (a, b) = (spectrum[i], spectrum[j]);
        (a + b).norm() / (a.norm() + b.norm())
    };
    let nearest = pairs(spectrum.len()).min_by(|a, b| size(*a).total_cmp(&size(*b)))?;
    let value = spectrum[nearest.0];
    (value.im != 0.0).then_some(value)
}
