#!/usr/bin/env python3
"""A long table of irregular readings, for measuring time and memory against the number of rows.

    python make_long.py ROWS out.csv [SERIES]

Three channels, two sines and their product with noise, at times that are on average 1 apart; a fifth of the cells is missing. With a
third argument the rows are spread evenly over so many series, which come one after the other; else there is one.
"""
import math
import random
import sys


def main():
    rows, out = int(sys.argv[1]), sys.argv[2]
    series = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    draw = random.Random(0)
    with open(out, "w") as result:
        result.write("id,time,a,b,c\n")
        for number in range(series):
            time, shift = 0.0, draw.uniform(0, 6)
            for _ in range(rows // series):
                time += draw.uniform(0.5, 1.5)
                a, b = math.sin(time / 7 + shift), math.sin(time / 19)
                cells = [
                    "" if draw.random() < 0.2 else f"{one + draw.gauss(0, 0.1):.4f}"
                    for one in (a, b, a * b)]
                result.write(f"s{number},{time:.3f}," + ",".join(cells) + "\n")


if __name__ == "__main__":
    main()
