"""Scenarios from files, texts, mappings and keyword arguments."""

import copy
import pickle
import tomllib

import equipoise
import numpy as np
import pytest

FILE = "scenarios/inhibition-stabilised.toml"


def logistic(slope=0.5):
    return {"logistic": {"max_rate": 1.0, "threshold": 0.0, "slope": slope}}


def fields():
    def population(kind, drive):
        initial = {"normal": {"mean": 0.0, "variance": 0.25}}
        return {
            "kind": kind,
            "fraction": 1.0,
            "time_constant": 1.0,
            "drive": drive,
            "gain": logistic(),
            "initial": initial,
        }

    return {
        "title": "Inhibition-stabilised pair",
        "n": 400,
        "seed": 1,
        "duration": 4.0,
        "sample_interval": 0.25,
        "time_unit": "tau",
        "populations": {"E": population("excitatory", -0.3), "I": population("inhibitory", 0.0)},
        "coupling": {"E": {"E": 1.0, "I": -1.0}, "I": {"E": 2.0, "I": -2.0}},
        "engine": {"method": "exact"},
        "ensemble": {"replicates": 300},
    }


def test_a_mapping_says_what_a_file_says():
    from_file, from_fields = equipoise.Scenario.from_file(FILE), equipoise.Scenario(fields())
    assert from_fields.to_dict() == from_file.to_dict() == fields()
    assert equipoise.Scenario(**fields()) == from_fields
    assert equipoise.scenario(**fields()) == equipoise.scenario(fields()) == from_fields
    assert equipoise.limit(from_fields).identical(equipoise.limit(from_file))
    assert "[populations.E]" in from_fields.to_toml()


def test_the_text_is_read_again():
    scenario = equipoise.Scenario(fields())
    again = equipoise.Scenario.from_toml(scenario.to_toml())
    assert again == scenario and hash(again) == hash(scenario)
    assert again != scenario.with_(seed=2)


def test_properties_are_those_of_the_scenario():
    scenario = equipoise.scenario(FILE)
    assert (scenario.title, scenario.n, scenario.seed) == ("Inhibition-stabilised pair", 400.0, 1)
    assert (scenario.replicates, scenario.duration, scenario.time_unit) == (300, 4.0, "tau")
    assert scenario.populations == {"E": 400, "I": 400}
    assert repr(scenario) == "<equipoise.Scenario 'Inhibition-stabilised pair', n = 400, 300 networks>"


def test_fields_are_changed_by_their_path():
    scenario = equipoise.scenario(FILE)
    changed = scenario.with_(n=1000, **{"populations.E.drive": -0.2, "engine.method": "thinning"})
    expected = fields() | {"n": 1000, "engine": {"method": "thinning"}}
    expected["populations"]["E"]["drive"] = -0.2
    assert changed.to_dict() == expected
    assert scenario.n == 400 and changed == scenario.with_({"n": 1000, "engine.method": "thinning"}).with_(
        {"populations.E.drive": -0.2}
    )
    assert "# I_a" in changed.to_toml()
    assert equipoise.scenario(FILE, n=7).n == equipoise.scenario(fields(), n=7).n == 7
    assert equipoise.scenario(scenario) is scenario


def test_values_may_come_from_numpy():
    potentiation = np.linspace(-3.0, 3.0, 41)
    rate = 1.0 / (1.0 + np.exp(-2.0 * potentiation))
    gain = {"tabulated": {"potentiation": potentiation, "rate": rate}}
    changes = {"n": np.int64(100), "duration": np.float64(2.0), "populations.E.gain": gain}
    scenario = equipoise.scenario(FILE, **changes)
    table = scenario.to_dict()["populations"]["E"]["gain"]["tabulated"]
    np.testing.assert_array_equal(table["potentiation"], potentiation)
    np.testing.assert_array_equal(table["rate"], rate)
    assert (scenario.n, scenario.duration) == (100, 2.0)
    # The points are those of the gain that they replace: the theories are close, but not the same.
    smooth = equipoise.limit(equipoise.scenario(FILE, duration=2.0))["mean"].values
    through_points = equipoise.limit(scenario)["mean"].values
    assert 0 < np.abs(smooth - through_points).max() < 1e-3


def test_all_kinds_of_values_are_written():
    given = {
        "a": True,
        "b": -3,
        "c": 1e-300,
        "d": 'say "x"\n',
        "e": [[0.0, 1.5], [2.0, 3.5]],
        "f": (1, 2),
        "g": {"h i": []},
    }
    text = equipoise._equipoise.text_of(given | {"populations": {"E": {"x": {"y": 1}}}})
    read = tomllib.loads(text)
    assert read == {**given, "f": [1, 2], "populations": {"E": {"x": {"y": 1}}}}
    assert isinstance(read["a"], bool) and isinstance(read["b"], int)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "`populations.E.drive` is None; leave out"),
        (lambda z: z, "`populations.E.drive` is a function, which would be too slow"),
        (2**70, "`populations.E.drive` does not fit in 64 bits"),
        (1j, "`populations.E.drive` is a complex"),
        ([0.0, None], "`populations.E.drive[1]` is None"),
    ],
)
def test_what_is_no_value_is_named(value, words):
    for make in (
        lambda: equipoise.scenario(FILE, **{"populations.E.drive": value}),
        lambda: equipoise.Scenario(n=1, populations={"E": {"drive": value}}),
    ):
        with pytest.raises(equipoise.ScenarioError) as caught:
            make()
        assert words in str(caught.value)


def test_names_are_strings():
    with pytest.raises(equipoise.ScenarioError, match="names are strings"):
        equipoise.Scenario({1: 2})


def test_scenarios_are_pickled_and_copied():
    scenario = equipoise.scenario(FILE, n=50)
    for other in (pickle.loads(pickle.dumps(scenario)), copy.deepcopy(scenario)):
        assert other == scenario and other.n == 50
        assert other._command("limit") == scenario._command("limit") == f"limit {FILE} --set n=50"


def test_a_scenario_is_saved_once(tmp_path):
    scenario = equipoise.scenario(FILE, n=50)
    scenario.save(tmp_path / "own.toml")
    assert equipoise.scenario(tmp_path / "own.toml") == scenario
    with pytest.raises(equipoise.FileError, match=r"own\.toml` already exists"):
        scenario.save(tmp_path / "own.toml")


def test_a_population_of_nearly_that_name_is_suggested():
    with pytest.raises(equipoise.ScenarioError, match=r"did you mean `populations\.E`"):
        equipoise.scenario(FILE, **{"populations.Ex.drive": 0.1})


def test_a_result_is_no_scenario(tmp_path):
    small = equipoise.scenario(FILE, n=20, duration=0.5, **{"ensemble.replicates": 2})
    file = equipoise.simulate(small).save(tmp_path / "result.h5")
    with pytest.raises(equipoise.FileError, match="a scenario file is text"):
        equipoise.scenario(file)
