//! How many networks it takes to see an error, and their seeds.
//!
//! With `R` networks the standard error is `sigma/sqrt(R)`, `sigma` the predicted standard deviation of one network. Under independent transmission error and deviation both
//! fall like `n^{-1/2}`, so that the number of networks does not depend on the size.

use super::expected::Expected;
use super::quantity::{Norm, Quantity};
use super::window::Window;

/// Fewest networks: below them, standard errors are not known well enough themselves.
pub const FEWEST: u64 = 40;
/// Most that are asked for.
pub const MOST: u64 = 1_000_000;
/// An error that its margin exceeds by this part is no one to plan for.
const KNOWN: f64 = 1.0 / 3.0;

/// The smallest number of networks, rounded up to a multiple of ten, with which no predicted standard error is larger than the part `precision` of the expected error: of
/// mean, variance, distances and energies, in both norms, at the size's own [`Window`]. Errors that the theory does not know to a third are left out.
pub fn networks(expected: &Expected, precision: f64) -> u64 {
    let window = Window::new(&[expected]);
    let mut most: f64 = 0.0;
    for quantity in expected.quantities() {
        for norm in Norm::ALL {
            for population in (0..expected.populations).filter(|a| expected.has(quantity, *a)) {
                let Some(at) = place(expected, &window, (quantity, norm, population)) else {
                    continue;
                };
                let error = expected.error[quantity][at].abs();
                let deviation = expected.deviation[quantity][at];
                if deviation.is_finite() && expected.margin[quantity][at] <= KNOWN * error {
                    most = most.max((deviation / (precision * error)).powi(2));
                }
            }
        }
    }
    ((most / 10.0).ceil() as u64).saturating_mul(10).clamp(FEWEST, MOST)
}

/// Where a norm takes an error: at the sample of the window where it is expected to be largest, or at the last one.
pub fn place(
    expected: &Expected,
    window: &Window,
    (quantity, norm, population): (Quantity, Norm, usize),
) -> Option<usize> {
    let mut places = window.samples(quantity).iter().map(|s| expected.place(*s, population));
    let error = |at: usize| expected.error[quantity][at].abs();
    match norm {
        Norm::Sup => places.reduce(|most, at| if error(at) > error(most) { at } else { most }),
        Norm::End => places.next_back(),
    }
}

/// A seed for each size, by the finaliser of `SplitMix64`. With one seed for all, networks of different sizes would share their first random numbers, and their errors would not be
/// independent, as the interval of the exponent takes them to be; and nothing would be gained, since errors are measured against the limit, which has no noise.
///
/// # Source
/// Steele, Lea & Flood (2014), doi:10.1145/2660193.2660195.
pub fn seed(base: u64, n: f64) -> u64 {
    let mut z = base.wrapping_add((n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    // As it must be to stand in a scenario.
    (z ^ (z >> 31)) >> 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_size_has_a_seed_of_its_own() {
        let seeds: std::collections::BTreeSet<u64> =
            (1..3).flat_map(|base| (1..1000).map(move |n| seed(base, f64::from(n)))).collect();
        assert_eq!(seeds.len(), 2 * 999);
        assert!(seeds.iter().all(|seed| i64::try_from(*seed).is_ok()));
        // Files of earlier runs hold it.
        assert_eq!(seed(1, 100.0), seed(1, 1e2));
    }
}
