"""Writes the data and initial weights of the benchmark workloads that the tool carries with it.

They come from the same NumPy seeds as in the peers' scripts beside this file, so that every peer and this package start from
the same numbers and must end at the same loss. Needs numpy, scipy and safetensors:

    python make_workloads.py ../../Sources/CBundledData/data
"""
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

sys.argv, target = [sys.argv[0], "--w", "none"], Path(sys.argv[1])
source = (Path(__file__).parent / "bench_scipy.py").read_text().split("# SciPy")[0]
names = {"__file__": __file__}
exec(compile(source.split("_args = cli")[0], "problems", "exec"), names)


def save(name, problem, arrays):
    tensors = {f"params.{k}": v for k, v in problem["params"].items()}
    tensors.update({k: np.ascontiguousarray(problem[k], dtype=np.float32) for k in arrays})
    save_file(tensors, target / name)


save("w1.safetensors", names["w1_problem"](60), ["t", "y0", "target"])
save("w3.safetensors", names["w3_problem"](20), ["x", "e"])
