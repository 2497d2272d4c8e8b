"""Results in memory are those of files: the same groups, bit for bit."""

import re

import equipoise
import h5py
import numpy as np
import pytest
import xarray

CHANGES = {"n": 60, "ensemble.replicates": 4}
RECORDING = CHANGES | {"record.jumps": True, "duration": 1.0, "record.snapshots": [0.0, 0.5, 1.0]}
REPORT = {
    "n": 60,
    "ensemble.replicates": 1,
    "record": {"potentiations": {"interval": 0.1, "neurons": {"E": [0, 3], "I": "all"}}},
}
ENERGY = CHANGES | {"duration": 1.0}


def words(changes):
    return [
        word
        for path, value in changes.items()
        for word in ("--set", f"{path}={equipoise._equipoise.value_of(value, path)}")
    ]


def groups(path):
    """The groups of a file, by name."""
    found = xarray.open_groups(path, engine="h5netcdf", decode_timedelta=False)
    return {name.strip("/"): group.load() for name, group in found.items() if group.variables}


def assert_same(found, path):
    """The groups of a result against those of a file."""
    expected = groups(path)
    assert set(found) == set(expected)
    for name, group in expected.items():
        own = found[name]
        assert list(own.data_vars) == list(group.data_vars), name
        attributes = {key: value for key, value in group.attrs.items() if key != "sorting"}
        assert {key: value for key, value in own.attrs.items() if key != "sorting"} == attributes
        for variable in group.variables:
            a, b = own[variable], group[variable]
            assert a.dims == b.dims and a.dtype.kind == b.dtype.kind, (name, variable)
            assert a.dtype.itemsize == b.dtype.itemsize or a.dtype.kind == "U", (name, variable)
            np.testing.assert_array_equal(a.values, b.values, err_msg=f"{name}/{variable}")
            assert a.attrs == b.attrs, (name, variable)


@pytest.mark.parametrize(
    ("scenario", "changes"),
    [
        ("recording", RECORDING),
        ("inhibition-stabilised", REPORT),
        ("energy", ENERGY),
        ("shared-spikes", CHANGES),
        ("external-drive", CHANGES),
    ],
)
def test_an_ensemble_is_that_of_the_file(command, tmp_path, scenario, changes):
    path = f"scenarios/{scenario}.toml"
    found = equipoise.simulate(equipoise.scenario(path, **changes))
    command("simulate", path, *words(changes), "-o", tmp_path / "result.h5")
    assert_same(found, tmp_path / "result.h5")
    found.save(tmp_path / "own.h5")
    assert_same(found, tmp_path / "own.h5")


@pytest.mark.filterwarnings("ignore:the Fano factor of `I` is not compared")
@pytest.mark.parametrize("scenario", ["recording", "energy"])
def test_a_validation_is_that_of_the_file(command, tmp_path, scenario):
    path = f"scenarios/{scenario}.toml"
    found = equipoise.validate(equipoise.scenario(path, **CHANGES))
    command("validate", path, *words(CHANGES), "-o", tmp_path, status=0 if found.passed else 1)
    assert_same(found, tmp_path / "result.h5")
    assert found.passed == (xarray.open_dataset(tmp_path / "result.h5", group="comparison").attrs["holds"] == 1)
    printed = command(
        "validate", path, *words(CHANGES), "-o", tmp_path / "again", status=0 if found.passed else 1
    ).stdout
    assert [
        line for line in printed.splitlines() if not line.startswith(("file: ", "report: "))
    ] == found.text.splitlines()
    assert found.summary in printed and found.summary in repr(found)


@pytest.mark.parametrize("scenario", ["drive-step", "energy", "three-populations"])
def test_theory_is_that_of_the_file(command, tmp_path, scenario):
    path = f"scenarios/{scenario}.toml"
    command("limit", path, "--finite-n", "-o", tmp_path / "theory.h5")
    assert_same({"limit": equipoise.limit(path), "finite_n": equipoise.finite_n(path)}, tmp_path / "theory.h5")


def test_a_saved_result_says_where_it_comes_from(command, tmp_path):
    path = "scenarios/inhibition-stabilised.toml"
    found = equipoise.validate(equipoise.scenario(path, **CHANGES))
    saved = found.save(tmp_path / "own.h5")
    command("validate", path, *words(CHANGES), "-o", tmp_path, status=0 if found.passed else 1)
    own, other = (xarray.open_dataset(tmp_path / name).attrs for name in ("own.h5", "result.h5"))
    assert saved == tmp_path / "own.h5"
    assert 0 < own["elapsed"] < 600
    assert {**own, "elapsed": 0} == {**other, "elapsed": 0}
    with pytest.raises(equipoise.FileError, match="already exists"):
        found.save(tmp_path / "own.h5")
    assert found.save(tmp_path / "own.h5", force=True) == saved


def test_a_report_is_that_of_the_file(command, tmp_path):
    found = equipoise.validate(equipoise.scenario("scenarios/inhibition-stabilised.toml", **CHANGES))
    page = found.report(tmp_path / "page.html")
    command("report", found.save(tmp_path / "page.h5"), "-o", tmp_path / "other.html")

    def written(path):
        # But for the seconds that the run took, to which those of saving are added.
        return re.sub(r"<dd>[0-9.]+ s</dd>", "", path.read_text(encoding="utf-8"))

    assert written(page).startswith("<!DOCTYPE html>")
    assert written(page) == written(tmp_path / "other.html")
    with pytest.raises(equipoise.FileError):
        found.report(page)
    found.report(page, force=True)


@pytest.mark.filterwarnings("ignore:the Fano factor of `I` is not compared")
def test_arrays_are_not_copied():
    found = equipoise.validate(equipoise.scenario("scenarios/recording.toml", **CHANGES))
    checked = 0
    for name, _, variables, _ in found._source.groups:
        for variable, dimensions, _, _, array in variables:
            if dimensions == [variable] or array.dtype.kind == "U":
                continue
            seen = found[name][variable].values
            assert np.shares_memory(seen, array) or seen.size == 0, (name, variable)
            owner = array
            while isinstance(owner.base, np.ndarray):
                owner = owner.base
            # What holds the memory is no array of NumPy's own.
            assert owner.base is not None and not owner.flags.owndata, (name, variable)
            assert not array.flags.writeable
            checked += 1
    assert checked > 30
    with pytest.raises(ValueError, match="read-only"):
        found.trajectory["mean"].values[0] = 1.0
    changed = found.trajectory.copy(deep=True)
    changed["mean"].values[0] = 1.0


def test_groups_are_reached_by_name():
    found = equipoise.simulate(equipoise.scenario("scenarios/recording.toml", **CHANGES))
    assert set(found) == {"trajectory", "spikes/E", "spikes/I", "activity", "snapshots", "histograms", "counts"}
    assert list(found.spikes) == ["E", "I"] and found.spikes["E"] is found["spikes/E"]
    assert found.snapshots["potentiation"].dims[0] == "realization"
    assert found.potentiations == {}
    with pytest.raises(AttributeError, match=r"record\.jumps"):
        _ = found.jumps
    tree = found.tree()
    assert tree["spikes/E"].to_dataset().identical(found.spikes["E"])
    assert "third_cumulant" in found._repr_html_()


def test_a_saved_file_has_what_the_sonata_format_asks_for(command, tmp_path):
    path = "scenarios/recording.toml"
    equipoise.simulate(equipoise.scenario(path, **CHANGES)).save(tmp_path / "own.h5")
    command("simulate", path, *words(CHANGES), "-o", tmp_path / "result.h5")
    with h5py.File(tmp_path / "own.h5") as own, h5py.File(tmp_path / "result.h5") as other:
        assert set(own.attrs) == set(other.attrs)
        for name in ("magic", "version"):
            assert np.array_equal(own.attrs[name], other.attrs[name])
        for group in ("spikes/E", "spikes/I"):
            sorting, expected = (file[group].attrs.get_id("sorting") for file in (own, other))
            assert h5py.check_enum_dtype(sorting.dtype) == h5py.check_enum_dtype(expected.dtype)
            assert own[group].attrs["sorting"] == other[group].attrs["sorting"]
