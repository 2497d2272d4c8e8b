//! Every gain as scenarios write it, and its saturation under each transmission.

use equipoise_model::gain::{Logistic, Probit, Tabulated, ThresholdLinear};
use equipoise_model::{Gain, GainFunction, Scenario};

fn gain(transmission: &str, gain: &str) -> Gain {
    let text = format!(
        r#"
        n = 100
        duration = 1.0
        transmission = {transmission}
        [populations.E]
        kind = "excitatory"
        time_constant = 1.0
        gain = {gain}
        initial = {{ normal = {{ mean = 0.0, variance = 0.25 }} }}
        [coupling]
        E = {{ E = 1.0 }}
        "#
    );
    let scenario = Scenario::parse("gain", &text).unwrap_or_else(|error| panic!("{gain}: {error}"));
    scenario.network.populations[0].gain.clone()
}

const INDEPENDENT: &str = "\"independent\"";

#[test]
fn each_gain_is_read() {
    let read = |text| gain(INDEPENDENT, text);
    let (max_rate, threshold, slope) = (2.0, 0.1, 0.5);
    assert_eq!(
        read("{ logistic = { max_rate = 2.0, threshold = 0.1, slope = 0.5 } }"),
        Gain::Logistic(Logistic { max_rate, threshold, slope })
    );
    assert_eq!(
        read("{ probit = { max_rate = 2.0, threshold = 0.1, slope = 0.5 } }"),
        Gain::Probit(Probit { max_rate, threshold, slope })
    );
    assert_eq!(
        read("{ threshold_linear = { gain = 2.0, threshold = 0.1 } }"),
        Gain::ThresholdLinear(ThresholdLinear { gain: 2.0, threshold })
    );
    assert_eq!(
        read("{ tabulated = { potentiation = [-1, 0, 2.5], rate = [0, 0.5, 1] } }"),
        Gain::Tabulated(Tabulated::new(&[-1.0, 0.0, 2.5], &[0.0, 0.5, 1.0]).unwrap())
    );
}

const SATURATED: [(&str, &str); 4] = [
    ("{ logistic = { max_rate = 2.0, threshold = 0.1, slope = 0.5 }", "logistic"),
    ("{ probit = { max_rate = 2.0, threshold = 0.1, slope = 0.5 }", "probit"),
    ("{ threshold_linear = { gain = 2.0, threshold = 0.1 }", "threshold_linear"),
    ("{ tabulated = { potentiation = [-1, 0, 2.5], rate = [0, 0.5, 1] }", "tabulated"),
];

/// The spike intensity is `lambda/p`; a target receives the part `p` of what is left of it.
#[test]
fn refractory_time_saturates_the_intensity_of_spikes() {
    let transmissions =
        [(INDEPENDENT, 1.0), ("\"shared\"", 1.0), ("{ release_probability = 0.25 }", 0.25)];
    for (text, name) in SATURATED {
        let plain = gain(INDEPENDENT, &format!("{text} }}"));
        for (transmission, p) in transmissions {
            let saturated = gain(transmission, &format!("{text}, refractory_time = 0.3 }}"));
            for z in [-2.0, -0.4, 0.1, 0.7, 3.0] {
                let spikes = plain.intensity(z) / p;
                let expected = p * spikes / (1.0 + 0.3 * spikes);
                let error = (saturated.intensity(z) - expected).abs();
                assert!(error < 1e-15, "{name}, {transmission} at {z}: {error}");
            }
        }
    }
}

#[test]
fn no_refractory_time_changes_nothing() {
    for (text, _) in SATURATED {
        let none = gain(INDEPENDENT, &format!("{text}, refractory_time = 0 }}"));
        assert_eq!(none, gain(INDEPENDENT, &format!("{text} }}")));
    }
}
