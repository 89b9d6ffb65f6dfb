// Trials without an engine around them: a home's folders, a store in memory, and backtests that somebody else has done.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signingKey } from '@keyside/protocol/node'
import { systemClock, writePrivate } from '@keyside/runtime'
import { onTestFinished } from 'vitest'
import { CodeFiles } from '../confined/code-files.ts'
import { openOutbox } from '../publish/database.ts'
import { Outbox } from '../publish/outbox.ts'
import { StrategyFolder } from '../strategy-folder.ts'
import { TrialFiles } from '../trials/trial-files.ts'
import { Trials, type TrialsOptions } from '../trials/trials.ts'
import { yaml } from './rules.ts'

export const RULE = {
  name: 'mine',
  market: 'BTC/USDT',
  timeframe: '1h',
  enter: 'crossover(ema(12), ema(26))',
  exit: 'crossunder(ema(12), ema(26))',
  size: '10 %',
  stop: '2 * atr(14)',
}

/** `RULE` with a param, and a comment beside it. */
export const MINE = `params:\n  fast: 12 [5..30]   # quick\n${yaml({ ...RULE, enter: 'crossover(ema(fast), ema(26))' })}`

export function openTrials(change: Partial<TrialsOptions> = {}) {
  const home = mkdtempSync(join(tmpdir(), 'keyside-trials-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const own = join(home, 'strategies')
  mkdirSync(own)
  const files = new TrialFiles(join(home, 'engine', 'trials'))
  const folder = new StrategyFolder(own, new CodeFiles(systemClock), files.path)
  const database = openOutbox(':memory:')
  onTestFinished(() => database.close())
  const outbox = new Outbox(database, { key: signingKey(new Uint8Array(32).fill(1)) })
  const scan = () => {
    for (const _ of folder.scan());
  }
  const tested: string[] = []
  const trials = new Trials({
    files,
    inForce: () => folder.inForce,
    readText: (file) => readFileSync(file, 'utf8'),
    scan,
    outbox,
    trouble: () => null,
    isProgram: () => false,
    backtest: async ({ name }) => {
      tested.push(name)
      return { ran: 'no', code: 'candles_missing', message: 'there are none' }
    },
    ...change,
  })
  /** A file of the device. */
  const write = (name: string, text: string) => {
    writePrivate(join(own, name), text)
    scan()
  }
  const list = () => {
    const rows = trials.list()
    for (let next = rows.next(); ; next = rows.next()) if (next.done) return next.value
  }
  return { trials, files, outbox, tested, write, list, file: (name: string) => join(own, name) }
}
