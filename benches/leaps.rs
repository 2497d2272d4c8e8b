//! Leaps against the plainest tau-leap in NumPy, in turn in the same run, and what they cost at all sizes.
//!
//! `cargo bench --bench leaps` runs all, `cargo bench --bench leaps -- against` and `-- sizes` a part; `-- vast` adds 10^8 to the sizes, and
//! `-- order` measures errors against the step and draws `docs/leaps-order.svg`, and `-- bias` measures those of leaps and script against exact networks of 1000. The first part and
//! the last need NumPy, which `./setup --tests` installs. Compare ratios: machines differ, and so does one machine from minute to minute.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use equipoise::engine::{
    Ensemble, Leap, Method as _, NetworkState, Progress, Trajectory, TrajectoryRecorder,
};
use equipoise::model::scenario::overrides::apply;
use equipoise::model::{Leaps, Method, Scenario};
use equipoise::statistics::{Estimate, estimate};
use plotters::prelude::*;

const PAIR: &str = include_str!("../scenarios/inhibition-stabilised.toml");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/baseline/tau_leap.py");
const ROUNDS: u32 = 5;

const RESOLVING: Leaps = Leaps { resolve: true, ..Leaps::DEFAULT };
const PROJECTING: Leaps = Leaps::DEFAULT;

fn scenario(size: f64, duration: f64) -> Scenario {
    let changes = [
        format!("n={size:e}"),
        format!("duration={duration}"),
        format!("sample_interval={duration}"),
    ];
    let text = apply(PAIR, &changes).expect("the overrides are sound");
    Scenario::parse("inhibition-stabilised.toml", &text).expect("the scenario is sound")
}

/// Seconds of the steps of one network on this thread alone, and how many there were.
fn on_one_core(scenario: &Scenario, leaps: Leaps, replicate: u64) -> (f64, u32) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    pool.install(|| {
        let network = &scenario.network;
        let mut state = NetworkState::initial(network, 1, replicate);
        let mut method = Leap::new(network, leaps, 1, replicate);
        let mut observer = TrajectoryRecorder::new(network, replicate);
        let begin = Instant::now();
        method.restart(network, &state, 0.0);
        let mut steps = 0;
        let end = scenario.sampling.duration;
        while method.advance(network, &mut state, end, &mut observer) != Progress::Reached {
            steps += 1;
        }
        (begin.elapsed().as_secs_f64(), steps)
    })
}

/// What the script prints of so many networks: seconds of the steps, means and variances of E and I.
fn by_script(size: f64, duration: f64, (seed, networks): (u64, u64)) -> Vec<[f64; 5]> {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python");
    let python = if ours.exists() { ours } else { "python3".into() };
    let output = Command::new(python)
        .arg(SCRIPT)
        .args([size, duration].map(|number| number.to_string()))
        .args([seed, networks].map(|number| number.to_string()))
        .envs([("OMP_NUM_THREADS", "1"), ("OPENBLAS_NUM_THREADS", "1")])
        .output()
        .expect("Python");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let row = |line: &str| -> [f64; 5] {
        let numbers = line.split_whitespace().map(|word| word.parse().expect("a number"));
        numbers.collect::<Vec<f64>>().try_into().expect("five numbers")
    };
    String::from_utf8_lossy(&output.stdout).lines().map(row).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn against() {
    println!("one core; seconds for T, median of {ROUNDS} rounds; NumPy with steps of 0.1/sqrt(n)");
    println!("{:>8} {:>6} {:>10} {:>20} {:>20}", "n", "T", "NumPy", "resolving", "projecting");
    for (size, duration) in [(1e4, 1.0), (1e5, 0.25)] {
        let scenario = scenario(size, duration);
        let (mut script, mut leaps) = (Vec::new(), [Vec::new(), Vec::new()]);
        for round in 0..ROUNDS {
            script.push(by_script(size, duration, (round.into(), 1))[0][0]);
            for (times, kind) in leaps.iter_mut().zip([RESOLVING, PROJECTING]) {
                times.push(on_one_core(&scenario, kind, u64::from(round)).0);
            }
        }
        let script = median(script);
        let ours = leaps.map(|times| {
            let seconds = median(times);
            format!("{seconds:.5} ({:.0} x)", script / seconds)
        });
        println!("{size:>8.0e} {duration:>6} {script:>10.3} {:>20} {:>20}", ours[0], ours[1]);
    }
}

/// What the script and leaps make of means and variances, against exact networks of 1000.
fn bias() {
    const SIZE: f64 = 1000.0;
    const NETWORKS: u64 = 2000;
    let scenario = scenario(SIZE, 1.0);
    let ours = |method: Method, seed: u64| -> Vec<Estimate> {
        let ensemble = Ensemble { method, seed, replicates: NETWORKS, ..Ensemble::new(&scenario) };
        let mut rows: Vec<[f64; 4]> = Vec::new();
        let receive = |network: Trajectory| {
            let (mean, variance) = (&network.mean[2..], &network.variance[2..]);
            rows.push([mean[0], mean[1], variance[0], variance[1]]);
            Ok::<(), ()>(())
        };
        ensemble.run(&AtomicBool::new(false), receive).expect("networks");
        (0..4).map(|at| column(&rows, at)).collect()
    };
    let script: Vec<Estimate> = {
        let rows = by_script(SIZE, 1.0, (1, NETWORKS));
        (1..5).map(|at| column(&rows, at)).collect()
    };
    let exact = ours(Method::Exact, 2);
    println!(
        "{NETWORKS} networks of n = {SIZE}, T = 1: errors against the exact method, with standard errors"
    );
    let names = ["mean of E", "mean of I", "variance of E", "variance of I"];
    println!("{:>10} {:>22} {:>22} {:>22} {:>22}", "", names[0], names[1], names[2], names[3]);
    let print = |name: &str, measured: &[Estimate]| {
        print!("{name:>10}");
        for (x, exact) in measured.iter().zip(&exact) {
            let error = x.standard_error.hypot(exact.standard_error);
            print!(" {:>22}", format!("{:+.5} ({error:.5})", x.value - exact.value));
        }
        println!();
    };
    print("NumPy", &script);
    print("resolving", &ours(Method::Leap(RESOLVING), 3));
    print("projecting", &ours(Method::Leap(PROJECTING), 4));
}

/// The mean of a column.
fn column<const WIDTH: usize>(rows: &[[f64; WIDTH]], at: usize) -> Estimate {
    estimate::mean(&rows.iter().map(|row| row[at]).collect::<Vec<f64>>())
}

/// Bytes a second that one core reads and writes, where nothing fits in its caches.
fn bandwidth() -> f64 {
    let mut values = vec![1.0_f64; 1 << 25];
    let pass = |values: &mut [f64]| values.iter_mut().for_each(|value| *value = *value * 0.5 + 1.0);
    pass(&mut values);
    let begin = Instant::now();
    (0..4).for_each(|_| pass(&mut values));
    assert!(values[7] > 0.0);
    4.0 * 16.0 * values.len() as f64 / begin.elapsed().as_secs_f64()
}

fn sizes(vast: bool) {
    let bytes = bandwidth();
    println!(
        "\none core, projecting steps: cost of a neuron in a step; a core moves {:.1} GB/s",
        bytes / 1e9
    );
    println!("{:>8} {:>8} {:>10} {:>26}", "n", "steps", "ns", "of memory bandwidth");
    for size in [1e3, 1e4, 1e5, 1e6, 1e7] {
        let scenario = scenario(size, 0.5);
        let (seconds, steps) = on_one_core(&scenario, PROJECTING, 0);
        let each = seconds / (f64::from(steps) * 2.0 * size);
        // Read and written when kicked, read once more for the sums.
        let share = 24.0 / each / bytes;
        println!("{size:>8.0e} {steps:>8} {:>10.2} {:>25.0}%", 1e9 * each, 100.0 * share);
    }
    println!("\nall cores, projecting steps, with the initial states and samples at both ends");
    println!("{:>8} {:>6} {:>10}", "n", "T", "seconds");
    let all = [(1e4, 4.0), (1e5, 4.0), (1e6, 4.0), (1e7, 4.0), (1e8, 1.0)];
    for (size, duration) in all.into_iter().take(if vast { 5 } else { 4 }) {
        let scenario = scenario(size, duration);
        let method = Method::Leap(PROJECTING);
        let ensemble = Ensemble { method, replicates: 1, ..Ensemble::new(&scenario) };
        let begin = Instant::now();
        ensemble.run(&AtomicBool::new(false), |_| Ok::<(), ()>(())).expect("a network");
        println!("{size:>8.0e} {duration:>6} {:>10.2}", begin.elapsed().as_secs_f64());
    }
}

/// Errors of fires and variances against the step, in a strong transient of networks of 10^4, against steps of 1/128.
fn order() {
    const NETWORKS: u64 = 1000;
    let changes = [
        "populations.I.time_constant=0.5",
        "populations.E.drive=2.0",
        "n=10000",
        "duration=1",
        "sample_interval=1",
    ];
    let text = apply(PAIR, &changes.map(str::to_owned)).expect("the overrides are sound");
    let scenario = Scenario::parse("inhibition-stabilised.toml", &text).expect("sound");
    let measure = |exponent: i32, seed: u64| -> Vec<Estimate> {
        let method = Method::Leap(Leaps { step: Some(0.5_f64.powi(exponent)), ..Leaps::DEFAULT });
        let ensemble = Ensemble { method, seed, replicates: NETWORKS, ..Ensemble::new(&scenario) };
        let mut rows: Vec<[f64; 3]> = Vec::new();
        let receive = |network: Trajectory| {
            let fires = network.spikes(1, 0) / scenario.network.size;
            rows.push([fires, network.variance[2], network.variance[3]]);
            Ok::<(), ()>(())
        };
        ensemble.run(&AtomicBool::new(false), receive).expect("networks");
        (0..3).map(|at| column(&rows, at)).collect()
    };
    let names = ["fires of E", "variance of E", "variance of I"];
    let exact = measure(7, 0);
    println!("{:>8} {:>26} {:>26} {:>26}", "step", names[0], names[1], names[2]);
    let mut series: Vec<Vec<(f64, f64, f64)>> = vec![Vec::new(); 3];
    for exponent in 1..=5 {
        let step = 0.5_f64.powi(exponent);
        let measured = measure(exponent, exponent.unsigned_abs().into());
        print!("{step:>8}");
        for ((series, x), exact) in series.iter_mut().zip(&measured).zip(&exact) {
            let (error, standard) =
                ((x.value - exact.value).abs(), x.standard_error.hypot(exact.standard_error));
            print!(" {:>26}", format!("{error:.6} ({standard:.6})"));
            series.push((step, error, standard));
        }
        println!();
    }
    for (name, series) in names.iter().zip(&series) {
        let (slope, error) = slope(series);
        println!("order in the {name}: {slope:.2} ({error:.2})");
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/leaps-order.svg");
    draw(path, &names, &series).expect("a picture");
}

/// The slope of log error against log step, weighted by standard errors, with its own; steps of 1/4 and less.
fn slope(series: &[(f64, f64, f64)]) -> (f64, f64) {
    let points: Vec<(f64, f64, f64)> = series[1..]
        .iter()
        .map(|(step, error, standard)| (step.ln(), error.ln(), (error / standard).powi(2)))
        .collect();
    let sum = |f: &dyn Fn(&(f64, f64, f64)) -> f64| points.iter().map(f).sum::<f64>();
    let weight = sum(&|p| p.2);
    let (x, y) = (sum(&|p| p.2 * p.0) / weight, sum(&|p| p.2 * p.1) / weight);
    let spread = sum(&|p| p.2 * (p.0 - x).powi(2));
    (sum(&|p| p.2 * (p.0 - x) * (p.1 - y)) / spread, spread.sqrt().recip())
}

fn draw(
    path: &str,
    names: &[&str],
    series: &[Vec<(f64, f64, f64)>],
) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::new(path, (900, 620)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(20)
        .x_label_area_size(60)
        .y_label_area_size(90)
        .caption("Errors of leaps in a transient, n = 10 000", ("sans-serif", 24))
        .build_cartesian_2d((0.02..0.7).log_scale(), (1e-5..0.1).log_scale())?;
    chart.configure_mesh().x_desc("step (tau)").y_desc("error, with two standard errors").draw()?;
    for (number, (name, series)) in names.iter().zip(series).enumerate() {
        let colour = Palette99::pick(number).to_rgba();
        let points = series.iter().map(|(step, error, _)| (*step, *error));
        chart
            .draw_series(LineSeries::new(points.clone(), colour.stroke_width(2)))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 24, y)], colour));
        chart.draw_series(points.map(|point| Circle::new(point, 4, colour.filled())))?;
        chart.draw_series(series.iter().map(|(step, error, standard)| {
            let ends = [(error - 2.0 * standard).max(1e-5), error + 2.0 * standard];
            PathElement::new(ends.map(|end| (*step, end)).to_vec(), colour)
        }))?;
    }
    let second = [0.03, 0.5].map(|step: f64| (step, 0.15 * step * step));
    chart
        .draw_series(LineSeries::new(second, BLACK.stroke_width(1)))?
        .label("second order")
        .legend(|(x, y)| PathElement::new(vec![(x, y), (x + 24, y)], BLACK));
    let position = SeriesLabelPosition::UpperLeft;
    chart.configure_series_labels().position(position).border_style(BLACK).draw()?;
    root.present()?;
    Ok(())
}

fn main() {
    let asked = |name: &str| std::env::args().any(|argument| argument == name);
    if asked("order") {
        return order();
    }
    if asked("bias") {
        return bias();
    }
    let all = !asked("against") && !asked("sizes") && !asked("vast");
    if all || asked("against") {
        against();
    }
    if all || asked("sizes") || asked("vast") {
        sizes(asked("vast"));
    }
}
