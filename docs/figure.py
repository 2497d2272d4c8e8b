"""The figure of the README, from a result file of `equipoise validate`.

    python3 docs/figure.py results/inhibition-stabilised/result.h5 docs/validation.svg

needs h5py, numpy and matplotlib.
"""
import sys

import h5py
import matplotlib
import numpy as np

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "equipoise"
import matplotlib.pyplot as plt


def main(source, target):
    with h5py.File(source) as file:
        n_networks = len(file["trajectory/realization"])
        time = file["trajectory/time"][:]
        names = [name.decode() for name in file["trajectory/population"][:]]
        title = file.attrs["title"]
        title = title.decode() if isinstance(title, bytes) else title
        moments = {name: file[f"trajectory/{name}"][:] for name in ("mean", "variance")}
        finite_n = {name: file[f"finite_n/{name}"][:] for name in ("mean", "variance")}
        limit = {name: file[f"limit/{name}"][:] for name in ("mean", "variance")}
        covariance = file["finite_n/mean_covariance"][:]

    figure, axes = plt.subplots(1, 3, figsize=(11, 3.2), constrained_layout=True)
    colours = ["#c0392b", "#2471a3", "#1e8449", "#7d3c98"]
    for axis, quantity in zip(axes, ("mean", "variance")):
        samples = moments[quantity]
        for a, name in enumerate(names):
            error = samples[:, :, a].std(axis=0, ddof=1) / np.sqrt(n_networks)
            axis.errorbar(time, samples[:, :, a].mean(axis=0), 2 * error, fmt="o", ms=3, color=colours[a],
                          label=f"{name}: simulation, 2 s.e.")
            axis.plot(time, finite_n[quantity][:, a], "-", color=colours[a], lw=1.2, label=f"{name}: finite-n theory")
            axis.plot(time, limit[quantity][:, a], ":", color=colours[a], lw=1.2, label=f"{name}: limit")
        axis.set(xlabel="time", title=quantity + " of the potentiation")
    for a, name in enumerate(names):
        deviation = moments["mean"][:, :, a].std(axis=0, ddof=1)
        axes[2].errorbar(time, deviation, 2 * deviation / np.sqrt(2 * (n_networks - 1)), fmt="o", ms=3, color=colours[a])
        axes[2].plot(time, np.sqrt(covariance[:, a, a]), "-", color=colours[a], lw=1.2)
    axes[2].set(xlabel="time", title="s.d. of the mean over networks", ylim=(0, None))
    axes[0].legend(fontsize=7, frameon=False)
    figure.suptitle(f"{title}, {n_networks} networks", fontsize=10)
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
