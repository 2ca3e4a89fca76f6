"""How often 95 % intervals cover the truth: simulated data sets of two models, fitted by `neural-ode fit`.

`decay` is `x' = -k x` with `k = 1` and `x(0)` unknown, at equidistant times over 0..2; `growth` is `x' = r x (1 - x/c)` from a known tenth of
`c`, with `r = 1` and `c` unknown, at equidistant times over 0..6. The errors are normal (a fortieth of the largest value), proportional (5 %),
normal with values below a limit reported as such (a sixth to a fifth of them), or those of Poisson counts. Both intervals of the rate are
counted: by the curvature and by the profile.
Run: python3 coverage.py --tool PATH [--sets 1000] (NumPy).
"""

import argparse
import json
import math
import pathlib
import subprocess
import tempfile

import numpy as np

MODELS = {
    "decay": dict(
        text="x' = -k*x\nk = 1 > 0\nx(0) = {size}\n", end=2,
        curve=lambda t: np.exp(-t), sizes=dict(counts=40, other=2), limit=0.2),
    "growth": dict(
        text="x' = r*x*(1 - x/c)\nr = 1 > 0\nc = {size} > 0\nx(0) = {tenth} fixed\n", end=6,
        curve=lambda t: 1 / (1 + 9 * np.exp(-t)), sizes=dict(counts=60, other=2), limit=0.2),
}
NOISES = {
    "normal": [], "proportional": ["--likelihood", "proportional"],
    "poisson": ["--likelihood", "poisson"], "censored": [],
}


def cells(noise, x, limit, random):
    if noise == "poisson":
        return [f"{v:d}" for v in random.poisson(x)]
    if noise == "proportional":
        return [f"{v:.8g}" for v in x * (1 + 0.05 * random.standard_normal(len(x)))]
    values = x + 0.05 * random.standard_normal(len(x))
    if noise == "normal":
        return [f"{v:.8g}" for v in values]
    return [f"{v:.8g}" if v >= limit else f"<{limit:g}" for v in values]


def covers(interval, truth):
    low, high = (-math.inf if interval[0] is None else interval[0],
                 math.inf if interval[1] is None else interval[1])
    return low <= truth <= high


def campaign(tool, name, noise, points, sets, folder):
    setup = MODELS[name]
    random = np.random.default_rng([points, len(name), len(noise)])
    times = np.linspace(0, setup["end"], points)
    if name == "growth":
        times = np.linspace(setup["end"] / points, setup["end"], points)
    size = setup["sizes"]["counts" if noise == "poisson" else "other"]
    truth = size * setup["curve"](times)
    model, data = folder / f"{name}-{noise}.ode", folder / f"{name}-{noise}-{points}.csv"
    model.write_text(setup["text"].format(size=size, tenth=size / 10))
    counts = dict(laplace=0, profile=0, open=0, failed=0)
    for _ in range(sets):
        rows = zip(times, cells(noise, truth, setup["limit"] * size, random))
        data.write_text("time,x\n" + "".join(f"{t:.8g},{v}\n" for t, v in rows))
        found = subprocess.run(
            [tool, "fit", model, "--data", data, "--json", "--starts", "1", *NOISES[noise]],
            capture_output=True, text=True)
        try:
            estimate = json.loads(found.stdout)["estimates"][0]
        except (ValueError, KeyError):
            counts["failed"] += 1
            continue
        counts["laplace"] += estimate["laplace"] is not None and covers(estimate["laplace"], 1)
        if estimate["profile"] is None:
            counts["failed"] += 1
            continue
        counts["profile"] += covers(estimate["profile"], 1)
        counts["open"] += None in estimate["profile"]
    return counts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--sets", type=int, default=1000)
    parser.add_argument("--models", nargs="*", default=list(MODELS))
    parser.add_argument("--noise", nargs="*", default=list(NOISES))
    parser.add_argument("--points", nargs="*", type=int, default=[5, 6, 12, 50])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in options.models:
            for noise in options.noise:
                for points in options.points:
                    c = campaign(options.tool, name, noise, points, options.sets,
                                 pathlib.Path(folder))
                    print(f"{name:7} {noise:13} {points:3} points: "
                          f"profile {100 * c['profile'] / options.sets:.1f} %, "
                          f"curvature {100 * c['laplace'] / options.sets:.1f} %, "
                          f"open ends {c['open']}, failed {c['failed']}", flush=True)


if __name__ == "__main__":
    main()
