"""The classical fits by `neural-ode fit`, from the written start with ten seeds each.

A fit counts if its sum of squares, or rather its likelihood with a standard deviation for each column, is SciPy's best one to 1e-4.
Run: python3 suite.py --tool PATH [--seeds 10]
"""

import argparse
import json
import pathlib
import resource
import subprocess

FOLDER = pathlib.Path(__file__).parent.parent.parent / "Tests" / "Fixtures" / "fits"


def fit(tool, name, seed, *options):
    """The fit's document and its seconds of processor time."""
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    begin = used()
    found = subprocess.run(
        [tool, "fit", FOLDER / f"{name}.ode", "--data", FOLDER / f"{name}.csv", "--seed", str(seed),
         "--json", *options], capture_output=True, text=True)
    seconds = used() - begin
    try:
        return json.loads(found.stdout), seconds
    except ValueError:
        print(name, seed, found.stderr)
        return None, seconds


def reaches(entry, document):
    if document is None:
        return False
    return -document["logLikelihood"] - entry["objective"] < 0.5e-4 * document["measurements"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--names", nargs="*")
    options = parser.parse_args()
    for entry in json.loads((FOLDER / "suite.json").read_text()):
        if options.names and entry["name"] not in options.names:
            continue
        found = [fit(options.tool, entry["name"], seed) for seed in range(options.seeds)]
        good = sum(reaches(entry, document) for document, _ in found)
        search = [fit(options.tool, entry["name"], 0, "--intervals", "laplace")[1] for _ in range(3)]
        seconds = sorted(s for _, s in found)
        print(f"{entry['name']:22} {good} of {options.seeds} seeds, median {seconds[len(seconds) // 2]:.2f} s, "
              f"longest {seconds[-1]:.2f} s, without profiles {min(search):.2f} s", flush=True)


if __name__ == "__main__":
    main()
