"""Results: groups of variables, as in result files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray

from . import _equipoise
from ._scenario import Scenario

if TYPE_CHECKING:
    from ._equipoise import _Found as Found
    from ._equipoise import _Group


def dataset(group: _Group) -> xarray.Dataset:
    """A group as a dataset over the same arrays."""
    _, _, variables, attributes = group
    coordinates: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for name, dimensions, units, long_name, array in variables:
        described = {"long_name": long_name} if long_name else {}
        # As in files, where numbers have a unit.
        if units is not None or array.dtype.kind != "U":
            described["units"] = "1" if units is None else units
        place = coordinates if dimensions == [name] else data
        place[name] = (dimensions, array, described)
    return xarray.Dataset(data, coordinates, attributes)


def verdict(text: str) -> str:
    """The line of a text that says whether comparisons hold."""
    return next(line for line in text.splitlines() if line.startswith(("PASSED", "FAILED")))


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
        self._scenario = scenario
        self._command = scenario._command(command)
        self._groups, _, self._text = found
        self._seconds = seconds
        self._datasets = {group[0]: dataset(group) for group in self._groups}

    @property
    def scenario(self) -> Scenario:
        """What was simulated or solved."""
        return self._scenario

    @property
    def text(self) -> str:
        """What the command line prints of it, for ``print``."""
        return self._text

    @property
    def elapsed(self) -> float:
        """Seconds that it took."""
        return self._seconds

    def __getitem__(self, name: str) -> xarray.Dataset:
        return self._datasets[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._datasets)

    def __len__(self) -> int:
        return len(self._datasets)

    def __repr__(self) -> str:
        return f"<equipoise.{type(self).__name__} of {self.scenario.title!r}: {', '.join(self)}>"

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
        return xarray.DataTree.from_dict(groups, name=self.scenario.title)

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> Path:
        """Writes the result file (HDF5) that the command line would write, and returns where it is.

        Args:
            path: the file; its folder must be there.
            force: whether a file that is there is replaced.

        Raises:
            FileError: if the file is there, or cannot be written.
        """
        command = (self._command, self._seconds)
        return _equipoise.save(os.fspath(path), self.scenario._core, command, self._groups, force)

    def report(self, path: str | os.PathLike[str], *, force: bool = False) -> Path:
        """Writes the report, one HTML page without scripts, and returns where it is.

        Args:
            path: the page; its folder must be there.
            force: whether a page that is there is replaced.

        Raises:
            FileError: if the page is there, or cannot be written.
        """
        with tempfile.TemporaryDirectory() as folder:
            # Its name stands on the page.
            file = self.save(Path(folder) / Path(path).with_suffix(".h5").name)
            _equipoise.report(os.fspath(file), os.fspath(path), force)
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
        return verdict(self.text)

    def __repr__(self) -> str:
        return f"{super().__repr__()}\n{self.summary}"


class Sweep(Result):
    """Fixed points of the limit as a field of the scenario changes."""

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
        return self._picture


class Convergence(Result):
    """Errors against the limit at several sizes, measured and expected."""

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
        return verdict(self.text)

    @property
    def picture(self) -> Picture:
        """Errors over sizes, as SVG."""
        return self._picture


class Energy(Result):
    """What activity costs and what it is worth."""

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
        return dict(self._figures)
