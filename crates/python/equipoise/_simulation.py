"""Commands that simulate, as functions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal

from . import _equipoise
from ._errors import UsageError, check_threads, note
from ._progress import Progress, telling
from ._results import Convergence, Ensemble, Validation
from ._scenario import ScenarioLike
from ._scenario import scenario as scenario_of


def simulate(scenario: ScenarioLike, /, *, threads: int = 0, progress: Progress = None) -> Ensemble:
    """Simulates the networks of a scenario, in memory.

    Other Python threads go on meanwhile, and Ctrl-C ends it with :class:`KeyboardInterrupt`. A long run that should
    survive that is one for the command line, which keeps checkpoints.

    Args:
        scenario: a scenario, the path of its file, or its fields.
        threads: how many; 0 takes all cores. No result depends on it.
        progress: a bar of tqdm (``True``), none (``False``), one where tqdm is installed and somebody looks (``None``), or
            a function that is told networks done, networks in all and jumps so far.

    Returns:
        The networks, with the group ``trajectory`` and what the scenario records.

    Raises:
        ScenarioError: if the scenario cannot be used.
        UsageError: if there is not enough memory.
        SimulationError: if the network cannot be simulated.

    >>> import equipoise
    >>> small = equipoise.scenario("scenarios/inhibition-stabilised.toml", n=50, **{"ensemble.replicates": 3})
    >>> networks = equipoise.simulate(small)
    >>> dict(networks.trajectory["mean"].sizes)
    {'realization': 3, 'time': 17, 'population': 2}
    """
    check_threads(threads)
    found = scenario_of(scenario)
    start = time.monotonic()
    with telling(progress, found.replicates) as tell:
        networks = _equipoise.simulate(found._core, threads, tell)
    note(networks[1])
    return Ensemble(found, "simulate", networks, time.monotonic() - start)


def validate(scenario: ScenarioLike, /, *, threads: int = 0, progress: Progress = None) -> Validation:
    """Simulates the networks of a scenario, in memory, and compares them with the theory.

    Args:
        scenario: a scenario of two networks or more, the path of its file, or its fields.
        threads: as in :func:`simulate`.
        progress: as in :func:`simulate`.

    Returns:
        Networks, limit, finite-n theory, comparison and verdict; ``result.report("report.html")`` draws them.

    Raises:
        ScenarioError: if the scenario cannot be used.
        TheoryError: if the network has no balanced state.
        UsageError: if there is one network only, or not enough memory.
        SimulationError: if the network cannot be simulated.

    >>> import equipoise
    >>> result = equipoise.validate("scenarios/inhibition-stabilised.toml")
    >>> print(result.summary)
    PASSED: all 185 comparisons hold (family-wise level 0.01, Holm).
    """
    check_threads(threads)
    found = scenario_of(scenario)
    start = time.monotonic()
    with telling(progress, found.replicates) as tell:
        networks = _equipoise.validate(found._core, threads, tell)
    note(networks[1])
    return Validation(found, "validate", networks, time.monotonic() - start)


def converge(
    scenario: ScenarioLike,
    /,
    *,
    sizes: Sequence[float] | None = None,
    precision: float = 0.2,
    networks: int | None = None,
    method: Literal["auto", "exact", "leap"] = "auto",
    threads: int = 0,
    progress: Progress = None,
) -> Convergence:
    """Errors against the limit over sizes, measured and expected, and the exponents with which they fall.

    Args:
        scenario: a scenario, the path of its file, or its fields.
        sizes: the sizes n, two or more; without them seven, as far as they take minutes.
        precision: largest standard error as a part of the expected error, from 0.001 to 1, by which the number of networks
            of each size is chosen.
        networks: so many networks of each size, in its place.
        method: how networks are simulated.
        threads: as in :func:`simulate`.
        progress: as in :func:`simulate`.

    Returns:
        The group ``convergence``, its verdict and its picture.

    Raises:
        ScenarioError: if the scenario cannot be used.
        TheoryError: if the network has no balanced state.
        UsageError: for sizes at which there is nothing to compare.
    """
    check_threads(threads)
    if not 1e-3 <= precision <= 1:
        raise UsageError(f"precision is {precision}; it must be a number from 0.001 to 1")
    if networks is not None and not 2 <= networks <= 1_000_000:
        raise UsageError(f"networks is {networks}; it must be from 2 to 1000000")
    found = scenario_of(scenario)
    start = time.monotonic()
    listed = None if sizes is None else ",".join(f"{float(size):g}" for size in sizes)
    terms = {"sizes": listed, "precision": precision, "networks": networks, "method": method}
    with telling(progress, 0) as tell:
        groups, picture = _equipoise.converge(found._core, terms, threads, tell)
    note(groups[1])
    return Convergence(found, "converge", groups, time.monotonic() - start, picture)
