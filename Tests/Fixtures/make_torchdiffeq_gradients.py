"""Gradients of torchdiffeq in float64, the oracle of Tests/AdjointsTests: writes torchdiffeq_gradients.json beside this file.

Made with torch 2.13.0 (CPU), torchdiffeq 0.2.5, numpy 2.4.
    python make_torchdiffeq_gradients.py
The field is dy/dt = tanh(y^3 W1 + b1) W2 + b2 on 5 rows, the loss the mean of |states - target| * weight over 4 times.
"""
import json
from pathlib import Path

import numpy as np
import torch
from torchdiffeq import odeint, odeint_adjoint

rng = np.random.default_rng(11)
B, D, H = 5, 2, 8
times = [0.0, 0.3, 0.45, 1.0]
values = dict(W1=rng.normal(0, 0.5, (D, H)), b1=rng.normal(0, 0.3, H), W2=rng.normal(0, 0.5, (H, D)), b2=rng.normal(0, 0.3, D),
              y0=rng.normal(0, 0.8, (B, D)))
target, weight = rng.normal(0, 1, (len(times), B, D)), rng.uniform(0.5, 1.5, (len(times), B, D))


class Field(torch.nn.Module):
    def __init__(self):
        super().__init__()
        for name in ("W1", "b1", "W2", "b2"):
            setattr(self, name, torch.nn.Parameter(torch.tensor(values[name])))

    def forward(self, t, y):
        return torch.tanh(y**3 @ self.W1 + self.b1) @ self.W2 + self.b2


def run(solve, **settings):
    field, y0 = Field(), torch.tensor(values["y0"], requires_grad=True)
    states = solve(field, y0, torch.tensor(times, dtype=torch.float64), **settings)
    loss = (torch.abs(states - torch.tensor(target)) * torch.tensor(weight)).mean()
    loss.backward()
    return dict(loss=loss.item(), states=states.detach().flatten().tolist(), y0=y0.grad.flatten().tolist(),
                **{n: p.grad.flatten().tolist() for n, p in field.named_parameters()})


cases = {
    "rk4": run(odeint, method="rk4", options=dict(step_size=0.05)),
    "euler": run(odeint, method="euler", options=dict(step_size=0.05)),
    "midpoint": run(odeint, method="midpoint", options=dict(step_size=0.05)),
    "dopri5_tight": run(odeint, method="dopri5", rtol=1e-11, atol=1e-13),
    "adjoint_tight": run(odeint_adjoint, method="dopri5", rtol=1e-11, atol=1e-13),
}
problem = {k: v.flatten().tolist() for k, v in {**values, "target": target, "weight": weight}.items()}
out = Path(__file__).with_name("torchdiffeq_gradients.json")
out.write_text(json.dumps(dict(rows=B, width=D, hidden=H, times=times, problem=problem, cases=cases)))
