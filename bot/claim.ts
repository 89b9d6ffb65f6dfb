// The one-time code by which a trader takes an unclaimed bot for himself.
import { timingSafeEqual } from 'node:crypto'
import type { Chance, Clock, Logger } from '@keyside/runtime'

/** No 0, 1, I or O: the code is read from one screen and typed into another. */
const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const LENGTH = 8
const LIFE_MS = 600_000
const WRONG_TRIES = 5
/** After a burned code, so that a stranger cannot fill the terminal with codes. */
const PAUSE_MS = 60_000

export type ShowCode = (code: string) => void

type State =
  | { readonly name: 'none' }
  | { readonly name: 'offered'; readonly code: string; readonly until: number; wrong: number }
  | { readonly name: 'burned'; readonly until: number }

export class ClaimCode {
  #state: State = { name: 'none' }
  readonly #deps: { clock: Clock; chance: Chance; log: Logger; show: ShowCode }

  constructor(deps: { clock: Clock; chance: Chance; log: Logger; show: ShowCode }) {
    this.#deps = deps
  }

  /** Call often while nobody owns the bot: shows a new code when there is none that counts. */
  renew(): void {
    const state = this.#state
    const now = this.#deps.clock.now()
    if (state.name !== 'none' && now < state.until) return
    const code = this.#make()
    this.#state = { name: 'offered', code, until: now + LIFE_MS, wrong: 0 }
    this.#deps.show(code)
  }

  forget(): void {
    this.#state = { name: 'none' }
  }

  /** True once for each code. */
  take(text: string): boolean {
    const state = this.#state
    if (state.name !== 'offered' || this.#deps.clock.now() >= state.until) return false
    if (isSame(text.trim().toUpperCase(), state.code)) {
      this.forget()
      return true
    }
    state.wrong += 1
    this.#deps.log.warn({ code: 'claim_code_wrong', tries: state.wrong }, 'a wrong claim code came')
    if (state.wrong >= WRONG_TRIES) this.#burn()
    return false
  }

  #burn(): void {
    this.#state = { name: 'burned', until: this.#deps.clock.now() + PAUSE_MS }
    this.#deps.log.warn(
      { code: 'claim_code_burned' },
      'the claim code no longer counts after 5 wrong tries; a new one is shown in a minute',
    )
  }

  #make(): string {
    return Array.from(this.#deps.chance(LENGTH), (byte) => LETTERS[byte % LETTERS.length]).join('')
  }
}

function isSame(text: string, code: string): boolean {
  const [given, expected] = [Buffer.from(text), Buffer.from(code)]
  return given.length === expected.length && timingSafeEqual(given, expected)
}
