#!/usr/bin/env python3
"""Labelled series in the `.ts` format as one table, with readings left out at random.

    pip download --no-deps aeon && unzip -j aeon-*.whl '*JapaneseVowels_T*.ts'
    python make_labelled.py vowels.csv 0.5 JapaneseVowels_TRAIN.ts JapaneseVowels_TEST.ts

The second argument is the share of readings that is kept, each drawn by itself, with seed 0. A row has the series' id, its number as
the time, the channels c1, c2, …, and the class; rows of which nothing is left are dropped.
"""
import random
import sys


def main():
    out, keep = sys.argv[1], float(sys.argv[2])
    draw = random.Random(0)
    with open(out, "w") as result:
        number = 0
        for path in sys.argv[3:]:
            isData = False
            for line in open(path):
                if line.startswith("@data"):
                    isData = True
                elif isData and line.strip():
                    *channels, label = line.strip().split(":")
                    values = [one.split(",") for one in channels]
                    if number == 0:
                        names = [f"c{place + 1}" for place in range(len(values))]
                        result.write("id,time," + ",".join(names) + ",label\n")
                    number += 1
                    for time in range(len(values[0])):
                        row = [one[time] if draw.random() < keep else "" for one in values]
                        if any(row):
                            result.write(f"s{number},{time}," + ",".join(row) + f",{label}\n")


if __name__ == "__main__":
    main()
