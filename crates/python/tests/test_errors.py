"""What goes wrong says what the command line says."""

import equipoise
import pytest

PAIR = "scenarios/inhibition-stabilised.toml"


def printed(done):
    """What the command line printed of a failure."""
    return done.stderr.strip("\n")


def told(caught):
    return str(caught.value).strip("\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("n = 400 ", "n = -1 "),
        ("drive = -0.3", "drvie = -0.3"),
        ("time_constant = 1.0", 'time_constant = "fast"'),
        ("E = { E = 1.0, I = -1.0 }", "E = { E = -1.0, I = -1.0 }"),
        ("duration = 4.0", "duration = "),
        ("duration = 4.0", ""),
    ],
)
def test_a_broken_scenario_is_underlined(command, tmp_path, old, new):
    path = tmp_path / "broken.toml"
    text = open(PAIR, encoding="utf-8").read()
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(equipoise.ScenarioError) as caught:
        equipoise.scenario(path)
    assert isinstance(caught.value, ValueError)
    assert told(caught) == printed(command("limit", path, status=2))


def test_a_network_without_balance_is_refused(command):
    scenario = "scenarios/loses-balance.toml"
    changes = {"coupling.E.X": 9.0}
    with pytest.raises(equipoise.TheoryError) as caught:
        equipoise.limit(equipoise.scenario(scenario, **changes))
    done = command("limit", scenario, "--set", "coupling.E.X=9.0", status=2)
    assert told(caught) == printed(done)


def test_one_network_is_not_validated(command):
    with pytest.raises(equipoise.UsageError) as caught:
        equipoise.validate(equipoise.scenario(PAIR, **{"ensemble.replicates": 1}))
    assert told(caught) == printed(command("validate", PAIR, "--set", "ensemble.replicates=1", status=2))


def test_what_would_never_end_is_refused(command):
    with pytest.raises(equipoise.UsageError) as caught:
        equipoise.simulate(equipoise.scenario(PAIR, n=10**5, **{"ensemble.replicates": 10**7}))
    assert "takes years" in told(caught)
    changes = ("--set", "n=100000", "--set", "ensemble.replicates=10000000")
    assert told(caught) == printed(command("simulate", PAIR, *changes, "--quiet", status=2))


def test_a_method_that_does_not_serve_is_a_failure_of_simulation():
    scenario = equipoise.scenario("scenarios/shared-spikes.toml", **{"engine.method": "thinning"})
    with pytest.raises(equipoise.SimulationError, match="method `thinning` simulates transmission `independent`"):
        equipoise.simulate(scenario)


@pytest.mark.parametrize(
    ("name", "job", "template"),
    [("limit", equipoise.limit, "init"), ("derive", equipoise.derive, "init conductances")],
)
def test_a_missing_file_is_an_error_of_the_system(command, name, job, template):
    with pytest.raises(equipoise.FileError) as caught:
        job("nowhere.toml")
    assert isinstance(caught.value, OSError) and isinstance(caught.value, equipoise.EquipoiseError)
    words = printed(command(name, "nowhere.toml", status=3))
    assert f"`equipoise {template}` writes one" in words
    assert told(caught) == words.replace(f"`equipoise {template}` writes one", "`equipoise.template` has one")


def test_options_are_named_as_arguments(tmp_path, pair):
    found = equipoise.simulate(pair)
    found.save(tmp_path / "result.h5")
    with pytest.raises(equipoise.FileError) as caught:
        found.save(tmp_path / "result.h5")
    assert "force=True" in told(caught) and "--" not in told(caught)
    with pytest.raises(equipoise.UsageError) as caught:
        equipoise.energy(pair, budget="mouse")
    assert "budget mouse: there is no such budget" in told(caught)
    with pytest.warns(equipoise.EquipoiseWarning, match="2012, budget takes another"):
        equipoise.energy(equipoise.scenario(PAIR, time_unit="s"))


@pytest.mark.parametrize(
    "work",
    [
        lambda pair: equipoise.simulate(pair, threads=-1),
        lambda pair: equipoise.validate(pair, threads=-1),
        lambda pair: equipoise.converge(pair, threads=-1),
        lambda pair: equipoise.sweep(pair, "populations.E.drive", -0.3, -0.2, 3, threads=-1),
        lambda pair: equipoise.fluctuations(pair, simulate=2, threads=-1),
        lambda pair: equipoise.energy(pair, threads=-1),
        lambda pair: equipoise.derive("scenarios/cells/inhibitory.toml", threads=-1),
    ],
)
def test_fewer_threads_than_none_are_refused(pair, work):
    with pytest.raises(equipoise.UsageError, match="threads is -1; it must be 0, for all cores, or more"):
        work(pair)


def test_a_path_that_leads_nowhere_is_refused():
    with pytest.raises(equipoise.UsageError, match="`n` is not a table"):
        equipoise.scenario(PAIR, **{"n.x": 1})


def test_assumptions_are_warned_of():
    with pytest.warns(equipoise.EquipoiseWarning, match="after it is not compared"):
        equipoise.validate(equipoise.scenario("scenarios/loses-balance.toml", n=100, **{"ensemble.replicates": 3}))
