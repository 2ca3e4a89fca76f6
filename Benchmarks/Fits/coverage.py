"""How often 95 % intervals cover the truth: simulated data sets of an exponential decay, fitted by `neural-ode fit`.

The model is `x' = -k x` with `k = 1` and `x(0)` unknown, at equidistant times over 0..2 (normal errors of 0.05 at x(0) = 2;
proportional errors of 5 %; normal errors of 0.05 of which values below a limit are reported as such, which happens to a sixth
to a fifth of them; Poisson counts at x(0) = 40). Both intervals of `k` are counted: by the curvature and by the profile.
Run: python3 coverage.py --tool PATH [--sets 1000] (NumPy).
"""

import argparse
import json
import math
import pathlib
import subprocess
import tempfile

import numpy as np

NOISES = {
    "normal": dict(x0=2, options=[]),
    "proportional": dict(x0=2, options=["--likelihood", "proportional"]),
    "poisson": dict(x0=40, options=["--likelihood", "poisson"]),
    "censored": dict(x0=2, options=[]),
}
LIMIT = 0.4


def cells(noise, x, random):
    if noise == "normal":
        return [f"{v:.8g}" for v in x + 0.05 * random.standard_normal(len(x))]
    if noise == "proportional":
        return [f"{v:.8g}" for v in x * (1 + 0.05 * random.standard_normal(len(x)))]
    if noise == "poisson":
        return [f"{v:d}" for v in random.poisson(x)]
    values = x + 0.05 * random.standard_normal(len(x))
    return [f"{v:.8g}" if v >= LIMIT else f"<{LIMIT}" for v in values]


def covers(interval, truth):
    low, high = (-math.inf if interval[0] is None else interval[0],
                 math.inf if interval[1] is None else interval[1])
    return low <= truth <= high


def campaign(tool, noise, points, sets, folder):
    setup = NOISES[noise]
    random = np.random.default_rng(points)
    times = np.linspace(0, 2, points)
    truth = setup["x0"] * np.exp(-times)
    model, data = folder / f"{noise}.ode", folder / f"{noise}{points}.csv"
    model.write_text(f"x' = -k*x\nk = 1 > 0\nx(0) = {setup['x0']}\n")
    counts = dict(laplace=0, profile=0, open=0, failed=0)
    for _ in range(sets):
        rows = zip(times, cells(noise, truth, random))
        data.write_text("time,x\n" + "".join(f"{t:.8g},{v}\n" for t, v in rows))
        found = subprocess.run(
            [tool, "fit", model, "--data", data, "--json", "--starts", "1", *setup["options"]],
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
    parser.add_argument("--noise", nargs="*", default=list(NOISES))
    parser.add_argument("--points", nargs="*", type=int, default=[5, 6, 12, 50])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for noise in options.noise:
            for points in options.points:
                c = campaign(options.tool, noise, points, options.sets, pathlib.Path(name))
                print(f"{noise:13} {points:3} points: profile {100 * c['profile'] / options.sets:.1f} %, "
                      f"curvature {100 * c['laplace'] / options.sets:.1f} %, open ends {c['open']}, "
                      f"failed {c['failed']}", flush=True)


if __name__ == "__main__":
    main()
