"""Result files: what is asked for is read by a process of its own, since damaged files can crash the library they are read by."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import xarray
from xarray.backends import BackendArray
from xarray.core import indexing

from . import _equipoise
from ._computed import described
from ._errors import FileError, UsageError
from ._reader import UNREADABLE, WORD
from ._scenario import Scenario

#: Bytes of a group that are read as soon as it is asked for. What a larger group holds is read where it is looked at.
AT_ONCE = 1 << 26

#: Letters that texts may have room for.
MOST_LETTERS = 1 << 27

#: What reads and keeps the values of a variable when they are looked at; half of it has no types.
_lazy: Any = indexing

_TYPES = {"float": "f8", "single": "f4", "integer": "i8", "unsigned": "u8"}
_FOLDER = Path(__file__).parent


class _Outline(NamedTuple):
    """A variable without its values."""

    name: str
    dimensions: list[str]
    shape: list[int]
    type: str
    units: str | None
    long_name: str

    @property
    def bytes(self) -> int:
        return 0 if self.type == "text" else math.prod(self.shape) * int(self.type_of_values.itemsize)

    @property
    def type_of_values(self) -> np.dtype[Any]:
        return np.dtype(_TYPES[self.type])

    @property
    def attributes(self) -> dict[str, str]:
        return described(self.type != "text", self.units, self.long_name)


#: A part of a variable: what it is of, its first place and its length along each dimension.
_Part = tuple[_Outline, list[int], list[int]]


class _CutOff(Exception):
    """The other process ended before it had said everything."""


class StoredFile(Mapping[str, xarray.Dataset]):
    """The groups of a result file."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._name, self._folder = os.fspath(path), os.getcwd()
        self._state = self._seen()
        told = json.loads(self._ask("describe", [], _all))
        self.title: str = told["title"]
        self._scenario: str = told["scenario"]
        self.complete: bool = told["complete"]
        self.elapsed: float = math.nan if told["elapsed"] is None else told["elapsed"]
        self.text: str = told["text"]
        self._has_shards = told["shards"] > 0
        self._outlines = {
            name: ([_Outline(*variable) for variable in variables], attributes)
            for name, variables, attributes in told["groups"]
        }
        self._datasets: dict[str, xarray.Dataset] = {}

    @property
    def name(self) -> str:
        """The path, as it was given."""
        return self._name

    def __getitem__(self, name: str) -> xarray.Dataset:
        if name not in self._datasets:
            self._datasets[name] = self._dataset(name)
        return self._datasets[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._outlines)

    def __len__(self) -> int:
        return len(self._outlines)

    def __contains__(self, name: object) -> bool:
        return name in self._outlines

    @property
    def datasets(self) -> Mapping[str, xarray.Dataset]:
        """The groups."""
        return self

    @property
    def scenario(self) -> Scenario:
        """The scenario of the file."""
        return Scenario.from_toml(self._scenario, name=self._name)

    @cached_property
    def summary(self) -> str | None:
        """The verdict in a sentence, where there is one."""
        told: str | None = json.loads(self._ask("summary", [], _all))
        return told

    def report(self, page: str | os.PathLike[str], force: bool) -> None:
        """Writes the report of the file."""
        words = os.fspath(page)
        if os.path.exists(page) and os.path.samefile(page, self._path()):
            raise UsageError(f"the report would replace the result file `{self._name}` itself; give another name")
        if os.getcwd() != self._folder:
            words = os.path.abspath(words)
        self._ask("report", [words, force], _all)

    def save(self, path: str | os.PathLike[str], force: bool) -> Path:
        """Copies the file, whole or not at all."""
        path = Path(path)
        if path.exists() and not force:
            words = f"`{path}` already exists; choose another name, or allow it to be replaced with force=True"
            raise FileError(words)
        if self._has_shards and path.parent.resolve() != Path(self._path()).parent.resolve():
            raise FileError(f"`{self._name}` has values in a folder beside it; copy both together")
        self._check()
        try:
            handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".partial")
            os.close(handle)
            try:
                shutil.copy(self._path(), partial)
                os.replace(partial, path)
            except BaseException:
                os.unlink(partial)
                raise
        except OSError as error:
            raise FileError(f"cannot write `{path}`: {error.strerror}") from error
        return path

    def read(self, group: str, parts: list[_Part]) -> list[np.ndarray[Any, Any]]:
        """Parts of variables of a group."""
        asked = [(outline.name, start, counts) for outline, start, counts in parts]

        def take(out: IO[bytes]) -> list[np.ndarray[Any, Any]]:
            return [_array(out, outline, counts) for outline, _, counts in parts]

        found: list[np.ndarray[Any, Any]] = self._ask("read", [group, self.complete, asked], take)
        return found

    def _dataset(self, name: str) -> xarray.Dataset:
        outlines, attributes = self._outlines[name]
        is_small = sum(outline.bytes for outline in outlines) <= AT_ONCE
        at_once = [
            outline
            for outline in outlines
            if is_small or outline.type == "text" or outline.dimensions == [outline.name]
        ]
        parts = [(outline, [0] * len(outline.shape), outline.shape) for outline in at_once]
        values: dict[str, Any] = {
            outline.name: array for outline, array in zip(at_once, self.read(name, parts), strict=True)
        }
        coordinates: dict[str, xarray.Variable] = {}
        data: dict[str, xarray.Variable] = {}
        for outline in outlines:
            place = coordinates if outline.dimensions == [outline.name] else data
            found = values.get(outline.name)
            if found is None:
                found = _lazy.MemoryCachedArray(_lazy.LazilyIndexedArray(_Values(self, name, outline)))
            place[outline.name] = xarray.Variable(outline.dimensions, found, outline.attributes)
        return xarray.Dataset(data, coordinates, attributes)

    def _path(self) -> str:
        return os.path.join(self._folder, self._name)

    def _seen(self) -> tuple[int, ...] | None:
        """By which another file, or a changed one, is told."""
        try:
            found = os.stat(self._path())
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    def _check(self) -> None:
        # Unfinished ones may grow.
        if self.complete and self._seen() != self._state:
            raise FileError(f"`{self._name}` has changed since it was loaded; load it again")

    def _ask(self, what: str, terms: list[Any], take: Callable[[IO[bytes]], Any]) -> Any:
        """What another process finds in the file, as `take` makes it of what that process writes."""
        if what != "describe":
            self._check()
        program = [sys.executable or "", "-P", "-S", str(_FOLDER / "_reader.py"), str(_FOLDER)]
        words = [*program, self._name, what, json.dumps(terms)]
        with tempfile.TemporaryFile() as said:
            try:
                found, status = self._answer(words, said, take)
            except OSError as error:
                raise FileError(f"cannot start a process to read {self._name}: {error}") from error
            said.seek(0)
            told = said.read().decode(errors="replace")
        if status is None:
            reason = told.strip() or f"`{sys.executable}` is no Python that could do it"
            raise FileError(f"cannot start a process to read {self._name}: {reason}")
        if status == UNREADABLE:
            raise FileError(told)
        if status:
            said_last = RuntimeError(told) if told else None
            raise FileError(_equipoise.reading_failed(self._name, status)) from said_last
        return found

    def _answer(self, words: list[str], said: IO[bytes], take: Callable[[IO[bytes]], Any]) -> tuple[Any, int | None]:
        """What a process answers, and its exit status; none if it is no reader."""
        pipe = subprocess.PIPE
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=pipe, stderr=said, cwd=self._folder) as child:
            out = child.stdout
            assert out is not None
            try:
                if out.read(len(WORD)) != WORD:
                    child.kill()
                    return None, None
                return take(out), child.wait()
            except _CutOff:
                # What it may still say is not read.
                out.close()
                return None, child.wait() or 1
            except BaseException:
                child.kill()
                raise


class _Values(BackendArray):
    """The values of a variable, of which xarray reads what is looked at."""

    def __init__(self, file: StoredFile, group: str, outline: _Outline) -> None:
        self._of = file, group, outline
        self.shape = tuple(outline.shape)
        self.dtype = outline.type_of_values

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        basic = indexing.IndexingSupport.BASIC
        return indexing.explicit_indexing_adapter(key, self.shape, basic, self._read)

    def _read(self, key: tuple[int | slice, ...]) -> Any:
        """What numbers and slices lead to: all between the first and the last place is read."""
        file, group, outline = self._of
        places = [range(length)[along] for along, length in zip(key, self.shape, strict=True)]
        ends = [
            (min(place, default=0), max(place, default=-1)) if isinstance(place, range) else (place, place)
            for place in places
        ]
        start, counts = [first for first, _ in ends], [last + 1 - first for first, last in ends]
        (array,) = file.read(group, [(outline, start, counts)])
        for axis in reversed(range(array.ndim)):
            array = array.take(np.asarray(places[axis], dtype=int) - start[axis], axis)
        return _sealed(array)


def _all(out: IO[bytes]) -> bytes:
    return out.read()


def _array(out: IO[bytes], outline: _Outline, counts: list[int]) -> Any:
    # Where there can be no such values there is no length, and no room is made for them.
    length = int.from_bytes(_exactly(out, 8), sys.byteorder)
    if outline.type == "text":
        texts = json.loads(_exactly(out, length))
        # All take as much room as the longest.
        if len(texts) * max(map(len, texts), default=0) > MOST_LETTERS:
            raise FileError(f"the texts of `{outline.name}` take too much room: the file is damaged")
        array = np.array(texts, dtype="str").reshape(counts)
    else:
        array = np.empty(counts, outline.type_of_values)
        if length != array.nbytes:
            raise _CutOff
        room = array.reshape(-1).data.cast("B") if array.size else memoryview(b"")
        while len(room):
            length = out.readinto(room)  # type: ignore[attr-defined]
            if not length:
                raise _CutOff
            room = room[length:]
    return _sealed(array)


def _sealed(array: Any) -> Any:
    """Arrays of results cannot be written to."""
    array = np.asarray(array)
    array.setflags(write=False)
    return array


def _exactly(out: IO[bytes], length: int) -> bytes:
    found = out.read(length)
    if len(found) < length:
        raise _CutOff
    return found
