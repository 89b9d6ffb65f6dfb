"""EMA cross by backtesting.py: python3 backtesting_cross.py CANDLES.csv"""
import warnings

import backtesting
from cross import CASH, FEE, candles, crossings, report

FRAME = candles().rename(columns=str.capitalize)


class Cross(backtesting.Strategy):
    def init(self):
        up, down = crossings(self.data.Close)
        self.up = self.I(lambda: up.astype(float))
        self.down = self.I(lambda: down.astype(float))

    def next(self):
        if self.up[-1] == 1 and not self.position:
            self.buy(size=1)
        elif self.down[-1] == 1 and self.position:
            self.position.close()


def run(fill):
    test = backtesting.Backtest(
        FRAME, Cross, cash=CASH, commission=FEE, trade_on_close=fill == "close"
    )
    return test.run()["Equity Final [$]"]


warnings.simplefilter("ignore")
report("backtesting.py", backtesting.__version__, run, len(FRAME))
