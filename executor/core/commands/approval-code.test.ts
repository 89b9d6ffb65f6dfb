import { createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { codeUri, spellSecret, stepOfCode } from '../../authenticator.ts'
import { START, TestExecutor } from '../../testing/rig.ts'
import { WRONG_AN_HOUR } from './receive-approval.ts'

const SECRET = Buffer.from('12345678901234567890')

/** RFC 4226 section 5.3, written out: what an authenticator shows. */
function codeAt(moment: number, digits = 6): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(moment / 30_000)))
  const mac = createHmac('sha1', SECRET).update(counter).digest()
  const at = (mac[19] ?? 0) & 15
  const number = mac.readUInt32BE(at) & 0x7fffffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

async function waiting({ path = ':memory:', codeAbove = '200' } = {}): Promise<TestExecutor> {
  const executor = new TestExecutor({ approval: 'always', path })
  Object.assign(executor.policy, { codeAbove, approvalTimeoutMs: 7_200_000 })
  executor.codeSecret = SECRET
  await executor.enter({ validUntil: executor.clock.now() / 1000 + 7_200 })
  return executor
}

async function answer(executor: TestExecutor, code: string | undefined, name: string) {
  await executor.give(executor.approval(executor.card(), 'approve', name, code))
}

/** Six digits that are no code of about now. */
function wrong(executor: TestExecutor): string {
  const now = executor.clock.now()
  const right = [-30_000, 0, 30_000].map((by) => codeAt(now + by))
  return ['000001', '000002', '000003', '000004'].find((code) => !right.includes(code)) ?? ''
}

test('the test vectors of RFC 6238', () => {
  for (const [at, code] of [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [20_000_000_000, '65353130'],
  ] as const) {
    expect(codeAt(at * 1000, 8)).toBe(code)
    expect(stepOfCode(SECRET, code.slice(2), at * 1000)).toBe(Math.floor(at / 30))
  }
})

test('a code counts in its own half minute and in the two beside it', () => {
  const steps = [-60, -30, 0, 30, 60].map((by) =>
    stepOfCode(SECRET, codeAt(START + by * 1000), START),
  )
  const now = START / 30_000
  expect(steps).toEqual([null, now - 1, now, now + 1, null])
})

test('what an authenticator reads is the secret, and so is what is typed by hand', () => {
  expect(codeUri(SECRET, 'device')).toContain('secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  expect(codeUri(SECRET, 'device')).toMatch(/^otpauth:\/\/totp\/Keyside:device\?/)
  expect(spellSecret(SECRET)).toBe('GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ')
})

test('a large order says on its card that it needs a code, and is sent with it', async () => {
  const executor = await waiting()
  expect(executor.reports.at(-1)?.event).toMatchObject({ type: 'approval', code: 'needed' })
  await answer(executor, codeAt(START), 'tap')
  expect(executor.exchange.sent).toHaveLength(1)
})

test('a small order needs none, and wastes none', async () => {
  const executor = await waiting({ codeAbove: '400' })
  expect(executor.reports.at(-1)?.event).not.toHaveProperty('code')
  await answer(executor, wrong(executor), 'tap')
  expect(executor.exchange.sent).toHaveLength(1)
  expect(executor.state().portfolio.codes).toEqual({ usedUpTo: -1, wrong: [] })
})

test('a tap alone does not release a large order, and neither does a wrong code', async () => {
  const executor = await waiting()
  await answer(executor, undefined, 'one')
  expect(executor.told().at(-1)).toBe('refusal approval_code_needed')
  await answer(executor, wrong(executor), 'two')
  expect(executor.told().at(-1)).toBe('refusal approval_code_wrong')
  expect(executor.reports.at(-1)?.event).toMatchObject({ order: executor.card() })
  expect(executor.exchange.sent).toEqual([])
  await answer(executor, codeAt(START), 'three')
  expect(executor.exchange.sent, 'the order has waited').toHaveLength(1)
})

test('a large order is rejected without a code', async () => {
  const executor = await waiting()
  await executor.give(executor.approval(executor.card(), 'decline'))
  expect(executor.told().at(-1)).toBe('entry declined approval_declined')
})

test('a code counts once, also for another order and after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-code-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const executor = await waiting({ path: join(folder, 'journal.db') })
  executor.exchange.price = '61000'
  executor.exchange.quoteAt = executor.clock.now()
  await answer(executor, codeAt(START), 'one')
  expect(executor.told().at(-1), 'the price moved: it is asked again').toBe('card')
  await answer(executor, codeAt(START), 'two')
  expect(executor.told().at(-1)).toBe('refusal approval_code_used')
  executor.crash()
  executor.take(executor.head())
  await answer(executor, codeAt(START), 'three')
  expect(executor.told().at(-1)).toBe('refusal approval_code_used')
  await answer(executor, codeAt(START - 30_000), 'four')
  expect(executor.told().at(-1), 'nor one from before it').toBe('refusal approval_code_used')
  expect(executor.exchange.sent).toEqual([])
  await answer(executor, codeAt(START + 30_000), 'five')
  expect(executor.exchange.sent).toHaveLength(1)
  executor.close()
})

test('five wrong codes in an hour and none is taken until the hour is over, restarted or not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-code-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const executor = await waiting({ path: join(folder, 'journal.db') })
  for (let at = 0; at < WRONG_AN_HOUR; at += 1) await answer(executor, wrong(executor), `tap ${at}`)
  expect(executor.told().slice(-WRONG_AN_HOUR)).toEqual(
    Array(WRONG_AN_HOUR).fill('refusal approval_code_wrong'),
  )
  executor.crash()
  executor.take(executor.head())
  await answer(executor, codeAt(executor.clock.now()), 'the right one')
  expect(executor.told().at(-1)).toBe('refusal approval_code_locked')
  expect(executor.exchange.sent).toEqual([])
  await executor.clock.advance(3_590_000)
  await answer(executor, codeAt(executor.clock.now()), 'nearly an hour later')
  expect(executor.told().at(-1)).toBe('refusal approval_code_locked')
  await executor.clock.advance(10_000)
  executor.take(executor.head())
  await answer(executor, codeAt(executor.clock.now()), 'an hour later')
  expect(executor.exchange.sent).toHaveLength(1)
  executor.close()
})

test('without an authenticator a large order is refused at once, and the start says so', async () => {
  const executor = new TestExecutor({ approval: 'always' })
  Object.assign(executor.policy, { codeAbove: '200' })
  executor.crash()
  expect(executor.told()).toContain('notice approval_code_unset')
  await executor.enter()
  expect(executor.told().at(-1)).toBe('entry denied approval_code_unset')
  expect(executor.told()).not.toContain('card')
})

test('an authenticator that was taken away releases nothing', async () => {
  const executor = await waiting()
  executor.codeSecret = null
  await answer(executor, codeAt(START), 'tap')
  expect(executor.told().at(-1)).toBe('refusal approval_code_unset')
  expect(executor.exchange.sent).toEqual([])
})

test('neither the secret nor a code is in the journal or in a report', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-code-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'journal.db')
  const executor = await waiting({ path })
  const tried = wrong(executor)
  await answer(executor, tried, 'wrong')
  await answer(executor, codeAt(START), 'right')
  expect(executor.exchange.sent).toHaveLength(1)
  executor.close()
  const bytes = readFileSync(path)
  const told = JSON.stringify(executor.reports)
  for (const secret of [
    tried,
    codeAt(START),
    SECRET.toString('latin1'),
    SECRET.toString('base64'),
  ]) {
    expect(bytes.includes(secret)).toBe(false)
    expect(told).not.toContain(secret)
  }
})
