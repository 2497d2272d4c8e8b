"""What can go wrong. The text of an exception is that which the command line prints, where options are arguments."""

import warnings


class EquipoiseError(Exception):
    """Anything that Equipoise cannot do."""


class ScenarioError(EquipoiseError, ValueError):
    """A scenario, or a file of cells, cannot be used: what is wrong, underlined, and what would be right."""


class UsageError(EquipoiseError, ValueError):
    """An argument makes no sense, or there is no room for what is asked for."""


class SimulationError(EquipoiseError, RuntimeError):
    """A network cannot be simulated, or not to its end."""


class TheoryError(EquipoiseError, RuntimeError):
    """A network has no limit, or its theory cannot be followed."""


class FileError(EquipoiseError, OSError):
    """A file could not be read or written."""


class EquipoiseWarning(UserWarning):
    """What the command line notes: assumptions that a scenario does not meet, what is left out."""


for _error in (EquipoiseError, ScenarioError, UsageError, SimulationError, TheoryError, FileError, EquipoiseWarning):
    # As users know them.
    _error.__module__ = "equipoise"


def note(notes: list[str]) -> None:
    """Warns the caller of the caller of what the command line would note."""
    for line in notes:
        words = line.removeprefix("note: ").removeprefix("warning: ")
        warnings.warn(words, EquipoiseWarning, stacklevel=3)


def check_threads(threads: int) -> None:
    """Refuses a number of threads that is none."""
    if threads < 0:
        raise UsageError(f"threads is {threads}; it must be 0, for all cores, or more")
