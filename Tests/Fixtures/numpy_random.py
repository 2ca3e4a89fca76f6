"""Writes numpy_random.json: what NumPy's generator draws, for the generator that workloads start from. Needs numpy."""
import json
from pathlib import Path

import numpy as np

cases = []
for seed in (0, 202, 404, 808):
    rng = np.random.default_rng(seed)
    integers = rng.integers(0, 10, 7).tolist()
    uniform = rng.uniform(-1, 3, 5).tolist()
    more = rng.integers(100, 800, 5).tolist()
    normal = rng.normal(1, 2, 200_000)
    far = np.argsort(-np.abs(normal - 1))[:5]
    cases.append(dict(
        seed=seed, integers=integers, uniform=uniform, more=more, normal=normal[:10].tolist(),
        places=far.tolist(), extremes=normal[far].tolist(), sum=float(normal.sum())))
(Path(__file__).parent / "numpy_random.json").write_text(json.dumps(dict(numpy=np.__version__, cases=cases), indent=1) + "\n")
