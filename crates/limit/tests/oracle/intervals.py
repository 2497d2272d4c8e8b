"""Coefficient of variation and law of the intervals between spikes of a neuron whose potentiation is an Ornstein-Uhlenbeck process.

z = m + sqrt(v) x, spikes of intensity lambda(z). Without spikes, expectations u(x, t) obey du/dt = -A u, A = lambda - (d^2/dx^2 - x d/dx)/tau.
With <.> the average over the standard normal law, S = <lambda>,

    CV^2 = 2 S <1, A^-1 1> - 1,      P(interval > t) = <lambda, exp(-A t) 1>/S.

In finite volumes: on N cells between z-dependent ends the flux of phi du/dx is conserved, and A becomes a symmetric tridiagonal matrix. Errors are of second order in the
cell, so that two Richardson steps (N, 2 N, 4 N, with cells that end at kinks and steps of the gain) leave about 1e-9 in CV. The exponential is taken by
the eigenvectors of the matrix with N cells, extrapolated the same way. Smooth gains are checked by a second method, orthonormal Hermite functions.

`python3 intervals.py` writes intervals.json beside itself (NumPy, SciPy).
"""
import json
from pathlib import Path

import numpy as np
from scipy.linalg import eigh_tridiagonal, solveh_banded
from scipy.special import expit, ndtr, roots_legendre

CELLS = 1200
REACH = 9.0


def gain(case):
    kind = case["gain"]
    if kind == "logistic":
        return lambda z: case["r_max"] * expit((z - case["theta"]) / case["slope"])
    if kind == "probit":
        return lambda z: case["r_max"] * ndtr((z - case["theta"]) / case["slope"])
    return lambda z: case["beta"] * np.maximum(z - case["theta"], 0.0)


NODES, WEIGHTS = roots_legendre(8)


def matrix(case, cells):
    """Diagonal and off-diagonal of B^{-1/2} A B^{-1/2} and the vector B^{1/2} 1, B the masses of the cells."""
    rate, s = gain(case), np.sqrt(case["variance"])
    step = (case["theta"] - case["mean"]) / s
    parts = [-REACH, step, REACH] if abs(step) < REACH else [-REACH, REACH]
    width = np.diff(parts) / (2 * REACH)
    ends = [parts[0]]
    for part, share, (a, b) in zip(range(len(width)), width, zip(parts, parts[1:])):
        count = max(2, int(round(share * CELLS))) * (cells // CELLS)
        t = np.arange(1, count + 1) / count
        if len(parts) == 3:  # finer towards the step: quadratic grading
            t = 1 - (1 - t) ** 2 if part == 0 else t**2
        ends += list(a + (b - a) * t)
    ends = np.array(ends)
    half, middle = np.diff(ends) / 2, (ends[1:] + ends[:-1]) / 2
    x = middle[:, None] + half[:, None] * NODES
    phi = np.exp(-x * x / 2) / np.sqrt(2 * np.pi)
    mass = half * (phi @ WEIGHTS)
    decay = half * ((phi * rate(case["mean"] + s * x)) @ WEIGHTS)
    flux = np.exp(-ends[1:-1] ** 2 / 2) / np.sqrt(2 * np.pi) / np.diff(middle) / case["tau"]
    diagonal = decay.copy()
    diagonal[:-1] += flux
    diagonal[1:] += flux
    root = np.sqrt(mass)
    return diagonal / mass, -flux / root[:-1] / root[1:], root, decay.sum()


def at(case, cells, times=None):
    diagonal, off, root, rate = matrix(case, cells)
    banded = np.vstack([np.concatenate([[0.0], off]), diagonal])
    wait = root @ solveh_banded(banded, root)
    if times is None:
        return wait, rate
    mu, vectors = eigh_tridiagonal(diagonal, off)
    weights = (root @ vectors) ** 2
    return wait, rate, [float((weights * mu * np.exp(-mu * t)).sum() / rate) for t in times]


def extrapolated(one, two, four):
    first, second = (4 * two - one) / 3, (4 * four - two) / 3
    return (16 * second - first) / 15, abs(second - first)


def by_hermite(case, count=160):
    s, rate = np.sqrt(case["variance"]), gain(case)
    x, w = roots_legendre(3000)
    x, w = 36 * x, 36 * w
    psi = np.zeros((count, len(x)))
    psi[0] = np.exp(-x * x / 4) / (2 * np.pi) ** 0.25
    psi[1] = x * psi[0]
    for k in range(1, count - 1):
        psi[k + 1] = (x * psi[k] - np.sqrt(k) * psi[k - 1]) / np.sqrt(k + 1)
    scaled = psi * np.sqrt(w * rate(case["mean"] + s * x))
    A = scaled @ scaled.T + np.diag(np.arange(count) / case["tau"])
    return np.linalg.solve(A, np.eye(count)[0])[0]


def entry(case):
    values = [at(case, k * CELLS) for k in (1, 2, 4)]
    wait, error = extrapolated(*(v[0] for v in values))
    rate = values[2][1]
    assert error < 2e-6 * wait, (case, error / wait)
    if case["gain"] != "threshold_linear" and case["slope"] >= 0.3:
        other = by_hermite(case)
        assert abs(other - wait) < 1e-8 * wait, (case, wait, other)
    times = [0.3 / rate, 1.0 / rate, 3.0 / rate]
    survival = [(4 * b - a) / 3 for a, b in zip(at(case, CELLS, times)[2], at(case, 2 * CELLS, times)[2])]
    return {**case, "average": float(rate), "cv": float(np.sqrt(2 * rate * wait - 1)), "time": times, "survival": survival}


def main():
    base = {"mean": -0.4, "variance": 0.6, "theta": 0.2}
    gains = [
        {"gain": "logistic", "r_max": 1.3, "slope": 0.5},
        {"gain": "logistic", "r_max": 1.3, "slope": 0.02},
        {"gain": "logistic", "r_max": 1.3, "slope": 1e-6},
        {"gain": "logistic", "r_max": 40.0, "slope": 0.3},
        {"gain": "probit", "r_max": 1.0, "slope": 0.3},
        {"gain": "threshold_linear", "beta": 2.0},
    ]
    entries = [entry({**g, **base, "tau": tau}) for g in gains for tau in (0.2, 1.0, 8.0)]
    lines = ",\n".join(json.dumps(e) for e in entries)
    Path(__file__).with_suffix(".json").write_text(f'{{"entries": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
