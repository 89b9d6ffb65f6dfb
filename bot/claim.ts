// The one-time code with which a trader claims a bot.
import { timingSafeEqual } from 'node:crypto'
import type { Clock, Logger, RandomBytes } from '@keyside/runtime'

/** No 0, 1, I or O: the code is read from one screen and typed into another. */
const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const LENGTH = 8
const LIFE_MS = 600_000
/**
 * For each Telegram user: a stranger's wrong guesses count against that stranger alone, never against the owner. The code has 40 bits
 * (8 letters of 32, 1.1e12 of them). A thousand accounts, which Telegram sells for a phone number each, have 5,000
 * tries in ten minutes, 720,000 a day: one day in 1.5 million finds a code, if nobody claims the bot before.
 */
const WRONG_TRIES = 5
/**
 * After this many in all a new code is made and every user starts again, which bounds the memory used. It takes 10,000 accounts,
 * and 833 messages a second to do it once a minute, in which the owner can still send the code; a whole day of that
 * guesses right with a probability of 1 in 15,000.
 */
const WRONG_TRIES_IN_ALL = 50_000

const WRONG = `a wrong claim code came; after ${WRONG_TRIES} of them this user is not heard until there is a new code`
const BURNED = 'very many wrong claim codes came from many users: a new code is shown'

/** A text that cannot be a code does not count as a try. */
export const CODE_SHAPE = new RegExp(`^[${LETTERS}]{${LENGTH}}$`, 'i')

export type ShowCode = (code: string) => void

type State =
  | { readonly name: 'none' }
  | {
      readonly name: 'offered'
      readonly code: string
      readonly until: number
      /** Wrong tries of each user. */
      readonly wrong: Map<number, number>
      tries: number
    }

export class ClaimCode {
  #state: State = { name: 'none' }
  readonly #deps: { clock: Clock; randomBytes: RandomBytes; log: Logger; show: ShowCode }

  constructor(deps: { clock: Clock; randomBytes: RandomBytes; log: Logger; show: ShowCode }) {
    this.#deps = deps
  }

  /** Call often while the bot has no owner: shows a new code when none is valid. */
  renew(): void {
    const state = this.#state
    const now = this.#deps.clock.now()
    if (state.name !== 'none' && now < state.until) return
    this.#offer()
  }

  forget(): void {
    this.#state = { name: 'none' }
  }

  /** True once for each code. `user` is the Telegram user who sent it. */
  take(text: string, user: number): boolean {
    const state = this.#state
    if (state.name !== 'offered' || this.#deps.clock.now() >= state.until) return false
    const tries = (state.wrong.get(user) ?? 0) + 1
    if (tries > WRONG_TRIES) return false
    if (isSame(text.toUpperCase(), state.code)) {
      this.forget()
      return true
    }
    state.wrong.set(user, tries)
    state.tries += 1
    this.#deps.log.warn({ code: 'claim_code_wrong', user, tries }, WRONG)
    if (state.tries >= WRONG_TRIES_IN_ALL) {
      this.#deps.log.warn({ code: 'claim_code_burned', tries: state.tries }, BURNED)
      this.#offer()
    }
    return false
  }

  #offer(): void {
    const code = this.#make()
    const until = this.#deps.clock.now() + LIFE_MS
    this.#state = { name: 'offered', code, until, wrong: new Map(), tries: 0 }
    this.#deps.show(code)
  }

  #make(): string {
    return Array.from(
      this.#deps.randomBytes(LENGTH),
      (byte) => LETTERS[byte % LETTERS.length],
    ).join('')
  }
}

function isSame(text: string, code: string): boolean {
  const [given, expected] = [Buffer.from(text), Buffer.from(code)]
  return given.length === expected.length && timingSafeEqual(given, expected)
}
