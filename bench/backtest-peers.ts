// The same EMA cross by other backtesters, in the same run: those that the machine's Python has.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CandleColumns } from '../strategy-engine/market/candle-columns.ts'
import { loop } from './backtest-loop.ts'

interface Said {
  readonly name: string
  readonly version: string
  readonly candles: number
  readonly fills: readonly {
    readonly fill: 'open' | 'close'
    readonly equity: number
    /** CPU time. */
    readonly seconds: number
  }[]
}

/** Scripts, and what each did in an earlier run on such a machine: million candles a second. */
const PEERS = [
  ['vectorbt_cross.py', 'vectorbt 1.2.0', '6 to 9'],
  ['backtesting_cross.py', 'backtesting.py 0.6.6', '0.15 to 0.17'],
] as const

const NOT_RUN = [
  'freqtrade 2026.9 0.02, nautilus_trader 1.231.0 0.01 to 0.015, jesse 3.5.3 0.008 M/s in an earlier run',
]

/** A line for each. `python`: the program whose packages count. */
export function besidePeers(candles: CandleColumns, python: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-bench-'))
  try {
    const file = join(folder, 'candles.csv')
    writeFileSync(file, csvOf(candles))
    return [...PEERS.flatMap((peer) => linesOf(peer, file, candles, python)), ...NOT_RUN]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function linesOf(
  [script, name, earlier]: (typeof PEERS)[number],
  file: string,
  candles: CandleColumns,
  python: string,
): readonly string[] {
  const path = join(import.meta.dirname, 'peers', script)
  const { status, stdout } = spawnSync(python, [path, file], { encoding: 'utf8' })
  if (status !== 0) return [`${name} does not run with ${python}: ${earlier} M/s in an earlier run`]
  const said: Said = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  return said.fills.map(({ fill, equity, seconds }) => {
    const hand = loop(candles, { fast: 12, slow: 26, fill, seed: 'first' }).equity
    const speed = (said.candles / seconds / 1e6).toFixed(2)
    const isEqual = Math.abs(equity - hand) < 0.01
    return `${said.name} ${said.version}, filled at the ${fill}: ${speed} M/s; ends with ${equity.toFixed(2)}, ${isEqual ? 'as by hand' : `by hand ${hand.toFixed(2)}`}`
  })
}

function csvOf({ length, start, open, high, low, close, volume }: CandleColumns): string {
  const rows = Array.from({ length }, (_, i) =>
    [start, open, high, low, close, volume].map((column) => column[i]).join(','),
  )
  return `start,open,high,low,close,volume\n${rows.join('\n')}\n`
}
