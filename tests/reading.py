"""Open a validation with h5py and with both xarray engines, and check that it keeps the contract on result files.

Called by reading.rs, which runs the program: python reading.py FILE RECORDED
The scenario is the canonical pair with n = 40, duration 0.5, sample_interval 0.25, 6 replicates and seed 11; in the second file with all spikes and
snapshots at 0.1 and 0.5.
"""

import sys

import h5py
import numpy as np
import xarray as xr

PATH, RECORDED = sys.argv[1:]
SIZES = {"realization": 6, "time": 3, "population": 2, "population_2": 2, "source": 2, "quantity": 6}

MOMENT = ("time", "population")
SAMPLE = ("realization", *MOMENT)
COMPARED = (*MOMENT, "quantity")
CONTRACT = {
    "trajectory": {
        "mean": SAMPLE,
        "variance": SAMPLE,
        "third_cumulant": SAMPLE,
        "jumps": (*SAMPLE, "source"),
        "spikes": SAMPLE,
    },
    "limit": {
        "mean": MOMENT,
        "variance": MOMENT,
        "spikes": MOMENT,
        "balance_residual": ("time",),
        "fast_eigenvalue": ("time",),
    },
    "finite_n": {
        "mean": MOMENT,
        "variance": MOMENT,
        "third_cumulant": MOMENT,
        "spikes": MOMENT,
        "mean_covariance": (*MOMENT, "population_2"),
    },
    "comparison": {
        name: COMPARED for name in ("difference", "standard_error", "margin", "z", "p", "verdict")
    },
}


def values(dataset: h5py.Dataset) -> np.ndarray:
    """The values, text as text."""
    return dataset.asstr()[:] if h5py.check_string_dtype(dataset.dtype) else dataset[:]


def check_root(file: h5py.File) -> None:
    attributes = file.attrs
    assert attributes["Conventions"] == "CF-1.11"
    assert attributes["title"] == "Inhibition-stabilised pair"
    assert attributes["source"].startswith("equipoise ")
    assert "validate" in attributes["history"]
    assert "seed = 11" in attributes["scenario"] and "n = 40" in attributes["scenario"]
    assert attributes["seed"] == 11 and attributes["complete"] == 1
    assert set(file) >= set(CONTRACT)


def check_group(file: h5py.File, name: str, engine: str) -> None:
    data = xr.open_dataset(PATH, group=name, engine=engine).load()
    for variable, dimensions in CONTRACT[name].items():
        assert data[variable].dims == dimensions, (name, variable, data[variable].dims)
    dimensions = {dimension for variable in CONTRACT[name].values() for dimension in variable}
    assert dict(data.sizes) == {dimension: SIZES[dimension] for dimension in dimensions}
    assert set(data.coords) == dimensions, data.coords
    assert data["time"].values.tolist() == [0.0, 0.25, 0.5] and data["time"].attrs["units"] == "tau"
    assert data["population"].values.tolist() == ["E", "I"]
    for variable in data.variables:
        assert data[variable].attrs["long_name"], variable
        np.testing.assert_array_equal(data[variable].values, values(file[name][variable]))


def check_meaning() -> None:
    """What the numbers have to do with one another."""
    trajectory, finite_n, comparison = (
        xr.open_dataset(PATH, group=name).load() for name in ("trajectory", "finite_n", "comparison")
    )
    assert trajectory["realization"].values.tolist() == list(range(6))
    assert bool((trajectory["jumps"].diff("time") >= 0).all()) and bool((trajectory["spikes"].isel(time=0) == 0).all())
    assert comparison["quantity"].values.tolist() == [
        "mean",
        "variance",
        "third_cumulant",
        "spikes",
        "mean_covariance_E",
        "mean_covariance_I",
    ]
    difference = trajectory["mean"].mean("realization") - finite_n["mean"]
    np.testing.assert_allclose(comparison["difference"].sel(quantity="mean"), difference, atol=1e-12)
    assert set(np.unique(comparison["verdict"])) == {"holds", "not tested"}


def check_records() -> None:
    """The law and the counts against the records themselves."""
    place = ("snapshot_time", "population")
    for engine in ("h5netcdf", "netcdf4"):
        law, variability, snapshots, trajectory = (
            xr.open_dataset(RECORDED, group=name, engine=engine).load()
            for name in ("law", "variability", "snapshots", "trajectory")
        )
        for data in (law, variability):
            assert all(data[variable].attrs["long_name"] for variable in data.variables)
        assert law["snapshot_time"].values.tolist() == [0.1, 0.5] and law["snapshot_time"].attrs["units"] == "tau"
        assert law["kolmogorov"].dims == place and law["wasserstein_limit"].dims == place
        assert law["quantile"].dims == law["p_adjusted"].dims == (*place, "probability")
        potentiation = snapshots["potentiation"].values.reshape(6, 2, 2, 40)
        below = potentiation[..., None] <= law["quantile"].values[None, :, :, None]
        np.testing.assert_allclose(law["measured"], below.mean((0, 3)), atol=1e-12)
        assert variability["measured"].dims == ("population", "quantity")
        for population, name in enumerate("EI"):
            spikes = xr.open_dataset(RECORDED, group=f"spikes/{name}", engine=engine)
            counts = np.zeros((6, 40))
            np.add.at(counts, (spikes["realization"].values, spikes["node_ids"].values.astype(int)), 1)
            means = counts.mean(1)
            fano = (counts.var() + means.var(ddof=1) / 6) / counts.mean()
            np.testing.assert_allclose(variability["measured"][population, 0], fano)
        assert trajectory.equals(xr.open_dataset(PATH, group="trajectory", engine=engine).load())


with h5py.File(PATH, "r") as opened:
    check_root(opened)
    for group in CONTRACT:
        for reader in ("h5netcdf", "netcdf4"):
            check_group(opened, group, reader)
check_meaning()
check_records()
print("read")
