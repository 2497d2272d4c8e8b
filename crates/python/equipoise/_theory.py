"""Commands of the theory, as functions."""

from __future__ import annotations

import math
import time

import xarray

from . import _equipoise
from ._analysis import Analysis
from ._computed import dataset
from ._errors import UsageError, check_threads, note
from ._progress import Progress, telling
from ._results import Energy, Result, Sweep
from ._scenario import ScenarioLike
from ._scenario import scenario as scenario_of


def limit(scenario: ScenarioLike, /) -> xarray.Dataset:
    """The limit of infinitely many neurons.

    Args:
        scenario: a scenario, the path of its file, or its fields.

    Returns:
        The group ``/limit``: ``mean`` and ``variance`` of the potentiation (time, population), no unit; ``spikes``, fires
        since time 0 per n (time, population); ``balance_residual`` (time); ``fast_eigenvalue`` (time), per time unit and
        sqrt(n); energies per n where the scenario has a table ``[energy]``. ``time`` is in the time unit of the scenario.
        Where balance is lost on the way, what follows is NaN, and the attributes ``end`` and ``end_time`` say why and when.

    Raises:
        ScenarioError: if the scenario cannot be used.
        TheoryError: if the network has no balanced state.

    >>> import equipoise
    >>> found = equipoise.limit("scenarios/inhibition-stabilised.toml")
    >>> round(float(found["mean"].sel(population="E", time=4.0)), 5)
    -0.83766
    """
    (group,), notes, _ = _equipoise.theory(scenario_of(scenario)._core, False)
    note(notes)
    return dataset(group)


def finite_n(scenario: ScenarioLike, /) -> xarray.Dataset:
    """The theory of one network of size n.

    Args:
        scenario: a scenario, the path of its file, or its fields.

    Returns:
        The group ``/finite_n``: expected ``mean``, ``variance``, ``third_cumulant`` of the potentiation and ``spikes``
        since time 0 (time, population); ``mean_covariance`` of the population means over networks (time, population,
        population_2); the same with ``_margin``, by how much the theory may be off; energies where the scenario has a
        table ``[energy]``. The attributes ``large_enough`` and ``enough_n`` say whether n is large enough for the
        theory, and which would be.

    Raises:
        ScenarioError: if the scenario cannot be used.
        TheoryError: if the network has no balanced state.
    """
    (_, group), notes, _ = _equipoise.theory(scenario_of(scenario)._core, True)
    note(notes)
    return dataset(group)


def analyse(scenario: ScenarioLike, /, *, at: float = 0.0, plane: tuple[str, str] | None = None) -> Analysis:
    """Is there a balanced state, where, is it stable, how fast.

    Args:
        scenario: a scenario, the path of its file, or its fields.
        at: the time, in time units, at which drives and external rates are taken.
        plane: the two populations whose means the picture has; the first two where none are given.

    Returns:
        Fixed points, eigenvalues, the rank of the coupling; a network without balance is an answer, too.

    Raises:
        ScenarioError: if the scenario cannot be used.

    >>> import equipoise
    >>> found = equipoise.analyse("scenarios/inhibition-stabilised.toml")
    >>> found.rank, found.balanced
    (1, True)
    >>> found.fixed_points["mean"].values.round(6)
    array([[-0.845391, -1.090783]])
    >>> print(found.fixed_points["character"].item())
    stable node
    """
    if not 0 <= at < math.inf:
        raise UsageError(f"at is {at}; it must be a time from 0 on")
    found = scenario_of(scenario)
    names = None if plane is None else ",".join(plane)
    return Analysis(found, *_equipoise.analyse(found._core, at, names))


def sweep(
    scenario: ScenarioLike,
    path: str,
    start: float,
    stop: float,
    count: int = 101,
    /,
    *,
    at: float = 0.0,
    threads: int = 0,
) -> Sweep:
    """The fixed points of the limit as a field of the scenario changes.

    They are looked for at ``count`` values and followed from there, through folds; bifurcations are named.

    Args:
        scenario: a scenario, the path of its file, or its fields.
        path: the field, as in ``"populations.E.drive"``.
        start: its first value.
        stop: its last value, above the first.
        count: how many values there are, at equal distances.
        at: the time, in time units, at which drives and external rates are taken.
        threads: how many; 0 takes all cores. No result depends on it.

    Returns:
        The groups ``sweep`` and ``special``, and the bifurcation diagram.

    Raises:
        UsageError: for a field that does not exist, or values that do not rise.
        ScenarioError: if the scenario cannot be used, or not with one of the values.

    >>> import equipoise
    >>> slow = equipoise.sweep("scenarios/slow-oscillation.toml", "populations.E.drive", 7.9, 8.7, 41)
    >>> sorted(set(slow.special["kind"].values.tolist()))
    ['Hopf', 'fold']
    """
    check_threads(threads)
    found = scenario_of(scenario)
    started = time.monotonic()
    grid = f"{path}={float(start)!r}:{float(stop)!r}:{count}"
    swept, picture = _equipoise.sweep(found._core, grid, at, threads)
    return Sweep(found, f"analyse --sweep {grid}", swept, time.monotonic() - started, picture)


def fluctuations(
    scenario: ScenarioLike,
    /,
    *,
    frequencies: tuple[float, float, int] = (0.01, 10.0, 31),
    at: float = 0.0,
    window: float | None = None,
    simulate: int | None = None,
    threads: int = 0,
    progress: Progress = None,
) -> Result:
    """One network around its stationary state, and the limit of it.

    Args:
        scenario: a scenario, the path of its file, or its fields.
        frequencies: first, last, and how many, per time unit, in even steps of their logarithm.
        at: the time, in time units, at which drives and external rates are taken.
        window: length of the window in which spikes are counted, in time units; without it ten times the longest time
            constant.
        simulate: this many networks, two or more, that begin in the stationary state, and compare their spectra, Fano
            factors, correlations and intervals with the theory.
        threads: of the simulation; 0 takes all cores. No result depends on it.
        progress: of the simulation, as in :func:`simulate`.

    Returns:
        The groups ``stationary``, ``lag_covariance``, ``spectrum``, ``response`` and, where it is known, ``variability``;
        of simulated networks ``at_rest``, whose attribute ``holds`` is 1 if all comparisons do, and
        ``measured_spectrum``.

    Raises:
        ScenarioError: if the scenario cannot be used.
        TheoryError: if the network has no stationary state.
        UsageError: for frequencies, a window or a number of networks that make no sense.
    """
    if window is not None:
        _above_zero("window", window)
    check_threads(threads)
    if simulate is not None and simulate < 2:
        raise UsageError(f"simulate is {simulate}; it must be 2 or more, for standard errors")
    found = scenario_of(scenario)
    start = time.monotonic()
    first, last, count = frequencies
    grid = f"{float(first)!r}:{float(last)!r}:{count}"
    groups, notes, text = _equipoise.fluctuations(found._core, grid, at, window)
    note(notes)
    if simulate is not None:
        with telling(progress, simulate) as tell:
            more, _, compared = _equipoise.at_rest(found._core, (grid, at, window), simulate, threads, tell)
        groups, text = [*groups, *more], text + compared
    return Result(found, "fluctuations", (groups, notes, text), time.monotonic() - start)


def energy(
    scenario: ScenarioLike,
    /,
    *,
    budget: str | None = None,
    free_energy: float = 50.0,
    at: float = 0.0,
    window: float | None = None,
    readout: float | None = None,
    drive: str | None = None,
    sweep: tuple[str, float, float, int] | None = None,
    threads: int = 0,
) -> Energy:
    """What activity costs, and what it is worth.

    Args:
        scenario: a scenario, the path of its file, or its fields.
        budget: name of a budget in ATP, in place of the scenario's costs: ``"rodent-cortex-2001"``,
            ``"rodent-cortex-2012"`` or ``"primate-cortex-2003"``.
        free_energy: of ATP, in kJ/mol.
        at: the time, in time units, at which drives and external rates are taken.
        window: length of the window in which spikes are told apart, in time units.
        readout: length of the window in which spikes are counted to tell the drive, in time units.
        drive: the population whose drive is told; without it the first.
        sweep: what changes along the trade-off, a path with first value, last value and count; without it all couplings.
        threads: how many; 0 takes all cores. No result depends on it.

    Returns:
        The groups ``power``, ``economy``, ``trade_off`` and ``budget``, and figures.

    Raises:
        ScenarioError: if the scenario cannot be used.
        TheoryError: if the network has no stationary state.
        UsageError: for a budget or a population that does not exist.
    """
    check_threads(threads)
    for name, value in (("free_energy", free_energy), ("window", window), ("readout", readout)):
        if value is not None:
            _above_zero(name, value)
    found = scenario_of(scenario)
    start = time.monotonic()
    grid = None
    if sweep is not None:
        path, first, last, count = sweep
        grid = f"{path}={float(first)!r}:{float(last)!r}:{count}"
    terms = {
        "budget": budget,
        "free_energy": free_energy,
        "at": at,
        "window": window,
        "readout": readout,
        "drive": drive,
        "sweep": grid,
    }
    groups, figures = _equipoise.energy(found._core, terms, threads)
    note(groups[1])
    return Energy(found, "energy", groups, time.monotonic() - start, figures)


def _above_zero(name: str, value: float) -> None:
    if not 0 < value < math.inf:
        raise UsageError(f"{name} is {value}; it must be a number above 0")
