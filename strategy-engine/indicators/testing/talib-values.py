"""What TA-Lib says, for the tests and for `npm run indicators`.

python talib-values.py                 seeded candles and TA-Lib's values for them, as JSON on standard output
python talib-values.py --candles FILE  the same for the candles of a CSV with a header (open, high, low, close, volume)

Columns are float64, little endian, base64. Needs TA-Lib 0.8 and numpy.
"""

import base64
import csv
import json
import sys

import numpy as np
import talib as t
from talib import abstract

PRICES = ("open", "high", "low", "close", "volume")


def seeded(count=320):
    """A walk with what breaks indicators: ties, whole prices, flat stretches, jumps, candles without volume."""
    random = np.random.default_rng(11)
    close, rows = 100.0, []
    for i in range(count):
        part = i // 40 % 8
        opened = close if random.random() < 0.8 else close * (1 + random.normal(0, 0.004))
        if part == 3 or (part == 6 and i % 40 < 25):  # nothing moves at all
            rows.append((close, close, close, close, 0.0))
            continue
        close = opened * (1 + random.normal(0, 0.01))
        if i in (70, 210):
            close *= 1.6
        if i in (95, 250):
            close *= 0.55
        high = max(opened, close) * (1 + abs(random.normal(0, 0.004)))
        low = min(opened, close) * (1 - abs(random.normal(0, 0.004)))
        if part in (1, 4):  # whole prices: most candles tie with their neighbours
            opened, close = float(round(opened)), float(round(close))
            high, low = max(float(round(high)), opened, close), min(float(round(low)), opened, close)
        volume = 0.0 if random.random() < 0.05 else float(round(random.lognormal(3, 1), 3))
        rows.append((opened, high, low, close, volume))
    return dict(zip(PRICES, np.array(rows).T.copy()))


def read(path):
    with open(path, newline="") as file:
        rows = [{key.lower(): value for key, value in row.items()} for row in csv.DictReader(file)]
    return {name: np.array([float(row[name]) for row in rows]) for name in PRICES}


def cases(c):
    """(our name, our parameters, TA-Lib's columns in the order of our outputs)."""
    o, h, l, x, v = (c[name] for name in PRICES)
    wilder = t.MA_Type.RMA if hasattr(t.MA_Type, "RMA") else 13
    for n in (2, 5, 20, 33):
        yield "sma", [n], t.SMA(x, n)
        yield "ema", [n], t.EMA(x, n)
        yield "wma", [n], t.WMA(x, n)
        yield "trima", [n], t.TRIMA(x, n)
        yield "highest", [n], t.MAX(x, n)
        yield "lowest", [n], t.MIN(x, n)
    for n in (4, 14, 21):
        yield "rma", [n], t.RMA(x, n)
        yield "dema", [n], t.DEMA(x, n)
        yield "tema", [n], t.TEMA(x, n)
        yield "kama", [n], t.KAMA(x, n)
        yield "hma", [n], t.HMA(x, n)
        yield "zlema", [n], t.ZLEMA(x, n)
        yield "rsi", [n], t.RSI(x, n)
        yield "atr", [n], t.ATR(h, l, x, n)
        yield "adx", [n], t.ADX(h, l, x, n)
        yield "cci", [n], t.CCI(h, l, x, n)
        yield "mfi", [n], t.MFI(h, l, x, v, n)
        yield "linearreg", [n], t.LINEARREG(x, n)
        yield "aroon", [n], t.AROON(h, l, n)[::-1]
        yield "stdev", [n], t.STDDEV(x, n)
    for n in (5, 14):
        yield "vwma", [n], t.VWMA(x, v, n)
        yield "sum", [n], t.SUM(x, n)
        yield "natr", [n], t.NATR(h, l, x, n)
        yield "adxr", [n], t.ADXR(h, l, x, n)
        yield "dx", [n], t.DX(h, l, x, n)
        yield "plus_di", [n], t.PLUS_DI(h, l, x, n)
        yield "minus_di", [n], t.MINUS_DI(h, l, x, n)
        yield "plus_dm", [n], t.PLUS_DM(h, l, n)
        yield "minus_dm", [n], t.MINUS_DM(h, l, n)
        yield "cmo", [n], t.CMO(x, n)
        yield "trix", [n], t.TRIX(x, n)
        yield "willr", [n], t.WILLR(h, l, x, n)
        yield "aroonosc", [n], t.AROONOSC(h, l, n)
        yield "mom", [n], t.MOM(x, n)
        yield "roc", [n], t.ROC(x, n)
        yield "rocp", [n], t.ROCP(x, n)
        yield "rocr", [n], t.ROCR(x, n)
        yield "rocr100", [n], t.ROCR100(x, n)
        yield "midpoint", [n], t.MIDPOINT(x, n)
        yield "midprice", [n], t.MIDPRICE(h, l, n)
        yield "var", [n], t.VAR(x, n)
        yield "linearreg_slope", [n], t.LINEARREG_SLOPE(x, n)
        yield "linearreg_intercept", [n], t.LINEARREG_INTERCEPT(x, n)
        yield "linearreg_angle", [n], t.LINEARREG_ANGLE(x, n)
        yield "tsf", [n], t.TSF(x, n)
        yield "avgdev", [n], t.AVGDEV(x, n)
        yield "er", [n], t.ER(x, n)
        yield "imi", [n], t.IMI(o, x, n)
        yield "vortex", [n], t.VORTEX(h, l, x, n)
        yield "cmf", [n], t.CMF(h, l, x, v, n)
        yield "donchian", [n], t.DONCHIAN(h, l, n)
        yield "adr", [n], t.ADR(h, l, n)
        yield "qstick", [n], t.QSTICK(o, x, n)
        yield "vhf", [n], t.VHF(x, n)
        yield "cmou", [n], t.CMOU(x, n)
        yield "dpo", [n], t.DPO(x, n)
        yield "efi", [n], t.EFI(x, v, n)
        yield "rvol", [n], t.RVOL(v, n)
        yield "elder_ray", [n], t.ERI(h, l, x, n)
        yield "fosc", [n], t.FOSC(x, n)
        yield "percentrank", [n], t.PERCENTRANK(x, n)
        yield "accbands", [n], t.ACCBANDS(h, l, x, n)
    for n, k in ((5, 0.7), (9, 0.5)):
        yield "t3", [n, k], t.T3(x, n, k)
    for n, k in ((20, 2.0), (5, 1.5)):
        yield "bollinger", [n, k], t.BBANDS(x, n, k, k)
    for fast, slow, signal in ((12, 26, 9), (3, 10, 4)):
        yield "macd", [fast, slow, signal], t.MACD(x, fast, slow, signal)
        yield "apo", [fast, slow], t.APO(x, fast, slow, t.MA_Type.EMA)
        yield "ppo", [fast, slow], t.PPO(x, fast, slow, t.MA_Type.EMA)
        yield "pvo", [fast, slow], t.PVO(v, fast, slow, t.MA_Type.EMA)
        yield "adosc", [fast, slow], t.ADOSC(h, l, x, v, fast, slow)
    for k, slow, d in ((5, 3, 3), (14, 3, 5)):
        yield "stoch", [k, slow, d], t.STOCH(h, l, x, k, slow, 0, d, 0)
        yield "stochf", [k, d], t.STOCHF(h, l, x, k, d, 0)
        yield "stochrsi", [9, k, d], t.STOCHRSI(x, 9, k, d, 0)
    yield "stochrsi", [14, 5, 3], t.STOCHRSI(x, 14, 5, 3, 0)
    yield "kdj", [9, 3, 3], t.KDJ(h, l, x, 9, 3, wilder, 3, wilder)
    yield "keltner", [20, 10, 2.0], t.KC(h, l, x, 20, 10, 2.0)
    yield "keltner", [5, 9, 1.5], t.KC(h, l, x, 5, 9, 1.5)
    for n, k in ((10, 3.0), (4, 1.0)):
        line, way = t.SUPERTREND(h, l, x, n, k)
        yield "supertrend", [n, k], (line, np.where(np.isnan(line), np.nan, way.astype(float)))
    yield "sar", [0.02, 0.2], t.SAR(h, l, 0.02, 0.2)
    yield "sar", [0.1, 0.3], t.SAR(h, l, 0.1, 0.3)
    yield "ultosc", [7, 14, 28], t.ULTOSC(h, l, x, 7, 14, 28)
    yield "ao", [5, 34], t.AO(h, l, 5, 34)
    yield "ac", [5, 34, 5], t.AC(h, l, 5, 34, 5)
    yield "tsi", [25, 13], t.TSI(x, 25, 13)
    yield "coppock", [10, 11, 14], t.COPPOCK(x, 10, 11, 14)
    yield "massi", [9, 25], t.MASSI(h, l, 9, 25)
    yield "cvi", [10, 10], t.CVI(h, l, 10, 10)
    yield "bop", [], t.BOP(o, h, l, x)
    yield "trange", [], t.TRANGE(h, l, x)
    yield "obv", [], t.OBV(x, v)
    yield "ad", [], t.AD(h, l, x, v)
    yield "wad", [], t.WAD(h, l, x)
    yield "nvi", [], t.NVI(x, v)
    yield "pvi", [], t.PVI(x, v)
    yield "pvt", [], t.PVT(x, v)
    yield "marketfi", [], t.MARKETFI(h, l, v)
    yield "heikin_ashi", [], t.HA(o, h, l, x)


PATTERNS = {
    "doji": (t.CDLDOJI, 100),
    "hammer": (t.CDLHAMMER, 100),
    "hanging_man": (t.CDLHANGINGMAN, -100),
    "inverted_hammer": (t.CDLINVERTEDHAMMER, 100),
    "shooting_star": (t.CDLSHOOTINGSTAR, -100),
    "bullish_engulfing": (t.CDLENGULFING, 100),
    "bearish_engulfing": (t.CDLENGULFING, -100),
    "bullish_harami": (t.CDLHARAMI, 100),
    "bearish_harami": (t.CDLHARAMI, -100),
    "piercing": (t.CDLPIERCING, 100),
    "dark_cloud": (t.CDLDARKCLOUDCOVER, -100),
    "morning_star": (t.CDLMORNINGSTAR, 100),
    "evening_star": (t.CDLEVENINGSTAR, -100),
    "three_white_soldiers": (t.CDL3WHITESOLDIERS, 100),
    "three_black_crows": (t.CDL3BLACKCROWS, -100),
}


def shapes(count=1500):
    """Candles of whole prices with gaps and shadows of all sizes, and runs: what patterns are made of."""
    random = np.random.default_rng(227)
    rows, way = [(5000.0, 5010.0, 4990.0, 5005.0, 1.0)], 1
    for i in range(1, count):
        before, high, low, last, _ = rows[-1]
        if i % 4 == 0:
            way = random.choice([-1, 1])
        kind = random.random()
        side = 1 if last >= before else -1
        size = abs(random.normal(12, 8)) if random.random() < 0.7 else abs(random.normal(0, 2))
        if kind < 0.3:  # inside the body before
            opened = float(round(before + (last - before) * random.uniform(0.2, 0.8)))
        elif kind < 0.45:  # beyond its shadow, and back
            opened = (high if side > 0 else low) + side * float(round(abs(random.normal(0, 3))))
            way, size = -side, abs(opened - last) + abs(last - before) * random.uniform(0.3, 1.2)
        elif kind < 0.55:  # a small one beyond its body
            opened, size = last + side * float(round(abs(random.normal(2, 2)))), 1.0
        else:
            opened = last + float(round(random.normal(0, 5)))
        close = opened + way * float(round(size))
        up, down = (float(round(abs(random.normal(0, random.choice([0.2, 2, 12]))))) for _ in range(2))
        rows.append((opened, max(opened, close) + up, min(opened, close) - down, close, float(random.integers(1, 90))))
    return dict(zip(PRICES, np.array(rows).T.copy()))


def patterns(c):
    """(our name, candles before the first answer, candles at which the pattern ends)."""
    for name, (function, sign) in PATTERNS.items():
        signs = np.sign(function(*(c[price] for price in PRICES[:4]))) == np.sign(sign)
        yield name, abstract.Function(function.__name__).lookback, np.flatnonzero(signs).tolist()


def text(column):
    return base64.b64encode(np.asarray(column, dtype="<f8").tobytes()).decode()


def main():
    candles = read(sys.argv[2]) if sys.argv[1:2] == ["--candles"] else seeded()
    found = []
    for name, parameters, columns in cases(candles):
        columns = columns if isinstance(columns, (tuple, list)) else (columns,)
        found.append({"name": name, "parameters": parameters, "outputs": [text(column) for column in columns]})
    drawn = candles if sys.argv[1:] else shapes()
    json.dump(
        {
            "talib": t.__version__,
            "candles": {name: text(candles[name]) for name in PRICES},
            "cases": found,
            "shapes": {name: text(drawn[name]) for name in PRICES},
            "patterns": [{"name": name, "first": first, "at": at} for name, first, at in patterns(drawn)],
        },
        sys.stdout,
        separators=(",", ":"),
    )


main()
