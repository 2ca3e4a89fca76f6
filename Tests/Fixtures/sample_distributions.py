"""Quantiles of Student's t, chi-square and F by SciPy, written to sample_distributions.json.

Run: python3 sample_distributions.py (SciPy 1.17).
"""

import json
import pathlib

from scipy import special, stats

SHARES = [1e-6, 0.005, 0.025, 0.1, 0.4, 0.6, 0.9, 0.95, 0.975, 0.995, 1 - 1e-6]
FREEDOMS = [0.5, 1, 2, 3, 4.7, 10, 47, 300, 1e5]

table = {
    "student": [[v, p, stats.t.ppf(p, v)] for v in FREEDOMS for p in SHARES],
    # Shares of 1e-6 with little freedom lie beyond what matters, at 1e-24.
    "chiSquare": [[v, p, stats.chi2.ppf(p, v)] for v in FREEDOMS[1:] for p in SHARES[1:]],
    "fisher": [[m, n, p, stats.f.ppf(p, m, n)] for m in [1, 2, 5.5] for n in FREEDOMS[1:]
               for p in SHARES[1:]],
    "logGamma": [[x, float(special.gammaln(x))] for x in [0.01, 0.5, 1, 1.5, 2, 7, 9.99, 10, 1e3, 1e7]],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(table, indent=1) + "\n")
