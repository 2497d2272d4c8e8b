//! What must hold for any input: used by the fuzz targets and, on stable, by `tests/fuzz_corpus.rs`.

use std::path::{Path, PathBuf};

use equipoise_model::scenario::overrides::apply;
use equipoise_model::{GainFunction, Prices, Scenario};
use equipoise_store::{GroupReader, describe, read_group};

/// More samples than are listed here: their times would only take memory.
const MOST_TIMES: f64 = 1e5;

/// Reads the text up to the first zero byte as a scenario, with the texts between further zero bytes as overrides.
///
/// # Panics
/// If what is accepted makes no sense.
pub fn scenario(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.split('\0');
    let text = parts.next().unwrap_or_default();
    let overrides: Vec<String> = parts.map(str::to_owned).collect();
    let Ok(text) = apply(text, &overrides) else { return };
    match Scenario::parse("any.toml", &text) {
        Ok(scenario) => makes_sense(&scenario),
        Err(error) => {
            assert!(!error.problems().is_empty());
            for problem in error.problems() {
                assert!(text.get(problem.span.clone()).is_some(), "{problem:?}");
                assert!(!problem.to_string().is_empty());
            }
        }
    }
}

fn makes_sense(scenario: &Scenario) {
    let network = &scenario.network;
    assert!(network.size >= 1.0 && network.size.is_finite());
    assert!(!network.populations.is_empty());
    for (target, population) in network.populations.iter().enumerate() {
        let gain = &population.gain;
        assert!(population.count > 0 && population.time_constant > 0.0);
        assert!(gain.supremum() > 0.0 && gain.derivative_bound().is_finite(), "{gain:?}");
        assert!(gain.curvature_bound().is_finite() && gain.intensity(0.0) >= 0.0, "{gain:?}");
        assert!(population.drive.value(0.0).is_finite());
        assert!((0..network.source_count()).all(|source| network.jump(target, source).is_finite()));
    }
    for external in &network.externals {
        assert!(external.count > 0 && external.rate.value(0.0) >= 0.0);
    }
    if let Some(energy) = &scenario.energy {
        assert!(energy.threshold.iter().all(|threshold| threshold.is_finite()), "{energy:?}");
        if let Prices::Given(costs) = &energy.prices {
            let all = [&costs.spike, &costs.rest, &costs.synapse].into_iter().flatten();
            assert!(all.into_iter().all(|cost| cost.is_finite() && *cost >= 0.0), "{costs:?}");
        } else {
            assert!(
                energy.time_unit_seconds.is_some_and(|s| s > 0.0 && s.is_finite()),
                "{energy:?}"
            );
        }
    }
    let sampling = &scenario.sampling;
    assert!(sampling.duration > 0.0 && sampling.interval > 0.0 && scenario.replicates >= 1);
    if sampling.duration / sampling.interval < MOST_TIMES {
        let times = sampling.times();
        assert!(times.is_sorted() && times.last() == Some(&sampling.duration));
    }
    let again = Scenario::parse("again.toml", &scenario.text).expect("what was read is read again");
    assert_eq!(again, *scenario);
}

/// Reads all that a file says it holds, whole and in blocks.
pub fn result_file(path: &Path) {
    let Ok((header, outlines)) = describe(path) else { return };
    assert_eq!(header.groups.len(), outlines.len());
    for name in &header.groups {
        let whole = read_group(path, name);
        let Ok(reader) = GroupReader::open(path, name) else { continue };
        for variable in &reader.outline().variables {
            let start = vec![0; variable.shape.len()];
            let one = vec![1; variable.shape.len()];
            let _ = reader.read(&variable.name, &start, &one);
            if let Ok(group) = &whole {
                let values = &group.variable(&variable.name).expect("it is outlined").values;
                assert_eq!(values.len(), variable.shape.iter().product::<usize>());
            }
        }
    }
}

/// Where files are written that last for one input: in memory where the system has such a folder.
pub fn folder() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { memory } else { std::env::temp_dir() }
}
