// The rarer indicators, from trading-signals. Where it differs from TA-Lib, ours are used instead.
import { createRequire } from 'node:module'
import type * as Library from 'trading-signals'
import { factor, period } from './define.ts'
import type { Indicator } from './kernel.ts'
import { ofCandles, ofSeries } from './library.ts'

const require = createRequire(import.meta.url)
/** Two hundred files, which are read when a rule first names one of these indicators. */
const library = (): typeof Library => require('trading-signals')

const HL = ['high', 'low'] as const
const HLC = ['high', 'low', 'close'] as const
const OHLC = ['open', 'high', 'low', 'close'] as const
const HLCV = ['high', 'low', 'close', 'volume'] as const
const SAME = { unit: 'same' } as const

export const LIBRARY = {
  alma: ofSeries(
    'Arnaud Legoux moving average',
    [period(9), factor('offset', 0.85, 0, 1), factor('sigma', 6, 0.1, 100)],
    (n, offset, sigma) => new (library().ALMA)(n, offset, sigma),
    SAME,
  ),
  mcginley: ofSeries(
    'McGinley dynamic',
    [period(14)],
    (n) => new (library().McGinleyDynamic)(n),
    SAME,
  ),
  vidya: ofSeries(
    "Chande's variable index dynamic average",
    [period(14)],
    (n) => new (library().VIDYA)(n),
    SAME,
  ),
  frama: ofSeries(
    'fractal adaptive moving average of 2 x `half` candles',
    [period(8, 'half', 1)],
    (half) => new (library().FRAMA)(2 * half),
    SAME,
  ),
  super_smoother: ofSeries(
    "Ehlers' super smoother",
    [period(10)],
    (n) => new (library().SuperSmoother)(n),
    SAME,
  ),
  connors_rsi: ofSeries(
    "Connors' RSI: of the price, of its runs, and its rank, 0 to 100",
    [period(3), period(2, 'streak'), period(100, 'rank')],
    (rsiInterval, streakRsiInterval, percentRankInterval) =>
      new (library().ConnorsRSI)({ rsiInterval, streakRsiInterval, percentRankInterval }),
  ),
  laguerre_rsi: ofSeries(
    'Laguerre RSI, 0 to 1',
    [factor('gamma', 0.5, 0, 0.99)],
    (gamma) => new (library().LaguerreRSI)({ gamma }),
  ),
  rmi: ofSeries(
    'relative momentum index, 0 to 100',
    [period(14), period(5, 'momentum', 1)],
    (interval, momentum) => new (library().RMI)({ interval, momentum }),
  ),
  kst: ofSeries("Pring's know sure thing, with its usual periods", [], () => new (library().KST)()),
  pmo: ofSeries(
    'price momentum oscillator',
    [period(35, 'first'), period(20, 'second'), period(10, 'signal')],
    (smoothing1, smoothing2, signalInterval) =>
      new (library().PMO)({ smoothing1, smoothing2, signalInterval }),
    { fields: { pmo: 'pmo', signal: 'signal' } },
  ),
  stc: ofSeries(
    'Schaff trend cycle, 0 to 100',
    [period(10, 'cycle'), period(23, 'fast'), period(50, 'slow')],
    (cycleInterval, fastInterval, slowInterval) =>
      new (library().STC)({ cycleInterval, fastInterval, slowInterval }),
  ),
  qqe: ofSeries(
    'quantitative qualitative estimation: the smoothed RSI and its trailing stop',
    [period(14), period(5, 'smooth'), factor('factor', 4.236, 0.1, 100)],
    (rsiInterval, smoothInterval, fastFactor) =>
      new (library().QQE)({ rsiInterval, smoothInterval, fastFactor }),
    { fields: { rsi: 'rsiMa', stop: 'trailingStop' } },
  ),
  psl: ofSeries(
    'psychological line: candles that rose, in percent',
    [period(12)],
    (interval) => new (library().PSL)({ interval }),
  ),
  rci: ofSeries('rank correlation index, -100 to 100', [period(9)], (n) => new (library().RCI)(n)),
  cg: ofSeries(
    'centre of gravity',
    [period(10), period(3, 'signal')],
    (n, signal) => new (library().CG)(n, signal),
  ),
  disparity: ofSeries(
    'disparity index: distance from the mean, in percent',
    [period(14)],
    (n) => new (library().DisparityIndex)(n),
  ),
  derivative_oscillator: ofSeries(
    "Brown's derivative oscillator of the RSI",
    [period(14), period(5, 'first'), period(3, 'second'), period(9, 'signal')],
    (rsiInterval, ema1Interval, ema2Interval, smaInterval) =>
      new (library().DerivativeOscillator)({
        rsiInterval,
        ema1Interval,
        ema2Interval,
        smaInterval,
      }),
  ),
  ulcer: ofSeries(
    'ulcer index: depth of the draw-downs, in percent',
    [period(14)],
    (n) => new (library().UlcerIndex)(n),
  ),
  iqr: ofSeries('interquartile range', [period(14)], (n) => new (library().IQR)(n), SAME),
  fisher: ofCandles(
    HL,
    'Fisher transform',
    [period(10)],
    (n) => new (library().FisherTransform)(n),
  ),
  gapo: ofCandles(HL, "Gopalakrishnan's range index", [period(14)], (n) => new (library().GAPO)(n)),
  kvo: ofCandles(
    HLCV,
    "Klinger's volume oscillator",
    [period(34, 'fast'), period(55, 'slow')],
    (fast, slow) => new (library().KVO)(fast, slow),
    { unit: 'volume' },
  ),
  pgo: ofCandles(
    HLC,
    'pretty good oscillator',
    [period(14)],
    (interval) => new (library().PGO)({ interval }),
  ),
  wavetrend: ofCandles(
    HLC,
    'WaveTrend oscillator',
    [period(10, 'channel'), period(21, 'average'), period(4, 'smooth')],
    (channelInterval, averageInterval, smoothingInterval) =>
      new (library().WaveTrend)({ channelInterval, averageInterval, smoothingInterval }),
    { fields: { wt1: 'wt1', wt2: 'wt2' } },
  ),
  ttm_squeeze: ofCandles(
    HLC,
    'TTM squeeze: momentum, and whether the Bollinger bands are inside the Keltner channel',
    [
      period(20, 'bollinger'),
      factor('deviations', 2, 0.1, 20),
      period(20, 'keltner'),
      factor('multiplier', 1.5, 0.1, 20),
    ],
    (bbInterval, bbMultiplier, kcInterval, kcMultiplier) =>
      new (library().TTMSqueeze)({ bbInterval, bbMultiplier, kcInterval, kcMultiplier }),
    {
      unit: ['price', 'condition'],
      fields: { momentum: 'momentum', squeezed: 'isSqueezed' },
    },
  ),
  demarker: ofCandles(
    HL,
    'DeMarker, 0 to 1',
    [period(14)],
    (interval) => new (library().DeMarker)({ interval }),
  ),
  rvgi: ofCandles(
    OHLC,
    'relative vigor index',
    [period(10)],
    (n) => new (library().RelativeVigorIndex)(n),
    { fields: { rvgi: 'rvgi', signal: 'signal' } },
  ),
  rogers_satchell: ofCandles(
    OHLC,
    'Rogers-Satchell volatility',
    [period(14)],
    (n) => new (library().RogersSatchellVolatility)(n),
  ),
  chande_kroll: ofCandles(
    HLC,
    'Chande Kroll stop',
    [period(10), factor('multiplier', 1, 0.01, 100), period(9, 'stop')],
    (interval, multiplier, stopInterval) =>
      new (library().ChandeKrollStop)({ interval, multiplier, stopInterval }),
    { unit: 'price', fields: { long: 'longStop', short: 'shortStop' } },
  ),
  chandelier: ofCandles(
    HLC,
    'chandelier exit',
    [period(22), factor('multiplier', 3, 0.01, 100)],
    (interval, multiplier) => new (library().ChandelierExit)({ interval, multiplier }),
    { unit: 'price', fields: { long: 'long', short: 'short' } },
  ),
  projection: ofCandles(
    HLC,
    'projection oscillator, 0 to 100',
    [period(14)],
    (interval) => new (library().ProjectionOscillator)({ interval }),
  ),
  premier_stoch: ofCandles(
    HLC,
    'premier stochastic, -1 to 1',
    [period(8), period(3, 'smooth')],
    (stochInterval, smoothInterval) =>
      new (library().PremierStochastic)({ stochInterval, smoothInterval }),
  ),
  rwi: ofCandles(
    HLC,
    'random walk index',
    [period(14)],
    (n) => new (library().RandomWalkIndex)(n),
    {
      fields: { high: 'high', low: 'low' },
    },
  ),
  alligator: ofCandles(
    HL,
    "Williams' alligator, each line as it stands at this candle",
    [],
    () => new (library().Alligator)(),
    { unit: 'price', fields: { jaw: 'jaw', teeth: 'teeth', lips: 'lips' } },
  ),
  gator: ofCandles(HL, "Williams' gator oscillator", [], () => new (library().GatorOscillator)(), {
    unit: 'price',
    fields: { upper: 'upper', lower: 'lower' },
  }),
  volatility_stop: ofCandles(
    HLC,
    'volatility stop',
    [period(5), factor('multiplier', 3.5, 0.01, 100)],
    (interval, multiplier) => new (library().VolatilityStop)({ interval, multiplier }),
    { unit: 'price', fields: { value: 'stop' } },
  ),
  ibs: ofCandles(
    HLC,
    'internal bar strength: where the close is in its candle, 0 to 1',
    [],
    () => new (library().IBS)(),
  ),
} satisfies Record<string, Indicator>
