// What the executor looks at by itself: the policy file, the rights of its key.
import { readFileSync } from 'node:fs'
import { type Cancel, type Clock, isBusy } from '@keyside/runtime'
import { sentenceOf } from './codes.ts'
import type { Input } from './core/inputs.ts'
import { timeOf } from './core/time-of.ts'
import type { Exchange } from './exchange/port.ts'
import { keyWarnings } from './key-warnings.ts'
import { policyHash } from './policy/accept.ts'
import { loadPolicy } from './policy/load.ts'

const LOOK_MS = 1_000
const RIGHTS_MS = 86_400_000

export interface WatchOptions {
  readonly policyFile: string
  /** Those of this start, by hash: of the file, and the one that is followed. */
  readonly policy: {
    readonly file: string
    readonly hash: string
    readonly waiting: { readonly due: number } | null
  }
  /** Hash of the policy that a start would follow now. */
  readonly inForce: () => string | null
  readonly exchange: Pick<Exchange, 'keyRights'>
  readonly clock: Clock
  readonly take: (input: Input) => void
}

export function startWatching(options: WatchOptions): Cancel {
  const { clock, take } = options
  const { policy: started } = options
  let lastPolicy = started.file
  let lastInForce: string | null = started.hash
  const look = () => {
    const text = textOf(options.policyFile)
    const policy = policyHash(text)
    if (policy !== lastPolicy && policy !== started.file) take(aboutPolicy(text))
    lastPolicy = policy
    const inForce = unlessBusy(options.inForce, lastInForce)
    if (inForce !== lastInForce && inForce !== started.hash)
      take(notice('warning', 'policy_in_force'))
    lastInForce = inForce
  }
  if (started.waiting !== null)
    take(notice('warning', 'policy_waits', `from ${timeOf(started.waiting.due)}`))
  look()
  const cancels = [
    clock.every(LOOK_MS, look),
    clock.every(RIGHTS_MS, () => {
      lookAtKey(options).catch(() => undefined)
    }),
  ]
  return () => {
    for (const cancel of cancels) cancel()
  }
}

/** A journal that another program holds is looked into again a second later. */
function unlessBusy<T>(look: () => T, before: T): T {
  try {
    return look()
  } catch (error) {
    if (isBusy(error)) return before
    throw error
  }
}

/** A right that was added later is as bad as one that was there from the start. */
async function lookAtKey({ exchange, take, clock }: WatchOptions): Promise<void> {
  const rights = await exchange.keyRights()
  if (!rights.ok) return take(notice('warning', 'key_unchecked'))
  for (const code of keyWarnings(rights.value, clock.now())) take(notice('warning', code))
  if (!canTakeAway(rights.value)) return
  take({ type: 'halt', by: 'key_can_withdraw' })
  take(notice('error', 'key_can_withdraw'))
}

export function canTakeAway(rights: { withdraw: string; transfer: string }): boolean {
  return rights.withdraw === 'yes' || rights.transfer === 'yes'
}

function notice(level: 'warning' | 'error', code: string, detail = ''): Input {
  const message = detail === '' ? sentenceOf(code) : `${sentenceOf(code)} (${detail})`
  return { type: 'notice', notice: { level, code, message } }
}

/** A file that is wrong is said to be so at once, not only when someone wants to accept it. */
function aboutPolicy(text: string): Input {
  const loaded = loadPolicy(text)
  if (loaded.ok) return notice('warning', 'policy_changed')
  const message = `${loaded.message}: the accepted one stays in force`
  return { type: 'notice', notice: { level: 'warning', code: loaded.code, message } }
}

/** An unreadable file is an empty one. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
