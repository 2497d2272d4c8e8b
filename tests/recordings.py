"""Open recordings with libsonata, h5py and both xarray engines, and check that they fit together.

Called by reading.rs, which runs the program: python recordings.py JUMPS SPIKES LARGE REPORT
The scenario is scenarios/recording.toml with n = 30 and 3 replicates: with its jumps, and with release probability 0.5 and all spikes. The third
file is of the scenario as it stands, the fourth of one network with n = 30 and potentiations of E and of the neurons 0 and 2 of I, every 0.5.
"""

import sys

import h5py
import libsonata
import numpy as np
import xarray as xr

REPLICATES, N, DURATION = 3, 30, 4.0


def opened(path: str, group: str) -> xr.Dataset:
    """The group, the same with both engines (one of them leaves out the enumeration that SONATA asks for)."""
    first, second = (
        xr.open_dataset(path, group=group, engine=engine).load() for engine in ("h5netcdf", "netcdf4")
    )
    xr.testing.assert_equal(first, second)
    for name, variable in first.variables.items():
        assert variable.attrs["long_name"], (group, name)
    return first


def check_spikes(path: str) -> dict[str, xr.Dataset]:
    reader = libsonata.SpikeReader(path)
    assert sorted(reader.get_population_names()) == ["E", "I"]
    spikes = {name: opened(path, f"spikes/{name}") for name in "EI"}
    with h5py.File(path) as file:
        assert file.attrs["magic"] == 0x0A7A and file.attrs["version"].dtype == np.uint32
        for name in "EI":
            group = file["spikes"][name]
            assert group["timestamps"].dtype == np.float64 and group["timestamps"].attrs["units"] == "ms"
            assert group["node_ids"].dtype == np.uint64
            assert h5py.check_enum_dtype(group.attrs.get_id("sorting").dtype) == {"none": 0, "by_id": 1, "by_time": 2}
    for name, data in spikes.items():
        pairs = reader[name].get()
        assert len(pairs) == data.sizes["spike"]
        expected = sorted(zip(data["node_ids"].values.tolist(), data["timestamps"].values.tolist()))
        assert sorted((int(neuron), time) for neuron, time in pairs) == expected
        assert set(data["realization"].values) <= set(range(REPLICATES))
        assert data["node_ids"].values.max() < N
        for realization in range(REPLICATES):
            times = data["timestamps"].values[data["realization"].values == realization]
            assert (np.diff(times) >= 0).all() and 0 < times[0] and times[-1] <= DURATION
    return spikes


def check_common(path: str) -> None:
    trajectory, activity = opened(path, "trajectory"), opened(path, "activity")
    assert activity["jumps"].dims == ("realization", "time", "population", "source")
    assert activity.sizes["time"] == 400 and activity["width"] == 0.01
    np.testing.assert_array_equal(activity["jumps"].sum("time"), trajectory["jumps"].isel(time=-1))
    snapshots, histograms = opened(path, "snapshots"), opened(path, "histograms")
    assert snapshots["potentiation"].dims == ("realization", "snapshot_time", "neuron")
    assert snapshots["snapshot_time"].values.tolist() == [0.0, 2.0, 4.0]
    assert snapshots["first_neuron"].values.tolist() == [0, N]
    for population in range(2):
        own = snapshots["potentiation"][:, :, N * population : N * (population + 1)]
        mean = trajectory["mean"].isel(population=population).sel(time=[0.0, 2.0, 4.0])
        np.testing.assert_allclose(own.mean("neuron"), mean, atol=1e-12)
        count = np.stack([np.histogram(z, histograms["edge"])[0] for z in own[:, -1].values])
        np.testing.assert_array_equal(histograms["count"][:, -1, population], count)
    everyone = histograms["count"].sum("bin") + histograms["below"] + histograms["above"]
    assert (everyone == N).all()


def check_jumps(path: str) -> None:
    jumps, counts, trajectory = (opened(path, name) for name in ("jumps", "counts", "trajectory"))
    number = jumps["target_population"].values * N + jumps["target_neuron"].values
    counted = np.zeros((REPLICATES, 2 * N, 2), int)
    np.add.at(counted, (jumps["realization"].values, number, jumps["source_population"].values), 1)
    np.testing.assert_array_equal(counts["received"], counted)
    total = trajectory["jumps"].isel(time=-1).sum("population")
    np.testing.assert_array_equal(counts["received"].sum("neuron"), total)


def check_report(path: str) -> None:
    reader = libsonata.ElementReportReader(path)
    assert sorted(reader.get_population_names()) == ["E", "I"]
    snapshots = opened(path, "snapshots")["potentiation"].values[0]
    times = np.arange(9) * 0.5
    for name, neurons in (("E", list(range(N))), ("I", [0, 2])):
        population = reader[name]
        assert population.times == (0.0, 4.5, 0.5) and population.time_units == "ms"
        assert population.data_units == "1" and population.get_node_ids() == neurons
        frames = population.get()
        assert frames.times.tolist() == times.tolist()
        assert frames.ids.tolist() == [[neuron, 0] for neuron in neurons]
        # At the times of the snapshots.
        among_all = [neuron + N * "EI".index(name) for neuron in neurons]
        np.testing.assert_array_equal(frames.data[::4], snapshots[:, among_all].astype(np.float32))
        some = population.get(node_ids=[2], tstart=1.0, tstop=2.0)
        assert some.times.tolist() == [1.0, 1.5, 2.0]
        np.testing.assert_array_equal(some.data[:, 0], frames.data[2:5, neurons.index(2)])
        report, mapping = opened(path, f"report/{name}"), opened(path, f"report/{name}/mapping")
        assert report["data"].dims == ("time", "neuron") and report["data"].dtype == np.float32
        np.testing.assert_array_equal(report["data"], frames.data)
        assert report["time"].values.tolist() == times.tolist() and report["neuron"].values.tolist() == neurons
        assert mapping["node_ids"].values.tolist() == neurons and not mapping["element_ids"].values.any()
        with h5py.File(path) as file:
            assert [file[f"report/{name}/mapping/{ids}"].dtype for ids in ("node_ids", "index_pointers")] == [np.uint64] * 2


independent, release, large, report = sys.argv[1:]
check_report(report)
spikes = check_spikes(independent)
assert set(spikes["I"]["node_ids"].values) <= {0, 1, 2}
check_common(independent)
check_jumps(independent)

spikes = check_spikes(release)
check_common(release)
counts, trajectory = opened(release, "counts"), opened(release, "trajectory")
for population, name in enumerate("EI"):
    for realization in range(REPLICATES):
        own = spikes[name]["node_ids"].values[spikes[name]["realization"].values == realization]
        sent = counts["sent"].values[realization, N * population : N * (population + 1)]
        np.testing.assert_array_equal(np.bincount(own, minlength=N), sent)
        assert sent.sum() == trajectory["spikes"].values[realization, -1, population]
with h5py.File(large) as file:
    times = file["spikes/E/timestamps"][:]
assert times.nbytes > 65536
pairs = libsonata.SpikeReader(large)["E"].get()
np.testing.assert_array_equal(np.sort([time for _, time in pairs]), np.sort(times))
print("read")
