"""Result files, as the results that they were written from."""

from __future__ import annotations

import os

from ._errors import note
from ._results import Convergence, Energy, Ensemble, Result, Sweep, Validation
from ._stored import StoredFile

#: What a file is, by the first group that it has of these.
KINDS: dict[str, type[Result]] = {
    "comparison": Validation,
    "trajectory": Ensemble,
    "sweep": Sweep,
    "convergence": Convergence,
    "economy": Energy,
}


def load(path: str | os.PathLike[str], /) -> Result:
    """A result file, of the command line or of ``save``.

    The groups are those that the function of the same name returns, with the same names, dimensions, units and values;
    what a file does not keep, pictures and figures, is in its report. Groups are read when they are asked for, and of
    groups of more than 64 MB only what is looked at: ``result.trajectory["mean"].isel(realization=0).values`` reads one
    network of a file that may be larger than the memory. So the file has to stay where it is; where it has changed, what is
    not read yet is refused.

    Reading is done by a process of its own, with limits on its memory and time, as the command line does it: the HDF5
    library may crash on damaged files, and does not take the interpreter with it. (``xarray.open_dataset`` and h5py read
    the same files without that.)

    Args:
        path: the file, or the unfinished ``NAME.h5.partial`` of a run.

    Returns:
        A :class:`Validation`, :class:`Ensemble`, :class:`Sweep`, :class:`Convergence` or :class:`Energy`, by what the file
        holds, and otherwise a :class:`Result`.

    Raises:
        FileError: if it cannot be read, is damaged, or is no result file.

    Of a file that is not complete an :class:`EquipoiseWarning` says so.
    """
    file = StoredFile(path)
    if not file.complete:
        note([f"{file.name} is not complete: its run was interrupted, or goes on"])
    kind = next((kind for group, kind in KINDS.items() if group in file), Result)
    result = kind.__new__(kind)
    result._source = file
    return result
