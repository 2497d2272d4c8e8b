//! Where ranks that share a network keep what is recorded of its neurons, each of its own.
//!
//! The engine says here what it needs of it, and no more; whoever runs an ensemble implements it. Without a shelf, rank 0 gathers what is recorded.

use std::fmt::Debug;

/// What is recorded of single neurons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Potentiations of all neurons at the times of snapshots.
    Snapshots,
    /// Potentiations of chosen neurons on the grid of times.
    Potentiations,
}

/// Some of what a rank has at one time.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// What.
    pub kept: Kept,
    /// Of which replicate.
    pub replicate: u64,
    /// Number of the time, from 0 on.
    pub number: usize,
    /// Of which population.
    pub population: usize,
    /// Place of the first value among the neurons of the population that are recorded on this rank.
    pub first: usize,
    /// Neuron after neuron; none where this rank has none of the population.
    pub values: &'a [f64],
}

/// Takes what is recorded of the neurons of this rank.
///
/// Its methods are called by one thread at a time, though not always by the same. One that fails ends the run: [`Receiver`](crate::Receiver) on rank 0 is asked often
/// enough, and another rank ends the job.
pub trait Shelf: Debug + Sync {
    /// Takes a row, or a part of one. Rows come in their order; after a checkpoint some come once more, with the same values.
    fn put(&self, row: Row<'_>);

    /// Sees to it that what was put outlasts this process: a checkpoint counts on it.
    fn settle(&self);

    /// Hears that nothing more will be put.
    fn close(&self);
}
