"""The other commands: their groups are those of the files that the command line writes, and their text is what it prints."""

import json

import equipoise
import numpy as np
import pytest
from test_files import CHANGES, assert_same, words

PAIR = "scenarios/inhibition-stabilised.toml"


def without_files(text):
    return [line for line in text.splitlines() if not line.startswith(("file: ", "report: ", "picture: "))]


def test_simulate_prints_moments(command, tmp_path):
    printed = command("simulate", PAIR, *words(CHANGES), "-o", tmp_path / "result.h5").stdout
    assert without_files(printed) == equipoise.simulate(equipoise.scenario(PAIR, **CHANGES)).text.splitlines()


@pytest.mark.parametrize("scenario", ["inhibition-stabilised", "external-drive", "three-populations"])
def test_an_analysis_says_what_the_command_says(command, scenario):
    path = f"scenarios/{scenario}.toml"
    found = equipoise.analyse(path)
    assert found.text == command("analyse", path).stdout
    expected = json.loads(command("analyse", path, "--json").stdout)
    assert found.found == expected
    assert found.balanced and found.rank == expected["rank"]
    points = found.fixed_points
    assert points.sizes["point"] == len(expected["fixed_points"])
    for place, point in enumerate(expected["fixed_points"]):
        assert points["mean"].values[place].tolist() == point["mean"]
        assert points["character"].values[place] == point["character"]
        slow = points["slow_eigenvalue"].values[place]
        assert [[value.real, value.imag] for value in slow.tolist()] == point["slow_eigenvalues"]
    assert str(found.picture).startswith("<svg") and found.picture._repr_svg_() == found.picture


def test_the_plane_has_the_populations_that_are_asked_for():
    turned = equipoise.analyse(PAIR, plane=("I", "E")).picture
    assert turned is not None and "mean of I" in turned and turned != equipoise.analyse(PAIR).picture
    with pytest.raises(equipoise.UsageError, match="no population `X`; there are E, I"):
        equipoise.analyse(PAIR, plane=("E", "X"))


def test_fixed_points_are_stationary():
    """Of the equations in test_limit: m = I + U_r l, 2 v = Q S, and S_E = S_I."""
    from test_limit import COUPLING, averages

    point = equipoise.analyse(PAIR).fixed_points.isel(point=0)
    mean, variance = point["mean"].values, point["variance"].values
    rate, _, _ = averages(mean, variance, 0.5)
    np.testing.assert_allclose(rate, point["rate"], atol=1e-9)
    np.testing.assert_allclose(2 * variance, (COUPLING**2) @ rate, atol=1e-9)
    assert abs(rate[0] - rate[1]) < 1e-9
    # What is left of -m + I is along U_r = (1, 2).
    assert abs(np.dot(-mean + np.array([-0.3, 0.0]), [2.0, -1.0])) < 1e-9


def test_no_balance_is_an_answer():
    found = equipoise.analyse(equipoise.scenario("scenarios/loses-balance.toml", **{"coupling.E.X": 9.0}))
    assert not found.balanced and found.picture is None and "no balance" in repr(found)
    assert found.fixed_points.sizes["point"] == 0
    with pytest.raises(equipoise.UsageError, match="at is -1"):
        equipoise.analyse(PAIR, at=-1)


def test_a_sweep_is_that_of_the_file(command, tmp_path):
    path, field = "scenarios/slow-oscillation.toml", "populations.E.drive"
    found = equipoise.sweep(path, field, 7.9, 8.7, 21)
    printed = command("analyse", path, "--sweep", f"{field}=7.9:8.7:21", "-o", tmp_path / "sweep.h5").stdout
    assert_same(found, tmp_path / "sweep.h5")
    assert without_files(printed) == found.text.splitlines()
    assert found.picture == (tmp_path / "sweep.svg").read_text(encoding="utf-8")
    for wrong, words_ in ((("drive", 0.0, 1.0), "drive"), ((field, 1.0, 0.0), "1 must be less than 0")):
        with pytest.raises((equipoise.UsageError, equipoise.ScenarioError), match=words_):
            equipoise.sweep(path, *wrong)


def test_networks_at_rest_are_those_of_the_file(command, tmp_path):
    small = equipoise.scenario(PAIR, n=30)
    found = equipoise.fluctuations(small, simulate=6, threads=1)
    printed = command("fluctuations", PAIR, "--set", "n=30", "--simulate", "6", "-o", tmp_path / "rest.h5").stdout
    assert_same(found, tmp_path / "rest.h5")
    assert without_files(printed) == found.text.splitlines()
    assert found["at_rest"].attrs["holds"] == 1 and found["at_rest"].attrs["replicates"] == 6
    assert found["measured_spectrum"]["predicted"].sizes["population"] == 2


def test_fluctuations_are_those_of_the_file(command, tmp_path):
    found = equipoise.fluctuations(PAIR, frequencies=(0.1, 1.0, 5), window=3.0)
    printed = command("fluctuations", PAIR, "--frequencies", "0.1:1:5", "--window", "3", "-o", tmp_path / "f.h5").stdout
    assert_same(found, tmp_path / "f.h5")
    assert without_files(printed) == found.text.splitlines()
    with pytest.raises(equipoise.UsageError, match="simulate is 1"):
        equipoise.fluctuations(PAIR, simulate=1)
    with pytest.raises(equipoise.UsageError, match="window is 0"):
        equipoise.fluctuations(PAIR, window=0)
    with pytest.raises(equipoise.UsageError, match="frequencies must rise"):
        equipoise.fluctuations(PAIR, frequencies=(2.0, 1.0, 5))


@pytest.mark.filterwarnings("ignore::equipoise.EquipoiseWarning")
def test_energy_is_that_of_the_file(command, tmp_path):
    grid = ("strength", 0.8, 1.2, 3)
    found = equipoise.energy(PAIR, budget="rodent-cortex-2001", drive="I", sweep=grid)
    options = ("--budget", "rodent-cortex-2001", "--drive", "I", "--sweep", "strength=0.8:1.2:3")
    printed = command("energy", PAIR, *options, "-o", tmp_path / "energy").stdout
    assert_same(found, tmp_path / "energy" / "energy.h5")
    assert without_files(printed) == found.text.splitlines()
    assert found.power is found["power"] and found.trade_off.sizes["value"] == 3
    for name, svg in found.figures.items():
        assert svg == (tmp_path / "energy" / f"{name}.svg").read_text(encoding="utf-8")
    assert found.figures
    with pytest.raises(equipoise.UsageError, match="there is no such budget"):
        equipoise.energy(PAIR, budget="mouse")
    with pytest.raises(equipoise.UsageError, match="there is no such population"):
        equipoise.energy(PAIR, drive="X")


def test_a_study_of_convergence_is_that_of_the_file(command, tmp_path):
    scenario, told = equipoise.scenario(PAIR, duration=1.0), []
    terms = {"sizes": [200, 100, 400], "networks": 10}
    found = equipoise.converge(scenario, **terms, progress=lambda *words: told.append(words))
    options = ("--set", "duration=1.0", "--sizes", "100,200,400", "--networks", "10")
    status = 0 if found.passed else 1
    printed = command("converge", PAIR, *options, "-o", tmp_path / "study", status=status).stdout
    assert_same(found, tmp_path / "study" / "convergence.h5")
    assert without_files(printed) == found.text.splitlines() and found.summary in printed
    assert found.picture == (tmp_path / "study" / "convergence.svg").read_text(encoding="utf-8")
    assert all(total == 30 and done <= 30 for done, total, _ in told)
    for wrong, message in (
        ({"sizes": [100]}, "two different sizes"),
        ({"sizes": [100, 200.5]}, "`200.5` is no size"),
        ({"precision": 2}, "precision is 2"),
        ({"networks": 1}, "networks is 1"),
        ({"method": "fast"}, 'method is "fast"'),
    ):
        with pytest.raises(equipoise.UsageError, match=message):
            equipoise.converge(scenario, **wrong)


def test_cells_become_a_scenario(command, tmp_path):
    path = "scenarios/cells/inhibitory.toml"
    found = equipoise.derive(path, compare=False)
    printed = command("derive", path, "--no-comparison", "-o", tmp_path / "derived").stdout
    assert without_files(printed) == found.text.splitlines()
    assert found.scenario == equipoise.Scenario.from_file(tmp_path / "derived" / "network.toml")
    assert found.comparison.sizes["input"] == 0
    for name, svg in found.figures.items():
        assert svg == (tmp_path / "derived" / f"{name}.svg").read_text(encoding="utf-8")
    assert found.figures and found.found["title"] in repr(found)
    with pytest.raises(equipoise.ScenarioError) as caught:
        equipoise.derive(path, {"seed": -1})
    assert (
        str(caught.value).strip()
        == command("derive", path, "--set", "seed=-1", status=2).stderr.replace("--set", "changes").strip()
    )


def test_an_analysis_counts_its_points():
    found = equipoise.analyse("scenarios/inhibition-stabilised.toml")
    assert repr(found).endswith(": 1 fixed point>")
