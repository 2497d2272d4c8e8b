"""The exact law of shot noise: density, distribution function and its antiderivative.

A neuron receives inputs of constant total rate n r_i with jumps J_i/sqrt(n) that decay with time constant tau. Its stationary potentiation has the
cumulants k_m = tau/m sum_i n r_i (J_i/sqrt(n))^m and, about its mean, the characteristic function exp(psi(u)),

    psi(u) = tau sum_i n r_i [ -Cin(u j_i) + i (Si(u j_i) - u j_i) ],     j_i = J_i/sqrt(n),  Cin(x) = int_0^x (1 - cos y)/y dy.

With G(u) the transform of the normal law of the same variance, and x = z - mean, Fourier inversion of the difference from that law gives

    f(z) = phi/s + (1/pi) int_0^inf Re[e^(-iux) (e^psi - G)] du
    F(z) = Phi   - (1/pi) int_0^inf Im[e^(-iux) (e^psi - G)]/u du
    A(z) = s (x/s Phi + phi) - (1/pi) int_0^inf Re[e^(-iux) (e^psi - G)]/u^2 du

(A from E|Y| = (2/pi) int (1 - Re phi_Y)/u^2 du). The integrands continue to entire even functions that decay like a power above n, so that the trapezoid rule is exact
to rounding. Each entry is checked by a second method: F by adaptive quadrature of f, A by that of F.

`python3 law.py` writes law.json beside itself (NumPy, SciPy).
"""
import json
from pathlib import Path

import numpy as np
from scipy.integrate import quad
from scipy.special import ndtr, sici

CASES = {
    "one input": {"tau": 1.0, "rates": [2.0], "jumps": [1.0]},
    "skewed pair": {"tau": 0.7, "rates": [1.5, 0.8], "jumps": [1.0, -1.6]},
    "symmetric pair": {"tau": 1.3, "rates": [0.9, 0.9], "jumps": [1.0, -1.0]},
}
SIZES = [50, 100, 200, 400, 800]
MEAN = -0.4
REDUCED = [-3.0, -2.4, -1.9, -1.5, -1.1, -0.7, -0.3, 0.0, 0.4, 0.8, 1.2, 1.6, 2.0, 2.5, 3.0]
EULER = 0.57721566490153286


def cin(x):
    x = np.abs(x)
    small = x < 0.1
    series = x**2 / 4 - x**4 / 96 + x**6 / 4320 - x**8 / 322560  # next term x^10/36288000
    safe = np.where(small, 1.0, x)
    return np.where(small, series, EULER + np.log(safe) - sici(safe)[1])


def sine_excess(x):
    """Si(x) - x."""
    series = -(x**3) / 18 + x**5 / 600 - x**7 / 35280 + x**9 / 3265920
    return np.where(np.abs(x) < 0.1, series, sici(x)[0] - x)


class ShotNoise:
    def __init__(self, tau, rates, jumps, n):
        self.inputs = [(tau * n * r, j / np.sqrt(n)) for r, j in zip(rates, jumps)]
        self.cumulant = [None] + [sum(w * j**m for w, j in self.inputs) / m for m in range(1, 5)]
        self.s = np.sqrt(self.cumulant[2])
        # |e^psi| falls like prod (u j)^(-w), w >= 45 here: below 1e-40 at the end; the period 2 pi/step is 80 standard deviations.
        end = 30.0 / self.s
        step = 2 * np.pi / (80.0 * self.s)
        self.u = step * np.arange(1, int(end / step) + 1)
        self.step = step
        real = -sum(w * cin(self.u * j) for w, j in self.inputs)
        imaginary = sum(w * sine_excess(self.u * j) for w, j in self.inputs)
        normal = np.exp(-0.5 * (self.s * self.u) ** 2)
        self.difference = np.exp(real + 1j * imaginary) - normal

    def integral(self, x, power, part):
        values = part(np.exp(-1j * self.u * x) * self.difference) / self.u**power
        return self.step * values.sum() / np.pi  # the value at u = 0 vanishes for powers up to 2

    def density(self, x):
        return np.exp(-0.5 * (x / self.s) ** 2) / np.sqrt(2 * np.pi) / self.s + self.integral(x, 0, np.real)

    def distribution(self, x):
        return ndtr(x / self.s) - self.integral(x, 1, np.imag)

    def antiderivative(self, x):
        y = x / self.s
        return self.s * (y * ndtr(y) + np.exp(-0.5 * y * y) / np.sqrt(2 * np.pi)) - self.integral(x, 2, np.real)


def entry(name, case, n):
    law = ShotNoise(n=n, **case)
    x = [law.s * y for y in REDUCED]
    density, distribution, antiderivative = ([f(y) for y in x] for f in (law.density, law.distribution, law.antiderivative))
    for i in (2, 7, 12):
        nodes = [x[i] - 14 * law.s, x[i] - 4 * law.s, x[i]]
        for function, value in ((law.density, distribution[i]), (law.distribution, antiderivative[i])):
            total = sum(quad(function, a, b, epsabs=1e-13, epsrel=1e-12, limit=200)[0] for a, b in zip(nodes, nodes[1:]))
            assert abs(total - value) < 1e-11, (name, n, i, total, value)
    k = law.cumulant
    return {"case": name, "n": n, "mean": MEAN, "variance": k[2], "third": k[3], "fourth": k[4], "z": [MEAN + y for y in x],
            "density": density, "distribution": distribution, "antiderivative": antiderivative}


def main():
    entries = [entry(name, case, n) for name, case in CASES.items() for n in SIZES]
    lines = ",\n".join(json.dumps(e) for e in entries)
    Path(__file__).with_suffix(".json").write_text(f'{{"entries": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
