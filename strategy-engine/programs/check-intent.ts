// Whether what a program wants may become the next signal of its stream. Pure.
import type { Intent, VerifyCode } from '@keyside/protocol'
import Big from 'big.js'
import type { StreamRow } from '../publish/outbox.ts'
import type { IntentCode } from './codes.ts'

export interface IntentRefusal {
  readonly code: IntentCode | VerifyCode | 'stream_failed'
  /** For the program, and whoever wrote it. */
  readonly message: string
}

/** Null if it may. `row` is where the stream stands, `now` Unix seconds. */
export function checkIntent(
  intent: Intent,
  { market, position }: Pick<StreamRow, 'market' | 'position'>,
  now: number,
): IntentRefusal | null {
  // It may have waited for a database that another program held.
  if (now >= intent.exp) return refused('expired', 'it had expired before it could be signed')
  if (intent.market !== market)
    return refused(
      'intent_market',
      `the stream "${intent.sub}" is of ${market}, and the intent says ${intent.market}: nothing was signed`,
    )
  if (intent.kind === 'exit')
    return position === 'long'
      ? null
      : refused('intent_while_flat', 'the stream holds nothing: there is nothing to exit')
  if (position === 'long')
    return refused('intent_while_long', 'the stream is long already: send an exit of 100 % first')
  return checkPrices(intent)
}

function checkPrices(intent: Extract<Intent, { kind: 'entry' }>): IntentRefusal | null {
  const { stopPrice, takeProfits = [], referencePrice } = intent
  if (stopPrice === undefined)
    return refused(
      'intent_without_stop',
      'an entry needs a "stopPrice" below its "referencePrice": nothing was signed',
    )
  if (new Big(stopPrice).gte(referencePrice))
    return refused(
      'intent_levels',
      `the stop ${stopPrice} is not below the reference price ${referencePrice}: nothing was signed`,
    )
  const under = takeProfits.find(({ price }) => new Big(price).lte(referencePrice))
  if (under === undefined) return null
  return refused(
    'intent_levels',
    `the take-profit ${under.price} is not above the reference price ${referencePrice}: nothing was signed`,
  )
}

function refused(code: IntentRefusal['code'], message: string): IntentRefusal {
  return { code, message }
}
