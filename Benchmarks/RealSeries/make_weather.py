#!/usr/bin/env python3
"""Weather of New York's three airports in 2013 as one table, with what is known beforehand of any hour.

    neural-ode data nyc_weather.csv.gz > nyc_weather.csv
    python make_weather.py nyc_weather.csv weather.csv

A row has the airport, the hour (UTC), temperature (F), dew point (F), wind speed and gust (mph; the gust is missing in four rows of
five, the pressure in one of ten), pressure (hPa), and sine and cosine of the local time of day and of the day of the year.
"""
import csv
import datetime
import math
import sys

CHANNELS = ["temp", "dewp", "wind_speed", "wind_gust", "pressure"]


def main():
    source, out = sys.argv[1:3]
    with open(source) as file, open(out, "w") as result:
        result.write(
            "airport,time," + ",".join(CHANNELS) + ",daySine,dayCosine,yearSine,yearCosine\n")
        last = {}
        for row in csv.DictReader(file):
            # The hour that the end of summer time repeats is kept once.
            if last.get(row["origin"], "") >= row["time_hour"]:
                continue
            last[row["origin"]] = row["time_hour"]
            day = 2 * math.pi * int(row["hour"]) / 24
            date = datetime.date(int(row["year"]), int(row["month"]), int(row["day"]))
            year = 2 * math.pi * (date.timetuple().tm_yday - 1) / 365
            known = [math.sin(day), math.cos(day), math.sin(year), math.cos(year)]
            values = [row[name] if row[name] != "NA" else "" for name in CHANNELS]
            result.write(
                ",".join([row["origin"], row["time_hour"]] + values
                         + [f"{one:.4f}" for one in known]) + "\n")


if __name__ == "__main__":
    main()
