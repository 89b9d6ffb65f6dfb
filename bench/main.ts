// npm run bench -- <name> [--json] [--signals N]: runs one bench; without a name that it knows, lists them.
import { parseArgs } from 'node:util'
import { hop } from './hop.ts'

export interface BenchOptions {
  /** How many signals are measured. */
  readonly signals: number
  /** For what happens meanwhile; the result goes to standard output. */
  readonly note: (line: string) => void
}

export interface Result {
  /** What `--json` prints. */
  readonly json: object
  /** The same for a person. */
  readonly text: string
}

interface Bench {
  readonly about: string
  readonly run: (options: BenchOptions) => Promise<Result>
}

const BENCHES: Readonly<Record<string, Bench>> = {
  hop: { about: 'from the close of a candle to the order request read by the exchange', run: hop },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    signals: { type: 'string', default: '500' },
  },
})

const bench = BENCHES[positionals[0] ?? '']
const signals = Number(values.signals)
if (bench === undefined || !Number.isInteger(signals) || signals < 1) {
  const list = Object.entries(BENCHES).map(([name, { about }]) => `  ${name}  ${about}`)
  process.stderr.write(
    `usage: npm run bench -- <name> [--json] [--signals 500]\n${list.join('\n')}\n`,
  )
  process.exitCode = 3
} else {
  const note = (line: string) => void process.stderr.write(`${line}\n`)
  const { json, text } = await bench.run({ signals, note })
  process.stdout.write(values.json ? `${JSON.stringify(json)}\n` : `${text}\n`)
}
