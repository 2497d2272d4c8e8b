"""Progress of simulations: a bar of tqdm, a function of the caller, or nothing."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

#: Is told networks done (with the part of those under way), networks in all, and jumps so far.
Tell: TypeAlias = Callable[[float, int, int], object]
#: A bar (True), none (False), one where tqdm is there and somebody looks (None), or a function.
Progress: TypeAlias = bool | Tell | None


def _in_notebook() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"


def _module() -> str:
    """Which tqdm: widgets are for notebooks that have them."""
    return "tqdm.auto" if _in_notebook() and importlib.util.find_spec("ipywidgets") else "tqdm"


def _is_seen() -> bool:
    return _in_notebook() or (sys.stderr is not None and sys.stderr.isatty())


def _bar(wanted: bool, total: int) -> Any:
    if not wanted and not _is_seen():
        return None
    try:
        tqdm = importlib.import_module(_module())
    except ImportError:
        if wanted:
            raise ImportError('progress=True needs tqdm: pip install "equipoise[progress]"') from None
        return None
    return tqdm.tqdm(total=total, unit=" networks", bar_format="{l_bar}{bar}| {n:.1f}/{total_fmt} {postfix}")


@contextmanager
def telling(progress: Progress, total: int) -> Iterator[Tell | None]:
    """The function that is to be told, for a while."""
    if callable(progress):
        yield progress
        return
    bar = None if progress is False else _bar(progress is True, total)
    if bar is None:
        yield None
        return
    start = time.monotonic()

    def tell(done: float, networks: int, jumps: int) -> None:
        bar.total = networks
        rate = jumps / max(time.monotonic() - start, 1e-9) / 1e6
        bar.set_postfix_str(f"{rate:.1f} million jumps a second", refresh=False)
        bar.n = done
        bar.refresh()

    try:
        yield tell
        bar.n = bar.total
        bar.refresh()
    finally:
        bar.close()
