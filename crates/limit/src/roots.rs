//! Roots and minima of a function of one variable on an interval.

/// Part of the interval that golden section keeps at each step.
const GOLDEN: f64 = 0.618_033_988_749_894_8;

/// The root of `function` between `ends`, where its values `at_ends` have unlike signs: bisection, and inverse quadratic
/// interpolation where it is safe. The result is within a few units of the last digit, or `1e-15`.
///
/// # Source
/// Chandrupatla (1997), doi:10.1016/S0965-9978(96)00051-8.
pub(crate) fn root(function: impl Fn(f64) -> f64, ends: (f64, f64), at_ends: (f64, f64)) -> f64 {
    let ((mut a, mut b), (mut at_a, mut at_b)) = (ends, at_ends);
    let mut part = 0.5;
    for _ in 0..200 {
        let x = a + part * (b - a);
        let at_x = function(x);
        let ((c, at_c), other) = if (at_x < 0.0) == (at_a < 0.0) {
            ((a, at_a), (b, at_b))
        } else {
            ((b, at_b), (a, at_a))
        };
        ((a, at_a), (b, at_b)) = ((x, at_x), other);
        let best = if at_a.abs() < at_b.abs() { a } else { b };
        let smallest_part = (2.0 * f64::EPSILON * best.abs() + 1e-15) / (b - a).abs();
        if smallest_part > 0.5 || at_a == 0.0 {
            return best;
        }
        let (xi, phi) = ((a - b) / (c - b), (at_a - at_b) / (at_c - at_b));
        let interpolates = phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi;
        part = if interpolates {
            at_a / (at_b - at_a) * at_c / (at_b - at_c)
                + (c - a) / (b - a) * at_a / (at_c - at_a) * at_b / (at_c - at_b)
        } else {
            0.5
        }
        .clamp(smallest_part, 1.0 - smallest_part);
    }
    a
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
                let found = root(function, ends, (function(ends.0), function(ends.1)));
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
}
