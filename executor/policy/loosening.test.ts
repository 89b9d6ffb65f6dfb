// When an accepted policy counts: what tightens at once, what allows more after loosening_delay where real money can be reached.
import { expect, test } from 'vitest'
import { DEFAULT_POLICY } from '../core/risk/policy/default.ts'
import { difference } from '../core/risk/policy/difference.ts'
import { policyHash } from './accept.ts'
import { loadPolicy } from './load.ts'
import { type Acceptance, accepting, lastAccepted, settled } from './loosening.ts'

const NOW = 1_790_000_000_000
const DAY = 86_400_000

/** The default policy with so much for an order, for real money. */
function file(order: number, looseningDelay = '24h', live = 'yes') {
  const text = DEFAULT_POLICY.replace('order: 500 ', `order: ${order} `)
    .replace('loosening_delay: 24h', `loosening_delay: ${looseningDelay}`)
    .replace('real_money: no', `real_money: ${live}`)
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
  const before = file(500)
  const kept = accepting(null, before, NOW)
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

const trying = accepting(null, file(500, '24h', 'no'), NOW)

test('where no real money was ever allowed, a policy that allows more is in force at once', () => {
  const wider = accepting(trying, file(600, '24h', 'no'), NOW)
  expect(wider).toMatchObject({ hash: policyHash(file(600, '24h', 'no').text), waiting: null })
  const other = { ...file(500, '24h', 'no').policy, currency: 'USDC' }
  expect(accepting(wider, { text: 'another', policy: other }, NOW).waiting).toBeNull()
})

test('real_money: yes waits all the same, and what is loosened with it', () => {
  for (const next of [file(500), file(600)])
    expect(accepting(trying, next, NOW)).toMatchObject({
      hash: trying.hash,
      waiting: { due: NOW + DAY },
    })
})

test('a shorter wait waits too: nobody gets at real money in two steps', () => {
  const shorter = accepting(trying, file(600, '1s', 'no'), NOW)
  expect(shorter).toMatchObject({ hash: trying.hash, waiting: { due: NOW + DAY } })
  expect(accepting(shorter, file(600, '1s'), NOW + 1_000).waiting?.due).toBe(NOW + 1_000 + DAY)
  // A longer one is tighter.
  expect(accepting(trying, file(600, '48h', 'no'), NOW).waiting).toBeNull()
})

test('once it was live, what was bought may still be held: real_money: no brings nothing forward', () => {
  const quiet = accepting(first, file(500, '24h', 'no'), NOW)
  expect(quiet).toMatchObject({ waiting: null, beenLive: true })
  expect(accepting(quiet, file(600, '24h', 'no'), NOW).waiting?.due).toBe(NOW + DAY)
})

test('a live policy that came into force and went again while nobody accepted anything is not forgotten', () => {
  const waits = accepting(trying, file(500), NOW)
  expect(settled(waits, NOW + DAY - 1).beenLive).toBe(false)
  expect(settled(waits, NOW + DAY).beenLive).toBe(true)
  const back = accepting(waits, file(500, '24h', 'no'), NOW + DAY)
  expect(accepting(back, file(600, '24h', 'no'), NOW + DAY).waiting?.due).toBe(NOW + 2 * DAY)
})

test('taking a live policy back before it counts leaves everything free to try', () => {
  const back = accepting(accepting(trying, file(500), NOW), file(600, '24h', 'no'), NOW + 1)
  expect(back).toMatchObject({ waiting: null, beenLive: false })
})

test('following a stream on another market loosens, another target changes, and none any more tightens', () => {
  const plain = file(500).policy
  const streams = (to: string) =>
    new Map([
      [
        'home/ema-cross',
        { ...plain.streams.get('home/ema-cross'), map: new Map([['BTC/EUR', to]]) },
      ],
    ]) as typeof plain.streams
  const mapped = { ...plain, streams: streams('BTC/USDT') }
  const other = { ...plain, streams: streams('BTC/USDC') }
  const effects = (from: typeof plain, to: typeof plain) =>
    difference(from, to).map(({ setting, effect }) => [setting, effect])
  const name = 'streams.home/ema-cross.map.BTC/EUR'
  expect(effects(plain, mapped)).toEqual([[name, 'loosens']])
  expect(effects(mapped, other)).toEqual([[name, 'changes']])
  expect(effects(mapped, plain)).toEqual([[name, 'tightens']])
})
