"""W10 with diffrax: Lotka-Volterra and van der Pol, one row, float64, jitted; a solve, and a solve with its gradient.

    python3 -m venv venv && . venv/bin/activate
    pip install "jax[cpu]==0.10.2" diffrax==0.7.2 equinox==0.13.8 numpy
    OMP_NUM_THREADS=1 python bench_small_fields.py

Run it beside `neural-ode-bench W10`: both give process CPU time in microseconds, of one solve.
"""
import argparse
import json
import os
import time

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
import diffrax
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)


def lotka_volterra(t, y, p):
    return jnp.stack([p[0] * y[0] - p[1] * y[0] * y[1], p[2] * y[0] * y[1] - p[3] * y[1]])


def van_der_pol(t, y, p):
    return jnp.stack([y[1], p[0] * (1 - y[0] ** 2) * y[1] - y[0]])


SYSTEMS = {
    "Lotka-Volterra": (lotka_volterra, [1.5, 1.0, 1.0, 3.0], [1.0, 1.0], 10.0),
    "van der Pol": (van_der_pol, [1.0], [2.0, 0.0], 20.0),
}


def solve(field, parameters, initial, end):
    solution = diffrax.diffeqsolve(
        diffrax.ODETerm(field), diffrax.Dopri5(), 0.0, end, None, initial, args=parameters,
        stepsize_controller=diffrax.PIDController(rtol=1e-6, atol=1e-6),
        saveat=diffrax.SaveAt(t1=True), max_steps=4096)
    return solution.ys[-1], solution.stats["num_steps"]


def times(run, repetitions):
    run(), run()
    found = []
    for _ in range(repetitions):
        start = time.process_time()
        run()
        found.append(1e6 * (time.process_time() - start))
    return float(np.median(found)), min(found)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--repetitions", type=int, default=300)
    repetitions = parser.parse_args().repetitions
    for name, (field, parameters, initial, end) in SYSTEMS.items():
        parameters, initial = jnp.array(parameters), jnp.array(initial)
        forward = jax.jit(lambda p, y: solve(field, p, y, end))
        gradient = jax.jit(jax.value_and_grad(lambda p, y: (solve(field, p, y, end)[0] ** 2).sum(), argnums=(0, 1)))
        state, steps = forward(parameters, initial)
        for variant, function in (("forward", forward), ("with gradient", gradient)):
            median, least = times(lambda: jax.block_until_ready(function(parameters, initial)), repetitions)
            print(json.dumps(dict(
                workload="W10", peer="diffrax", variant=f"{name}, {variant}", metric="time_per_solve", unit="us",
                value=round(median, 1), cpu_min=round(least, 1), steps=int(steps), final=[float(v) for v in state])),
                flush=True)


main()
