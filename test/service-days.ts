// The service as its unit starts it, with a trouble of each kind while it holds a position: killed with all it has, its network
// lost, its disk full, its logs at their size, an upgrade, a journal of a newer version, and the way back.
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JournalEvent } from '../executor/core/model/events.ts'
import { Journal } from '../executor/journal/journal.ts'
import { buildPackage } from '../release/build.ts'
import { type Place, withDisk } from './memory-disk.ts'
import { openService, type RunningService } from './running-service.ts'
import { UNASKED_POLICY } from './test-system.ts'
import { packageOf, versionDays } from './version-days.ts'
import { watchTrades } from './watch-trades.ts'

/** Buys whenever it is flat, and sells after a while, whatever the price. */
const STRATEGY = `name: demo
market: BTC/USDT
timeframe: 1s
enter: close > open or close > ema(5) * 1.00001
exit: close < ema(60) * 0.5
size: 100 USDT
stop: 2 %
max_hold: 15s
valid_for: 60s
`
const DISK = '96m'
/** Bytes at which a log begins anew, and how many are kept before it: cli/programs/log-file.ts. */
const LOG = { bytes: 5_000_000, kept: 3 }
const TROUBLE_MS = 20_000
/** From a purchase, or a start, to its stop at the exchange; beside other work. */
const STOP_MS = 20_000

/** `from`: the commit of another version, which has the home first. */
export function serviceDays(tell: (line: string) => void, from?: string): Promise<void> {
  return withDisk(DISK, (place) => daysAt(place, tell, from))
}

async function daysAt(
  { folder, disk, mounted }: Place,
  tell: (line: string) => void,
  from?: string,
): Promise<void> {
  const code = join(folder, 'node_modules', 'keyside')
  const own = from === undefined ? code : `${code}-own`
  await buildPackage(own)
  if (from !== undefined) packageOf(from, code)
  const strategies = { 'demo.yaml': STRATEGY }
  const service = await openService({ code, policy: UNASKED_POLICY, strategies, at: disk })
  const watch = watchTrades(service.sandbox)
  const days = new Days(service, watch, tell)
  try {
    await service.start()
    watch.up()
    if (from !== undefined) await versionDays(days, service, watch, { code, own, commit: from })
    await days.day('a day without trouble', async () => undefined)
    await days.day('its executor killed', async () => {
      watch.down()
      process.kill(service.processes().get('executor') ?? 0, 'SIGKILL')
      await days.until('begun again', () => /executor +started again/.test(service.said()))
      watch.up()
    })
    await days.day('all of it killed at once, as when the power goes', async () => {
      watch.down()
      await service.kill()
      await sleep(5_000)
      await service.start()
      watch.up()
    })
    await days.day('no network: neither exchange nor Telegram', async () => {
      const { exchange, telegram } = service.sandbox
      watch.down()
      exchange.faults.arm({ name: 'refuse-connect', ms: TROUBLE_MS })
      telegram.faults.arm({ name: 'reset', count: 1_000_000 })
      await sleep(TROUBLE_MS)
      telegram.faults.clear()
      watch.up()
    })
    if (mounted)
      await days.day('a full disk', async () => {
        watch.down()
        const ballast = join(disk, 'ballast')
        fill(ballast)
        await sleep(TROUBLE_MS)
        rmSync(ballast)
        watch.up()
      })
    else tell('left out: a full disk, which needs the right to mount one')
    await days.day('logs at their size', async () => {
      watch.down()
      await service.stop()
      const logs = join(service.home, 'logs')
      for (const name of ['up.log', 'executor.log', 'bot.log', 'engine.log', 'broker.log'])
        pad(join(logs, name))
      await service.start()
      watch.up()
      if (!existsSync(join(logs, 'up.log.1'))) throw new Error('up.log did not begin anew')
    })
    const newer = layOver(code)
    await days.day('an upgrade, laid over what runs', async () => {
      const was = versionOf(service, code)
      renameSync(code, `${code}-before`)
      renameSync(newer, code)
      await sleep(2_000)
      watch.down()
      await service.stop()
      await service.start()
      watch.up()
      tell(`  ${was} -> ${versionOf(service, code)}`)
    })
    await days.day('the way back, past a journal that the newer version has changed', async () => {
      watch.down()
      await service.stop()
      rmSync(code, { recursive: true })
      renameSync(`${code}-before`, code)
      const journal = join(service.home, 'executor/journal.db')
      const form = formOf(journal)
      formOf(journal, form + 1)
      await refused(service, journal)
      formOf(journal, form)
      // A newer one of the same form is known by what it wrote.
      writeEvent(journal)
      await refused(service, journal)
      unwriteEvent(journal)
      await service.start()
      watch.up()
    })
    await service.stop()
    const { status, stdout, stderr } = command(service, code, ['journal', 'verify'])
    if (status !== 0) throw new Error(stderr)
    tell(stdout.trim())
    checkLogs(service.home)
    tell(watch.summary())
    watch.check(STOP_MS)
  } finally {
    watch.end()
    await service.close()
  }
}

export class Days {
  readonly #service: RunningService
  readonly #watch: ReturnType<typeof watchTrades>
  readonly tell: (line: string) => void
  #day = 0

  constructor(
    service: RunningService,
    watch: ReturnType<typeof watchTrades>,
    tell: (line: string) => void,
  ) {
    this.#service = service
    this.#watch = watch
    this.tell = tell
  }

  /** Begins while a position is held and its stop rests; ends when that is sold, and the next one is as well. */
  async day(name: string, trouble: () => Promise<unknown>): Promise<void> {
    this.#day += 1
    await this.until('a position with its stop', () => this.#watch.isProtected())
    const sold = this.#watch.sold()
    const begun = performance.now()
    await trouble()
    await this.until('two more sales', () => this.#watch.sold() >= sold + 2)
    const seconds = ((performance.now() - begun) / 1_000).toFixed(0)
    const memory = [...this.#service.processes()].map(
      ([program, pid]) => `${program} ${(ownBytes(pid) / 2 ** 20).toFixed(0)}`,
    )
    this.tell(`day ${this.#day}: ${name}; ${seconds} s; own MiB: ${memory.join(', ')}`)
  }

  async until(what: string, look: () => boolean): Promise<void> {
    const deadline = performance.now() + 300_000
    while (!look()) {
      if (performance.now() > deadline)
        throw new Error(`${what}: never\n${this.#watch.summary()}\n${this.#service.said()}`)
      await sleep(100)
    }
  }
}

/** To the last byte that the disk takes. */
function fill(file: string): void {
  for (let size = 2 ** 20; size >= 1; ) {
    try {
      appendFileSync(file, Buffer.alloc(size))
    } catch {
      size = Math.floor(size / 4)
    }
  }
}

/** So that the next line is one too many. */
function pad(log: string): void {
  const size = existsSync(log) ? statSync(log).size : 0
  if (size < LOG.bytes) appendFileSync(log, `${' '.repeat(LOG.bytes - size - 1)}\n`)
}

function checkLogs(home: string): void {
  const logs = join(home, 'logs')
  const large = readdirSync(logs).filter((name) => statSync(join(logs, name)).size > LOG.bytes)
  const old = readdirSync(logs).filter((name) => Number(/\.(\d+)$/.exec(name)?.[1]) > LOG.kept)
  if (large.length + old.length > 0) throw new Error(`logs: ${[...large, ...old].join(', ')}`)
}

/** The same code by another version's name, and with other numbers of what gives stored rows their meaning. */
function layOver(code: string): string {
  const place = `${code}-newer`
  cpSync(code, place, { recursive: true })
  change(join(place, 'package.json'), (one) => ({ ...one, version: '99.0.0' }))
  change(join(place, 'build.json'), (one) => ({
    ...one,
    codeVersions: { ...(one['codeVersions'] as object), portfolio: 'of another version' },
  }))
  return place
}

function change(file: string, edit: (one: Record<string, unknown>) => object): void {
  writeFileSync(file, JSON.stringify(edit(JSON.parse(readFileSync(file, 'utf8')))))
}

function command({ environment }: RunningService, code: string, words: readonly string[]) {
  const main = join(code, 'cli/main.js')
  return spawnSync(process.execPath, [main, ...words], { env: environment, encoding: 'utf8' })
}

function versionOf(service: RunningService, code: string): string {
  return command(service, code, ['--version']).stdout.trim()
}

/** Of a journal that nobody has open: its form as SQLite's header names it, which `to` changes. */
function formOf(path: string, to?: number): number {
  using db = new DatabaseSync(path)
  if (to !== undefined) db.exec(`PRAGMA user_version = ${to}`)
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
}

function eventsIn(path: string): number {
  using db = new DatabaseSync(path, { readOnly: true })
  return Number(db.prepare('SELECT count(*) AS count FROM events').get()?.['count'])
}

/** By what it is, and before anything is written. */
async function refused(service: RunningService, journal: string): Promise<void> {
  const events = eventsIn(journal)
  const said = service.said().length
  await service.start().then(
    () => Promise.reject(new Error('it trades on a journal that it cannot read')),
    () => undefined,
  )
  if (!service.said().slice(said).includes('journal_newer')) throw new Error(service.said())
  if (eventsIn(journal) !== events) throw new Error('the journal was written')
}

/** As a newer version would: at the end of the chain, and whole. */
function writeEvent(path: string): void {
  const journal = new Journal(path)
  const event = { type: 'of_a_newer_version', at: Date.now() }
  journal.append([event as unknown as JournalEvent], [], event.at)
  journal.close()
}

function unwriteEvent(path: string): void {
  using db = new DatabaseSync(path)
  db.exec("DELETE FROM events WHERE type = 'of_a_newer_version'")
}

function ownBytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const kib = [...text.matchAll(/^Private_\w+: +(\d+) kB$/gm)].map(([, value]) => Number(value))
  return 1024 * kib.reduce((sum, value) => sum + value, 0)
}
