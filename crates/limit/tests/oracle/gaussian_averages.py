"""Reference values of E[lambda^(k)(m + sqrt(v) X)], X standard normal, k = 0..10, for two gains.

Logistic lambda(z) = r_max / (1 + exp(-(z - theta)/s)), probit lambda(z) = r_max Phi((z - theta)/s); `slope` is s.
With u = (z - theta)/s, c = (m - theta)/s, w = s/sqrt(v) and F the gain of unit scale, the average is

    r_max s^-k int F^(k)(u) w phi(w (u - c)) du                              (k >= 1, integrand confined by F^(k))
    r_max [ Phi(w c) + int (F(u) - [u > 0]) w phi(w (u - c)) du ]             (k = 0)
    r_max s^-k int F^(k)(c + x/w) phi(x) dx                                   (w >= 1)

by mpmath's quad on split intervals at 50 digits. Every entry is checked by a second method: the trapezoid rule
(logistic), the closed form F^(k)-> Phi^(k)(c / sqrt(1 + w^-2)) (probit). `scale` is max over z of |lambda^(k)(z)|.

`python3 gaussian_averages.py` writes gaussian_averages.json beside itself.
"""
import json
from pathlib import Path

from mpmath import mp, mpf, quad, linspace, exp, sqrt, pi, ncdf, npdf, polyroots, polyval

mp.dps = 50
ORDERS = 11


def logistic_polynomials(count):
    """F^(k) = P_k(F): P_0 = p, P_{k+1} = P_k'(p) (p - p^2); coefficients of rising powers."""
    polynomials = [[0, 1]]
    for _ in range(count - 1):
        derivative = [i * c for i, c in enumerate(polynomials[-1])][1:]
        product = [0] * (len(derivative) + 2)
        for i, c in enumerate(derivative):
            product[i + 1] += c
            product[i + 2] -= c
        polynomials.append(product)
    return polynomials


def hermite_polynomials(count):
    """He_0..: rising powers, He_{k+1} = x He_k - He_k'."""
    polynomials = [[1]]
    for _ in range(count - 1):
        last = polynomials[-1]
        following = [0] + last
        for i, c in enumerate(last[1:], 1):
            following[i - 1] -= i * c
        polynomials.append(following)
    return polynomials


LOGISTIC = logistic_polynomials(ORDERS + 1)
HERMITE = hermite_polynomials(ORDERS + 1)


def logistic(k, u):
    if k == 0:
        return 1 / (1 + exp(-u))
    sign = 1 if u <= 0 or k % 2 == 1 else -1  # F^(k)(-u) = (-1)^(k+1) F^(k)(u): no cancellation near F = 1
    return sign * polyval(LOGISTIC[k][::-1], 1 / (1 + exp(abs(u))))


def probit(k, u):
    return ncdf(u) if k == 0 else (-1) ** (k - 1) * polyval(HERMITE[k - 1][::-1], u) * npdf(u)


def unit_scale(gain, k):
    """max |F^(k)|, at the zeros of F^(k+1)."""
    if k == 0:
        return mpf(1)
    if gain == "logistic":
        inner = LOGISTIC[k + 1][1:]  # divided by p; the root p = 1 gives F^(k) = 0
        roots = polyroots(inner[::-1], maxsteps=500, extraprec=400)
        return max(abs(polyval(LOGISTIC[k][::-1], r.real)) for r in roots)
    roots = polyroots(HERMITE[k][::-1], maxsteps=500, extraprec=400) if k > 0 else [mpf(0)]
    return max(abs(probit(k, r.real)) for r in roots)


UNIT_SCALE = {g: [unit_scale(g, k) for k in range(ORDERS)] for g in ("logistic", "probit")}


def by_quad(gain, k, w, c):
    """E of F^(k) at c + X/w."""
    function = logistic if gain == "logistic" else probit
    if w >= 1:
        return quad(lambda x: function(k, c + x / w) * npdf(x), linspace(-16, 16, 17))
    reach = 120 if gain == "logistic" else 16
    weight = lambda u: w * npdf(w * (u - c))
    nodes = [0, 2, 4, 7, 10, 14, 19, 25, 33, 43, 55, 70, 90, 120] if gain == "logistic" else [0, 1, 2, 4, 6, 8, 10, 12, 14, 16]
    assert nodes[-1] == reach
    points = [-u for u in nodes[:0:-1]] + nodes
    if k == 0:
        below, above = [u for u in points if u <= 0], nodes
        return (ncdf(w * c) + quad(lambda u: function(0, u) * weight(u), below)
                - quad(lambda u: function(0, -u) * weight(u), above))
    return quad(lambda u: function(k, u) * weight(u), points)


def by_second_method(gain, k, w, c):
    if gain == "probit":
        spread = sqrt(1 + 1 / w**2)
        return probit(k, c / spread) / spread**k
    h = mpf(1) / 8 * min(1, w)  # in x; error exp(-2 pi min(pi w, .)/h) from the poles at u = +-i pi
    count = int(16 / h) + 1
    return h * sum(logistic(k, c + i * h / w) * npdf(i * h) for i in range(-count, count + 1))


def entry(gain, s, m, v, theta=mpf(0), r_max=mpf(1)):
    s, m, v, theta, r_max = map(mpf, (s, m, v, theta, r_max))
    c, values, worst = (m - theta) / s, [], mpf(0)
    for k in range(ORDERS):
        if v == 0:
            unit = (logistic if gain == "logistic" else probit)(k, c)
        else:
            w = s / sqrt(v)
            unit = by_quad(gain, k, w, c)
            if gain == "probit" or k in (0, 1, 4, 10) and w >= mpf("0.1"):
                worst = max(worst, abs(unit - by_second_method(gain, k, w, c)) / UNIT_SCALE[gain][k])
        odd_zero = abs(unit) < mpf(10) ** -45 * UNIT_SCALE[gain][k]  # rounding of an integral that vanishes by symmetry
        values.append(0 if odd_zero else r_max * unit / s**k)
    assert worst < mpf(10) ** -30, (gain, s, m, v, mp.nstr(worst, 5))
    scale = [r_max * UNIT_SCALE[gain][k] / s**k for k in range(ORDERS)]
    return {"gain": gain, "slope": float(s), "theta": float(theta), "r_max": float(r_max), "mean": float(m),
            "variance": float(v), "values": [float(x) for x in values], "scale": [float(x) for x in scale]}


def main():
    # decimals are taken as the doubles they become in the JSON, so that a test sees the same arguments
    means = [0.0, 0.3, 1.0, -2.0, 4.0, -8.0]
    entries = [entry("logistic", s, m, 1.0) for s in (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 30.0, 100.0) for m in means]
    entries += [entry("logistic", 0.3, m, 0.0) for m in means]
    entries += [entry("logistic", 0.2, 0.5, 0.3, 0.7, 1.5), entry("logistic", 0.05, -1.1, 2.0, -0.4, 17.6)]
    entries += [entry("probit", s, m, 1.0) for s in (0.03, 0.3, 1.0, 30.0) for m in (0.0, 1.0, -4.0)]
    entries += [entry("probit", 0.3, 0.2, 0.0), entry("probit", 0.48, 1.3, 0.7, 0.9, 12.3)]
    lines = ",\n".join(json.dumps(e) for e in entries)
    Path(__file__).with_suffix(".json").write_text(f'{{"entries": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
