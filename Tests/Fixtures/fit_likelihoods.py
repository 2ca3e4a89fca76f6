"""Maximum-likelihood and maximum-a-posteriori estimates of fits with every kind of noise, by SciPy.

Each problem has data, the likelihood written out, and its best optimum from several starts. The curves are closed forms; the
likelihoods are those of scipy.stats. Writes fit_likelihoods.json beside this file.
"""

import json
import pathlib

import numpy as np
from scipy import optimize, stats

rng = np.random.default_rng(7)
problems = []


def best(f, starts):
    found = []
    for start in starts:
        r = optimize.minimize(f, start, method="Nelder-Mead", options=dict(maxiter=40000, maxfev=40000, xatol=1e-12, fatol=1e-13))
        for _ in range(3):
            r = optimize.minimize(f, r.x, method="Nelder-Mead", options=dict(maxiter=40000, maxfev=40000, xatol=1e-13, fatol=1e-14))
        found.append(r)
    r = min(found, key=lambda r: r.fun)
    return r.x, float(r.fun)


def add(name, equations, data, names, f, starts, transform=np.exp, options=()):
    x, value = best(f, starts)
    problems.append(dict(
        name=name, equations=equations, data=data, options=list(options), names=names,
        values=[float(v) for v in transform(x)], logLikelihood=-value))


def csv(header, rows):
    return header + "\n" + "".join(",".join(str(c) for c in row) + "\n" for row in rows)


DECAY = "x' = -k*x\nk = 0.5 > 0\nx(0) = 5 > 0\n"
t = np.array([0, 0.5, 1, 2, 3, 4, 6, 8, 10, 12.0])
curve = lambda q: np.exp(q[1] - np.exp(q[0]) * t)
truth = curve([np.log(0.35), np.log(8)])
start2 = [[np.log(0.5), np.log(5)], [np.log(0.3), np.log(8)]]


def normal_profiled(y, m, g=1.0):
    r = (y - m) / g
    s = np.sqrt(np.mean(r**2))
    return -np.sum(stats.norm.logpdf(r, scale=s) - np.log(g))


# Noise of one column.
y = np.round(truth + 0.2 * rng.standard_normal(t.size), 4)
add("normal", DECAY, csv("time,x", zip(t, y)), ["k", "x(0)"], lambda q: normal_profiled(y, curve(q)), start2)
yl = np.round(truth * np.exp(0.15 * rng.standard_normal(t.size)), 5)
add("lognormal", DECAY, csv("time,x", zip(t, yl)), ["k", "x(0)"],
    lambda q: normal_profiled(np.log(yl), np.log(curve(q))) + np.sum(np.log(yl)), start2, options=["lognormal"])
yp = np.round(truth * (1 + 0.15 * rng.standard_normal(t.size)), 5)
add("proportional", DECAY, csv("time,x", zip(t, yp)), ["k", "x(0)"],
    lambda q: normal_profiled(yp, curve(q), np.abs(curve(q))), start2, options=["proportional"])
yc = np.round(truth + np.hypot(0.1, 0.1 * truth) * rng.standard_normal(t.size), 5)
add("combined", DECAY, csv("time,x", zip(t, yc)), ["k", "x(0)", "sd(x)", "cv(x)"],
    lambda q: -np.sum(stats.norm.logpdf(yc, curve(q), np.hypot(np.exp(q[2]), np.exp(q[3]) * curve(q)))),
    [s + [np.log(0.1), np.log(0.1)] for s in start2], options=["combined"])
yt = y.copy()
yt[4] += 3
add("student", DECAY, csv("time,x", zip(t, yt)), ["k", "x(0)"],
    lambda q: min(optimize.minimize_scalar(
        lambda s: -np.sum(stats.t.logpdf((yt - curve(q)) / np.exp(s), 4) - s), bounds=(-6, 3), method="bounded",
        options=dict(xatol=1e-11)).fun, 1e9), start2, options=["student"])
counts = rng.poisson(truth * 6)
add("poisson", DECAY, csv("time,x", zip(t, counts)), ["k", "x(0)"],
    lambda q: -np.sum(stats.poisson.logpmf(counts, curve(q))),
    [[np.log(0.5), np.log(40)], [np.log(0.3), np.log(60)]], options=["poisson"])
over = rng.negative_binomial(4, 4 / (4 + truth * 10))
nb = lambda q: -np.sum(stats.nbinom.logpmf(over, np.exp(q[2]), np.exp(q[2]) / (np.exp(q[2]) + curve(q))))
add("negbinomial", DECAY, csv("time,x", zip(t, over)), ["k", "x(0)", "size(x)"], nb,
    [[np.log(0.5), np.log(40), 1.0], [np.log(0.3), np.log(80), 2.0]], options=["negbinomial"])

# Known standard errors.
se = np.round(0.05 + 0.1 * truth, 4)
ye = np.round(truth + se * rng.standard_normal(t.size), 4)
add("errors", DECAY, csv("time,x,x_se", zip(t, ye, se)), ["k", "x(0)"],
    lambda q: -np.sum(stats.norm.logpdf(ye, curve(q), se)), start2)

# Censored values: below, above, within.
for kind in ["normal", "lognormal"]:
    values = y if kind == "normal" else yl
    cells = [f"<{0.5}" if v < 0.5 else f">{6}" if v > 6 else "2..3" if 2 < v < 3 else f"{v}" for v in values]

    def censored(q, values=values, kind=kind):
        g = (lambda v: v) if kind == "normal" else np.log
        m, s = g(curve(q)), np.exp(q[2])
        total = 0.0
        for v, mean in zip(values, m):
            if v < 0.5:
                total += stats.norm.logcdf(g(0.5), mean, s)
            elif v > 6:
                total += stats.norm.logsf(g(6), mean, s)
            elif 2 < v < 3:
                total += np.log(stats.norm.cdf(g(3), mean, s) - stats.norm.cdf(g(2), mean, s))
            else:
                total += stats.norm.logpdf(g(v), mean, s) - (np.log(v) if kind == "lognormal" else 0)
        return -total

    add(f"censored {kind}", DECAY, csv("time,x", zip(t, cells)), ["k", "x(0)"], censored,
        [s + [np.log(0.2)] for s in start2], transform=lambda x: np.exp(x[:2]), options=[kind])

# Priors.
prior = DECAY + "prior k ~ lognormal(log(0.6), 0.1)\nprior x(0) ~ normal(9, 0.5)\n"
add("priors", prior, csv("time,x", zip(t, y)), ["k", "x(0)"],
    lambda q: normal_profiled(y, curve(q)) - stats.lognorm.logpdf(np.exp(q[0]), 0.1, scale=0.6)
    - stats.norm.logpdf(np.exp(q[1]), 9, 0.5), start2)

# Observables with scale and offset, replicates, and two columns of different sizes.
two = ("a' = -k*a\nb' = k*a\nk = 0.5 > 0\ng = 500 > 0\no = 1\na(0) = 1 fixed\nb(0) = 0 fixed\n"
       "observe od = g*a + o\nobserve product = b ~ proportional\n")
tt = np.repeat(t, 2)
A = np.exp(-0.35 * tt)
od = np.round(900 * A + 20 + 15 * rng.standard_normal(tt.size), 3)
pr = np.round((1 - A) * (1 + 0.1 * rng.standard_normal(tt.size)), 5)
pos = tt > 0


def both(q):
    a = np.exp(-np.exp(q[0]) * tt)
    return normal_profiled(od, np.exp(q[1]) * a + q[2]) + normal_profiled(pr[pos], 1 - a[pos], 1 - a[pos])


add("observables", two, csv("time,od,product", [(a, b, c if d else "") for a, b, c, d in zip(tt, od, pr, pos)]),
    ["k", "g", "o"], both, [[np.log(0.5), np.log(500), 1.0], [np.log(0.3), np.log(900), 20.0]],
    transform=lambda x: [np.exp(x[0]), np.exp(x[1]), x[2]])

# Experiments with a shared rate, own initial values, and one known by a column.
rows, values = [], []
for name, x0 in [("a", 5.0), ("b", 9.0), ("c", 2.0)]:
    m = x0 * np.exp(-0.35 * t)
    values.append(np.round(m + 0.1 * rng.standard_normal(t.size), 4))
    rows += [(name, a, b) for a, b in zip(t, values[-1])]


def shared(q):
    m = np.concatenate([np.exp(q[i + 1] - np.exp(q[0]) * t) for i in range(3)])
    return normal_profiled(np.concatenate(values), m)


add("experiments", DECAY, csv("id,time,x", rows), ["k", "x(0)[a]", "x(0)[b]", "x(0)[c]"], shared,
    [[np.log(0.5), 1.0, 1.0, 1.0], [np.log(0.3), np.log(5), np.log(9), np.log(2)]], options=["--per-experiment", "x(0)"])

# Counts over intervals.
weeks = np.arange(1, 11.0)
growth = "c' = r*exp(g*t)\nr = 5 > 0\ng = 0.1\nc(0) = 0 fixed\nobserve cases = increase(c) ~ poisson\n"
cum = lambda q, t: np.exp(q[0]) * np.expm1(q[1] * t) / q[1]
mean = lambda q: cum(q, weeks) - cum(q, weeks - 1)
cases = rng.poisson(mean([np.log(12), 0.15]))
add("increase", growth, csv("time,cases", zip(weeks, cases)), ["r", "g"],
    lambda q: -np.sum(stats.poisson.logpmf(cases, mean(q))), [[np.log(5), 0.1], [np.log(12), 0.15]],
    transform=lambda x: [np.exp(x[0]), x[1]])

# Doses and samples before and after them, one subject.
pk = "a' = -ke*a\nconc = a/v\nke = 0.3 > 0\nv = 10 > 0\na(0) = 0 fixed\n"
obs = [(0, "after"), (2, "after"), (6, "after"), (12, "before"), (12, "after"), (18, "after"), (24, "before"), (30, "after")]


def conc(ke, v):
    out = []
    for time, side in obs:
        total = 0.0
        for dose in (0, 12, 24):
            if dose < time or dose == time and side == "after":
                total += 100 * np.exp(-ke * (time - dose))
        out.append(total / v)
    return np.array(out)


z = np.round(conc(0.2, 20) * (1 + 0.05 * rng.standard_normal(len(obs))), 4)
lines, k = [], 0
for dose in (0, 12, 24):
    lines += [(1, tm, ".", 0, v) for (tm, s), v in zip(obs, z) if tm == dose and s == "before"]
    lines.append((1, dose, 100, 1, "."))
    lines += [(1, tm, ".", 0, v) for (tm, s), v in zip(obs, z)
              if tm == dose and s == "after" or dose < tm < dose + 12]
add("doses", pk, csv("ID,TIME,AMT,EVID,conc", lines), ["ke", "v"],
    lambda q: normal_profiled(z, conc(*np.exp(q)), conc(*np.exp(q))),
    [[np.log(0.3), np.log(10)], [np.log(0.2), np.log(20)]], options=["proportional"])

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(dict(problems=problems), indent=1) + "\n")
for p in problems:
    print(p["name"], p["names"], [round(v, 5) for v in p["values"]], round(p["logLikelihood"], 6))
