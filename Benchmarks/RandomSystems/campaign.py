"""Random systems of equations, solved by `neural-ode solve` with default settings and by SciPy.

Counts the systems that are reported as completed with an error over 1,000 tolerances. The reference knows
where the right-hand side jumps: it integrates from one breakpoint to the next with DOP853 or Radau at 1e-12,
and follows state switches with event location. Systems whose solution a relative change of 1e-9 of the
initial state moves by more than 1e-5 are chaotic or singular and are counted apart.

    python campaign.py --tool ../../.build/release/neural-ode --count 10000 --seed 0 --out campaign.json
"""

import argparse
import json
import math
import os
import subprocess
import tempfile

import numpy as np
from scipy.integrate import solve_ivp

RTOL, ATOL = 1e-6, 1e-9


def number(value):
    return repr(float(f"{value:.6g}"))


class System:
    """Text for the tool, a right-hand side for the reference, and its breakpoints in time."""

    def __init__(self, kind, text, field, start, span, breaks=(), events=(), stiff=False, blowup=False):
        self.kind, self.text, self.field, self.start, self.span = kind, text, field, np.array(start), span
        self.breaks = sorted(b for b in set(breaks) if 0 < b < span)
        self.events, self.stiff, self.blowup = list(events), stiff, blowup

    def source(self):
        lines = list(self.text)
        names = [line.split("'")[0] for line in lines if "'" in line.split("=")[0]]
        lines += [f"{n}(0) = {number(v)}" for n, v in zip(names, self.start)]
        return "\n".join(lines) + f"\nspan = 0..{number(self.span)}\n"


def reference(system, start):
    """States at the end, or None after a blow-up; switches of the state end a piece (branch frozen inside)."""
    y, t = np.array(start, float), 0.0
    for end in [*system.breaks, system.span]:
        middle = (t + end) / 2
        pieces = 0
        while t < end:
            signs = None
            if system.events:
                # the branch is that just after t
                probe = y + 1e-9 * np.array(system.field(t, y, middle, None))
                signs = [math.copysign(1, g(t, probe)) for g in system.events]
                functions = []
                for g in system.events:
                    def crossing(s, x, g=g):
                        return g(s, x)
                    crossing.terminal = True
                    functions.append(crossing)
            else:
                functions = None
            solution = solve_ivp(
                lambda s, x: system.field(s, x, middle, signs), (t, end), y,
                method="Radau" if system.stiff else "DOP853",
                rtol=1e-10 if system.stiff else 1e-12, atol=1e-14, events=functions, first_step=None)
            if solution.status < 0 or not np.all(np.isfinite(solution.y[:, -1])):
                return None
            y, t = solution.y[:, -1], solution.t[-1]
            if np.max(np.abs(y)) > 1e12:
                return None
            if solution.status == 1:
                pieces += 1
                if pieces > 200:
                    return "sliding"
                # leave the surface by a hair along the new branch
                flipped = [math.copysign(1, -s) if abs(g(t, y)) < 1e-9 else s for s, g in zip(signs, system.events)]
                step = min(1e-10 * max(1, abs(t)), (end - t) / 2)
                y = y + step * np.array(system.field(t, y, middle, flipped))
                t = t + step
                if t >= end:
                    break
        t = end
    return y


def polynomial(rng):
    n = rng.integers(1, 4)
    names = "xyz"[:n]
    terms, functions = [], []
    for i in range(n):
        c = rng.normal(size=4) * [0.5, 1, 0.6, 0.4]
        j, k = rng.integers(0, n, 2)
        terms.append(
            f"{names[i]}' = {number(c[0])} + {number(c[1])}*{names[j]} + {number(c[2])}*{names[j]}*{names[k]}"
            f" - {number(abs(c[3]))}*{names[i]}^3")
        functions.append((c, j, k))
    functions = [([float(number(v)) for v in c], j, k) for c, j, k in functions]

    def field(t, y, middle, signs):
        return [c[0] + c[1] * y[j] + c[2] * y[j] * y[k] - abs(c[3]) * y[i] ** 3 for i, (c, j, k) in enumerate(functions)]

    return System("polynomial", terms, field, rng.normal(size=n), rng.uniform(1, 20))


def stiff(rng):
    fast = float(number(10 ** rng.uniform(2, 5)))
    w = float(number(rng.uniform(0.3, 3)))
    text = [f"x' = -{number(fast)}*(x - cos({number(w)}*t))", "y' = x - y"]
    return System("stiff", text, lambda t, y, m, s: [-fast * (y[0] - math.cos(w * t)), y[0] - y[1]],
                  rng.normal(size=2), rng.uniform(1, 5), stiff=True)


def blowup(rng):
    a = float(number(rng.uniform(0.5, 2)))
    x0 = float(number(rng.uniform(0.3, 2)))
    pole = 1 / (a * x0)
    span = pole * (1.0 if rng.random() < 0.3 else rng.uniform(0.7, 1.5))
    return System("pole", [f"x' = {number(a)}*x^2"], lambda t, y, m, s: [a * y[0] ** 2], [x0], span,
                  blowup=float(number(span)) >= 1 / (a * float(number(x0))))


def pulse(rng):
    span = float(number(10 ** rng.uniform(-1, 3)))
    width = span * 10 ** rng.uniform(-3, -1)
    a = float(number(rng.uniform(0, span - width)))
    b = float(number(a + width))
    height = float(number(rng.uniform(1, 10) / width))
    k = float(number(rng.uniform(0, 10) / span))
    form = rng.integers(0, 3)
    if form == 0:
        shape = f"(heaviside(t - {number(a)}) - heaviside(t - {number(b)}))"
    elif form == 1:
        shape = f"heaviside(t - {number(a)})*heaviside({number(b)} - t)"
    else:
        shape = f"heaviside((t - {number(a)})*({number(b)} - t))"

    def field(t, y, middle, signs):
        return [(height if a < middle < b else 0.0) - k * y[0]]

    return System("pulse", [f"x' = {number(height)}*{shape} - {number(k)}*x"], field, [rng.normal()], span, breaks=[a, b])


def train(rng):
    """A periodic switch of time."""
    w, c = float(number(rng.uniform(0.5, 30))), float(number(rng.uniform(-0.98, 0.98)))
    k = float(number(rng.uniform(0, 2)))
    span = float(number(rng.uniform(1, 10)))
    breaks = []
    for n in range(-2, int(w * span / (2 * math.pi)) + 3):
        for root in (math.asin(c), math.pi - math.asin(c)):
            breaks.append((root + 2 * math.pi * n) / w)

    def field(t, y, middle, signs):
        return [(1.0 if math.sin(w * middle) >= c else 0.0) - k * y[0]]

    return System("train", [f"x' = heaviside(sin({number(w)}*t) - {number(c)}) - {number(k)}*x"], field,
                  [rng.normal()], span, breaks=breaks)


def gaussian(rng):
    span = float(number(rng.uniform(1, 10)))
    width = float(number(span * 10 ** rng.uniform(-3, -1)))
    centre = float(number(rng.uniform(0, span)))
    height = float(number(rng.uniform(0.5, 5) / width))
    k = float(number(rng.uniform(0, 2)))

    def field(t, y, middle, signs):
        return [height * math.exp(-(((t - centre) / width) ** 2)) - k * y[0]]

    breaks = [centre + d * width for d in (-6, -3, -1, 0, 1, 3, 6)]
    return System("narrow Gaussian", [f"x' = {number(height)}*exp(-((t - {number(centre)})/{number(width)})^2) - {number(k)}*x"],
                  field, [rng.normal()], span, breaks=breaks)


def switch(rng):
    """A switch of the state that is crossed."""
    level = float(number(rng.uniform(-0.8, 0.8)))
    w = float(number(rng.uniform(0.5, 4)))
    a, b = (float(number(v)) for v in rng.uniform(-0.4, 0.4, 2))
    span = float(number(rng.uniform(2, 15)))
    text = ["x' = y", f"y' = -{number(w * w)}*x + if(x > {number(level)}, {number(a)}, {number(b)})"]
    w2 = float(number(w * w))

    def field(t, y, middle, signs):
        above = (y[0] > level) if signs is None else signs[0] > 0
        return [y[1], -w2 * y[0] + (a if above else b)]

    return System("state switch", text, field, rng.normal(size=2), span, events=[lambda t, y: y[0] - level])


def kinks(rng):
    w = float(number(rng.uniform(0.5, 6)))
    c = float(number(rng.uniform(0, 1)))
    span = float(number(rng.uniform(2, 20)))
    form = rng.integers(0, 3)
    if form == 0:
        text, f = f"x' = abs(sin({number(w)}*t)) - {number(c)}*x", lambda t, y: abs(math.sin(w * t)) - c * y[0]
        breaks = [n * math.pi / w for n in range(1, int(w * span / math.pi) + 2)]
    elif form == 1:
        text, f = f"x' = max(sin({number(w)}*t), {number(c)}) - x", lambda t, y: max(math.sin(w * t), c) - y[0]
        breaks = [(r + 2 * math.pi * n) / w for n in range(-1, int(w * span / 6.28) + 2) for r in (math.asin(c), math.pi - math.asin(c))]
    else:
        text, f = f"x' = mod({number(w)}*t, 1) - x", None
        breaks = [n / w for n in range(1, int(w * span) + 2)]

    def field(t, y, middle, signs):
        if form == 2:
            return [w * t - math.floor(w * middle) - y[0]]
        return [f(t, y)]

    return System("kinks", [text], field, [rng.normal()], span, breaks=breaks)


def domain(rng):
    a = float(number(rng.uniform(0.2, 2)))
    x0 = float(number(rng.uniform(0.2, 2)))
    form = rng.integers(0, 2)
    if form == 0:  # reaches 0 at t = 2 sqrt(x0) / a, where the square root ends
        return System("domain", [f"x' = -{number(a)}*sqrt(x)"], lambda t, y, m, s: [-a * math.sqrt(max(y[0], 0))],
                      [x0], 2 * math.sqrt(x0) / a * rng.uniform(0.3, 0.95))
    return System("domain", [f"x' = {number(a)}*log(x)"], lambda t, y, m, s: [a * math.log(y[0]) if y[0] > 0 else math.nan],
                  [x0 + 1.0], rng.uniform(0.3, 2))


def oscillation(rng):
    w = float(number(rng.uniform(1, 10)))
    span = float(number(rng.uniform(20, 200)))
    w2 = float(number(w * w))
    return System("long oscillation", ["x' = y", f"y' = -{number(w2)}*x"], lambda t, y, m, s: [y[1], -w2 * y[0]],
                  rng.normal(size=2), span)


KINDS = [polynomial, stiff, blowup, pulse, pulse, train, gaussian, switch, kinks, domain, oscillation]


def examine(task):
    seed, tool, method = task
    rng = np.random.default_rng(seed)
    system = KINDS[rng.integers(0, len(KINDS))](rng)
    system.start = np.array([float(number(v)) for v in system.start])
    system.span = float(number(system.span))
    with tempfile.NamedTemporaryFile("w", suffix=".ode", delete=False) as file:
        file.write(system.source())
    try:
        run = subprocess.run([tool, "solve", file.name, "--points", "2", "--json", *method],
                             capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        return seed, system.kind, "timeout", None, system.source()
    finally:
        os.unlink(file.name)
    if run.returncode != 0:
        return seed, system.kind, "refused" if run.returncode not in (0, 1) else "failed", None, system.source()
    warned = "warning" in run.stderr
    found = np.array(json.loads(run.stdout)["states"][-1], float)
    if system.blowup:
        return seed, system.kind, "warned" if warned else "wrong", math.inf, system.source()
    with np.errstate(all="ignore"):
        exact = reference(system, system.start)
        if exact is None or isinstance(exact, str):
            return seed, system.kind, "no reference", None, system.source()
        beside = reference(system, system.start * (1 + 1e-9) + 1e-12)
    scale = ATOL + RTOL * max(np.max(np.abs(exact)), np.max(np.abs(system.start)))
    error = float(np.max(np.abs(found - exact)) / scale)
    if beside is None or isinstance(beside, str) or np.max(np.abs(beside - exact)) / scale > 10:
        return seed, system.kind, "sensitive", error, system.source()
    verdict = "right" if error <= 1000 else "warned" if warned else "wrong"
    return seed, system.kind, verdict, error, system.source()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out")
    parser.add_argument("--show", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="number of the first system, to go on with a campaign")
    parser.add_argument("method", nargs="*", help="further options of solve")
    arguments = parser.parse_args()
    tasks = [(1_000_003 * arguments.seed + i, arguments.tool, arguments.method) for i in range(arguments.first, arguments.first + arguments.count)]
    from multiprocessing import Pool
    with Pool(arguments.jobs) as pool:
        results = []
        for result in pool.imap(examine, tasks, chunksize=20):
            results.append(result)
            if result[2] in ("wrong", "timeout"):
                print(f"{result[1]}, seed {result[0]}, {result[2]}, {result[3]} tolerances", flush=True)
            if len(results) % 500 == 0:
                print(f"{len(results)} of {len(tasks)}", flush=True)
    table = {}
    for _, kind, verdict, _, _ in results:
        table.setdefault(kind, {}).setdefault(verdict, 0)
        table[kind][verdict] += 1
    for kind in sorted(table):
        print(f"{kind:18}", table[kind])
    wrong = sorted((r for r in results if r[2] in ("wrong", "timeout")), key=lambda r: -(r[3] or 0))
    completed = sum(r[2] in ("right", "wrong", "warned") for r in results)
    print(f"{completed} completed, {sum(r[2] == 'wrong' for r in results)} of them wrong without a warning")
    for seed, kind, verdict, error, source in wrong[: arguments.show]:
        print(f"--- {kind}, seed {seed}, {verdict}, {error} tolerances\n{source}")
    if arguments.out:
        with open(arguments.out, "w") as file:
            json.dump({"count": arguments.count, "seed": arguments.seed, "table": table,
                       "wrong": [r[0] for r in wrong]}, file, indent=1)


if __name__ == "__main__":
    main()
