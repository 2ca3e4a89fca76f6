"""Writes cities_baselines.json: test figures of scikit-learn's densities on the split that `reproduce cities` uses.

    pip install scikit-learn && python cities_baselines.py ../../Sources/CBundledData/data/cities.csv.gz

The split: row i is for testing if i mod 10 = 5; 5000 evenly spaced test rows are scored. Figures are mean negative
log-likelihoods in nats, in degrees. The kernels' width and the mixture's size are chosen on every tenth training row.
"""
import json
import sys
from pathlib import Path

import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity

rows = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1)
is_test = np.arange(len(rows)) % 10 == 5
test, rest = rows[is_test], rows[~is_test]
test = test[(np.arange(5000) * len(test)) // 5000]
is_held = np.arange(len(rest)) % 10 == 5
fit, held = rest[~is_held], rest[is_held][::3]

figures = {"gaussian": -GaussianMixture(1).fit(rest).score(test)}
sizes = {k: -GaussianMixture(k, random_state=0, n_init=1).fit(fit).score(held) for k in (50, 100, 200)}
best = min(sizes, key=sizes.get)
figures[f"gaussian mixture, {best} components"] = -GaussianMixture(best, random_state=0).fit(rest).score(test)
widths = {h: -KernelDensity(bandwidth=h, rtol=1e-4).fit(fit).score(held) / len(held) for h in (0.15, 0.3, 0.5, 0.8, 1.2)}
width = min(widths, key=widths.get)
figures[f"kernel density, width {width}°"] = -KernelDensity(bandwidth=width, rtol=1e-4).fit(rest).score(test) / len(test)
document = {"scikit-learn": sklearn.__version__, "figures": figures,
            "chosenOn": {"components": sizes, "width": widths}}
Path(__file__).with_suffix(".json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
print(document)
