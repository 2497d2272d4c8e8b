"""Files to start from are those of `equipoise init`."""

import copy
import json
import pickle

import equipoise
import pytest

NAMES = list(equipoise.templates())


def test_they_are_those_of_the_command_line(command):
    listed = json.loads(command("init", "--json").stdout)["templates"]
    assert {entry["name"]: entry["what"] for entry in listed} == equipoise.templates()


@pytest.mark.parametrize("name", NAMES)
def test_each_is_the_file_that_init_writes(command, tmp_path, name):
    template = equipoise.template(name)
    command("init", name, "-o", tmp_path / "written.toml")
    assert template == (tmp_path / "written.toml").read_text(encoding="utf-8")
    assert template.file == f"{name}.toml"
    template.save(tmp_path / "own.toml")
    assert (tmp_path / "own.toml").read_bytes() == (tmp_path / "written.toml").read_bytes()
    with pytest.raises(equipoise.FileError, match=r"own\.toml` already exists; choose another name"):
        template.save(tmp_path / "own.toml")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "conductances"])
def test_each_stands_for_its_scenario(name):
    template = equipoise.template(name)
    scenario = equipoise.scenario(template, n=100)
    assert scenario == equipoise.Scenario.from_toml(template).with_(n=100)
    assert equipoise.analyse(template).balanced
    assert scenario._command("validate") == f"validate {name}.toml --set n=100"


def test_cells_are_derived():
    derived = equipoise.derive(equipoise.template("conductances"), compare=False)
    assert derived.found["title"] == "My inhibitory cells"
    with pytest.raises(equipoise.ScenarioError, match=r"conductances\.toml:"):
        equipoise.limit(equipoise.template("conductances"))


def test_templates_are_copied_whole():
    template = equipoise.template("energy")
    for other in (pickle.loads(pickle.dumps(template)), copy.copy(template), copy.deepcopy(template)):
        assert (other, other.file, repr(other)) == (template, "energy.toml", "<equipoise.Template 'energy'>")


def test_a_name_that_is_none_is_refused():
    with pytest.raises(equipoise.UsageError, match=r"no template 'balanced'; did you mean 'balanced-pair' \(there are"):
        equipoise.template("balanced")
    with pytest.raises(equipoise.UsageError, match=r"no template '7' \(there are balanced-pair, external-drive"):
        equipoise.template("7")
    # A name is no path, nor a path a name.
    with pytest.raises(equipoise.FileError, match=r"`equipoise\.template` has one"):
        equipoise.scenario("balanced-pair")
