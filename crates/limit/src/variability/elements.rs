//! The equation of survival in finite elements.

use std::f64::consts::PI;

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::StationaryNeuron;
use super::quadrature::Panels;

/// Half width of the mesh in standard deviations: `phi(9) < 1e-18`.
const REACH: f64 = 9.0;
/// Least half width of elements. A steeper rise within one changes results by `1e-9` or less, as tested for a step.
const NARROWEST: f64 = 1.0 / 1024.0;

/// Elements, polynomials of some degree on each, continuous over all.
pub(super) struct Mesh {
    elements: Vec<(f64, f64)>,
    degree: usize,
}

/// Decay without spikes and scalar products of the basis, and of the function 1 with it.
pub(super) struct Equation {
    /// `int phi (u' w'/tau + lambda u w) dx`.
    decay: DMatrix<f64>,
    /// `int phi u w dx`.
    product: DMatrix<f64>,
    /// `int phi u dx`.
    one: DVector<f64>,
}

impl Mesh {
    /// Elements no wider than `2 widest`, as narrow as the gain asks for.
    pub fn new(neuron: &StationaryNeuron, widest: f64, degree: usize) -> Self {
        let panels = Panels { neuron, widest, narrowest: NARROWEST };
        Self { elements: panels.up_to(REACH), degree }
    }

    /// Places of the functions of an element: its ends, shared with its neighbours, and its own.
    fn place(&self, element: usize, function: usize) -> usize {
        match function {
            0 => element * self.degree,
            1 => (element + 1) * self.degree,
            own => element * self.degree + own - 1,
        }
    }

    /// Integrates the equation of a neuron, element by element.
    pub fn equation(&self, neuron: &StationaryNeuron) -> Equation {
        let size = self.elements.len() * self.degree + 1;
        let mut equation = Equation {
            decay: DMatrix::zeros(size, size),
            product: DMatrix::zeros(size, size),
            one: DVector::zeros(size),
        };
        for element in 0..self.elements.len() {
            self.add(element, neuron, &mut equation);
        }
        equation
    }

    fn add(&self, element: usize, neuron: &StationaryNeuron, equation: &mut Equation) {
        let (from, to) = self.elements[element];
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        let panels = Panels { neuron, widest: 1.0, narrowest: 0.0 };
        let mut parts = Vec::new();
        panels.cut(from, to, &mut parts);
        for node in panels.nodes(&parts) {
            let weight = node.weight * (-0.5 * node.x * node.x).exp() / (2.0 * PI).sqrt();
            let basis = functions((node.x - middle) / half, self.degree);
            let rate = node.rate / neuron.release_probability;
            let stiffness = 1.0 / (neuron.time_constant * half * half);
            for (i, (u, du)) in basis.iter().enumerate() {
                let row = self.place(element, i);
                for (j, (w, dw)) in basis.iter().enumerate() {
                    let place = (row, self.place(element, j));
                    equation.decay[place] += weight * (stiffness * du * dw + rate * u * w);
                    equation.product[place] += weight * u * w;
                }
                equation.one[row] += weight * u;
            }
        }
    }
}

impl Equation {
    /// `<1|A^{-1}|1>`, the mean wait for a spike.
    pub fn mean_wait(&self) -> f64 {
        let factor = self.decay.clone().cholesky();
        factor.map_or(f64::NAN, |factor| factor.solve(&self.one).dot(&self.one))
    }

    /// Eigenvalues `mu_k` of `A` and weights `w_k` of the function 1; none where rounding leaves no positive matrix.
    pub fn spectrum(self) -> Option<(Vec<f64>, Vec<f64>)> {
        // A u = mu B u with B = L L^T: the symmetric matrix L^{-1} A L^{-T}.
        let lower = self.product.cholesky()?.unpack();
        let half = lower.solve_lower_triangular(&self.decay)?;
        let full = lower.solve_lower_triangular(&half.transpose())?;
        let one = lower.solve_lower_triangular(&self.one)?;
        let eigen = SymmetricEigen::new(0.5 * (&full + full.transpose()));
        let weights = eigen.eigenvectors.tr_mul(&one).iter().map(|part| part * part).collect();
        Some((eigen.eigenvalues.iter().copied().collect(), weights))
    }
}

/// Values and derivatives on `[-1, 1]`: `(1 - t)/2`, `(1 + t)/2`, and integrals of Legendre polynomials, which vanish at both ends,
/// `(P_j - P_{j-2})/sqrt(2 (2 j - 1))` with the derivatives `sqrt((2 j - 1)/2) P_{j-1}`.
fn functions(t: f64, degree: usize) -> Vec<(f64, f64)> {
    let mut functions = vec![(0.5 * (1.0 - t), -0.5), (0.5 * (1.0 + t), 0.5)];
    let (mut before, mut last) = (1.0, t);
    for j in 2..=degree {
        let odd = 2.0 * j as f64 - 1.0;
        let next = (odd * t * last - (j as f64 - 1.0) * before) / j as f64;
        functions.push(((next - before) / (2.0 * odd).sqrt(), (0.5 * odd).sqrt() * last));
        (before, last) = (last, next);
    }
    functions
}
