//! What a jump costs: how that grows with the number of neurons and falls with the rate, on one core and two, what recording
//! adds, and where the time goes; what a shared spike costs, and a step of conductance-based cells.
//!
//! `cargo bench --bench cost` runs all parts, `cargo bench --bench cost -- NAME` those whose name contains NAME. Within a part the cases take turns, and
//! ratios are medians over the rounds. Compare figures within a part: machines differ, and so does one machine from minute to minute.

#![allow(clippy::inline_always)]

use std::hint::black_box;
use std::time::Instant;

use equipoise::cells::file::Circuit;
use equipoise::cells::network::{Timing, simulate};
use equipoise::engine::vector::elementary::{exp_near_zero, negative_ln, unit_above_zero};
use equipoise::engine::vector::lanes::{Lanes, Words};
use equipoise::engine::vector::{InstructionSet, Kernel, WIDTH};
use equipoise::engine::{
    Ensemble, Method, NetworkState, Observer, Progress, Recorder, SpikeDriven, TargetDriven,
    Windowed, stream,
};
use equipoise::model::scenario::overrides::apply;
use equipoise::model::{Bins, Network, Recording, Scenario, Selection, Transmission};

const PAIR: &str = include_str!("../scenarios/inhibition-stabilised.toml");

/// The pair about at t = 1.25, when it fires as it does on average over its whole duration of 4.
const UNDER_WAY: [&str; 4] = [
    "populations.E.initial.normal.mean=-0.664",
    "populations.I.initial.normal.mean=-0.891",
    "populations.E.initial.normal.variance=0.308",
    "populations.I.initial.normal.variance=1.181",
];

/// Turns of each case.
const ROUNDS: usize = 7;
/// Jumps of a turn.
const JUMPS: f64 = 1e7;

fn pair(size: u32, overrides: &[String]) -> Network {
    let mut all: Vec<String> = UNDER_WAY.iter().map(ToString::to_string).collect();
    all.push(format!("n={size}"));
    all.extend_from_slice(overrides);
    let text = apply(PAIR, &all).expect("the overrides are sound");
    Scenario::parse("inhibition-stabilised.toml", &text).expect("a sound scenario").network
}

/// A network on its way: turns go on where the last one ended, without what it takes to set it up.
struct Run<'a, M, O> {
    network: &'a Network,
    method: M,
    state: NetworkState,
    observer: O,
    time: f64,
}

impl<'a, M: Method, O: Observer> Run<'a, M, O> {
    fn new(network: &'a Network, mut method: M, observer: O) -> Self {
        let state = NetworkState::initial(network, 1, 0);
        method.restart(network, &state, 0.0);
        Self { network, method, state, observer, time: 0.0 }
    }

    /// Jumps, or spikes where they are shared.
    fn jumps(&self) -> u64 {
        let is_shared = self.network.transmission == Transmission::Shared;
        if is_shared { self.state.spikes() } else { self.state.tally() }.iter().sum()
    }

    /// Nanoseconds for each of about so many jumps.
    fn turn(&mut self, jumps: f64) -> f64 {
        let neurons = self.network.neuron_count() as f64;
        let is_shared = self.network.transmission == Transmission::Shared;
        let processes = if is_shared { neurons } else { neurons * neurons };
        let before = self.jumps();
        let start = Instant::now();
        while ((self.jumps() - before) as f64) < jumps {
            // A part of a turn at the rate of the pair.
            self.time += 0.25 * jumps / (0.25 * processes);
            let (network, state) = (self.network, &mut self.state);
            while let Progress::Paused(_) =
                self.method.advance(network, state, self.time, &mut self.observer)
            {}
        }
        start.elapsed().as_secs_f64() * 1e9 / (self.jumps() - before) as f64
    }
}

struct Nobody;
impl Observer for Nobody {}

/// A case of a part: its name, and a turn of it, which returns nanoseconds.
type Case<'a> = (String, Box<dyn FnMut() -> f64 + 'a>);

fn segments(network: &Network) -> Box<dyn FnMut() -> f64 + '_> {
    let mut run = Run::new(network, TargetDriven::new(network, 1, 0), Nobody);
    Box::new(move || run.turn(JUMPS))
}

/// Windows on this many threads.
fn windows(network: &Network, threads: usize) -> Box<dyn FnMut() -> f64 + '_> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let mut run = Run::new(network, Windowed::new(network, 1, 0), Nobody);
    Box::new(move || pool.install(|| run.turn(4.0 * JUMPS)))
}

/// A part of the bench, by its name; it takes the number of rounds.
type Part = (&'static str, fn(usize));

/// Prints the least time of each case, and the median over the rounds of its ratio to the first.
fn report(title: &str, rounds: usize, mut cases: Vec<Case<'_>>) {
    println!("\n{title}");
    let round = |_| -> Vec<f64> { cases.iter_mut().map(|(_, turn)| turn()).collect() };
    let times: Vec<Vec<f64>> = (0..rounds).map(round).collect();
    for (index, (name, _)) in cases.iter().enumerate() {
        let least = times.iter().map(|round| round[index]).fold(f64::INFINITY, f64::min);
        let mut ratios: Vec<f64> = times.iter().map(|round| round[index] / round[0]).collect();
        ratios.sort_by(f64::total_cmp);
        println!("{name:44} {least:8.2} ns   {:6.2} of the first", ratios[rounds / 2]);
    }
}

fn growth(rounds: usize) {
    let networks: Vec<(u32, Network)> = [1000, 10_000, 100_000, 1_000_000]
        .into_iter()
        .map(|size| (size, pair(size, &[])))
        .collect();
    let mut cases: Vec<Case<'_>> = Vec::new();
    for (size, network) in &networks {
        cases.push((format!("n = {size}, segments"), segments(network)));
    }
    for (size, network) in networks.iter().skip(2) {
        cases.push((format!("n = {size}, windows on one core"), windows(network, 1)));
    }
    report("size: the canonical pair, ns per jump on one core", rounds, cases);
}

fn spikes(rounds: usize) {
    let shared = |size| Network { transmission: Transmission::Shared, ..pair(size, &[]) };
    let networks: Vec<(u32, Network)> =
        [1000, 10_000, 100_000, 1_000_000].into_iter().map(|size| (size, shared(size))).collect();
    let mut cases: Vec<Case<'_>> = Vec::new();
    for (size, network) in &networks {
        let mut run = Run::new(network, SpikeDriven::new(network, 1, 0), Nobody);
        // Neurons are put in groups in the first turn.
        run.turn(0.1 * JUMPS);
        cases.push((format!("n = {size}"), Box::new(move || run.turn(0.1 * JUMPS))));
    }
    report("spikes: the canonical pair, ns per shared spike on one core", rounds, cases);
}

fn cores(rounds: usize) {
    for size in [100_000, 1_000_000] {
        let network = pair(size, &[]);
        let case = |threads| (format!("windows on {threads}"), windows(&network, threads));
        let title = format!("cores: one network, n = {size}, ns per jump");
        report(&title, rounds, vec![case(1), case(2)]);
    }
}

fn rates(rounds: usize) {
    // Thresholds above the pair's own, and what is left of its rate.
    let networks: Vec<(f64, Network)> = [0.0, 0.5, 1.0, 1.5, 2.0]
        .into_iter()
        .map(|threshold| {
            let set = |population| {
                format!("populations.{population}.gain.logistic.threshold={threshold}")
            };
            (threshold, pair(10_000, &[set("E"), set("I")]))
        })
        .collect();
    let case = |(threshold, network): &'_ (f64, Network)| {
        let mut run = Run::new(network, TargetDriven::new(network, 1, 0), Nobody);
        let before = run.jumps();
        run.turn(JUMPS);
        let neurons = network.neuron_count() as f64;
        let rate = (run.jumps() - before) as f64 / (neurons * neurons * run.time);
        (format!("threshold {threshold}, S = {rate:.4}"), rate)
    };
    let mut cases: Vec<Case<'_>> = Vec::new();
    for entry in &networks {
        cases.push((case(entry).0, segments(&entry.1)));
    }
    report("rate: n = 10^4, ns per jump", rounds, cases);
}

fn recording(rounds: usize) {
    let network = pair(1000, &[]);
    let recordings = [
        ("moments alone", Recording::default()),
        (
            "activity, snapshots and histograms",
            Recording {
                activity: Some(0.01),
                snapshots: (1..100).map(f64::from).collect(),
                histograms: Some(Bins { from: -4.0, to: 3.0, count: 70 }),
                ..Recording::default()
            },
        ),
        ("counts of each neuron", Recording { counts: true, ..Recording::default() }),
        (
            "spike trains of all neurons",
            Recording { spikes: vec![Selection::All; 2], ..Recording::default() },
        ),
    ];
    let samples = [0.0, 1000.0];
    let mut cases: Vec<Case<'_>> = Vec::new();
    for (name, recording) in &recordings {
        let method = TargetDriven::new(&network, 1, 0);
        if recording.watches_jumps() {
            let recorder = Recorder::<true>::new(&network, (1, 0), &samples, recording);
            let mut run = Run::new(&network, method, recorder);
            cases.push(((*name).to_owned(), Box::new(move || run.turn(JUMPS))));
        } else {
            let recorder = Recorder::<false>::new(&network, (1, 0), &samples, recording);
            let mut run = Run::new(&network, method, recorder);
            cases.push(((*name).to_owned(), Box::new(move || run.turn(JUMPS))));
        }
    }
    report("recording: n = 1000, ns per jump", rounds, cases);
}

/// What the table `[energy]` adds to a run of seventeen samples. It is too little to be seen in the whole run, so the samples are timed by themselves, many times, in turn with it.
fn energy(rounds: usize) {
    const SAMPLES: usize = 17;
    println!("\nenergy: runs to t = 4 with {SAMPLES} samples");
    for (size, method) in
        [(1000, "exact"), (10_000, "leap"), (100_000, "leap"), (1_000_000, "leap")]
    {
        let overrides = [format!("n={size}"), format!("engine.method={method}")];
        let text = apply(PAIR, &overrides).expect("the overrides are sound");
        let scenario = Scenario::parse("inhibition-stabilised.toml", &text).expect("a scenario");
        let ensemble = Ensemble::new(&scenario);
        let network = &scenario.network;
        let state = NetworkState::initial(network, 1, 0);
        let repeats = 1 + 1_000_000 / network.neuron_count();
        let times: Vec<f64> = (0..repeats * SAMPLES).map(|i| 1e-9 * i as f64).collect();
        let seconds = |work: &mut dyn FnMut()| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        };
        let samples = |thresholds: Option<Vec<f64>>| {
            let recording = Recording { activity_energy: thresholds, ..Recording::default() };
            let mut recorder = Recorder::<false>::new(network, (1, 0), &times, &recording);
            let all = seconds(&mut || {
                for time in &times {
                    recorder.sample(network, &state, *time);
                }
            });
            all / repeats as f64
        };
        let round = |_| {
            let run = seconds(&mut || drop(black_box(ensemble.replicate(0, || false))));
            (samples(Some(vec![0.0; 2])) - samples(None)) / run
        };
        let mut parts: Vec<f64> = (0..3 * rounds).map(round).collect();
        parts.sort_by(f64::total_cmp);
        let median = 100.0 * parts[parts.len() / 2];
        println!("n = {size:8}, {method:5}  {median:5.2} % of the run");
    }
}

/// What 10 s of 400 conductance-based cells take, on one core and two.
fn conductances(rounds: usize) {
    const TIME: f64 = 10_000.0;
    let text = include_str!("../scenarios/cells/inhibitory.toml");
    let circuit = Circuit::parse("inhibitory.toml", text).expect("a sound file");
    // A turn is a twentieth of that.
    let timing = Timing { transient: 0.0, duration: TIME / 20.0, ..circuit.timing };
    let cells = circuit.network.populations[0].count;
    println!("\nconductances: {cells} cells, time steps of {} ms", timing.step);
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let turn = |_| {
            let start = Instant::now();
            black_box(pool.install(|| simulate(&circuit.network, &timing, &[], &|_| true)));
            start.elapsed().as_secs_f64()
        };
        let mut seconds: Vec<f64> = (0..rounds).map(turn).collect();
        seconds.sort_by(f64::total_cmp);
        let median = seconds[rounds / 2];
        let steps = cells as f64 * timing.duration / timing.step;
        println!(
            "{threads} threads  {:6.1} ns a cell and step, {:5.1} s for 10 s",
            1e9 * median / steps,
            median * TIME / timing.duration
        );
    }
}

/// Random numbers by eights.
struct Fill<'a>(&'a mut Lanes, &'a mut [Words]);

impl Kernel for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.0.fill(self.1);
    }
}

/// The logarithm of each word, or a decay by a part of it.
struct Each<'a, const LOGARITHM: bool>(&'a [Words], &'a mut [[f64; WIDTH]]);

impl<const LOGARITHM: bool> Kernel for Each<'_, LOGARITHM> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let values = self.1.as_flattened_mut();
        for (value, word) in values.iter_mut().zip(self.0.as_flattened()) {
            let x = unit_above_zero(*word);
            *value = if LOGARITHM { negative_ln(x) } else { exp_near_zero(0.01 * x) };
        }
    }
}

/// What a jump is made of, each by itself.
fn ingredients(rounds: usize) {
    const ROWS: usize = 64;
    const TIMES: usize = 20_000;
    const COUNT: f64 = (ROWS * WIDTH * TIMES) as f64;
    let set = InstructionSet::best();
    let new = || Lanes::new(stream::stream(1, 0, stream::Purpose::Jumps));
    let timed = |per_jump: f64, mut work: Box<dyn FnMut()>| -> Box<dyn FnMut() -> f64> {
        Box::new(move || {
            let start = Instant::now();
            (0..TIMES).for_each(|_| work());
            start.elapsed().as_secs_f64() * 1e9 / COUNT * per_jump
        })
    };
    let filled = || {
        let mut words = vec![[0; WIDTH]; ROWS];
        set.run(Fill(&mut new(), &mut words));
        words
    };
    let network = pair(10_000, &[]);
    let mut cases: Vec<Case<'_>> = vec![("all of it, n = 10^4".to_owned(), segments(&network))];
    let (mut lanes, mut words) = (new(), vec![[0; WIDTH]; ROWS]);
    cases.push((
        "2.5 random words".to_owned(),
        timed(2.5, Box::new(move || set.run(Fill(&mut lanes, black_box(&mut words))))),
    ));
    let (words, mut values) = (filled(), vec![[0.0; WIDTH]; ROWS]);
    cases.push((
        "half a logarithm".to_owned(),
        timed(0.5, Box::new(move || set.run(Each::<true>(black_box(&words), &mut values)))),
    ));
    let (words, mut values) = (filled(), vec![[0.0; WIDTH]; ROWS]);
    cases.push((
        "two decays".to_owned(),
        timed(2.0, Box::new(move || set.run(Each::<false>(black_box(&words), &mut values)))),
    ));
    for size in [10_000, 1_000_000] {
        let (words, mut table) = (filled(), vec![0.0; size]);
        let mut turn = 0_u64;
        let update = move || {
            turn = turn.wrapping_add(0x9e37_79b9_7f4a_7c15);
            for word in words.as_flattened() {
                let place = (u128::from(word.wrapping_add(turn)) * size as u128) >> 64;
                table[place as usize] += 1.0;
            }
            black_box(&mut table);
        };
        cases.push((format!("an update of one of {size} numbers"), timed(1.0, Box::new(update))));
    }
    report(
        "ingredients: ns per jump (the rest of it: laying out, intensities, sums)",
        rounds,
        cases,
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wanted = arguments.iter().find(|argument| !argument.starts_with("--"));
    // As `cargo test` runs it, it shows that it is sound.
    let timed = arguments.iter().any(|argument| argument == "--bench");
    if !timed {
        return;
    }
    let parts: [Part; 8] = [
        ("size", growth),
        ("spikes", spikes),
        ("cores", cores),
        ("rate", rates),
        ("recording", recording),
        ("energy", energy),
        ("ingredients", ingredients),
        ("conductances", conductances),
    ];
    for (_, part) in parts.iter().filter(|(name, _)| wanted.is_none_or(|w| name.contains(w))) {
        part(ROUNDS);
    }
}
