// What a command asks of the device, and how its answer is shown.
import type { Answer, Instruction } from '@keyside/protocol'
import type { ChartInput } from '../charts/input.ts'
import type { Html } from '../texts/html.ts'

/** Which row of a list is meant: its place from 1, or the hash of an order. */
export interface Chosen {
  readonly place?: number
  readonly order?: string
  /** Of the policy. */
  readonly setting?: string
}

export interface CommandSpec extends Chosen {
  readonly instruction: Instruction
  /** The reply when the device has done it. */
  readonly done: Html
  /** This command's own way to show an answer; null for answers that are shown as usual. `now` in Unix ms. */
  readonly text?: (answer: Answer, now: number) => Html | null
  /** Its picture; null without one. */
  readonly chart?: (answer: Answer) => ChartInput | null
  /** The first line of the reply when the device did not answer. */
  readonly unanswered?: Html
  /** Also done when the message is old because the bot was away. */
  readonly evenIfOld?: boolean
}
