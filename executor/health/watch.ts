// Regular checks that no input triggers: the disk, the exchange key, and the time while nothing comes in.
import { statfsSync } from 'node:fs'
import type { Cancel, Clock } from '@keyside/runtime'
import type { Input } from '../core/execution/inputs.ts'
import type { Answered, KeyRights } from '../core/model/exchange.ts'
import type { Exchange } from '../venues/port.ts'

/** The start of an outage is seen at most this late, and told a minute after that. */
const TICK_MS = 15_000
const DISK_MS = 60_000
/** How often the key's rights are checked: a dangerous right may be added later, ms. */
const RIGHTS_MS = 86_400_000
/** After one that brought no answer. */
const RIGHTS_AGAIN_MS = 600_000
/** How soon it is seen that one is due. */
const DUE_MS = 30_000

const MIB = 2 ** 20
/** Below it is told: the journal of a busy year, and room for the system to breathe. */
const LOW_BYTES = 500 * MIB
/** Above it is enough again: a disk that wavers is told once. */
const ROOM_BYTES = 750 * MIB

export interface HealthOptions {
  /** The journal's. */
  readonly folder: string
  readonly exchange: Pick<Exchange, 'keyRights'>
  readonly clock: Clock
  readonly take: (input: Input) => void
  /** Bytes that this user may still write there; null where the system does not tell. */
  readonly freeBytes?: (path: string) => number | null
}

export function watchHealth(options: HealthOptions): Cancel {
  const { clock, take } = options
  lookAtDisk(options)
  const stopKey = watchKey(options)
  const cancels = [
    clock.every(TICK_MS, () => take({ type: 'tick' })),
    clock.every(DISK_MS, () => lookAtDisk(options)),
    stopKey,
  ]
  return () => {
    for (const cancel of cancels) cancel()
  }
}

function lookAtDisk({ folder, take, freeBytes = freeOn }: HealthOptions): void {
  const free = freeBytes(folder)
  if (free === null || (free >= LOW_BYTES && free < ROOM_BYTES)) return
  const is = free < LOW_BYTES ? 'so' : 'not so'
  const detail = `${Math.floor(free / MIB)} MiB are free`
  take({ type: 'condition', condition: { code: 'disk_low', about: '' }, is, detail })
}

function freeOn(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize
  } catch {
    return null
  }
}

/**
 * At once, and then each day by the clock: a device that sleeps at night, whose timers stand still meanwhile, looks each
 * day too. Without an answer sooner.
 */
function watchKey({ exchange, clock, take }: HealthOptions): Cancel {
  let life: 'waits' | 'asks' | 'over' = 'asks'
  let askedAt = 0
  let wait = 0
  let silent = 0
  const look = async () => {
    const rights = await exchange.keyRights().catch(noAnswer)
    if (life === 'over') return
    const isAnswer = rights.ok || rights.code !== undefined
    silent = isAnswer ? 0 : silent + 1
    // A single lost answer is not reported.
    if (isAnswer || silent === SILENT_TIMES) take({ type: 'key_rights', rights })
    askedAt = clock.now()
    wait = rights.ok ? RIGHTS_MS : RIGHTS_AGAIN_MS
    life = 'waits'
  }
  const lookWhenDue = () => {
    const age = clock.now() - askedAt
    if (life !== 'waits' || (age >= 0 && age < wait)) return
    life = 'asks'
    void look()
  }
  const cancel = clock.every(DUE_MS, lookWhenDue)
  void look()
  return () => {
    life = 'over'
    cancel()
  }
}

const SILENT_TIMES = 3

function noAnswer(): Answered<KeyRights> {
  return { ok: false, message: '' }
}
