"""Writes high_dimensional_baselines.json: test figures of scikit-learn's densities for `reproduce high-dimensional`.

    pip install scikit-learn && python high_dimensional_baselines.py ../../Sources/CBundledData/data/digits.csv.gz

Digits: image i is for the test if i mod 5 = 4; of the others every eighth is for choosing the mixture's kind and size. Uniform
noise from 0 to 1 is added to the pixels (one draw for the fit, ten for the test's mean). 8-D mixture: eight Gaussians of
standard deviation 0.35 at the rows of the Hadamard matrix, 20,000 points for the fit. Mean negative log-likelihoods in nats.
"""
import json
import sys
from pathlib import Path

import numpy as np
import scipy.linalg
import sklearn
from sklearn.mixture import GaussianMixture

random = np.random.default_rng(0)
pixels = np.loadtxt(sys.argv[1], delimiter=",")[:, :64]
is_test = np.arange(len(pixels)) % 5 == 4
test, rest = pixels[is_test], pixels[~is_test]
is_held = np.arange(len(rest)) % 8 == 7
noisy = lambda rows: rows + random.random(rows.shape)
fit, held = noisy(rest[~is_held]), noisy(rest[is_held])


def figure(model):
    return -np.mean([model.score(noisy(test)) for _ in range(10)])


chosen = {}
best = None
for kind in ("full", "tied", "diag"):
    for count in (2, 5, 10, 20, 40, 80):
        for ridge in (0.01, 0.1, 0.3, 1.0):
            model = GaussianMixture(count, covariance_type=kind, reg_covar=ridge, random_state=0, n_init=2).fit(fit)
            score = -model.score(held)
            if best is None or score < best[0]:
                best = (score, f"{count} components, {kind} covariances, ridge {ridge}", model)
            chosen[f"{kind} {count} {ridge}"] = score
digits = {"gaussian": figure(GaussianMixture(1).fit(fit)), "gaussian mixture": figure(best[2]), "kind": best[1],
          "chosenOn": chosen}

centers = scipy.linalg.hadamard(8)
draw = lambda count: centers[random.integers(8, size=count)] + 0.35 * random.standard_normal((count, 8))
points, fresh = draw(20000), draw(5000)
mixture = {"gaussian": -GaussianMixture(1).fit(points).score(fresh),
           "gaussian mixture": -GaussianMixture(8, n_init=5, random_state=0).fit(points).score(fresh),
           "entropy": float(np.log(8) + 4 * np.log(2 * np.pi * np.e * 0.35**2))}
document = {"scikit-learn": sklearn.__version__, "digits": digits, "mixture8": mixture}
Path(__file__).with_suffix(".json").write_text(json.dumps(document, indent=1) + "\n")
print(document)
