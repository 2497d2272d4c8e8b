"""The limit against the equations of the README, integrated by SciPy; nothing of Equipoise goes in.

dm/dt = -m/tau + I + U_r l,   dv/dt = -2 v/tau + Q S(m, v),   with l such that K S(m, v) = 0.
"""

import equipoise
import numpy as np
import pytest
from scipy.integrate import solve_ivp

# The trapezoid rule, which converges faster for these gains than any power.
NODES = np.linspace(-9.0, 9.0, 289)
WEIGHTS = np.exp(-0.5 * NODES**2)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
COUPLING = np.array([[1.0, -1.0], [2.0, -2.0]])
#: Of both solvers together; means are of order 1.
TOLERANCE = 1e-7


def gain(z, slope):
    return 1.0 / (1.0 + np.exp(-z / slope))


def averages(mean, variance, slope):
    """S, its derivatives by mean and variance, by population."""
    z = mean[:, None] + np.sqrt(variance)[:, None] * NODES
    rate = gain(z, slope)
    first = rate * (1.0 - rate) / slope
    second = first * (1.0 - 2.0 * rate) / slope
    return rate @ WEIGHTS, first @ WEIGHTS, 0.5 * second @ WEIGHTS


def expected(times, drive, slope):
    """Means, variances and spikes of the pair by time and population. K has rank 1: K S = 0 is S_E = S_I, and U_r is (1, 2)."""
    fast = np.array([1.0, 2.0]) / np.sqrt(5.0)
    constraint = np.array([1.0, -1.0])

    def motion(_, state):
        mean, variance = state[:2], state[2:4]
        rate, by_mean, by_variance = averages(mean, variance, slope)
        variance_moves = -2.0 * variance + (COUPLING**2) @ rate
        free = -mean + drive
        # The constraint stays true: d/dt (S_E - S_I) = 0.
        slack = constraint @ (by_mean * free + by_variance * variance_moves)
        multiplier = -slack / (constraint @ (by_mean * fast))
        return np.concatenate([free + multiplier * fast, variance_moves, rate])

    start = np.array([0.0, 0.0, 0.25, 0.25, 0.0, 0.0])
    solved = solve_ivp(motion, (0.0, times[-1]), start, t_eval=times, method="DOP853", rtol=1e-11, atol=1e-12)
    assert solved.success
    return np.split(solved.y.T, 3, axis=1)


@pytest.mark.parametrize(("drive", "slope"), [(-0.3, 0.5), (0.1, 0.5), (-0.3, 0.35)])
def test_the_limit_solves_its_equations(drive, slope):
    changes = {"populations.E.drive": drive}
    changes |= {f"populations.{name}.gain.logistic.slope": slope for name in "EI"}
    found = equipoise.limit(equipoise.scenario("scenarios/inhibition-stabilised.toml", **changes))
    mean, variance, spikes = expected(found["time"].values, np.array([drive, 0.0]), slope)
    np.testing.assert_allclose(found["mean"], mean, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(found["variance"], variance, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(found["spikes"], spikes, rtol=0, atol=TOLERANCE)
    assert np.abs(found["balance_residual"]).max() < TOLERANCE


def test_other_equations_are_told_apart():
    """The twin: a drive that is off by a thousandth is seen at this tolerance."""
    found = equipoise.limit("scenarios/inhibition-stabilised.toml")
    mean, _, _ = expected(found["time"].values, np.array([-0.3003, 0.0]), 0.5)
    assert np.abs(found["mean"].values - mean).max() > 100 * TOLERANCE


def test_finite_n_tends_to_the_limit():
    """Differences fall like n^(-1/2) at least; spikes are of n neurons there, and per n here."""

    def distance(n):
        scenario = equipoise.scenario("scenarios/inhibition-stabilised.toml", n=n)
        finite, limit = equipoise.finite_n(scenario), equipoise.limit(scenario)
        assert finite.attrs["large_enough"] == 1
        spikes = np.abs(finite["spikes"] / n - limit["spikes"]).values[1:].max()
        return np.abs(finite["mean"] - limit["mean"]).values[1:].max(), spikes

    near, far = distance(10**6), distance(10**4)
    assert all(a < 0.2 * b and a < 0.01 for a, b in zip(near, far, strict=True)), (near, far)
    assert all(b > 1e-5 for b in far)


def test_where_the_limit_ends_is_said():
    with pytest.warns(equipoise.EquipoiseWarning):
        found = equipoise.limit("scenarios/loses-balance.toml")
    assert abs(found.attrs["end_time"] - 1.049) < 1e-3 and found.attrs["end"]
    after = found["time"] > found.attrs["end_time"]
    assert found["mean"].where(after, drop=True).isnull().all()
    assert found["mean"].where(~after, drop=True).notnull().all()
