"""From cells to a scenario."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray

from . import _equipoise
from ._errors import check_threads
from ._results import Picture
from ._scenario import Scenario, assignments
from ._template import Template


class Derivation:
    """Rate equations of cells, the scenario that follows, and the network of cells beside them."""

    def __init__(self, json_text: str, text: str, scenario: Scenario | None, figures: list[tuple[str, str]]) -> None:
        self._found: dict[str, Any] = json.loads(json_text)
        self._text = text
        self._scenario = scenario
        self._figures = {name: Picture(svg) for name, svg in figures}

    @property
    def text(self) -> str:
        """What the command line prints of it, for ``print``."""
        return self._text

    @property
    def found(self) -> dict[str, Any]:
        """All of it, with the names and units of ``equipoise derive --json``."""
        return self._found

    @property
    def scenario(self) -> Scenario | None:
        """The scenario of a balanced network; none where there is none, and ``found["scenario"]["error"]`` says why."""
        return self._scenario

    @property
    def comparison(self) -> xarray.Dataset:
        """The network of cells beside its rate equations.

        ``simulated``, ``standard_error``, ``predicted`` (input, population), in Hz; ``synchrony`` and what independent
        cells would have, ``independent`` (input, population); ``agrees`` (input, population). ``input`` is the factor of
        the external rates.
        """
        at = self._found["comparison"]
        own = ("input", "population")
        names = [population["name"] for population in self._found["populations"]]

        def numbers(field: str) -> np.ndarray[Any, Any]:
            rows = [[population[field] for population in entry["populations"]] for entry in at]
            return np.array(rows, dtype=float).reshape(len(at), len(names))

        fields: dict[str, Any] = {
            field: (own, numbers(field), {"units": "Hz"}) for field in ("simulated", "standard_error", "predicted")
        }
        fields |= {field: (own, numbers(field), {"units": "1"}) for field in ("synchrony", "independent")}
        fields["agrees"] = (own, numbers("agrees").astype(bool))
        return xarray.Dataset(fields, {"input": [entry["input"] for entry in at], "population": names})

    @property
    def figures(self) -> dict[str, Picture]:
        """Figures by name, as SVG."""
        return dict(self._figures)

    def __repr__(self) -> str:
        return f"<equipoise.Derivation of {self._found['title']!r}>"


def derive(
    cells: str | os.PathLike[str] | Mapping[str, Any],
    changes: Mapping[str, Any] | None = None,
    /,
    *,
    compare: bool = True,
    threads: int = 0,
) -> Derivation:
    """From conductance-based cells to rate equations, and on to a scenario.

    Args:
        cells: the path of a cell file, its fields, or ``template("conductances")``; quantities are strings with units.
        changes: fields to change, by their paths.
        compare: whether the network of cells is simulated beside its rate equations, which takes a minute or more.
        threads: how many; 0 takes all cores. No result depends on it.

    Returns:
        Rate equations, the scenario of a balanced network, the comparison, and figures.

    Raises:
        FileError: if the file cannot be read.
        ScenarioError: if the cells cannot be used.
        UsageError: if they have no rate equations.
    """
    check_threads(threads)
    if isinstance(cells, Mapping):
        name, text = "cells", _equipoise.text_of(cells)
    elif isinstance(cells, Template):
        name, text = cells.file, str(cells)
    else:
        name = os.fspath(cells)
        text = _equipoise.read_cells(name)
    words = assignments(changes or {})
    found, told, network, figures = _equipoise.derive(name, text, words, compare, threads)
    derived = None if network is None else Scenario.from_toml(network, name="network.toml")
    return Derivation(found, told, derived, figures)
