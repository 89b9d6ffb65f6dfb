// What the executor looks at by itself: the halt file, the policy file, the rights of its key.
import { existsSync, readFileSync } from 'node:fs'
import type { Cancel, Clock } from '@keyside/runtime'
import { sentenceOf } from './codes.ts'
import type { Input } from './core/inputs.ts'
import type { Exchange } from './exchange/port.ts'
import { policyHash } from './policy/accept.ts'
import { loadPolicy } from './policy/load.ts'

const LOOK_MS = 1_000
const RIGHTS_MS = 86_400_000

export interface WatchOptions {
  readonly haltFile: string
  readonly policyFile: string
  /** Hash of the policy in force. */
  readonly policy: string
  readonly exchange: Pick<Exchange, 'keyRights'>
  readonly clock: Clock
  readonly take: (input: Input) => void
}

export function startWatching(options: WatchOptions): Cancel {
  const { clock, haltFile, take } = options
  let halted: 'seen' | 'unseen' = 'unseen'
  let lastPolicy = options.policy
  const look = () => {
    const there = existsSync(haltFile) ? 'seen' : 'unseen'
    if (there === 'seen' && halted === 'unseen') take({ type: 'halt', by: 'device' })
    halted = there
    const text = textOf(options.policyFile)
    const policy = policyHash(text)
    if (policy !== lastPolicy && policy !== options.policy) take(aboutPolicy(text))
    lastPolicy = policy
  }
  look()
  const cancels = [
    clock.every(LOOK_MS, look),
    clock.every(RIGHTS_MS, () => {
      haltIfTooMighty(options).catch(() => undefined)
    }),
  ]
  return () => {
    for (const cancel of cancels) cancel()
  }
}

/** A right that was added later is as bad as one that was there from the start. */
async function haltIfTooMighty({ exchange, take }: WatchOptions): Promise<void> {
  const rights = await exchange.keyRights()
  if (!rights.ok || !canTakeAway(rights.value)) return
  take({ type: 'halt', by: 'key_can_withdraw' })
  take(notice('error', 'key_can_withdraw'))
}

export function canTakeAway(rights: { withdraw: string; transfer: string }): boolean {
  return rights.withdraw === 'yes' || rights.transfer === 'yes'
}

function notice(level: 'warning' | 'error', code: string): Input {
  return { type: 'notice', notice: { level, code, message: sentenceOf(code) } }
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
