"""Results in memory, over the arrays that were computed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray

from . import _equipoise
from ._scenario import Scenario

if TYPE_CHECKING:
    from ._equipoise import _Found as Found
    from ._equipoise import _Group


def described(numbers: bool, units: str | None, long_name: str) -> dict[str, str]:
    """Attributes of a variable: as in files, where numbers have a unit."""
    attributes = {"long_name": long_name} if long_name else {}
    if units is not None or numbers:
        attributes["units"] = "1" if units is None else units
    return attributes


def dataset(group: _Group) -> xarray.Dataset:
    """A group as a dataset over the same arrays."""
    _, _, variables, attributes = group
    coordinates: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for name, dimensions, units, long_name, array in variables:
        place = coordinates if dimensions == [name] else data
        place[name] = (dimensions, array, described(array.dtype.kind != "U", units, long_name))
    return xarray.Dataset(data, coordinates, attributes)


def verdict(text: str) -> str:
    """The line of a text that says whether comparisons hold."""
    return next(line for line in text.splitlines() if line.startswith(("PASSED", "FAILED")))


class Computed:
    """What a command found."""

    complete = True

    def __init__(self, scenario: Scenario, command: str, found: Found, seconds: float) -> None:
        self.scenario = scenario
        self.command = scenario._command(command)
        self.groups, _, self.text = found
        self.elapsed = seconds
        self.datasets = {group[0]: dataset(group) for group in self.groups}

    @property
    def title(self) -> str:
        """What it is about, in a line."""
        return self.scenario.title

    @property
    def summary(self) -> str:
        """The verdict in a sentence."""
        return verdict(self.text)

    def save(self, path: str | os.PathLike[str], force: bool) -> Path:
        """Writes the result file."""
        command = (self.command, self.elapsed)
        return _equipoise.save(os.fspath(path), self.scenario._core, command, self.groups, force)

    def report(self, path: str | os.PathLike[str], force: bool) -> None:
        """Writes the report."""
        with tempfile.TemporaryDirectory() as folder:
            # Its name stands on the page.
            file = self.save(Path(folder) / Path(path).with_suffix(".h5").name, False)
            _equipoise.report(os.fspath(file), os.fspath(path), force)
