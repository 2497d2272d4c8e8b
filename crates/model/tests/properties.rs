//! No scenario text whatever makes the reader panic, and what it accepts makes sense.

use equipoise_model::Scenario;
use equipoise_model::scenario::overrides::apply;
use proptest::prelude::*;

const SOUND: &str = include_str!("../../../scenarios/external-drive.toml");

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

/// The sound scenario with a piece replaced.
fn damaged() -> impl Strategy<Value = String> {
    (0..SOUND.len(), 0_usize..24, scrap()).prop_map(|(start, length, scrap)| {
        let characters: Vec<char> = SOUND.chars().collect();
        let start = start.min(characters.len());
        let end = (start + length).min(characters.len());
        let kept = |part: &[char]| part.iter().collect::<String>();
        format!("{}{scrap}{}", kept(&characters[..start]), kept(&characters[end..]))
    })
}

fn makes_sense(scenario: &Scenario) {
    let network = &scenario.network;
    assert!(network.size >= 1.0 && network.size.is_finite());
    assert!(!network.populations.is_empty());
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
