"""Interpolated signals by SciPy: natural spline, PCHIP, and Hermite cubics with NumPy's second-order slopes."""

import json
import random

import numpy as np
from scipy.interpolate import CubicHermiteSpline, CubicSpline, PchipInterpolator

random.seed(3)
signals = []
for count in (3, 4, 7, 20):
    times = np.cumsum([random.uniform(0.05, 2) for _ in range(count)])
    values = np.array([random.choice([random.gauss(0, 3), 1.0]) for _ in range(count)])
    at = np.concatenate([times, np.linspace(times[0], times[-1], 41)])
    signals.append(
        {
            "times": times.tolist(),
            "values": values.tolist(),
            "at": at.tolist(),
            "spline": CubicSpline(times, values, bc_type="natural")(at).tolist(),
            "monotone": PchipInterpolator(times, values)(at).tolist(),
            "cubic": CubicHermiteSpline(times, values, np.gradient(values, times, edge_order=2))(at).tolist(),
        }
    )
with open("signals.json", "w") as file:
    json.dump({"signals": signals}, file)
