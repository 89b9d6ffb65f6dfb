// The real journal on a disk that can fill up and fail, in a process that can die before and after each commit.
import { Journal } from '../executor/journal/journal.ts'
import { KeysideError } from '../runtime/index.ts'
import type { Simulation } from './simulation.ts'

/** In the worst fault window. */
const DISK_CHANCE = 0.3

/** So that a life starts from several of them. */
const SNAPSHOT_EVERY = 25

export interface Disk {
  /** May make the commit fail, or never begin. */
  beforeCommit(what: string): void
  /** What was written is durable: it may be read, and the process may die now. */
  afterCommit(what: string): void
}

export class FragileJournal extends Journal {
  readonly #disk: Disk

  constructor(path: string, disk: Disk) {
    super(path, { snapshotEvery: SNAPSHOT_EVERY })
    this.#disk = disk
  }

  override append(...args: Parameters<Journal['append']>): ReturnType<Journal['append']> {
    if (args[0].length === 0 && args[1].length === 0) return []
    const what = named(args[0])
    this.#disk.beforeCommit(what)
    const written = super.append(...args)
    this.#disk.afterCommit(what)
    return written
  }

  /** From now on SQLite itself says that the disk is full, as soon as it wants another page. */
  fill(): void {
    this.database().exec('PRAGMA max_page_count = 1')
  }

  /** There is room again. */
  free(): void {
    this.database().exec('PRAGMA max_page_count = 4294967294')
  }
}

export interface FaultyDiskOptions {
  readonly simulation: Simulation
  /** True when the process dies here, or is dead. */
  readonly dies: (where: string) => boolean
  readonly fill: () => void
  /** The process accepts nothing any more. */
  readonly onBroken: () => void
  readonly onCommit: () => void
}

/** Fills up or fails, as the fault windows say. */
export class FaultyDisk implements Disk {
  readonly #options: FaultyDiskOptions

  constructor(options: FaultyDiskOptions) {
    this.#options = options
  }

  beforeCommit(what: string): void {
    const { simulation, dies, fill } = this.#options
    if (dies(`before the commit of ${what}`)) throw new Error('the process is gone')
    if (!this.#fails(DISK_CHANCE)) return
    if (simulation.random.chance(0.5)) fill()
    else this.#break('nothing was written')
  }

  afterCommit(what: string): void {
    this.#options.onCommit()
    if (this.#options.dies(`after the commit of ${what}`)) throw new Error('the process is gone')
    if (this.#fails(DISK_CHANCE / 3)) this.#break('and all was written')
  }

  #fails(most: number): boolean {
    const { random, faultWindows, scheduler } = this.#options.simulation
    return random.chance(most * faultWindows.strength('disk', scheduler.now()))
  }

  #break(what: string): never {
    this.#options.simulation.fault('disk error', what)
    this.#options.onBroken()
    throw new KeysideError('journal_failed', 'the simulated disk has failed')
  }
}

/** After the last move of an order in it, or after its first fact. */
function named(events: Parameters<Journal['append']>[0]): string {
  const step = events.findLast(({ type }) => type === 'step')
  return (step?.type === 'step' ? step.event : events[0]?.type) ?? 'reports'
}
