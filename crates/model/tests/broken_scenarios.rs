//! Every message about a broken scenario, as people see it.

use equipoise_model::scenario::overrides::apply;
use equipoise_model::{
    Bins, Costs, Energy, OwnBudget, Potentiations, Prices, Recording, Scenario, Selection,
};
use miette::{GraphicalReportHandler, GraphicalTheme};

const SOUND: &str = r#"title = "A sound scenario"
n = 100
duration = 4.0
sample_interval = 0.5

[populations.E]
kind = "excitatory"
fraction = 1.0
time_constant = 1.0
drive = -0.3
gain = { logistic = { max_rate = 1.0, threshold = 0.0, slope = 0.5 } }
initial = { normal = { mean = 0.0, variance = 0.25 } }

[populations.I]
kind = "inhibitory"
fraction = 0.5
time_constant = 1.0
drive = { steps = [[0.0, 0.0], [2.0, 0.1]] }
gain = { probit = { max_rate = 1.0, threshold = 0.0, slope = 0.5 } }
initial = { normal = { mean = 0.0, variance = 0.25 } }

[populations.X]
kind = "external"
rate = { sine = { mean = 0.5, amplitude = 0.1, frequency = 1.0 } }

[coupling]
E = { E = 1.0, I = -1.0, X = 0.1 }
I = { E = 2.0, I = -2.0, X = 0.1 }

[ensemble]
replicates = 10
"#;

/// The gain of I in the sound scenario.
const PROBIT: &str = "gain = { probit = { max_rate = 1.0, threshold = 0.0, slope = 0.5 } }";

/// (name of the snapshot, what is replaced in the sound scenario, by what)
const BROKEN: &[(&str, &str, &str)] = &[
    ("amplitude_makes_rate_negative", "amplitude = 0.1", "amplitude = 0.6"),
    ("bad_choice_of_kind", "\"excitatory\"", "\"exitatory\""),
    ("bad_choice_of_method", "[ensemble]", "[engine]\nmethod = \"thining\"\n\n[ensemble]"),
    ("engine_step_of_exact", "[ensemble]", "[engine]\nstep = 0.1\n\n[ensemble]"),
    ("engine_precision_of_exact", "[ensemble]", "[engine]\nprecision = \"single\"\n\n[ensemble]"),
    (
        "engine_step_and_tolerance",
        "[ensemble]",
        "[engine]\nmethod = \"leap\"\nstep = 0.1\ntolerance = 1e-3\n\n[ensemble]",
    ),
    (
        "engine_tolerance_too_large",
        "[ensemble]",
        "[engine]\nmethod = \"leap\"\ntolerance = 0.5\n\n[ensemble]",
    ),
    (
        "engine_step_too_long",
        "[ensemble]",
        "[engine]\nmethod = \"leap\"\nstep = 11.0\n\n[ensemble]",
    ),
    (
        "engine_step_too_short",
        "[ensemble]",
        "[engine]\nmethod = \"leap\"\nstep = 1e-18\n\n[ensemble]",
    ),
    ("leap_of_few_neurons", "n = 100", "n = 30\nengine.method = \"leap\""),
    (
        "leap_with_spikes",
        "[ensemble]",
        "[engine]\nmethod = \"leap\"\n[record]\nspikes = \"all\"\n\n[ensemble]",
    ),
    (
        "leap_between_samples",
        "[ensemble]",
        "[engine]\nmethod = \"auto\"\n[record]\nactivity = 0.5\nsnapshots = [0.5, 0.7, 4.0]\n\n[ensemble]",
    ),
    ("bad_gain", "{ probit = {", "{ sigmoid = {"),
    ("bad_population_name", "[populations.X]", "[populations.\"a/b\"]"),
    ("bad_transmission", "duration = 4.0", "transmission = \"share\"\nduration = 4.0"),
    ("coupling_entry_missing", "I = { E = 2.0, I = -2.0,", "I = { E = 2.0,"),
    ("coupling_onto_external", "[ensemble]", "X = { E = 1.0, I = -1.0, X = 0.0 }\n\n[ensemble]"),
    ("coupling_row_missing", "I = { E = 2.0, I = -2.0, X = 0.1 }\n", ""),
    ("coupling_unknown_source", "I = -1.0, X = 0.1", "I = -1.0, X = 0.1, F = 1.0"),
    ("dales_law_excitatory", "E = { E = 1.0", "E = { E = -1.0"),
    ("dales_law_inhibitory", "I = -2.0", "I = 2.0"),
    ("drive_of_wrong_type", "drive = -0.3", "drive = \"strong\""),
    ("drive_of_wrong_kind", "{ steps = [[0.0, 0.0], [2.0, 0.1]] }", "{ ramp = [0.0, 1.0] }"),
    ("drive_not_finite", "drive = -0.3", "drive = nan"),
    ("drive_beyond_all_units", "drive = -0.3", "drive = -1e101"),
    ("frequency_too_high", "frequency = 1.0", "frequency = 1e9"),
    ("duplicate_field", "n = 100", "n = 100\nn = 200"),
    ("duration_negative", "duration = 4.0", "duration = -4.0"),
    ("duration_overflows_samples", "duration = 4.0", "duration = 1e18"),
    ("empty_population", "fraction = 0.5", "fraction = 0.004"),
    ("gain_none", PROBIT, "gain = { refractory_time = 0.1 }"),
    ("gain_of_wrong_type", PROBIT, "gain = 1.0"),
    (
        "gain_refractory_time_negative",
        PROBIT,
        "gain = { probit = { max_rate = 1.0, threshold = 0.0, slope = 0.5 }, refractory_time = -0.1 }",
    ),
    (
        "gain_refractory_time_too_large",
        PROBIT,
        "gain = { probit = { max_rate = 1e100, threshold = 0.0, slope = 1e-10 }, refractory_time = 1e100 }",
    ),
    (
        "gain_threshold_linear_missing_field",
        PROBIT,
        "gain = { threshold_linear = { beta = 1.0, threshold = 0.0 } }",
    ),
    (
        "gain_threshold_linear_zero",
        PROBIT,
        "gain = { threshold_linear = { gain = 0.0, threshold = 0.0 } }",
    ),
    (
        "gain_twice",
        PROBIT,
        "gain = { tabulated = { potentiation = [0.0, 1.0], rate = [0.0, 1.0] }, logistic = { max_rate = 1.0, threshold = 0.0, slope = 0.5 } }",
    ),
    (
        "gain_table_of_one_point",
        PROBIT,
        "gain = { tabulated = { potentiation = [0.0], rate = [1.0] } }",
    ),
    (
        "gain_table_of_unequal_lengths",
        PROBIT,
        "gain = { tabulated = { potentiation = [0.0, 1.0, 2.0], rate = [0.0, 1.0] } }",
    ),
    (
        "gain_table_potentiation_not_finite",
        PROBIT,
        "gain = { tabulated = { potentiation = [0.0, inf], rate = [0.0, 1.0] } }",
    ),
    (
        "gain_table_potentiations_do_not_rise",
        PROBIT,
        "gain = { tabulated = { potentiation = [0.0, 1.0, 0.5], rate = [0.0, 1.0, 2.0] } }",
    ),
    (
        "gain_table_rate_negative",
        PROBIT,
        "gain = { tabulated = { potentiation = [0.0, 1.0], rate = [-0.5, 1.0] } }",
    ),
    (
        "gain_table_rates_fall",
        PROBIT,
        "gain = { tabulated = { potentiation = [0.0, 1.0, 2.0], rate = [0.0, 1.0, 0.5] } }",
    ),
    (
        "gain_table_silent",
        PROBIT,
        "gain = { tabulated = { potentiation = [0.0, 1.0], rate = [0.0, 0.0] } }",
    ),
    (
        "gain_table_too_steep",
        PROBIT,
        "gain = { tabulated = { potentiation = [0.0, 1e-200], rate = [0.0, 1.0] } }",
    ),
    ("energy_cost_negative", "[ensemble]", "[energy]\nspike = -1.0\n\n[ensemble]"),
    ("energy_cost_of_wrong_type", "[ensemble]", "[energy]\nspike = \"dear\"\n\n[ensemble]"),
    (
        "energy_cost_of_external",
        "[ensemble]",
        "[energy]\nrest = { E = 1.0, I = 1.0, X = 1.0 }\n\n[ensemble]",
    ),
    ("energy_cost_missing", "[ensemble]", "[energy]\nsynapse = { E = 1.0 }\n\n[ensemble]"),
    ("energy_field_unknown", "[ensemble]", "[energy]\nspikes = 1.0\n\n[ensemble]"),
    (
        "energy_budget_unknown",
        "[ensemble]",
        "[energy]\nbudget = \"rodent-cortex-2021\"\ntime_unit_seconds = 0.01\n\n[ensemble]",
    ),
    (
        "energy_budget_and_cost",
        "[ensemble]",
        "[energy]\nbudget = \"rodent-cortex-2001\"\nrest = 1.0\ntime_unit_seconds = 0.01\n\n[ensemble]",
    ),
    (
        "energy_budget_without_seconds",
        "[ensemble]",
        "[energy]\nbudget = \"primate-cortex-2003\"\n\n[ensemble]",
    ),
    (
        "energy_own_budget_negative",
        "[ensemble]",
        "[energy]\nbudget = { spike = -1.0, synapses = 0.0, rest = 1.0 }\ntime_unit_seconds = 0.01\n\n[ensemble]",
    ),
    (
        "energy_own_budget_incomplete",
        "[ensemble]",
        "[energy]\nbudget = { spike = 1e9, rest = 1e8 }\ntime_unit_seconds = 0.01\n\n[ensemble]",
    ),
    ("energy_time_unit_zero", "[ensemble]", "[energy]\ntime_unit_seconds = 0\n\n[ensemble]"),
    ("fraction_zero", "fraction = 0.5", "fraction = 0.0"),
    (
        "gain_slope_zero",
        "slope = 0.5 } }\ninitial = { normal = { mean = 0.0, variance = 0.25 } }\n\n[populations.X]",
        "slope = 0.0 } }\ninitial = { normal = { mean = 0.0, variance = 0.25 } }\n\n[populations.X]",
    ),
    (
        "gain_slope_too_small",
        "threshold = 0.0, slope = 0.5 } }\ninitial = { normal = { mean = 0.0, variance = 0.25 } }\n\n[populations.X]",
        "threshold = 0.0, slope = 1e-170 } }\ninitial = { normal = { mean = 0.0, variance = 0.25 } }\n\n[populations.X]",
    ),
    (
        "infinite_number",
        "variance = 0.25 } }\n\n[populations.I]",
        "variance = inf } }\n\n[populations.I]",
    ),
    (
        "initial_values_of_wrong_length",
        "initial = { normal = { mean = 0.0, variance = 0.25 } }\n\n[populations.I]",
        "initial = { values = [0.0, 0.1] }\n\n[populations.I]",
    ),
    ("missing_duration", "duration = 4.0\n", ""),
    (
        "missing_gain_field",
        "max_rate = 1.0, threshold = 0.0, slope = 0.5 } }\ninitial = { normal = { mean = 0.0, variance = 0.25 } }\n\n[populations.I]",
        "max_rate = 1.0, slope = 0.5 } }\ninitial = { normal = { mean = 0.0, variance = 0.25 } }\n\n[populations.I]",
    ),
    ("missing_time_constant", "fraction = 0.5\ntime_constant = 1.0\n", "fraction = 0.5\n"),
    (
        "missing_rate",
        "rate = { sine = { mean = 0.5, amplitude = 0.1, frequency = 1.0 } }",
        "fraction = 1.0",
    ),
    ("missing_kind", "kind = \"inhibitory\"\n", ""),
    (
        "population_in_small_letters",
        "[populations.I]",
        "[populations.i]\ndrive = 0.0\n\n[populations.I]",
    ),
    ("n_below_one", "n = 100", "n = 0"),
    ("n_not_whole", "n = 100", "n = 100.5"),
    ("n_too_large", "n = 100", "n = 1e30"),
    ("n_of_wrong_type", "n = 100", "n = \"many\""),
    (
        "no_neurons",
        SOUND,
        "n = 1\nduration = 1.0\n[populations.X]\nkind = \"external\"\nrate = 1.0\n[coupling]\n",
    ),
    ("no_toml", "n = 100", "n = = 100"),
    ("rate_on_neurons", "drive = -0.3", "rate = 1.0"),
    ("record_activity_too_fine", "[ensemble]", "[record]\nactivity = 1e-9\n\n[ensemble]"),
    ("record_activity_too_wide", "[ensemble]", "[record]\nactivity = 5.0\n\n[ensemble]"),
    ("record_field_unknown", "[ensemble]", "[record]\nsnapshot = [1.0]\n\n[ensemble]"),
    (
        "record_histograms_empty_range",
        "[ensemble]",
        "[record]\nhistograms = { from = 1.0, to = 1.0, bins = 10 }\n\n[ensemble]",
    ),
    (
        "record_histograms_without_bins",
        "[ensemble]",
        "[record]\nhistograms = { from = 1.0, to = 2.0, bins = 0 }\n\n[ensemble]",
    ),
    (
        "record_potentiations_of_many_networks",
        "[ensemble]",
        "[record]\npotentiations = { interval = 0.1, neurons = \"all\" }\n\n[ensemble]",
    ),
    (
        "record_potentiations_of_no_neuron",
        "[ensemble]\nreplicates = 10",
        "[record]\npotentiations = { interval = 0.1, neurons = { I = [0.5] } }\n\n[ensemble]\nreplicates = 1",
    ),
    (
        "record_potentiations_too_many",
        "[ensemble]\nreplicates = 10",
        "[record]\npotentiations = { interval = 1e-9, neurons = \"all\" }\n\n[ensemble]\nreplicates = 1",
    ),
    (
        "record_potentiations_without_neurons",
        "[ensemble]",
        "[record]\npotentiations = { interval = 0.1 }\n\n[ensemble]",
    ),
    ("record_snapshots_too_late", "[ensemble]", "[record]\nsnapshots = [0, 4.5]\n\n[ensemble]"),
    ("record_spikes_of_external", "[ensemble]", "[record]\nspikes = { X = \"all\" }\n\n[ensemble]"),
    (
        "record_spikes_of_no_neuron",
        "[ensemble]",
        "[record]\nspikes = { I = [0, 50] }\n\n[ensemble]",
    ),
    ("record_spikes_of_wrong_type", "[ensemble]", "[record]\nspikes = true\n\n[ensemble]"),
    ("record_spikes_word", "[ensemble]", "[record]\nspikes = { E = \"al\" }\n\n[ensemble]"),
    (
        "release_probability_above_one",
        "duration = 4.0",
        "transmission = { release_probability = 1.5 }\nduration = 4.0",
    ),
    ("replicates_zero", "replicates = 10", "replicates = 0"),
    ("sample_interval_zero", "sample_interval = 0.5", "sample_interval = 0"),
    ("seed_negative", "n = 100", "n = 100\nseed = -1"),
    (
        "several_at_once",
        "fraction = 1.0\ntime_constant = 1.0\ndrive = -0.3",
        "fraction = -1.0\ntime_constant = 0.0\ndrive = inf",
    ),
    ("steps_not_from_zero", "[[0.0, 0.0], [2.0, 0.1]]", "[[1.0, 0.0], [2.0, 0.1]]"),
    ("steps_out_of_order", "[[0.0, 0.0], [2.0, 0.1]]", "[[0.0, 0.0], [2.0, 0.1], [2.0, 0.3]]"),
    ("steps_empty", "[[0.0, 0.0], [2.0, 0.1]]", "[]"),
    (
        "time_constant_on_external",
        "kind = \"external\"",
        "kind = \"external\"\ntime_constant = 1.0",
    ),
    (
        "time_constant_negative",
        "fraction = 0.5\ntime_constant = 1.0",
        "fraction = 0.5\ntime_constant = -1.0",
    ),
    (
        "unknown_field_in_population",
        "time_constant = 1.0\ndrive = -0.3",
        "time_constnt = 1.0\ndrive = -0.3",
    ),
    ("unknown_field_at_top", "duration = 4.0", "duration = 4.0\nsample_intervall = 0.1"),
    (
        "variance_negative",
        "variance = 0.25 } }\n\n[populations.I]",
        "variance = -0.25 } }\n\n[populations.I]",
    ),
];

fn rendered(text: &str) -> String {
    let error = Scenario::parse("scenario.toml", text).expect_err("the scenario must be refused");
    let mut message = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .render_report(&mut message, &error)
        .expect("rendering into a string cannot fail");
    message
}

#[test]
fn sound_scenario_is_accepted() {
    let scenario = Scenario::parse("scenario.toml", SOUND).expect("this scenario is sound");
    assert_eq!(scenario.network.source_names(), ["E", "I", "X"]);
    assert_eq!(scenario.network.populations[1].count, 50);
    assert_eq!(scenario.network.coupling.get(1, 0), 2.0);
    assert_eq!(Scenario::parse("again", &scenario.text).unwrap(), scenario);
}

/// Leaps of neurons that all receive the same are refused with the reason.
#[test]
fn shared_spikes_need_no_leaps() {
    let text = include_str!("../../../scenarios/shared-spikes.toml");
    let text = apply(text, &["engine.method=leap".to_owned()]).expect("sound overrides");
    let error = Scenario::parse("scenario.toml", &text).expect_err("nothing to leap over");
    assert!(error.to_string().contains("costs `exact` no more"), "{error}");
    let driven =
        ["populations.X={kind=\"external\",rate=1.0}", "coupling.E.X=1.0", "coupling.I.X=1.0"];
    let text = apply(&text, &driven.map(str::to_owned)).expect("sound overrides");
    assert!(Scenario::parse("scenario.toml", &text).is_ok());
}

#[test]
fn recordings_are_read() {
    let text = format!(
        "{SOUND}\n[record]\nspikes = {{ I = [7, 0, 7], E = \"all\" }}\nactivity = 0.5\njumps = true\n\
         snapshots = [2.0, 0]\npotentiations = {{ interval = 0.5, neurons = {{ I = [3] }} }}\nhistograms = {{ from = -1, to = 1, bins = 4 }}\ncounts = true\n"
    );
    let text = text.replace("replicates = 10", "replicates = 1");
    let recording = Scenario::parse("scenario.toml", &text).expect("sound").recording;
    let expected = Recording {
        spikes: vec![Selection::All, Selection::Neurons(vec![0, 7])],
        activity: Some(0.5),
        jumps: true,
        snapshots: vec![0.0, 2.0],
        potentiations: Some(Potentiations {
            interval: 0.5,
            neurons: vec![Selection::None, Selection::Neurons(vec![3])],
        }),
        histograms: Some(Bins { from: -1.0, to: 1.0, count: 4 }),
        counts: true,
        activity_energy: None,
    };
    assert_eq!(recording, expected);
    let all = format!("{SOUND}\n[record]\nspikes = \"all\"\n");
    let recording = Scenario::parse("scenario.toml", &all).expect("sound").recording;
    assert_eq!(recording.spikes, [Selection::All, Selection::All]);
    let none = Scenario::parse("scenario.toml", SOUND).expect("sound").recording;
    assert_eq!(none, Recording::default());
    assert!(!none.watches_jumps());
}

#[test]
fn costs_are_read_by_population() {
    let text = format!(
        "{SOUND}\n[energy]\nspike = {{ I = 0.5, E = 2 }}\nsynapse = 1e-3\nthreshold = 0.25\n\
         time_unit_seconds = 0.01\n"
    );
    let energy = Scenario::parse("scenario.toml", &text).expect("sound").energy;
    let costs = Costs { spike: vec![2.0, 0.5], rest: vec![0.0, 0.0], synapse: vec![1e-3, 1e-3] };
    let expected = Energy {
        prices: Prices::Given(costs),
        threshold: vec![0.25, 0.25],
        time_unit_seconds: Some(0.01),
    };
    assert_eq!(energy, Some(expected));
    let bare = format!("{SOUND}\n[energy]\n");
    let energy = Scenario::parse("scenario.toml", &bare).expect("sound").energy;
    let Some(Energy { prices: Prices::Given(costs), .. }) = energy else { panic!("a table") };
    assert_eq!((costs.spike, costs.rest), (vec![1.0, 1.0], vec![0.0, 0.0]));
    assert_eq!(Scenario::parse("scenario.toml", SOUND).expect("sound").energy, None);
}

#[test]
fn a_scenario_brings_a_budget_or_names_one() {
    let budget = |text: &str| {
        let text = format!("{SOUND}\n[energy]\nbudget = {text}\ntime_unit_seconds = 0.01\n");
        Scenario::parse("scenario.toml", &text).expect("sound").energy.expect("a table").prices
    };
    let own = OwnBudget { spike: 1e9, synapses: 2e8, rest: 4e8, density: None };
    assert_eq!(budget("{ spike = 1e9, synapses = 2e8, rest = 4e8 }"), Prices::Own(own));
    let name = "rodent-cortex-2012";
    assert_eq!(budget(&format!("\"{name}\"")), Prices::Budget(name.to_owned()));
}

#[test]
fn every_method_takes_gains_without_a_bound() {
    let unbounded = "gain = { threshold_linear = { gain = 1.0, threshold = 0.0 } }";
    let text = SOUND.replace(PROBIT, unbounded);
    assert_ne!(text, SOUND);
    for method in ["exact", "thinning", "leap", "auto"] {
        let text = format!("{text}\n[engine]\nmethod = \"{method}\"\n");
        Scenario::parse("scenario.toml", &text).expect("no method needs a bound");
    }
}

#[test]
fn every_message() {
    for (name, sound, broken) in BROKEN {
        assert_eq!(SOUND.matches(sound).count(), 1, "{name}: `{sound}` must stand once");
        insta::assert_snapshot!(*name, rendered(&SOUND.replace(sound, broken)));
    }
}
