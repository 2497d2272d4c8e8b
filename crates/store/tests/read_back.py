"""Open a result file with h5py and with both xarray engines, and check what a Python user would see.

Called by read_back.rs, which writes the file: python read_back.py FILE
"""

import sys

import h5py
import numpy as np
import xarray as xr

PATH = sys.argv[1]
MEAN = np.array([[[10 * r + 2 * t + p for p in range(2)] for t in range(3)] for r in range(3)], dtype=float)


def check_root() -> None:
    with h5py.File(PATH, "r") as file:
        assert file.attrs["Conventions"] == "CF-1.11"
        assert file.attrs["title"] == "Balance — a test"
        assert file.attrs["scenario"].startswith("n = 1000\n") and len(file.attrs["scenario"]) > 64 * 1024
        assert file.attrs["seed"] == 2**64 - 2
        assert file.attrs["complete"] == 1
        assert sorted(file) == ["every_kind", "trajectory"]
        mean = file["trajectory/mean"]
        assert mean.maxshape == (None, 3, 2)
        assert [scale.label for scale in mean.dims] == ["", "", ""]
        assert [mean.dims[axis][0].name.split("/")[-1] for axis in range(3)] == ["realization", "time", "population"]
        assert file["trajectory/population"].asstr()[:].tolist() == ["E", "I"]
        assert file["every_kind/potentiation"].compression == "gzip" and file["every_kind/potentiation"].shuffle


def check_trajectory(engine: str) -> xr.Dataset:
    data = xr.open_dataset(PATH, group="trajectory", engine=engine).load()
    assert dict(data.sizes) == {"realization": 3, "time": 3, "population": 2}
    assert set(data.coords) == {"realization", "time", "population"}
    assert data["mean"].dims == ("realization", "time", "population")
    assert data["mean"].attrs == {"units": "mV", "long_name": "mean potentiation"}
    assert data["time"].attrs["units"] == "tau"
    np.testing.assert_array_equal(data["mean"], MEAN)
    assert data["mean"].sel(realization=2, time=0.5, population="I").item() == 23.0
    assert data["seed"].values.tolist() == [1000, 1001, 1002] and data["seed"].dtype == np.uint64
    assert data["size"].sel(population="E").item() == 800 and data["size"].attrs["units"] == "1"
    return data


def check_every_kind(engine: str) -> xr.Dataset:
    data = xr.open_dataset(PATH, group="every_kind", engine=engine).load()
    assert not any(name.startswith("phony_dim") for name in data.sizes), data.sizes
    assert dict(data.sizes) == {"time": 3, "population": 2, "population_2": 2, "neuron": 40_000, "nothing": 0}
    assert set(data.coords) == {"time", "population", "population_2"}
    assert data["population"].values.tolist() == ["E", "Iß"]
    assert data["covariance"].dims == ("time", "population", "population_2")
    assert int(np.isnan(data["covariance"]).sum()) == 1 and bool(np.isnan(data["covariance"][1, 0, 1]))
    np.testing.assert_array_equal(data["potentiation"], np.sqrt(np.arange(40_000)))
    assert data["spikes"].dtype == np.int64 and data["spikes"][1, 2].item() == 2**63 - 1
    assert data["verdict"].values.tolist() == ["holds", "", "fails — by 3 σ"]
    assert data["step"].item() == 0.125
    assert data["none"].shape == (0, 3)
    assert data.attrs == {"level": 0.01, "method": "exact", "replicates": 200}
    return data


check_root()
for check in (check_trajectory, check_every_kind):
    xr.testing.assert_identical(check("h5netcdf"), check("netcdf4"))
print("read back")
