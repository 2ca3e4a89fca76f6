"""Reference solutions of the named systems, written to reference_solutions.json.

Every system is solved twice, by two unrelated methods near the smallest tolerances that doubles allow; the
difference is stored beside the solution and must be below 1e-9 (relative to 1 + the state's magnitude).
Run: python3 reference_solutions.py (NumPy 2, SciPy 1.17).
"""

import json
import pathlib

import numpy as np
import scipy
from scipy.integrate import solve_ivp

PI = np.pi


def lorenz(t, y, sigma, rho, beta):
    return [sigma * (y[1] - y[0]), y[0] * (rho - y[2]) - y[1], y[0] * y[1] - beta * y[2]]


def rossler(t, y, a, b, c):
    return [-y[1] - y[2], y[0] + a * y[1], b + y[2] * (y[0] - c)]


def van_der_pol(t, y, mu):
    return [y[1], mu * (1 - y[0] ** 2) * y[1] - y[0]]


def lotka_volterra(t, y, alpha, beta, gamma, delta):
    return [alpha * y[0] - beta * y[0] * y[1], delta * y[0] * y[1] - gamma * y[1]]


def fitzhugh_nagumo(t, y, a, b, tau, current):
    v, w = y
    return [v - v**3 / 3 - w + current, (v + a - b * w) / tau]


def pendulum(t, y, g, length, damping):
    return [y[1], -g / length * np.sin(y[0]) - damping * y[1]]


def double_pendulum(t, y, g, m1, m2, l1, c1, c2, i1, i2):
    a1, a2, v1, v2 = y
    # M(q) q'' = force, from the Lagrangian of two rods; solved as a linear system.
    coupling = m2 * l1 * c2
    mass = np.array(
        [
            [m1 * c1**2 + m2 * (l1**2 + c2**2) + 2 * coupling * np.cos(a2) + i1 + i2,
             m2 * c2**2 + coupling * np.cos(a2) + i2],
            [m2 * c2**2 + coupling * np.cos(a2) + i2, m2 * c2**2 + i2],
        ]
    )
    force = np.array(
        [
            coupling * np.sin(a2) * (v2**2 + 2 * v1 * v2)
            - (m1 * c1 + m2 * l1) * g * np.sin(a1) - m2 * c2 * g * np.sin(a1 + a2),
            -coupling * np.sin(a2) * v1**2 - m2 * c2 * g * np.sin(a1 + a2),
        ]
    )
    return [v1, v2, *np.linalg.solve(mass, force)]


def kepler(t, y, mu, eccentricity):
    r3 = np.hypot(y[0], y[1]) ** 3
    return [y[2], y[3], -mu * y[0] / r3, -mu * y[1] / r3]


def brusselator(t, y, a, b):
    return [a + y[0] ** 2 * y[1] - (b + 1) * y[0], b * y[0] - y[0] ** 2 * y[1]]


def sir(t, y, beta, gamma, population):
    new = beta * y[0] * y[1] / population
    return [-new, new - gamma * y[1], gamma * y[1]]


def seir(t, y, beta, sigma, gamma, population):
    new = beta * y[0] * y[2] / population
    return [-new, new - sigma * y[1], sigma * y[1] - gamma * y[2], gamma * y[2]]


def spiral(t, y, damping, rotation):
    x, y = y
    return [-damping * x**3 - rotation * y**3, rotation * x**3 - damping * y**3]


def linear(t, y, a11, a12, a21, a22):
    return [a11 * y[0] + a12 * y[1], a21 * y[0] + a22 * y[1]]


def robertson(t, y, k1, k2, k3):
    a, b, c = y
    return [-k1 * a + k3 * b * c, k1 * a - k3 * b * c - k2 * b * b, k2 * b * b]


def cardiovascular(t, y, external, relaxation, width, setpoint):
    pa, pv, s, sv = 100 * y[0], 10 * y[1], y[2], 100 * y[3]
    rate = s * (3 - 2 / 3) + 2 / 3
    resistance = s * (2.134 - 0.5335) + 0.5335 - relaxation
    flow = -(pa - pv) / resistance + sv * rate
    return [
        flow / 400,
        (external - flow) / 1110,
        (1 - 1 / (1 + np.exp(-width * (pa - setpoint))) - s) / 20,
        1e-4 * external,
    ]


def harmonic(t, y, omega, damping):
    return [y[1], -(omega**2) * y[0] - damping * y[1]]


def logistic(t, y, rate, capacity):
    return [rate * y[0] * (1 - y[0] / capacity)]


def duffing(t, y, delta, alpha, beta, amplitude, omega):
    x, v = y
    return [v, -delta * v - alpha * x - beta * x**3 + amplitude * np.cos(omega * t)]


def solution(f, times, initial, arguments, method, tolerance):
    """States at the times; every interval is a solve of its own, for dense output is less accurate."""
    states = [np.array(initial, dtype=float)]
    for start, end in zip(times, times[1:]):
        result = solve_ivp(
            f, (start, end), states[-1], method=method, args=arguments, rtol=tolerance,
            atol=tolerance * 1e-3)
        assert result.success, (f.__name__, method, result.message)
        states.append(result.y[:, -1])
    return np.array(states)


def entry(system, f, parameters, initial, end, stiff=False, name=None, points=11):
    times = np.linspace(0, end, points)
    first, second = ("Radau", "LSODA") if stiff else ("DOP853", "LSODA")
    solutions = [
        solution(f, times, initial, tuple(parameters.values()), first, 1e-13),
        solution(f, times, initial, tuple(parameters.values()), second, 1e-12),
    ]
    reference = solutions[0]
    scale = 1 + np.abs(reference).max(axis=0)
    difference = float((np.abs(solutions[1] - reference) / scale).max())
    print(f"{name or system:22s} {first}-{second} {difference:.1e}")
    return {
        "name": name or system,
        "system": system,
        "parameters": parameters,
        "initial": [float(x) for x in initial],
        "isStiff": stiff,
        "method": first,
        "check": second,
        "difference": difference,
        "times": times.tolist(),
        "states": reference.tolist(),
    }


ECCENTRICITY = 0.5
KEPLER_START = [1 - ECCENTRICITY, 0, 0, np.sqrt((1 + ECCENTRICITY) / (1 - ECCENTRICITY))]
RODS = {"g": 9.8, "m1": 1.0, "m2": 1.0, "l1": 1.0, "c1": 0.5, "c2": 0.5, "i1": 1.0, "i2": 1.0}

entries = [
    entry("lorenz", lorenz, {"sigma": 10.0, "rho": 28.0, "beta": 8 / 3}, [1, 1, 1], 5),
    entry("rossler", rossler, {"a": 0.2, "b": 0.2, "c": 5.7}, [1, 1, 1], 20),
    entry("van-der-pol", van_der_pol, {"mu": 1.0}, [2, 0], 20),
    entry("van-der-pol", van_der_pol, {"mu": 1000.0}, [2, 0], 2000, True, "van-der-pol-stiff"),
    entry(
        "lotka-volterra", lotka_volterra,
        {"alpha": 0.55, "beta": 0.028, "gamma": 0.8, "delta": 0.024}, [30, 4], 20),
    entry(
        "fitzhugh-nagumo", fitzhugh_nagumo, {"a": 0.7, "b": 0.8, "tau": 12.5, "current": 0.5},
        [-1, 1], 100),
    entry("pendulum", pendulum, {"g": 9.81, "length": 1.0, "damping": 0.0}, [1, 0], 10),
    entry(
        "pendulum", pendulum, {"g": 9.81, "length": 2.0, "damping": 0.7}, [1, 0], 10,
        name="pendulum-damped"),
    entry("double-pendulum", double_pendulum, RODS, [0.5, 0.5, 0.5, 0.5], 10),
    entry("kepler", kepler, {"mu": 1.0, "eccentricity": ECCENTRICITY}, KEPLER_START, 10),
    entry("brusselator", brusselator, {"a": 1.0, "b": 3.0}, [1.5, 3], 20),
    entry("sir", sir, {"beta": 0.5, "gamma": 0.1, "population": 1.0}, [0.99, 0.01, 0], 100),
    entry(
        "seir", seir, {"beta": 0.6, "sigma": 0.2, "gamma": 0.15, "population": 1.0},
        [0.99, 0.01, 0, 0], 150),
    entry("spiral", spiral, {"damping": 0.1, "rotation": 2.0}, [2, 0], 25),
    entry("linear", linear, {"a11": -0.1, "a12": -2.0, "a21": 2.0, "a22": -0.1}, [2, 0], 25),
    entry("robertson", robertson, {"k1": 0.04, "k2": 3e7, "k3": 1e4}, [1, 0, 0], 40, True),
    entry(
        "cardiovascular", cardiovascular,
        {"external": 0.0, "relaxation": 0.0, "width": 0.1838, "setpoint": 70.0},
        [0.8, 0.5, 0.2, 0.95], 450),
    entry(
        "cardiovascular", cardiovascular,
        {"external": -2.0, "relaxation": 0.5, "width": 0.1838, "setpoint": 70.0},
        [0.8, 0.5, 0.2, 0.95], 450, name="cardiovascular-bleeding"),
    entry("harmonic-oscillator", harmonic, {"omega": 1.0, "damping": 0.0}, [1, 0], 20),
    entry("logistic", logistic, {"rate": 1.0, "capacity": 1.0}, [0.1], 10),
    entry(
        "duffing", duffing,
        {"delta": 0.25, "alpha": -1.0, "beta": 1.0, "amplitude": 0.3, "omega": 1.0}, [1, 0], 30),
]
assert all(e["difference"] < 1e-9 for e in entries), "two methods disagree"
document = {"scipy": scipy.__version__, "numpy": np.__version__, "solutions": entries}
path = pathlib.Path(__file__).with_name("reference_solutions.json")
path.write_text(json.dumps(document, indent=1) + "\n")
