// The real journal on a disk that can fill up and fail, in a process that can die before and after each commit.
import { Journal } from '../executor/journal/journal.ts'

export interface Disk {
  /** May make the commit fail, or never begin. */
  beforeCommit(what: string): void
  /** What was written is durable: it may be read, and the process may die now. */
  afterCommit(what: string): void
}

export class FragileJournal extends Journal {
  readonly #disk: Disk

  constructor(path: string, disk: Disk) {
    super(path)
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
}

/** After the last move of an order in it, or after its first fact. */
function named(facts: Parameters<Journal['append']>[0]): string {
  const step = facts.findLast(({ type }) => type === 'step')
  return (step?.type === 'step' ? step.event : facts[0]?.type) ?? 'reports'
}
