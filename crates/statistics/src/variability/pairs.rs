//! Correlation of counts, averaged over all pairs of neurons.

use super::{Moments, from_influences};
use crate::Estimate;

/// Means over all pairs of different neurons of the covariance and of the correlation of their counts.
///
/// Both come from the variance of sums over neurons, in time proportional to neurons times windows: with counts `x_i` of `N` neurons
///
/// ```math
/// \begin{aligned}
/// \text{mean covariance} &= \frac{\mathrm{Var}(\sum_i x_i) - \sum_i \mathrm{Var}(x_i)}{N (N - 1)}, \\
/// \text{mean correlation} &= \frac{\mathrm{Var}(\sum_i x_i/s_i) - N}{N (N - 1)}, \qquad s_i^2 = \mathrm{Var}(x_i).
/// \end{aligned}
/// ```
///
/// In the limit of a balanced network they vanish like `1/n`; with shared spikes they do not.
///
/// # Source
/// Renart et al. (2010), doi:10.1126/science.1179850 (the statistic in balanced networks).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairwiseCorrelation {
    /// Mean covariance of pairs, in counts squared.
    pub covariance: Estimate,
    /// Mean correlation of pairs of neurons whose counts vary.
    pub correlation: Estimate,
    /// Neurons whose counts vary.
    pub varying: usize,
}

impl PairwiseCorrelation {
    /// From counts of `neurons` neurons, row-major: independent windows x neurons.
    ///
    /// # Panics
    /// If the windows are not of `neurons` counts each.
    pub fn of_counts(counts: &[f64], neurons: usize) -> Self {
        assert!(
            neurons > 0 && counts.len().is_multiple_of(neurons),
            "{} counts of {neurons} neurons",
            counts.len()
        );
        let columns: Vec<Moments> = (0..neurons)
            .map(|i| {
                let column: Vec<f64> = counts.iter().skip(i).step_by(neurons).copied().collect();
                Moments::of(&column)
            })
            .collect();
        let plain: Vec<f64> = vec![1.0; neurons];
        let inverse = |column: &Moments| {
            if column.variance > 0.0 { column.variance.sqrt().recip() } else { 0.0 }
        };
        let standardising: Vec<f64> = columns.iter().map(inverse).collect();
        let varying = standardising.iter().filter(|scale| **scale > 0.0).count();
        Self {
            covariance: over_pairs(counts, &columns, &plain, neurons, false),
            correlation: over_pairs(counts, &columns, &standardising, varying, true),
            varying,
        }
    }
}

/// Mean covariance of pairs of the variables `scale_i (x_i - mean_i)`. If they are `standardised`, by standard deviations of the sample,
/// the influence of a window is that of a correlation, `z_i z_j - r_ij (z_i^2 + z_j^2)/2`, which sums up to `Z^2 - sum_i z_i^2 - sum_i z_i^2
/// sum_{j != i} r_ij` with `Z = sum_i z_i`, and `sum_{j != i} r_ij = Cov(z_i, Z) - 1`.
fn over_pairs(
    counts: &[f64],
    columns: &[Moments],
    scales: &[f64],
    neurons: usize,
    standardised: bool,
) -> Estimate {
    let centred = |window: &[f64]| -> Vec<f64> {
        let both = window.iter().zip(columns).zip(scales);
        both.map(|((x, column), scale)| scale * (x - column.mean)).collect()
    };
    let windows = counts.len() / columns.len();
    let pairs = neurons as f64 * (neurons as f64 - 1.0);
    // Sums over windows of Z z_i.
    let mut with_sum = vec![0.0; columns.len()];
    let mut excess = Vec::with_capacity(windows);
    for window in counts.chunks_exact(columns.len()) {
        let z = centred(window);
        let sum: f64 = z.iter().sum();
        with_sum.iter_mut().zip(&z).for_each(|(total, z)| *total += sum * z);
        excess.push((sum * sum - z.iter().map(|z| z * z).sum::<f64>()) / pairs);
    }
    let value = excess.iter().sum::<f64>() / (windows as f64 - 1.0);
    if standardised {
        let others = |total: f64| total / (windows as f64 - 1.0) - 1.0;
        for (influence, window) in excess.iter_mut().zip(counts.chunks_exact(columns.len())) {
            let squares = centred(window).into_iter().zip(&with_sum);
            *influence -= squares.map(|(z, total)| z * z * others(*total)).sum::<f64>() / pairs;
        }
    }
    from_influences(value, excess.into_iter())
}
