"""Compares the forecasts of runs with their baselines, from the evaluation.json of each run folder.

usage: python summary.py FOLDER-OF-RUNS

For each run: the geometric mean, over channels and horizons, of the root mean squared error of the
model over that of the best baseline in the test part and over that of the chosen statistical
forecast; the largest ratio; the shares of observations in the bands of 90 % and 50 %; and the
error in hidden gaps over that of linear interpolation.
"""
import json
import math
import pathlib
import sys


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def mean(values):
    return sum(values) / len(values)


def entry(entries, channel, key, length):
    return next((e for e in entries if e["channel"] == channel and e.get(key) == length), None)


ratios = []
print("| series | forecasts | over the best baseline | largest | over the statistical forecast | in 90 % | in 50 % | gaps |")
print("|---|---|---|---|---|---|---|---|")
for path in sorted(pathlib.Path(sys.argv[1]).glob("*/evaluation.json")):
    document = json.loads(path.read_text())
    best, chosen, gaps = [], [], []
    forecasts = document["metrics"]["forecast"]
    for one in forecasts:
        errors = {
            name: found["rmse"]
            for name, entries in document["baselines"].items()
            if (found := entry(entries, one["channel"], "horizon", one["horizon"]))
        }
        own = errors.pop("statistical forecast", None)
        best.append(one["rmse"] / min(errors.values()))
        if own:
            chosen.append(one["rmse"] / own)
    for one in document["metrics"]["gaps"]:
        found = entry(document["baselines"].get("linear interpolation", []), one["channel"], "length", one["length"])
        if found:
            gaps.append(one["rmse"] / found["rmse"])
    ratios.append(geometric_mean(best))
    print(
        f"| {path.parent.name} | {forecasts[0]['count']} | {ratios[-1]:.3f} | {max(best):.2f} | {geometric_mean(chosen):.3f} "
        f"| {mean([one['coverage90'] for one in forecasts]):.2f} | {mean([one['coverage50'] for one in forecasts]):.2f} "
        f"| {geometric_mean(gaps):.2f} |"
    )
print(f"\ngeometric mean over the best baseline: {geometric_mean(ratios):.3f}")
