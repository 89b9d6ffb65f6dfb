// Memory that the executor keeps per signal: heap size over very many signals, on a journal that stores nothing.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { HOME, hashText, type ReportEvent, signalTopic } from '@keyside/protocol'
import type { Input } from '../executor/core/execution/inputs.ts'
import type { JournalEvent } from '../executor/core/model/events.ts'
import { Journal, type OutboxReport } from '../executor/journal/journal.ts'
import { type Device, startDevice } from './decide-device.ts'
import type { BenchOptions, Result } from './result.ts'
import { SignalSource } from './signal-source.ts'
import { round } from './spread.ts'

const STEP_MS = 60_000
const LOOKS = 10
/** One entry of so many brings a stop, which is looked at every two seconds for as long as it stands. */
const STOPS = 10
const SIGNED = { provider: HOME, kid: hashText('engine') }

interface Look {
  readonly signals: number
  /** Bytes. */
  readonly heap: number
}

export async function memory({ signals, note }: BenchOptions): Promise<Result> {
  const gc = collector()
  const journal = new ForgetfulJournal(':memory:')
  const device = startDevice(journal)
  const next = signaller(device)
  const looks: Look[] = []
  const begun = performance.now()
  for (let count = 1; count <= signals; count += 1) {
    await next()
    if (count % Math.max(1, Math.floor(signals / LOOKS)) !== 0) continue
    gc()
    looks.push({ signals: count, heap: process.memoryUsage().heapUsed })
    note(lookInWords(looks.at(-1)))
  }
  const perSecond = Math.round((1000 * signals) / (performance.now() - begun))
  const { portfolio } = device.state()
  const open = Object.keys(portfolio.orders).length
  journal.close()
  const json = {
    name: 'memory',
    signals,
    looks,
    events: journal.events,
    open,
    perSecond,
    slope: slope(looks),
  }
  return { json, text: textOf(json) }
}

/** Counts, and keeps nothing: what grows is the executor's. */
class ForgetfulJournal extends Journal {
  events = 0
  #reports = 0

  override append(
    events: readonly JournalEvent[],
    reports: readonly ReportEvent[],
    at: number,
  ): readonly OutboxReport[] {
    this.events += events.length
    return reports.map((event) => ({ seq: ++this.#reports, at, event }))
  }
}

function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc')
}

/** By turns one that is taken, entry or exit, with the head after it, and one that is refused. */
function signaller(device: Device): () => Promise<void> {
  const source = new SignalSource()
  const give = (input: Input) => device.take(input)
  const head = () => {
    const claims = source.head(device.clock.now() / 1000)
    give({ type: 'head', ...SIGNED, claims })
  }
  let count = 0
  let last: SignalInput | null = null
  head()
  return async () => {
    count += 1
    if (last !== null && count % 2 === 0) return give(refusedAfter(last, count))
    const stop = count % (4 * STOPS) === 1 ? 'with' : 'without'
    const claims = source.next(device.clock.now() / 1000, stop)
    last = { type: 'signal', ...SIGNED, claims, hash: hashText(claims.jti) }
    give(last)
    source.sent(claims, last.hash)
    head()
    await device.advance(STEP_MS)
  }
}

type SignalInput = Extract<Input, { type: 'signal' }>

/** Refused for an old number, an unknown stream, or a bad signature. */
function refusedAfter(last: SignalInput, count: number): Input {
  if (count % 3 === 0) return last
  if (count % 3 === 1) return { ...last, claims: { ...last.claims, sub: `stream${count}` } }
  const topic = signalTopic(HOME, `stream${count}`)
  return { type: 'invalid_message', code: 'signature_invalid', message: 'it does not fit', topic }
}

/** Bytes a signal: least squares over all looks. */
function slope(looks: readonly Look[]): number {
  const x = mean(looks.map(({ signals }) => signals))
  const y = mean(looks.map(({ heap }) => heap))
  const over = looks.reduce((sum, { signals, heap }) => sum + (signals - x) * (heap - y), 0)
  const under = looks.reduce((sum, { signals }) => sum + (signals - x) ** 2, 0)
  return round(over / under)
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0) / numbers.length
}

function textOf(result: {
  signals: number
  looks: readonly Look[]
  events: number
  open: number
  perSecond: number
  slope: number
}): string {
  const { signals, looks, events, open, perSecond } = result
  return [
    `${signals} signals, ${events} events, ${open} orders open at the end, ${perSecond} signals a second`,
    ...looks.map(lookInWords),
    `  slope ${result.slope} bytes a signal`,
  ].join('\n')
}

function lookInWords(look: Look | undefined): string {
  if (look === undefined) return ''
  return `  after ${String(look.signals).padStart(8)}: ${(look.heap / 2 ** 20).toFixed(2)} MiB`
}
