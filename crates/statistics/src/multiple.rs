//! Holm's correction over a family of tests.

/// Adjusted p-values: rejecting those at or below `level` keeps the probability of any false rejection in
/// the family at or below `level`, whatever the dependence.
///
/// # Source
/// Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
///
/// ```
/// assert_eq!(equipoise_statistics::holm(&[0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
/// ```
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (rank, index) in order.into_iter().enumerate() {
        let remaining = (p_values.len() - rank) as f64;
        largest = largest.max((p_values[index] * remaining).min(1.0));
        adjusted[index] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_test_is_left_alone_and_order_does_not_matter() {
        assert_eq!(holm(&[0.2]), [0.2]);
        assert_eq!(holm(&[]), [0.0; 0]);
        let adjusted = holm(&[0.5, 0.001, 0.02, 0.5]);
        assert_eq!(adjusted, [1.0, 0.004, 0.06, 1.0]);
    }
}
