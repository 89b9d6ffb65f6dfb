"""What both peers share: the candles, the rule's averages, and how a run is timed."""
import json
import sys
import time

import numpy as np
import pandas as pd

FAST, SLOW, CASH, FEE = 12, 26, 10_000_000, 0.001


def candles():
    """Columns start (Unix seconds), open, high, low, close, volume, from the file that is named first."""
    frame = pd.read_csv(sys.argv[1])
    frame.index = pd.to_datetime(frame.pop("start"), unit="s")
    return frame


def average(close, span):
    """Begins with the first price; unknown before candle number `span`."""
    return pd.Series(close).ewm(span=span, adjust=False, min_periods=span).mean().to_numpy()


def crossings(close):
    """Where the fast average has crossed over the slow one, and where under it."""
    over = average(close, FAST) - average(close, SLOW)
    before = np.concatenate(([np.nan], over[:-1]))
    return (over > 0) & (before <= 0), (over < 0) & (before >= 0)


def report(name, version, run, length):
    """`run` takes "open" or "close", the price of a fill, and gives the equity at the end. Seconds are CPU time."""
    fills = []
    for fill in ("open", "close"):
        times = []
        for _ in range(4):
            began = time.process_time()
            equity = run(fill)
            times.append(time.process_time() - began)
        # The first one may compile.
        fills.append({"fill": fill, "equity": float(equity), "seconds": sorted(times[1:])[1]})
    print(json.dumps({"name": name, "version": version, "candles": length, "fills": fills}))
