//! Roots and minima of a function of one variable on an interval.

/// Part of the interval that golden section keeps at each step.
const GOLDEN: f64 = 0.618_033_988_749_894_8;

/// Most evaluations; bisection alone would need about fifty.
const MOST_EVALUATIONS: usize = 100;

/// A place and the value there.
pub type Sample = (f64, f64);

/// Narrows the bracket `left`, `right` of a root until it is shorter than `tolerance`, by inverse quadratic interpolation
/// where that is safe and by bisection elsewhere, and returns the end with the smaller value. Ends early, with the best place
/// so far, where the function is not defined (`None`).
///
/// # Source
/// Chandrupatla (1997), doi:10.1016/S0965-9978(96)00051-8.
pub fn root(
    (left, right): (Sample, Sample),
    tolerance: f64,
    mut function: impl FnMut(f64) -> Option<f64>,
) -> f64 {
    let (mut newest, mut opposite) = (right, left);
    let mut fraction = 0.5;
    for _ in 0..MOST_EVALUATIONS {
        let place = newest.0 + fraction * (opposite.0 - newest.0);
        let Some(value) = function(place) else { break };
        let previous = if (value > 0.0) == (newest.1 > 0.0) {
            newest
        } else {
            std::mem::replace(&mut opposite, newest)
        };
        newest = (place, value);
        let width = (opposite.0 - newest.0).abs();
        if value == 0.0 || width <= tolerance {
            break;
        }
        let margin = 0.5 * tolerance / width;
        fraction = next_fraction(newest, opposite, previous).clamp(margin, 1.0 - margin);
    }
    if newest.1.abs() <= opposite.1.abs() { newest.0 } else { opposite.0 }
}

/// Where to look next between `newest` (0) and `opposite` (1), given the place looked at before.
fn next_fraction(newest: Sample, opposite: Sample, previous: Sample) -> f64 {
    let ((a, fa), (b, fb), (c, fc)) = (newest, opposite, previous);
    let xi = (a - b) / (c - b);
    let phi = (fa - fb) / (fc - fb);
    let is_safe = phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi;
    if !is_safe {
        return 0.5;
    }
    fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
}

/// Where `function` is least between `ends`, if it has one minimum there: golden section, to about the root of the
/// rounding error.
pub(crate) fn minimum(function: impl Fn(f64) -> f64, (mut a, mut b): (f64, f64)) -> f64 {
    let inner = |a: f64, b: f64| (b - GOLDEN * (b - a), a + GOLDEN * (b - a));
    let (mut left, mut right) = inner(a, b);
    let (mut at_left, mut at_right) = (function(left), function(right));
    while (b - a).abs() > 1e-9 * (1.0 + a.abs() + b.abs()) {
        if at_left < at_right {
            (b, right, at_right) = (right, left, at_left);
            left = inner(a, b).0;
            at_left = function(left);
        } else {
            (a, left, at_left) = (left, right, at_right);
            right = inner(a, b).1;
            at_right = function(right);
        }
    }
    if at_left < at_right { left } else { right }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_of_smooth_flat_and_steep_functions_are_found() {
        let functions: [(&dyn Fn(f64) -> f64, f64); 4] = [
            (&|x| x.cos() - x, 0.739_085_133_215_160_6),
            (&|x| (x - 0.3).powi(9), 0.3),
            (&|x| (1e6 * (x - 0.7)).tanh() + 0.5, 0.7 - 0.549_306_144_334_054_8e-6),
            (&|x| 1.0 - 2.0 * x, 0.5),
        ];
        for (function, expected) in functions {
            for ends in [(-1.0, 2.0), (2.0, -1.0)] {
                let [left, right] = [ends.0, ends.1].map(|x| (x, function(x)));
                let found = root((left, right), 1e-15, |x| Some(function(x)));
                // A root of order nine is known to the ninth root of the rounding error, or exactly.
                assert!((found - expected).abs() < 1e-14, "{found} {expected}");
            }
        }
    }

    #[test]
    fn the_minimum_is_found() {
        let found = minimum(|x| (x - 0.3).powi(2) + 1.0, (-2.0, 5.0));
        assert!((found - 0.3).abs() < 1e-7, "{found}");
    }

    fn find(function: fn(f64) -> f64, left: f64, right: f64) -> (f64, usize) {
        let mut evaluations = 0;
        let found = root(((left, function(left)), (right, function(right))), 1e-14, |x| {
            evaluations += 1;
            Some(function(x))
        });
        (found, evaluations)
    }

    #[test]
    fn smooth_functions_take_few_evaluations() {
        let (found, evaluations) = find(|x| x.exp() - 2.0, -1.0, 3.0);
        assert!((found - 2.0_f64.ln()).abs() < 1e-13, "{found}");
        assert!(evaluations < 16, "{evaluations}");
    }

    #[test]
    fn flat_and_broken_functions_are_no_worse_than_bisection() {
        let (found, evaluations) = find(|x| (x - 0.3).powi(9), -1.0, 1.0);
        assert!((found - 0.3).abs() < 0.02 && evaluations <= 100, "{found} {evaluations}");
        let (found, evaluations) = find(|x| if x < 0.7 { -1.0 } else { 5.0 }, 0.0, 1.0);
        assert!((found - 0.7).abs() < 1e-13 && evaluations < 60, "{found} {evaluations}");
    }

    #[test]
    fn an_undefined_place_ends_the_search() {
        let found = root(((0.0, -1.0), (1.0, 2.0)), 1e-14, |_| None);
        assert_eq!(found, 0.0);
    }
}
