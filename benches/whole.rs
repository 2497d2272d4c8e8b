//! Whole networks: jumps per second of each exact method, on one core; spikes per second and jumps per second under the other
//! transmissions.
//!
//! `cargo bench --bench whole`. Compare methods within one run: machines differ.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use equipoise::engine::{Ensemble, Method as _, NetworkState, Observer, Progress, SpikeDriven};
use equipoise::model::scenario::overrides::apply;
use equipoise::model::{Method, Scenario, Transmission};

const SCENARIO: &str = include_str!("../scenarios/inhibition-stabilised.toml");

fn scenario(size: u32, duration: f64) -> Scenario {
    let overrides = [format!("n={size}"), format!("duration={duration}")];
    let text = apply(SCENARIO, &overrides).expect("the overrides are sound");
    Scenario::parse("inhibition-stabilised.toml", &text).expect("the scenario is sound")
}

fn methods(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("canonical pair");
    group.sample_size(10);
    for (size, duration) in [(100, 4.0), (1000, 0.5), (10_000, 0.01)] {
        let scenario = scenario(size, duration);
        for method in [Method::Exact, Method::Thinning] {
            let ensemble = Ensemble { method, times: vec![duration], ..Ensemble::new(&scenario) };
            let run = || ensemble.replicate(0, || false);
            group.throughput(Throughput::Elements(run().jumps.iter().sum()));
            group.bench_function(BenchmarkId::new(method.name(), size), |bencher| {
                bencher.iter(|| black_box(run()));
            });
        }
    }
    group.finish();
}

/// Elements are spikes.
fn shared_spikes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("shared spikes");
    group.sample_size(10);
    for (size, duration) in [(1000, 100.0), (1_000_000, 1.0)] {
        let mut scenario = scenario(size, duration);
        scenario.network.transmission = Transmission::Shared;
        let from = NetworkState::initial(&scenario.network, 1, 0);
        let spikes: u64 = advanced(&scenario, from.clone(), duration).spikes().iter().sum();
        group.throughput(Throughput::Elements(spikes));
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            let run = |state| advanced(&scenario, state, duration);
            bencher.iter_batched(|| from.clone(), run, BatchSize::LargeInput);
        });
    }
    group.finish();
}

/// Elements are jumps.
fn release(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("release with probability 0.3");
    group.sample_size(10);
    for (size, duration) in [(1000, 5.0), (100_000, 0.002)] {
        let mut scenario = scenario(size, duration);
        scenario.network.transmission = Transmission::Release { probability: 0.3 };
        let from = NetworkState::initial(&scenario.network, 1, 0);
        let jumps: u64 = advanced(&scenario, from.clone(), duration).tally().iter().sum();
        group.throughput(Throughput::Elements(jumps));
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            let run = |state| advanced(&scenario, state, duration);
            bencher.iter_batched(|| from.clone(), run, BatchSize::LargeInput);
        });
    }
    group.finish();
}

/// The state after this time, without what it takes to draw the first.
fn advanced(scenario: &Scenario, mut state: NetworkState, duration: f64) -> NetworkState {
    struct Nobody;
    impl Observer for Nobody {}
    let mut method = SpikeDriven::new(&scenario.network, 1, 0);
    method.restart(&scenario.network, &state, 0.0);
    while method.advance(&scenario.network, &mut state, duration, &mut Nobody) != Progress::Reached
    {
    }
    state
}

fn theory(criterion: &mut Criterion) {
    use equipoise::limit::{FiniteN, Limit, Order};
    let mut group = criterion.benchmark_group("theory of the canonical pair to t = 4");
    group.sample_size(10);
    let times = [0.0, 4.0];
    for size in [100, 1_000_000] {
        let network = scenario(size, 4.0).network;
        group.bench_function(BenchmarkId::new("finite_n", size), |bencher| {
            bencher.iter(|| FiniteN::new(&network, Order::First).solve(&times));
        });
        group.bench_function(BenchmarkId::new("finite_n, moments alone", size), |bencher| {
            bencher.iter(|| FiniteN::new(&network, Order::Half).moments_only().solve(&times));
        });
    }
    let network = scenario(100, 4.0).network;
    group.bench_function("limit", |bencher| {
        bencher.iter(|| Limit::new(&network).and_then(|limit| limit.solve(&times)));
    });
    group.finish();
}

criterion_group!(benches, methods, shared_spikes, release, theory);
criterion_main!(benches);
