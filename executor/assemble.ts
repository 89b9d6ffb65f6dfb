// The part of an executor that has no address: journal, policy, exchange and core, wired to each other.
import type { Clock, KeysideError, Logger, Trace } from '@keyside/runtime'
import { stepOfCode } from './authenticator.ts'
import { clientOrderId } from './client-order-id.ts'
import type { Environment, Input } from './core/execution/inputs.ts'
import type { Policy } from './core/risk/policy/schema.ts'
import { runEffect } from './effects.ts'
import type { Journal } from './journal/journal.ts'
import type { AskReplay } from './providers/replay.ts'
import type { Publisher } from './report/publisher.ts'
import { Shell } from './shell.ts'
import type { Exchange } from './venues/port.ts'

export interface AssembleOptions {
  readonly journal: Journal
  readonly exchange: Exchange
  readonly policy: Policy
  /** Makes client order ids. */
  readonly salt: Uint8Array
  /** Of the trader's authenticator; null without one. */
  readonly codeSecret: Uint8Array | null
  readonly publisher: Pick<Publisher, 'send'>
  /** How the link to the home broker is; absent where it never leaves this machine. */
  readonly homeLink?: () => Environment['homeLink']
  /** Asks a provider for signals that were missed. */
  readonly replay?: (effect: AskReplay) => Promise<Input | null>
  readonly clock: Clock
  readonly trace: Trace
  readonly log: Pick<Logger, 'error'>
  /** The journal cannot be written. */
  readonly onFailure: (error: KeysideError) => void
  /** Another program has held the journal for ten seconds; and it has let go. */
  readonly onHeld?: (state: 'held' | 'free') => void
}

/** Folded and idle: it wants the input `started` first. Throws `journal_damaged`. */
export function assemble(options: AssembleOptions): Shell {
  const { journal, publisher, clock, trace, log, onFailure, onHeld } = options
  const shell: Shell = new Shell({
    journal,
    environment: () => environmentOf(options),
    run: (effect) => runEffect(effect, { ...options, take: (input) => shell.tryTake(input) }),
    publish: (reports) => publisher.send(reports),
    clock,
    trace,
    log,
    onFailure,
    ...(onHeld && { onHeld }),
  })
  return shell
}

/** What the core may look at now. */
export function environmentOf({
  exchange,
  policy,
  salt,
  codeSecret,
  homeLink,
  clock,
}: Pick<
  AssembleOptions,
  'exchange' | 'policy' | 'salt' | 'codeSecret' | 'homeLink' | 'clock'
>): Environment {
  const now = clock.now()
  return {
    now,
    policy,
    clientOrderId: (decision, leg) => clientOrderId(salt, decision, leg),
    stepOfCode: codeSecret === null ? 'unset' : (code) => stepOfCode(codeSecret, code, now),
    homeLink: homeLink?.() ?? 'local',
    exchange: {
      name: exchange.name,
      realMoney: exchange.realMoney,
      acceptanceWindowMs: exchange.acceptanceWindowMs,
      viewLagMs: exchange.viewLagMs,
      reachable: exchange.reachable(),
      skewMs: exchange.skewMs(),
      backoff: exchange.backoff(),
      rules: (market) => exchange.rules(market),
      quote: (market) => exchange.quote(market),
      liquidity: (market) => exchange.liquidity(market),
    },
  }
}
