#!/usr/bin/env python3
"""Trajectories of the planar hopper, the benchmark of Rubanova, Chen and Duvenaud 2019.

    pip install 'mujoco<4' dm_control==1.0.50 numpy
    python make_hopper.py hopper.safetensors --trajectories 10000

The hopper of dm_control's suite (task "stand") is thrown: positions of the root uniform in 0 to 0.5, joint angles
uniform in -2 to 2, velocities uniform in -5 to 5; then 200 steps of the simulation without any action. A state is
7 positions and 7 velocities. All channels are scaled to 0 to 1 over the whole set. The file holds one float32 tensor
"values", [trajectory, time, channel], and the scaling, in the safetensors format.
"""
import argparse
import json
import struct

import numpy as np
from dm_control import suite


def trajectories(count, steps, seed):
    environment = suite.load("hopper", "stand")
    physics = environment.physics
    random = np.random.RandomState(seed)
    values = np.empty((count, steps, 14), np.float64)
    for number in range(count):
        with physics.reset_context():
            physics.data.qpos[:2] = random.uniform(0, 0.5, 2)
            physics.data.qpos[2:] = random.uniform(-2, 2, physics.data.qpos[2:].shape)
            physics.data.qvel[:] = random.uniform(-5, 5, physics.data.qvel.shape)
        for step in range(steps):
            values[number, step, :7] = physics.data.qpos
            values[number, step, 7:] = physics.data.qvel
            physics.step()
    return values


def write_safetensors(path, tensors, metadata):
    header, start = {"__metadata__": metadata}, 0
    for name, tensor in tensors.items():
        end = start + tensor.nbytes
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [start, end]}
        start = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(np.ascontiguousarray(tensor, "<f4").tobytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("--trajectories", type=int, default=10_000)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--seed", type=int, default=123)
    options = parser.parse_args()
    raw = trajectories(options.trajectories, options.steps, options.seed)
    low, high = raw.min(axis=(0, 1)), raw.max(axis=(0, 1))
    scaled = ((raw - low) / (high - low)).astype(np.float32)
    write_safetensors(
        options.out,
        {"values": scaled, "low": low.astype(np.float32), "high": high.astype(np.float32)},
        {"source": "dm_control hopper", "seed": str(options.seed)})
    print(scaled.shape, "variance over all", float(scaled.var()), "by channel",
          np.round(scaled.var(axis=(0, 1)), 4).tolist())


if __name__ == "__main__":
    main()
