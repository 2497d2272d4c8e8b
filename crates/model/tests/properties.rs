//! No scenario text whatever makes the reader panic, and what it accepts makes sense; gains keep their bounds.

use equipoise_model::gain::{Probit, Tabulated, ThresholdLinear};
use equipoise_model::scenario::overrides::apply;
use equipoise_model::{Gain, GainFunction, Scenario};
use proptest::prelude::*;

const SOUND: &str = include_str!("../../../scenarios/external-drive.toml");
const GAINS: &str = r#"
n = 100
duration = 1.0
transmission = { release_probability = 0.5 }
[populations.E]
kind = "excitatory"
time_constant = 1.0
gain = { threshold_linear = { gain = 1.0, threshold = 0.5 }, refractory_time = 0.1 }
initial = { normal = { mean = 0.0, variance = 0.25 } }
[populations.I]
kind = "inhibitory"
time_constant = 1.0
gain = { tabulated = { potentiation = [-1.0, 0.0, 2.5], rate = [0.0, 0.5, 1.0] }, refractory_time = 2 }
initial = { normal = { mean = 0.0, variance = 0.25 } }
[coupling]
E = { E = 1.0, I = -1.0 }
I = { E = 1.0, I = -1.0 }
"#;

/// What a careless hand might put in a scenario.
fn scrap() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[-+]?[0-9]{1,4}(\\.[0-9]{1,3})?(e[-+]?[0-9]{1,3})?",
        "(nan|inf|-inf|true|\"x\"|\\[\\]|\\{\\}|\\[\\[0.0, 1.0\\]\\])",
        "[a-zA-Z_.=\\[\\]{}\",#\n -]{1,12}",
        "\\PC{1,6}",
    ]
}

/// A sound scenario with a piece replaced.
fn damaged() -> impl Strategy<Value = String> {
    (any::<bool>(), 0..SOUND.len(), 0_usize..24, scrap()).prop_map(
        |(gains, start, length, scrap)| {
            let sound = if gains { GAINS } else { SOUND };
            let characters: Vec<char> = sound.chars().collect();
            let start = start % characters.len();
            let end = (start + length).min(characters.len());
            let kept = |part: &[char]| part.iter().collect::<String>();
            format!("{}{scrap}{}", kept(&characters[..start]), kept(&characters[end..]))
        },
    )
}

/// Points of a table: widths of cells, rises (some of them flat), and where it begins.
fn table() -> impl Strategy<Value = Tabulated> {
    let rise = prop_oneof![1 => Just(0.0), 3 => 0.0..2.0_f64];
    let cells = prop::collection::vec((0.01..3.0_f64, rise), 1..12);
    (-5.0..5.0_f64, 0.01..1.0_f64, cells).prop_map(|(z, rate, cells)| {
        let (mut potentiations, mut rates) = (vec![z], vec![rate]);
        for (i, (width, rise)) in cells.into_iter().enumerate() {
            potentiations.push(potentiations[i] + width);
            rates.push(rates[i] + rise);
        }
        Tabulated::new(&potentiations, &rates).expect("rising points")
    })
}

fn makes_sense(scenario: &Scenario) {
    let network = &scenario.network;
    assert!(network.size >= 1.0 && network.size.is_finite());
    assert!(!network.populations.is_empty());
    for population in &network.populations {
        let gain = &population.gain;
        assert!(gain.supremum() > 0.0 && gain.derivative_bound().is_finite(), "{gain:?}");
        assert!(gain.curvature_bound().is_finite() && gain.intensity(0.0) >= 0.0, "{gain:?}");
    }
    assert!(
        network
            .populations
            .iter()
            .all(|population| population.count > 0 && population.time_constant > 0.0)
    );
    assert!(
        scenario.sampling.duration > 0.0
            && scenario.sampling.interval > 0.0
            && scenario.replicates >= 1
    );
    assert_eq!(*scenario.sampling.times().last().unwrap(), scenario.sampling.duration);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Between any two potentiations the changes of `lambda` and, away from kinks, of `lambda'` are within the bounds.
    #[test]
    fn gains_never_fall_and_keep_their_bounds(
        table in table(), time in 0.0..20.0_f64, gain in 0.1..10.0_f64, near in -12.0..12.0_f64, step in 1e-6..2.0_f64,
    ) {
        let line = Gain::ThresholdLinear(ThresholdLinear { gain, threshold: 0.3 });
        let probit = Gain::Probit(Probit { max_rate: gain, threshold: 0.3, slope: 0.4 });
        for gain in [Gain::Tabulated(table), line, probit] {
            for gain in [gain.clone(), gain.saturated(time)] {
                let (low, high) = (near, near + step);
                let (from, to) = (gain.intensity_and_derivative(low), gain.intensity_and_derivative(high));
                let rounding = 1e-12 * (1.0 + gain.derivative_bound() + gain.curvature_bound());
                prop_assert!(gain.infimum() <= from.0 && from.0 <= to.0 * (1.0 + 1e-15) && to.0 <= gain.supremum() * (1.0 + 1e-15));
                prop_assert!(to.0 - from.0 <= gain.derivative_bound() * step + rounding);
                let jump = gain.kink().filter(|kink| low < kink.potentiation && kink.potentiation <= high);
                let allowed = gain.curvature_bound() * step + jump.map_or(0.0, |kink| kink.derivative_jump);
                prop_assert!((to.1 - from.1).abs() <= allowed + rounding, "{:?}", gain);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_scenarios_are_read_or_refused(text in damaged()) {
        match Scenario::parse("damaged.toml", &text) {
            Ok(scenario) => makes_sense(&scenario),
            Err(error) => {
                prop_assert!(!error.problems().is_empty());
                for problem in error.problems() {
                    prop_assert!(problem.span.end <= text.len() && text.get(problem.span.clone()).is_some());
                    prop_assert!(!problem.to_string().is_empty());
                }
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}(\n\\PC{0,40}){0,4}") {
        let _ = Scenario::parse("any.toml", &text);
    }

    #[test]
    fn any_override_is_applied_or_refused(path in "[a-zA-Z.]{0,20}", value in scrap()) {
        if let Ok(text) = apply(SOUND, &[format!("{path}={value}")]) {
            let _ = Scenario::parse("overridden.toml", &text);
        }
    }

    #[test]
    fn an_overridden_number_arrives(drive in -1e3_f64..1e3, size in 10_u32..100_000) {
        let overrides = [format!("populations.E.drive={drive:?}"), format!("n={size}")];
        let scenario = Scenario::parse("overridden.toml", &apply(SOUND, &overrides).unwrap()).unwrap();
        prop_assert_eq!(scenario.network.populations[0].drive.value(0.0), drive);
        prop_assert_eq!(scenario.network.size, f64::from(size));
        prop_assert_eq!(scenario.network.externals[1].count, (0.5 * f64::from(size)).round() as usize);
        let again = Scenario::parse("again.toml", &scenario.text).unwrap();
        prop_assert_eq!(again, scenario);
    }
}
