"""EMA cross by vectorbt: python3 vectorbt_cross.py CANDLES.csv"""
import numpy as np
import vectorbt
from cross import CASH, FEE, candles, crossings, report

FRAME = candles()


def run(fill):
    up, down = crossings(FRAME["close"].to_numpy())
    if fill == "open":
        # Filled one candle later, at its opening.
        up, down = (np.concatenate(([False], signal[:-1])) for signal in (up, down))
    portfolio = vectorbt.Portfolio.from_signals(
        FRAME["close"], up, down, price=FRAME[fill], size=1, fees=FEE, init_cash=CASH, freq="1min"
    )
    return portfolio.final_value()


report("vectorbt", vectorbt.__version__, run, len(FRAME))
