//! Whole networks: jumps per second of each exact method, on one core.
//!
//! `cargo bench --bench whole`. Compare methods within one run: machines differ.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use equipoise::engine::Ensemble;
use equipoise::model::scenario::overrides::apply;
use equipoise::model::{Method, Scenario};

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

fn theory(criterion: &mut Criterion) {
    use equipoise::limit::{FiniteN, Limit, Terms};
    let mut group = criterion.benchmark_group("theory of the canonical pair to t = 4");
    group.sample_size(10);
    let times = [0.0, 4.0];
    for size in [100, 1_000_000] {
        let network = scenario(size, 4.0).network;
        group.bench_function(BenchmarkId::new("finite_n", size), |bencher| {
            bencher.iter(|| {
                FiniteN::new(&network, Terms::STANDARD).and_then(|theory| theory.solve(&times))
            });
        });
    }
    let network = scenario(100, 4.0).network;
    group.bench_function("limit", |bencher| {
        bencher.iter(|| Limit::new(&network).and_then(|limit| limit.solve(&times)));
    });
    group.finish();
}

criterion_group!(benches, methods, theory);
criterion_main!(benches);
