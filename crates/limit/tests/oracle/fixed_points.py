"""Fixed points of the balanced network's limit and their eigenvalues, by other methods than the program's.

The unknowns are means, variances and multipliers, x = (m, v, l), of the full system of 2P + r equations

    -m/tau + I + U_r l = 0,   -2 v/tau + Q S + q = 0,   V_r^T S = -Sigma_r^-1 U_r^T h,

solved by MINPACK's hybrid method from many random starts; solutions are merged. Slow eigenvalues: central differences, extrapolated
to step 0, of the ODEs in (U_perp^T m, v), the means being solved from balance at each evaluation. Fast ones: the same
of dm/ds = K S + h, without the P - r that vanish.

`python3 fixed_points.py` writes fixed_points.json beside itself.
"""
import json
from pathlib import Path

import numpy as np
from scipy.optimize import root
from scipy.special import ndtr

from theory import NETWORKS, Network, logistic, plain, probit, spec

STARTS = 200


def threshold_linear(beta, theta=0.0):
    return {"kind": "threshold_linear", "beta": beta, "theta": theta}


class Rest(Network):
    """The network at rest; `noiseless` leaves out Q, as if all neurons of a population received the same jumps."""

    def __init__(self, parameters):
        super().__init__(parameters)
        if parameters.get("noiseless"):
            self.Q = 0 * self.Q
        self.drive = self.pieces[0][2]

    def rate(self, m, v):
        """S_a."""
        return self.order(m, v, 0)

    def order(self, m, v, k):
        """g_a,k, k = 0 or 1."""
        out = np.empty(self.P)
        for a, g in enumerate(self.spec["gain"]):
            if g["kind"] == "threshold_linear":
                u, width = m[a] - g["theta"], np.sqrt(v[a])
                density = np.exp(-u**2 / (2 * v[a])) / np.sqrt(2 * np.pi)
                out[a] = g["beta"] * (ndtr(u / width) if k else u * ndtr(u / width) + width * density)
            elif v[a] == 0:
                out[a] = sigmoid(g, (m[a] - g["theta"]) / g["slope"], k)
            else:
                out[a] = super().averages(m, np.where(v > 0, v, 1.0))[a, k]
        return out

    def averages(self, m, v):
        return np.stack([self.order(m, v, 0), self.order(m, v, 1)], axis=1)

    def equations(self, x):
        m, v, l = np.split(x, [self.P, 2 * self.P])
        v = np.abs(v) if self.Q.any() or self.q.any() else 0 * v
        S = self.rate(m, v)
        return np.concatenate([self.drive - m / self.tau + self.U @ l, self.Q @ S + self.q - 2 * x[self.P:2 * self.P] / self.tau,
                               self.Vt @ S + self.U.T @ self.h / self.sigma])

    def fixed_points(self):
        random, found = np.random.default_rng(1), []
        width = self.spec.get("search", 4.0)
        for _ in range(STARTS):
            start = np.concatenate([random.uniform(-width, width, self.P), random.uniform(0.01, 3, self.P),
                                    random.uniform(-3, 3, self.r)])
            solution = root(self.equations, start, method="hybr", options={"xtol": 1e-14})
            x = solution.x
            x[self.P:2 * self.P] = np.abs(x[self.P:2 * self.P])
            good = np.abs(self.equations(x)).max() < 1e-11 * (1 + np.abs(self.drive).max())
            if good and self.inside(x) and all(np.abs(x - y).max() > 1e-6 for y in found):
                found.append(x)
        found.sort(key=lambda x: self.rate(x[:self.P], x[self.P:2 * self.P])[0])
        noise = float(self.Q.any() or self.q.any())
        return [self.describe(x[:self.P], noise * x[self.P:2 * self.P]) for x in found]

    def inside(self, x):
        """Rates away from the ends, where equations are fulfilled by rounding alone."""
        S = self.rate(x[:self.P], x[self.P:2 * self.P])
        top = np.array([g.get("r_max", np.inf) for g in self.spec["gain"]])
        return (S > 1e-9).all() and (S < top * (1 - 1e-9)).all()

    def describe(self, m, v):
        d = self.P - self.r

        def slow(x):
            y, u = x[:d], x[d:]
            mean = self.onto_manifold(m, y, u)
            return np.concatenate([self.perp.T @ (self.drive - mean / self.tau),
                                   self.Q @ self.rate(mean, u) + self.q - 2 * u / self.tau])

        def fast(mean):
            return self.K @ self.rate(mean, v) + self.h

        fast_values = np.linalg.eigvals(jacobian(fast, m))
        fast_values = fast_values[np.argsort(-np.abs(fast_values))][:self.r]
        if (v > 0).all():
            slow_values = np.linalg.eigvals(jacobian(slow, np.concatenate([self.perp.T @ m, v])))
        else:
            # Variances decay by themselves.
            along = jacobian(lambda y: slow(np.concatenate([y, v]))[:d], self.perp.T @ m)
            slow_values = np.concatenate([np.linalg.eigvals(along), -2 / self.tau])
        return {"mean": m, "variance": v, "rates": self.rate(m, v), "slow": ordered(slow_values), "fast": ordered(fast_values)}


def sigmoid(g, u, k):
    if g["kind"] == "logistic":
        s = 1 / (1 + np.exp(-u))
        return g["r_max"] * (s * (1 - s) / g["slope"] if k else s)
    return g["r_max"] * (np.exp(-u * u / 2) / np.sqrt(2 * np.pi) / g["slope"] if k else ndtr(u))


def jacobian(f, x):
    """Central differences of order 6."""
    step, columns = 2e-3, []
    for i in range(len(x)):
        h = step * max(abs(x[i]), 0.1)
        e = np.eye(len(x))[i] * h
        difference = lambda k: (f(x + k * e) - f(x - k * e)) / (2 * k * h)
        columns.append((15 * difference(1) - 6 * difference(2) + difference(3)) / 10)
    return np.array(columns).T


def ordered(values):
    values = sorted(values, key=lambda x: (-round(x.real, 9), -x.imag))
    return [[x.real, x.imag] for x in np.array(values, dtype=complex)]


def slow_pair(drive):
    """Probit gains and fast inhibition: a focus that loses its stability as the drive falls, between two saddles."""
    return spec(tau=[1.0, 0.106], fraction=[1.0, 0.28], jumps=[[1.9, -1.9 / 0.28], [3.0, -3.0 / 0.28]], current=[drive, 0.0],
                gain=[probit(0.48, 0.0, 17.6), probit(0.575, 0.0, 12.3)], search=12.0)


CASES = {
    "canonical": NETWORKS["canonical"][0],
    "rank_two": NETWORKS["rank_two"][0],
    "three_of_rank_one": NETWORKS["three_populations"][0],
    "slow_pair_at_8.25": slow_pair(8.25),
    "slow_pair_at_8.15": slow_pair(8.15),
    "threshold_linear_of_rank_two": spec(
        jumps=[[1.0, -2.0], [2.0, -2.4]], current=[0.1, -0.2], gain=[threshold_linear(0.8, 0.1), threshold_linear(1.2)],
        external=[{"fraction": 1.0, "rate": 0.5, "jumps": [1.0, 0.72]}]),
    "threshold_linear_of_rank_one": spec(
        jumps=[[0.5, -0.5], [1.0, -1.0]], current=[0.5, 0.2], gain=[threshold_linear(0.8, 0.1), threshold_linear(1.2)]),
    "none": spec(tau=[1.0, 0.3], gain=[logistic(), logistic(r_max=2.0)], current=[-3.0, 0.0]),
    "two": spec(tau=[1.0, 0.3], gain=[logistic(), logistic(r_max=2.0)], current=[3.0, 0.0]),
    "noiseless": spec(noiseless=True, tau=[1.0, 0.7], current=[0.4, 0.1]),
}


def main():
    written = {}
    for name, parameters in CASES.items():
        network = Rest(parameters)
        written[name] = {"parameters": parameters, "fixed_points": network.fixed_points()}
        print(name, plain(written[name]["fixed_points"]))
    lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(plain(v))}" for k, v in written.items())
    Path(__file__).with_suffix(".json").write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
