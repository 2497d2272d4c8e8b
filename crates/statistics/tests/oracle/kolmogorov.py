"""P(D_N >= d) for N values of a continuous law, D_N the Kolmogorov-Smirnov distance, by the exact recursion.

P(D_N < d) = N!/N^N (H^N)_{kk} with Durbin's matrix H, k = floor(N d) + 1 (Durbin 1968; Marsaglia, Tsang & Wang 2003, doi:10.18637/jss.v008.i18),
in mpmath with 60 digits. Each value for N = 10 is checked by a second method, the probability that all order statistics lie within
their bands, counted cell by cell between the ends of bands.

`python3 kolmogorov.py` writes kolmogorov.json beside itself.
"""
import json
from pathlib import Path

from mpmath import factorial, matrix, mp, mpf

mp.dps = 60
POINTS = {10: 19, 30: 19, 100: 15, 1000: 5}


def durbin(n, d):
    """P(D_n < d)."""
    k = int(n * d) + 1
    m, h = 2 * k - 1, k - n * d
    H = matrix(m, m)
    for i in range(m):
        for j in range(m):
            H[i, j] = mpf(1) if i - j + 1 >= 0 else mpf(0)
    for i in range(m):
        H[i, 0] -= h ** (i + 1)
        H[m - 1, i] -= h ** (m - i)
    if 2 * h > 1:
        H[m - 1, 0] += (2 * h - 1) ** m
    for i in range(m):
        for j in range(m):
            if i - j + 1 > 0:
                H[i, j] /= factorial(i - j + 1)
    v = matrix(m, 1)
    v[k - 1] = mpf(1)
    for step in range(n):
        v = H * v
        v *= mpf(step + 1) / n
    return v[k - 1]


def bands(n, d):
    """P(D_n < d): every order statistic U_(i) lies between i/n - d and (i - 1)/n + d."""
    lower = [max(mpf(0), mpf(i + 1) / n - d) for i in range(n)]
    upper = [min(mpf(1), mpf(i) / n + d) for i in range(n)]
    ends = sorted(set([mpf(0), mpf(1)] + lower + upper))
    # state: number of points below the current end, weight in units of the Poissonised count
    weights = {0: mpf(1)}
    for a, b in zip(ends, ends[1:]):
        following = {}
        for count, weight in weights.items():
            for more in range(n - count + 1):
                allowed = all(lower[i] <= a and b <= upper[i] for i in range(count, count + more))
                # a point that has not come by the end of its band is too late
                late = any(upper[i] <= b for i in range(count + more, n))
                if allowed and not late or allowed and b == 1 and count + more == n:
                    following[count + more] = following.get(count + more, 0) + weight * (b - a) ** more / factorial(more)
        weights = following
    return factorial(n) * weights.get(n, mpf(0))


def main():
    entries = []
    for n, points in POINTS.items():
        distances = [mpf(f"{(0.4 + 2.0 * i / (points - 1)) / n ** 0.5:.6f}") for i in range(points)]
        distances = [mpf(float(d)) for d in distances if d < 1]
        p = [1 - durbin(n, d) for d in distances]
        if n == 10:
            for d, value in zip(distances, p):
                assert abs(1 - bands(n, d) - value) < mpf(10) ** -40, (d, value)
        entries.append({"count": n, "distance": [float(d) for d in distances], "p": [float(x) for x in p]})
    lines = ",\n".join(json.dumps(e) for e in entries)
    Path(__file__).with_suffix(".json").write_text(f'{{"entries": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
