#!/usr/bin/env python3
"""300 sines of unknown frequency, phase and height at irregular times: forecasts of several oscillations.

    python make_waves.py waves.csv
"""
import math
import random
import sys


def main():
    draw = random.Random(3)
    with open(sys.argv[1], "w") as result:
        result.write("id,time,x\n")
        for number in range(300):
            rate, phase = draw.uniform(0.7, 1.4), draw.uniform(0, 6.28)
            height, time = draw.uniform(0.5, 1.5), 0.0
            while time < 40:
                time += draw.uniform(0.1, 0.7)
                value = height * math.sin(rate * time + phase) + draw.gauss(0, 0.05)
                result.write(f"w{number},{time:.3f},{value:.4f}\n")


if __name__ == "__main__":
    main()
