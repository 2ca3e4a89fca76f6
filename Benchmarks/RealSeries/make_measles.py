#!/usr/bin/env python3
"""Measles of seven towns as one table: weekly cases on a logarithmic scale, and births of the year.

    python make_measles.py uk_measles_cities.csv uk_measles_demog.csv measles.csv

The two files are bundled (`neural-ode data uk_measles_cities.csv` prints one). A row has the town, the date,
log(1 + cases), and the town's births per 1,000 inhabitants in that year, which are known long before anyone falls ill.
"""
import csv
import math
import sys


def main():
    cases, people, out = sys.argv[1:4]
    births = {}
    with open(people) as file:
        for row in csv.DictReader(file):
            births[row["unit"], row["year"]] = 1000 * float(row["births"]) / float(row["pop"])
    with open(cases) as file, open(out, "w") as result:
        result.write("town,date,logCases,births\n")
        for row in csv.DictReader(file):
            rate = births.get((row["unit"], row["date"][:4]))
            written = "" if rate is None else f"{rate:.4f}"
            result.write(
                f"{row['unit']},{row['date']},{math.log1p(float(row['cases'])):.6f},{written}\n")


if __name__ == "__main__":
    main()
