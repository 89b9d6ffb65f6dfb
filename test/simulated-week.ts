// A week of the executor in simulated time: its own journal on a disk, core and shell, against an exchange in memory that keeps
// what rests there while the device is away. Some trades an hour, and a trouble in the middle of each day while one is held.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { KeysideError } from '@keyside/runtime'
import { LogFile } from '../cli/programs/log-file.ts'
import { proveEvents } from '../executor/journal/journal.ts'
import { requireMarked, writeMark } from '../executor/journal/mark.ts'
import { policyOf, TestExecutor } from '../executor/testing/rig.ts'
import { atInterrupt } from './at-interrupt.ts'

const MINUTE_MS = 60_000
const LOG_BYTES = 100_000
/** Below the price of the exchange, which is 60,000. */
const STOP = '58800'
const MOVED_STOP = '59400'
/** From a purchase or a word to what rests at the exchange. */
const STOP_MS = 5_000

export interface SimulatedWeekOptions {
  /** A seventh of them is a day. */
  readonly hours: number
  /** At most six. */
  readonly tradesAnHour?: number
  readonly tell?: (line: string) => void
}

export interface SimulatedWeek {
  readonly bought: number
  readonly sold: number
  readonly events: number
  /** Bytes in the heap after a collection: at the end of each day, and of the last hour. */
  readonly heap: readonly number[]
  /** Names of the log's files. */
  readonly logs: readonly string[]
}

/** Throws where a position is without what it should have, or something is bought twice. */
export async function simulatedWeek(options: SimulatedWeekOptions): Promise<SimulatedWeek> {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-simulated-week-'))
  const week = new Week(folder)
  const ended = atInterrupt(() => rmSync(folder, { recursive: true }))
  try {
    return await week.run(options)
  } finally {
    ended()
    week.end()
    rmSync(folder, { recursive: true })
  }
}

class Week {
  readonly #folder: string
  readonly #path: string
  readonly #device: TestExecutor
  readonly #log: LogFile
  readonly #collect = collector()
  readonly #heap: number[] = []
  #bought = 0
  #sold = 0

  constructor(folder: string) {
    this.#folder = folder
    this.#path = join(folder, 'executor', 'journal.db')
    this.#device = new TestExecutor({ path: this.#path })
    const policy = policyOf()
    this.#device.policy = {
      ...policy,
      limits: { ...policy.limits, hour: '100000', day: '1000000' },
    }
    this.#log = new LogFile(join(folder, 'logs', 'executor.log'), LOG_BYTES)
  }

  async run({
    hours,
    tradesAnHour = 6,
    tell = () => undefined,
  }: SimulatedWeekOptions): Promise<SimulatedWeek> {
    const troubles = [
      () => this.#nothing(),
      () => this.#reboot(),
      () => this.#noNetwork(),
      () => this.#fullDisk(),
      () => this.#powerCut(),
      () => this.#upgrade(),
      () => this.#newerJournal(),
    ]
    // A short run has all of them, too.
    const each = Math.max(1, Math.floor(hours / troubles.length))
    for (let hour = 0; hour < hours; hour += 1) {
      const isMiddle = hour % each === Math.floor(each / 2)
      const trouble = troubles[Math.floor(hour / each)] ?? (() => this.#nothing())
      for (let count = 0; count < tradesAnHour; count += 1)
        await this.#trade(isMiddle && count === 0 ? trouble : () => this.#nothing())
      await this.#device.clock.advance((6 - tradesAnHour) * 10 * MINUTE_MS)
      if ((hour + 1) % each === 0 || hour === hours - 1) this.#endDay(hour + 1, tell)
    }
    return {
      bought: this.#bought,
      sold: this.#sold,
      events: this.#proved(),
      heap: this.#heap,
      logs: this.#logs(),
    }
  }

  end(): void {
    this.#device.close()
  }

  /** Ten minutes: bought, protected, its stop moved, and sold, every third time by the stop. */
  async #trade(trouble: () => Promise<void>): Promise<void> {
    const device = this.#device
    await device.enter({ stopPrice: STOP })
    this.#bought += 1
    await device.clock.advance(STOP_MS)
    this.#requireHeld(STOP)
    await device.clock.advance(2 * MINUTE_MS)
    device.take(device.head())
    await device.give(device.movedStop(MOVED_STOP))
    await device.clock.advance(STOP_MS)
    this.#requireHeld(MOVED_STOP)
    await trouble()
    device.take(device.head())
    await device.clock.advance(2 * MINUTE_MS)
    this.#requireHeld(MOVED_STOP)
    if (this.#bought % 3 === 0) {
      const [stop] = this.#stops()
      if (stop === undefined) throw new Error('no stop rests')
      device.exchange.fill(stop.order.clientOrderId, stop.order.amount, 'filled')
      await device.clock.advance(MINUTE_MS)
      this.#requireFlat()
      device.take(device.head())
      await device.give(device.exit())
    } else {
      device.take(device.head())
      await device.give(device.exit())
    }
    this.#sold += 1
    await device.clock.advance(5 * MINUTE_MS)
    this.#requireFlat()
    this.#write()
    device.exchange.forget()
  }

  async #nothing(): Promise<void> {}

  /** Stopped and begun anew ten minutes later, as the service does it. */
  async #reboot(): Promise<void> {
    writeMark(this.#path, this.#device.journal)
    this.#device.close()
    await this.#away(10)
    this.#begin()
  }

  /** Nothing was written at the end. */
  async #powerCut(): Promise<void> {
    this.#device.stop()
    await this.#away(10)
    this.#device.crash()
    await this.#device.clock.advance(STOP_MS)
  }

  /** An hour in which nothing is answered. */
  async #noNetwork(): Promise<void> {
    const { exchange, clock } = this.#device
    exchange.reach = 'no'
    exchange.lookups = 'silent'
    exchange.mode = 'lost_before'
    await clock.advance(60 * MINUTE_MS)
    exchange.reach = 'yes'
    exchange.lookups = 'honest'
    exchange.mode = 'fills'
    await clock.advance(MINUTE_MS)
  }

  /** SQLite itself says that it is full; the executor takes nothing more, and begins when there is room. */
  async #fullDisk(): Promise<void> {
    const device = this.#device
    device.journal.database().exec('PRAGMA wal_checkpoint; PRAGMA max_page_count = 1')
    // Until a page is full, SQLite finds room.
    let word = device.movedStop(MOVED_STOP)
    for (let tries = 0; this.#takes(word); tries += 1) {
      if (tries > 1_000) throw new Error('a full disk takes everything')
      await device.clock.advance(1_000)
      word = device.movedStop(MOVED_STOP)
    }
    this.#requireStops(MOVED_STOP)
    device.failure = null
    device.close()
    await this.#away(10)
    this.#begin()
    // What was not acknowledged comes once more.
    device.take(word)
    device.take(device.head())
    await device.clock.advance(STOP_MS)
  }

  #takes(word: Parameters<TestExecutor['take']>[0]): boolean {
    try {
      this.#device.take(word)
      return this.#device.failure === null
    } catch {
      return false
    }
  }

  /** Where there is a snapshot, it is not of this version: all events are read from the first one on. */
  async #upgrade(): Promise<void> {
    this.#device.journal.database().exec("UPDATE snapshots SET version = 'of another version'")
    await this.#reboot()
    if (this.#device.journal.startedFrom() === 'snapshot')
      throw new Error('a snapshot of another version was believed')
  }

  /** The way back: refused while the journal is the newer one's, and nothing is written. */
  async #newerJournal(): Promise<void> {
    const device = this.#device
    const database = device.journal.database()
    const form = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
    database.exec(`PRAGMA user_version = ${form + 1}`)
    const events = device.journal.last().seq
    writeMark(this.#path, device.journal)
    device.close()
    let code = 'it was opened'
    try {
      device.reopen()
    } catch (error) {
      code = (error as KeysideError).code
    }
    if (code !== 'journal_newer') throw new Error(`a newer journal: ${code}`)
    setForm(this.#path, form)
    await this.#away(10)
    this.#begin()
    if (device.journal.last().seq < events) throw new Error('events are gone')
  }

  /** What rests at the exchange goes on resting. */
  async #away(minutes: number): Promise<void> {
    const before = JSON.stringify(this.#stops())
    await this.#device.clock.advance(minutes * MINUTE_MS)
    if (JSON.stringify(this.#stops()) !== before) throw new Error('a stop went while it was away')
  }

  #begin(): void {
    this.#device.reopen()
    requireMarked(this.#path, this.#device.journal)
  }

  #stops() {
    return [...this.#device.exchange.orders.values()].filter(
      ({ order, status }) => order.type === 'stop_limit' && status === 'open',
    )
  }

  #requireStops(price: string): void {
    const stops = this.#stops().map(({ order }) => Number(order.triggerPrice))
    if (stops.length !== 1 || stops[0] !== Number(price))
      throw new Error(`stops at ${stops.join(', ') || 'nothing'} in place of ${price}`)
  }

  #requireHeld(price: string): void {
    this.#requireStops(price)
    const buys = this.#device.exchange.accepted.filter(({ side }) => side === 'buy').length
    if (buys !== 1) throw new Error(`bought ${buys} times`)
    if (Object.keys(this.#device.state().portfolio.positions).length !== 1)
      throw new Error('the device does not know what it holds')
  }

  #requireFlat(): void {
    if (this.#stops().length > 0) throw new Error('a stop rests for nothing')
    const held = Object.keys(this.#device.state().portfolio.positions)
    if (held.length > 0) throw new Error(`${held.join(', ')} was not sold`)
    const amounts = { buy: 0, sell: 0 }
    for (const { order, fills } of this.#device.exchange.orders.values())
      for (const { amount } of fills) amounts[order.side] += Number(amount)
    if (Math.abs(amounts.buy - amounts.sell) > 1e-9)
      throw new Error(`bought ${amounts.buy} and sold ${amounts.sell}`)
  }

  /** What is reported, as a line of the log; nothing is kept of it here. */
  #write(): void {
    for (const report of this.#device.reports.splice(0)) this.#log.write(JSON.stringify(report))
  }

  #endDay(hours: number, tell: (line: string) => void): void {
    const days = (hours / 24).toFixed(1)
    this.#collect()
    this.#heap.push(process.memoryUsage().heapUsed)
    this.#logs()
    const mib = ((this.#heap.at(-1) ?? 0) / 2 ** 20).toFixed(2)
    tell(`${days} days: ${this.#bought} bought, ${this.#sold} sold, heap ${mib} MiB`)
  }

  #logs(): readonly string[] {
    const logs = join(this.#folder, 'logs')
    const names = readdirSync(logs).sort()
    if (names.length > 4 || names.some((name) => statSync(join(logs, name)).size > LOG_BYTES))
      throw new Error(`the logs grow: ${names.join(', ')}`)
    return names
  }

  #proved(): number {
    const { brokenAt, snapshot } = proveEvents(this.#device.journal.database())
    if (brokenAt !== null || snapshot === 'differs') throw new Error('the journal is not whole')
    return this.#device.journal.last().seq
  }
}

function setForm(path: string, form: number): void {
  using db = new DatabaseSync(path)
  db.exec(`PRAGMA user_version = ${form}`)
}

function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc')
}
