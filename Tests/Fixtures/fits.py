"""Fits of two small data sets by SciPy, written to fits.json.

Estimates by scipy.optimize.least_squares on solutions of tolerance 1e-11; Laplace intervals by sigma^2 (J^T J)^-1 on the
search's own scale (logarithms of positive unknowns); profile intervals where twice the log-likelihood has dropped by the
95 % quantile of chi-square with one degree of freedom.
Run: python3 fits.py (NumPy 2, SciPy 1.17).
"""

import json
import pathlib

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, least_squares

CHI2, NORMAL = 3.841458820694124, 1.959963984540054

PELTS = np.array(
    [[30.0, 4.0], [47.2, 6.1], [70.2, 9.8], [77.4, 35.2], [36.3, 59.4], [20.6, 41.7], [18.1, 19.0],
     [21.4, 13.0], [22.0, 8.3], [25.4, 9.1], [27.1, 7.4], [40.3, 8.0], [57.0, 12.3], [76.6, 19.5],
     [52.3, 45.7], [19.5, 51.1], [11.2, 29.7], [7.6, 15.8], [14.6, 9.7], [16.2, 10.1], [24.7, 8.1]])
COLD = np.array(
    [[1, 0], [1, 0], [3, 0], [7, 0], [6, 5], [10, 7], [13, 8], [13, 13], [14, 13], [14, 16],
     [17, 17], [10, 24], [6, 30], [6, 31], [4, 33], [3, 34], [1, 36], [1, 36], [1, 36], [1, 36],
     [0, 37]], dtype=float)


def solved(field, y0, times):
    return solve_ivp(field, (times[0], times[-1]), y0, t_eval=times, rtol=1e-11, atol=1e-11).y.T


def pelts(z):
    a, b, g, d, h, l = np.exp(z)
    y = solved(lambda t, y: [a * y[0] - b * y[0] * y[1], d * y[0] * y[1] - g * y[1]], [h, l],
               np.arange(21.0))
    return (np.log(y) - np.log(PELTS)).ravel()


def cold(z):
    rate, recovery, s0 = np.exp(z[0]), np.exp(z[1]), z[2]
    y = solved(lambda t, y: [-rate * y[0] * y[1], rate * y[0] * y[1] - recovery * y[1],
                             recovery * y[1]], [s0, 1, 0], np.arange(21.0))
    return (y[:, 1:] - COLD).ravel()


def profile(residuals, best, place, squares, count, error, sign):
    warm = {"z": np.delete(best, place)}

    def drop(offset):
        value = best[place] + sign * offset
        found = least_squares(lambda r: residuals(np.insert(r, place, value)), warm["z"],
                              xtol=1e-12, ftol=1e-12, gtol=1e-12)
        warm["z"] = found.x
        return count * np.log(2 * found.cost / squares) - CHI2

    high = 2 * error
    while drop(high) < 0:
        high *= 1.3
    return best[place] + sign * brentq(drop, 0.5 * error, high, xtol=1e-8 * error)


def fit(residuals, start, names, back):
    found = least_squares(residuals, start, xtol=1e-14, ftol=1e-14, gtol=1e-14)
    count, squares = len(found.fun), 2 * found.cost
    covariance = squares / (count - len(start)) * np.linalg.inv(found.jac.T @ found.jac)
    errors = np.sqrt(np.diag(covariance))
    estimates = []
    for place, name in enumerate(names):
        z, inverse = found.x[place], back[place]
        estimates.append({
            "name": name, "value": inverse(z),
            "laplace": [inverse(z + s * NORMAL * errors[place]) for s in (-1, 1)],
            "profile": [inverse(profile(residuals, found.x, place, squares, count, errors[place], s))
                        for s in (-1, 1)]})
    return {"estimates": estimates, "residualSquares": squares,
            "standardDeviation": float(np.sqrt(squares / count))}


def exp(z):
    return float(np.exp(z))


result = {
    "hare and lynx": fit(pelts, np.log([0.55, 0.028, 0.8, 0.024, 30, 4]),
                         ["alpha", "beta", "gamma", "delta", "prey(0)", "predator(0)"], [exp] * 6),
    "cold": fit(cold, [np.log(0.02), np.log(0.3), 40.0], ["rate", "recovery", "s(0)"],
                [exp, exp, float]),
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(result, indent=1) + "\n")
