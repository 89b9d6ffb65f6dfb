import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  FINAL_STATES,
  isFinal,
  nextState,
  OPEN_STATES,
  ORDER_EVENTS,
  ORDER_TABLE,
  type OrderState,
} from './order-table.ts'

test('every open state can be left and every final state cannot', () => {
  for (const state of OPEN_STATES) expect(Object.keys(ORDER_TABLE[state])).not.toEqual([])
  for (const state of FINAL_STATES) expect(Object.keys(ORDER_TABLE[state])).toEqual([])
})

test('every state can be reached from the first', () => {
  const reached = new Set<OrderState>(['received'])
  for (const state of reached)
    for (const next of Object.values(ORDER_TABLE[state])) reached.add(next)
  expect([...reached].sort()).toEqual([...OPEN_STATES, ...FINAL_STATES].sort())
})

test('an unknown order is never sent again and never called rejected by giving up', () => {
  expect(ORDER_TABLE.unknown).toEqual({ accept: 'accepted', not_found: 'not_placed' })
})

test('no sequence of events leaves a final state', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...ORDER_EVENTS), { maxLength: 40 }), (events) => {
      let state: OrderState = 'received'
      let ended: OrderState | null = null
      for (const event of events) {
        try {
          state = nextState(state, event)
        } catch {
          // Illegal here: the order stays what it was.
        }
        if (ended !== null) expect(state).toBe(ended)
        if (isFinal(state)) ended = state
      }
    }),
  )
})
