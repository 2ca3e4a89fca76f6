"""Problems as users write them, solved by `neural-ode solve` and compared with closed forms or with SciPy piece by piece.

Jumps at data times, doses at event times, lags beyond the span, infusions that overlap, resets that keep a condition true, inputs
with gaps, dates with offsets, and the like. A problem whose expected result is a text must be refused with that text.

    python hand_written.py --tool ../../.build/release/neural-ode
"""

import argparse
import json
import math
import os
import re
import subprocess
import tempfile

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

exp, log = math.exp, math.log
PROBLEMS = []


def problem(name, text, expected, options=(), tolerance=2e-5, **files):
    """`expected`: a list of (time, values of the first states), or a text of the refusal."""
    PROBLEMS.append((name, text, expected, list(options), tolerance, files))


def at(times, *functions):
    return [(t, [f(t) for f in functions]) for t in times]


def pulses(k, start, windows=(), amounts=()):
    """x' = -k x + sources of a height between two times, + amounts at times."""
    def x(t):
        value = start * exp(-k * t)
        for a, b, height in windows:
            if t > a:
                last = min(t, b)
                value += height * (last - a) if k == 0 else height / k * (exp(-k * (t - last)) - exp(-k * (t - a)))
        return value + sum(amount * exp(-k * (t - time)) for time, amount in amounts if t >= time)
    return x


def pieces(field, start, ends, times, rtol=1e-11):
    """SciPy from jump to jump; `ends` are (time, change of the state), the field has the number of past jumps."""
    y, t, out, ends = np.array(start, float), times[0], {}, [*ends, (times[-1], None)]
    for n, (end, change) in enumerate(ends):
        inner = [s for s in times if t <= s < end] + [end]
        if end > t:
            s = solve_ivp(lambda s, x: field(s, x, n), (t, end), y, rtol=rtol, atol=1e-13, method="DOP853", t_eval=inner)
            for time, state in zip(inner[:-1], s.y.T):
                out.setdefault(time, state.tolist())
            y = s.y[:, -1]
        if change is not None:
            y = np.array(change(y), float)
        t = end
    out[t] = y.tolist()
    return sorted(out.items())


# --- switches of time -------------------------------------------------------------------------------------------------

problem("a pulse from the very start", "x' = 3*(t < 0.5) - x\nx(0) = 1\nspan = 0..2",
        at([0, 0.5, 1, 2], pulses(1, 1, [(0, 0.5, 3)])))
problem("a pulse to the very end", "x' = 40*(t >= 1.9) - x\nx(0) = 0\nspan = 0..2", at([1, 1.9, 2], pulses(1, 0, [(1.9, 2, 40)])))
problem("a pulse of no width", "x' = 1e6*heaviside(t - 1)*heaviside(1 - t) - x\nx(0) = 1\nspan = 0..2",
        at([1, 2], lambda t: exp(-t)))
problem("two switches at one time", "x' = 2*heaviside(t - 1) - 2*heaviside(t - 1) + (t > 1) - x\nx(0) = 1\nspan = 0..2",
        at([1, 1.5, 2], pulses(1, 1, [(1, 9, 1)])))
problem("if inside if", "x' = if(t < 3, if(t < 1, 1, if(t < 2, -2, 0)), if(t < 3.25, 8, 0)) - 0.1*x\nx(0) = 0\nspan = 0..4",
        at([1, 2, 3, 3.25, 4], pulses(0.1, 0, [(0, 1, 1), (1, 2, -2), (3, 3.25, 8)])))
problem("piecewise with touching pieces", "x' = piecewise(1, t < 1, -1, t < 2, 5, t < 2.01, 0)\nx(0) = 0\nspan = 0..3",
        [(1, [1]), (2, [0]), (2.01, [0.05]), (3, [0.05])])
problem("chained comparisons", "x' = (1 <= t < 2) + 3*(2 < t <= 2.5) - x\nx(0) = 0\nspan = 0..4",
        at([1, 2, 2.5, 4], pulses(1, 0, [(1, 2, 1), (2, 2.5, 3)])))
problem("a schedule from a negative time", "x' = (mod(t - 6, 24) < 2)\nx(0) = 0\nspan = 0..48", [(6, [0]), (8, [2]), (24, [2]), (31, [3]), (48, [4])])
problem("a schedule from before zero", "x' = (mod(t, 5) < 1)\nx(-7) = 0\nspan = -7..4", [(-5, [0]), (-4, [1]), (0, [1]), (0.5, [1.5]), (4, [2])])
problem("stairs", "x' = floor(t)\nx(0) = 0\nspan = 0..4.5", [(1, [0]), (3, [3]), (4.5, [8])])
problem("stairs of the other kinds", "a' = ceil(t)\nb' = round(t)\nc' = trunc(t)\na(-3) = 0\nb(-3) = 0\nc(-3) = 0\nspan = -3..3",
        [(0, [-3, -4.5, -3]), (3, [3, 0, 0])])
problem("a negative divisor", "x' = mod(t, -3)\nx(0) = 0\nspan = 0..6", [(3, [-4.5]), (6, [-9])])
problem("a ramp that is cut", "x' = min(t, 3) - max(0, 1 - abs(t - 5))\nx(0) = 0\nspan = 0..8", [(3, [4.5]), (4, [7.5]), (6, [12.5]), (8, [18.5])])
problem("the sign of a wave", "x' = sign(sin(t))\nx(0) = 0\nspan = 0..10", at([3, 6, 10], lambda t: math.acos(math.cos(t))))
problem("nanoseconds", "v' = (1e9*(2e-10 <= t < 3e-10)) - v/1e-9\nv(0) = 0\nspan = 0..1e-9",
        at([2e-10, 3e-10, 1e-9], pulses(1e9, 0, [(2e-10, 3e-10, 1e9)])))
problem("seconds since 1970", "x' = 0.01*(t >= 1700000100 and t < 1700000130.5) - 0.001*(x)\nx(1700000000) = 1\nspan = 1700000000..1700000600",
        [(1700000000 + t, [pulses(0.001, 1, [(100, 130.5, 0.01)])(t)]) for t in (100, 130.5, 600)])
problem("backward over a pulse", "x' = 3*(1 < t < 1.5) - x\nx(2) = 1\nspan = 2..3",
        [(1.5, [exp(0.5)]), (1, [exp(1) - 3 * (exp(0.5) - 1)]), (0, [(exp(1) - 3 * (exp(0.5) - 1)) * exp(1)])], ["--from", "2", "--to", "0", "--at", "1.5,1,0"])
problem("equal steps of rk4 over jumps", "x' = 5*(0.31 < t < 0.77) - x\nx(0) = 1\nspan = 0..2",
        at([0.5, 0.77, 2], pulses(1, 1, [(0.31, 0.77, 5)])), ["--method", "rk4", "--step", "0.05"])
problem("single precision at a large time", "x' = 0.5*(t > 100000.25) - 0.5*x\nx(1e5) = 1\nspan = 1e5..100004",
        [(1e5 + t, [pulses(0.5, 1, [(0.25, 9, 0.5)])(t)]) for t in (0.25, 1, 4)], ["--scalar", "float32"], tolerance=1e-4)
problem("a narrow bump after a long rest", "x' = exp(-((t - 731.3)/0.8)^2)\nx(0) = 0\nspan = 0..1000", [(700, [0]), (1000, [0.8 * math.sqrt(math.pi)])])
problem("a switch of a parabola", "x' = heaviside((t - 1)*(t - 1.002))\nx(0) = 0\nspan = 0..4", [(1, [1]), (4, [3.998])])

# --- switches and events of the state -----------------------------------------------------------------------------------

problem("a threshold at the initial value", "x' = if(x >= 1, -1, 2)\nx(0) = 1\nspan = 0..1", [(1, [1])])
problem("a threshold that is left at the start", "x' = if(x >= 1, 1, -5)\nx(0) = 1\nspan = 0..1", [(1, [2])])
problem("a wave that touches its threshold", "x' = cos(t)\ny' = 1 + 100*(x > 1.0001)\nx(0) = 0\ny(0) = 0\nspan = 0..10", at([3, 10], math.sin, lambda t: t))
problem("a thermostat with two thresholds",
        "temp' = -0.1*(temp - 5) + 3*on\non' = 0\ntemp(0) = 10\non(0) = 1\nevent temp > 21: on = 0\nevent temp < 19: on = 1\nspan = 0..20",
        (lambda: (lambda t1, t2: [(5, [35 - 25 * exp(-0.5), 1]), (t1 + 0.5, [5 + 16 * exp(-0.05), 0]), (t2 + 0.5, [35 - 16 * exp(-0.05), 1])])
         (10 * log(25 / 14), 10 * log(25 / 14) + 10 * log(16 / 14)))())
problem("a reset that keeps the condition true", "x' = -x\nx(0) = 2\nevent x < 1: x = 0.5\nspan = 0..3",
        [(0.5, [2 * exp(-0.5)]), (1, [0.5 * exp(-(1 - log(2)))]), (3, [0.5 * exp(-(3 - log(2)))])])
problem("a reset to the threshold itself", "x' = 1\nx(0) = 0\nn' = 0\nn(0) = 0\nevent x >= 1: x = 1 - 1, n = n + 1\nspan = 0..4.5", [(0.5, [0.5, 0]), (1.5, [0.5, 1]), (4.5, [0.5, 4])])
problem("an event that causes another", "x' = 1\ny' = 0\nx(0) = 0\ny(0) = 0\nevent x > 2: y = 5\nevent y > 4: x = 0\nspan = 0..3", [(1.5, [1.5, 0]), (3, [1, 5])])
problem("states that are exchanged", "x' = 1\ny' = -1\nx(0) = 0\ny(0) = 3\nevent x > y: x = y + 1, y = x - 1\nspan = 0..2", [(1, [1, 2]), (2, [3, 0])])
problem("events in both directions", "x' = cos(t)\nn' = 0\nx(0) = 0\nn(0) = 0\nevent x = 0.5 both: n = n + 1\nspan = 0..13", [(1, [math.sin(1), 1]), (3, [math.sin(3), 2]), (13, [math.sin(13), 4])])
problem("events by falling", "x' = cos(t)\nn' = 0\nx(0) = 0\nn(0) = 0\nevent x = 0.5 falling: n = n + 1\nspan = 0..13", [(2, [math.sin(2), 0]), (3, [math.sin(3), 1]), (13, [math.sin(13), 2])])
problem("a clock of events", "x' = -x\nx(0) = 1\nevent mod(t, 2) < 1: x = x + 1\nspan = 0..5", at([1.9, 2, 3.5, 4, 5], pulses(1, 1, [], [(2, 1), (4, 1)])))
problem("an event with and", "x' = 1\nn' = 0\nx(0) = 0\nn(0) = 0\nevent x > 1 and t > 2: n = n + 1, x = 0\nspan = 0..3.5", [(1.9, [1.9, 0]), (2.5, [0.5, 1]), (3.5, [0.5, 2])])
problem("an event of an input", "x' = 1\ninput u\nx(0) = 0\nevent u > 0.5: x = 0\nspan = 0..4", [(1.2, [1.2]), (2, [0.5]), (4, [2.5])], inputs="t,u\n0,0\n1,0\n2,1\n4,1\n")
problem("a switch of an input between its rows", "x' = heaviside(u)\ninput u\nx(0) = 0\nspan = 0..4", [(1, [0.5]), (2, [1]), (4, [2.5])],
        inputs="t,u\n0,-1\n1,1\n2,-1\n3,1\n4,1\n")
problem("the end by an event", "h' = v\nv' = -9.81\nh(0) = 20\nv(0) = 0\nevent h < 0: stop\nspan = 0..10", [(1, [20 - 9.81 / 2, -9.81]), (2, [20 - 2 * 9.81, -19.62])], ["--at", "1,2,5"])
problem("a pulse that an event cuts off", "x' = 2*on\non' = 0\nx(0) = 0\non(0) = 0\nevent t >= 1: on = 1\nevent x >= 1: on = 0\nspan = 0..3", [(1, [0, 1]), (1.25, [0.5, 1]), (3, [1, 0])])


def predator(t, y, n):
    return [y[0] * (1 - y[0]) - (0.5 * y[0] if n % 2 == 1 else 0)]


t1 = log(0.8 / 0.2 * 0.9 / 0.1)  # logistic from 0.1 to 0.8
problem("harvest above a level", "x' = x*(1 - x) - 0.5*x*on\non' = 0\nx(0) = 0.1\non(0) = 0\nevent x > 0.8: on = 1\nspan = 0..8",
        [(t, [y[0], float(t >= t1)]) for t, y in pieces(predator, [0.1], [(t1, lambda y: y)], [0, 2, 3, 5, 8])])
problem("Coulomb friction that stops", "v' = -2*sign(v) + 1.5*heaviside(t - 3)\nx' = v\nv(0) = 3\nx(0) = 0\nspan = 0..5", [(1, [1, 2]), (2, [0, 2.25]), (5, [0, 2.25])])
problem("friction that gives way", "v' = -2*sign(v) + t\nx' = v\nv(0) = 0\nx(0) = 0\nspan = 0..4", [(1.5, [0, 0]), (3, [0.5, 1 / 6]), (4, [2, 8 / 6])])

follow = "x' = u - x\ninput u\nx(0) = 0\n"
hours = "2024-03-01T00:00:00Z,0\n2024-03-01T06:00:00Z,1\n2024-03-02T12:00:00Z,0\n"

# --- doses --------------------------------------------------------------------------------------------------------------

one = "x' = -k*x\nk = 0.3\nx(0) = 0\n"
problem("a dose at the end", one + "dose 7 into x at 2\nspan = 0..2", [(1, [0]), (2, [7])])
problem("a dose at the start", one + "dose 7 into x at 0\nspan = 0..2", at([0, 2], pulses(0.3, 7)))
problem("a lag beyond the span", one + "lag(x) = 5\ndose 7 into x at 1\nspan = 0..4", at([2, 4], lambda t: 0))
problem("a lag to the very end", one + "lag(x) = 3\ndose 7 into x at 1\nspan = 0..4", [(3.9, [0]), (4, [7])])
problem("infusions that overlap", one + "dose 10 into x at 0 every 1 count 3 over 2\nspan = 0..6",
        at([0.5, 1, 1.5, 3, 6], pulses(0.3, 0, [(n, n + 2, 5) for n in range(3)])))
problem("an infusion that outlasts the span", one + "dose 10 into x at 1 over 50\nspan = 0..4", at([1, 4], pulses(0.3, 0, [(1, 51, 0.2)])))
problem("an infusion with a fraction", one + "bioavailability(x) = 0.5\ndose 10 into x at 1 rate 10\ndose 10 into x at 2 over 1\nspan = 0..4",
        at([1.5, 2, 3, 4], pulses(0.3, 0, [(1, 1.5, 10), (2, 3, 5)])))
problem("a dose of nothing and one that takes away", one + "dose 0 into x at 1\ndose -2 into x at 2\nx0 = 1\n".replace("x0 = 1\n", "") + "span = 0..3",
        at([1, 2, 3], pulses(0.3, 0, [], [(2, -2)])))
problem("until between two doses", one + "dose 1 into x at 0.5 every 0.7 until 2\nspan = 0..3", at([2, 3], pulses(0.3, 0, [], [(0.5, 1), (1.2, 1), (1.9, 1)])))
problem("until at a dose", one + "dose 1 into x at 0 every 0.1 until 0.3\nspan = 0..1", at([0.3, 1], pulses(0.3, 0, [], [(n / 10, 1) for n in range(4)])))
problem("a dose at the time of an event", one + "dose 5 into x at 2\nevent t >= 2: x = 1\nspan = 0..3", [(2, [6]), (3, [6 * exp(-0.3)])])
problem("a dose that fires an event", one + "dose 5 into x at 1\nevent x > 4: x = x - 4\nspan = 0..2", [(1, [1]), (2, [exp(-0.3)])])
problem("two hundred doses", one + "dose 1 into x at 0 every 0.25\nspan = 0..50", at([0, 10, 50], pulses(0.3, 0, [], [(0.25 * n, 1) for n in range(201)])))
problem("a dose of parameters", one + "mg = 2\nweight = 70\ndose mg*weight into x at 1\nspan = 0..3", at([1, 3], pulses(0.3, 0, [], [(1, 210)])), ["--set", "mg=3"])
two = "depot' = -ka*depot\nc' = ka*depot - k*c\nka = 1.2\nk = 0.2\ndepot(0) = 0\nc(0) = 0\n"
oral = lambda t: 1.2 / (0.2 - 1.2) * (exp(-1.2 * t) - exp(-0.2 * t)) if t > 0 else 0
problem("a table out of order", two + "span = 0..30", [(t, [None, 100 * oral(t) + 50 * oral(t - 12) + 20 * exp(-0.2 * (t - 5)) * (t >= 5)]) for t in (1, 5, 12, 20, 30)],
        doses="time,amt,cmt\n12,50,1\n0,100,depot\n5,20,c\n")
problem("a table in the spelling of NONMEM", two + "span = 0..30", [(t, [None, sum(100 * oral(t - 8 * n) for n in range(3))]) for t in (1, 8, 17, 30)],
        doses="ID,TIME,AMT,RATE,CMT,II,ADDL,SS,EVID,MDV,DV\n1,0,100,0,1,8,2,0,1,1,.\n1,1,.,.,2,.,.,.,0,0,3.2\n")
steady = lambda t, ii, f: sum(f(t + n * ii) for n in range(400))
problem("steady state with a lag", two + "lag(depot) = 0.5\nspan = 0..12", [(t, [None, 100 * steady(t - 0.5, 12, oral) if t >= 0.5 else None]) for t in (0.5, 3, 12)],
        doses="time,amt,cmt,ii,ss\n0,100,1,12,1\n")
infusion = lambda t, d: (pulses(0.3, 0, [(0, d, 1)])(t))
problem("steady state of infusions longer than their interval", one + "span = 0..6", at([0, 1, 3, 6], lambda t: 10 / 5 * steady(t, 2, lambda s: infusion(s, 5)) if t < 2 else
        10 / 5 * sum(infusion(t + 2 * n, 5) for n in range(0, 400))), doses="time,amt,dur,ii,ss\n0,10,5,2,1\n")
problem("a reset and a dose", one + "span = 0..6", at([1, 3, 4, 6], lambda t: 10 * exp(-0.3 * t) if t < 3 else 4 * exp(-0.3 * (t - 3))), doses="TIME,AMT,EVID\n0,10,1\n3,4,4\n")
problem("a reset in an infusion", one + "span = 0..6", at([1, 3, 6], lambda t: pulses(0.3, 0, [(0, 5, 2)])(t) if t < 3 else 0), doses="TIME,AMT,DUR,EVID\n0,10,5,1\n3,0,0,3\n")
problem("doses before the start", one + "span = 0..4", at([0, 1, 2, 4], pulses(0.3, 0, [(0, 2, 5)])), doses="TIME,AMT,DUR\n-5,100,0\n-1,15,3\n")
dated = two + "span = 0..2"
problem("doses at dates", dated, [(t, [None, 100 * oral(t - 0.25) + 50 * oral(t - 1.5)]) for t in (0.25, 1, 1.5, 2)], ["--unit", "days"],
        doses="TIME,AMT,CMT\n2024-03-01T00:00:00+01:00,0,1\n2024-03-01 06:00:00+01:00,100,1\n2024-03-02T11:00:00Z,50,1\n")
problem("doses and inputs at dates", "x' = u - x\ninput u\nx(0) = 0\nspan = 0..3", at([0.25, 1, 1.5, 3], pulses(1, 0, [(0.25, 1.5, 1)], [(1, 2)])),
        ["--interpolation", "previous", "--unit", "days"], doses="TIME,AMT\n2024-03-02T02:00:00+02:00,2\n", inputs="time,u\n" + hours)
problem("doses at numbers and inputs at dates", follow + "span = 0..3", "write both in one way", ["--unit", "days"], doses="TIME,AMT\n1,2\n", inputs="time,u\n" + hours)
problem("a date among numbers", one + "span = 0..3", "'1' is not a date", doses="TIME,AMT\n2024-03-02,2\n1,2\n")
problem("a CMT beyond the states", two + "span = 0..2", "CMT is 3", doses="TIME,AMT,CMT\n0,1,3\n")
problem("ADDL without II", two + "span = 0..2", "write the time between doses in II", doses="TIME,AMT,ADDL\n0,1,3\n")
problem("a rate that the model computes", two + "span = 0..2", "RATE is -2", doses="TIME,AMT,RATE\n0,1,-2\n")

# --- measured inputs ----------------------------------------------------------------------------------------------------

problem("one row", follow + "span = 0..2", at([1, 2], lambda t: 3 * (1 - exp(-t))), inputs="t,u\n0.5,3\n")
problem("an input that begins after the span", follow + "span = 0..2", at([1, 2], lambda t: 3 * (1 - exp(-t))), inputs="t,u\n5,3\n6,4\n")
problem("an input that ended before the span", follow + "span = 0..2", at([1, 2], lambda t: 4 * (1 - exp(-t))), inputs="t,u\n-6,3\n-5,4\n")
problem("gaps between the rows", follow + "span = 0..4", at([1, 2, 4], pulses(1, 0, [(0, 3, 2), (3, 9, 5)])), ["--interpolation", "previous"],
        inputs="t,u,v\n0,2,1\n1,,2\n2,,3\n3,5,\n")
ramp = lambda t: t - 1 + exp(-t)
problem("a word for a missing value", follow + "span = 0..4", "or nothing if it is missing", inputs="t,u\n0,2\n1,NA\n3,5\n")
problem("a straight line in a hundred rows", follow + "span = 0..10", at([1, 5, 10], ramp), inputs="t,u\n" + "".join(f"{n / 10},{n / 10}\n" for n in range(101)))
problem("two values at one time", follow + "span = 0..4", "inputs.csv:4", inputs="t,u\n0,1\n1,1\n1,2\n2,2\n")
problem("rows out of order", follow + "span = 0..4", "inputs.csv:4", inputs="t,u\n0,1\n2,1\n1,2\n3,2\n")
problem("semicolons and decimal commas", follow + "span = 0..2", at([1, 2], lambda t: 1.5 * (1 - exp(-t))), inputs="t;u\n0;1,5\n1;1,5\n2;1,5\n")
problem("a text where a number belongs", follow + "span = 0..2", "inputs.csv:3", inputs="t,u\n0,1\n1,high\n2,1\n")
problem("no column of the input", follow + "span = 0..2", "is named as an input", inputs="t,w\n0,1\n1,2\n")
problem("dates and days", follow + "span = 0..3", at([0.25, 1, 1.5, 3], pulses(1, 0, [(0.25, 1.5, 1)])), ["--interpolation", "previous", "--unit", "days"], inputs="time,u\n" + hours)
problem("dates with offsets", follow + "span = 0..3", at([0.25, 1, 1.5, 3], pulses(1, 0, [(0.25, 1.5, 1)])), ["--interpolation", "previous", "--unit", "days"],
        inputs="time,u\n2024-03-01T01:00:00+01:00,0\n2024-03-01T01:00:00-05:00,1\n2024-03-02T12:00:00Z,0\n")
problem("fractions of a second", follow + "span = 0..3", at([0.25, 1, 1.5, 3], pulses(1, 0, [(0.25, 1.5, 1)])), ["--interpolation", "previous", "--unit", "seconds"],
        inputs="time,u\n2024-03-01T00:00:59.250Z,0\n2024-03-01T00:00:59.500Z,1\n2024-03-01T00:01:00.750Z,0\n")
problem("a jump of an input at a written time", follow + "span = 0..2", at([0.7, 1, 2], pulses(1, 0, [(0, 1, 1), (1, 9, -3)])), ["--interpolation", "previous"], inputs="t,u\n0,1\n1,-3\n")
problem("a spike in a spline", "x' = u\ninput u\nx(0) = 0\nspan = 0..100", [(20, [0]), (100, [None])], ["--interpolation", "spline"],
        inputs="t,u\n" + "".join(f"{n / 10},{1 if n == 500 else 0}\n" for n in range(1001)))
problem("an input in seconds since 1970", "x' = u - 0.001*x\ninput u\nx(1700000000) = 0\nspan = 1700000000..1700001000",
        [(1700000000 + t, [pulses(0.001, 0, [(100.5, 101, 1)])(t)]) for t in (100.5, 101, 1000)], ["--interpolation", "previous"],
        inputs="t,u\n1700000000,0\n1700000100.5,1\n1700000101,0\n")

# --- sizes, names and refusals ----------------------------------------------------------------------------------------------

problem("a small amount", "x' = -x\nx(0) = 1e-15\nspan = 0..5", at([1, 5], lambda t: 1e-15 * exp(-t)))
problem("small amounts that react", "a' = -k*a*b\nb' = -k*a*b\nk = 1e12\na(0) = 1e-12\nb(0) = 2e-12\nspan = 0..2",
        at([1, 2], lambda t: 1e-12 / (2 * exp(t) - 1), lambda t: 1e-12 + 1e-12 / (2 * exp(t) - 1)))
problem("a large amount", "x' = -x\nx(0) = 1e300\nspan = 0..5", at([1, 5], lambda t: 1e300 * exp(-t)))
problem("a square root to its end", "h' = -0.5*sqrt(h)\nh(0) = 1\nspan = 0..3", at([1, 3], lambda t: (1 - t / 4) ** 2))
problem("an initial value at another time", "x' = -x\nx(2) = 1\nspan = 0..3", "the span starts at 0")
problem("a pole inside the span", "x' = x^2\nx(0) = 1\nspan = 0..2", "error:")
problem("a state named as a keyword", "event' = -event\nevent(0) = 1\ndose' = event\ndose(0) = 0\nspan = 0..1", at([1], lambda t: exp(-t), lambda t: 1 - exp(-t)))
problem("an algebraic balance", "x' = -r\nalgebraic r = 1\n0 = r*(2 + x) - 3*x\nx(0) = 1\nspan = 0..2",
        at([1, 2], lambda t: brentq(lambda x: 2 * log(x) + x - 1 + 3 * t, 1e-9, 1)))
problem("an algebraic balance with an explicit method", "x' = -r\nalgebraic r = 1\n0 = r - x\nx(0) = 1\nspan = 0..2", "rodas5p", ["--method", "dopri5"])


def run(tool, folder, text, options, files, times):
    with open(os.path.join(folder, "p.ode"), "w") as file:
        file.write(text)
    command = [tool, "solve", "p.ode", "--json", *options]
    for name, content in files.items():
        with open(os.path.join(folder, name + ".csv"), "w") as file:
            file.write(content)
        command += ["--" + name, name + ".csv"]
    if times and "--at" not in options:
        command += ["--at", ",".join(repr(t) for t in times)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def verdict(tool, entry):
    """None if right, else what is wrong."""
    name, text, expected, options, tolerance, files = entry
    with tempfile.TemporaryDirectory() as folder:
        if isinstance(expected, str):
            out = run(tool, folder, text, options, files, [])
            return None if out.returncode and expected in out.stderr else f"rc {out.returncode}: {out.stderr.strip()}"
        out = run(tool, folder, text, options, files, [t for t, _ in expected])
        if out.returncode:
            return f"rc {out.returncode}: {out.stderr.strip()}"
        result = json.loads(out.stdout)
        found = dict(zip(result["times"], result["states"]))
        scale = max((abs(v) for _, values in expected for v in values if v is not None), default=1) or 1
        for time, values in expected:
            row = found.get(time) or next((v for t, v in found.items() if abs(t - time) < 1e-12 * abs(time)), None)
            if row is None:
                return f"no row at {time}"
            for place, value in enumerate(values):
                if value is not None and not abs(row[place] - value) <= tolerance * scale:
                    return f"at {time}: {row[place]!r}, not {value!r}"
        if "warning" in out.stderr and not re.search(r"keeps its first|ignored|dates", out.stderr):
            return f"warns: {out.stderr.strip()}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--only")
    arguments = parser.parse_args()
    tool = os.path.abspath(arguments.tool)
    entries = [p for p in PROBLEMS if not arguments.only or arguments.only in p[0]]
    wrong = [(p[0], v) for p in entries if (v := verdict(tool, p))]
    for name, what in wrong:
        print(f"{name}: {what}")
    print(f"{len(entries)} problems, {len(wrong)} wrong")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
