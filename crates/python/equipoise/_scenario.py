"""Scenarios: what to simulate, for how long, how often, how many times."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from typing import Any, TypeAlias

from . import _equipoise
from ._template import Template, write_new


class Scenario:
    """A validated scenario, which cannot be changed.

    Its fields are those of scenario files, as a mapping, as keyword arguments, or both. Values are numbers, strings,
    mappings, lists, and NumPy arrays in the place of lists.

    >>> import equipoise
    >>> pair = equipoise.Scenario(
    ...     title="One population", n=100, duration=1.0,
    ...     populations={"E": {
    ...         "kind": "inhibitory", "time_constant": 1.0, "drive": 0.5,
    ...         "gain": {"tabulated": {"potentiation": [-1.0, 0.0, 1.0], "rate": [0.1, 0.5, 0.9]}},
    ...         "initial": {"normal": {"mean": 0.0, "variance": 0.25}},
    ...     }},
    ...     coupling={"E": {"E": -1.0}}, ensemble={"replicates": 10},
    ... )
    >>> pair
    <equipoise.Scenario 'One population', n = 100, 10 networks>
    >>> pair.with_(n=400, **{"populations.E.drive": 0.2}).n
    400.0

    Raises:
        ScenarioError: with everything that is wrong, underlined in the text that :meth:`to_toml` would give.
    """

    __slots__ = ("_changes", "_core", "_origin")

    _core: _equipoise.Scenario
    _origin: str
    _changes: tuple[str, ...]

    def __init__(self, fields: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        text = _equipoise.text_of({**(fields or {}), **more})
        self._set(_equipoise.Scenario("scenario", text), "scenario", ())

    @classmethod
    def from_toml(cls, text: str, *, name: str = "scenario") -> Scenario:
        """The scenario of a text; ``name`` stands for its file in messages."""
        return cls._of(_equipoise.Scenario(name, text), name, ())

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Scenario:
        """The scenario of a file.

        Raises:
            FileError: if the file cannot be read.
        """
        name = os.fspath(path)
        return cls.from_toml(_equipoise.read_scenario(name), name=name)

    def with_(self, changes: Mapping[str, Any] | None = None, /, **more: Any) -> Scenario:
        """The same with other values of some fields, each named by its path, as ``--set`` of the command line has it.

        Nothing else of the text changes, its comments neither. Paths with dots are given as
        ``with_({"populations.E.drive": -0.2})`` or ``with_(**{"populations.E.drive": -0.2})``. A mapping replaces all that
        a field holds: a population is changed by paths, and added as a mapping.

        Raises:
            UsageError: for a path through something that has no fields.
            ScenarioError: if there is no such field, or fields do not fit together.
        """
        words = assignments({**(changes or {}), **more})
        core = _equipoise.Scenario.changed(self._origin, self._core.text, words)
        return self._of(core, self._origin, self._changes + tuple(words))

    @property
    def title(self) -> str:
        """Title, for people."""
        return self._core.title

    @property
    def n(self) -> float:
        """Size parameter; populations have ``round(fraction * n)`` neurons."""
        return self._core.n

    @property
    def seed(self) -> int:
        """Seed of all random streams."""
        return self._core.seed

    @property
    def replicates(self) -> int:
        """Number of independent networks."""
        return self._core.replicates

    @property
    def duration(self) -> float:
        """Length of the run, in :attr:`time_unit`."""
        return self._core.duration

    @property
    def time_unit(self) -> str:
        """Name of the time unit."""
        return self._core.time_unit

    @property
    def populations(self) -> dict[str, int]:
        """Numbers of neurons by the name of their population, external populations left out."""
        return dict(zip(self._core.populations, self._core.counts, strict=True))

    def to_toml(self) -> str:
        """The text of a scenario file."""
        return self._core.text

    def to_dict(self) -> dict[str, Any]:
        """The fields as they are given, without defaults."""
        return tomllib.loads(self._core.text)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a scenario file, which must not exist.

        Raises:
            FileError: if it exists or cannot be written.
        """
        write_new(path, self._core.text)

    def __repr__(self) -> str:
        networks = f"{self.replicates} network{'s' if self.replicates != 1 else ''}"
        return f"<equipoise.Scenario {self.title!r}, n = {self.n:g}, {networks}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scenario):
            return NotImplemented
        return self._core.text == other._core.text

    def __hash__(self) -> int:
        return hash(self._core.text)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self._core.name, self._core.text, self._origin, self._changes)

    @classmethod
    def _of(cls, core: _equipoise.Scenario, origin: str, changes: tuple[str, ...]) -> Scenario:
        scenario = cls.__new__(cls)
        scenario._set(core, origin, changes)
        return scenario

    def _set(self, core: _equipoise.Scenario, origin: str, changes: tuple[str, ...]) -> None:
        self._core, self._origin, self._changes = core, origin, changes

    def _command(self, name: str) -> str:
        """The command that would do the same, for the history of files."""
        return " ".join([name, self._origin, *(f"--set {change}" for change in self._changes)])


def assignments(changes: Mapping[str, Any]) -> list[str]:
    """Changes in the words of ``--set``."""
    return [f"{path}={_equipoise.value_of(value, path)}" for path, value in changes.items()]


def _restore(name: str, text: str, origin: str, changes: tuple[str, ...]) -> Scenario:
    return Scenario._of(_equipoise.Scenario(name, text), origin, changes)


#: What the functions of this package take for a scenario: one, the path of its file, its fields, or a template.
ScenarioLike: TypeAlias = Scenario | str | os.PathLike[str] | Mapping[str, Any]


def scenario(source: ScenarioLike | None = None, /, **changes: Any) -> Scenario:
    """The scenario of a file, of fields, of a template, or of another scenario, with some fields changed.

    Args:
        source: a path, a mapping of fields, a :func:`template` or a scenario; without it the keyword arguments are the
            fields.
        changes: fields to change, as :meth:`Scenario.with_` takes them.

    Raises:
        FileError: if the file cannot be read.
        ScenarioError: if the scenario cannot be used.
    """
    if source is None:
        return Scenario(changes)
    if isinstance(source, Scenario):
        found = source
    elif isinstance(source, Mapping):
        found = Scenario(source)
    elif isinstance(source, Template):
        found = Scenario.from_toml(source, name=source.file)
    else:
        found = Scenario.from_file(source)
    return found.with_(changes) if changes else found
