// What a simulated device is made with, and one life of its process.
import type { Input } from '../executor/core/execution/inputs.ts'
import type { State } from '../executor/core/model/state.ts'
import type { Policy } from '../executor/core/risk/policy/schema.ts'
import type { AskReplay } from '../executor/providers/replay.ts'
import type { Shell } from '../executor/shell.ts'
import type { SimulatedExchange } from './exchange.ts'
import type { TakenOrder } from './ground-truth.ts'
import type { FragileJournal } from './journal.ts'
import type { Message, Network } from './network.ts'
import type { Simulation } from './simulation.ts'
import type { SimulatedVenue } from './venue.ts'

export interface DeviceOptions {
  readonly simulation: Simulation
  readonly network: Network
  readonly venue: SimulatedVenue
  /** KEYSIDE_HOME. */
  readonly home: string
  /** After each commit. */
  readonly onCommit: (journal: FragileJournal, policy: Policy) => void
  readonly onTaken: (order: TakenOrder) => void
  readonly onCancel: (clientOrderId: string) => void
  readonly onReport: (token: string) => void
  readonly onHeard: (before: State, input: Input, after: State) => void
  readonly onForged: (before: State, after: State, expected: readonly string[]) => void
  /** What the provider's broker keeps for a device that connects. */
  readonly retained: () => readonly Message[]
  /** What the shell knows of providers at a start. */
  readonly introduced: () => readonly Input[]
  /** Whether there is a key to verify it with. */
  readonly countsNow: (message: Message) => boolean
  readonly onAskReplay: (ask: AskReplay) => void
}

export interface Life {
  readonly journal: FragileJournal
  readonly policy: Policy
  state: 'here' | 'failed' | 'gone'
  exchange: SimulatedExchange | null
  shell: Shell | null
  /** Unix ms. */
  readonly since: number
}
