"""Simulated networks of constant gain against shot noise, whose cumulants are known exactly.

A neuron receives jumps J/sqrt(n) from N - 1 others, each a Poisson process of rate r. From 0 at time 0 its potentiation has the
cumulants kappa_m = (N - 1) r (J/sqrt(n))^m (tau/m) (1 - exp(-m t/tau)), and neurons are independent.
"""

import equipoise
import numpy as np
import pytest
from scipy.stats import norm, poisson

#: Probability of a false alarm of all tests together, by Bonferroni.
LEVEL = 1e-4
NETWORKS, NEURONS, RATE, JUMP, TAU, TIME = 4000, 50, 2.0, 1.0, 0.5, 1.0


def simulated(rate, seed, method="exact"):
    population = {
        "kind": "excitatory",
        "time_constant": TAU,
        "gain": {"tabulated": {"potentiation": [0.0, 1.0], "rate": [rate, rate]}},
        "initial": {"values": np.zeros(NEURONS)},
    }
    scenario = equipoise.scenario(
        n=NEURONS,
        duration=TIME,
        sample_interval=TIME,
        seed=seed,
        populations={"E": population},
        coupling={"E": {"E": JUMP}},
        ensemble={"replicates": NETWORKS},
        engine={"method": method},
    )
    # Nothing cancels excitation here, and that is said.
    with pytest.warns(equipoise.EquipoiseWarning, match="not balanced"):
        networks = equipoise.simulate(scenario)
    return networks.trajectory.isel(time=-1, population=0)


def cumulant(m, rate=RATE):
    return (NEURONS - 1) * rate * (JUMP / NEURONS**0.5) ** m * (TAU / m) * (1 - np.exp(-m * TIME / TAU))


def false(trajectory):
    """Which of the tests fail."""
    n = NEURONS
    # Moments over a population, divisor N, of independent neurons.
    expected = {
        "mean": cumulant(1),
        "variance": cumulant(2) * (n - 1) / n,
        "third_cumulant": cumulant(3) * (n - 1) * (n - 2) / n**2,
    }
    critical = norm.isf(LEVEL / 2 / (len(expected) + 1))
    failed = set()
    for name, value in expected.items():
        values = trajectory[name].values
        error = values.std(ddof=1) / np.sqrt(values.size)
        if abs(values.mean() - value) > critical * error:
            failed.add(name)
    jumps, law = trajectory["jumps"].values.sum(), poisson(NETWORKS * n * (n - 1) * RATE * TIME)
    if 2 * min(law.cdf(jumps), law.sf(jumps - 1)) < LEVEL / (len(expected) + 1):
        failed.add("jumps")
    return failed


def test_constant_gain_gives_shot_noise():
    for method in ("exact", "thinning"):
        assert false(simulated(RATE, 1, method)) == set(), method


def test_a_wrong_rate_is_found():
    """The twin: 2 % too much."""
    assert false(simulated(1.02 * RATE, 1)) >= {"mean", "variance", "jumps"}


def test_results_depend_on_the_seed_alone(pair):
    one, two = (equipoise.simulate(pair, threads=threads).trajectory for threads in (1, 2))
    assert one.identical(two)
    other = equipoise.simulate(pair.with_(seed=2)).trajectory
    assert not np.array_equal(one["mean"], other["mean"])
