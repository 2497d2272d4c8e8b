"""Fits of gains to noisy rates, by SciPy: values, standard errors, intervals and F-tests.

Gains are fitted as they are written, r = beta (I - I_theta0 - v_theta g) and r = r_max/(1 + exp(-beta (I - I_theta0 - v_theta g))), by
scipy.optimize.curve_fit with derivatives from differences: neither the linear regression nor the delta method, nor the logarithms, of the program. F-tests are
from residuals of numpy.linalg.lstsq. The data are drawn here.

`python3 fits.py` writes fits.json beside itself.
"""
import json
from pathlib import Path

import numpy as np
from scipy.optimize import curve_fit
from scipy.stats import f as fisher
from scipy.stats import linregress, t

CONFIDENCE = 0.95
RANGE = (0.012, 0.16)


def straight(x, beta, current, voltage):
    return beta * (x[0] - current - voltage * x[1])


def curve(current, beta, threshold):
    return beta * (current - threshold)


def logistic(x, highest, beta, current, voltage):
    return highest / (1 + np.exp(-beta * (x[0] - current - voltage * x[1])))


def logistic_curve(current, highest, beta, threshold):
    return highest / (1 + np.exp(-beta * (current - threshold)))


def fit(function, x, rates, start):
    """Parameters with standard errors and intervals, deviation and largest residual."""
    values, covariance = curve_fit(function, x, rates, p0=start, xtol=1e-15, ftol=1e-15, gtol=1e-15)
    errors = np.sqrt(np.diag(covariance))
    freedom = len(rates) - len(values)
    reach = t.ppf(0.5 + CONFIDENCE / 2, freedom) * errors
    residuals = rates - function(x, *values)
    return {
        "values": values.tolist(), "errors": errors.tolist(),
        "lower": (values - reach).tolist(), "upper": (values + reach).tolist(),
        "residual_deviation": float(np.sqrt((residuals**2).sum() / freedom)),
        "largest_residual": float(np.abs(residuals).max()), "points": len(rates),
    }


def squares(design, rates):
    solution = np.linalg.lstsq(design, rates, rcond=None)[0]
    return float(((rates - design @ solution) ** 2).sum()), len(rates) - design.shape[1]


def f_test(smaller, larger):
    (s0, d0), (s1, d1) = smaller, larger
    statistic = (s0 - s1) / (d0 - d1) / (s1 / d1)
    return {"statistic": statistic, "parameters": d0 - d1, "freedom": d1, "p": float(fisher.sf(statistic, d0 - d1, d1))}


def premise(current, conductance, rates):
    levels = np.unique(conductance)
    member = (conductance[:, None] == levels).astype(float)
    one = np.ones_like(current)
    line = squares(np.column_stack([one, current, conductance]), rates)
    common = squares(np.column_stack([member, current]), rates)
    separate = squares(np.column_stack([member, member * current[:, None]]), rates)
    curves = []
    for level in levels:
        at = conductance == level
        found = fit(curve, current[at], rates[at], (0.03, 1.0))
        regression = linregress(current[at], rates[at])
        assert np.isclose(found["values"][0], regression.slope) and np.isclose(found["errors"][0], regression.stderr)
        curves.append({"conductance": float(level)} | found)
    thresholds = [c["values"][1] for c in curves]
    voltage, offset = np.polyfit(levels, thresholds, 1)
    slope = float(np.linalg.lstsq(np.column_stack([member, current]), rates, rcond=None)[0][-1])
    return {
        "curves": curves, "common_slope": slope, "threshold_line": [float(offset), float(voltage)],
        "common_slope_test": f_test(common, separate), "linear_threshold_test": f_test(line, common),
    }


def points(current, conductance, rates):
    return [list(row) for row in zip(current.tolist(), conductance.tolist(), rates.tolist())]


def linear_case(random, bend):
    """Curves with the premise, or with slopes that change with the conductance."""
    current, conductance = (a.ravel() for a in np.meshgrid(np.linspace(0.5, 6, 16), [0.05, 0.08, 0.15]))
    beta = 0.0354 * (1 + bend * (conductance - 0.05))
    rates = np.maximum(beta * (current - 0.65 - 5.6 * conductance), 0) + 0.002 * random.standard_normal(current.size)
    rates = np.round(rates, 6)
    inside = (rates >= RANGE[0]) & (rates <= RANGE[1])
    chosen = current[inside], conductance[inside], rates[inside]
    return {
        "points": points(current, conductance, rates), "range": RANGE,
        "fit": fit(straight, np.array(chosen[:2]), chosen[2], (0.03, 1.0, 1.0)), "premise": premise(*chosen),
    }


def logistic_case(random, levels):
    current, conductance = (a.ravel() for a in np.meshgrid(np.linspace(-2, 7, 19), levels))
    rates = logistic((current, conductance), 0.12, 1.3, 0.7, 6.0) + 0.002 * random.standard_normal(current.size)
    rates = np.round(rates, 6)
    if len(levels) > 1:
        found = fit(logistic, np.array([current, conductance]), rates, (0.1, 1.0, 1.0, 1.0))
    else:
        found = fit(logistic_curve, current, rates, (0.1, 1.0, 1.0))
    return {"points": points(current, conductance, rates), "fit": found}


def main():
    random = np.random.default_rng(7)
    cases = {
        "confidence": CONFIDENCE,
        "linear": [linear_case(random, bend) for bend in (0.0, -2.0)],
        "logistic": [logistic_case(random, levels) for levels in ([0.05], [0.05, 0.1, 0.2])],
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()
