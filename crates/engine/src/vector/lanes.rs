//! Eight streams of random words side by side.

#![allow(clippy::inline_always)]

use serde::{Deserialize, Serialize};

use super::WIDTH;
use crate::stream::Stream;

/// Steps of a lane at once: so many that compilers take the loop over lanes for vector instructions. Unrolled over eight lanes
/// by one step, its rotations stay scalar.
pub const STEPS: usize = 8;

/// Eight generators in step: each is a [`Stream`], `2^128` words apart from the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lanes {
    state: [[u64; WIDTH]; 4],
}

impl Lanes {
    /// From a stream, which is the first lane.
    pub fn new(mut stream: Stream) -> Self {
        let mut state = [[0; WIDTH]; 4];
        for lane in 0..WIDTH {
            let bytes = stream.state();
            for (row, word) in state.iter_mut().zip(bytes.as_chunks::<8>().0) {
                row[lane] = u64::from_le_bytes(*word);
            }
            stream.jump();
        }
        Self { state }
    }

    /// The next words of each lane, row by row, a multiple of [`STEPS`] rows.
    #[inline(always)]
    pub fn fill(&mut self, rows: &mut [Words]) {
        let (chunks, rest) = rows.as_chunks_mut::<STEPS>();
        debug_assert!(rest.is_empty(), "{} rows", rows.len());
        for rows in chunks {
            // Copies, of which compilers know that nothing else points to them.
            let (mut state, mut words) = (self.state, [[0; WIDTH]; STEPS]);
            for lane in 0..WIDTH {
                step(&mut state, lane, &mut words);
            }
            (self.state, *rows) = (state, words);
        }
    }
}

/// Steps of xoshiro256++ in one lane.
#[inline(always)]
fn step(state: &mut [Words; 4], lane: usize, rows: &mut [Words; STEPS]) {
    let [first, second, third, fourth] = state;
    let (mut a, mut b, mut c, mut d) = (first[lane], second[lane], third[lane], fourth[lane]);
    for row in rows {
        row[lane] = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let shifted = b << 17;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= shifted;
        d = d.rotate_left(45);
    }
    (first[lane], second[lane], third[lane], fourth[lane]) = (a, b, c, d);
}

/// One word of each lane.
pub type Words = [u64; WIDTH];

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;
    use crate::stream::{Purpose, stream};

    #[test]
    fn every_lane_is_the_stream_that_it_stands_for() {
        let mut streams = vec![stream(3, 1, Purpose::Jumps)];
        for _ in 1..WIDTH {
            let mut next = streams[streams.len() - 1].clone();
            next.jump();
            streams.push(next);
        }
        let mut lanes = Lanes::new(streams[0].clone());
        for _ in 0..20 {
            let mut rows = [[0; WIDTH]; 2 * STEPS];
            lanes.fill(&mut rows);
            for (word, lane) in rows.as_flattened().iter().zip((0..WIDTH).cycle()) {
                assert_eq!(*word, streams[lane].next_u64());
            }
        }
    }
}
