"""What TA-Lib says, for the tests and for `npm run indicators`.

python talib-values.py                 seeded candles and TA-Lib's values for them, as JSON on standard output
python talib-values.py --candles FILE  the same for the candles of a CSV with a header (open, high, low, close, volume)

Columns are float64, those of seeded patterns int16, little endian, base64. Needs TA-Lib 0.8 and numpy.
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


def known(column, first):
    """Whole numbers have no NaN."""
    return np.where(np.arange(len(column)) < first, np.nan, column.astype(float))


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
    yield "ht_dcperiod", [], t.HT_DCPERIOD(x)
    yield "ht_dcphase", [], t.HT_DCPHASE(x)
    yield "ht_phasor", [], t.HT_PHASOR(x)
    yield "ht_sine", [], t.HT_SINE(x)
    yield "ht_trendmode", [], known(t.HT_TRENDMODE(x), abstract.Function("HT_TRENDMODE").lookback)
    yield "ht_trendline", [], t.HT_TRENDLINE(x)
    yield "mama", [0.5, 0.05], t.MAMA(x, 0.5, 0.05)
    yield "mama", [0.7, 0.1], t.MAMA(x, 0.7, 0.1)
    yield "heikin_ashi", [], t.HA(o, h, l, x)


PATTERNS = {
    "doji": (t.CDLDOJI, 1),
    "dragonfly_doji": (t.CDLDRAGONFLYDOJI, 1),
    "gravestone_doji": (t.CDLGRAVESTONEDOJI, 1),
    "long_legged_doji": (t.CDLLONGLEGGEDDOJI, 1),
    "rickshaw_man": (t.CDLRICKSHAWMAN, 1),
    "takuri": (t.CDLTAKURI, 1),
    "spinning_top": (t.CDLSPINNINGTOP, 0),
    "high_wave": (t.CDLHIGHWAVE, 0),
    "long_line": (t.CDLLONGLINE, 0),
    "short_line": (t.CDLSHORTLINE, 0),
    "bullish_marubozu": (t.CDLMARUBOZU, 1),
    "bearish_marubozu": (t.CDLMARUBOZU, -1),
    "bullish_closing_marubozu": (t.CDLCLOSINGMARUBOZU, 1),
    "bearish_closing_marubozu": (t.CDLCLOSINGMARUBOZU, -1),
    "bullish_belt_hold": (t.CDLBELTHOLD, 1),
    "bearish_belt_hold": (t.CDLBELTHOLD, -1),
    "hammer": (t.CDLHAMMER, 1),
    "hanging_man": (t.CDLHANGINGMAN, -1),
    "inverted_hammer": (t.CDLINVERTEDHAMMER, 1),
    "shooting_star": (t.CDLSHOOTINGSTAR, -1),
    "bullish_engulfing": (t.CDLENGULFING, 1),
    "bearish_engulfing": (t.CDLENGULFING, -1),
    "bullish_harami": (t.CDLHARAMI, 1),
    "bearish_harami": (t.CDLHARAMI, -1),
    "bullish_harami_cross": (t.CDLHARAMICROSS, 1),
    "bearish_harami_cross": (t.CDLHARAMICROSS, -1),
    "bullish_doji_star": (t.CDLDOJISTAR, 1),
    "bearish_doji_star": (t.CDLDOJISTAR, -1),
    "piercing": (t.CDLPIERCING, 1),
    "dark_cloud": (t.CDLDARKCLOUDCOVER, -1),
    "in_neck": (t.CDLINNECK, -1),
    "on_neck": (t.CDLONNECK, -1),
    "thrusting": (t.CDLTHRUSTING, -1),
    "bullish_counterattack": (t.CDLCOUNTERATTACK, 1),
    "bearish_counterattack": (t.CDLCOUNTERATTACK, -1),
    "bullish_separating_lines": (t.CDLSEPARATINGLINES, 1),
    "bearish_separating_lines": (t.CDLSEPARATINGLINES, -1),
    "homing_pigeon": (t.CDLHOMINGPIGEON, 1),
    "matching_low": (t.CDLMATCHINGLOW, 1),
    "bullish_kicking": (t.CDLKICKING, 1),
    "bearish_kicking": (t.CDLKICKING, -1),
    "bullish_kicking_by_length": (t.CDLKICKINGBYLENGTH, 1),
    "bearish_kicking_by_length": (t.CDLKICKINGBYLENGTH, -1),
    "bullish_hikkake": (t.CDLHIKKAKE, 1),
    "bearish_hikkake": (t.CDLHIKKAKE, -1),
    "bullish_modified_hikkake": (t.CDLHIKKAKEMOD, 1),
    "bearish_modified_hikkake": (t.CDLHIKKAKEMOD, -1),
    "morning_star": (t.CDLMORNINGSTAR, 1),
    "evening_star": (t.CDLEVENINGSTAR, -1),
    "morning_doji_star": (t.CDLMORNINGDOJISTAR, 1),
    "evening_doji_star": (t.CDLEVENINGDOJISTAR, -1),
    "bullish_abandoned_baby": (t.CDLABANDONEDBABY, 1),
    "bearish_abandoned_baby": (t.CDLABANDONEDBABY, -1),
    "three_inside_up": (t.CDL3INSIDE, 1),
    "three_inside_down": (t.CDL3INSIDE, -1),
    "three_outside_up": (t.CDL3OUTSIDE, 1),
    "three_outside_down": (t.CDL3OUTSIDE, -1),
    "bullish_tristar": (t.CDLTRISTAR, 1),
    "bearish_tristar": (t.CDLTRISTAR, -1),
    "bullish_side_by_side_white": (t.CDLGAPSIDESIDEWHITE, 1),
    "bearish_side_by_side_white": (t.CDLGAPSIDESIDEWHITE, -1),
    "upside_tasuki_gap": (t.CDLTASUKIGAP, 1),
    "downside_tasuki_gap": (t.CDLTASUKIGAP, -1),
    "upside_gap_three_methods": (t.CDLXSIDEGAP3METHODS, 1),
    "downside_gap_three_methods": (t.CDLXSIDEGAP3METHODS, -1),
    "two_crows": (t.CDL2CROWS, -1),
    "upside_gap_two_crows": (t.CDLUPSIDEGAP2CROWS, -1),
    "identical_three_crows": (t.CDLIDENTICAL3CROWS, -1),
    "three_stars_in_the_south": (t.CDL3STARSINSOUTH, 1),
    "three_white_soldiers": (t.CDL3WHITESOLDIERS, 1),
    "advance_block": (t.CDLADVANCEBLOCK, -1),
    "stalled_pattern": (t.CDLSTALLEDPATTERN, -1),
    "stick_sandwich": (t.CDLSTICKSANDWICH, 1),
    "unique_three_river": (t.CDLUNIQUE3RIVER, 1),
    "bullish_three_line_strike": (t.CDL3LINESTRIKE, 1),
    "bearish_three_line_strike": (t.CDL3LINESTRIKE, -1),
    "three_black_crows": (t.CDL3BLACKCROWS, -1),
    "concealing_baby_swallow": (t.CDLCONCEALBABYSWALL, 1),
    "ladder_bottom": (t.CDLLADDERBOTTOM, 1),
    "bullish_breakaway": (t.CDLBREAKAWAY, 1),
    "bearish_breakaway": (t.CDLBREAKAWAY, -1),
    "rising_three_methods": (t.CDLRISEFALL3METHODS, 1),
    "falling_three_methods": (t.CDLRISEFALL3METHODS, -1),
    "mat_hold": (t.CDLMATHOLD, 1),
}


def whole(random, size, scale):
    return np.round(np.abs(random.normal(0, scale, size)))


def episodes(random, count):
    """Many at once, one a row: twelve ordinary candles and five of the kinds that patterns are made of, in whole prices."""
    columns, close, high, low, opened = [], np.full(count, 5000.0), None, None, None
    way = random.choice([-1.0, 1.0], count)
    for place in range(EPISODE):
        usual = place < EPISODE - 5
        before = close
        way = np.where(random.random(count) < (0.5 if usual else 0.3), -way, way)
        kind = random.integers(0, 3, count)
        size = whole(random, count, 8) if usual else np.choose(kind, [np.zeros(count), whole(random, count, 3), 12 + whole(random, count, 14)])
        start = before + np.round(random.normal(0, 3, count))
        if not usual:
            inside = np.round(opened + (before - opened) * random.choice([0, 0.25, 0.5, 0.75], count))
            up, down = high + 1 + whole(random, count, 4), low - 1 - whole(random, count, 4)
            start = np.choose(random.integers(0, 5, count), [before, inside, up, down, before + np.round(random.normal(0, 3, count))])
        opened, close = start, start + way * size
        if not usual:  # some close where an earlier candle began or ended
            close = np.where(random.random(count) < 0.15, columns[-1][3] if random.random() < 0.7 else columns[-2][3], close)
        shadows = [np.choose(random.integers(0, 3, count), [np.zeros(count), whole(random, count, 4), whole(random, count, 16)]) for _ in range(2)]
        if usual:
            shadows = [whole(random, count, 5), whole(random, count, 5)]
        high, low = np.maximum(opened, close) + shadows[0], np.minimum(opened, close) - shadows[1]
        columns.append((opened, high, low, close))
    return np.array(columns).transpose(2, 0, 1)


EPISODE = 17
EACH = 3


def tied(way):
    """Two bodies that match on both ends, where the first is long and the second, which it has made so, is short."""
    rows, close = [], 5000.0
    for i, size in enumerate((20, 20, 7, 1, 9, 98, 27, 31, 33, 11, 29, 37, 29, 29)):
        opened, close = close, close + way * (1 if i % 2 else -1) * size
        rows.append((opened, max(opened, close) + 2, min(opened, close) - 2, close))
    return np.array(rows)


def shapes(batch=60_000, most=60):
    """Each pattern three times, and each of those once more with one price changed a little, for what is just none."""
    random = np.random.default_rng(227)
    wanted = {name: [] for name in PATTERNS}
    for _ in range(most):
        rows = episodes(random, batch)
        columns = dict(zip(PRICES[:4], rows.reshape(-1, 4).T.copy()))
        for name, found in wanted.items():
            if len(found) >= EACH:
                continue
            function, sign = PATTERNS[name]
            at = np.array(places(function, sign, columns))
            ends = at[at % EPISODE == EPISODE - 1] // EPISODE if len(at) else []
            found.extend(rows[row] for row in ends[: EACH - len(found)])
        if all(len(found) >= EACH for found in wanted.values()):
            break
    parts = []
    for found in wanted.values():
        for rows in found:
            near = rows.copy()
            place, price = EPISODE - 1 - random.integers(0, 5), random.integers(0, 4)
            near[place, price] += random.choice([-2, -1, 1, 2])
            near[place, 1], near[place, 2] = near[place].max(), near[place].min()
            parts += [rows, near]
    parts += [tied(-1.0), tied(1.0)]
    return dict(zip(PRICES[:4], np.concatenate(parts).T.copy()))


def places(function, sign, c):
    """Candles at which a pattern ends; a sign of 0 is either colour."""
    signs = np.sign(function(*(c[price] for price in PRICES[:4])))
    return np.flatnonzero(signs != 0 if sign == 0 else signs == sign).tolist()


def patterns(c):
    """(our name, candles before the first answer, candles at which the pattern ends)."""
    for name, (function, sign) in PATTERNS.items():
        yield name, abstract.Function(function.__name__).lookback, places(function, sign, c)


def text(column, kind="<f8"):
    return base64.b64encode(np.asarray(column, dtype=kind).tobytes()).decode()


def main():
    candles = read(sys.argv[2]) if sys.argv[1:2] == ["--candles"] else seeded()
    found = []
    for name, parameters, columns in cases(candles):
        columns = columns if isinstance(columns, (tuple, list)) else (columns,)
        found.append({"name": name, "parameters": parameters, "outputs": [text(column) for column in columns]})
    values = {"talib": t.__version__, "candles": {name: text(candles[name]) for name in PRICES}, "cases": found}
    drawn, kind = candles, "<f8"
    if not sys.argv[1:]:
        drawn, kind = shapes(), "<i2"
        values["shapes"] = {name: text(drawn[name], kind) for name in PRICES[:4]}
    values["patterns"] = [
        {"name": name, "first": first, "at": text(at, kind)} for name, first, at in patterns(drawn)
    ]
    json.dump(values, sys.stdout, separators=(",", ":"))


main()
