//! Exponential and logarithm without branches, so that loops over them become vector instructions.
//!
//! # Source
//! Reductions of the argument and the coefficients of the logarithm are those of fdlibm (Sun Microsystems,
//! 1993, `e_log.c`, `e_exp.c`); exponentials of the reduced argument are Taylor series.

#![allow(clippy::inline_always, clippy::excessive_precision, clippy::unreadable_literal)]

use std::f64::consts::LOG2_E;

const LN_2_HIGH: f64 = 6.93147180369123816490e-01;
const LN_2_LOW: f64 = 1.90821492927058770002e-10;
/// Adding and subtracting it rounds to a whole number.
const ROUNDER: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52
const EXPONENT_OF_ONE: u64 = 1023 << 52;
const MANTISSA: u64 = (1 << 52) - 1;
/// Bits of `2^52`: a whole number below `2^52` in its mantissa is added to it.
const TWO_TO_52: u64 = 0x4330_0000_0000_0000;

/// A number uniform on `[0, 1)`, a multiple of `2^-52`, from the upper bits of a random word.
#[inline(always)]
pub fn unit(word: u64) -> f64 {
    f64::from_bits((word >> 12) | EXPONENT_OF_ONE) - 1.0
}

/// A number uniform on `(0, 1]`, a multiple of `2^-52`, from the upper bits of a random word.
#[inline(always)]
pub fn unit_above_zero(word: u64) -> f64 {
    2.0 - f64::from_bits((word >> 12) | EXPONENT_OF_ONE)
}

/// The smaller of two numbers, in one instruction.
#[inline(always)]
pub fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// The larger of two numbers, in one instruction.
#[inline(always)]
pub fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// `-ln(x)` of a normal positive number, to one unit in the last place.
#[inline(always)]
pub fn negative_ln(x: f64) -> f64 {
    const SQRT_HALF: u64 = 0x3fe6_a09e_0000_0000;
    // x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2).
    let bits = x.to_bits().wrapping_add(EXPONENT_OF_ONE - SQRT_HALF);
    let k = f64::from_bits((bits >> 52) | TWO_TO_52) - 4_503_599_627_371_519.0; // 2^52 + 1023
    let f = f64::from_bits((bits & MANTISSA) + SQRT_HALF) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let odd = z
        * (6.666666666666735130e-01
            + w * (2.857142874366239149e-01
                + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    let even = w
        * (3.999999999940941908e-01
            + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    let half_square = 0.5 * f * f;
    let low = s * (half_square + (odd + even)) + k * LN_2_LOW;
    ((half_square - low) - f) - k * LN_2_HIGH
}

/// Largest magnitude that [`exp_near_zero`] takes.
pub const NEAR_ZERO: f64 = 1.0 / 64.0;

/// `exp(x)` for `|x| <=` [`NEAR_ZERO`], to two units in the last place.
#[inline(always)]
pub fn exp_near_zero(x: f64) -> f64 {
    let square = x * x;
    let low = 1.0 + x;
    let middle = 0.5 + x * (1.0 / 6.0);
    let high = (1.0 / 24.0 + x * (1.0 / 120.0)) + square * (1.0 / 720.0);
    low + square * (middle + square * high)
}

/// The reduced argument `r` and the bits of `2^k`, with `x = k ln 2 + r`, `|r| <= ln(2)/2`; `|x| <= 700`.
#[inline(always)]
fn reduce(x: f64) -> (f64, f64) {
    let shifted = x * LOG2_E + ROUNDER;
    let k = shifted - ROUNDER;
    let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(EXPONENT_OF_ONE));
    ((x - k * LN_2_HIGH) - k * LN_2_LOW, power)
}

/// `exp(x)` for `|x| <= 700`, to a few units in the last place.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let (r, power) = reduce(x);
    let mut sum = 1.0 / 6_227_020_800.0;
    for factorial in [
        479_001_600.0,
        39_916_800.0,
        3_628_800.0,
        362_880.0,
        40_320.0,
        5_040.0,
        720.0,
        120.0,
        24.0,
        6.0,
        2.0,
        1.0,
        1.0,
    ] {
        sum = sum * r + 1.0 / factorial;
    }
    sum * power
}

/// Relative error of [`exp_coarse`].
pub const COARSE_ERROR: f64 = 1e-11;

/// `exp(x)` for `|x| <= 700`, with a relative error of at most [`COARSE_ERROR`].
#[inline(always)]
pub fn exp_coarse(x: f64) -> f64 {
    let (r, power) = reduce(x);
    // Taylor to degree 9, two terms at a time; the next term is below 7e-12.
    let square = r * r;
    let fourth = square * square;
    let a = 1.0 + r;
    let b = 0.5 + r * (1.0 / 6.0);
    let c = 1.0 / 24.0 + r * (1.0 / 120.0);
    let d = 1.0 / 720.0 + r * (1.0 / 5_040.0);
    let e = 1.0 / 40_320.0 + r * (1.0 / 362_880.0);
    let low = a + square * b;
    let high = (c + square * d) + fourth * e;
    (low + fourth * high) * power
}

/// Relative error of [`exp_rough`].
pub const ROUGH_ERROR: f64 = 1e-8;

/// `exp(x)` for `|x| <= 700`, with a relative error of at most [`ROUGH_ERROR`].
#[inline(always)]
pub fn exp_rough(x: f64) -> f64 {
    let (r, power) = reduce(x);
    // Taylor to degree 7; the next term is below 6e-9.
    let square = r * r;
    let low = (1.0 + r) + square * (0.5 + r * (1.0 / 6.0));
    let high = (1.0 / 24.0 + r * (1.0 / 120.0)) + square * (1.0 / 720.0 + r * (1.0 / 5_040.0));
    (low + (square * square) * high) * power
}

/// Largest magnitude of what [`normal`] takes.
pub const NORMAL_RANGE: f64 = 24.5;

/// The standard normal distribution function and density at `u`, `|u| <=` [`NORMAL_RANGE`], each with a relative error of at most `2` [`COARSE_ERROR`].
///
/// Mills' ratio `M(x) = (1 - Phi(x))/phi(x)` times `x + 5` is a polynomial of `1/(x + 5)` to `6e-13` for these `x >= 0` (found by interpolation at
/// Chebyshev's points in 40 digits).
#[inline(always)]
pub fn normal(u: f64) -> (f64, f64) {
    const SHIFT: f64 = 5.0;
    const INVERSE_ROOT_OF_TAU: f64 = 0.398_942_280_401_432_7;
    let x = u.abs();
    let inverse = 1.0 / (x + SHIFT);
    // From -1 at 0 to 1 at the end of the range.
    let span = 1.0 / SHIFT - 1.0 / (NORMAL_RANGE + SHIFT);
    let t = 2.0 / span * (1.0 / SHIFT - inverse) - 1.0;
    let square = t * t;
    let fourth = square * square;
    let four = |c: [f64; 4]| (c[0] + t * c[1]) + square * (c[2] + t * c[3]);
    let a = four([2.250630193006976, -1.7982813479777944, 1.1874376584575923, -0.6423776810450543]);
    let b = four([
        0.27787002554159784,
        -0.09091496413482913,
        0.019309133469317223,
        -0.0009075220392986245,
    ]);
    let c = four([
        -0.0009417710460315258,
        0.00026011061328158516,
        2.252200552332383e-05,
        -2.2839630407260474e-05,
    ]);
    let d = four([
        4.761774017802107e-07,
        1.823998704710596e-06,
        -8.989595656520841e-08,
        -1.186457349533505e-07,
    ]);
    let ratio = ((a + fourth * b) + (fourth * fourth) * (c + fourth * d)) * inverse;
    let density = INVERSE_ROOT_OF_TAU * exp_coarse(-0.5 * (x * x));
    let tail = density * ratio;
    (if u < 0.0 { tail } else { 1.0 - tail }, density)
}

#[cfg(test)]
mod tests {
    use equipoise_model::GainFunction;
    use equipoise_model::gain::Probit;

    use super::*;

    fn relative(value: f64, exact: f64) -> f64 {
        ((value - exact) / exact).abs()
    }

    #[test]
    fn exponentials_are_as_accurate_as_they_say() {
        for i in -100_000..=100_000 {
            let x = f64::from(i) * 6.99e-3;
            assert!(relative(exp(x), x.exp()) < 6e-16, "{x}");
            assert!(relative(exp_coarse(x), x.exp()) < COARSE_ERROR, "{x}");
            assert!(relative(exp_rough(x), x.exp()) < ROUGH_ERROR, "{x}");
            let x = f64::from(i) * 1e-5 * NEAR_ZERO;
            assert!(relative(exp_near_zero(x), x.exp()) < 4.5e-16, "{x}");
        }
        assert_eq!(exp_near_zero(0.0), 1.0);
    }

    #[test]
    fn logarithms_are_exact_to_the_last_place_but_one() {
        for i in 1..200_000_u32 {
            for x in [f64::from(i) / 200_000.0, 0.5_f64.powi(106) * f64::from(i)] {
                assert!(relative(negative_ln(x), -x.ln()) < 3e-16, "{x}");
            }
        }
        assert_eq!(negative_ln(1.0), 0.0);
        assert!(negative_ln(1.0_f64.next_down()) > 0.0);
    }

    #[test]
    fn normal_laws_are_as_accurate_as_they_say() {
        let gain = Probit { max_rate: 1.0, threshold: 0.0, slope: 1.0 };
        for i in -100_000..=100_000 {
            let u = f64::from(i) * 1e-5 * NORMAL_RANGE;
            let (probability, density) = normal(u);
            let (exact, exact_density) = gain.intensity_and_derivative(u);
            assert!(relative(probability, exact) < 2.0 * COARSE_ERROR, "{u}: {probability:e}");
            assert!(relative(density, exact_density) < 2.0 * COARSE_ERROR, "{u}: {density:e}");
        }
    }

    #[test]
    fn units_cover_their_intervals() {
        assert_eq!(unit(0), 0.0);
        assert_eq!(unit(u64::MAX), 1.0 - 2.0_f64.powi(-52));
        assert_eq!(unit_above_zero(0), 1.0);
        assert_eq!(unit_above_zero(u64::MAX), 2.0_f64.powi(-52));
    }
}
