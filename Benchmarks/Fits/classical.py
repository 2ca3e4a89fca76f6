"""Fourteen classical fits: equations, truth, starting point and data of each.

`fit_suite.py` writes the equations, the data and SciPy's best fits to Tests/Fixtures/fits; `compare.py` runs them through
other tools. Every problem starts at the values that its equation file names.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.integrate import solve_ivp


@dataclass
class Problem:
    name: str
    # name, start, truth, bounds ("> 0" or "")
    parameters: list
    # state, derivative; both in the language of equation files (^ is a power), which Python reads with ** in its place
    states: list
    # state, initial value: a number or a formula of parameters
    initial: list
    # observed name, formula
    observed: list
    times: np.ndarray
    noise: list
    # measured values, where they are real ones
    data: object = None
    compiled: dict = field(default_factory=dict)

    def text(self):
        lines = [f"{s}' = {f}" for s, f in self.states]
        lines += [f"{o} = {f}" for o, f in self.observed if o != f]
        lines += [f"{s}(0) = {v} fixed" for s, v in self.initial]
        lines += [f"{p[0]} = {p[1]:g} {p[3]}".rstrip() for p in self.parameters]
        return "\n".join(lines) + "\n"

    def names(self):
        return [p[0] for p in self.parameters]

    def start(self):
        return np.array([p[1] for p in self.parameters], dtype=float)

    def truth(self):
        return np.array([p[2] for p in self.parameters], dtype=float)

    def function(self, formulas, arguments):
        """A Python function of names and formulas; values of several parameter sets are arrays."""
        scope = {"log": np.log, "exp": np.exp, "sin": np.sin}
        body = ", ".join(str(f).replace("^", "**") for f in formulas)
        exec(f"def function(t, _y, _p):\n  {arguments}\n  return ({body},)", scope)
        return scope["function"]

    def simulate(self, parameters, tolerance=1e-9):
        """Values [time, observed] of parameters [name], or [time, observed, set] of parameters [name, set].

        Sets are solved together, with the same steps, so that their differences are smooth. None where the equations have no
        solution.
        """
        states = [s for s, _ in self.states]
        if not self.compiled:
            unpack = ", ".join(states) + ", = _y; " + ", ".join(self.names()) + ", = _p"
            parts = {"f": [f for _, f in self.states], "x": [v for _, v in self.initial],
                     "o": [f for _, f in self.observed]}
            self.compiled = {k: self.function(f, unpack) for k, f in parts.items()}
        p = np.asarray(parameters, dtype=float)
        width = p.shape[1] if p.ndim == 2 else 1
        shape = (len(states), width)
        zeros = np.zeros(shape)
        start = np.array([np.broadcast_to(v, width) for v in self.compiled["x"](0, zeros, p)])
        field = self.compiled["f"]

        calls = 0

        def count():
            # Far from the truth equations may be so stiff that a solve has no end.
            nonlocal calls
            calls += 1
            if calls > 50_000:
                raise ArithmeticError("too many steps")

        def slopes(t, y):
            count()
            return np.array(field(t, y.reshape(shape), p)).ravel()

        def flat(t, y):
            count()
            return field(t, y, p)

        single = p.ndim == 1
        p = p.tolist() if single else p
        try:
            with np.errstate(all="ignore"):
                found = solve_ivp(flat if single else slopes, (0, self.times[-1]), start.ravel(),
                                  "LSODA", t_eval=self.times, rtol=tolerance,
                                  atol=tolerance * 1e-2)
        except (ArithmeticError, ValueError, TypeError):
            return None
        if not found.success or found.y.shape[1] != len(self.times):
            return None
        with np.errstate(all="ignore"):
            y = found.y.reshape(*shape, -1)
            values = self.compiled["o"](self.times, y, np.asarray(p).reshape(-1, width, 1))
        values = np.array([np.broadcast_to(v, y.shape[1:]) for v in values])
        values = np.moveaxis(values, 2, 0)
        values = values[:, :, 0] if single else values
        return values if np.isfinite(values).all() else None

    def measured(self):
        if self.data is not None:
            return self.data
        seed = sum(ord(c) * (i + 1) for i, c in enumerate(self.name))
        noise = np.random.default_rng(seed).standard_normal((len(self.times), len(self.observed)))
        return np.round(self.simulate(self.truth()) + noise * np.array(self.noise), 6)


PINENE = np.array([
    [88.35, 7.3, 2.3, 0.4, 1.75], [76.4, 15.6, 4.5, 0.7, 2.8], [65.1, 23.1, 5.3, 1.1, 5.8],
    [50.4, 32.9, 6.0, 1.5, 9.3], [37.5, 42.7, 6.0, 1.9, 12.0], [25.9, 49.1, 5.9, 2.2, 17.0],
    [14.0, 57.4, 5.1, 2.6, 21.0], [4.5, 63.1, 3.8, 2.9, 25.7]])

POSITIVE = "> 0"

PROBLEMS = [
    Problem("michaelis-menten", [("vmax", 1, 2.3, POSITIVE), ("km", 1, 3.1, POSITIVE)],
            [("s", "-vmax*s/(km + s)")], [("s", 10)], [("s", "s")], np.linspace(0.5, 12, 20), [0.1]),
    Problem("consecutive-reactions", [("k1", 1, 0.7, POSITIVE), ("k2", 1, 0.25, POSITIVE)],
            [("a", "-k1*a"), ("b", "k1*a - k2*b"), ("c", "k2*b")], [("a", 1), ("b", 0), ("c", 0)],
            [("a", "a"), ("b", "b"), ("c", "c")], np.linspace(0.5, 12, 16), [0.02, 0.02, 0.02]),
    Problem("one-compartment",
            [("ka", 1, 1.5, POSITIVE), ("cl", 1, 2.8, POSITIVE), ("v", 10, 32, POSITIVE)],
            [("depot", "-ka*depot"), ("central", "ka*depot - cl/v*central")],
            [("depot", 320), ("central", 0)], [("conc", "central/v")],
            np.array([0.25, 0.5, 1, 2, 3.5, 5, 7, 9, 12, 24]), [0.2]),
    Problem("two-compartments",
            [("cl", 1, 5, POSITIVE), ("v1", 10, 20, POSITIVE), ("q", 1, 8, POSITIVE),
             ("v2", 10, 60, POSITIVE)],
            [("c", "-(cl*c + q*(c - p))/v1"), ("p", "q*(c - p)/v2")],
            [("c", "1000/v1"), ("p", 0)], [("c", "c")],
            np.array([0.1, 0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 18, 24, 36]), [0.4]),
    Problem("gompertz", [("r", 1, 0.25, POSITIVE), ("k", 10, 300, POSITIVE), ("n0", 1, 4, POSITIVE)],
            [("n", "r*n*log(k/n)")], [("n", "n0")], [("n", "n")], np.linspace(0, 20, 21), [5]),
    Problem("logistic-unbounded", [("r", 1, 0.6, ""), ("k", 100, 800, ""), ("n0", 1, 10, "")],
            [("n", "r*n*(1 - n/k)")], [("n", "n0")], [("n", "n")], np.linspace(0, 16, 20), [9]),
    Problem("seir", [("beta", 1, 0.8, POSITIVE), ("sigma", 1, 0.3, POSITIVE), ("gamma", 1, 0.2, POSITIVE)],
            [("s", "-beta*s*i/1000"), ("e", "beta*s*i/1000 - sigma*e"), ("i", "sigma*e - gamma*i"),
             ("r", "gamma*i")], [("s", 995), ("e", 0), ("i", 5), ("r", 0)],
            [("i", "i"), ("r", "r")], np.linspace(2, 60, 30), [6, 10]),
    Problem("fitzhugh-nagumo", [("a", 0.5, 0.2, POSITIVE), ("b", 0.5, 0.2, POSITIVE), ("c", 1, 3, POSITIVE)],
            [("v", "c*(v - v^3/3 + w)"), ("w", "-(v - a + b*w)/c")], [("v", -1), ("w", 1)],
            [("v", "v"), ("w", "w")], np.linspace(0.5, 20, 40), [0.1, 0.1]),
    Problem("alpha-pinene",
            [("p1", 1e-4, 5.93e-5, POSITIVE), ("p2", 1e-4, 2.96e-5, POSITIVE),
             ("p3", 1e-4, 2.05e-5, POSITIVE), ("p4", 1e-4, 27.5e-5, POSITIVE),
             ("p5", 1e-4, 4e-5, POSITIVE)],
            [("y1", "-(p1 + p2)*y1"), ("y2", "p1*y1"), ("y3", "p2*y1 - (p3 + p4)*y3 + p5*y5"),
             ("y4", "p3*y3"), ("y5", "p4*y3 - p5*y5")],
            [("y1", 100), ("y2", 0), ("y3", 0), ("y4", 0), ("y5", 0)],
            [(f"y{i}", f"y{i}") for i in range(1, 6)],
            np.array([1230, 3060, 4920, 7800, 10680, 15030, 22620, 36420.0]), [1] * 5, PINENE),
    Problem("monod", [("mu", 1, 0.4, POSITIVE), ("ks", 1, 0.5, POSITIVE), ("y", 1, 0.5, POSITIVE)],
            [("x", "mu*s/(ks + s)*x"), ("s", "-mu*s/(ks + s)*x/y")], [("x", 0.1), ("s", 10)],
            [("x", "x"), ("s", "s")], np.linspace(0.5, 14, 28), [0.05, 0.1]),
    Problem("hill-cascade",
            [("b", 0.5, 0.8, POSITIVE), ("d", 0.5, 0.4, POSITIVE), ("vm", 1, 1.6, POSITIVE),
             ("n", 1, 3, POSITIVE), ("kk", 1, 1.2, POSITIVE), ("d2", 1, 0.5, POSITIVE)],
            [("x", "b - d*x"), ("y", "vm*x^n/(kk^n + x^n) - d2*y")], [("x", 0), ("y", 0)],
            [("x", "x"), ("y", "y")], np.linspace(0, 15, 31), [0.04, 0.04]),
    Problem("goodwin",
            [("a1", 1, 1, POSITIVE), ("a2", 1, 3, POSITIVE), ("k1", 1, 2, POSITIVE),
             ("k2", 1, 1, POSITIVE), ("d", 0.3, 0.5, POSITIVE)],
            [("x", "a1/(1 + a2*z^10) - d*x"), ("y", "k1*x - d*y"), ("z", "k2*y - d*z")],
            [("x", 0), ("y", 0), ("z", 0)], [("x", "x"), ("y", "y"), ("z", "z")],
            np.linspace(0.5, 40, 60), [0.02, 0.05, 0.05]),
    Problem("lotka-volterra",
            [("alpha", 1, 0.55, POSITIVE), ("beta", 0.1, 0.028, POSITIVE),
             ("gamma", 1, 0.8, POSITIVE), ("delta", 0.1, 0.024, POSITIVE)],
            [("prey", "alpha*prey - beta*prey*predator"),
             ("predator", "delta*prey*predator - gamma*predator")],
            [("prey", 30), ("predator", 4)], [("prey", "prey"), ("predator", "predator")],
            np.linspace(1, 20, 20), [3, 3]),
    Problem("van-der-pol", [("mu", 1, 3, POSITIVE), ("w", 1, 1.3, POSITIVE)],
            [("x", "w*v"), ("v", "w*(mu*(1 - x^2)*v - x)")], [("x", 2), ("v", 0)], [("x", "x")],
            np.linspace(0.5, 25, 50), [0.1]),
]
