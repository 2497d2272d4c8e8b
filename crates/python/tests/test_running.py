"""Runs that are watched, ended, and leave others their time."""

import importlib.util
import signal
import subprocess
import sys
import threading
import time

import equipoise
import pytest
from equipoise import _progress

LONG = {"n": 2000, "duration": 1000.0, "ensemble.replicates": 1000}
PAIR = "scenarios/inhibition-stabilised.toml"


def test_progress_is_told():
    told = []
    scenario = equipoise.scenario(PAIR, n=1000, **{"ensemble.replicates": 40})
    found = equipoise.simulate(scenario, progress=lambda *words: told.append(words))
    assert told, "it takes longer than a twentieth of a second"
    done, total, jumps = zip(*told, strict=True)
    assert set(total) == {40} and list(done) == sorted(done) and list(jumps) == sorted(jumps)
    assert 0 <= done[0] and done[-1] <= 40 and jumps[-1] > 0
    assert jumps[-1] <= found.trajectory["jumps"].isel(time=-1).sum()


def test_an_exception_of_the_listener_ends_the_run():
    class Enough(Exception):
        pass

    def listen(*_):
        raise Enough

    start = time.monotonic()
    with pytest.raises(Enough):
        equipoise.simulate(equipoise.scenario(PAIR, **LONG), progress=listen)
    assert time.monotonic() - start < 30


def test_a_bar_is_shown_if_asked_for(capsys):
    scenario = equipoise.scenario(PAIR, n=1000, **{"ensemble.replicates": 20})
    equipoise.simulate(scenario, progress=True)
    shown = capsys.readouterr().err
    assert "million jumps a second" in shown and "20.0/20" in shown
    equipoise.simulate(scenario)
    assert capsys.readouterr().err == "", "nobody looks"


@pytest.mark.parametrize("widgets", [True, False])
def test_notebooks_without_widgets_have_the_plain_bar(monkeypatch, widgets):
    monkeypatch.setattr(_progress, "_in_notebook", lambda: True)
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: widgets if name == "ipywidgets" else find(name))
    assert _progress._module() == ("tqdm.auto" if widgets else "tqdm")


def test_other_threads_go_on():
    counted, over = 0, threading.Event()

    def count():
        nonlocal counted
        while not over.is_set():
            counted += 1
            time.sleep(0.001)

    counter = threading.Thread(target=count)
    counter.start()
    try:
        # The listener is called with the lock of the interpreter: it sees what the other thread did meanwhile.
        seen = []
        equipoise.simulate(
            equipoise.scenario(PAIR, n=2000, **{"ensemble.replicates": 20}),
            progress=lambda *_: seen.append(counted),
        )
    finally:
        over.set()
        counter.join()
    assert len(seen) > 1 and seen[-1] > seen[0]


@pytest.mark.parametrize("job", ["simulate", "validate"])
def test_ctrl_c_ends_a_run(job):
    program = f"""
import signal, sys, equipoise
signal.signal(signal.SIGINT, signal.default_int_handler)
def begun(done, total, jumps):
    if jumps:
        print("begun", flush=True)
try:
    equipoise.{job}(equipoise.scenario({PAIR!r}, **{LONG!r}), progress=begun)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    run = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert run.stdout.readline() == "begun\n"
        run.send_signal(signal.SIGINT)
        start = time.monotonic()
        output, _ = run.communicate(timeout=60)
        assert output.splitlines()[-1] == "interrupted" and run.returncode == 0
        assert time.monotonic() - start < 30
    finally:
        run.kill()


def test_ctrl_c_leaves_a_theory_that_takes_long():
    """Steps to a time that takes minutes to reach."""
    changes = {"duration": 1e9, "sample_interval": 1e8}
    program = f"""
import signal, equipoise
signal.signal(signal.SIGINT, signal.default_int_handler)
scenario = equipoise.scenario({PAIR!r}, **{changes!r})
print("begun", flush=True)
try:
    equipoise.limit(scenario)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    run = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert run.stdout.readline() == "begun\n"
        time.sleep(0.5)
        run.send_signal(signal.SIGINT)
        output, _ = run.communicate(timeout=30)
        assert output.splitlines()[-1] == "interrupted" and run.returncode == 0
    finally:
        run.kill()
