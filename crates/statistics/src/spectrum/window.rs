//! Windows by which segments are weighted.

use std::f64::consts::TAU;

/// A window of `L` weights `w_j`, `j = 0..L`, periodic: `w_L` would be `w_0`.
///
/// A window trades resolution against leakage from strong frequencies far away. Equivalent noise bandwidths, in units of
/// `1/(L D)`: 1, 1.5, 1.36, 1.73.
///
/// # Source
/// Harris (1978), doi:10.1109/PROC.1978.10837.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Window {
    /// `1`: the plain periodogram, with leakage that falls like `f^{-2}`.
    Rectangular,
    /// `(1 - cos(2 pi j/L))/2`: leakage falls like `f^{-6}`.
    #[default]
    Hann,
    /// `0.54 - 0.46 cos(2 pi j/L)`.
    Hamming,
    /// `0.42 - 0.5 cos(2 pi j/L) + 0.08 cos(4 pi j/L)`.
    Blackman,
}

impl Window {
    /// The weights `w_j`, `length` of them.
    ///
    /// ```
    /// assert_eq!(equipoise_statistics::spectrum::Window::Hann.weights(4)[2], 1.0);
    /// ```
    pub fn weights(self, length: usize) -> Vec<f64> {
        let [constant, first, second] = match self {
            Self::Rectangular => [1.0, 0.0, 0.0],
            Self::Hann => [0.5, 0.5, 0.0],
            Self::Hamming => [0.54, 0.46, 0.0],
            Self::Blackman => [0.42, 0.5, 0.08],
        };
        let weight = |j: usize| {
            let angle = TAU * j as f64 / length as f64;
            constant - first * angle.cos() + second * (2.0 * angle).cos()
        };
        (0..length).map(weight).collect()
    }
}
