//! What is done neuron by neuron: the kicks of a step, and sums over intensities.

#![allow(clippy::inline_always)]

use equipoise_model::{Gain, GainFunction};
use serde::{Deserialize, Serialize};

use super::table::Table;
use crate::deviations::Stored;
use crate::state::Common;
use crate::target_driven::kinetics::shape::{Shape, Step};
use crate::target_driven::kinetics::{Form, with_shape};
use crate::vector::elementary::unit;
use crate::vector::lanes::{Lanes, STEPS, Words};
use crate::vector::{InstructionSet, Kernel, WIDTH};

/// Neurons that are worked on at once.
const BLOCK: usize = STEPS * WIDTH;

type Eight = [f64; WIDTH];

/// Sums over neurons.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Sums {
    /// Of `lambda`.
    pub intensity: f64,
    /// Of `lambda'`.
    pub slope: f64,
    /// Of `z`.
    pub potentiation: f64,
    /// Of `z^2`.
    pub square: f64,
}

impl Sums {
    pub fn and(self, other: Self) -> Self {
        Self {
            intensity: self.intensity + other.intensity,
            slope: self.slope + other.slope,
            potentiation: self.potentiation + other.potentiation,
            square: self.square + other.square,
        }
    }
}

/// Sums over neurons at hand.
struct Totals {
    lanes: [Eight; 4],
    /// What single neurons add.
    rest: [f64; 4],
}

impl Totals {
    const NOTHING: Self = Self { lanes: [[0.0; WIDTH]; 4], rest: [0.0; 4] };

    /// Puts one neuron that was added in another place.
    fn change(&mut self, before: (f64, (f64, f64)), after: (f64, (f64, f64))) {
        let all = |(z, (intensity, slope)): (f64, (f64, f64))| [intensity, slope, z, z * z];
        for ((rest, before), after) in self.rest.iter_mut().zip(all(before)).zip(all(after)) {
            *rest += after - before;
        }
    }

    #[inline(always)]
    fn sums(self) -> Sums {
        let across = |[a, b, c, d, e, f, g, h]: Eight| ((a + e) + (c + g)) + ((b + f) + (d + h));
        let mut all = self.lanes.map(across);
        all.iter_mut().zip(self.rest).for_each(|(sum, rest)| *sum += rest);
        let [intensity, slope, potentiation, square] = all;
        Sums { intensity, slope, potentiation, square }
    }
}

/// Adds eight neurons and returns their intensities; those that are not `present` (0 or 1) count nothing.
#[inline(always)]
fn add<S: Shape>(
    lanes: &mut [Eight; 4],
    y: &Eight,
    present: &Eight,
    (common, shape): (Common, S),
) -> Eight {
    let mut values = [[0.0; WIDTH]; 4];
    for lane in 0..WIDTH {
        let z = common.potentiation(y[lane]);
        let (intensity, slope) = shape.at(z);
        values[0][lane] = present[lane] * intensity;
        values[1][lane] = present[lane] * slope;
        values[2][lane] = present[lane] * z;
        values[3][lane] = present[lane] * (z * z);
    }
    for (sums, values) in lanes.iter_mut().zip(&values) {
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += value;
        }
    }
    values[0]
}

/// A gain that has no form without branches.
#[derive(Clone, Copy)]
struct General<'a>(&'a Gain);

impl Shape for General<'_> {
    const KINKED: bool = true;

    #[inline(always)]
    fn at(self, potentiation: f64) -> (f64, f64) {
        self.0.intensity_and_derivative(potentiation)
    }

    fn step(self, potentiation: f64, jump: f64, _: f64) -> Step {
        Step { before: self.at(potentiation), after: self.at(potentiation + jump) }
    }
}

/// Sums over neurons with these deviations.
pub fn look<T: Stored>(
    deviations: &[T],
    common: Common,
    (form, gain): (Form, &Gain),
    instructions: InstructionSet,
) -> Sums {
    with_shape!(form,
        shape => instructions.run(Look { deviations, common, shape }),
        any => instructions.run(Look { deviations, common, shape: General(gain) })
    )
}

struct Look<'a, T, S> {
    deviations: &'a [T],
    common: Common,
    shape: S,
}

impl<T: Stored, S: Shape> Kernel for Look<'_, T, S> {
    type Output = Sums;

    #[inline(always)]
    fn run(self) -> Sums {
        let mut totals = Totals::NOTHING;
        let (chunks, rest) = self.deviations.as_chunks::<WIDTH>();
        let motion = (self.common, self.shape);
        for chunk in chunks {
            add(&mut totals.lanes, &chunk.map(Into::into), &[1.0; WIDTH], motion);
        }
        if !rest.is_empty() {
            let mut last = [0.0; WIDTH];
            read(&mut last, rest);
            add(&mut totals.lanes, &last, &first(rest.len(), 0), motion);
        }
        totals.sums()
    }
}

/// 1 for the first `count` places, counted from here.
#[inline(always)]
fn first(count: usize, from: usize) -> Eight {
    std::array::from_fn(|lane| if from + lane < count { 1.0 } else { 0.0 })
}

#[inline(always)]
fn read<T: Stored>(to: &mut [f64], from: &[T]) {
    to.iter_mut().zip(from).for_each(|(y, stored)| *y = (*stored).into());
}

#[inline(always)]
fn write<T: Stored>(to: &mut [T], from: &[f64]) {
    to.iter_mut().zip(from).for_each(|(stored, y)| *stored = T::of(*y));
}

/// What one table gives the deviation of a neuron.
#[derive(Debug, Clone)]
pub struct Kick {
    pub table: Table,
    /// Change of `y` for each place of the table.
    pub unit: f64,
}

/// Jumps that a neuron would have received from itself.
#[derive(Debug, Clone)]
pub struct Own {
    /// The kick of which they are a part.
    pub kick: usize,
    /// Expected number by the intensities of the neuron before and after the step.
    pub weights: (f64, f64),
    /// The motion that all have in common at the start of the step.
    pub before: Common,
    /// What it is multiplied by for each place of the table.
    pub shares: Vec<f64>,
    /// The largest of these.
    pub largest_share: f64,
    /// Change of `y` that taking one back makes.
    pub unit: f64,
}

/// What happens to a population in a step.
#[derive(Debug, Clone)]
pub struct Kicks {
    pub kicks: Vec<Kick>,
    pub own: Option<Own>,
}

/// What was drawn for some neurons.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Drawn {
    /// Sums at the end of the step.
    pub sums: Sums,
    /// Places drawn of each table, summed.
    pub places: Vec<u64>,
    /// Jumps taken back.
    pub own: u64,
}

impl Drawn {
    pub fn and(mut self, other: &Self) -> Self {
        self.sums = self.sums.and(other.sums);
        self.places.iter_mut().zip(&other.places).for_each(|(sum, places)| *sum += places);
        self.own += other.own;
        self
    }
}

/// Kicks neurons; `common` is the motion that they have in common at the end of the step.
pub fn kick<T: Stored>(
    deviations: &mut [T],
    lanes: &mut Lanes,
    kicks: &Kicks,
    common: Common,
    (form, gain): (Form, &Gain),
    instructions: InstructionSet,
) -> Drawn {
    with_shape!(form,
        shape => instructions.run(Draw { deviations, lanes, kicks, common, shape }),
        any => {
            let shape = General(gain);
            instructions.run(Draw { deviations, lanes, kicks, common, shape })
        }
    )
}

struct Draw<'a, T, S> {
    deviations: &'a mut [T],
    lanes: &'a mut Lanes,
    kicks: &'a Kicks,
    common: Common,
    shape: S,
}

impl<T: Stored, S: Shape> Kernel for Draw<'_, T, S> {
    type Output = Drawn;

    #[inline(always)]
    fn run(self) -> Drawn {
        let Self { deviations, lanes, kicks, common, shape } = self;
        let places = vec![0; kicks.kicks.len()];
        let mut hand =
            Hand { lanes, kicks, common, shape, totals: Totals::NOTHING, places, own: 0 };
        let mut block = [0.0; BLOCK];
        let (blocks, rest) = deviations.as_chunks_mut::<BLOCK>();
        for stored in blocks {
            read(&mut block, stored);
            hand.kick(&mut block, BLOCK);
            write(stored, &block);
        }
        if !rest.is_empty() {
            block = [0.0; BLOCK];
            read(&mut block, rest);
            hand.kick(&mut block, rest.len());
            write(rest, &block);
        }
        Drawn { sums: hand.totals.sums(), places: hand.places, own: hand.own }
    }
}

/// What is at hand while neurons are kicked.
struct Hand<'a, S> {
    lanes: &'a mut Lanes,
    kicks: &'a Kicks,
    common: Common,
    shape: S,
    totals: Totals,
    places: Vec<u64>,
    own: u64,
}

impl<S: Shape> Hand<'_, S> {
    /// Kicks the first `count` neurons of a block; the others are not there.
    #[inline(always)]
    fn kick(&mut self, y: &mut [f64; BLOCK], count: usize) {
        let (mut words, mut places) = ([[0; WIDTH]; STEPS], [0_u32; BLOCK]);
        let mut own_places = places;
        let mut intensities = [0.0; BLOCK];
        let shape = self.shape;
        if let Some(own) = &self.kicks.own {
            for (intensity, y) in intensities.iter_mut().zip(&*y) {
                *intensity = shape.at(own.before.potentiation(*y)).0;
            }
        }
        for (number, kick) in self.kicks.kicks.iter().enumerate() {
            self.lanes.fill(&mut words);
            for (place, word) in places.iter_mut().zip(words.as_flattened()) {
                *place = kick.table.draw(*word);
            }
            for (y, place) in y.iter_mut().zip(&places) {
                *y += kick.unit * f64::from(*place);
            }
            self.places[number] += u64::from(places[..count].iter().sum::<u32>());
            if self.kicks.own.as_ref().is_some_and(|own| own.kick == number) {
                own_places = places;
            }
        }
        let (before_weight, after_weight) =
            self.kicks.own.as_ref().map_or((0.0, 0.0), |own| own.weights);
        // Copies, of which compilers know that nothing else points to them.
        let (common, mut lanes) = (self.common, self.totals.lanes);
        for (row, (y, intensities)) in
            y.as_chunks::<WIDTH>().0.iter().zip(intensities.as_chunks_mut::<WIDTH>().0).enumerate()
        {
            let present = if count == BLOCK { [1.0; WIDTH] } else { first(count, row * WIDTH) };
            let after = add(&mut lanes, y, &present, (common, shape));
            for lane in 0..WIDTH {
                let expected = before_weight * intensities[lane] + after_weight * after[lane];
                intensities[lane] = present[lane] * expected;
            }
        }
        self.totals.lanes = lanes;
        if let Some(own) = &self.kicks.own {
            self.lanes.fill(&mut words);
            self.take_back(y, own, &intensities, (&words, &own_places));
        }
    }

    /// Takes jumps back that neurons would have received from themselves.
    #[inline(always)]
    fn take_back(
        &mut self,
        y: &mut [f64; BLOCK],
        own: &Own,
        intensities: &[f64; BLOCK],
        (words, places): (&[Words; STEPS], &[u32; BLOCK]),
    ) {
        let mut candidates = 0_u64;
        for (neuron, (word, intensity)) in words.as_flattened().iter().zip(intensities).enumerate()
        {
            candidates |= u64::from(unit(*word) < own.largest_share * intensity) << neuron;
        }
        while candidates != 0 {
            let neuron = candidates.trailing_zeros() as usize;
            candidates &= candidates - 1;
            let mean = own.shares[places[neuron] as usize] * intensities[neuron];
            let jumps = poisson(mean, unit(words.as_flattened()[neuron]));
            if jumps > 0 {
                self.own += u64::from(jumps);
                let z = self.common.potentiation(y[neuron]);
                y[neuron] += own.unit * f64::from(jumps);
                let after = self.common.potentiation(y[neuron]);
                self.totals.change((z, self.shape.at(z)), (after, self.shape.at(after)));
            }
        }
    }
}

/// The Poisson count that belongs to `level`, uniform on `[0, 1)`: the smaller the level the more.
fn poisson(mean: f64, level: f64) -> u32 {
    /// More than that many standard deviations do not happen.
    const MOST: f64 = 40.0;
    /// Beyond that the count is its mean, to a twentieth: of jumps that are a part `1/N` of all.
    const LARGE: f64 = 500.0;
    if mean > LARGE {
        return mean.round().min(f64::from(u32::MAX)) as u32;
    }
    // The probability of one or more is below the mean.
    if level >= mean {
        return 0;
    }
    let mut count = 0;
    let mut probability = (-mean).exp();
    let mut tail = -(-mean).exp_m1();
    while level < tail && f64::from(count) < mean + MOST * (1.0 + mean.sqrt()) {
        count += 1;
        probability *= mean / f64::from(count);
        tail -= probability;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_poisson_quantiles() {
        for mean in [0.0, 0.01, 0.7, 5.0] {
            let cells = 1_000_000;
            let level = |cell| (f64::from(cell) + 0.5) / f64::from(cells);
            let draws = || (0..cells).map(|cell| f64::from(poisson(mean, level(cell))));
            let first = draws().sum::<f64>() / f64::from(cells);
            let second = draws().map(|x| x * x).sum::<f64>() / f64::from(cells);
            assert!((first - mean).abs() < 1e-4, "{mean}: {first}");
            assert!((second - mean * (1.0 + mean)).abs() < 1e-3, "{mean}: {second}");
        }
    }
}
