//! The engine against what one writes by hand, measured in turn in the same run.
//!
//! `cargo bench --bench engines` runs all cases, `cargo bench --bench engines -- NAME` those whose name contains NAME.
//! Compare ratios: machines differ, and so does one machine from minute to minute.

#[path = "baseline/mod.rs"]
mod baseline;

use std::time::{Duration, Instant};

use baseline::Baseline;
use baseline::block::Block;
use baseline::instructions::Instructions;
use baseline::shared::Shared;
use baseline::textbook::Textbook;
use equipoise::engine::vector::InstructionSet;
use equipoise::engine::{
    Ensemble, Method as _, NetworkState, Observer, Progress, SpikeDriven, TargetDriven,
    TrajectoryRecorder, simulate,
};
use equipoise::model::scenario::overrides::apply;
use equipoise::model::{Method, Network, Scenario, Transmission};

const PAIR: &str = include_str!("../scenarios/inhibition-stabilised.toml");

/// Rounds in which every program has its turn.
const ROUNDS: usize = 9;
/// Least time of a turn, which simulates as many replicates as it needs for that.
const TURN: Duration = Duration::from_millis(250);

/// A network and for how long it is simulated from its initial law.
struct Case {
    name: &'static str,
    size: u32,
    /// What differs from the canonical pair.
    overrides: &'static [&'static str],
    duration: f64,
}

const CASES: [Case; 7] = [
    Case { name: "pair, n = 10^2", size: 100, overrides: &[], duration: 4.0 },
    Case { name: "pair, n = 10^3", size: 1000, overrides: &[], duration: 4.0 },
    Case { name: "pair, n = 10^4", size: 10_000, overrides: &UNDER_WAY, duration: 0.1 },
    Case { name: "pair, n = 10^5", size: 100_000, overrides: &UNDER_WAY, duration: 0.001 },
    Case { name: "pair, n = 10^6", size: 1_000_000, overrides: &UNDER_WAY, duration: 0.000_01 },
    Case { name: "low rate, n = 10^3", size: 1000, overrides: &LOW_RATE, duration: 2.0 },
    Case { name: "low rate, n = 10^4", size: 10_000, overrides: &LOW_RATE, duration: 0.1 },
];

/// The pair about at t = 1.25, when it fires as it does on average over its whole duration of 4: too many jumps to simulate here.
const UNDER_WAY: [&str; 4] = [
    "populations.E.initial.normal.mean=-0.664",
    "populations.I.initial.normal.mean=-0.891",
    "populations.E.initial.normal.variance=0.308",
    "populations.I.initial.normal.variance=1.181",
];

/// The pair with a threshold that leaves it about a fiftieth of its largest rate, from about where it then settles.
const LOW_RATE: [&str; 6] = [
    "populations.E.gain.logistic.threshold=1.306",
    "populations.I.gain.logistic.threshold=1.306",
    "populations.E.initial.normal.mean=-0.66",
    "populations.I.initial.normal.mean=-0.72",
    "populations.E.initial.normal.variance=0.02",
    "populations.I.initial.normal.variance=0.08",
];

/// Simulates a replicate of a scenario; returns the number of jumps.
type Jumps = Box<dyn Fn(&Scenario, u64) -> u64>;

/// A way to simulate a replicate of a scenario, which returns the number of jumps.
struct Program {
    name: &'static str,
    jumps: Jumps,
}

impl Program {
    fn new(name: &'static str, jumps: impl Fn(&Scenario, u64) -> u64 + 'static) -> Self {
        Self { name, jumps: Box::new(jumps) }
    }
}

/// The first two are those that the others are compared with.
fn programs() -> Vec<Program> {
    let mut programs = vec![
        Program::new("textbook", by_hand(Textbook::<2>::new)),
        Program::new("block", by_hand(Block::<2>::new)),
        Program::new("block in vectors", by_hand(|n, s| Block::<2>::new(n, s).in_vectors())),
        Program::new("engine, thinning", |scenario, replicate| {
            let times = vec![end(scenario)];
            let method = Method::Thinning;
            let ensemble = Ensemble { method, times, ..Ensemble::new(scenario) };
            ensemble.replicate(replicate, || false).jumps.iter().sum()
        }),
    ];
    programs.extend(InstructionSet::available().into_iter().map(target_driven));
    programs
}

fn by_hand<B: Baseline>(new: fn(&Network, u64) -> B) -> impl Fn(&Scenario, u64) -> u64 {
    move |scenario, replicate| new(&scenario.network, replicate).run(end(scenario))
}

fn target_driven(instructions: InstructionSet) -> Program {
    let name = match instructions.name() {
        "avx512" => "engine, AVX-512",
        "avx2" => "engine, AVX2",
        _ => "engine, baseline",
    };
    Program::new(name, move |scenario, replicate| {
        let (network, seed) = (&scenario.network, scenario.seed);
        let method = TargetDriven::with_instructions(network, seed, replicate, instructions);
        let mut recorder = TrajectoryRecorder::new(network, replicate);
        let stream = (seed, replicate);
        simulate(network, method, stream, &[end(scenario)], &mut recorder, || false);
        recorder.into_trajectory().jumps.iter().sum()
    })
}

/// What the engine takes for large networks.
fn windowed() -> Program {
    Program::new("engine, windowed", |scenario, replicate| {
        let times = vec![end(scenario)];
        let ensemble = Ensemble { times, ..Ensemble::new(scenario) };
        ensemble.replicate(replicate, || false).jumps.iter().sum()
    })
}

fn end(scenario: &Scenario) -> f64 {
    *scenario.sampling.times().last().expect("a sample at the end")
}

impl Case {
    fn scenario(&self) -> Scenario {
        let mut overrides: Vec<_> = self.overrides.iter().map(ToString::to_string).collect();
        overrides.push(format!("n={}", self.size));
        overrides.push(format!("duration={}", self.duration));
        overrides.push(format!("sample_interval={}", self.duration));
        let text = apply(PAIR, &overrides).expect("the overrides are sound");
        Scenario::parse("inhibition-stabilised.toml", &text).expect("the scenario is sound")
    }

    /// Jumps per second of each program in each round.
    fn measure(&self, programs: &[Program], rounds: usize, turn: Duration) -> Vec<Vec<f64>> {
        let scenario = self.scenario();
        let round = |_| programs.iter().map(|program| program.speed(&scenario, turn)).collect();
        (0..rounds).map(round).collect()
    }

    /// Jumps for each pair of neurons and unit of time.
    fn rate(&self, program: &Program) -> f64 {
        let scenario = self.scenario();
        let neurons = scenario.network.neuron_count() as f64;
        let jumps = (program.jumps)(&scenario, 0) as f64;
        jumps / (neurons * (neurons - 1.0) * self.duration)
    }

    fn report(&self, programs: &[Program], rounds: usize, turn: Duration) {
        println!("\n{}, t = {}: S = {:.4}", self.name, self.duration, self.rate(&programs[1]));
        println!("program             best M/s  median M/s  ns/jump  x textbook  x block");
        let speeds = self.measure(programs, rounds, turn);
        for (index, program) in programs.iter().enumerate() {
            let own: Vec<f64> = speeds.iter().map(|round| round[index]).collect();
            let best = own.iter().copied().fold(0.0, f64::max);
            let ratio = |other: usize| median(speeds.iter().map(|s| s[index] / s[other]).collect());
            let typical = median(own);
            println!(
                "{:18} {:9.1} {:11.1} {:8.2} {:11.2} {:8.2}",
                program.name,
                best / 1e6,
                typical / 1e6,
                1e9 / typical,
                ratio(0),
                ratio(1)
            );
        }
    }
}

impl Program {
    /// Jumps per second over at least this time.
    fn speed(&self, scenario: &Scenario, turn: Duration) -> f64 {
        let start = Instant::now();
        let mut jumps = 0;
        let mut replicate = 0;
        loop {
            jumps += (self.jumps)(scenario, replicate);
            replicate += 1;
            let elapsed = start.elapsed();
            if elapsed >= turn {
                return jumps as f64 / elapsed.as_secs_f64();
            }
        }
    }
}

/// Simulates shared spikes; returns how many there were, and in which time.
type Spikes<'a> = Box<dyn FnMut(u64) -> (u64, Duration) + 'a>;

fn timed(spikes: impl FnOnce() -> u64) -> (u64, Duration) {
    let start = Instant::now();
    let spikes = spikes();
    (spikes, start.elapsed())
}

/// The pair with shared spikes over its whole duration, without what it takes to draw its initial state.
fn report_shared(size: u32, rounds: usize, turn: Duration) {
    let scenario = Case { name: "shared spikes", size, overrides: &[], duration: 4.0 }.scenario();
    let network = Network { transmission: Transmission::Shared, ..scenario.network.clone() };
    let (network, until) = (&network, end(&scenario));
    let mut programs: Vec<(&str, Spikes<'_>)> = Vec::new();
    let by_hand = |seed| {
        let mut program = Shared::<2>::new(network, seed);
        timed(|| program.run(until))
    };
    programs.push(("by hand", Box::new(by_hand)));
    for instructions in InstructionSet::available() {
        let engine = move |replicate| {
            let mut state = NetworkState::initial(network, 1, replicate);
            timed(|| {
                let mut method =
                    SpikeDriven::with_instructions(network, 1, replicate, instructions);
                method.restart(network, &state, 0.0);
                while method.advance(network, &mut state, until, &mut Nobody) != Progress::Reached {
                }
                state.spikes().iter().sum()
            })
        };
        programs.push((target_driven(instructions).name, Box::new(engine)));
    }
    let speed = |(_, program): &mut (&str, Spikes<'_>)| {
        let (mut spikes, mut time) = (0, Duration::ZERO);
        for replicate in 0.. {
            let (more, longer) = program(replicate);
            (spikes, time) = (spikes + more, time + longer);
            if time >= turn {
                break;
            }
        }
        spikes as f64 / time.as_secs_f64()
    };
    let round = |_| programs.iter_mut().map(speed).collect();
    let speeds: Vec<Vec<f64>> = (0..rounds).map(round).collect();
    println!("\nshared spikes, n = {size}: each reaches {} neurons", network.neuron_count() - 1);
    println!("program             best M/s  median M/s  ns/spike  x by hand");
    for (index, (name, _)) in programs.iter().enumerate() {
        let own: Vec<f64> = speeds.iter().map(|round| round[index]).collect();
        let best = own.iter().copied().fold(0.0, f64::max);
        let ratio = median(speeds.iter().map(|s| s[index] / s[0]).collect());
        let typical = median(own);
        let (best, median, cost) = (best / 1e6, typical / 1e6, 1e9 / typical);
        println!("{name:18} {best:9.1} {median:11.1} {cost:9.1} {ratio:10.2}");
    }
}

struct Nobody;
impl Observer for Nobody {}

/// What this process holds at most while something is done, in bytes; Linux alone tells.
fn memory(work: impl FnOnce()) -> Option<f64> {
    // Forgets what has been held before.
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    work();
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    let kibibytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(1024.0 * kibibytes)
}

/// With shared spikes.
fn shared() -> Program {
    Program::new("engine, shared", |scenario, replicate| {
        let transmission = Transmission::Shared;
        let network = Network { transmission, ..scenario.network.clone() };
        let scenario = Scenario { network, ..scenario.clone() };
        let times = vec![end(&scenario)];
        let ensemble = Ensemble { times, ..Ensemble::new(&scenario) };
        ensemble.replicate(replicate, || false).spike_counts.iter().sum()
    })
}

/// Memory of the engine while nothing but moments is recorded, in segments, with shared spikes and in windows: what it grows by with
/// each neuron, and in all.
fn report_memory() {
    for program in [target_driven(InstructionSet::best()), shared(), windowed()] {
        let [half, whole] = [5_000_000, 10_000_000].map(|size| {
            let case = Case { name: "memory", size, overrides: &[], duration: 1e-7 };
            let scenario = case.scenario();
            memory(|| _ = (program.jumps)(&scenario, 0))
        });
        if let (Some(half), Some(whole)) = (half, whole) {
            let (name, bytes) = (program.name, (whole - half) / 1e7);
            let megabytes = whole / 1e6;
            println!("{name}: {bytes:.2} bytes a neuron, {megabytes:.0} MB in all at n = 10^7");
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    f64::midpoint(values[middle], values[(values.len() - 1) / 2])
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wanted = arguments.iter().find(|argument| !argument.starts_with("--"));
    // As `cargo test` runs it, it shows that it runs.
    let timed = arguments.iter().any(|argument| argument == "--bench");
    let (rounds, turn) = if timed { (ROUNDS, TURN) } else { (1, Duration::ZERO) };
    if timed {
        report_memory();
    }
    let programs = programs();
    println!("instructions of the block: {}", Instructions::best().name());
    for case in CASES.iter().filter(|case| wanted.is_none_or(|name| case.name.contains(name))) {
        case.report(&programs, rounds, turn);
    }
    if wanted.is_none_or(|name| "shared spikes".contains(name)) {
        for size in if timed { vec![1000, 10_000, 100_000, 1_000_000] } else { vec![1000] } {
            report_shared(size, rounds, turn);
        }
    }
}
