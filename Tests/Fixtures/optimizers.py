"""Writes optimizers.json: parameters after each of eight steps along fixed gradients, in float64.

    pip install torch==2.13.0 optax==0.2.8 && python optimizers.py
"""
import json
import math
import jax
import jax.numpy as jnp
import optax
import torch

jax.config.update("jax_enable_x64", True)
START = [1.0, -0.5, 0.25, 2.0, -3.0]
GRADIENTS = [[math.sin(1.0 + 3 * s + 5 * i) * (1 + i) for i in range(5)] for s in range(8)]


def with_torch(make):
    x = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = make([x])
    path = []
    for gradient in GRADIENTS:
        x.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
        path.append(x.detach().tolist())
    return path


def with_optax(transform):
    x = jnp.array(START)
    state = transform.init(x)
    path = []
    for gradient in GRADIENTS:
        updates, state = transform.update(jnp.array(gradient), state, x)
        x = optax.apply_updates(x, updates)
        path.append(x.tolist())
    return path


o = torch.optim
paths = {
    "adam": with_torch(lambda p: o.Adam(p, lr=0.01)),
    "adamOther": with_torch(lambda p: o.Adam(p, lr=0.03, betas=(0.8, 0.95), eps=1e-4)),
    "adamW": with_torch(lambda p: o.AdamW(p, lr=0.01, weight_decay=0.1)),
    "adamOptax": with_optax(optax.adam(0.01)),
    "adamax": with_torch(lambda p: o.Adamax(p, lr=0.02)),
    "sgd": with_torch(lambda p: o.SGD(p, lr=0.1)),
    "momentum": with_torch(lambda p: o.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01)),
    "nesterov": with_torch(lambda p: o.SGD(p, lr=0.1, momentum=0.9, nesterov=True)),
    "nesterovOptax": with_optax(optax.sgd(0.1, momentum=0.9, nesterov=True)),
    "rmsprop": with_torch(lambda p: o.RMSprop(p, lr=0.01)),
    "rmspropMomentum": with_torch(
        lambda p: o.RMSprop(p, lr=0.01, alpha=0.9, momentum=0.8, weight_decay=0.01)),
}
clip = torch.tensor(GRADIENTS[0], dtype=torch.float64, requires_grad=True)
clip.grad = clip.detach().clone()
norm = torch.nn.utils.get_total_norm([clip.grad]).item()
schedules = {
    "cosine": [float(optax.cosine_decay_schedule(0.1, 10, alpha=0.1)(s)) for s in range(14)],
    "exponential": [float(optax.exponential_decay(0.1, 3, 0.5)(s)) for s in range(14)],
    "staircase": [float(optax.exponential_decay(0.1, 3, 0.5, staircase=True)(s))
                  for s in range(14)],
    "floor": [float(optax.exponential_decay(0.1, 1, 0.9, end_value=0.05)(s)) for s in range(14)],
    "warmUpCosine": [
        float(optax.warmup_cosine_decay_schedule(0.0, 0.1, 4, 14, end_value=0.01)(s))
        for s in range(20)],
}
with open("optimizers.json", "w") as file:
    json.dump({"start": START, "gradients": GRADIENTS, "paths": paths, "norm": norm,
               "schedules": schedules}, file)
    file.write("\n")
