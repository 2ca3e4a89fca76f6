"""The classical fits by `neural-ode fit`, pyPESTO with AMICI and lmfit, from the same random starts on one core.

Starts are log-uniform within a factor of ten around the written one. Each tool makes one search from each start: ours with
`--starts 1 --intervals laplace` (a process for each start, its launch and parsing included), pyPESTO with SciPy's least-squares `trf` on AMICI's
compiled model with forward sensitivities, lmfit with `leastsq` on SciPy's LSODA. The peers are given the standard deviations of the
errors; ours estimates them. A search counts as a success if its sum of squares in units of these is within 1 of the best that any tool found (the optimum with estimated standard deviations differs a little).
AMICI's times are without the compilation of the model, which takes 20 to 60 s.

Run: python3 -m venv v; . v/bin/activate; pip install -r requirements.txt;
OMP_NUM_THREADS=1 taskset -c 0 python compare.py --tool PATH (AMICI needs a C++ compiler; cmake and swig come with it)
"""

import argparse
import logging
import pathlib
import re
import resource
import subprocess
import tempfile

import numpy as np

from classical import PROBLEMS
import suite


def starts_of(problem, count):
    random = np.random.default_rng(7)
    first = problem.start()
    factors = 10 ** random.uniform(-1, 1, (count, len(first)))
    return first * factors


class Ours:
    name = "neural-ode"

    def __init__(self, tool):
        self.tool = tool

    def search(self, problem, start):
        options = ["--starts", "1", "--intervals", "laplace"]
        for name, value in zip(problem.names(), start):
            options += ["--set", f"{name}={value:.12g}"]
        document, _ = suite.fit(self.tool, problem.name, 0, *options)
        if document is None:
            return None
        values = {e["name"]: e["value"] for e in document["estimates"]}
        return [values[n] for n in problem.names()]


class LMFit:
    name = "lmfit"

    def search(self, problem, start):
        import lmfit
        measured, noise = problem.measured(), np.array(problem.noise)
        parameters = lmfit.Parameters()
        for (name, _, _, bound), value in zip(problem.parameters, start):
            # Names such as 'gamma' are functions in lmfit's expressions, which are not used.
            parameters.add(f"p_{name}", value=value, min=1e-12 if bound else -np.inf)

        def residuals(p):
            found = problem.simulate([p[f"p_{n}"].value for n in problem.names()], 1e-8)
            return np.full(measured.size, 1e6) if found is None else ((found - measured) / noise).ravel()

        try:
            found = lmfit.minimize(residuals, parameters, max_nfev=400)
        except ValueError:
            return None
        return [found.params[f"p_{n}"].value for n in problem.names()]


class PyPesto:
    def __init__(self, optimizer, folder):
        self.optimizer, self.folder, self.problems = optimizer, folder, {}
        self.name = f"pyPESTO + AMICI, {optimizer}"

    def build(self, problem):
        import amici
        from amici.importers.antimony import antimony2amici, MeasurementChannel
        from amici.sim.sundials import ExpData, ParameterScaling, SensitivityMethod, SensitivityOrder
        import pypesto
        # Names such as 'gamma' are functions in AMICI's languages.
        words = "|".join([s for s, _ in problem.states] + problem.names())

        def renamed(formula):
            return re.sub(rf"\b({words})\b", r"q_\1", str(formula)).replace("log(", "ln(")

        lines = [f"q_{s}' = {renamed(f)};" for s, f in problem.states]
        lines += [f"q_{s} = {renamed(v)};" for s, v in problem.initial]
        lines += [f"q_{n} = {v};" for n, v in zip(problem.names(), problem.start())]
        text = "model m\n" + "\n".join(lines) + "\nend\n"
        channels = [MeasurementChannel(f"observed_{i}", formula=renamed(f),
                                       sigma=str(problem.noise[i]))
                    for i, (_, f) in enumerate(problem.observed)]
        name = problem.name.replace("-", "_")
        if not (self.folder / name / "compiled").exists():
            antimony2amici(text, model_name=name, output_dir=self.folder / name,
                           observation_model=channels, compute_conservation_laws=False,
                           verbose=logging.ERROR)
            (self.folder / name / "compiled").touch()
        model = amici.import_model_module(name, self.folder / name).get_model()
        model.set_parameter_scale(ParameterScaling.log10)
        solver = model.create_solver()
        solver.set_sensitivity_method(SensitivityMethod.forward)
        solver.set_sensitivity_order(SensitivityOrder.first)
        solver.set_absolute_tolerance(1e-10)
        solver.set_relative_tolerance(1e-8)
        model.set_timepoints(problem.times)
        data = ExpData(model)
        data.set_timepoints(problem.times)
        data.set_measurements(problem.measured().ravel())
        objective = pypesto.AmiciObjective(model, solver, [data])
        names = [n.removeprefix("q_") for n in objective.x_names]
        first = dict(zip(problem.names(), np.log10(problem.start())))
        middle = np.array([first[n] for n in names])
        made = pypesto.Problem(objective, lb=middle - 4, ub=middle + 4, x_names=list(objective.x_names),
                               x_scales=["log10"] * len(names))
        return made, names

    def search(self, problem, start):
        import pypesto.optimize
        if problem.name not in self.problems:
            self.problems[problem.name] = self.build(problem)
        made, names = self.problems[problem.name]
        optimizer = pypesto.optimize.ScipyOptimizer(self.optimizer)
        known = dict(zip(problem.names(), np.log10(start)))
        try:
            found = optimizer.minimize(made, x0=np.array([known[n] for n in names]), id="0")
        except Exception:
            return None
        if found.x is None:
            return None
        values = dict(zip(names, 10 ** np.asarray(found.x)))
        return [values[n] for n in problem.names()]

    def prepare(self, problem):
        if problem.name not in self.problems:
            self.problems[problem.name] = self.build(problem)


def used():
    """Seconds of processor time of this process and of those that it has waited for."""
    return sum(u.ru_utime + u.ru_stime for u in map(
        resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def squares(problem, values):
    found = None if values is None else problem.simulate(values, 1e-10)
    if found is None:
        return np.inf
    return float((((found - problem.measured()) / np.array(problem.noise)) ** 2).sum())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--starts", type=int, default=12)
    parser.add_argument("--names", nargs="*")
    parser.add_argument("--peers", nargs="*", default=["ls_trf", "lmfit"])
    parser.add_argument("--models", default=tempfile.mkdtemp(), help="folder of AMICI's compiled models")
    options = parser.parse_args()
    folder = pathlib.Path(options.models)
    tools = [Ours(options.tool)]
    tools += [PyPesto(p, folder) for p in options.peers if p != "lmfit"]
    tools += [LMFit()] if "lmfit" in options.peers else []
    print("| problem | " + " | ".join(t.name for t in tools) + " |", flush=True)
    for problem in PROBLEMS:
        if options.names and problem.name not in options.names:
            continue
        results = []
        for tool in tools:
            try:
                if hasattr(tool, "prepare"):
                    tool.prepare(problem)
            except Exception as error:
                print(f"{problem.name}: {tool.name}: {error!r}"[:300], flush=True)
                results.append(None)
                continue
            found = []
            for start in starts_of(problem, options.starts):
                begin = used()
                values = tool.search(problem, start)
                found.append((used() - begin, squares(problem, values)))
            results.append(found)
        best = min(s for found in results if found for _, s in found)
        cells = []
        for found in results:
            if found is None:
                cells.append("–")
                continue
            good = sum(s < best + 1 for _, s in found)
            seconds = sum(t for t, _ in found)
            # What one success costs: failures included.
            cost = f"{seconds / good:.2f} s" if good else "–"
            cells.append(f"{good}/{len(found)}, {np.median([t for t, _ in found]):.2f} s, {cost}")
        print(f"| {problem.name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
