"""Add a dataset to a result file that has its values from another, and grows with it.

Called by foreign.rs: python growing.py FILE SHARD COUNT, where COUNT is how many blocks of each dataset are taken, or `all`
"""

import sys

import h5py
from h5py import h5d, h5p, h5s, h5t

path, shard, count = sys.argv[1:]


def space(count: int) -> h5s.SpaceID:
    made = h5s.create_simple((3,), (h5s.UNLIMITED,))
    made.select_hyperslab((0,), (count,), (3,), (3,))
    return made


with h5py.File(path, "r+") as file:
    properties = h5p.create(h5p.DATASET_CREATE)
    of_source = space(h5s.UNLIMITED if count == "all" else int(count))
    properties.set_virtual(space(h5s.UNLIMITED), shard.encode(), b"trajectory/time", of_source)
    h5d.create(file["array"].id, b"other", h5t.NATIVE_DOUBLE, space(1), properties)
