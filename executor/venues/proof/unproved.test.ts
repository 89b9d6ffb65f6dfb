// What the venue itself has not shown is open, and a proof closes it for as long as it counts.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { asksWithout, CLAIM_NAMES, type ClaimName } from './claims.ts'
import { codeOf, keepProof, type Proof } from './record.ts'
import { unprovedClaims } from './unproved.ts'

const AT = Date.parse('2026-11-01T00:00:00.000Z')
const DAY_MS = 86_400_000
const ASKED = CLAIM_NAMES.filter(asksWithout)

function proofOf(change: Partial<Proof> = {}, failed?: ClaimName): Proof {
  const claims = Object.fromEntries(
    ASKED.map((name) => [name, { outcome: name === failed ? 'failed' : 'proved', seen: 'it was' }]),
  ) as Proof['claims']
  const at = new Date(AT).toISOString()
  const made = { network: 'live', address: null, market: 'BTC/USDT', at } as const
  return { ...made, code: codeOf('okx'), claims, ...change }
}

function openAfter(proofs: readonly Proof[], { now = AT + DAY_MS, address = '' } = {}) {
  const home = mkdtempSync(join(tmpdir(), 'keyside-unproved-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  for (const proof of proofs) keepProof(home, 'okx', proof)
  const exchange = { name: 'okx', ...(address !== '' && { address }) } as const
  return unprovedClaims({ home, exchange, clock: { now: () => now } })()
}

test('nine claims have the consequence, and without a proof all of them are open', () => {
  expect(ASKED).toHaveLength(9)
  expect(openAfter([])).toEqual(ASKED)
})

test('what was shown at the venue or its test network is not open', () => {
  expect(openAfter([proofOf()])).toEqual([])
  expect(openAfter([proofOf({ network: 'testnet' })])).toEqual([])
})

test.each<[string, readonly Proof[], Parameters<typeof openAfter>[1]?]>([
  ['the sandbox', [proofOf({ network: 'sandbox' })]],
  ['another version of ccxt', [proofOf({ code: { ...codeOf('okx'), ccxt: '1' } })]],
  ['another address', [proofOf()], { address: 'https://my.okx.com' }],
  ['91 days ago', [proofOf()], { now: AT + 91 * DAY_MS }],
])('a proof by or with %s closes nothing', (_, proofs, where) => {
  expect(openAfter(proofs, where)).toEqual(ASKED)
})

test('one that a run has seen to fail is open, whatever another has shown', () => {
  const testnet = proofOf({ network: 'testnet' })
  expect(openAfter([testnet, proofOf({}, 'look_up')])).toEqual(['look_up'])
})

test('a proof that grows old while the executor runs ends, within a minute', () => {
  const home = mkdtempSync(join(tmpdir(), 'keyside-unproved-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  keepProof(home, 'okx', proofOf())
  let now = AT + 90 * DAY_MS - 1
  const open = unprovedClaims({ home, exchange: { name: 'okx' }, clock: { now: () => now } })
  expect(open()).toEqual([])
  now += 60_000
  expect(open()).toEqual(ASKED)
})

test('paper asks nothing of a venue but prices', () => {
  const exchange = { name: 'paper' } as const
  expect(unprovedClaims({ home: '/nowhere', exchange, clock: { now: () => AT } })()).toEqual([])
})

test('a code that cannot say which it is has shown nothing', () => {
  const exchange = { name: 'a venue without sources' as 'okx' }
  expect(unprovedClaims({ home: '/nowhere', exchange, clock: { now: () => AT } })()).toEqual(ASKED)
})
