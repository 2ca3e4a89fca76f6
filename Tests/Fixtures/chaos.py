"""Profile intervals of a chaotic orbit of Lorenz's equations by SciPy, written to chaos.json.

Made-up data with normal errors of 1. The profile of one unknown is scanned in steps of 1/32 of its standard error, each a
Gauss-Newton fit of all others from the straight line through the two before; its end is where twice the log-likelihood has
dropped by the 95 % quantile of chi-square, on the straight line of the drop's square root between two steps.
Derivatives by the variational equations, solved to 1e-11.
Run: python3 chaos.py (NumPy 2, SciPy 1.17).
"""

import json
import pathlib

import numpy as np
from scipy.integrate import solve_ivp

CHI2 = 3.841458820694124
TIMES = np.linspace(0, 20, 101)
NAMES = ["sigma", "rho", "beta", "x(0)", "y(0)", "z(0)"]
TRUTH = np.array([10, 28, 8 / 3, 1, 1, 1])


def field(_, y, u):
    whole = y.reshape(3, 7)
    a, b, c = whole[:, 0]
    matrix = np.array([[-u[0], u[0], 0], [u[1] - c, -1, -a], [b, a, -u[2]]])
    out = matrix @ whole
    out[:, 0] = u[0] * (b - a), a * (u[1] - c) - b, a * b - u[2] * c
    out[0, 1] += b - a
    out[1, 2] += a
    out[2, 3] -= c
    return out.ravel()


def orbit(u, times=TIMES):
    start = np.zeros((3, 7))
    start[:, 0], start[:, 4:] = u[3:], np.eye(3)
    found = solve_ivp(field, (times[0], times[-1]), start.ravel(), "DOP853", times, args=(u,),
                      rtol=1e-11, atol=1e-11)
    return found.y.T.reshape(-1, 3, 7)


def fitted(u, data, free, count=len(TIMES)):
    """A minimum by damped Gauss-Newton steps, its sum of squares and derivatives."""

    def at(u):
        found = orbit(u, TIMES[:count])
        return (found[:, :, 0] - data[:count]).ravel(), found[:, :, 1:].reshape(-1, 6)

    residuals, jacobian = at(u)
    for _ in range(60):
        step = np.zeros(6)
        step[free] = np.linalg.lstsq(jacobian[:, free], -residuals, rcond=None)[0]
        factor = 1.0
        while True:
            trial = at(u + factor * step)
            if trial[0] @ trial[0] <= residuals @ residuals or factor < 1e-3:
                break
            factor /= 2
        gain = residuals @ residuals - trial[0] @ trial[0]
        if gain > 0:
            u, (residuals, jacobian) = u + factor * step, trial
        if gain < 1e-7:
            break
    return u, residuals @ residuals, jacobian


def end(best, squares, data, place, error, sign):
    free = [i for i in range(6) if i != place]
    path, roots = [best], [0.0]
    while roots[-1] ** 2 < CHI2:
        start = path[-1] + (path[-1] - path[-2] if len(path) > 1 else 0)
        step = error / (32 if len(path) > 1 else 2048)
        if len(path) == 2:
            start = path[-1] + (path[-1] - path[-2]) * 64
        start[place] = path[-1][place] + sign * step
        u, found, _ = fitted(start, data, free)
        path.append(u)
        roots.append(np.sqrt(max(303 * np.log(found / squares), 0)))
    part = (np.sqrt(CHI2) - roots[-2]) / (roots[-1] - roots[-2])
    return path[-2][place] + part * (path[-1][place] - path[-2][place])


clean = orbit(TRUTH)[:, :, 0]
data = np.round(clean + np.random.default_rng(1).normal(size=clean.shape), 3)
best = TRUTH.copy()
for count in [30, 50, 65, 75, 85, 95, 101]:
    best, squares, jacobian = fitted(best, data, list(range(6)), count)
errors = np.sqrt(np.diag(np.linalg.inv(jacobian.T @ jacobian)) * squares / (303 - 6))
print(best, squares, errors)
profiles = {}
for place in [0, 5]:
    profiles[NAMES[place]] = [end(best, squares, data, place, errors[place], s) for s in (-1, 1)]
    print(NAMES[place], profiles[NAMES[place]], flush=True)
document = {
    "times": TIMES.tolist(), "names": NAMES, "data": data.tolist(), "best": best.tolist(),
    "squares": squares, "errors": errors.tolist(), "profiles": profiles}
pathlib.Path(__file__).with_name("chaos.json").write_text(json.dumps(document) + "\n")
