//! One large network of leaps over the ranks of an MPI job: strong and weak scaling, what travels, and a model of the time of a step.
//!
//! `cargo bench --features mpi --bench ranks` starts `mpirun` with this program again and again, in turn, on one and two cores; `-- quick` takes smaller networks and one round. The model
//! is fitted to single ranks with networks of n = 4 * 10^6 and less, says what larger ones and more ranks take, and is compared with those of n = 10^7 and with two ranks. Of several rounds the
//! least time counts, as other work on the machine only adds; ratios are medians of those within a round. Assumptions: `docs/cluster.md`.

use std::env;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use equipoise::cluster::World;
use equipoise::engine::{Ensemble, Ranks};
use equipoise::model::scenario::overrides::apply;
use equipoise::model::{Leaps, Method, Scenario};

const PAIR: &str = include_str!("../scenarios/inhibition-stabilised.toml");
/// Length of all steps but those of whole runs: about the longest that the error estimate allows.
const STEP: f64 = 1.0 / 16.0;
/// Steps that are timed: so many, and more where the network is small.
const STEPS: u32 = 8;
const MOST_STEPS: f64 = 400.0;
const ROUNDS: usize = 5;
/// What a message takes between machines, with what is done to it at both ends, in seconds; see `docs/cluster.md`.
const HOP: f64 = 5e-6;

/// Ranks that count what they send.
#[derive(Debug)]
struct Counted<'a> {
    ranks: &'a dyn Ranks,
    messages: AtomicU64,
    bytes: AtomicU64,
}

impl Counted<'_> {
    fn counts(&self) -> [u64; 2] {
        [&self.messages, &self.bytes].map(|count| count.load(Ordering::Relaxed))
    }
}

impl Ranks for Counted<'_> {
    fn rank(&self) -> usize {
        self.ranks.rank()
    }

    fn size(&self) -> usize {
        self.ranks.size()
    }

    fn send(&self, to: usize, message: &[u8]) {
        self.messages.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(message.len() as u64, Ordering::Relaxed);
        self.ranks.send(to, message);
    }

    fn receive(&self, from: usize) -> Vec<u8> {
        self.ranks.receive(from)
    }

    fn poll(&self, from: Option<usize>) -> Option<(usize, Vec<u8>)> {
        self.ranks.poll(from)
    }
}

fn scenario(size: f64, duration: f64) -> Scenario {
    let changes = [format!("n={size:e}"), format!("duration={duration}")];
    let text = apply(PAIR, &changes).expect("the overrides are sound");
    Scenario::parse("inhibition-stabilised.toml", &text).expect("the scenario is sound")
}

/// Seconds of a run on all ranks, as rank 0 sees it, and messages and bytes that this rank has sent.
fn time(ensemble: &Ensemble<'_>, ranks: &Counted<'_>) -> (f64, [u64; 2]) {
    let ensemble = Ensemble { ranks, ..ensemble.clone() };
    let (before, never) = (ranks.counts(), AtomicBool::new(false));
    let begin = Instant::now();
    if ranks.rank() == 0 {
        ensemble.run(&never, |_| Ok::<(), ()>(())).expect("a network");
    } else {
        ensemble.help(&never).expect("it helps");
    }
    let (seconds, after) = (begin.elapsed().as_secs_f64(), ranks.counts());
    (seconds, [after[0] - before[0], after[1] - before[1]])
}

/// Microseconds of a message of 400 bytes from rank 0 to rank 1 or back.
fn latency(ranks: &dyn Ranks) -> f64 {
    const TIMES: u32 = 2000;
    let message = [0; 400];
    let begin = Instant::now();
    for _ in 0..TIMES {
        match ranks.rank() {
            0 => {
                ranks.send(1, &message);
                ranks.receive(1);
            }
            1 => {
                ranks.receive(0);
                ranks.send(0, &message);
            }
            _ => {}
        }
    }
    1e6 * begin.elapsed().as_secs_f64() / f64::from(2 * TIMES)
}

/// One rank of a job: rank 0 prints the number of steps that are timed, seconds of a run with one step and of one with so many more, of a whole run to `T = 1`, messages and bytes of a step on all ranks, and the latency.
fn work(size: f64, threads: usize, whole: bool) {
    let world = World::start().expect("a rank of a job");
    let (messages, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
    let ranks = Counted { ranks: world.ranks(), messages, bytes };
    let scenario = scenario(size, 1.0);
    let fixed = Method::Leap(Leaps { step: Some(STEP), ..Leaps::DEFAULT });
    let count = (f64::from(STEPS) * 1e6 / size).clamp(STEPS.into(), MOST_STEPS).round();
    let steps = |steps: f64| {
        let times = vec![0.0, STEP * steps];
        let all = Ensemble::new(&scenario);
        time(&Ensemble { method: fixed, replicates: 1, times, threads, ..all }, &ranks)
    };
    let (short, few) = steps(1.0);
    let (long, many) = steps(1.0 + count);
    let whole = if whole {
        let method = Method::Leap(Leaps::DEFAULT);
        let all = Ensemble { method, replicates: 1, threads, ..Ensemble::new(&scenario) };
        time(&all, &ranks).0
    } else {
        0.0
    };
    let mut sent = [0, 1].map(|kind| many[kind] - few[kind]);
    if ranks.rank() > 0 {
        world.ranks().send(0, sent.map(u64::to_le_bytes).as_flattened());
    } else {
        for rank in 1..ranks.size() {
            let bytes = world.ranks().receive(rank);
            for (sum, own) in sent.iter_mut().zip(bytes.as_chunks::<8>().0) {
                *sum += u64::from_le_bytes(*own);
            }
        }
    }
    let latency = if ranks.size() > 1 { latency(world.ranks()) } else { 0.0 };
    if ranks.rank() == 0 {
        let [messages, bytes] = sent.map(|sum| sum as f64 / count);
        println!("{count} {short} {long} {whole} {messages} {bytes} {latency}");
    }
}

/// What a job has printed.
#[derive(Debug, Clone, Copy)]
struct Measured {
    steps: f64,
    short: f64,
    long: f64,
    whole: f64,
    messages: f64,
    bytes: f64,
    latency: f64,
}

impl Measured {
    /// Seconds of a step.
    fn step(&self) -> f64 {
        (self.long - self.short) / self.steps
    }

    /// The same by the least times of several rounds, not by the least difference, of which one half may have been held up.
    fn least_step(rounds: &[Self]) -> f64 {
        (least(rounds, |m| m.long) - least(rounds, |m| m.short)) / rounds[0].steps
    }
}

/// A network on some ranks with some threads each.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Setting {
    size: f64,
    ranks: usize,
    threads: usize,
    /// Whether a whole run is timed, too.
    whole: bool,
}

impl Setting {
    fn run(self) -> Measured {
        let program = env::current_exe().expect("this program");
        let root = ["OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"];
        let output = Command::new("mpirun")
            .args(["-n", &self.ranks.to_string()])
            .args(["--bind-to", "none"])
            .arg(program)
            .args(["rank", &self.size.to_string(), &self.threads.to_string()])
            .args(self.whole.then_some("whole"))
            .envs(root.map(|name| (name, "1")))
            .output()
            .expect("mpirun runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        let numbers: Vec<f64> =
            text.split_whitespace().map(|word| word.parse().expect("a number")).collect();
        let [steps, short, long, whole, messages, bytes, latency] =
            numbers.try_into().expect("seven numbers");
        Measured { steps, short, long, whole, messages, bytes, latency }
    }

    fn neurons(self) -> f64 {
        2.0 * self.size
    }
}

fn least(measured: &[Measured], value: impl Fn(&Measured) -> f64) -> f64 {
    measured.iter().map(value).fold(f64::INFINITY, f64::min)
}

/// The median over rounds of how many times as much one is as the other.
fn ratio((one, other): (&[Measured], &[Measured]), value: impl Fn(&Measured) -> f64) -> f64 {
    let mut ratios: Vec<f64> =
        one.iter().zip(other).map(|(one, other)| value(one) / value(other)).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

/// Seconds of a step: `a N/cores + s + 2 e log2(ranks) h`.
#[derive(Debug, Clone, Copy)]
struct Model {
    /// `a`, of a neuron on one core.
    neuron: f64,
    /// `s`, of what each rank does for itself, whatever the number of neurons.
    serial: f64,
    /// `e`, how often all ranks hear of one another.
    exchanges: f64,
    /// `h`, of a message.
    hop: f64,
}

impl Model {
    /// From single ranks on one core; the relative errors are least squares.
    fn fit(settings: &[(Setting, f64)], exchanges: f64, hop: f64) -> Self {
        let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
            settings.iter().map(|(setting, time)| f(setting.neurons() / time, 1.0 / time)).sum()
        };
        let (nn, ns, ss) = (sum(&|n, _| n * n), sum(&|n, s| n * s), sum(&|_, s| s * s));
        let (n, s) = (sum(&|n, _| n), sum(&|_, s| s));
        let determinant = nn * ss - ns * ns;
        let neuron = (n * ss - s * ns) / determinant;
        // Less than nothing is rounding and chance.
        let serial = ((s * nn - n * ns) / determinant).max(0.0);
        Self { neuron, serial, exchanges, hop }
    }

    fn step(&self, neurons: f64, (ranks, threads): (f64, f64)) -> f64 {
        let messages = 2.0 * self.exchanges * ranks.log2().ceil();
        self.neuron * neurons / (ranks * threads) + self.serial + messages * self.hop
    }
}

/// Settings with what was measured of them in each round.
struct All(Vec<(Setting, Vec<Measured>)>);

impl All {
    fn measure(settings: &[Setting], rounds: usize) -> Self {
        let mut all: Vec<(Setting, Vec<Measured>)> =
            settings.iter().map(|setting| (*setting, Vec::new())).collect();
        for _ in 0..rounds {
            for (setting, measured) in &mut all {
                measured.push(setting.run());
            }
        }
        Self(all)
    }

    fn of(&self, setting: Setting) -> &[Measured] {
        let found = self.0.iter().find(|(other, _)| *other == setting);
        &found.expect("measured").1
    }

    fn print(&self) {
        println!(
            "least seconds of a step (and most), of initial state and two samples, and of a run to T = 1 with 5 samples; what all ranks send in a step"
        );
        println!(
            "{:>8} {:>5} {:>7} {:>9} {:>9} {:>9} {:>8} {:>8} {:>7}",
            "n", "ranks", "threads", "step", "most", "rest", "run", "messages", "bytes"
        );
        for (Setting { size, ranks, threads, .. }, measured) in &self.0 {
            let of = |value: fn(&Measured) -> f64| least(measured, value);
            let most = measured.iter().map(Measured::step).fold(0.0, f64::max);
            let step = Measured::least_step(measured);
            println!(
                "{size:>8.1e} {ranks:>5} {threads:>7} {:>9.6} {most:>9.6} {:>9.4} {:>8.3} {:>8.1} {:>7.0}",
                step,
                of(|m| m.short) - step,
                of(|m| m.whole),
                of(|m| m.messages),
                of(|m| m.bytes)
            );
        }
    }
}

/// What the model says of more ranks than there are here.
fn predict(model: &Model) {
    let model = Model { hop: HOP, ..*model };
    println!(
        "\npredicted seconds of a step between machines, with {} us a message, and which part of the cores' time is spent on neurons",
        1e6 * HOP
    );
    println!(
        "{:>8} {:>6} {:>8} {:>11} {:>6} {:>14}",
        "n", "ranks", "threads", "step", "part", "GB for a rank"
    );
    for (size, ranks, threads) in [
        (1e7, 10.0, 1.0),
        (1e8, 10.0, 1.0),
        (1e8, 100.0, 1.0),
        (1e9, 100.0, 1.0),
        (1e9, 1000.0, 1.0),
        (1e10, 1000.0, 1.0),
        (1e10, 1000.0, 64.0),
    ] {
        let neurons = 2.0 * size;
        let step = model.step(neurons, (ranks, threads));
        let part = model.neuron * neurons / (ranks * threads) / step;
        let memory = 8.0 * neurons / ranks / 1e9;
        println!(
            "{size:>8.0e} {ranks:>6} {threads:>8} {step:>11.5} {:>5.1}% {memory:>14.4}",
            100.0 * part
        );
    }
}

/// Settings that are measured: networks on one core, two of them on two threads and two ranks, too, and the largest, which the model has yet to predict, on all.
struct Settings {
    fitted: [Setting; 5],
    weak: [Setting; 4],
    strong: [Setting; 3],
}

impl Settings {
    fn up_to(largest: f64) -> Self {
        let on = |size, (ranks, threads)| Setting { size, ranks, threads, whole: size == largest };
        let [one, threads, ranks] = [(1, 1), (1, 2), (2, 1)];
        let sizes = [0.001, 0.01, 0.1, 0.2, 0.4].map(|part| part * largest);
        let [.., medium, large] = sizes;
        Self {
            fitted: sizes.map(|size| on(size, one)),
            weak: [on(medium, threads), on(medium, ranks), on(large, threads), on(large, ranks)],
            strong: [one, threads, ranks].map(|cores| on(largest, cores)),
        }
    }

    fn all(&self) -> Vec<Setting> {
        [&self.fitted[..], &self.weak, &self.strong].concat()
    }
}

/// How much faster more cores are.
fn compare(settings: &Settings, all: &All) {
    let Settings { fitted, weak, strong } = settings;
    let [alone, threads, ranks] = strong.map(|setting| all.of(setting));
    let of_steps = |one, other| ratio((one, other), Measured::step);
    println!(
        "\nstrong scaling at n = {:.0e}: {:.2} times as fast by two threads, {:.2} by two ranks",
        strong[0].size,
        of_steps(alone, threads),
        of_steps(alone, ranks)
    );
    println!(
        "weak scaling: {:.2} of the speed of a core at n = {:.0e} on two ranks and {:.0e} on one",
        of_steps(all.of(fitted[3]), all.of(weak[3])),
        weak[3].size,
        fitted[3].size
    );
    println!(
        "two ranks against two threads at n = {:.0e}: {:+.1} % in a step, {:+.1} % in a run",
        strong[0].size,
        100.0 * (of_steps(ranks, threads) - 1.0),
        100.0 * (ratio((ranks, threads), |m| m.whole) - 1.0)
    );
}

/// The model, beside what it has not seen.
fn model(settings: &Settings, all: &All) -> Model {
    let Settings { fitted, weak, strong } = settings;
    let of = |setting, value: fn(&Measured) -> f64| least(all.of(setting), value);
    // There and back between two ranks.
    let (exchanges, hop) = (of(weak[3], |m| m.messages) / 2.0, of(weak[3], |m| m.latency));
    let times = fitted.map(|setting| (setting, Measured::least_step(all.of(setting))));
    let model = Model::fit(&times, exchanges, 1e-6 * hop);
    println!(
        "\nmodel, from one rank at n = {:.0e} to {:.0e}: {:.2} ns for a neuron, {:.0} us for a rank, {exchanges:.1} exchanges of two messages of {hop:.2} us here",
        fitted[0].size,
        fitted[4].size,
        1e9 * model.neuron,
        1e6 * model.serial
    );
    for setting in [weak[1], weak[3], strong[0], strong[2]] {
        let (ranks, measured) = (setting.ranks as f64, Measured::least_step(all.of(setting)));
        let predicted = model.step(setting.neurons(), (ranks, 1.0));
        println!(
            "n = {:.0e} on {ranks}: predicted {predicted:.5}, measured {measured:.5} ({:+.1} %)",
            setting.size,
            100.0 * (predicted / measured - 1.0)
        );
    }
    model
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [rank, size, threads, rest @ ..] = arguments.as_slice()
        && rank == "rank"
    {
        let (size, threads) = (size.parse().expect("a size"), threads.parse().expect("threads"));
        return work(size, threads, rest == ["whole"]);
    }
    let quick = arguments.iter().any(|argument| argument == "quick");
    let (largest, rounds) = if quick { (4e6, 1) } else { (1e7, ROUNDS) };
    let settings = Settings::up_to(largest);
    let all = All::measure(&settings.all(), rounds);
    all.print();
    compare(&settings, &all);
    predict(&model(&settings, &all));
}
