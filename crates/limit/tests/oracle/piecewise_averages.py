"""Reference values of d^k/dm^k E[lambda(m + sqrt(v) X)], X standard normal, k = 0..12, for gains without a closed form or with kinks.

threshold_linear  beta max(z - theta, 0)
probit            r_max Phi((z - theta)/s)
tabulated         through points (z_i, r_i): Hermite cubics whose slopes are zero at the ends and weighted harmonic means inside
                  (Fritsch & Butland 1984), constant beyond
and each divided by 1 + t_ref lambda(z), `refractory_time`.

All derivatives are taken of the density, so that only lambda itself is integrated, piece by piece, at 90 digits:

    g_k = v^(-k/2) int lambda(m + sqrt(v) x) He_k(x) phi(x) dx

Every entry is checked by a second rule (tanh-sinh against Gauss-Legendre, on other panels), threshold_linear against its closed form. `scale` is
max |lambda^(k)| for the smooth gain (from Taylor series on a grid); for the others max lambda (k = 0) and
max lambda' sqrt((k-1)!) v^(-(k-1)/2) within 11 sqrt(v) of m.

`python3 piecewise_averages.py` writes piecewise_averages.json beside itself.
"""
import json
from math import factorial
from pathlib import Path

from mpmath import mp, mpf, ncdf, npdf, quad, sqrt

mp.dps = 90
ORDERS = 13
POINTS = {"potentiation": [-1.0, -0.4, 0.1, 0.6, 1.5, 3.0], "rate": [0.05, 0.3, 0.3, 0.9, 2.0, 2.2]}


def hermite(k, x):
    before, value = mpf(0), mpf(1)
    for j in range(k):
        before, value = value, x * value - j * before
    return value


def harmonic_slopes(z, r):
    inside = []
    for i in range(1, len(z) - 1):
        left, right = z[i] - z[i - 1], z[i + 1] - z[i]
        a, b = (r[i] - r[i - 1]) / left, (r[i + 1] - r[i]) / right
        inside.append(0 if a * b <= 0 else 3 * (left + right) / ((2 * right + left) / a + (right + 2 * left) / b))
    return [mpf(0), *inside, mpf(0)]


class Gain:
    def __init__(self, spec):
        self.kind, self.t = spec["gain"], mpf(spec.get("refractory_time", 0.0))
        p = {k: mpf(x) for k, x in spec.items() if k not in ("gain", "refractory_time", "potentiation", "rate")}
        if self.kind == "tabulated":
            self.z, self.r = [[mpf(x) for x in spec[k]] for k in ("potentiation", "rate")]
            self.d = harmonic_slopes(self.z, self.r)
            self.breaks = self.z
        elif self.kind == "threshold_linear":
            self.beta, self.theta = p["beta"], p["theta"]
            self.breaks = [self.theta]
        else:
            self.r_max, self.theta, self.s = p["r_max"], p["theta"], p["slope"]
            self.breaks = []

    def taylor(self, z, count):
        """Taylor coefficients of the unsaturated gain, to the right of z."""
        if self.kind == "threshold_linear":
            c = [self.beta * (z - self.theta), self.beta] if z >= self.theta else []
        elif self.kind == "probit":
            u = (z - self.theta) / self.s
            c = [self.r_max * ncdf(u)] + [self.r_max * (-1) ** (k - 1) * hermite(k - 1, u) * npdf(u) / self.s**k / factorial(k)
                                          for k in range(1, count)]
        elif z < self.z[0] or z >= self.z[-1]:
            c = [self.r[0] if z < self.z[0] else self.r[-1]]
        else:
            i = max(i for i, a in enumerate(self.z) if a <= z)
            h, x = self.z[i + 1] - self.z[i], z - self.z[i]
            # the Hermite cubic by divided differences, then moved from z_i to z
            rise = (self.r[i + 1] - self.r[i]) / h
            b2, b3 = (rise - self.d[i]) / h, (self.d[i] + self.d[i + 1] - 2 * rise) / h**2
            # r + d x + b2 x^2 + b3 x^2 (x - h)
            a0, a1, a2, a3 = self.r[i], self.d[i], b2 - b3 * h, b3
            c = [a0 + x * (a1 + x * (a2 + x * a3)), a1 + x * (2 * a2 + 3 * x * a3), a2 + 3 * x * a3, a3]
        c = (c + [mpf(0)] * count)[:count]
        if self.t == 0:
            return c
        out = []
        for k in range(count):  # out (1 + t c) = c
            out.append((c[k] - self.t * sum(c[j] * out[k - j] for j in range(1, k + 1))) / (1 + self.t * c[0]))
        return out

    def __call__(self, z):
        return self.taylor(z, 1)[0]

    def panels(self, m, s, reach, ratio):
        """Ends of panels in x: breakpoints, even ones, and graded ones above each breakpoint for poles near it."""
        points = {mpf(-reach), mpf(reach)} | {mpf(j) for j in range(-reach, reach, 2)}
        centres = self.breaks if self.kind != "probit" else [self.theta]
        scale = 1
        if self.t > 0:
            slope = self.beta if self.kind == "threshold_linear" else (self.r_max / self.s if self.kind == "probit" else mpf(3))
            scale = min(1, 1 / (self.t * slope) / s)
        if self.kind == "probit":
            scale = min(scale, self.s / s) if self.t * self.r_max < 10 else min(scale * 10, self.s / s / 3)
        for c in centres:
            x = (c - m) / s
            points.add(x)
            step = scale / 4
            while step < 4:
                points |= {x + step, x - step}
                step *= ratio
        return sorted(x for x in points if -reach <= x <= reach)


def averages(gain, m, v):
    s = sqrt(v)
    if v == 0:
        return [c * factorial(k) for k, c in enumerate(gain.taylor(m, ORDERS))]
    reach = 30

    def rule(k, method, ratio):
        f = lambda x: gain(m + s * x) * hermite(k, x) * npdf(x)
        return quad(f, gain.panels(m, s, reach, ratio), method=method) / s**k

    values = [rule(k, "gauss-legendre", mpf(2)) for k in range(ORDERS)]
    return values, lambda k: rule(k, "tanh-sinh", mpf(3))


def closed_form(gain, m, v):
    s = sqrt(v)
    a = (m - gain.theta) / s
    tail = [gain.beta * (-1) ** (k - 2) * hermite(k - 2, a) * npdf(a) / s ** (k - 1) for k in range(2, ORDERS)]
    return [gain.beta * s * (npdf(a) + a * ncdf(a)), gain.beta * ncdf(a), *tail]


def scales(gain, m, v, unsaturated_grid=400):
    s = sqrt(v)
    if gain.kind == "probit":
        low = -sqrt(2 * mp.log(1 + gain.t * gain.r_max)) - 6
        grid = [gain.theta + gain.s * (low + (6 - low) * i / unsaturated_grid) for i in range(unsaturated_grid + 1)]
        series = [gain.taylor(z, ORDERS) for z in grid]
        return [max(abs(c[k]) for c in series) * factorial(k) for k in range(ORDERS)]
    near = [m + s * 11 * i / 200 for i in range(-200, 201)] + [z for z in gain.breaks if abs(z - m) < 11 * s]
    series = [gain.taylor(z, 2) for z in near]
    rate, slope = (max(c[k] for c in series) for k in (0, 1))
    return [rate] + [slope * sqrt(factorial(k - 1)) / (s ** (k - 1) if v > 0 else 1) for k in range(1, ORDERS)]


def entry(spec, m, v):
    # decimals are taken as the doubles they become in the JSON, so that a test sees the same arguments
    gain, mean, variance = Gain(spec), mpf(m), mpf(v)
    scale = scales(gain, mean, variance)
    if v == 0:
        values = averages(gain, mean, variance)
        scale = [max(x, abs(y)) for x, y in zip(scale, values)]
    else:
        mp.dps = 90 if variance < 1e-4 else 50
        values, second = averages(gain, mean, variance)
        for k in (0, 1, 3, 12):
            error = abs(values[k] - second(k))
            assert error <= mpf(10) ** -20 * scale[k], (spec, m, v, k, mp.nstr(error / scale[k], 5))
        if gain.kind == "threshold_linear" and gain.t == 0:
            exact = closed_form(gain, mean, variance)
            assert all(abs(a - b) <= mpf(10) ** -20 * c for a, b, c in zip(values, exact, scale)), (spec, m, v)
    print(spec["gain"], spec.get("refractory_time"), m, v, flush=True)
    return {**spec, "mean": m, "variance": v, "values": [float(x) for x in values], "scale": [float(x) for x in scale]}


def main():
    line = {"gain": "threshold_linear", "beta": 1.3, "theta": 0.2}
    probit = {"gain": "probit", "r_max": 2.0, "theta": -0.1, "slope": 0.4}
    table = {"gain": "tabulated", **POINTS}
    laws = [(0.2, 0.5), (-0.7, 0.25), (0.35, 1e-4), (2.5, 4.0), (-6.0, 1.0), (0.9, 100.0)]
    cases = [(line, *law) for law in laws]
    cases += [({**line, "refractory_time": t}, *law) for t in (0.5, 20.0) for law in laws]
    cases += [({**probit, "refractory_time": t}, *law) for t in (0.05, 3.0, 1000.0) for law in laws]
    cases += [(table, *law) for law in [*laws, (0.1, 1e-6)]]
    cases += [({**table, "refractory_time": t}, *law) for t in (0.5, 20.0) for law in [*laws, (0.6, 1e-6)]]
    cases += [({**gain, "refractory_time": 0.5}, m, 0.0) for gain in (line, probit, table) for m in (0.2, 0.9)]
    lines = ",\n".join(json.dumps(entry(*case)) for case in cases)
    Path(__file__).with_suffix(".json").write_text(f'{{"entries": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
