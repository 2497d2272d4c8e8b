"""Files to start from."""

from __future__ import annotations

import difflib
import os

from . import _equipoise
from ._errors import FileError, UsageError


class Template(str):
    """The text of a file to start from, with comments; :func:`template` has them by name.

    Wherever a scenario is taken it stands for the one that it holds, and for :func:`derive` for its cells. (A plain
    string is the path of a file there.)
    """

    _file: str

    @property
    def file(self) -> str:
        """What the file is called, unless it gets another name: ``balanced-pair.toml``."""
        return self._file

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the file, which must not exist.

        Raises:
            FileError: if it exists or cannot be written.
        """
        write_new(path, self)

    def __repr__(self) -> str:
        return f"<equipoise.Template {self._file.removesuffix('.toml')!r}>"

    def __reduce__(self) -> tuple[object, ...]:
        return template, (self._file.removesuffix(".toml"),)


def templates() -> dict[str, str]:
    """The names of files to start from, and what each is, as ``equipoise init`` lists them.

    >>> import equipoise
    >>> list(equipoise.templates())
    ['balanced-pair', 'external-drive', 'three-populations', 'energy', 'conductances']
    """
    return {name: what for name, what, _, _ in _equipoise.templates()}


def template(name: str, /) -> Template:
    """A file to start from, which ``equipoise init`` would write.

    Args:
        name: one of :func:`templates`.

    Returns:
        Its text: ``print`` shows it, ``save`` writes it, and it may stand where a scenario does.

    Raises:
        UsageError: if there is none of this name.

    >>> import equipoise
    >>> equipoise.scenario(equipoise.template("balanced-pair"), n=1000)
    <equipoise.Scenario 'My balanced pair', n = 1000, 200 networks>
    """
    known = {own: (file, text) for own, _, file, text in _equipoise.templates()}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        meant = f"; did you mean {near[0]!r}" if near else ""
        raise UsageError(f"there is no template {name!r}{meant} (there are {', '.join(known)})")
    file, text = known[name]
    found = Template(text)
    found._file = file
    return found


def write_new(path: str | os.PathLike[str], text: str) -> None:
    """Writes a file that must not exist."""
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise FileError(f"`{os.fspath(path)}` already exists; choose another name") from None
    except OSError as error:
        raise FileError(f"cannot write `{os.fspath(path)}`: {error.strerror}") from error
