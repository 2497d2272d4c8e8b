"""Result files are read back as what they are made of, and damaged ones take nothing with them."""

import pickle
import random
import shutil
import signal
from pathlib import Path

import equipoise
import h5py
import numpy as np
import pytest
from equipoise import _stored

ROOT = Path(__file__).resolve().parents[3]

SWEPT = ("populations.E.drive", -0.4, -0.2, 5)
MADE = {
    "Ensemble": lambda pair: equipoise.simulate(equipoise.scenario("scenarios/recording.toml", n=40)),
    "Validation": equipoise.validate,
    "Sweep": lambda pair: equipoise.sweep(pair, *SWEPT),
    "Convergence": lambda pair: equipoise.converge(pair, sizes=[400, 800], networks=8),
    "Energy": lambda pair: equipoise.energy("scenarios/energy.toml", sweep=SWEPT),
    "Result": lambda pair: equipoise.fluctuations(pair.with_(n=400), simulate=3),
}


def assert_identical(found, made):
    assert set(found) == set(made)
    for name, group in made.items():
        assert found[name].identical(group), name


@pytest.fixture
def validated(pair, tmp_path):
    """A validation and its file."""
    result = equipoise.validate(pair)
    return result, result.save(tmp_path / "result.h5")


@pytest.fixture
def nothing_at_once(monkeypatch):
    """All but coordinates and texts is read where it is looked at."""
    monkeypatch.setattr(_stored, "AT_ONCE", 0)


def told(caught):
    return str(caught.value).strip("\n")


@pytest.mark.parametrize("kind", MADE)
def test_what_is_saved_is_loaded(pair, tmp_path, kind):
    made = MADE[kind](pair)
    found = equipoise.load(made.save(tmp_path / "result.h5"))
    assert type(found) is type(made) is getattr(equipoise, kind)
    assert_identical(found, made)
    assert (found.scenario, found.complete) == (made.scenario, True)
    # With the seconds that saving takes.
    assert made.elapsed <= found.elapsed < made.elapsed + 60
    assert repr(found).splitlines()[0] == repr(made).splitlines()[0]
    if kind in ("Validation", "Convergence"):
        assert found.passed == made.passed
        assert found.summary.partition(":")[0] == made.summary.partition(":")[0]
    if kind == "Validation":
        assert found.summary == made.summary and repr(found) == repr(made)
    for name in ("picture", "figures"):
        if hasattr(made, name):
            with pytest.raises(AttributeError, match=f"files keep no {name}; the report"):
                getattr(found, name)


def test_a_file_of_the_command_line_is_loaded(command, tmp_path, pair):
    pair.save(tmp_path / "pair.toml")
    command("validate", tmp_path / "pair.toml", "-o", tmp_path, status=0)
    found = equipoise.load(tmp_path / "result.h5")
    assert_identical(found, equipoise.validate(pair))
    assert found.text == command("info", tmp_path / "result.h5").stdout


def test_a_loaded_result_is_reported_and_copied(command, validated, tmp_path, monkeypatch):
    _, path = validated
    found = equipoise.load(path)
    page = found.report(tmp_path / "own.html")
    command("report", path, "-o", tmp_path / "other.html")
    assert page.read_bytes() == (tmp_path / "other.html").read_bytes()
    with pytest.raises(equipoise.FileError, match="already exists"):
        found.report(page)
    with pytest.raises(equipoise.UsageError, match="would replace the result file"):
        found.report(path, force=True)
    copy = found.save(tmp_path / "copy.h5")
    assert copy.read_bytes() == path.read_bytes()
    with pytest.raises(equipoise.FileError, match="already exists"):
        found.save(copy)
    assert found.save(copy, force=True) == copy
    # Names are those of the folder where they are given.
    monkeypatch.chdir(tmp_path)
    near = equipoise.load("result.h5")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    near.report("page.html")
    assert (tmp_path / "below/page.html").is_file() and near.limit.sizes["population"] == 2


@pytest.mark.parametrize(
    "key",
    [
        (),
        (0,),
        (-1, 2, 0),
        (slice(1, 4, 2), slice(None, None, -1), 1),
        (slice(3, 3),),
        ([0, 2], slice(None), 0),
        (slice(None), [3, 1], [0, 1]),
        (np.array([4, 0, 0]),),
    ],
)
def test_parts_are_those_of_the_whole(nothing_at_once, validated, key):
    made, path = validated
    expected = made.trajectory["mean"].variable[key]
    found = equipoise.load(path).trajectory["mean"].variable[key]
    np.testing.assert_array_equal(found.values, expected.values, strict=True)


def test_what_is_not_looked_at_is_not_read(nothing_at_once, validated, monkeypatch):
    made, path = validated
    asked = []
    read = _stored.StoredFile.read

    def watched(self, group, parts):
        asked.extend((group, outline.name, counts) for outline, _, counts in parts)
        return read(self, group, parts)

    monkeypatch.setattr(_stored.StoredFile, "read", watched)
    found = equipoise.load(path)
    assert not asked
    mean = found.trajectory["mean"]
    assert {name for _, name, _ in asked} == {"realization", "time", "population", "source"}
    asked.clear()
    assert mean.isel(realization=0, time=slice(1, 3)).values.shape == (2, 2)
    assert asked == [("trajectory", "mean", [1, 2, 2])]
    assert_identical(found, made)
    assert_identical(pickle.loads(pickle.dumps(found)), made)


def test_a_file_that_has_changed_is_refused(nothing_at_once, validated):
    made, path = validated
    found = equipoise.load(path)
    mean = found.trajectory["mean"]
    made.save(path, force=True)
    for look in (
        lambda: mean.values,
        lambda: found.limit,
        lambda: found.report("never.html"),
        lambda: found.save("no.h5"),
    ):
        with pytest.raises(equipoise.FileError, match="has changed since it was loaded; load it again"):
            look()


def test_an_unfinished_file_is_warned_of(command, validated, tmp_path):
    made, path = validated
    with h5py.File(path, "r+") as file:
        file.attrs["complete"] = np.int64(0)
    with pytest.warns(
        equipoise.EquipoiseWarning, match=r"result\.h5 is not complete: its run was interrupted, or goes on"
    ):
        found = equipoise.load(path)
    assert not found.complete
    assert_identical(found, made)
    assert "not complete" in found.report(tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_file_of_another_version_has_groups_without_a_scenario(validated):
    made, path = validated
    with h5py.File(path, "r+") as file:
        file.attrs["scenario"] = file.attrs["scenario"] + "\nunheard_of = 1\n"
    found = equipoise.load(path)
    assert_identical(found, made)
    with pytest.raises(equipoise.ScenarioError, match="unheard_of"):
        _ = found.scenario


@pytest.mark.parametrize("path", sorted((ROOT / "fuzz/corpus/result_file").iterdir()), ids=lambda path: path.name)
def test_files_of_every_kind_are_loaded(path):
    found = equipoise.load(path)
    with h5py.File(path) as file:
        for name, group in found.items():
            assert set(group.variables) == {
                member
                for member, dataset in file[name].items()
                if isinstance(dataset, h5py.Dataset)
                and not dataset.attrs.get("NAME", b"").startswith(b"This is a netCDF")
            }
            for variable, values in group.data_vars.items():
                own = file[name][variable]
                expected = own.asstr()[...] if values.dtype.kind == "U" else own[...]
                np.testing.assert_array_equal(values.values, expected)
    assert found.tree().to_dict() and repr(found).startswith(f"<equipoise.{type(found).__name__} of ")


@pytest.mark.parametrize("kind", ["missing", "folder", "text", "foreign", "empty"])
def test_what_is_no_result_is_told_as_on_the_command_line(command, tmp_path, kind):
    path = tmp_path / "file.h5"
    if kind == "folder":
        path.mkdir()
    elif kind == "foreign":
        with h5py.File(path, "w") as file:
            file["numbers"] = [1.0, 2.0]
    elif kind != "missing":
        path.write_text("a = 1\n" if kind == "text" else "")
    with pytest.raises(equipoise.FileError) as caught:
        equipoise.load(path)
    # The program may have another version of the HDF5 library, which opens files "synchronously".
    same = [text.replace("synchronously ", "") for text in (told(caught), command("info", path, status=3).stderr)]
    assert same[0] == same[1].strip("\n")


def test_damaged_files_raise_exceptions_alone(validated, tmp_path):
    _, path = validated
    whole, generator = path.read_bytes(), random.Random(7)
    damaged, refused = tmp_path / "damaged.h5", 0
    for number in range(60):
        content = bytearray(whole)
        for _ in range(1 + 20 * (number % 3)):
            content[generator.randrange(len(content))] = generator.randrange(256)
        damaged.write_bytes(content[: generator.randrange(len(content))] if number % 5 == 0 else content)
        try:
            found = equipoise.load(damaged)
            for group in found.values():
                group.load()
        except equipoise.FileError as error:
            refused += 1
            assert "damaged.h5" in str(error)
        except equipoise.EquipoiseWarning as warning:
            assert "is not complete" in str(warning)
        except (ValueError, KeyError) as error:
            pytest.fail(f"{number}: {error!r}")
    assert refused > 10


def test_a_crash_of_the_library_is_told(validated, monkeypatch, tmp_path):
    _, path = validated
    package = tmp_path / "package"
    package.mkdir()
    crash = "import os, signal, sys\nsys.stdout.buffer.write(b'equipoise\\n')\nsys.stdout.flush()\n"
    (package / "_reader.py").write_text(f"{crash}os.kill(os.getpid(), signal.SIGSEGV)\n")
    found = equipoise.load(path)
    monkeypatch.setattr(_stored, "_FOLDER", package)
    with pytest.raises(equipoise.FileError, match="the HDF5 library failed on it") as caught:
        _ = found.limit
    assert f"signal: {signal.SIGSEGV.value}" in told(caught) and "take another copy of it" in told(caught)
    shutil.rmtree(package)
    with pytest.raises(equipoise.FileError, match="cannot start a process to read"):
        _ = found.limit


def test_a_length_that_cannot_be_is_refused(validated):
    _, path = validated
    with h5py.File(path, "r+") as file:
        group = file.create_group("vast")
        group.create_dataset("place", shape=(10**13,), chunks=(1024,), dtype="f8").make_scale("place")
    found = equipoise.load(path)
    with pytest.raises(equipoise.FileError, match="it claims to hold more values than the file has"):
        _ = found["vast"]


def test_what_ranks_have_written_is_read_and_stays_together(command, tmp_path):
    changes = ["n=524288", "engine.method=leap", "duration=0.0625", "sample_interval=0.0625"]
    changes += ["ensemble.replicates=1", "record.snapshots=[0.0625]"]
    words = [word for change in changes for word in ("--set", change)]
    command("simulate", "scenarios/inhibition-stabilised.toml", *words, "-o", tmp_path / "run.h5", "--shards")
    found = equipoise.load(tmp_path / "run.h5")
    potentiation = found["snapshots"]["potentiation"]
    assert potentiation.shape == (1, 1, 1048576)
    assert "shards    1, " in found.text
    last = found["trajectory"]["mean"].values[0, -1, 0]
    np.testing.assert_allclose(potentiation.values[0, 0, :524288].mean(), last, rtol=1e-9)
    with pytest.raises(equipoise.FileError, match="in a folder beside it"):
        found.save(tmp_path.parent / "elsewhere.h5")
    found.save(tmp_path / "other.h5")
    shards = tmp_path / "run.h5.shards"
    shards.rename(tmp_path / "gone")
    with pytest.raises(equipoise.FileError, match="cannot read the shard"):
        equipoise.load(tmp_path / "other.h5")["snapshots"]


def test_texts_do_not_take_the_room_of_the_longest(validated, monkeypatch):
    _, file = validated
    monkeypatch.setattr(_stored, "MOST_LETTERS", 3)
    with pytest.raises(equipoise.FileError, match="take too much room"):
        equipoise.load(file)["comparison"]
