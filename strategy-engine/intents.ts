// Intents of programs, over MQTT: verified, checked, signed as the next signal of their stream, and answered when stored.
import {
  hashText,
  type Intent,
  type IntentResult,
  keyring,
  resultTopic,
  seconds,
  sign,
  verify,
} from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import { type Clock, type Logger, newJti, Quota, type Retry } from '@keyside/runtime'
import { checkIntent, type IntentRefusal } from './programs/check-intent.ts'
import type { ListedProgram } from './programs/program-list.ts'
import type { Committed, Outbox } from './publish/outbox.ts'
import type { Message } from './publish/retained-messages.ts'
import type { Signer } from './publish/signer.ts'
import { type Steps, withRetry } from './slices.ts'

/** Intents of one program in a minute: so many are taken, and twice as many answered. */
const MAX_A_MINUTE = 60
/** Seconds. */
const RESULT_LIFE = 60
/** How far a signal may be dated ahead of this clock, so that it is later than the one before it, seconds. */
const MAX_AHEAD = 1

export interface IntentsOptions {
  readonly signer: Signer
  readonly outbox: Outbox
  /** The program that may speak for a stream now. */
  readonly programOf: (stream: string) => ListedProgram | null
  /** Work in slices, after which the outbox is committed. */
  readonly work: (steps: Steps) => void
  readonly send: (message: Message) => void
  readonly retry: Retry
  readonly clock: Clock
  readonly log: Logger
}

/** An intent whose signal is signed and not yet committed. */
interface Waiting {
  readonly stream: string
  readonly program: string
  readonly hash: string
}

export class Intents {
  readonly #options: IntentsOptions
  readonly #looked = new Quota({ most: 2 * MAX_A_MINUTE, spanMs: 60_000 })
  readonly #taken = new Quota({ most: MAX_A_MINUTE, spanMs: 60_000 })
  /** `stream jti` of intents that were verified, until they expire, Unix seconds. */
  readonly #seen = new Map<string, number>()
  /** By the signal's `jti`. */
  readonly #waiting = new Map<string, Waiting>()

  constructor(options: IntentsOptions) {
    this.#options = options
  }

  /** No answer where no program may speak for the stream, or to one that sends too much. */
  receive(topic: string, token: string): void {
    const { programOf, signer, clock } = this.#options
    const stream = topic.split('/').at(-1) ?? ''
    const listed = programOf(stream)
    if (listed === null || !this.#looked.allows(stream, clock.now())) return
    const { program, key } = listed
    const now = this.#now()
    const pins = keyring([{ key: publicKey(key), issuer: program, kinds: ['intent'] }])
    const expected = { kinds: ['intent'] as const, audience: signer.issuer, now, topic }
    const verified = verify(token, pins, expected)
    const from = { stream, program, hash: hashText(token) }
    if (!verified.ok) {
      this.#refuse(from, verified)
      return
    }
    const { claims } = verified
    const refusal = this.#first(claims, now)
    if (refusal === null) this.#options.work(this.#decide(claims, from))
    else this.#refuse(from, refusal)
  }

  /** What has been stored, and what could not be. */
  committed({ signals, failed }: Committed): void {
    for (const { jti, seq } of signals) {
      const from = this.#waiting.get(jti)
      if (from) this.#answer(from, { do: 'accepted', seq, signal: jti })
      this.#waiting.delete(jti)
    }
    for (const [jti, from] of this.#waiting)
      if (failed.has(from.stream)) {
        this.#waiting.delete(jti)
        this.#refuse(from, FAILED)
      }
  }

  /** Takes the `jti`: once, whatever comes of it. */
  #first({ sub, jti, exp }: Intent, now: number): IntentRefusal | null {
    for (const [name, end] of this.#seen) if (end <= now) this.#seen.delete(name)
    const name = `${sub} ${jti}`
    if (this.#seen.has(name)) return REPEATED
    this.#seen.set(name, exp)
    if (!this.#taken.allows(sub, this.#options.clock.now())) return TOO_MANY
    return null
  }

  *#decide(claims: Intent, from: Waiting): Steps {
    const { retry, log } = this.#options
    try {
      const refusal = yield* withRetry(retry, () => this.#sign(claims, from))
      if (refusal !== null) this.#refuse(from, refusal)
    } catch (error) {
      log.error({ code: 'stream_failed', stream: from.stream, err: error }, FAILED.message)
      this.#refuse(from, FAILED)
    }
    yield undefined
  }

  #sign(intent: Intent, from: Waiting): IntentRefusal | null {
    const { outbox, signer, programOf } = this.#options
    const row = outbox.standing(intent.sub)
    // It may have been removed, or been given another key, while this waited.
    if (row === null || programOf(intent.sub)?.program !== intent.iss) return GONE
    const now = this.#now()
    const refusal = checkIntent(intent, row, now)
    if (refusal !== null) return refusal
    const at = Math.max(now, row.lastCandle === null ? 0 : after(row.lastCandle))
    if (at > now + MAX_AHEAD) return CLOCK
    const signal = outbox.signIntent({ issuer: signer.issuer, intent, at })
    if (signal === null) return REPEATED
    this.#waiting.set(signal.jti, from)
    return null
  }

  #refuse(from: Waiting, { code, message }: IntentRefusal): void {
    const { stream, program } = from
    this.#options.log.warn({ code, stream, program }, `an intent was refused: ${message}`)
    this.#answer(from, { do: 'refused', code, message: oneLine(message) })
  }

  #answer({ stream, program, hash }: Waiting, answer: IntentResult['answer']): void {
    const { signer, send } = this.#options
    const now = this.#now()
    const claims = {
      iss: signer.issuer,
      aud: program,
      sub: stream,
      iat: now,
      exp: now + RESULT_LIFE,
      jti: newJti(signer.randomBytes),
      to: hash,
      answer,
    }
    const token = sign('result', claims, signer.key)
    send({ topic: resultTopic(signer.issuer, stream), token })
  }

  #now(): number {
    return seconds(this.#options.clock.now())
  }
}

/** A millisecond later, Unix seconds. */
function after(start: number): number {
  return Math.round(start * 1000 + 1) / 1000
}

/** What a program has written may be told back in a message. */
function oneLine(message: string): string {
  return message.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ').slice(0, 500)
}

const REPEATED: IntentRefusal = {
  code: 'intent_repeated',
  message: 'an intent with this "jti" came before: each counts once',
}
const TOO_MANY: IntentRefusal = {
  code: 'intent_quota',
  message: `more than ${MAX_A_MINUTE} intents in a minute: send the next one a minute later`,
}
const FAILED: IntentRefusal = {
  code: 'stream_failed',
  message: 'the signal could not be stored, so it was not sent: look at the log of the engine',
}
const GONE: IntentRefusal = {
  code: 'header_not_pinned',
  message: 'the program was removed while its intent waited',
}
const CLOCK: IntentRefusal = {
  code: 'intent_clock',
  message:
    "the engine's clock is behind the last signal of the stream: set it (NTP), then send the intent anew",
}
