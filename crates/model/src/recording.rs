//! What is recorded of a network beside the moments of its populations.

/// Which neurons of a population.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Selection {
    /// None.
    #[default]
    None,
    /// All.
    All,
    /// Those of these indices within the population, rising.
    Neurons(Vec<usize>),
}

impl Selection {
    /// Whether it holds no neuron.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::None => true,
            Self::All => false,
            Self::Neurons(neurons) => neurons.is_empty(),
        }
    }

    /// How many neurons of a population of so many it holds.
    pub fn count(&self, members: usize) -> usize {
        match self {
            Self::None => 0,
            Self::All => members,
            Self::Neurons(neurons) => neurons.len(),
        }
    }

    /// The neurons that it holds of a population of so many, rising.
    pub fn neurons(&self, members: usize) -> Vec<usize> {
        match self {
            Self::None => Vec::new(),
            Self::All => (0..members).collect(),
            Self::Neurons(neurons) => neurons.clone(),
        }
    }

    /// Whether this neuron is among them.
    pub fn contains(&self, neuron: usize) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Neurons(neurons) => neurons.binary_search(&neuron).is_ok(),
        }
    }
}

/// Equal bins of the potentiation, with what is below and above them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bins {
    /// Lower edge of the first bin.
    pub from: f64,
    /// Upper edge of the last bin.
    pub to: f64,
    /// Number of bins.
    pub count: usize,
}

impl Bins {
    /// Edge of this number, from 0 to `count`.
    pub fn edge(&self, number: usize) -> f64 {
        let part = number as f64 / self.count as f64;
        self.from * (1.0 - part) + self.to * part
    }

    /// Where a potentiation belongs: 0 is below all bins, `count + 1` above them. A bin holds its lower edge.
    pub fn place(&self, potentiation: f64) -> usize {
        if potentiation < self.from {
            return 0;
        }
        if potentiation >= self.to {
            return self.count + 1;
        }
        let part = (potentiation - self.from) / (self.to - self.from);
        // The nearest edges decide, so that bins are those that `edge` tells.
        let mut bin = ((part * self.count as f64) as usize).min(self.count - 1);
        while bin > 0 && potentiation < self.edge(bin) {
            bin -= 1;
        }
        while bin + 1 < self.count && potentiation >= self.edge(bin + 1) {
            bin += 1;
        }
        bin + 1
    }
}

/// Potentiations of chosen neurons on a regular grid of times, which begins at time 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Potentiations {
    /// Distance of the times.
    pub interval: f64,
    /// The neurons, by population.
    pub neurons: Vec<Selection>,
}

impl Potentiations {
    /// The times of the grid up to the end of a run, which is among them if it is a multiple of the interval.
    pub fn times(&self, duration: f64) -> impl Iterator<Item = f64> + use<> {
        let interval = self.interval;
        (0..=whole(duration, interval)).map(move |frame| (frame as f64 * interval).min(duration))
    }

    /// How many times there are.
    pub fn frames(&self, duration: f64) -> usize {
        whole(duration, self.interval) + 1
    }
}

/// How many intervals have room in a duration, with some tolerance of rounding.
fn whole(duration: f64, interval: f64) -> usize {
    (duration / interval * (1.0 + 1e-12) + 1e-9).floor() as usize
}

/// What is recorded beside moments and counts at the sample times. Nothing that is simulated depends on it, if leaps are asked for sample times only, as
/// scenarios see to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recording {
    /// Neurons whose spike trains are recorded, by population; none where it is empty.
    pub spikes: Vec<Selection>,
    /// Width of the bins in which jumps and spikes of populations are counted, in time units.
    pub activity: Option<f64>,
    /// Whether every jump is recorded.
    pub jumps: bool,
    /// Times at which the potentiations of all neurons are recorded, rising.
    pub snapshots: Vec<f64>,
    /// Potentiations of chosen neurons on a regular grid of times.
    pub potentiations: Option<Potentiations>,
    /// Bins in which the potentiations are counted at the sample times.
    pub histograms: Option<Bins>,
    /// Whether jumps (spikes, under shared transmission and release) are counted for each neuron.
    pub counts: bool,
    /// Thresholds `theta_a` of the activity energy by population, where the table `[energy]` asks for it: the sum over neurons of
    /// `(lambda_a(z) - theta_a)^2` is taken at the sample times.
    pub activity_energy: Option<Vec<f64>>,
}

impl Recording {
    /// Whether the trains of some neurons are recorded.
    pub fn has_spikes(&self) -> bool {
        !self.spikes.iter().all(Selection::is_empty)
    }

    /// Whether jumps must be looked at one by one.
    pub fn watches_jumps(&self) -> bool {
        self.jumps || self.counts || self.has_spikes()
    }

    /// Whole bins of the activity until this time.
    pub fn bins(&self, duration: f64) -> usize {
        self.activity.map_or(0, |width| whole(duration, width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bin_holds_its_lower_edge() {
        let bins = Bins { from: -0.3, to: 0.7, count: 10 };
        assert_eq!(bins.place(-0.300_1), 0);
        for bin in 0..10 {
            assert_eq!(bins.place(bins.edge(bin)), bin + 1);
            assert_eq!(bins.place(bins.edge(bin + 1).next_down()), bin + 1);
        }
        assert_eq!(bins.place(0.7), 11);
    }

    #[test]
    fn bins_of_activity_are_whole() {
        let recording = |width| Recording { activity: Some(width), ..Recording::default() };
        assert_eq!(recording(0.1).bins(0.3), 3);
        assert_eq!(recording(0.1).bins(0.35), 3);
        assert_eq!(Recording::default().bins(1.0), 0);
    }

    #[test]
    fn a_grid_has_both_ends() {
        let grid = |interval| Potentiations { interval, neurons: Vec::new() };
        assert_eq!(grid(0.1).times(0.3).collect::<Vec<_>>(), [0.0, 0.1, 0.2, 0.3]);
        assert_eq!(grid(0.1).times(0.35).last(), Some(3.0 * 0.1));
        assert_eq!(grid(1.0).times(0.35).collect::<Vec<_>>(), [0.0]);
        for (interval, duration) in [(0.1, 0.3), (0.1, 0.35), (0.07, 7.0)] {
            let grid = grid(interval);
            assert_eq!(grid.times(duration).count(), grid.frames(duration));
        }
    }

    #[test]
    fn selections_are_counted() {
        for selection in [Selection::None, Selection::All, Selection::Neurons(vec![0, 3])] {
            let neurons = selection.neurons(5);
            assert_eq!(neurons.len(), selection.count(5));
            assert!((0..5).all(|neuron| selection.contains(neuron) == neurons.contains(&neuron)));
        }
    }
}
