"""Reference solutions of stiff systems, written to stiff_solutions.json.

Every system is solved by Radau near the smallest tolerances that doubles allow, and by LSODA; the largest difference,
relative to each component's largest value over the times, is stored beside the solution. "costs" has what SciPy's
methods spend at usual tolerances, and their error by the same measure. "kinetics" are samples of Robertson's
reactions with lognormal errors.
Run: python3 stiff_solutions.py (NumPy 2, SciPy 1.15 or newer).
"""

import json
import pathlib

import numpy as np
import scipy
from scipy.integrate import solve_ivp


def robertson(t, y):
    a, b = 0.04 * y[0] - 1e4 * y[1] * y[2], 3e7 * y[1] ** 2
    return [-a, a - b, b]


def robertson_jacobian(t, y):
    return [
        [-0.04, 1e4 * y[2], 1e4 * y[1]],
        [0.04, -1e4 * y[2] - 6e7 * y[1], -1e4 * y[1]],
        [0, 6e7 * y[1], 0],
    ]


def van_der_pol(t, y):
    return [y[1], 1000 * (1 - y[0] ** 2) * y[1] - y[0]]


def van_der_pol_jacobian(t, y):
    return [[0, 1], [-2000 * y[0] * y[1] - 1, 1000 * (1 - y[0] ** 2)]]


def hires(t, y):
    fast = 280 * y[5] * y[7]
    return [
        -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007,
        1.71 * y[0] - 8.75 * y[1],
        -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4],
        8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3],
        -1.745 * y[4] + 0.43 * y[5] + 0.43 * y[6],
        -fast + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6],
        fast - 1.81 * y[6],
        -fast + 1.81 * y[6],
    ]


def hires_jacobian(t, y):
    j = np.zeros((8, 8))
    j[0, [0, 1, 2]] = -1.71, 0.43, 8.32
    j[1, [0, 1]] = 1.71, -8.75
    j[2, [2, 3, 4]] = -10.03, 0.43, 0.035
    j[3, [1, 2, 3]] = 8.32, 1.71, -1.12
    j[4, [4, 5, 6]] = -1.745, 0.43, 0.43
    j[5, [3, 4, 5, 6, 7]] = 0.69, 1.71, -0.43 - 280 * y[7], 0.69, -280 * y[5]
    j[6, [5, 6, 7]] = 280 * y[7], -1.81, 280 * y[5]
    j[7, [5, 6, 7]] = -280 * y[7], 1.81, -280 * y[5]
    return j


def oregonator(t, y):
    s, q, w = 77.27, 8.375e-6, 0.161
    return [
        s * (y[1] + y[0] * (1 - q * y[0] - y[1])),
        (y[2] - (1 + y[0]) * y[1]) / s,
        w * (y[0] - y[2]),
    ]


def oregonator_jacobian(t, y):
    s, q, w = 77.27, 8.375e-6, 0.161
    return [
        [s * (1 - 2 * q * y[0] - y[1]), s * (1 - y[0]), 0],
        [-y[1] / s, -(1 + y[0]) / s, 1 / s],
        [w, 0, -w],
    ]


PROBLEMS = [
    # name, parameters, field, Jacobian, initial state, times, absolute tolerance at 1e-6, at the finest
    ("robertson", {}, robertson, robertson_jacobian, [1, 0, 0],
     [0, 0.4, 40, 4e3, 4e5, 4e7, 1e9, 1e11], 1e-10, 1e-24),
    ("van-der-pol", {"mu": 1000}, van_der_pol, van_der_pol_jacobian, [2, 0],
     [0, 400, 800, 1200, 1600, 2000], 1e-9, 1e-14),
    ("hires", {}, hires, hires_jacobian, [1, 0, 0, 0, 0, 0, 0, 0.0057],
     [0, 1, 10, 100, 200, 321.8122], 1e-10, 1e-16),
    ("oregonator", {}, oregonator, oregonator_jacobian, [1, 2, 3],
     [0, 30, 90, 180, 270, 360], 1e-9, 1e-14),
]


def solve(problem, method, rtol, atol):
    _, _, field, jacobian, initial, times, _, _ = problem
    found = solve_ivp(
        field, (0, times[-1]), initial, method=method, t_eval=times, rtol=rtol, atol=atol,
        jac=jacobian)
    assert found.success, (problem[0], method, found.message)
    return found


def difference(a, b):
    return float(np.max(np.abs(a - b) / np.max(np.abs(b), axis=1, keepdims=True)))


def main():
    solutions = []
    for problem in PROBLEMS:
        name, parameters, _, _, initial, times, atol, finest = problem
        reference = solve(problem, "Radau", 3e-14, finest).y
        other = solve(problem, "LSODA", 3e-14, finest).y
        costs = []
        for rtol in [1e-4, 1e-6, 1e-8]:
            for method in ["Radau", "BDF", "LSODA"]:
                found = solve(problem, method, rtol, atol * rtol / 1e-6)
                costs.append({
                    "method": method, "relative": rtol, "absolute": atol * rtol / 1e-6,
                    "evaluations": int(found.nfev), "jacobians": int(found.njev),
                    "factorizations": int(found.nlu), "error": difference(found.y, reference)})
        solutions.append({
            "system": name, "parameters": parameters, "initial": initial, "times": times,
            "states": reference.T.tolist(), "difference": difference(other, reference),
            "absolute": atol, "costs": costs})
        print(name, "difference", solutions[-1]["difference"])
        for cost in costs:
            print("  ", cost)
    random = np.random.default_rng(7)
    times = [0] + [float(t) for t in np.geomspace(1e-3, 1e4, 29)]
    found = solve_ivp(
        robertson, (0, 1e4), [1, 0, 0], method="Radau", t_eval=times, rtol=1e-11, atol=1e-18,
        jac=robertson_jacobian)
    noisy = found.y.T * np.exp(0.02 * random.standard_normal(found.y.T.shape))
    kinetics = {"times": times[1:], "values": noisy[1:].tolist(), "deviation": 0.02}
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps({
        "source": f"SciPy {scipy.__version__}", "solutions": solutions, "kinetics": kinetics},
        indent=1) + "\n")


main()
