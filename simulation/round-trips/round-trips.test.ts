// 200 round trips: chat, export and what each sale told, against what the exchange's fills come to by another arithmetic.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { answerText } from '../../bot/texts/answers.ts'
import { html } from '../../bot/texts/html.ts'
import { exportRows } from '../../cli/commands/trades.ts'
import { readResults } from '../../executor/index.ts'
import type { Answer, Instruction, SaleRow } from '../../protocol/index.ts'
import { bnbAt, priceBnb } from './bnb.ts'
import { byCurrency, type JudgedSale, judgedFees, judgedResult, UNIT, units } from './fifo-judge.ts'
import { Trips, trade } from './trips.ts'

const DAY = 86_400_000
const GROUPS = ['period', 'day', 'week', 'month', 'market', 'stream', 'reason'] as const
type GroupedBy = Extract<Instruction, { do: 'results' }>['by']

test('200 round trips come to the same in chat, export and the fills of the exchange', async () => {
  const trips = new Trips()
  priceBnb(trips.executor.exchange)
  onTestFinished(() => trips.executor.close())
  await trade(trips, 200)
  // The last prices that were not told are asked for again.
  await trips.pass(600)
  const { sales } = trips.judge
  const now = trips.executor.clock.now()
  expect(new Set(sales.map(({ reason }) => reason))).toEqual(
    new Set(['exit', 'stop', 'take_profit']),
  )
  expect(sales.filter((sale) => resultOf(sale) === null).length).toBeGreaterThan(10)
  const unpriced = sales.filter((sale) => feesOf(sale).besides['BNB'] !== undefined)
  const inBnb = sales.filter((sale) => feesOf(sale).fees['BNB'] !== undefined)
  expect(unpriced.length).toBeGreaterThan(10)
  expect(inBnb.length).toBeGreaterThan(3 * unpriced.length)

  const rows: SaleRow[] = []
  for (let before: number | undefined; before !== 1; before = rows.at(-1)?.number ?? 1) {
    const page = await trips.ask({ do: 'trades', limit: 20, ...(before && { before }) })
    expect(page.of).toBe(sales.length)
    rows.push(...page.rows)
    const shown = page.rows.map(({ number }) => sales[number - 1])
    expectTold(
      page,
      now,
      shown.map((sale) => sale && resultOf(sale)?.gain),
    )
  }
  expect(rows.toReversed().map(inUnits)).toEqual(sales.map(expected))

  const told = trips.executor.reports.flatMap(({ event }) =>
    event.type === 'order' && event.result ? [[event.order.clientOrderId, event.result]] : [],
  )
  const lastTold = new Map(told as [string, NonNullable<SaleRow['result']>][])
  expect([...lastTold].map(([order, result]) => [order, resultInUnits(result)])).toEqual(
    sales.flatMap((sale) => {
      const result = resultOf(sale)
      return result === null ? [] : [[sale.order, result]]
    }),
  )

  for (const by of GROUPS) {
    const answer = await trips.ask({ do: 'results', by })
    const groups = grouped(sales, by, now)
    expect(answer.rows.length + (answer.more ?? 0), by).toBe(groups.length)
    expect(answer.rows.length).toBeGreaterThanOrEqual(Math.min(25, groups.length))
    const all = new Map(groups.map((group) => [group.key, group]))
    for (const { key, currency, trades, won, unknown, ...row } of answer.rows) {
      const { paid, gain } = resultInUnits(row)
      const charged = {
        fees: feesInUnits(row.fees),
        besides: feesInUnits(row.besides ?? {}),
        feesValue: units(row.feesValue),
      }
      const found = { key, trades, won, unknown, paid, gain, ...charged }
      expect({ currency, ...found }, `${by} ${key}`).toEqual({
        currency: 'USDT',
        ...all.get(key),
      })
    }
    // A phone has room for so many.
    expectTold(
      answer,
      now,
      answer.rows.slice(0, 31).map(({ key }) => all.get(key)?.gain),
    )
  }

  const folder = mkdtempSync(join(tmpdir(), 'keyside-results-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'journal.db')
  trips.executor.journal.database().prepare('VACUUM INTO ?').run(file)
  const [head = [], ...lines] = exportRows(readResults(file).trades(), 'binance')
  const exported = lines.map((cells) => new Map(cells.map((cell, at) => [head[at] ?? '', cell])))
  expect(exported.map(exportedInUnits)).toEqual(sales.map(expectedInExport))
})

/** The words of the chat name these gains in their order, rounded to what they show and not otherwise. */
function expectTold(answer: Answer, now: number, gains: readonly (bigint | undefined)[]): void {
  let rest = answerText(answer, html``, now).text ?? ''
  for (const gain of gains) {
    if (gain === undefined) continue
    const words = [1, 2].map((least) => RegExp.escape(shownGain(gain, least)))
    const at = rest.search(new RegExp(`(?<![\\d,.])(?:${words.join('|')}) `))
    expect(at, `${answer.about}: ${words} in ${rest}`).toBeGreaterThanOrEqual(0)
    rest = rest.slice(at + 1)
  }
}

/** To the cent from 1 on, to four digits below; in tables with both digits of the cents. */
function shownGain(gain: bigint, form: number): string {
  const size = gain < 0n ? -gain : gain
  const isRounded = form === 2 || size >= UNIT
  const places = isRounded ? 2 : 3 - Math.floor(Math.log10(Number(size) / Number(UNIT)))
  const step = 10n ** BigInt(12 - places)
  const digits = String((size + step / 2n) / step).padStart(places + 1, '0')
  const fraction = digits.slice(-places)
  const whole = digits.slice(0, -places).replace(/\B(?=(\d{3})+$)/g, ',')
  const shown = form === 2 ? fraction : fraction.replace(/0+$/, '')
  const sign = gain === 0n ? '' : gain < 0n ? '−' : '+'
  return `${sign}${whole}${shown === '' ? '' : `.${shown}`}`
}

function resultOf(sale: JudgedSale) {
  return judgedResult(sale, bnbAt)
}

function feesOf({ boughtFees, fees, baseFees }: JudgedSale) {
  const [bought, sold] = [judgedFees(boughtFees, bnbAt), judgedFees(fees, bnbAt)]
  return {
    fees: something(byCurrency(boughtFees, fees)),
    feesValue: bought.value + sold.value + baseFees,
    besides: something(byCurrency(bought.unknown, sold.unknown)),
  }
}

// Of both sides the same: numbers of units, and fees without those of nothing.
function inUnits({ fees, feesValue, besides = {}, result, ...sale }: SaleRow) {
  const { opened, closed, amount, cost, proceeds, ...row } = sale
  return {
    ...row,
    feesValue: units(feesValue),
    besides: feesInUnits(besides),
    opened,
    closed,
    amount: units(amount),
    cost: units(cost),
    proceeds: units(proceeds),
    fees: feesInUnits(fees),
    result: result === undefined ? null : resultInUnits(result),
  }
}

function expected(sale: JudgedSale) {
  const { order: _, uncovered: __, boughtFees: ___, baseFees: ____, ...row } = sale
  return {
    ...row,
    market: 'BTC/USDT',
    opened: row.opened / 1000,
    closed: row.closed / 1000,
    ...feesOf(sale),
    result: resultOf(sale),
  }
}

function exportedInUnits(row: ReadonlyMap<string, string>) {
  const cell = (name: string) => row.get(name) ?? ''
  const fees = cell('fees')
    .split(' + ')
    .filter((fee) => fee !== '')
  return {
    number: Number(cell('number')),
    order: cell('order_id'),
    stream: cell('stream'),
    reason: cell('reason'),
    opened: Date.parse(`${cell('bought_utc')}Z`),
    closed: Date.parse(`${cell('sold_utc')}Z`),
    amount: units(cell('amount')),
    cost: units(cell('cost')),
    proceeds: units(cell('proceeds')),
    fees: feesInUnits(Object.fromEntries(fees.map((fee) => fee.split(' ').toReversed()))),
    feesValue: cell('fees_value') === '' ? null : units(cell('fees_value')),
    gain: cell('gain') === '' ? null : units(cell('gain')),
  }
}

function expectedInExport(sale: JudgedSale) {
  const { uncovered: _, boughtFees: __, baseFees: ___, ...row } = sale
  const { fees, feesValue, besides } = feesOf(sale)
  // A row has whole seconds.
  const [opened = 0, closed = 0] = [sale.opened, sale.closed].map((at) => at - (at % 1000))
  const gain = resultOf(sale)?.gain ?? null
  const value = Object.keys(besides).length === 0 ? feesValue : null
  return { ...row, opened, closed, fees, feesValue: value, gain }
}

function resultInUnits({ gain, negative, paid }: NonNullable<SaleRow['result']>) {
  return { paid: units(paid), gain: negative ? -units(gain) : units(gain) }
}

function feesInUnits(fees: Readonly<Record<string, string>>) {
  return something(new Map(Object.entries(fees).map(([name, amount]) => [name, units(amount)])))
}

function something(fees: ReadonlyMap<string, bigint>) {
  return Object.fromEntries([...fees].filter(([, amount]) => amount > 0n))
}

/** In the order in which the answer lists groups of time; others in any. */
function grouped(sales: readonly JudgedSale[], by: GroupedBy, now: number) {
  const groups = new Map<string, JudgedSale[]>()
  for (const sale of sales)
    for (const key of keysOf(sale, by, now)) groups.set(key, [...(groups.get(key) ?? []), sale])
  return [...groups].map(([key, all]) => {
    const results = all.flatMap((sale) => resultOf(sale) ?? [])
    const charged = all.map(feesOf)
    const together = (which: 'fees' | 'besides') =>
      something(byCurrency(...charged.map((one) => new Map(Object.entries(one[which])))))
    return {
      key,
      trades: all.length,
      won: results.filter(({ gain }) => gain > 0n).length,
      unknown: all.length - results.length,
      paid: results.reduce((sum, { paid }) => sum + paid, 0n),
      gain: results.reduce((sum, { gain }) => sum + gain, 0n),
      fees: together('fees'),
      besides: together('besides'),
      feesValue: charged.reduce((sum, { feesValue }) => sum + feesValue, 0n),
    }
  })
}

function keysOf({ closed, stream, reason }: JudgedSale, by: GroupedBy, now: number): string[] {
  const day = Math.floor(closed / DAY)
  const named = (number: number) => new Date(number * DAY).toISOString().slice(0, 10)
  switch (by) {
    case 'period':
      return [
        ...(day === Math.floor(now / DAY) ? ['today'] : []),
        ...(now - closed <= 7 * DAY ? ['7 days'] : []),
        ...(now - closed <= 30 * DAY ? ['30 days'] : []),
        'all',
      ]
    case 'day':
      return [named(day)]
    case 'week':
      // Day 0 was a Thursday.
      return [named(day - ((day + 3) % 7))]
    case 'month':
      return [named(day).slice(0, 7)]
    case 'market':
      return ['BTC/USDT']
    case 'stream':
      return [stream]
    case 'reason':
      return [reason]
  }
}
