// A proof counts for the code that made it, the address that gave it, and three months.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { codeOf, keepProof, type Proof, readProofs, standingOf } from './record.ts'

const AT = Date.parse('2026-11-01T00:00:00.000Z')
const DAY_MS = 86_400_000
const code = codeOf('okx')
const proof: Proof = {
  network: 'live',
  address: null,
  market: 'BTC/USDT',
  at: new Date(AT).toISOString(),
  code,
  claims: {
    look_up: { outcome: 'proved', seen: 'after 3 ms' },
    fills: { outcome: 'failed', seen: 'a fee without a currency' },
  },
}
const where = { venue: 'okx', code, address: null, now: AT + DAY_MS } as const

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'keyside-record-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  return home
}

test('is written and read, one for each network and address', () => {
  const home = newHome()
  const testnet: Proof = { ...proof, network: 'testnet', claims: {} }
  const later: Proof = { ...proof, at: new Date(AT + 1).toISOString() }
  for (const one of [proof, testnet, later]) keepProof(home, 'okx', one)
  expect(readProofs(home, 'okx')).toEqual([testnet, later])
  expect(readProofs(home, 'binance')).toEqual([])
})

test('what cannot be read proves nothing', () => {
  const home = newHome()
  writeFileSync(keepProof(home, 'okx', proof), '{"version":2,"proofs":[]}')
  expect(readProofs(home, 'okx')).toEqual([])
})

test('what the venue itself has shown stands above the sandbox, and what it failed is told', () => {
  const proofs = [proof]
  expect(standingOf('look_up', { ...where, proofs })).toEqual({ evidence: 'live', failed: null })
  expect(standingOf('fills', { ...where, proofs })).toMatchObject({
    failed: 'a fee without a currency',
  })
  expect(standingOf('clock', { ...where, proofs })).toEqual({ evidence: 'sandbox', failed: null })
  expect(standingOf('stop_lasts', { ...where, proofs })).toEqual({ evidence: 'none', failed: null })
  const atSandbox: Proof = { ...proof, network: 'sandbox' }
  expect(standingOf('look_up', { ...where, proofs: [atSandbox] }).evidence).toBe('sandbox')
})

test.each<[string, Partial<Proof>, Partial<Parameters<typeof standingOf>[1]>]>([
  ['another version of ccxt', { code: { ...code, ccxt: '4.5.83' } }, {}],
  ['a dialect that was changed since', { code: { ...code, sources: 'x' } }, {}],
  ['another address', { address: 'https://my.okx.com' }, {}],
  ['three months', {}, { now: AT + 90 * DAY_MS }],
  ['a day that is still to come', {}, { now: AT - 1 }],
])('a proof of %s does not count', (_, change, at) => {
  const proofs = [{ ...proof, ...change }]
  expect(standingOf('look_up', { ...where, ...at, proofs }).evidence).toBe('sandbox')
})

test("the code of a proof is ccxt's exact version and this venue's own sources", () => {
  expect(code.ccxt).toMatch(/^\d+\.\d+\.\d+$/)
  expect(code.sources).not.toBe(codeOf('binance').sources)
})
