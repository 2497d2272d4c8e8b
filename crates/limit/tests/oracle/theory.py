"""Reference solutions of the balanced network's limit and of its finite-n theory, independent of the crates.

Notation: g_a,k = E[lambda_a^(k)(m_a + sqrt(v_a) X)] = c_a,k / v_a^(k/2), c_a,k = E[lambda_a(m_a + sqrt(v_a) X) He_k(X)],
K_ab = J_ab gamma_b, Q_ab = J_ab^2 gamma_b, T_ab = J_ab^3 gamma_b, F_ab = J_ab^4 gamma_b,
h_a, q_a, j_a, f_a = sum_x gamma_x nu_x (J_ax, J_ax^2, J_ax^3, J_ax^4), p: 0 independent transmission, 1 shared spikes.

Limit. Initial layer: dm/ds = K S(m, v) + h at v = v(0) to its rest point. Then, with K = U Sigma V^T of rank r and y the
coordinates U_perp^T m, which the drift of order sqrt(n) does not touch,

    dy/dt = U_perp^T (-m/tau + I),   V_r^T S(m, v) = -Sigma_r^-1 U_r^T h,
    dv/dt = -2 v/tau + (1 - p) Q S + q,   dspikes/dt = S (whatever n and p)                          (2)

m being solved from (y, v) at each evaluation; checked against the form with a multiplier, dm/dt = -m/tau + I + U_r l.

Finite n: eps = n^(-1/2), N_a = round(gamma_a n) (gamma_a = N_a/n from here on), e_a = eps J_aa, C(k,i) binomial. Modes
H_ak = N_a^-1 sum_j f_ak(z_j), f_ak = v_a^(k/2) He_k((z - m_a)/sqrt(v_a)), have expectations mu_ak (mu_0 = 1, mu_1 = mu_2 = 0) and
covariances P, k = 1..8; C_ab = P_(a1)(b1). At every order

    S_a  = sum_(l<=8) g_al mu_al/l!,   M_1 = K S + h,   M_2 = Q S + q,   M_3 = T S + j,   M_4 = F S + f
    dm_a = -m_a/tau_a + I_a + sqrt(n) M_1a - e_a S_a           (at order zeroth without e_a)
    dspikes_a = N_a S_a, divided by p if 0 < p < 1
    dP   = A P + P A^T + B,   A = diag(-k/tau_a) + rows u_a at k = 1 and (1 - p) sum_b Q_ab D_b at k = 2,
           where D_b = sum_(l=1..8) g_bl/l! (mode b,l) and u_a = sqrt(n) sum_b K_ab D_b,
           B = diag(k k! v_a^(k-1) s_a/N_a),   s = (1 - p) Q S + q,   and for p > 0
           B += p W diag(gamma_c S_c) W^T,   W_(a1)c = J_ac,   W_(a2)c = (1 - p) eps J_ac^2   (what a spike of c does to the modes, over p eps).

Zeroth: dv = -2 v/tau + s; mu = 0, g at (m, v).

Half: g at (m, v) for p = 0; for p > 0 at (m, v + C_aa), v being the empirical variance (also in B) and mu_3 the third cumulant:
    dv_a    = -2 v_a/tau_a + s_a - 2 e_a v_a g_a1
    dmu_ak  = -k mu_ak/tau_a + delta_k3 eps ((1 - p)(1 - 2p) T S + j)_a - k e_a v_a^(k-1) g_a,k-1,   k = 3..8.

First, p > 0: as half, and
    dv_a    = -2 v_a/tau_a + (1 - 1/N_a) (s_a + (2p - 1) e_a^2 S_a) - 2 e_a L_a1
    dmu_a3  = -3 mu_a3/tau_a + (1 - 1/N_a)(1 - 2/N_a) (eps ((1 - p)(1 - 2p) T S + j)_a - (1 - 6p(1 - p)) e_a^3 S_a)
              - 3 e_a L_a2 + 3 (2p - 1)(1 - 2/N_a) e_a^2 L_a1,
    L_aq = sum_(l<=8) c_ql mu_l/l! as below, with the empirical variance,
    B's common noise with J_ac (1 - delta_ac/N_a) in place of J_ac, and B_(a1)(a1) -= (1 - p) e_a^2 S_a/N_a.

First, p = 0: v is the variance over neurons and networks, and with c_ql = sum_i C(l,i) q!/(q-i)! v^(q-i) g_(q+l-2i) (g_k = 0 for
k > 10), L_q = sum_(l<=8) c_ql mu_l/l!, w_a = -2 E[u_a eta_a1] + 2 e_a L_a1 + e_a^2 S_a,
    dv_a    = -2 v_a/tau_a + M_2a - w_a
    dmu_ak  = -k mu_ak/tau_a + k (e_a S_a mu_a,k-1 + E[u_a eta_a,k-1]) + C(k,2) (w_a mu_a,k-2 + sum_b Q_ab E[D_b eta_a,k-2])
              + sum_(i=3,4) C(k,i) eps^(i-2) M_ia mu_a,k-i - sum_(i=1..4) C(k,i) e_a^i L_a,k-i,      k = 3..8.
  P to relative order eps: with E[x y z] = E[x] E[y z] + ... in E[(generator of H_ak) eta], the row (a, k) of A has in addition
    k e_a S_a (a,k-1) + C(k,2) 2 e_a v_a g_a1 (a,k-2) + C(k,3) eps M_3a (a,k-3) - k e_a sum_(l>=1) c_(k-1)l (a,l)/l!
    + k mu_a,k-1 u_a (k >= 4) + C(k,2) mu_a,k-2 sum_b Q_ab D_b (k >= 5) + eps sum_b T_ab D_b (k = 3);
  a jump d of one neuron moves H_ak by N_a^-1 sum_i C(k,i) d^i f_k-i, so that B_(ak)(al) has in addition (1/N_a) times
    k l M_2a sum_r mu_a,k+l-2-2r C(k-1,r) C(l-1,r) r! v_a^r, over 3 <= k + l - 2 - 2r <= 8,
    eps M_3a C(k,2) (k-1)! v_a^(k-2) for l = k - 1, and transposed,   -e_a^2 S_a for k = l = 1.

From m(0), mu = 0, P = diag(k! v(0)^k/N_a), spikes 0, and v(0), but v(0) (1 - 1/N_a) at order first with p > 0, where v is the
empirical variance. Reported: the expected empirical variance, v - C_aa at order first with p = 0, v otherwise; the expected third
central moment, mu_3 - 3 P_(a1)(a2) at order first with p = 0, mu_3 otherwise; C.

`python3 theory.py` writes theory.json beside itself.
"""
import json
from math import comb, factorial, perm
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import expit, ndtr

TIMES = np.arange(0.0, 4.01, 0.5)
MODES = 8
ORDERS = MODES + 2
NODES = np.linspace(-12.0, 12.0, 1201)  # trapezoid rule: to rounding for s/sqrt(v) > 0.05
HERMITE = np.empty((ORDERS + 1, NODES.size))
HERMITE[0], HERMITE[1] = 1.0, NODES
for _k in range(1, ORDERS):
    HERMITE[_k + 1] = NODES * HERMITE[_k] - _k * HERMITE[_k - 1]
WEIGHTS = HERMITE * np.exp(-NODES**2 / 2) * (NODES[1] - NODES[0]) / np.sqrt(2 * np.pi)
FACTORIAL = np.array([float(factorial(k)) for k in range(MODES + 1)])
# c_ql = v^((q-l)/2) sum_k PRODUCT[q, l, k] c_k, with orders k beyond ORDERS dropped
PRODUCT = np.zeros((MODES, MODES + 1, ORDERS + 1))
for _q in range(MODES):
    for _l in range(MODES + 1):
        for _i in range(min(_q, _l) + 1):
            if _q + _l - 2 * _i <= ORDERS:
                PRODUCT[_q, _l, _q + _l - 2 * _i] = comb(_l, _i) * perm(_q, _i)
# for the linear noise at order first, rows k and columns l = 1..8: C(k,i) at l = k - i; C(k,2) (k-1)! at l = k - 1; and
# k l C(k-1,r) C(l-1,r) r!, 2r = k + l - 5, the coefficient of mu_3 v^r in k l E[f_(k-1) f_(l-1)]
_K = range(1, MODES + 1)
BELOW = {i: np.array([[comb(k, i) * (l == k - i) for l in _K] for k in _K]) for i in (1, 2, 3)}
PAIR = np.array([[comb(k, 2) * factorial(k - 1) * (l == k - 1) for l in _K] for k in _K])
QUANTITIES = ("mean", "variance", "third_cumulant", "spikes", "covariance_of_means")
ORDER_NAMES = ("zeroth", "half", "first")


def logistic(slope=0.5, theta=0.0, r_max=1.0):
    return {"kind": "logistic", "r_max": r_max, "theta": theta, "slope": slope}


def probit(slope, theta=0.0, r_max=1.0):
    return {"kind": "probit", "r_max": r_max, "theta": theta, "slope": slope}


def skewed(v, mu):
    """k l (E[f_(k-1) f_(l-1)] - its value for a normal law), k, l = 1..8."""
    out = np.zeros((MODES, MODES))
    for i in range(MODES):
        for j in range(MODES):
            out[i, j] = (i + 1) * (j + 1) * sum(mu[i + j - 2 * r] * comb(i, r) * comb(j, r) * factorial(r) * v**r
                                                for r in range(min(i, j) + 1) if 3 <= i + j - 2 * r <= MODES)
    return out


class Network:
    def __init__(self, spec):
        self.spec = spec
        self.J = np.array(spec["jumps"])
        self.P = len(self.J)
        self.tau, self.gamma = np.array(spec["tau"]), np.array(spec["fraction"])
        self.K, self.Q = (self.J**i * self.gamma for i in (1, 2))
        self.external = [sum((np.array(x["jumps"]) ** i * x["fraction"] * x["rate"] for x in spec["external"]),
                             np.zeros(self.P)) for i in range(1, 5)]
        self.h, self.q = self.external[:2]
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
        """c_a,l, l = 0..10."""
        z = m[:, None] + np.sqrt(v)[:, None] * NODES
        out = []
        for row, g in zip(z, self.spec["gain"]):
            u = (row - g["theta"]) / g["slope"]
            out.append(WEIGHTS @ (g["r_max"] * (expit(u) if g["kind"] == "logistic" else ndtr(u))))
        return np.array(out)

    def averages(self, m, v):
        """g_a,k = c_a,k / v_a^(k/2)."""
        return self.hermite(m, v) / np.sqrt(v)[:, None] ** np.arange(ORDERS + 1)

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

    def limit(self, p=0):
        P, d, start = self.P, self.P - self.r, self.initial_layer()
        guess = start.copy()

        def rhs(y, current):
            guess[:] = m = self.onto_manifold(guess, y[:d], y[d:d + P])
            S = self.averages(m, y[d:d + P])[:, 0]
            dv = (1 - p) * self.Q @ S + self.q - 2 * y[d:d + P] / self.tau
            return np.concatenate([self.perp.T @ (current - m / self.tau), dv, S])

        def with_multiplier(y, current):
            m, v = y[:P], y[P:2 * P]
            g = self.averages(m, v)
            dv = (1 - p) * self.Q @ g[:, 0] + self.q - 2 * v / self.tau
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

    @staticmethod
    def own(v, g, mu):
        """c_ql for q = 0..7, l = 0..8, and L_q, of each population."""
        c = g * np.sqrt(v)[:, None] ** np.arange(ORDERS + 1)
        powers = np.arange(MODES)[:, None] - np.arange(MODES + 1)
        cql = np.sqrt(v)[:, None, None] ** powers * np.einsum("qlk,ak->aql", PRODUCT, c)
        return cql, np.einsum("aql,al->aq", cql, mu / FACTORIAL)

    def finite(self, n, p, order, method="DOP853", rtol=1e-12):
        """Rows over TIMES of mean, variance, third_cumulant, spikes, covariance_of_means."""
        P, L, root, eps = self.P, MODES, np.sqrt(n), 1 / np.sqrt(n)
        N = np.round(self.gamma * n)
        K, Q, T, F = (self.J**i * (N / n) for i in (1, 2, 3, 4))
        h, q, j, f = self.external
        e = eps * np.diag(self.J) * (order != "zeroth")
        full = order == "first" and p == 0
        common = self.J - np.diag(np.diag(self.J) / N) * (order == "first")  # rows targets, columns sources
        k = np.arange(1, L + 1)
        size, first = P * L, L * np.arange(P)  # mode (a, k) has index first[a] + k - 1
        own = first[:, None] + k - 1  # indices of the modes of each population
        upper = np.triu_indices(size)
        per_spike = np.zeros((size, P))
        per_spike[first], per_spike[first + 1] = common, (1 - p) * eps * self.J**2

        def unpack(y):
            """m, v, mu_k for k = 0..8, P."""
            mu, cov = np.zeros((P, L + 1)), np.zeros((size, size))
            mu[:, 0], mu[:, 3:] = 1, y[3 * P:9 * P].reshape(P, L - 2)
            cov[upper] = y[9 * P:]
            return y[:P], y[P:2 * P], mu, cov + np.triu(cov, 1).T

        def rhs(y, current):
            m, v, mu, cov = unpack(y)
            total = v + cov[first, first] if p > 0 and order != "zeroth" else v
            c = self.hermite(m, total)
            g = c / np.sqrt(total)[:, None] ** np.arange(ORDERS + 1)
            S = (g[:, :L + 1] * mu / FACTORIAL).sum(axis=1)
            s = (1 - p) * (Q @ S) + q
            D = np.zeros((P, size))  # row b: D_b
            D[np.arange(P)[:, None], own] = g[:, 1:L + 1] / FACTORIAL[1:]
            u = root * K @ D

            A = np.diag(-(k / self.tau[:, None]).ravel())
            A[first] += u
            A[first + 1] += (1 - p) * Q @ D
            B = np.diag((k * FACTORIAL[1:] * v[:, None] ** (k - 1) * (s / N)[:, None]).ravel())
            B += p * (per_spike * (S * N / n)) @ per_spike.T

            dm = -m / self.tau + current + root * (K @ S + h) - e * S
            dv = -2 * v / self.tau + s
            dmu = -np.arange(L + 1) * mu / self.tau[:, None]
            if order != "zeroth" and not full:
                dv -= 2 * e * v * g[:, 1]
                dmu[:, 3] += eps * ((1 - p) * (1 - 2 * p) * (T @ S) + j)
                for i in range(3, L + 1):
                    dmu[:, i] -= i * e * v ** (i - 1) * g[:, i - 1]
            if order == "first":
                B[first, first] -= (1 - p) * e**2 * S / N
            if order == "first" and p > 0:
                _, Lq = self.own(v, g, mu)
                more1, more2 = Lq[:, 1] - v * g[:, 1], Lq[:, 2] - v**2 * g[:, 2]
                dv += -s / N + (2 * p - 1) * (1 - 1 / N) * e**2 * S - 2 * e * more1
                skew = eps * ((1 - p) * (1 - 2 * p) * (T @ S) + j)
                behind = (1 - 6 * p * (1 - p)) * e**3 * S
                dmu[:, 3] += (1 - 1 / N) * (1 - 2 / N) * (skew - behind) - skew - 3 * e * more2
                dmu[:, 3] += 3 * (2 * p - 1) * (1 - 2 / N) * e**2 * (v * g[:, 1] + more1)
            if full:
                M3, M4 = T @ S + j, F @ S + f
                cql, Lq = self.own(v, g, mu)
                Eu, EM = np.zeros((2, P, L + 1))  # E[u_a eta_ak], E[delta M_2a eta_ak], k = 0..8
                Eu[:, 1:], EM[:, 1:] = (np.take_along_axis(row @ cov, own, axis=1) for row in (u, Q @ D))
                w = -2 * Eu[:, 1] + 2 * e * Lq[:, 1] + e**2 * S
                dv -= w
                for i in range(3, L + 1):
                    dmu[:, i] += i * (e * S * mu[:, i - 1] + Eu[:, i - 1]) + comb(i, 2) * (w * mu[:, i - 2] + EM[:, i - 2])
                    dmu[:, i] += eps * comb(i, 3) * M3 * mu[:, i - 3] + (eps**2 * comb(i, 4) * M4 * mu[:, i - 4] if i > 3 else 0)
                    dmu[:, i] -= sum(comb(i, r) * e**r * Lq[:, i - r] for r in range(1, min(i, 4) + 1))
                # next order of the linear noise
                A[first + 2] += eps * T @ D
                for i in range(4, L + 1):
                    A[first + i - 1] += i * mu[:, i - 1, None] * u + comb(i, 2) * (mu[:, i - 2, None] if i > 4 else 0) * (Q @ D)
                for a in range(P):
                    block = np.ix_(own[a], own[a])
                    A[block] += (e[a] * S[a] * BELOW[1] + 2 * e[a] * v[a] * g[a, 1] * BELOW[2] + eps * M3[a] * BELOW[3]
                                 - e[a] * k[:, None] * cql[a, :, 1:] / FACTORIAL[1:])
                    jump = eps * M3[a] / N[a] * PAIR * v[a] ** (k[:, None] - 2.0)
                    B[block] += jump + jump.T + s[a] / N[a] * skewed(v[a], mu[a])
            AP = A @ cov
            return np.concatenate([dm, dv, N * S / (p or 1), dmu[:, 3:].ravel(), (AP + AP.T + B)[upper]])

        start = np.diag((FACTORIAL[1:] * self.v0[:, None] ** k / N[:, None]).ravel())
        v0 = self.v0 * (1 - 1 / N) if order == "first" and p > 0 else self.v0
        y0 = np.concatenate([self.m0, v0, np.zeros(7 * P), start[upper]])
        scale = np.concatenate([np.ones(2 * P), N, np.ones(6 * P), np.full(len(upper[0]), 1 / (root if p > 0 else n))])
        out = {name: [] for name in QUANTITIES}
        for y in self.pieced(rhs, y0, method, rtol, 1e-12 * scale):
            m, v, mu, cov = unpack(y)
            out["mean"].append(m)
            out["variance"].append(v - cov[first, first] if full else v)
            out["third_cumulant"].append(mu[:, 3] - 3 * cov[first, first + 1] if full else mu[:, 3])
            out["spikes"].append(y[2 * P:3 * P])
            out["covariance_of_means"].append(cov[np.ix_(first, first)])
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


RELEASE = {"canonical": [(n, p) for p in (0.3, 1) for n in (100, 10**4)], "rank_two": [(400, 0.3), (400, 1)]}  # (n, p)


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
        network, release = Network(parameters), RELEASE.get(name, [])
        entry = written[name] = {"parameters": parameters, "limit": network.limit(), "finite": []}
        if release:
            entry["limits"] = [{"transmission": p} | network.limit(p) for p in sorted({p for _, p in release})]
        for n, p in [(n, 0) for n in sizes] + release:
            stiff = {"method": "Radau", "rtol": 1e-10} if n > 10**5 else {}
            solved = {order: network.finite(n, p, order, **stiff) for order in ORDER_NAMES}
            entry["finite"].append({"n": n, "transmission": p} | solved)
            if n > min(m for m, r in [(m, 0) for m in sizes] + release if r == p):
                continue
            # a second integrator at the smallest size; spikes per neuron
            for order in ORDER_NAMES:
                again = network.finite(n, p, order, method="LSODA", rtol=1e-11)
                for key in QUANTITIES:
                    gap = np.abs(np.array(again[key]) - np.array(solved[order][key])).max() / (n if key == "spikes" else 1)
                    assert gap < 1e-8, (name, n, p, order, key, gap)
    lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(plain(v))}" for k, v in written.items())
    Path(__file__).with_suffix(".json").write_text(
        f'{{"times": {json.dumps(plain(TIMES))}, "modes": {MODES}, "networks": {{\n{lines}\n}}}}\n')


if __name__ == "__main__":
    main()
