//! Eight-lane random numbers and elementary functions, written so that compilers turn them into vector instructions.
//!
//! Everything is inlined into the caller, and so takes on the instruction set that the caller is compiled for.

use std::array::from_fn;
use std::f64::consts::{FRAC_1_SQRT_2, LN_2, LOG2_E};

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Lanes of the widest vector registers.
pub const LANES: usize = 8;
/// One word for each lane.
pub type Words = [u64; LANES];

/// Bits of the fraction of a number.
const FRACTION: u64 = (1 << 52) - 1;
const ONE: u64 = 1.0_f64.to_bits();
/// Added to a small number, it leaves the whole part in the low bits.
const WHOLE: f64 = 6_755_399_441_055_744.0;

/// Eight generators xoshiro256++ side by side.
///
/// # Source
/// Blackman & Vigna (2021), doi:10.1145/3460772.
#[derive(Debug, Clone)]
pub struct Generators {
    /// The four words of each.
    pub state: [Words; 4],
}

impl Generators {
    /// Eight generators with states drawn from another one.
    pub fn seeded(rng: &mut Xoshiro256PlusPlus) -> Self {
        let mut seeds = Xoshiro256PlusPlus::seed_from_u64(rng.next_u64());
        Self { state: from_fn(|_| from_fn(|_| seeds.next_u64())) }
    }

    /// Rows of words.
    #[inline(always)]
    pub fn fill(&mut self, rows: &mut [Words]) {
        let mut own = self.clone();
        for row in rows {
            *row = own.next();
        }
        *self = own;
    }

    /// The next word of each.
    #[inline(always)]
    pub fn next(&mut self) -> Words {
        let [s0, s1, s2, s3] = self.state;
        let shifted: Words = from_fn(|l| s1[l] << 17);
        let third: Words = from_fn(|l| s2[l] ^ s0[l]);
        let fourth: Words = from_fn(|l| s3[l] ^ s1[l]);
        self.state = [
            from_fn(|l| s0[l] ^ fourth[l]),
            from_fn(|l| s1[l] ^ third[l]),
            from_fn(|l| third[l] ^ shifted[l]),
            from_fn(|l| fourth[l].rotate_left(45)),
        ];
        from_fn(|l| s0[l].wrapping_add(s3[l]).rotate_left(23).wrapping_add(s0[l]))
    }
}

/// An odd multiple of `2^-53` in `(0, 1)`, all alike.
#[inline(always)]
pub fn uniform(word: u64) -> f64 {
    f64::from_bits(word >> 12 | ONE) - (1.0 - f64::EPSILON / 2.0)
}

/// `ln(x)` of a positive normal number, to a few units in the last place.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    let (exponent, mantissa) = split(x, FRAC_1_SQRT_2);
    ln_of_ratio(exponent, mantissa, 1.0)
}

/// `ln(x/(1 - x))` of a number in `(0, 1)`, to a few units in the last place, with one division.
#[inline(always)]
pub fn logit(x: f64) -> f64 {
    let (exponent_below, below) = split(1.0 - x, FRAC_1_SQRT_2);
    let (exponent_above, above) = split(x, below * FRAC_1_SQRT_2);
    ln_of_ratio(exponent_above - exponent_below, above, below)
}

/// `(k, m)` with `x = 2^k m` and `least <= m < 2 least`.
#[inline(always)]
fn split(x: f64, least: f64) -> (f64, f64) {
    // With the exponent in its low bits, in which 2048 stands for the sign.
    const BIASED: f64 = 4_503_599_627_370_496.0;
    let bits = x.to_bits().wrapping_sub(least.to_bits());
    let mantissa = f64::from_bits((bits & FRACTION) + least.to_bits());
    let exponent = f64::from_bits(((bits ^ (1 << 63)) >> 52) | BIASED.to_bits());
    (exponent - (BIASED + 2048.0), mantissa)
}

/// `k ln 2 + ln(above/below)` for a ratio from `1/sqrt(2)` to `sqrt(2)`, from
/// `ln(above/below) = 2 artanh((above - below)/(above + below))`.
///
/// # Source
/// Coefficients of fdlibm, `e_log.c` (Sun Microsystems, 1993).
#[inline(always)]
fn ln_of_ratio(k: f64, above: f64, below: f64) -> f64 {
    const SERIES: [f64; 8] = [
        0.147_981_986_051_165_86,
        0.153_138_376_992_093_73,
        0.181_835_721_616_180_5,
        0.222_221_984_321_497_84,
        0.285_714_287_436_623_9,
        0.399_999_999_994_094_2,
        0.666_666_666_666_673_5,
        2.0,
    ];
    let ratio = (above - below) / (above + below);
    k.mul_add(LN_2, ratio * polynomial(ratio * ratio, &SERIES))
}

/// `exp(x)` for `|x| < 700`, to a few units in the last place: `2^k` times a Taylor polynomial.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    const SERIES: [f64; 14] = taylor();
    // ln 2 in two parts, of which the first ends in zeros.
    const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let shifted = x.mul_add(LOG2_E, WHOLE);
    let power = shifted - WHOLE;
    let rest = power.mul_add(-LN_2_LOW, power.mul_add(-LN_2_HIGH, x));
    let scale = f64::from_bits((shifted.to_bits() << 52).wrapping_add(ONE));
    polynomial(rest, &SERIES) * scale
}

/// `1/k!`, from the highest `k` down.
const fn taylor() -> [f64; 14] {
    let mut coefficients = [1.0; 14];
    let mut index = 13;
    while index > 0 {
        coefficients[index - 1] = coefficients[index] / (14 - index) as f64;
        index -= 1;
    }
    coefficients
}

/// By Horner's rule, highest coefficient first.
#[inline(always)]
fn polynomial<const N: usize>(x: f64, coefficients: &[f64; N]) -> f64 {
    coefficients[1..].iter().fold(coefficients[0], |sum, coefficient| sum.mul_add(x, *coefficient))
}
