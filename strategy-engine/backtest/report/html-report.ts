// A backtest as one HTML file: nothing is loaded from anywhere, and its own policy forbids it.
import { createHash } from 'node:crypto'
import type { Backtested } from '../backtested.ts'
import { profitOf, profitPercentOf } from '../metrics.ts'
import {
  type Chart,
  distributionChart,
  drawdownChart,
  drawdowns,
  equityChart,
  priceChart,
} from './charts.ts'
import { SCRIPT, STYLE } from './html-style.ts'
import { escaped } from './picture.ts'
import { HIGH, WIDE } from './plot.ts'
import { isShort, periodText, rulesText, warningsOf } from './rules-text.ts'
import { yearOf } from './text-report.ts'
import { count, day, duration, percent, plural, price, ratio, time } from './words.ts'

export function htmlReport(tested: Backtested): string {
  const { name, market, timeframe } = tested
  const title = `${name}, ${market} ${timeframe}`
  const hash = createHash('sha256').update(SCRIPT).digest('base64')
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(name)}</h1>
<p class="soft">${escaped(`${market}, ${timeframe} candles, ${periodText(tested)}`)}</p>
${tiles(tested)}
${warnings(tested)}
<h2>Equity</h2>
${plot(equityChart(tested), 'time')}
${dates(tested)}
<p class="key"><i style="background:var(--own)"></i>strategy<i style="background:var(--hold)"></i>buy and hold</p>
<h2>Drawdown</h2>
${plot(drawdownChart(tested), 'time low')}
${dates(tested)}
<h2>Price and trades</h2>
${plot(priceChart(tested), 'time')}
${dates(tested)}
<p class="key"><i style="background:var(--up)"></i>trades won<i style="background:var(--down)"></i>trades lost</p>
<h2>Months</h2>
${months(tested)}
${distribution(tested)}
<h2>Figures</h2>
${figures(tested)}
<h2>What was assumed</h2>
${rulesText(tested)
  .map((rule) => `<p>${escaped(rule)}</p>`)
  .join('\n')}
${trades(tested)}
<script type="application/json" id="rows">${rows(tested)}</script>
<script>${SCRIPT}</script>
</body>
</html>
`
}

function tiles({ metrics }: Backtested): string {
  const { totalPercent, drawdown, sharpe, hold, winRate, profitFactor } = metrics
  const all: readonly (readonly [string, string, string])[] = [
    ['Return', percent(totalPercent), `buy and hold ${percent(hold.totalPercent)}`],
    [
      'Largest drawdown',
      percent(-drawdown.percent),
      `buy and hold ${percent(-hold.drawdown.percent)}`,
    ],
    ['Sharpe', ratio(sharpe), `buy and hold ${ratio(hold.sharpe)}`],
    [
      'Profit factor',
      ratio(profitFactor),
      winRate === null ? 'no closed trade' : `${count(winRate, 1)} % won`,
    ],
    ['Trades', count(metrics.trades), `${duration(metrics.meanSeconds)} on average`],
    ['Time in the market', `${count(metrics.exposure, 1)} %`, `fees ${count(metrics.fees, 2)}`],
  ]
  const tone = (value: string) =>
    value.startsWith('+') ? ' class="up"' : value.startsWith('-') ? ' class="down"' : ''
  return `<div class="tiles">${all
    .map(
      ([name, value, beside]) =>
        `<div class="tile"><span>${name}</span><b${tone(value)}>${value}</b><span>${beside.replace(' %', '&nbsp;%')}</span></div>`,
    )
    .join('')}</div>`
}

function warnings(tested: Backtested): string {
  const said = warningsOf(tested)
  if (said.length === 0) return ''
  return `<div class="warnings">${said.map((one) => `<p>${escaped(one)}</p>`).join('')}</div>`
}

function plot({ shapes, labels }: Chart, kind: string): string {
  const beside = labels
    .map(
      ([down, text]) =>
        `<span class="y" style="top:${(down * 100).toFixed(1)}%">${escaped(text)}</span>`,
    )
    .join('')
  const follows = kind.startsWith('time') ? '<div class="cross"></div><div class="tip"></div>' : ''
  return `<div class="plot ${kind}"><svg viewBox="0 0 ${WIDE} ${HIGH}" preserveAspectRatio="none" aria-hidden="true">${shapes}</svg>${beside}${follows}</div>`
}

function dates({ candles }: Backtested): string {
  const said = isShort(candles) ? (seconds: number) => time(seconds).slice(5) : day
  const at = (part: number) => said(candles.start[Math.round(part * (candles.length - 1))] ?? 0)
  return `<div class="x"><span>${at(0)}</span><span>${at(0.5)}</span><span>${at(1)}</span></div>`
}

function months({ metrics }: Backtested): string {
  const most = Math.max(0.001, ...metrics.months.map(({ change }) => Math.abs(change)))
  const cell = (change: number | undefined) => {
    if (change === undefined) return '<td></td>'
    const tint = `rgba(var(--${change < 0 ? 'down' : 'up'}-soft),${(0.08 + (Math.abs(change) / most) * 0.5).toFixed(2)})`
    return `<td style="background:${tint}">${count(change, 1).replace('-0.0', '0.0')}</td>`
  }
  const years = [...new Set(metrics.months.map(({ name }) => name.slice(0, 4)))]
  const lines = years.map((year) => {
    const of = (at: number) =>
      metrics.months.find(({ name }) => name === `${year}-${String(at + 1).padStart(2, '0')}`)
        ?.change
    const cells = Array.from({ length: 12 }, (_, at) => cell(of(at))).join('')
    return `<tr><td>${year}</td>${cells}<td><b>${count(yearOf(metrics.months, year), 1)}</b></td></tr>`
  })
  const names = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
  const head = ['%', ...names, 'Year'].map((name) => `<th>${name}</th>`).join('')
  return `<div class="scroll"><table class="heat"><tr>${head}</tr>${lines.join('')}</table></div>`
}

function distribution(tested: Backtested): string {
  const chart = distributionChart(tested)
  if (chart === null) return ''
  const edges = [chart.from, 0, chart.to].map((value) => `<span>${percent(value)}</span>`).join('')
  return `<h2>Results of the trades</h2>${plot(chart, 'low')}<div class="x">${edges}</div>`
}

function figures({ metrics, ledger }: Backtested): string {
  const { hold, drawdown } = metrics
  const none = ''
  const lines: readonly (readonly [string, string, string])[] = [
    ['Equity at the end', count(metrics.end, 2), count(hold.end, 2)],
    ['Return', percent(metrics.totalPercent), percent(hold.totalPercent)],
    ['A year (CAGR)', percent(metrics.cagr), percent(hold.cagr)],
    ['Largest drawdown', percent(-drawdown.percent), percent(-hold.drawdown.percent)],
    ['Longest drawdown', duration(drawdown.longest), duration(hold.drawdown.longest)],
    ['Sharpe', ratio(metrics.sharpe), ratio(hold.sharpe)],
    ['Sortino', ratio(metrics.sortino), none],
    ['Calmar', ratio(metrics.calmar), none],
    ['Profit factor', ratio(metrics.profitFactor), none],
    ['A trade on average', percent(metrics.expectancyPercent, 3), none],
    ['Best trade', percent(metrics.bestPercent), none],
    ['Worst trade', percent(metrics.worstPercent), none],
    ['Won and lost', `${count(metrics.won)} / ${count(metrics.lost)}`, none],
    ['Most in a row', `${metrics.longestWon} / ${metrics.longestLost}`, none],
    ['Fees', count(ledger.fees, 2), none],
  ]
  return `<div class="scroll"><table class="figures"><tr><th></th><th>Strategy</th><th>Buy and hold</th></tr>${lines
    .map(([name, own, other]) => `<tr><td>${name}</td><td>${own}</td><td>${other}</td></tr>`)
    .join('')}</table></div>`
}

const SHOWN_TRADES = 200

function trades({ ledger }: Backtested): string {
  const shown = ledger.trades.slice(-SHOWN_TRADES).reverse()
  if (shown.length === 0) return ''
  const lines = shown.map((trade) => {
    const tone = profitOf(trade) > 0 ? 'up' : 'down'
    const end = `${trade.end.replaceAll('_', ' ')}${trade.assumed ? ' *' : ''}`
    return `<tr><td>${time(trade.entryTime)}</td><td>${duration(trade.exitTime - trade.entryTime)}</td><td>${price(trade.entryPrice)}</td><td>${price(trade.exitPrice)}</td><td class="${tone}">${percent(profitPercentOf(trade))}</td><td>${end}</td></tr>`
  })
  const heading =
    shown.length < ledger.trades.length
      ? `The last ${shown.length} of ${plural(ledger.trades.length, 'trade')}`
      : plural(shown.length, 'trade')
  return `<details><summary>${heading}</summary><p class="soft">* another order of the prices within a candle would have ended it otherwise. All trades: --trades FILE.csv</p><div class="scroll"><table class="trades"><tr><th>Bought, UTC</th><th>Held</th><th>Price</th><th>Sold at</th><th>Profit</th><th>Ended by</th></tr>${lines.join('')}</table></div></details>`
}

const SHOWN_ROWS = 300

/** What the pointer shows, from the first candle to the last. */
function rows(tested: Backtested): string {
  const { candles, equity } = tested
  const falls = drawdowns(tested)
  const amount = Math.min(SHOWN_ROWS, candles.length)
  const texts = Array.from({ length: amount }, (_, part) => {
    const at = amount < 2 ? 0 : Math.round((part / (amount - 1)) * (candles.length - 1))
    return [
      time(candles.start[at] ?? 0),
      `equity ${count(equity[at] ?? 0, 2)}`,
      `drawdown ${count(falls[at] ?? 0, 2)} %`,
      `price ${price(candles.close[at] ?? 0)}`,
    ].join('\n')
  })
  return JSON.stringify(texts)
}
