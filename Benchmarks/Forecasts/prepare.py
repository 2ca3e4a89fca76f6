"""Writes public series of different character for the forecasting comparison.

usage: python prepare.py FOLDER

Sources: statsmodels 0.15 (datasets), vega_datasets 0.9, bokeh_sampledata 2026.1, statsforecast 2.1 (AirPassengers).
"""
import os
import pathlib
import sys
import pandas as pd
import statsmodels.api as sm
import vega_datasets
from statsforecast.utils import AirPassengersDF
from vega_datasets import data as vega

out = pathlib.Path(sys.argv[1]); out.mkdir(parents=True, exist_ok=True)

def save(name, frame):
    frame.to_csv(out / f"{name}.csv", index=False)

air = AirPassengersDF.rename(columns={"ds": "date", "y": "passengers"})[["date", "passengers"]]
save("air-passengers", air)                      # monthly, trend and season
sun = sm.datasets.sunspots.load_pandas().data
save("sunspots", pd.DataFrame({"year": sun.YEAR.astype(int), "activity": sun.SUNACTIVITY}))  # yearly cycle of 11
nino = sm.datasets.elnino.load_pandas().data.melt(id_vars="YEAR", var_name="month", value_name="temperature")
months = {m: i + 1 for i, m in enumerate(["JAN","FEB","MAR","APR","MAY","JUN","JUL","AUG","SEP","OCT","NOV","DEC"])}
nino["date"] = [f"{int(y)}-{months[m]:02d}-01" for y, m in zip(nino.YEAR, nino.month)]
save("elnino", nino.sort_values("date")[["date", "temperature"]])   # monthly climate index
macro = sm.datasets.macrodata.load_pandas().data
macro["date"] = [f"{int(y)}-{int(3*q-2):02d}-01" for y, q in zip(macro.year, macro.quarter)]
save("macro", macro[["date", "realgdp", "unemp", "infl", "tbilrate"]])   # quarterly, multichannel
nile = sm.datasets.nile.load_pandas().data
save("nile", pd.DataFrame({"year": nile.year.astype(int), "volume": nile.volume}))  # yearly, level shift, 100 rows
weather = vega.seattle_weather()
weather["date"] = weather.date.dt.strftime("%Y-%m-%d")
save("seattle-weather", weather[["date", "temp_max", "temp_min", "wind"]])   # daily, yearly season, multichannel
save("seattle-rain", weather[["date", "precipitation"]])        # intermittent, non-negative
temps = vega.seattle_temps()
temps["date"] = pd.to_datetime(temps.date).dt.strftime("%Y-%m-%d %H:%M")
save("seattle-hourly", temps.rename(columns={"temp": "temperature"})[["date", "temperature"]])  # hourly, daily cycle
from bokeh_sampledata import stocks as bs
aapl = pd.DataFrame(bs.AAPL)[["date", "close"]].iloc[-1500:]
save("aapl", aapl)                              # daily prices
from bokeh_sampledata import sea_surface_temperature as sst
s = sst.sea_surface_temperature.reset_index(); s.columns = ["date", "temperature"]
s["date"] = pd.to_datetime(s.date).dt.strftime("%Y-%m-%d %H:%M:%S")
save("sea-surface", s.iloc[::4].head(4000))            # half-hourly → two-hourly
folder = pathlib.Path(os.path.dirname(vega_datasets.__file__)) / "_data"
emp = pd.read_csv(folder / "us-employment.csv")
save("employment", emp[["month", "nonfarm", "construction", "manufacturing", "government"]])  # monthly, multichannel
stocks = pd.read_csv(folder / "stocks.csv")
stocks["date"] = pd.to_datetime(stocks.date).dt.strftime("%Y-%m-%d")
save("stocks", stocks.rename(columns={"symbol": "id"})[["id", "date", "price"]])   # many short series
