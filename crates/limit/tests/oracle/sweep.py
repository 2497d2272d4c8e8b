"""Folds and Hopf points of fixed points of the limit, by other means than continuation.

Equal-weight pairs. With K = (c_E, -c_E; c_I, -c_I) and no external input balance is S_E = S_I = S, and S itself, not the
drive, is taken as the parameter: variances v_a = tau_a/2 (Q S)_a, means m_a from S_a(m_a, v_a) = S by inversion of the probit

    m_a = theta_a + sqrt(s_a^2 + v_a) Phi^-1(S/r_a),

and the drive I_E from the part of the means' equations across the range of K,

    I_E = m_E/tau_E + c_E/c_I (I_I - m_I/tau_I),

are all explicit. A fold is where dI_E/dS = 0. Eigenvalues are the finite generalised ones of the pencil

    ( A  B )       ( 1  0 )
    ( C  0 ) - mu  ( 0  0 ),    d(m, v)/dt = A (m, v) + B l,  C (m, v) = 0,

and a Hopf point is where the largest real part of a complex pair changes its sign, found by Brent's method in S on a fine grid.

Rank two with one external population: S = -K^-1 h is explicit, v = tau/2 (Q S + q), m by Brent's method from quadrature of
the logistic; the fast Hopf point is where the trace of K diag(S_m) vanishes, its determinant being positive.

`python3 sweep.py` writes sweep.json beside itself.
"""
import json
from pathlib import Path

import numpy as np
from scipy.integrate import quad
from scipy.linalg import eigvals
from scipy.optimize import brentq
from scipy.special import expit, ndtri


class Pair:
    """Two populations of equal weights with probit gains; arrays are (E, I)."""

    def __init__(self, spec):
        self.spec = spec
        self.tau, self.fraction = np.array(spec["tau"]), np.array(spec["fraction"])
        self.r, self.s, self.theta = (np.array(spec[name]) for name in ("max_rate", "slope", "threshold"))
        jumps = np.array(spec["jumps"])
        self.K, self.Q = jumps * self.fraction, jumps**2 * self.fraction
        assert np.allclose(self.K[:, 0], -self.K[:, 1], rtol=1e-14)

    def state(self, S):
        """Means, variances and the drive I_E that has them at rest."""
        v = self.tau / 2 * self.Q.sum(axis=1) * S
        m = self.theta + np.sqrt(self.s**2 + v) * ndtri(S / self.r)
        I_E = m[0] / self.tau[0] + self.K[0, 0] / self.K[1, 0] * (self.spec["drive_I"] - m[1] / self.tau[1])
        return m, v, I_E

    def responses(self, S):
        """dS/dm and dS/dv."""
        m, v, _ = self.state(S)
        width = np.sqrt(self.s**2 + v)
        x = (m - self.theta) / width
        by_mean = self.r * np.exp(-x * x / 2) / np.sqrt(2 * np.pi) / width
        return by_mean, -by_mean * x / (2 * width)

    def eigenvalues(self, S):
        by_mean, by_variance = self.responses(S)
        A = np.zeros((5, 5))
        A[:2, :2] = -np.diag(1 / self.tau)
        A[2:4, :2] = self.Q * by_mean
        A[2:4, 2:4] = self.Q * by_variance - 2 * np.diag(1 / self.tau)
        A[:2, 4] = self.K[:, 0]
        A[4, :4] = np.array([by_mean[0], -by_mean[1], by_variance[0], -by_variance[1]])
        values = eigvals(A, np.diag([1.0, 1.0, 1.0, 1.0, 0.0]))
        finite = values[np.isfinite(values)]
        return finite[np.argsort(np.abs(finite))][:3]

    def fast(self, S):
        """The fast eigenvalue, the trace of K diag(S_m)."""
        return np.diag(self.K) @ self.responses(S)[0]

    def point(self, S):
        m, v, I_E = self.state(S)
        return {"drive": I_E, "rate": S, "mean": m.tolist(), "variance": v.tolist()}

    def roots(self, function, grid, xtol=1e-15):
        values = np.array([function(S) for S in grid])
        pairs = zip(grid[:-1], grid[1:], values[:-1], values[1:])
        return [brentq(function, a, b, xtol=xtol, rtol=1e-14) for a, b, f, g in pairs if f * g < 0]

    def folds(self, grid):
        def slope(S, step=1e-4):
            # Richardson's extrapolation of central differences: error of order step^6.
            D = [(self.state(S + h * S)[2] - self.state(S - h * S)[2]) / (2 * h * S) for h in (4 * step, 2 * step, step)]
            once = [(4 * D[1] - D[0]) / 3, (4 * D[2] - D[1]) / 3]
            return (16 * once[1] - once[0]) / 15

        return [self.point(S) for S in self.roots(slope, grid)]

    def hopfs(self, grid):
        def real_part(S):
            values = self.eigenvalues(S)
            pair = values[np.argmax(values.imag)]
            return pair.real if pair.imag > 1e-8 else np.nan

        def described(S):
            return self.point(S) | {"angular_frequency": self.eigenvalues(S).imag.max(), "fast_eigenvalue": self.fast(S)}

        return [described(S) for S in self.roots(real_part, grid)]

    def balance_losses(self, grid):
        return [self.point(S) for S in self.roots(self.fast, grid)]


class RankTwo:
    """Two populations with logistic gains and one external population of fraction 1."""

    def __init__(self, spec):
        self.spec = spec
        self.J, self.J_x = np.array(spec["jumps"]), np.array(spec["external_jumps"])
        self.tau = np.array(spec["tau"])

    def at(self, value):
        """Slopes of the gains and the external rate with the swept one of them set."""
        slope, rate = list(self.spec["slope"]), self.spec["rate"]
        if self.spec["swept"] == "rate":
            return slope, value
        return [value, slope[1]], rate

    @staticmethod
    def average(slope, m, v, derivative=False):
        def integrand(x):
            y = expit((m + np.sqrt(v) * x) / slope)
            value = y * (1 - y) / slope if derivative else y
            return value * np.exp(-x * x / 2) / np.sqrt(2 * np.pi)

        return quad(integrand, -12, 12, epsabs=1e-14, epsrel=1e-13, limit=400)[0]

    def state(self, value):
        slope, rate = self.at(value)
        S = -np.linalg.solve(self.J, self.J_x * rate)
        v = self.tau / 2 * (self.J**2 @ S + self.J_x**2 * rate)
        m = [brentq(lambda m, a=a: self.average(slope[a], m, v[a]) - S[a], -30, 30, xtol=1e-14) for a in range(2)]
        return np.array(m), v, S

    def fast_matrix(self, value):
        m, v, _ = self.state(value)
        slope, _ = self.at(value)
        return self.J * np.array([self.average(slope[a], m[a], v[a], True) for a in range(2)])

    def fast_hopfs(self, grid):
        def trace(value):
            return np.trace(self.fast_matrix(value))

        def described(value):
            m, v, S = self.state(value)
            frequency = np.sqrt(np.linalg.det(self.fast_matrix(value)))
            return {"parameter": value, "mean": m.tolist(), "variance": v.tolist(), "rates": S.tolist(), "angular_frequency": frequency}

        values = [trace(value) for value in grid]
        pairs = zip(grid[:-1], grid[1:], values[:-1], values[1:])
        return [described(brentq(trace, a, b, xtol=1e-14)) for a, b, f, g in pairs if f * g < 0]


PAIR = {
    "tau": [1.0, 0.106],
    "fraction": [1.0, 0.28],
    "max_rate": [17.6, 12.3],
    "slope": [0.48, 0.575],
    "threshold": [0.0, 0.0],
    "jumps": [[1.9, -1.9 / 0.28], [3.0, -3.0 / 0.28]],
    "drive_I": 0.0,
}
RANK_TWO = {"jumps": [[2.0, -2.0], [1.8, -1.0]], "external_jumps": [1.0, 0.1], "tau": [1.0, 1.0], "rate": 0.5}
SWEEPS = [
    RANK_TWO | {"slope": [0.6, 0.3], "swept": "rate", "from": 0.05, "to": 0.95},
    RANK_TWO | {"slope": [0.3, 0.5], "swept": "slope_E", "from": 0.1, "to": 1.5},
]


def main():
    pair = Pair(PAIR)
    grid = np.linspace(1e-3, 12.29, 4000)
    pair = {"folds": pair.folds(grid), "hopfs": pair.hopfs(grid), "balance_losses": pair.balance_losses(grid)}
    rank_two = [{"parameters": spec, "fast_hopfs": RankTwo(spec).fast_hopfs(np.linspace(spec["from"], spec["to"], 19))} for spec in SWEEPS]
    oracle = {"pair": {"parameters": PAIR} | pair, "rank_two": rank_two}
    path = Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(oracle, indent=1) + "\n")


if __name__ == "__main__":
    main()
