"""Solutions of equations with algebraic states by SciPy, which solves for the algebraic states inside the right-hand side.

Jumps of doses, events and inputs end a piece of the integration. Tolerances are 1e-12, or 1e-11 by Radau.
"""

import json
import math

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

cases = []


def pieces(field, start, times, jumps=(), method="DOP853", rtol=1e-12, atol=1e-13):
    """States at times; a jump is a time and a function of the state; the field has the number of past jumps."""
    y, t, states = np.array(start, float), times[0], []
    ends = [j for j in jumps] + [(times[-1] + 1, None)]
    left = list(times)
    for piece, (end, change) in enumerate(ends):
        now = [s for s in left if s < end]
        left = left[len(now):]
        last = end if change else times[-1]
        if now or change:
            solution = solve_ivp(lambda s, x: field(s, x, piece), (t, last), y, method=method, rtol=rtol, atol=atol,
                                 t_eval=sorted(set(now + [last])))
            assert solution.success
            columns = dict(zip(solution.t, solution.y.T))
            states += [columns[s].tolist() for s in now]
            y, t = columns[last], last
        if change:
            y = change(y)
    return states


def add(name, text, times, states, tolerance=1e-7, inputs=None):
    cases.append({"name": name, "text": text, "times": times, "states": states, "tolerance": tolerance,
                  "inputs": inputs or {}})


times = [0, 0.4, 40, 4000, 1e5]
rows = pieces(lambda t, y, p: [-0.04 * y[0] + 1e4 * y[1] * (1 - y[0] - y[1]),
                               0.04 * y[0] - 1e4 * y[1] * (1 - y[0] - y[1]) - 3e7 * y[1] ** 2],
              [1, 0], times, method="Radau", rtol=1e-11, atol=1e-15)
add("Robertson", "x' = -0.04*x + 1e4*y*z\ny' = 0.04*x - 1e4*y*z - 3e7*y^2\nalgebraic z\n0 = x + y + z - 1\nx(0) = 1\ny(0) = 0",
    times, [[x, y, 1 - x - y] for x, y in rows])

times = [0, 0.5, 1, 1.5, 2, 3, 3.5, 4.2, 5]
free = lambda a: (-1 + math.sqrt(1 + 8 * 2.5 * a)) / (4 * 2.5)
rows = pieces(lambda t, y, p: [-0.8 * free(y[0]) + (4 if p == 2 else 0)], [1], times,
              [(1.5, lambda y: y + 3), (3, lambda y: y), (4, lambda y: y)])
add("a dimer in equilibrium, with doses",
    "total' = -k*free\nalgebraic free = 0.1\n0 = free + 2*K*free^2 - total\nk = 0.8\nK = 2.5\ntotal(0) = 1\n"
    "dose 3 into total at 1.5\ndose 4 into total at 3 over 1", times, [[a, free(a)] for (a,) in rows])

times = [0, 0.5, 1, 1.5, 2, 3]
force = lambda t, p: [0.0, 2.0, -0.5][p]
rows = pieces(lambda t, y, p: [-y[0] + force(t, p)], [1], times, [(0.75, lambda y: y), (2, lambda y: y)])
add("a measured input", "x' = -x + u\ninput u\nalgebraic z = 1\n0 = z^2 - x - 1 - u/10\nx(0) = 1", times,
    [[x, math.sqrt(x + 1 + force(t, 0 if t < 0.75 else 1 if t < 2 else 2) / 10)] for t, (x,) in zip(times, rows)],
    inputs={"u": {"times": [0, 0.75, 2], "values": [0, 2, -0.5]}})

crossing = math.log(1 / 0.21)
times = [0, 1, 1.5, 2, 3]
rows = pieces(lambda t, y, p: [-y[0]], [1], times, [(crossing, lambda y: y * 0 + 3)])
add("an event of an algebraic state", "x' = -x\nalgebraic z = 1\n0 = z^2 - x - 1\nx(0) = 1\nevent z < 1.1: x = 3", times,
    [[x, math.sqrt(x + 1)] for (x,) in rows])


def diode(u, c):
    """The voltage over a diode in series with a resistor."""
    current = lambda v: 1e-6 * (math.exp(v / 0.05) - 1)
    v = brentq(lambda v: u - v - 10 * current(v) - c, -20, 1.2, xtol=1e-15, rtol=1e-15)
    return v, current(v)


times = [0, 0.1, 0.25, 0.4, 0.75, 1.2, 2]
wave = lambda t: math.sin(2 * math.pi * t)
rows = pieces(lambda t, y, p: [diode(wave(t), y[0])[1] / 0.02 - y[0] / 2], [0], times, method="LSODA", rtol=1e-12)
add("a rectifier",
    "c' = i/0.02 - c/2\nalgebraic v\nalgebraic i\n0 = sin(2*pi*t) - v - 10*i - c\n0 = i - s*(exp(v/0.05) - 1)\ns = 1e-6\nc(0) = 0",
    times, [[c, *diode(wave(t), c)] for t, (c,) in zip(times, rows)], tolerance=1e-6)

crossing = 2 * math.log(2)  # x = 2 - 2 exp(-t/2) before
times = [0, 1, 1.3, 1.6, 2.5]
rows = pieces(lambda t, y, p: [1.5 - 0.5 - 0.5 * y[0] if p == 0 else 1.5 - 1 + 0.1 * (y[0] - 1)], [0], times,
              [(crossing, lambda y: y)])
add("a switch in an algebraic equation",
    "x' = 1.5 - z\nalgebraic z\n0 = z - if(x < 1, 0.5 + 0.5*x, 1 - 0.1*(x - 1))\nx(0) = 0", times,
    [[x, 0.5 + 0.5 * x if x < 1 else 1 - 0.1 * (x - 1)] for (x,) in rows])

times = [0, 0.3, 1, 2, 5]
rows = pieces(lambda t, y, p: [y[1], -9.81 * math.sin(y[0])], [math.pi / 2, 0], times)
add("a pendulum with the force of its rod",
    "x' = u\ny' = v\nu' = -f*x\nv' = -f*y - g\nalgebraic f\n0 = u^2 + v^2 - f*(x^2 + y^2) - g*y\ng = 9.81\n"
    "x(0) = 1\ny(0) = 0\nu(0) = 0\nv(0) = 0", times,
    [[math.sin(a), -math.cos(a), w * math.cos(a), w * math.sin(a), w * w + 9.81 * math.cos(a)] for a, w in rows],
    tolerance=1e-6)

with open("algebraic_equations.json", "w") as file:
    json.dump({"cases": cases}, file, indent=1)
