"""The package itself: examples, documentation, types."""

import doctest
import importlib
import inspect
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import equipoise
import pytest

MODULES = sorted(Path(equipoise.__file__).parent.glob("*.py"))
ROOT = Path(__file__).resolve().parents[3]


def public():
    return [name for name in equipoise.__all__ if not name.startswith("__")]


@pytest.mark.parametrize("module", [path.stem for path in MODULES])
def test_examples_do_what_they_say(module):
    name = "equipoise" if module == "__init__" else f"equipoise.{module}"
    finder = doctest.DocTestFinder(exclude_empty=True)
    module = importlib.import_module(name)
    # Classes and functions are said to be of the package.
    members = [value for value in vars(module).values() if inspect.isclass(value) or inspect.isfunction(value)]
    own = [value for value in members if inspect.getsourcefile(value) == module.__file__]
    examples = [test for value in own for test in finder.find(value, module=False, globs={})]
    runner = doctest.DocTestRunner()
    for example in examples:
        runner.run(example)
    assert runner.summarize().failed == 0


@pytest.fixture
def beside_scenarios(tmp_path, monkeypatch):
    """A folder that holds `scenarios/`, to write into."""
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")


def session_is_so(session, name):
    """Types a session, and compares what it shows; `...` stands for any lines."""
    test = doctest.DocTestParser().get_doctest(session, {}, name, name, 0)
    assert len(test.examples) > 5
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(test)
    assert runner.summarize().failed == 0


def test_the_session_of_the_readme_is_so(tmp_path, beside_scenarios):
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    section = page.partition("### In Python")[2].partition("\n### ")[0]
    session = [line for line in section.splitlines() if line.startswith("    ") and not line.startswith("    $")]
    session_is_so("\n".join(session), "README.md")
    assert (tmp_path / "report.html").is_file() and (tmp_path / "result.h5").is_file()


def test_the_session_of_the_book_is_so(tmp_path, beside_scenarios):
    page = (ROOT / "docs/book/src/python.md").read_text(encoding="utf-8")
    blocks = [block.partition("```")[0] for block in page.split("```pycon\n")[1:]]
    session_is_so("\n".join(blocks), "python.md")
    assert (tmp_path / "means.svg").is_file()


def test_there_are_examples():
    documented = [name for name in public() if ">>>" in (inspect.getdoc(getattr(equipoise, name)) or "")]
    assert {"Scenario", "limit", "simulate", "validate"} <= set(documented)


@pytest.mark.parametrize("name", public())
def test_what_is_public_is_documented(name):
    value = getattr(equipoise, name)
    assert inspect.getdoc(value)
    assert value.__module__ == "equipoise"
    if not inspect.isclass(value):
        assert all(argument in value.__doc__ for argument in inspect.signature(value).parameters)
        return
    for own, member in vars(value).items():
        if not own.startswith("_") and (callable(member) or isinstance(member, property | classmethod)):
            assert inspect.getdoc(member), f"{name}.{own}"


def test_the_version_is_that_of_the_workspace():
    cargo = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))
    assert equipoise.__version__ == cargo["workspace"]["package"]["version"]


def test_stubs_agree_with_the_module():
    words = [sys.executable, "-m", "mypy.stubtest", "equipoise", "--ignore-disjoint-bases"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600, env={**os.environ, "NO_COLOR": "1"})
    assert done.returncode == 0, done.stdout + done.stderr


def test_types_are_checked():
    words = [sys.executable, "-m", "mypy", "--strict", "-p", "equipoise"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout
