// When an accepted policy counts: what tightens at once, what allows more after loosen_after.
import { expect, test } from 'vitest'
import { difference, policyHash } from './accept.ts'
import { type Acceptance, accepting, lastAccepted, settled } from './cooling.ts'
import { DEFAULT_POLICY } from './default.ts'
import { loadPolicy } from './load.ts'

const NOW = 1_790_000_000_000
const DAY = 86_400_000

/** The default policy with so much for an order. */
function file(order: number, loosenAfter = '24h') {
  const text = DEFAULT_POLICY.replace('order: 500 ', `order: ${order} `).replace(
    'loosen_after: 24h',
    `loosen_after: ${loosenAfter}`,
  )
  const loaded = loadPolicy(text)
  if (!loaded.ok) throw new Error(loaded.message)
  return { text, policy: loaded.policy }
}

const first = accepting(null, file(500), NOW)
const inForce = (kept: Acceptance, now: number) => settled(kept, now).hash
const hashOf = (order: number, after?: string) => policyHash(file(order, after).text)

test('the first policy is in force at once', () => {
  expect(first).toMatchObject({ hash: hashOf(500), waiting: null })
})

test('a policy that only tightens is in force at once, and so is a remark', () => {
  expect(accepting(first, file(400), NOW)).toMatchObject({ hash: hashOf(400), waiting: null })
  const remarked = { ...file(500), text: `${file(500).text}# a remark\n` }
  expect(accepting(first, remarked, NOW).hash).toBe(policyHash(remarked.text))
})

test('a policy that allows more is in force when its time is over and not a millisecond before', () => {
  const kept = accepting(first, file(600), NOW)
  expect(kept).toMatchObject({ hash: hashOf(500), waiting: { acceptedAt: NOW, due: NOW + DAY } })
  expect(inForce(kept, NOW + DAY - 1)).toBe(hashOf(500))
  expect(inForce(kept, NOW + DAY)).toBe(hashOf(600))
  expect(settled(kept, NOW + DAY).waiting).toBeNull()
})

test('the last one that was accepted is what the file has to be, in force or not', () => {
  expect(lastAccepted(null)).toBeNull()
  expect(lastAccepted(first)).toBe(hashOf(500))
  expect(lastAccepted(accepting(first, file(600), NOW))).toBe(hashOf(600))
})

test('the time is that of the policy in force: a shorter one has to wait itself', () => {
  const kept = accepting(first, file(600, '1s'), NOW)
  expect(kept.waiting?.due).toBe(NOW + DAY)
  const shorter = settled(kept, NOW + DAY)
  expect(accepting(shorter, file(700, '1s'), NOW + DAY).waiting?.due).toBe(NOW + DAY + 1_000)
})

test('a change that is neither more nor less waits too', () => {
  const before = loadPolicy(DEFAULT_POLICY)
  if (!before.ok) throw new Error(before.message)
  const kept = accepting(null, { text: DEFAULT_POLICY, policy: before.policy }, NOW)
  const policy = { ...before.policy, currency: 'USDC' }
  const effects = difference(before.policy, policy).map(({ effect }) => effect)
  expect(new Set(effects)).toEqual(new Set(['changes']))
  expect(accepting(kept, { text: 'another', policy }, NOW).waiting).not.toBeNull()
})

test('accepting again does not wait anew, and neither does making it tighter; making it wider does', () => {
  const kept = accepting(first, file(600), NOW)
  const due = (order: number) => accepting(kept, file(order), NOW + 1_000).waiting?.due
  expect(due(600)).toBe(NOW + DAY)
  expect(due(550)).toBe(NOW + DAY)
  expect(due(601)).toBe(NOW + DAY + 1_000)
})

test('accepting the policy in force, or a tighter one, takes the waiting one back', () => {
  const kept = accepting(first, file(600), NOW)
  for (const order of [500, 400])
    expect(accepting(kept, file(order), NOW + 1)).toMatchObject({
      hash: hashOf(order),
      waiting: null,
    })
})

test('what has waited long enough is what the next one is measured by', () => {
  const kept = accepting(first, file(600), NOW)
  const next = accepting(kept, file(600), NOW + DAY)
  expect(next).toMatchObject({ hash: hashOf(600), waiting: null })
  expect(accepting(kept, file(550), NOW + DAY).hash).toBe(hashOf(550))
})
