"""Writes sample.safetensors with Python's own library.

    pip install numpy safetensors==0.8.0 && python safetensors_sample.py
"""
import numpy as np
from safetensors.numpy import save_file

save_file(
    {
        "weight": np.arange(6, dtype=np.float32).reshape(2, 3) / 8,
        "deep.bias": np.array([1.5, -2.25], dtype=np.float64),
        "scalar": np.array(7.5, dtype=np.float32),
        "empty": np.zeros((0, 4), dtype=np.float32),
        "indices": np.array([[1, -2], [3, 4]], dtype=np.int64),
        "mask": np.array([True, False, True]),
    },
    "sample.safetensors",
    metadata={"kind": "sample", "text": "caf\u00e9 \"quoted\"\n"},
)
