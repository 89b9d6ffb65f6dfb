// What reaches the core, what it may look at, and what it asks to be done.
import type {
  Alert,
  Answer,
  Approval,
  Command,
  Decimal,
  Head,
  Instruction,
  ReportEvent,
  Signal,
} from '@keyside/protocol'
import type { ConditionSeen } from '../model/conditions.ts'
import type { JournalEvent } from '../model/events.ts'
import type {
  Answered,
  Candle,
  ExchangeOrder,
  ExchangeView,
  Fill,
  KeyRights,
  LookedUp,
  Lookup,
  OrderRequest,
  Placed,
  VenueOrderKind,
} from '../model/exchange.ts'
import type { AccountObservation, Observation } from '../model/observation.ts'
import type { ProviderStatus } from '../model/provider.ts'
import type { State } from '../model/state.ts'
import type { SummaryAsked } from '../model/summary.ts'
import type { Valuation } from '../model/valuation.ts'
import type { Policy } from '../risk/policy/schema.ts'

export type Input =
  | { readonly type: 'started' }
  | { readonly type: 'tick' }
  | ({ readonly type: 'signal'; readonly provider: string } & SignedSignal)
  | {
      readonly type: 'head'
      readonly provider: string
      readonly kid: string
      readonly claims: Head
    }
  | {
      readonly type: 'alert'
      readonly provider: string
      readonly kid: string
      readonly claims: Alert
    }
  | {
      /** Verified and stored by the shell, of a higher version than the last. */
      readonly type: 'keyset'
      readonly provider: string
      readonly version: number
      readonly hash: string
      /** Fingerprint of the root in force in it. */
      readonly root: string
      /** Seconds since 1970. */
      readonly iat: number
      readonly exp: number
      /** Thumbprints of revoked keys. */
      readonly revoked: readonly string[]
      /** What is new in it for the trader; empty for nothing. */
      readonly news: string
    }
  | {
      /** Answer to `ask_replay`, oldest first; they make no order by themselves. */
      readonly type: 'replayed'
      readonly provider: string
      readonly stream: string
      readonly signals: readonly SignedSignal[]
      readonly more: 'yes' | 'no'
    }
  | {
      readonly type: 'provider'
      readonly provider: string
      /** Fingerprint of the root that was pinned when it was followed. */
      readonly root: string
      readonly status: ProviderStatus
      /** Which terms the trader has accepted, such as `trend 2, swing 1`; absent where nothing is known anew. */
      readonly terms?: string
      /** One sentence for the trader: what happened, what goes on, what to do. */
      readonly message: string
    }
  | { readonly type: 'command'; readonly claims: Command }
  | { readonly type: 'approval'; readonly claims: Approval }
  | {
      readonly type: 'invalid_message'
      readonly code: string
      readonly message: string
      readonly topic: string
      /** Whose link it came over; absent for the trader's own broker. */
      readonly provider?: string
    }
  | { readonly type: 'quote'; readonly market: string }
  | {
      readonly type: 'candles'
      readonly clientOrderId: string
      readonly candles: readonly Candle[]
    }
  | { readonly type: 'placed'; readonly clientOrderId: string; readonly result: Placed }
  | { readonly type: 'found'; readonly clientOrderId: string; readonly result: Lookup }
  | {
      readonly type: 'fills'
      readonly clientOrderId: string
      readonly result: Answered<readonly Fill[]>
    }
  | {
      readonly type: 'cancel'
      readonly clientOrderId: string
      readonly result: Answered<'canceled' | 'not_open'>
    }
  | {
      readonly type: 'open_orders'
      readonly markets: readonly string[]
      readonly result: Answered<readonly ExchangeOrder[]>
    }
  | { readonly type: 'compared'; readonly market: string; readonly result: Answered<Observation> }
  | { readonly type: 'account'; readonly result: Answered<AccountObservation> }
  | { readonly type: 'halt'; readonly by: string; readonly positions?: 'keep' | 'sell' }
  | { readonly type: 'unhalt'; readonly by: string }
  | { readonly type: 'notice'; readonly notice: Notice }
  | ({ readonly type: 'loosening_ended' } & LooseningEnded)
  | ({ readonly type: 'condition' } & ConditionSeen)
  | { readonly type: 'key_rights'; readonly rights: Answered<KeyRights> }
  /** The public address of this device, seen twice. */
  | { readonly type: 'address'; readonly address: string }
  | { readonly type: 'rows'; readonly to: string; readonly answer: Answer }
  | {
      /** Answer to `fee_price`: null where the exchange has none of that minute. */
      readonly type: 'fee_price'
      readonly market: string
      readonly minute: number
      readonly price: Answered<Decimal | null>
    }
  /** A sale as it was told last, with a result that has all fees in it. */
  | { readonly type: 'sale_result'; readonly step: OrderStep }
  | {
      /** Answer to `find_market`, with what was asked for. */
      readonly type: 'market_found'
      readonly to: string
      readonly by: string
      readonly ask: AskPriceAlert
      readonly found: { readonly market: string; readonly result: LookedUp }
    }
  | {
      /** Answer to `look_back`; null without one. Oldest first. */
      readonly type: 'looked_back'
      readonly market: string
      readonly timeframe: string
      readonly of: number
      readonly candles: readonly Candle[] | null
    }

type OrderStep = Extract<ReportEvent, { type: 'order' }>

export type AskPriceAlert = Extract<Instruction, { do: 'price_alert' }>

/** `provider` beside it is the device's own name of whoever signed. */
export interface SignedSignal {
  /** Thumbprint of the key that signed. */
  readonly kid: string
  readonly claims: Signal
  readonly hash: string
}

export type Notice = Omit<Extract<ReportEvent, { type: 'notice' }>, 'type'>

/** How a loosening request from the chat was answered at the device. */
export interface LooseningEnded {
  readonly number: number
  readonly how: 'accepted' | 'dropped'
  /** From when on it counts; empty where nothing is to be said. */
  readonly detail: string
}

/** Read once for one decision. */
export interface Environment {
  /** Unix ms. */
  readonly now: number
  /** As it was accepted; in a decision it is the one in force, with what the chat has tightened. */
  readonly policy: Policy
  /** Number of the chat's last tightening that the accepted policy replaces; absent for none. */
  readonly tighteningsEnded?: number
  /** What the order of a decision's leg is called at the exchange: 32 lower-case hex digits, not to be guessed. */
  readonly clientOrderId: (decision: string, leg: string) => string
  /** Which time step of the trader's authenticator a code belongs to now; null for none, `unset` without a secret. */
  readonly stepOfCode: ((code: string) => number | null) | 'unset'
  /** To the home broker; `local` where it never leaves this machine. */
  readonly homeLink: 'up' | 'down' | 'local'
  readonly exchange: ExchangeView
}

type JournalAsk = 'orders' | 'trades' | 'trade' | 'results' | 'explain'

/** Done after the events are durable, and never before. */
export type Effect =
  | { readonly type: 'place'; readonly order: OrderRequest; readonly signal: string }
  | {
      readonly type: 'find'
      readonly market: string
      readonly clientOrderId: string
      /** Empty for one of which nobody has heard. */
      readonly exchangeId: string
    }
  | { readonly type: 'open_orders'; readonly markets: readonly string[] }
  | {
      readonly type: 'cancel'
      readonly market: string
      readonly clientOrderId: string
      readonly kind: VenueOrderKind
    }
  | {
      readonly type: 'fills'
      readonly market: string
      readonly exchangeId: string
      readonly clientOrderId: string
      /** When it was first seen at the exchange, Unix ms of its clock; 0 where that is not known. */
      readonly since: number
    }
  | { readonly type: 'quote'; readonly market: string }
  | {
      readonly type: 'candles'
      readonly market: string
      readonly timeframe: string
      readonly clientOrderId: string
    }
  | {
      /** Whether the exchange lists it, and its price. */
      readonly type: 'find_market'
      readonly to: string
      readonly by: string
      readonly ask: AskPriceAlert
      /** The other half of a coin's market. */
      readonly currency: string
    }
  /** Prices of these are wanted too, and of no others. */
  | { readonly type: 'watch'; readonly markets: readonly string[] }
  | {
      /** `of` comes with the answer. */
      readonly type: 'look_back'
      readonly market: string
      readonly timeframe: string
      readonly limit: number
      readonly of: number
    }
  | { readonly type: 'balances'; readonly to: string; readonly weights: Valuation }
  | {
      readonly type: 'compare'
      /** `since`: from when on trades are asked for, Unix ms; null: from where the last process stopped. */
      readonly markets: readonly { readonly market: string; readonly since: number | null }[]
      /** Unix ms. */
      readonly exchangeTime: number
    }
  /** With what price a market began the minute at `minute`, Unix ms: nothing waits for it. */
  | { readonly type: 'fee_price'; readonly market: string; readonly minute: number }
  /** What a sale has brought by now, of which it was told before all its fees had a price. */
  | { readonly type: 'sale_result'; readonly clientOrderId: string }
  /** The whole account: all coins, and the open orders of every market. */
  | { readonly type: 'account' }
  | { readonly type: 'replay'; readonly after: number }
  | {
      /** The signals of a stream after number `after`, which the provider's engine has stored. */
      readonly type: 'ask_replay'
      readonly provider: string
      readonly plan: string
      readonly stream: string
      readonly after: number
    }
  | ({ readonly type: 'summary'; readonly to: string } & SummaryAsked)
  | {
      /** What the journal has to be asked. */
      readonly type: 'rows'
      readonly to: string
      readonly ask: Extract<Instruction, { do: JournalAsk }>
      /** Of which currency a curve is, and how far the policy's reckoning is below its best; null while a price is missing. */
      readonly drawdown: {
        readonly currency: string
        readonly used: Decimal | null
        readonly limit: Decimal
      }
    }

export interface Decision {
  readonly events: readonly JournalEvent[]
  /** Stored in the same commit as the events, so that no decision goes unreported. */
  readonly reports: readonly ReportEvent[]
  readonly effects: readonly Effect[]
  /** With the events folded in. */
  readonly state: State
}
