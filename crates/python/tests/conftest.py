"""What the tests share: the scenarios of the repository, and the program that is built beside the package."""

import os
import subprocess
from pathlib import Path

import equipoise
import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch):
    """Examples name scenarios as one does in the repository."""
    monkeypatch.chdir(ROOT)


@pytest.fixture
def pair():
    """The canonical pair, small."""
    changes = {"n": 50, "duration": 1.0, "ensemble.replicates": 5}
    return equipoise.scenario("scenarios/inhibition-stabilised.toml", **changes)


@pytest.fixture(scope="session")
def program():
    """The command line: that of EQUIPOISE_PROGRAM, or the newest that was built here."""
    if named := os.environ.get("EQUIPOISE_PROGRAM"):
        assert Path(named).is_file(), f"EQUIPOISE_PROGRAM: there is no {named}"
        return Path(named).resolve()
    built = [ROOT / "target" / profile / "equipoise" for profile in ("debug", "release")]
    built = sorted((path for path in built if path.is_file()), key=lambda path: path.stat().st_mtime)
    if not built:
        pytest.skip("the command line is not built: cargo build")
    return built[-1]


@pytest.fixture
def command(program):
    """Runs the command line; returns what it did."""

    def run(*arguments, status=0):
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
        words = [program, *map(str, arguments)]
        done = subprocess.run(words, capture_output=True, text=True, env=environment, timeout=300, cwd=ROOT)
        assert done.returncode == status, done.stderr
        return done

    return run
