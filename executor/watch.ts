// Watches the policy file and its acceptance.
import { type Cancel, type Clock, isBusy, readText } from '@keyside/runtime'
import type { Input, LooseningEnded } from './core/execution/inputs.ts'
import { sentenceOf } from './core/model/codes.ts'
import { timeOf } from './core/model/moment.ts'
import { policyHash } from './policy/accept.ts'
import { loadPolicy } from './policy/load.ts'
import {
  type Acceptance,
  type AcceptedPolicy,
  lastAccepted,
  type WaitingPolicy,
} from './policy/loosening.ts'

const LOOK_MS = 1_000

export interface WatchOptions {
  readonly policyFile: string
  /** What this start follows, and the hash of the file then. */
  readonly started: Acceptance & { readonly file: string }
  /** What was accepted, as it is now. */
  readonly acceptance: () => Acceptance | null
  /** What somebody at the terminal has made of requests from the chat; the core knows which are new. */
  readonly looseningAnswers: () => readonly LooseningEnded[]
  /** Another one has come into force. */
  readonly follow: (accepted: AcceptedPolicy) => void
  readonly clock: Clock
  readonly take: (input: Input) => void
}

export function startWatching(options: WatchOptions): Cancel {
  const { clock, take } = options
  const { started } = options
  let file = started.file
  let kept: Acceptance = started
  let answered = ''
  const look = () => {
    const text = textOf(options.policyFile)
    const now = unlessBusy(options.acceptance, kept) ?? kept
    const before = { file, kept }
    const answers = unlessBusy(options.looseningAnswers, [])
    if (answers.length > 0 && JSON.stringify(answers) !== answered) {
      answered = JSON.stringify(answers)
      for (const answer of answers) take({ type: 'loosening_ended', ...answer })
    }
    file = policyHash(text)
    kept = now
    if (file !== before.file && file !== lastAccepted(now)) take(aboutPolicy(text))
    if (now.hash !== before.kept.hash || now.ended !== before.kept.ended) options.follow(now)
    if (now.waiting !== null && now.waiting.due !== before.kept.waiting?.due)
      take(waits(now.waiting))
  }
  if (started.waiting !== null) take(waits(started.waiting))
  else if (started.file !== started.hash) take(notice('warning', 'policy_changed'))
  look()
  return clock.every(LOOK_MS, look)
}

function waits({ due }: WaitingPolicy): Input {
  return notice('warning', 'policy_waits', `from ${timeOf(due)}`)
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

function notice(level: 'warning', code: string, detail = ''): Input {
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

/** An unreadable file counts as empty. */
function textOf(path: string): string {
  try {
    return readText(path)
  } catch {
    return ''
  }
}
