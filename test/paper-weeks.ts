// npm run paper-week -- [--seed S] [--days 7] [--delay 600]: paper beside the fast backtest, trade by trade.
import { parseArgs } from 'node:util'
import { type Parts, paperWeek } from './paper-week.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    days: { type: 'string', default: '7' },
    delay: { type: 'string', default: '600' },
  },
})
const [seed, days, delayMs] = [values.seed, values.days, values.delay].map(Number)
if (!seed || !days || delayMs === undefined || ![seed, days, delayMs].every(Number.isSafeInteger)) {
  process.stderr.write('usage: npm run paper-week -- [--seed S] [--days 7] [--delay 600]\n')
  process.exit(3)
}

const week = paperWeek({ seed, days, delayMs })
const money = (value: number) => value.toFixed(2).padStart(10)
process.stdout.write(
  `${['entry', 'exit', 'gain', 'backtest', 'less'].map((word) => word.padStart(10)).join('')}  end\n`,
)
for (const { entry, exit, gain, backtestGain, end, backtestEnd } of week.trades) {
  const ends = end === backtestEnd ? end : `${end}, in the backtest ${backtestEnd}`
  const cells = [entry, exit, gain, backtestGain, gain - backtestGain]
  process.stdout.write(`${cells.map(money).join('')}  ${ends}\n`)
}
process.stdout.write(
  `\n${week.trades.length} trades in ${days} days, seed ${seed}: paper ${week.paper.toFixed(2)} USDT, backtest ${week.backtest.toFixed(2)} USDT\n`,
)
process.stdout.write('The difference:\n')
const WORDS: Readonly<Record<keyof Parts, string>> = {
  delay: 'the price moved before the order arrived',
  spread: 'half the spread, each time',
  depth: 'beyond the best price of the book',
  stops: 'stops at the bid, second by second, and trades that only one of both stopped',
  fees: 'fees: those of paper are of its own prices, and rounded up',
  dust: 'dust: less than a step of the coin is left, since the first fee is taken in it',
}
for (const [part, words] of Object.entries(WORDS))
  process.stdout.write(`${money(week.parts[part as keyof Parts])}  ${words}\n`)
process.stdout.write(`${money(week.paper - week.backtest)}  together\n`)
