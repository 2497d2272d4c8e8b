//! Loops that the compiler turns into vector instructions, compiled once for each instruction set.
//!
//! A [`Kernel`] is plain safe code without branches in its loops. [`InstructionSet::run`] calls the copy
//! of it that was compiled for the instructions that the processor has. No copy fuses a product with a sum or
//! changes the order of a sum, so all copies give the same bits; a test compares them.
//!
//! * [`elementary`]: exponential and logarithm without branches;
//! * [`lanes`]: eight streams of random words side by side.
//!
//! This is the only module of the engine with unsafe code: a call of a function compiled for instructions
//! that were found to be there.

pub mod elementary;
pub mod lanes;

/// Numbers that are worked on at once; all arrays of kernels are padded to a multiple.
pub const WIDTH: usize = 8;

/// A computation that is compiled for each instruction set. Mark [`Kernel::run`] and all that it calls
/// `#[inline(always)]`: what is not inlined is compiled for the baseline.
pub trait Kernel {
    /// What it returns.
    type Output;

    /// Does it.
    fn run(self) -> Self::Output;
}

/// Vector instructions that this processor has.
///
/// ```
/// use equipoise_engine::vector::InstructionSet;
/// let best = InstructionSet::best();
/// assert!(InstructionSet::available().contains(&best));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct InstructionSet(Level);

/// Private, so that an [`InstructionSet`] is proof that its instructions are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl InstructionSet {
    /// What every processor of the architecture has.
    pub const BASELINE: Self = Self(Level::Baseline);

    /// All that this processor has, from the narrowest to the widest.
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut)]
        let mut sets = vec![Self::BASELINE];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") {
                sets.push(Self(Level::Avx2));
            }
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
            {
                sets.push(Self(Level::Avx512));
            }
        }
        sets
    }

    /// The widest that this processor has.
    pub fn best() -> Self {
        *Self::available().last().expect("the baseline is always there")
    }

    /// Its name: `baseline`, `avx2`, `avx512`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Level::Baseline => "baseline",
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => "avx512",
        }
    }

    /// Runs the copy of `kernel` that was compiled for these instructions.
    #[inline]
    #[allow(unsafe_code)]
    pub fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self.0 {
            Level::Baseline => kernel.run(),
            // SAFETY: this value exists only because `available` found avx2.
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => unsafe { with_avx2(kernel) },
            // SAFETY: this value exists only because `available` found the four parts of avx512.
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => unsafe { with_avx512(kernel) },
        }
    }
}

/// Asks for an element that will be read soon, so that it is in the cache by then; changes nothing else.
#[inline]
#[allow(unsafe_code)]
pub fn ask_for<T>(values: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(value) = values.get(index) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: the instruction is of the baseline, and the address that of a value.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(value).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (values, index);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl")]
fn with_avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}
