//! The same kernel compiled for several instruction sets, chosen at run time.
#![allow(
    unsafe_code,
    reason = "a function compiled for other instructions cannot be called safely"
)]

use super::block::Block;

/// An instruction set of this processor; it cannot be made for another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instructions(Level);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Target,
}

impl Instructions {
    /// All that this processor has, the best first.
    pub fn available() -> Vec<Self> {
        let mut available = vec![Self(Level::Target)];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                available.insert(0, Self(Level::Avx2));
            }
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
            {
                available.insert(0, Self(Level::Avx512));
            }
        }
        available
    }

    /// The best that this processor has.
    pub fn best() -> Self {
        Self::available()[0]
    }

    /// What to call it.
    pub fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => "AVX-512",
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => "AVX2",
            Level::Target => "those compiled for",
        }
    }

    /// [`Block::advance`] by these instructions.
    pub(super) fn advance<const P: usize>(self, block: &mut Block<P>, horizon: f64) -> u64 {
        match self.0 {
            // SAFETY: the value exists only where the processor was found to have these features.
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => unsafe { avx512(block, horizon) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => unsafe { avx2(block, horizon) },
            Level::Target => block.advance(horizon),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl")]
fn avx512<const P: usize>(block: &mut Block<P>, horizon: f64) -> u64 {
    block.advance(horizon)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<const P: usize>(block: &mut Block<P>, horizon: f64) -> u64 {
    block.advance(horizon)
}
