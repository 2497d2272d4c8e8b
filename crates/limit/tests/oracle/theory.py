"""Reference solutions of the balanced network's limit and of its finite-n theory (independent transmission).

Notation: g_a,k = E[lambda_a^(k)(m_a + sqrt(v_a) X)], K_ab = J_ab gamma_b, Q_ab = J_ab^2 gamma_b,
h_a, q_a, j_a = sum_x gamma_x nu_x (J_ax, J_ax^2, J_ax^3), c_b,l = E[lambda_b(m_b + sqrt(v_b) X) He_l(X)].

Limit. Initial layer: dm/ds = K S(m, v) + h at v = v(0) to its rest point. Then, with K = U Sigma V^T of rank r and y the
coordinates U_perp^T m, which the drift of order sqrt(n) does not touch,

    dy/dt = U_perp^T (-m/tau + I),   V_r^T S(m, v) = -Sigma_r^-1 U_r^T h,
    dv/dt = -2 v/tau + Q S + q                                                                       (2)

m being solved from (y, v) at each evaluation; checked against the form with a multiplier, dm/dt = -m/tau + I + U_r l.

Finite n, N_a = round(gamma_a n); S is the corrected rate, g and c are plain Gaussian averages:

    S_a  = g_a,0 + g_a,3 k_a/6 + g_a,2 C_aa/2,   C_ab = sqrt(v_a v_b) Cov(xi_a,1, xi_b,1)
    dm_a = -m_a/tau_a + I_a + sqrt(n) (sum_b K_ab S_b + h_a) - J_aa S_a/sqrt(n)
    dv_a = -2 v_a/tau_a + (1 - 1/N_a) (sum_b Q_ab S_b + q_a) - J_aa^2 S_a/n - 2 J_aa v_a g_a,1/sqrt(n)
    dk_a = -3 k_a/tau_a + (1 - 1/N_a)(1 - 2/N_a) n^-1/2 (sum_b J_ab^3 gamma_b S_b + j_a) - 3 J_aa v_a^2 g_a,2/sqrt(n)
    dspikes_a = S_a
    d xi_a,k = [-k sigma_a^2/(2 v_a) xi_a,k + delta_k1 sqrt(n/v_a) sum_b K_ab sum_l c_b,l xi_b,l/l!
                + delta_k2 v_a^-1 sum_b Q_ab sum_l c_b,l xi_b,l/l!] dt + noise of variance (sigma_a^2/v_a) k k!/N_a per time
    sigma_a^2 = sum_b Q_ab S_b + q_a - J_aa^2 S_a/n

from m(0), v(0) (1 - 1/N_a), k = 0, Cov xi_a,k = k!/N_a, spikes = 0.
Variant `self_skew`: dk_a also has -3 J_aa^2 v_a g_a,1/n.

`python3 theory.py` writes theory.json beside itself; modes are ordered (population, k = 1..8).
"""
import json
from math import factorial
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import expit, ndtr

TIMES = np.arange(0.0, 4.01, 0.5)
MODES = 8
NODES = np.linspace(-12.0, 12.0, 1201)  # trapezoid rule: to rounding for s/sqrt(v) > 0.05
HERMITE = np.empty((MODES + 1, NODES.size))
HERMITE[0], HERMITE[1] = 1.0, NODES
for _k in range(1, MODES):
    HERMITE[_k + 1] = NODES * HERMITE[_k] - _k * HERMITE[_k - 1]
WEIGHTS = HERMITE * np.exp(-NODES**2 / 2) * (NODES[1] - NODES[0]) / np.sqrt(2 * np.pi)
FACTORIAL = np.array([float(factorial(k)) for k in range(MODES + 1)])


def logistic(slope=0.5, theta=0.0, r_max=1.0):
    return {"kind": "logistic", "r_max": r_max, "theta": theta, "slope": slope}


def probit(slope, theta=0.0, r_max=1.0):
    return {"kind": "probit", "r_max": r_max, "theta": theta, "slope": slope}


class Network:
    def __init__(self, spec):
        self.spec = spec
        self.J = np.array(spec["jumps"])
        self.P = len(self.J)
        self.tau, self.gamma = np.array(spec["tau"]), np.array(spec["fraction"])
        self.K, self.Q, self.T = (self.J**p * self.gamma for p in (1, 2, 3))
        self.h, self.q, self.j = (sum((np.array(x["jumps"]) ** p * x["fraction"] * x["rate"] for x in spec["external"]),
                                      np.zeros(self.P)) for p in (1, 2, 3))
        self.m0, self.v0 = np.array(spec["initial_mean"]), np.array(spec["initial_variance"])
        # pieces of constant current: (start, end, I)
        steps = [(0.0, spec["current"])] + [(s["time"], s["current"]) for s in spec["current_steps"]]
        ends = [s[0] for s in steps[1:]] + [TIMES[-1]]
        self.pieces = [(a, b, np.array(i)) for (a, i), b in zip(steps, ends)]
        U, sigma, Vt = np.linalg.svd(self.K)
        self.r = int((sigma > 1e-12 * sigma[0]).sum())
        self.U, self.sigma, self.Vt = U[:, :self.r], sigma[:self.r], Vt[:self.r]
        self.perp = U[:, self.r:]
        assert np.abs(self.perp.T @ self.h).max(initial=0) < 1e-12, "not balanced"

    def hermite(self, m, v):
        """c_a,l, l = 0..8."""
        z = m[:, None] + np.sqrt(v)[:, None] * NODES
        out = []
        for row, g in zip(z, self.spec["gain"]):
            u = (row - g["theta"]) / g["slope"]
            out.append(WEIGHTS @ (g["r_max"] * (expit(u) if g["kind"] == "logistic" else ndtr(u))))
        return np.array(out)

    def averages(self, m, v):
        """g_a,k = c_a,k / v_a^(k/2)."""
        return self.hermite(m, v) / np.sqrt(v)[:, None] ** np.arange(MODES + 1)

    def pieced(self, rhs, y0, method, rtol, atol):
        """Integrates over the pieces; values at TIMES."""
        rows, y = [], y0
        for a, b, current in self.pieces:
            last = b == TIMES[-1]
            at = TIMES[(TIMES >= a) & ((TIMES <= b) if last else (TIMES < b))]
            ends = at if last else np.append(at, b)
            sol = solve_ivp(lambda t, y: rhs(y, current), (a, b), y, method=method, t_eval=ends, rtol=rtol, atol=atol)
            assert sol.success, sol.message
            rows += list(sol.y.T[: len(at)])
            y = sol.y[:, -1]
        return np.array(rows)

    # ---- limit

    def fast_eigenvalues(self, m, v):
        return np.linalg.eigvals(self.sigma[:, None] * self.Vt @ (self.averages(m, v)[:, 1][:, None] * self.U))

    def onto_manifold(self, guess, y, v):
        """m with perp^T m = y and balance, by Newton from a near guess."""
        target, m = -(self.U.T @ self.h) / self.sigma, guess
        for _ in range(50):
            g = self.averages(m, v)
            residual = np.concatenate([self.perp.T @ m - y, self.Vt @ g[:, 0] - target])
            step = np.linalg.solve(np.vstack([self.perp.T, self.Vt * g[:, 1]]), residual)
            m = m - step
            if np.abs(step).max() < 1e-13:
                return m
        raise RuntimeError("no balanced state near the guess")

    def initial_layer(self):
        flow = solve_ivp(lambda s, m: self.K @ self.averages(m, self.v0)[:, 0] + self.h, (0, 300), self.m0,
                         method="Radau", rtol=1e-10, atol=1e-13)
        end = flow.y[:, -1]
        m = self.onto_manifold(end, self.perp.T @ self.m0, self.v0)
        assert np.abs(m - end).max() < 1e-8
        return m

    def limit(self):
        P, d, start = self.P, self.P - self.r, self.initial_layer()
        guess = start.copy()

        def rhs(y, current):
            guess[:] = m = self.onto_manifold(guess, y[:d], y[d:d + P])
            S = self.averages(m, y[d:d + P])[:, 0]
            return np.concatenate([self.perp.T @ (current - m / self.tau), self.Q @ S + self.q - 2 * y[d:d + P] / self.tau, S])

        def with_multiplier(y, current):
            m, v = y[:P], y[P:2 * P]
            g = self.averages(m, v)
            dv = self.Q @ g[:, 0] + self.q - 2 * v / self.tau
            free = current - m / self.tau
            l = np.linalg.solve((self.Vt * g[:, 1]) @ self.U, -self.Vt @ (g[:, 1] * free + g[:, 2] / 2 * dv))
            return np.concatenate([free + self.U @ l, dv, g[:, 0]])

        rows = self.pieced(rhs, np.concatenate([self.perp.T @ start, self.v0, np.zeros(P)]), "DOP853", 1e-12, 1e-14)
        other = self.pieced(with_multiplier, np.concatenate([start, self.v0, np.zeros(P)]), "DOP853", 1e-12, 1e-14)
        means, guess = [], start
        for row in rows:
            guess = self.onto_manifold(guess, row[:d], row[d:d + P])
            means.append(guess)
        means, v = np.array(means), rows[:, d:d + P]
        gap = np.abs(np.hstack([means, rows[:, d:]]) - other).max()
        assert gap < 1e-10, gap
        rates = [self.averages(m, u)[:, 0] for m, u in zip(means, v)]
        fast = [self.fast_eigenvalues(m, u).real.max() for m, u in zip(means, v)]
        assert max(fast) < 0, fast
        return {"initial_layer_mean": start, "mean": means, "variance": v, "rate": rates, "spikes": rows[:, d + P:],
                "fast_eigenvalue": fast}

    # ---- finite n

    def finite(self, n, method="Radau", rtol=1e-10, self_skew=False):
        P, L, root = self.P, MODES, np.sqrt(n)
        N, diagonal = np.round(self.gamma * n), np.diag(self.J)
        size, first = P * L, L * np.arange(P)
        upper = np.triu_indices(size)
        orders = np.arange(1, L + 1)

        def unpack(y):
            C = np.zeros((size, size))
            C[upper] = y[4 * P:]
            return y[:P], y[P:2 * P], y[2 * P:3 * P], C + np.triu(C, 1).T

        def rate(m, v, k, C):
            c = self.hermite(m, v)
            g = c / np.sqrt(v)[:, None] ** np.arange(L + 1)
            return c, g, g[:, 0] + g[:, 3] * k / 6 + g[:, 2] * v * C[first, first] / 2

        def rhs(y, current):
            m, v, k, C = unpack(y)
            c, g, S = rate(m, v, k, C)
            source = self.Q @ S + self.q
            dm = -m / self.tau + current + root * (self.K @ S + self.h) - diagonal * S / root
            dv = -2 * v / self.tau + (1 - 1 / N) * source - diagonal**2 * S / n - 2 * diagonal * v * g[:, 1] / root
            dk = (-3 * k / self.tau + (1 - 1 / N) * (1 - 2 / N) * (self.T @ S + self.j) / root
                  - 3 * diagonal * v**2 * g[:, 2] / root)
            if self_skew:
                dk = dk - 3 * diagonal**2 * v * g[:, 1] / n
            sigma2 = source - diagonal**2 * S / n
            A = np.diag((-sigma2[:, None] / (2 * v[:, None]) * orders).ravel())
            response = c[:, 1:] / FACTORIAL[1:]
            A[first] += ((root * self.K / np.sqrt(v)[:, None])[:, :, None] * response).reshape(P, size)
            A[first + 1] += ((self.Q / v[:, None])[:, :, None] * response).reshape(P, size)
            noise = ((sigma2 / v / N)[:, None] * orders * FACTORIAL[1:]).ravel()
            AC = A @ C
            return np.concatenate([dm, dv, dk, S, (AC + AC.T + np.diag(noise))[upper]])

        start = np.diag((FACTORIAL[1:] / N[:, None]).ravel())
        zero = np.zeros(P)
        y0 = np.concatenate([self.m0, self.v0 * (1 - 1 / N), zero, zero, start[upper]])
        atol = np.concatenate([np.full(4 * P, 1e-13), np.full(len(upper[0]), 1e-12 / n)])
        out = {"n": n, "mean": [], "variance": [], "third_cumulant": [], "spikes": [], "rate": [], "covariance_of_means": []}
        for y in self.pieced(rhs, y0, method, rtol, atol):
            m, v, k, C = unpack(y)
            out["mean"].append(m)
            out["variance"].append(v)
            out["third_cumulant"].append(k)
            out["spikes"].append(y[3 * P:4 * P])
            out["rate"].append(rate(m, v, k, C)[2])
            out["covariance_of_means"].append(np.sqrt(np.outer(v, v)) * C[np.ix_(first, first)])
        out["mode_covariance_final"] = C
        return out


def spec(**changes):
    base = {"tau": [1.0, 1.0], "fraction": [1.0, 1.0], "jumps": [[1.0, -1.0], [2.0, -2.0]], "current": [-0.3, 0.0],
            "current_steps": [], "external": [], "gain": [logistic(), logistic()], "initial_mean": [0.0, 0.0],
            "initial_variance": [0.25, 0.25]}
    return base | changes


NETWORKS = {
    "canonical": (spec(), [100, 400, 1000, 10**4, 10**6]),
    "rank_two": (spec(jumps=[[1.0, -2.0], [2.0, -2.4]], current=[0.1, -0.2], gain=[logistic(0.5), logistic(0.4, 0.1, 1.2)],
                      external=[{"fraction": 1.0, "rate": 0.5, "jumps": [0.8, 0.6]},
                                {"fraction": 0.5, "rate": 0.4, "jumps": [0.5, 0.3]}],
                      initial_mean=[-0.3, -0.2]), [100, 400, 10**4]),
    "unequal_time_constants": (spec(tau=[1.0, 0.5], current=[0.1, 0.3]), [100, 400, 10**4]),
    "current_step": (spec(current_steps=[{"time": 2.0, "current": [0.1, 0.0]}]), [100, 400, 10**4]),
    "three_populations": (spec(
        tau=[1.0, 0.8, 1.0], fraction=[1.0, 0.5, 0.75], jumps=np.outer([1.0, 1.6, 1.2], [1.0, -1.0, -0.8]).tolist(),
        current=[-0.2, 0.1, 0.0], gain=[logistic(0.5), logistic(0.4, 0.1, 1.2), probit(0.6, -0.2)],
        initial_mean=[0.1, 0.0, -0.2], initial_variance=[0.25, 0.3, 0.2]), [100, 400, 10**4]),
}


def plain(x):
    """Lists of floats rounded to 13 significant digits."""
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    if isinstance(x, np.ndarray):
        return plain(x.tolist())
    return float(f"{x:.13g}") if isinstance(x, float) else x


def main():
    written = {}
    for name, (parameters, sizes) in NETWORKS.items():
        network = Network(parameters)
        written[name] = {"parameters": parameters, "limit": network.limit(), "finite": [network.finite(n) for n in sizes]}
        # a second integrator at the smallest size
        again = network.finite(sizes[0], method="LSODA", rtol=1e-11)
        for key in ("mean", "variance", "third_cumulant", "spikes", "covariance_of_means"):
            gap = np.abs(np.array(again[key]) - np.array(written[name]["finite"][0][key])).max()
            assert gap < 1e-8, (name, key, gap)
    written["canonical"]["finite_self_skew"] = [Network(spec()).finite(n, self_skew=True) for n in (100, 400)]
    lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(plain(v))}" for k, v in written.items())
    Path(__file__).with_suffix(".json").write_text(
        f'{{"times": {json.dumps(plain(TIMES))}, "modes": {MODES}, "networks": {{\n{lines}\n}}}}\n')


if __name__ == "__main__":
    main()
