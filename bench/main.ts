// npm run bench -- <name> [--json] [--signals N] [--only ROW]: runs one bench; without a name that it knows, lists them.
import { parseArgs } from 'node:util'
import { approvalBench } from './approval.ts'
import { backtest } from './backtest.ts'
import { crowd } from './crowd.ts'
import { decideBench } from './decide.ts'
import { engineBench } from './engine.ts'
import { fanout } from './fanout.ts'
import { footprint } from './footprint.ts'
import { hop } from './hop.ts'
import { journal } from './journal.ts'
import { memory } from './memory.ts'
import { positions } from './positions.ts'
import type { BenchOptions, Result } from './result.ts'
import { rule } from './rule.ts'
import { stops } from './stops.ts'

interface Bench {
  readonly about: string
  /** Default number of signals. */
  readonly signals: number
  readonly run: (options: BenchOptions) => Promise<Result>
}

const BENCHES: Readonly<Record<string, Bench>> = {
  hop: {
    about: 'from the close of a candle to the order request read by the exchange',
    signals: 500,
    run: hop,
  },
  approval: {
    about: 'from a press on Approve to the order request read by the exchange (--signals: presses)',
    signals: 60,
    run: approvalBench,
  },
  rule: {
    about: 'from a rule in the chat to its picture over a year of hours (--signals: rules)',
    signals: 10,
    run: rule,
  },
  decide: {
    about: 'signals a second through verification, decision and journal, on one core',
    signals: 5_000,
    run: decideBench,
  },
  engine: {
    about:
      'many markets close in one second: until the last signal is published (--signals: markets; --only: such as "4000 markets")',
    signals: 1_000,
    run: engineBench,
  },
  memory: {
    about: 'the heap along a million signals: what is kept of each for ever',
    signals: 1_000_000,
    run: memory,
  },
  footprint: {
    about:
      'memory of each program of the built package, and how long a start takes (--signals: orders that are filled)',
    signals: 1_000,
    run: footprint,
  },
  positions: {
    about: 'CPU of a decision while 1, 10, 50 and 200 positions are held (--signals: seconds)',
    signals: 300,
    run: positions,
  },
  journal: {
    about: 'how long a start reads a long journal (--signals: events)',
    signals: 1_000_000,
    run: journal,
  },
  stops: {
    about:
      'questions a second about 1, 10, 50 and 200 stops, and ms until a fill is known (--signals: fills)',
    signals: 20,
    run: stops,
  },
  fanout: {
    about:
      'one signal to 10,000 subscribers, beside Mosquitto (--signals: subscribers; --only: such as "embedded, TLS 2000")',
    signals: 10_000,
    run: fanout,
  },
  backtest: {
    about: 'candles a second of a backtest, beside the same rule by hand (--signals: candles)',
    signals: 1_000_000,
    run: backtest,
  },
  crowd: {
    about:
      'how long a client needs to connect while strangers hold 2,000 sockets (--signals: connections)',
    signals: 20,
    run: crowd,
  },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    signals: { type: 'string' },
    only: { type: 'string', default: '' },
  },
})

const bench = BENCHES[positionals[0] ?? '']
const signals = Number(values.signals ?? bench?.signals)
if (bench === undefined || !Number.isInteger(signals) || signals < 1) {
  const list = Object.entries(BENCHES).map(([name, { about }]) => `  ${name}  ${about}`)
  process.stderr.write(
    `usage: npm run bench -- <name> [--json] [--signals N] [--only ROW]\n${list.join('\n')}\n`,
  )
  process.exitCode = 3
} else {
  const note = (line: string) => void process.stderr.write(`${line}\n`)
  const { json, text } = await bench.run({ signals, only: values.only, note })
  process.stdout.write(values.json ? `${JSON.stringify(json)}\n` : `${text}\n`)
}
