// How long a claim code is valid, and how often it may be guessed.
import { createLog } from '@keyside/runtime'
import { manualClock } from '@keyside/sandbox'
import { expect, test } from 'vitest'
import { ClaimCode } from './claim.ts'

function openClaim() {
  const never = () => () => {}
  const clock = manualClock({ now: () => 0, after: never, every: never })
  const shown: string[] = []
  const lines: string[] = []
  const seeds = [1, 2, 3].values()
  const claim = new ClaimCode({
    clock,
    randomBytes: (length) => new Uint8Array(length).fill(seeds.next().value ?? 0),
    log: createLog({
      program: 'bot',
      level: 'debug',
      destination: { write: (line) => lines.push(line) },
    }),
    show: (code) => shown.push(code),
  })
  claim.renew()
  return { claim, clock, shown, lines }
}

test('after five wrong tries a user gets no answer, whatever is sent, until there is a new code', () => {
  const { claim, clock, shown } = openClaim()
  for (let tries = 0; tries < 5; tries += 1) expect(claim.take('AAAAAAAA', 7)).toBe(false)
  expect(claim.take(shown[0] ?? '', 7)).toBe(false)
  clock.advance(600_000)
  expect(claim.take(shown[0] ?? '', 8), 'it lives ten minutes').toBe(false)
  claim.renew()
  expect(shown).toHaveLength(2)
  expect(claim.take((shown[1] ?? '').toLowerCase(), 7)).toBe(true)
})

test('the fifth try may be the right one, and a code counts once', () => {
  const { claim, shown } = openClaim()
  for (let tries = 0; tries < 4; tries += 1) claim.take('AAAAAAAA', 7)
  expect(claim.take(shown[0] ?? '', 7)).toBe(true)
  expect(claim.take(shown[0] ?? '', 8)).toBe(false)
})

test('after 50,000 wrong tries of many another code takes its place at once', () => {
  const { claim, shown, lines } = openClaim()
  for (let tries = 0; tries < 49_999; tries += 1) claim.take('AAAAAAAA', Math.floor(tries / 5))
  expect(shown).toHaveLength(1)
  claim.take('AAAAAAAA', 20_000)
  expect(shown).toHaveLength(2)
  expect(lines.filter((line) => line.includes('claim_code_burned'))).toHaveLength(1)
  expect(claim.take(shown[0] ?? '', 20_001)).toBe(false)
  expect(claim.take(shown[1] ?? '', 7)).toBe(true)
})
