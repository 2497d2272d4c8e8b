"""What is known of the balance of a network."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray

from ._results import Picture
from ._scenario import Scenario


class Analysis:
    """What is known of the balance of a network without simulating it."""

    def __init__(self, scenario: Scenario, json_text: str, text: str, picture: str | None) -> None:
        self._scenario = scenario
        self._found: dict[str, Any] = json.loads(json_text)
        self._text = text
        self._picture = None if picture is None else Picture(picture)

    @property
    def scenario(self) -> Scenario:
        """What was analysed."""
        return self._scenario

    @property
    def text(self) -> str:
        """What the command line prints of it, for ``print``."""
        return self._text

    @property
    def found(self) -> dict[str, Any]:
        """All of it, with the names of ``equipoise analyse --json``."""
        return self._found

    @property
    def balanced(self) -> bool:
        """Whether there are balanced states."""
        return bool(self._found["balanced"])

    @property
    def rank(self) -> int:
        """Rank of the coupling K."""
        return int(self._found["rank"])

    @property
    def singular_values(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Singular values of the coupling K, falling."""
        return np.asarray(self._found["singular_values"], dtype=float)

    @property
    def fixed_points(self) -> xarray.Dataset:
        """All fixed points of the limit that were found; none without balance.

        ``mean``, ``variance``, ``rate`` (point, population); ``slow_eigenvalue`` (point, slow) and ``fast_eigenvalue``
        (point, fast), complex, per time unit, of the fast ones times sqrt(n); ``character`` and ``stable`` (point).
        """
        points = self._found.get("fixed_points", [])
        names = self._found["populations"]
        rate = f"1/{self.scenario.time_unit}"

        def over_populations(field: str) -> np.ndarray[Any, Any]:
            return np.array([point[field] for point in points], dtype=float).reshape(len(points), len(names))

        def eigenvalues(field: str) -> np.ndarray[Any, Any]:
            if not points:
                return np.zeros((0, 0), dtype=complex)
            pairs = np.array([point[field] for point in points], dtype=float).reshape(len(points), -1, 2)
            return pairs[..., 0] + 1j * pairs[..., 1]

        own = ("point", "population")
        return xarray.Dataset(
            {
                "mean": (own, over_populations("mean"), {"units": "1"}),
                "variance": (own, over_populations("variance"), {"units": "1"}),
                "rate": (own, over_populations("rates"), {"units": rate}),
                "slow_eigenvalue": (("point", "slow"), eigenvalues("slow_eigenvalues"), {"units": rate}),
                "fast_eigenvalue": (("point", "fast"), eigenvalues("fast_eigenvalues"), {"units": rate}),
                "character": ("point", np.array([point["character"] for point in points], dtype="str")),
                "stable": ("point", np.array([point["stable"] for point in points], dtype=bool)),
            },
            {"population": names},
        )

    @property
    def picture(self) -> Picture | None:
        """The plane of two populations' means, as SVG; none without balance or with one population."""
        return self._picture

    def __repr__(self) -> str:
        words = "no balance"
        if self.balanced:
            count = len(self._found["fixed_points"])
            words = f"{count} fixed point{'s' if count != 1 else ''}"
        return f"<equipoise.Analysis of {self.scenario.title!r}: {words}>"
