//! Eight streams of random words side by side.

#![allow(clippy::inline_always)]

use super::WIDTH;
use crate::stream::Stream;

/// Eight generators in step: each is a [`Stream`], `2^128` words apart from the next.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// The next word of each lane: the step of xoshiro256++.
    #[inline(always)]
    pub fn draw(&mut self) -> Words {
        let [a, b, c, d] = self.state;
        let words = each(a, d, |a, d| a.wrapping_add(d).rotate_left(23).wrapping_add(a));
        let (c, d) = (each(c, a, |c, a| c ^ a), each(d, b, |d, b| d ^ b));
        self.state = [
            each(a, d, |a, d| a ^ d),
            each(b, c, |b, c| b ^ c),
            each(c, b, |c, b| c ^ (b << 17)),
            each(d, d, |d, _| d.rotate_left(45)),
        ];
        words
    }

    /// The next words of each lane, row by row.
    #[inline(always)]
    pub fn fill(&mut self, rows: &mut [Words]) {
        // A copy stays in registers.
        let mut own = self.clone();
        for row in rows {
            *row = own.draw();
        }
        *self = own;
    }
}

/// One word of each lane.
pub type Words = [u64; WIDTH];

#[inline(always)]
fn each(x: Words, y: Words, operation: impl Fn(u64, u64) -> u64) -> Words {
    let mut result = [0; WIDTH];
    for i in 0..WIDTH {
        result[i] = operation(x[i], y[i]);
    }
    result
}

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
        for _ in 0..100 {
            for (word, stream) in lanes.draw().iter().zip(&mut streams) {
                assert_eq!(*word, stream.next_u64());
            }
        }
    }
}
