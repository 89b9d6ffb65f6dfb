// Each guard of a press alone: the nonce of the other button, and the state of the card.
import { systemRandomBytes } from '@keyside/runtime'
import { beforeEach, expect, test } from 'vitest'
import { showCard } from '../approvals/card.ts'
import { approvalOf, orderOf } from '../testing/events.ts'
import { type ButtonCallback, cardId, findNonces, setCard, takeCallback } from './cards.ts'
import { openStore, type Store } from './open.ts'

const NOW = 1_795_000_000
const order = orderOf(7)
const ID = cardId('north', orderOf(7).id)
const owner = { user: 1, chat: 1 }
let store: Store
let press: (answer: 'approve' | 'decline') => Omit<ButtonCallback, 'now'>

beforeEach(() => {
  store = openStore(':memory:')
  const context = { store, randomBytes: systemRandomBytes, owner, device: 'north' }
  showCard({ ...context, now: NOW * 1000 }, approvalOf(order, NOW + 60))
  store.exec('UPDATE message SET telegram = 5, sent = version')
  const offered = findNonces(store, ID)
  if (offered === null) throw new Error('nothing was offered')
  press = (answer) => ({ data: offered[answer], ...owner, message: 5 })
})

const take = (answer: 'approve' | 'decline', now = NOW) =>
  takeCallback(store, { ...press(answer), now })

test('a press uses up the other button too, whatever the card says', () => {
  expect(take('decline')).toMatchObject({ outcome: 'taken', answer: 'decline' })
  setCard(store, ID, 'waiting', 'none')
  expect(take('approve').outcome, 'the nonce alone stops it').not.toBe('taken')
})

test.for(['pressed', 'answered', 'closed'] as const)(
  'no press is taken from a card that is %s, whatever its nonces say',
  (state) => {
    setCard(store, ID, state, 'none')
    expect(take('approve').outcome, 'the state alone stops it').not.toBe('taken')
    expect(findNonces(store, ID), 'and the nonce is as it was').not.toBeNull()
  },
)

test('the clock alone stops a press of a card that still waits', () => {
  expect(take('approve', NOW + 60).outcome).toBe('late')
  expect(take('approve', NOW + 59).outcome).toBe('taken')
})
