"""Open sweeps with h5py and with both xarray engines, and check that they keep the contract on result files.

Called by reading.rs, which runs the program: python sweeps.py SWEEP PLAIN
Both are of the slow oscillation, 5 drives from 7.9 to 8.7, and 2 from 8.3 to 8.5, where nothing special lies.
"""

import sys

import h5py
import numpy as np
import xarray as xr

SWEEP, PLAIN = sys.argv[1:]

POINT = ("point",)
SPECIAL = ("special_point",)
CONTRACT = {
    "sweep": {
        "parameter": POINT,
        "branch": POINT,
        "arclength": POINT,
        "stable": POINT,
        "slow_eigenvalue": POINT,
        "fast_eigenvalue": POINT,
        "mean": (*POINT, "population"),
        "variance": (*POINT, "population"),
        "rate": (*POINT, "population"),
        "stable_count": ("value",),
        "unstable_count": ("value",),
    },
    "special": {
        "kind": SPECIAL,
        "branch": SPECIAL,
        "parameter": SPECIAL,
        "angular_frequency": SPECIAL,
        "mean": (*SPECIAL, "population"),
        "variance": (*SPECIAL, "population"),
        "rate": (*SPECIAL, "population"),
    },
}


def check_group(path: str, name: str, engine: str) -> None:
    data = xr.open_dataset(path, group=name, engine=engine).load()
    assert set(data.data_vars) == set(CONTRACT[name]), (path, name, list(data.data_vars))
    for variable, dimensions in CONTRACT[name].items():
        assert data[variable].dims == dimensions, (name, variable, data[variable].dims)
        assert data[variable].attrs["long_name"], variable
    assert data["population"].values.tolist() == ["E", "I"]
    assert data["rate"].attrs["units"] == "1/tau"
    assert data.attrs["parameter"] == "populations.E.drive"


def check_meaning() -> None:
    """What the numbers have to do with one another."""
    sweep, special = (xr.open_dataset(SWEEP, group=name).load() for name in ("sweep", "special"))
    np.testing.assert_allclose(sweep["value"], [7.9, 8.1, 8.3, 8.5, 8.7])
    assert sweep["stable_count"].values.tolist() == [0, 0, 1, 1, 0]
    assert sweep["unstable_count"].values.tolist() == [1, 3, 2, 2, 1]
    assert sorted(special["kind"].values.tolist()) == ["Hopf", "fold", "fold"]
    assert sweep["parameter"].min() == 7.9 and sweep["parameter"].max() == 8.7
    largest = np.maximum(sweep["slow_eigenvalue"], sweep["fast_eigenvalue"])
    plain = ~np.isin(sweep["parameter"], special["parameter"])
    np.testing.assert_array_equal((largest < 0)[plain], sweep["stable"][plain] == 1)
    # Equal weights: balance is S_E = S_I.
    np.testing.assert_allclose(sweep["rate"][:, 0], sweep["rate"][:, 1], rtol=1e-9)
    folds = special["parameter"][special["kind"] == "fold"]
    assert np.isnan(special["angular_frequency"][special["kind"] == "fold"]).all()
    assert set(folds.values) <= set(sweep["parameter"].values)


for path, count in ((SWEEP, 3), (PLAIN, 0)):
    with h5py.File(path) as file:
        assert set(file) == set(CONTRACT) and file.attrs["complete"] == 1
        assert file["special"]["kind"].shape == (count,)
    for group in CONTRACT:
        for engine in ("h5netcdf", "netcdf4"):
            check_group(path, group, engine)
check_meaning()
print("read")
