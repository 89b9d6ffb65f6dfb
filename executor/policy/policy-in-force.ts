// The policy that is in force, which may change while the executor runs: it counts from the next decision on, and what
// it needs of the exchange and the broker is fetched then.
import { type Cancel, type Clock, KeysideError, type Logger } from '@keyside/runtime'
import type { Input } from '../core/execution/inputs.ts'
import { sentenceOf } from '../core/model/codes.ts'
import type { Policy } from '../core/risk/policy/schema.ts'
import { type AcceptedPolicy, policyIn } from './loosening.ts'

/** Where the exchange or the broker does not give what the policy needs, ms. */
const AGAIN_MS = 5_000

export interface InForceOptions {
  /** Fetches what the policy needs that is not there yet. May be called again when it rejects. */
  readonly prepare: (policy: Policy) => Promise<void>
  /** For the terminal that waits for it. */
  readonly onFollowed: (hash: string) => void
  readonly take: (input: Input) => void
  readonly clock: Pick<Clock, 'after'>
  readonly log: Pick<Logger, 'info' | 'warn'>
}

export class PolicyInForce {
  #policy: Policy
  #hash: string
  #ended: number
  #cancel: Cancel = () => undefined
  #life: 'running' | 'over' = 'running'

  constructor({ policy, hash, ended }: Omit<AcceptedPolicy, 'text'> & { readonly policy: Policy }) {
    this.#policy = policy
    this.#hash = hash
    this.#ended = ended
  }

  /** As it was accepted: what the chat has tightened since is in the journal. */
  get policy(): Policy {
    return this.#policy
  }

  /** Number of the chat's last change that it takes the place of. */
  get ended(): number {
    return this.#ended
  }

  /** What tightens counts at once, whatever the exchange answers. */
  follow(accepted: AcceptedPolicy, options: InForceOptions): void {
    this.#policy = policyIn(accepted)
    this.#hash = accepted.hash
    this.#ended = accepted.ended
    options.log.info({ policy: accepted.hash }, sentenceOf('policy_in_force'))
    options.take(noticeOf('warning', 'policy_in_force', sentenceOf('policy_in_force')))
    options.onFollowed(accepted.hash)
    this.#cancel()
    void this.#prepare(options)
  }

  stop(): void {
    this.#life = 'over'
    this.#cancel()
  }

  async #prepare(options: InForceOptions, told = ''): Promise<void> {
    const hash = this.#hash
    const isPast = () => this.#life === 'over' || this.#hash !== hash
    try {
      await options.prepare(this.#policy)
      // Wakes the core, so that work that waited for a market goes on.
      if (!isPast()) options.take({ type: 'tick' })
    } catch (error) {
      if (isPast()) return
      const code = error instanceof KeysideError ? error.code : 'exchange_unreachable'
      const message = error instanceof Error ? error.message : String(error)
      if (code !== told) {
        options.log.warn({ code }, message)
        options.take(noticeOf('warning', code, message))
      }
      this.#cancel = options.clock.after(AGAIN_MS, () => void this.#prepare(options, code))
    }
  }
}

function noticeOf(level: 'warning', code: string, message: string): Input {
  return { type: 'notice', notice: { level, code, message } }
}
