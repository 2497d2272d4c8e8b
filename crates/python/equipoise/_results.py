"""Results: groups of variables, as in result files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import xarray

from ._computed import Computed
from ._scenario import Scenario
from ._stored import StoredFile

if TYPE_CHECKING:
    from ._equipoise import _Found as Found

Drawn = TypeVar("Drawn")


class Picture(str):
    """A picture as the text of an SVG file, which notebooks show."""

    def _repr_svg_(self) -> str:
        return str(self)


class Result(Mapping[str, xarray.Dataset]):
    """What a command finds, as a mapping from the names of groups to datasets.

    Names, dimensions, units and values are those of the file that the command line writes. Arrays are those that the
    simulation or the theory filled, not copies, and cannot be written to; ``dataset.copy(deep=True)`` can.
    """

    def __init__(self, scenario: Scenario, command: str, found: Found, seconds: float) -> None:
        self._source: Computed | StoredFile = Computed(scenario, command, found, seconds)

    @property
    def scenario(self) -> Scenario:
        """What was simulated or solved.

        Raises:
            ScenarioError: if the file that it was loaded from has none, or one of another version.
        """
        return self._source.scenario

    @property
    def text(self) -> str:
        """What the command line prints of it, for ``print``; of a file, what ``equipoise info`` prints."""
        return self._source.text

    @property
    def elapsed(self) -> float:
        """Seconds that it took; not a number in a file that does not say."""
        return self._source.elapsed

    @property
    def complete(self) -> bool:
        """Whether it came to its end, which only a file may not have."""
        return self._source.complete

    def __getitem__(self, name: str) -> xarray.Dataset:
        return self._source.datasets[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._source.datasets)

    def __len__(self) -> int:
        return len(self._source.datasets)

    def __repr__(self) -> str:
        return f"<equipoise.{type(self).__name__} of {self._source.title!r}: {', '.join(self)}>"

    def _repr_html_(self) -> str:
        show: Callable[[], str] = self.tree()._repr_html_
        return show()

    def _of(self, name: str, asked: str) -> xarray.Dataset:
        if name not in self:
            raise AttributeError(f"there is no group {name!r}; {asked}")
        return self[name]

    def _by_population(self, group: str) -> dict[str, xarray.Dataset]:
        prefix = f"{group}/"
        names = {name: name.removeprefix(prefix) for name in self if name.startswith(prefix)}
        return {population: self[name] for name, population in names.items() if "/" not in population}

    def tree(self) -> xarray.DataTree:
        """All groups as one tree of xarray; what only readers of the SONATA format need is left out."""
        groups = {name: group for name, group in self.items() if name.rpartition("/")[0] not in self}
        return xarray.DataTree.from_dict(groups, name=self._source.title)

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> Path:
        """Writes the result file (HDF5) that the command line would write, and returns where it is; a file is copied.

        Args:
            path: the file; its folder must be there.
            force: whether a file that is there is replaced.

        Raises:
            FileError: if the file is there, or cannot be written.
        """
        return self._source.save(path, force)

    def report(self, path: str | os.PathLike[str], *, force: bool = False) -> Path:
        """Writes the report, one HTML page without scripts, and returns where it is.

        Args:
            path: the page; its folder must be there.
            force: whether a page that is there is replaced.

        Raises:
            FileError: if the page is there, or cannot be written.
        """
        self._source.report(path, force)
        return Path(path)


class Ensemble(Result):
    """Simulated networks: :attr:`trajectory`, and what the table ``[record]`` of the scenario asks for."""

    @property
    def trajectory(self) -> xarray.Dataset:
        """Moments and counts of each population of each network.

        ``mean``, ``variance``, ``third_cumulant`` of the potentiation (realization, time, population), no unit;
        ``spikes`` since time 0 (realization, time, population); ``jumps`` since time 0 (realization, time, population,
        source); with a table ``[energy]`` also ``energy_spike``, ``energy_rest``, ``energy_synapse``,
        ``activity_energy`` (realization, time, population). ``time`` is in the time unit of the scenario.
        """
        return self["trajectory"]

    @property
    def spikes(self) -> dict[str, xarray.Dataset]:
        """Spikes by population: ``timestamps``, ``node_ids``, ``realization`` (spike), if ``record.spikes`` asks for them."""
        return self._by_population("spikes")

    @property
    def potentiations(self) -> dict[str, xarray.Dataset]:
        """Potentiations by population: ``data`` (time, neuron), if ``record.potentiations`` asks for them."""
        return self._by_population("report")

    @property
    def activity(self) -> xarray.Dataset:
        """Jumps of populations in bins of time, if ``record.activity`` asks for them."""
        return self._of("activity", "record.activity asks for it")

    @property
    def snapshots(self) -> xarray.Dataset:
        """``potentiation`` (realization, snapshot_time, neuron), if ``record.snapshots`` asks for it."""
        return self._of("snapshots", "record.snapshots asks for it")

    @property
    def histograms(self) -> xarray.Dataset:
        """Neurons by potentiation at the sample times, if ``record.histograms`` asks for them."""
        return self._of("histograms", "record.histograms asks for it")

    @property
    def counts(self) -> xarray.Dataset:
        """Jumps of each neuron by source, if ``record.counts`` asks for them."""
        return self._of("counts", "record.counts asks for it")

    @property
    def jumps(self) -> xarray.Dataset:
        """Every jump of a single neuron, if ``record.jumps`` asks for them."""
        return self._of("jumps", "record.jumps asks for it")


class Validation(Ensemble):
    """Simulated networks beside limit and finite-n theory, and their comparison."""

    @property
    def limit(self) -> xarray.Dataset:
        """The limit, as :func:`equipoise.limit` gives it."""
        return self["limit"]

    @property
    def finite_n(self) -> xarray.Dataset:
        """The theory of one network of size n, as :func:`equipoise.finite_n` gives it."""
        return self["finite_n"]

    @property
    def comparison(self) -> xarray.Dataset:
        """Each test of the ensemble against the finite-n theory.

        ``measured``, ``predicted``, ``limit``, ``difference``, ``standard_error``, ``margin``, ``z``, ``p``,
        ``p_adjusted`` (by Holm's correction) and ``verdict`` (time, population, quantity).
        """
        return self["comparison"]

    @property
    def law(self) -> xarray.Dataset:
        """Tests of the law of the potentiation, if the scenario records snapshots."""
        return self._of("law", "record.snapshots asks for it")

    @property
    def variability(self) -> xarray.Dataset:
        """Tests of the counts of spikes, if the scenario records the spikes of all neurons of a population."""
        return self._of("variability", "record.spikes asks for it")

    @property
    def passed(self) -> bool:
        """Whether all comparisons hold, at a family-wise level of 0.01."""
        return bool(self.comparison.attrs["holds"])

    @property
    def summary(self) -> str:
        """The verdict in a sentence."""
        return self._source.summary or "nothing is compared"

    def __repr__(self) -> str:
        return f"{super().__repr__()}\n{self.summary}"


class Sweep(Result):
    """Fixed points of the limit as a field of the scenario changes."""

    _picture: Picture | None = None

    def __init__(self, scenario: Scenario, command: str, found: Found, seconds: float, picture: str) -> None:
        super().__init__(scenario, command, found, seconds)
        self._picture = Picture(picture)

    @property
    def points(self) -> xarray.Dataset:
        """The fixed points in the order of their branches, the group ``/sweep``."""
        return self["sweep"]

    @property
    def special(self) -> xarray.Dataset:
        """Folds, branch points, Hopf points, and where balance is lost, the group ``/special``."""
        return self["special"]

    @property
    def picture(self) -> Picture:
        """The bifurcation diagram, as SVG."""
        return _kept(self._picture, "picture")


class Convergence(Result):
    """Errors against the limit at several sizes, measured and expected."""

    _picture: Picture | None = None

    def __init__(self, scenario: Scenario, command: str, found: Found, seconds: float, picture: str) -> None:
        super().__init__(scenario, command, found, seconds)
        self._picture = Picture(picture)

    @property
    def convergence(self) -> xarray.Dataset:
        """Errors, exponents and their tests, the group ``/convergence``.

        ``error``, ``standard_error``, ``expected``, ``margin``, ``p`` (quantity, norm, size, population); the same over
        time with ``course_`` (quantity, size, time, population); ``exponent`` with its interval and what is expected
        (quantity, norm, population); ``local_exponent`` (quantity, norm, step, population).
        """
        return self["convergence"]

    @property
    def passed(self) -> bool:
        """Whether measured and expected errors and exponents agree, at a family-wise level of 0.01."""
        return bool(self.convergence.attrs["holds"])

    @property
    def summary(self) -> str:
        """The verdict in a sentence."""
        return self._source.summary or "nothing is compared"

    @property
    def picture(self) -> Picture:
        """Errors over sizes, as SVG."""
        return _kept(self._picture, "picture")


class Energy(Result):
    """What activity costs and what it is worth."""

    _figures: dict[str, Picture] | None = None

    def __init__(
        self, scenario: Scenario, command: str, found: Found, seconds: float, figures: list[tuple[str, str]]
    ) -> None:
        super().__init__(scenario, command, found, seconds)
        self._figures = {name: Picture(svg) for name, svg in figures}

    @property
    def power(self) -> xarray.Dataset:
        """Power at rest by spikes, synapses and rest, the group ``/power``."""
        return self["power"]

    @property
    def economy(self) -> xarray.Dataset:
        """Bits per energy of codes, the best rate and the drive that leads there, the group ``/economy``."""
        return self["economy"]

    @property
    def trade_off(self) -> xarray.Dataset:
        """Precision of the drive against power along a sweep, the group ``/trade_off``."""
        return self["trade_off"]

    @property
    def budget(self) -> xarray.Dataset:
        """The budget in ATP, if costs come from one, the group ``/budget``."""
        return self._of("budget", "costs of the scenario's own have none")

    @property
    def figures(self) -> dict[str, Picture]:
        """Figures by name, as SVG."""
        return dict(_kept(self._figures, "figures"))


def _kept(drawn: Drawn | None, name: str) -> Drawn:
    """What was drawn when the result was computed."""
    if drawn is None:
        raise AttributeError(f'files keep no {name}; the report, `report("report.html")`, has them')
    return drawn
