#!/usr/bin/env python3
"""How many numbers a window of the hopper is made of, and how far a straight line between seen states goes.

    python windows.py hopper.safetensors

Principal components of the training windows (100 states of 14 numbers), the error of the test windows by the first so
many of them; then linear interpolation of test windows, half and a tenth of the states seen. MSE × 10², numpy only.
"""
import json
import struct
import sys

import numpy as np


def values(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        start, end = header["values"]["data_offsets"]
        return np.frombuffer(file.read()[start:end], "<f4").reshape(header["values"]["shape"])


def windows(trajectories, random, length=100):
    starts = random.randint(0, trajectories.shape[1] - length + 1, len(trajectories))
    return np.stack([t[s : s + length] for t, s in zip(trajectories, starts)]).astype(np.float64)


def main():
    data = values(sys.argv[1])
    random = np.random.RandomState(0)
    split = len(data) * 4 // 5
    training = np.concatenate([windows(data[:split], random) for _ in range(2)])
    test = windows(data[split:], random)
    flat = test.reshape(len(test), -1)
    mean = training.reshape(len(training), -1).mean(0)
    _, vectors = np.linalg.eigh(np.cov((training.reshape(len(training), -1) - mean).T))
    for count in (10, 15, 20, 30, 40, 60, 100):
        basis = vectors[:, -count:]
        rest = (flat - mean) - (flat - mean) @ basis @ basis.T
        print(f"{count} components: {100 * (rest**2).mean():.4f}")
    grid = np.arange(test.shape[1])
    for share in (50, 10):
        errors = []
        for window in test:
            seen = np.sort(random.permutation(len(grid))[:share])
            line = [np.interp(grid, seen, window[seen, c]) for c in range(window.shape[1])]
            errors.append(((np.stack(line, 1) - window) ** 2).mean())
        print(f"straight line, {share} % seen: {100 * np.mean(errors):.4f}")


if __name__ == "__main__":
    main()
