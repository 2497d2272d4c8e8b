"""Read a result whose recordings are in shards as others do: h5py, both xarray engines, libsonata.

Called by shards.rs and mpi.rs, which run the program: python shards.py WHOLE SHARDED...
The first file has all of its values itself; the others have the same, of which some are in shards. Each is moved with its shards before.
"""

import pathlib
import shutil
import sys
import tempfile

import h5py
import libsonata
import numpy as np
import xarray as xr


def datasets(file: h5py.File) -> dict[str, h5py.Dataset]:
    found = {}
    file.visititems(lambda name, item: found.update({name: item}) if isinstance(item, h5py.Dataset) else None)
    return found


def check(whole: pathlib.Path, sharded: pathlib.Path) -> None:
    with h5py.File(whole) as first, h5py.File(sharded) as second:
        one, other = datasets(first), datasets(second)
        assert list(one) == list(other)
        of_neurons = [name for name in one if name == "snapshots/potentiation" or name.endswith("/data")]
        assert of_neurons and [name for name in other if other[name].is_virtual] == of_neurons
        for name, dataset in one.items():
            mine, theirs = dataset[()], other[name][()]
            same = (mine == theirs).all() if dataset.dtype == object else mine.tobytes() == theirs.tobytes()
            assert same, name
            assert sorted(dataset.attrs) == sorted(other[name].attrs), name
    for name in {name.rsplit("/", 1)[0] for name in of_neurons}:
        for engine in ("h5netcdf", "netcdf4"):
            mine, theirs = (xr.open_dataset(file, group=name, engine=engine).load() for file in (whole, sharded))
            xr.testing.assert_identical(mine, theirs)
        if name.startswith("report/"):
            population = name.removeprefix("report/")
            mine, theirs = (libsonata.ElementReportReader(str(file))[population].get() for file in (whole, sharded))
            assert np.array_equal(mine.ids, theirs.ids) and np.array_equal(mine.data, theirs.data)


whole, *others = map(pathlib.Path, sys.argv[1:])
for other in others:
    with tempfile.TemporaryDirectory() as folder:
        moved = pathlib.Path(folder, "moved.h5")
        shutil.copy(other, moved)
        for shards in other.parent.glob(f"{other.name}.shards*"):
            shutil.copytree(shards, pathlib.Path(folder, shards.name))
        check(whole, moved)
print("read")
