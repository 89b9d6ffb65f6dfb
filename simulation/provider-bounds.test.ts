// What excuses a missed exit that was not made up for, and what does not.
import { expect, test } from 'vitest'
import type { JournalEvent } from '../executor/core/model/events.ts'
import type { Portfolio } from '../executor/core/model/state.ts'
import { ProviderBounds } from './provider-bounds.ts'

const STREAM = 'north/alpha'
const KEY = `${STREAM} BTC/USDT`
const HALF = { seq: 2, kind: 'exit', size: { unit: 'percent', value: '50' } }

type Event = Readonly<Record<string, unknown>>

const GAP_CLOSED = { type: 'gap_closed', stream: STREAM, seq: 2, why: 'replayed' }
const sale = (value: string, more: Event = {}) => ({
  type: 'ordered',
  order: { kind: 'exit', stream: STREAM, kid: 'k', intent: { size: { value } }, ...more },
})
const refused = (clientOrderId: string) => ({ type: 'step', event: 'reject', clientOrderId })
const ALL = { type: 'closing', position: KEY, why: 'exit' }

function judged(events: readonly Event[]): readonly string[] {
  const said: string[] = []
  const positions = { [KEY]: { stream: STREAM, market: 'BTC/USDT', seq: 1, closing: null } }
  const orders = {
    mine: { stream: STREAM, kind: 'exit' },
    other: { stream: 'north/beta', kind: 'exit' },
  }
  const portfolio = { positions, orders, streams: {} } as unknown as Portfolio
  const bounds = new ProviderBounds({
    simulation: { fault: () => undefined, violate: (_: string, why: string) => said.push(why) },
    ledger: { portfolio },
    signed: () => [{ claims: { seq: 1, kind: 'entry' } }, { claims: HALF }],
  } as unknown as ConstructorParameters<typeof ProviderBounds>[0])
  bounds.onCommit([...events, GAP_CLOSED] as unknown as readonly JournalEvent[], portfolio)
  return said
}

test.each<[string, readonly Event[]]>([
  ['it is made up for', [sale('50')]],
  [
    'what was refused is sold again beside it',
    [refused('mine'), sale('0.3', { again: true }), sale('50')],
  ],
  ['what was refused is sold again with all that is left', [refused('mine'), ALL]],
])('all is well where %s', (_, events) => {
  expect(judged(events)).toEqual([])
})

test.each<[string, readonly Event[]]>([
  ['nothing is sold', []],
  ['an exit was refused in the same moment, and it is not made up for', [refused('mine')]],
  ['only what was refused is sold again', [refused('mine'), sale('0.3', { again: true })]],
  ['another stream was refused', [refused('other'), ALL]],
  ['all of it is sold for no reason', [ALL]],
  ['it is made up for twice', [sale('50'), sale('50')]],
])('it is a fault where %s', (_, events) => {
  expect(judged(events)).toHaveLength(1)
})
