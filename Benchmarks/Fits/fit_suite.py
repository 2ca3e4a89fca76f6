"""Writes the classical fits to Tests/Fixtures/fits: equations, data, and the best of 20 fits by SciPy.

The objective is the negative log-likelihood of normal errors with a standard deviation of its own for each column, profiled out:
`F = Σ n/2 (1 + log(2π S/n))`. SciPy minimizes it by least squares whose weights are renewed until they stay. Ten of the
starts lie around the written one, ten around the truth, on a scale of logarithms.
Run: python3 fit_suite.py (NumPy 2, SciPy 1.17).
"""

import json
import pathlib

import numpy as np
from scipy.optimize import least_squares

from classical import PROBLEMS

HERE = pathlib.Path(__file__).parent
FOLDER = HERE.parent.parent / "Tests" / "Fixtures" / "fits"


def objective(squares, count):
    return float(np.sum(count / 2 * (1 + np.log(2 * np.pi * squares / count))))


def fit(problem, measured, start):
    """The minimum of the likelihood from one start; None where nothing is found."""
    sign = np.sign(start)
    z, weights = np.log(np.abs(start)), 1 / measured.std(axis=0)

    def residuals(z, weights):
        found = problem.simulate(sign * np.exp(np.clip(z, -60, 60)))
        if found is None:
            return np.full(measured.size, 1e6)
        return ((found - measured) * weights).ravel()

    def slopes(z, weights):
        steps = 1e-5 * np.eye(len(z))
        sets = np.hstack([z[:, None] + steps, z[:, None] - steps])
        found = problem.simulate(sign[:, None] * np.exp(np.clip(sets, -60, 60)))
        if found is None:
            return np.zeros((measured.size, len(z)))
        n = len(z)
        difference = (found[:, :, :n] - found[:, :, n:]) / 2e-5
        return (difference * weights[:, None]).reshape(-1, n)

    for _ in range(20):
        found = least_squares(residuals, z, slopes, args=(weights,), xtol=1e-10, ftol=1e-11,
                              gtol=1e-10, max_nfev=60)
        rest = residuals(found.x, np.ones(measured.shape[1])).reshape(measured.shape)
        squares = (rest ** 2).sum(axis=0)
        next_weights = np.sqrt(len(measured) / squares)
        done = np.allclose(next_weights, weights, rtol=1e-5)
        z, weights = found.x, next_weights
        if done or found.cost > 1e9:
            break
    return objective(squares, len(measured)), float(squares.sum()), sign * np.exp(z)


def main():
    FOLDER.mkdir(exist_ok=True)
    table = []
    for problem in PROBLEMS:
        measured = problem.measured()
        (FOLDER / f"{problem.name}.ode").write_text(problem.text())
        rows = ["time," + ",".join(o for o, _ in problem.observed)]
        rows += [",".join(f"{v:.10g}" for v in (t, *row)) for t, row in zip(problem.times, measured)]
        (FOLDER / f"{problem.name}.csv").write_text("\n".join(rows) + "\n")
        random = np.random.default_rng(1)
        fits = []
        for i in range(20):
            middle = problem.start() if i < 10 else problem.truth()
            spread = 0 if i in (0, 10) else 0.5
            fits.append(fit(problem, measured, middle * np.exp(
                spread * random.standard_normal(len(middle)))))
        best = min(fits, key=lambda f: f[0])
        agreeing = sum(f[0] < best[0] + 1e-3 for f in fits)
        print(problem.name, best[0], best[1], best[2], agreeing, flush=True)
        table.append({"name": problem.name, "objective": best[0], "residualSquares": best[1],
                      "values": dict(zip(problem.names(), map(float, best[2])))})
    (FOLDER / "suite.json").write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
