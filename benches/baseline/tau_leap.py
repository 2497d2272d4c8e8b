"""The plainest tau-leap of the canonical pair, as one writes it in NumPy.

In a step of 0.1/sqrt(n) each neuron draws a Poisson count from each population, at the rates at the start of the step:

    python tau_leap.py N DURATION SEED [NETWORKS]

prints for each network the seconds that the steps took, and means and variances of E and I at the end.
"""

import sys
import time

import numpy as np

n, duration, seed = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
networks = int(sys.argv[4]) if len(sys.argv) > 4 else 1
rng = np.random.default_rng(seed)
drive = np.array([-0.3, 0.0])
jump = np.array([[1.0, -1.0], [2.0, -2.0]]) / np.sqrt(n)
steps = max(1, round(duration * np.sqrt(n) / 0.1))
dt = duration / steps
for _ in range(networks):
    z = rng.normal(0.0, 0.5, (2, n))
    begin = time.perf_counter()
    for _ in range(steps):
        rate = 1.0 / (1.0 + np.exp(-z / 0.5))
        total = rate.sum(axis=1)
        kick = np.zeros_like(z)
        for target in range(2):
            for source in range(2):
                mean = total[source] - (rate[target] if source == target else 0.0)
                kick[target] += jump[target, source] * rng.poisson(mean * dt, n)
        z += dt * (drive[:, None] - z) + kick
    seconds = time.perf_counter() - begin
    print(seconds, *z.mean(axis=1), *z.var(axis=1))
