// A running sandbox made to misbehave from another terminal.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CALM, EXCHANGE_FAULT_NAMES, Market, startExchange } from '@keyside/sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { noteSandbox } from '../cli/sandbox/sandbox-remote.ts'
import { keysideHere } from './keyside-here.ts'

/** As `keyside up --sandbox` leaves it for as long as it runs. */
async function running(temporary: string) {
  const exchange = await startExchange({
    market: new Market({ seed: 1, wave: CALM }),
    accounts: [],
  })
  onTestFinished(() => exchange.stop())
  const home = mkdtempSync(join(temporary, 'keyside-sandbox-'))
  const config = `executor:\n  exchange: { address: "${exchange.address}" }\n`
  writeFileSync(join(home, 'config.yaml'), config)
  return exchange
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-faults-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const sandbox = (temporary: string, ...args: string[]) =>
  keysideHere(['sandbox', ...args], {
    env: { PATH: process.env['PATH'], TMPDIR: temporary, KEYSIDE_HOME: join(temporary, 'home') },
  })

test('lists every fault, arms one by its words, and disarms it', async () => {
  const temporary = temporaryFolder()
  const { faults } = await running(temporary)
  const empty = await sandbox(temporary, 'faults')
  expect(empty.stdout).toMatch(/\nNothing is armed\.\n$/)
  for (const name of EXCHANGE_FAULT_NAMES) expect(empty.stdout).toContain(`${name} `)
  const args = ['fault', 'accept then hang', '--count', '2', '--match', 'cancel']
  const armed = await sandbox(temporary, ...args)
  expect(armed).toMatchObject({ code: 0, stdout: 'accept-then-hang: takes it, never answers\n' })
  expect(faults.armed).toMatchObject([
    { name: 'accept-then-hang', match: 'DELETE /api/v3/order', left: 2 },
  ])
  const full = await sandbox(temporary, 'faults')
  expect(full.stdout).toContain('Armed: accept-then-hang (DELETE /api/v3/order, 2 left)')
  await sandbox(temporary, 'faults', '--clear')
  expect(faults.armed).toEqual([])
})

test('the length of a fault may be given, and is about new orders when nothing else is said', async () => {
  const temporary = temporaryFolder()
  const { faults } = await running(temporary)
  await sandbox(temporary, 'fault', 'hidden', '--ms', '1234')
  expect(faults.armed).toMatchObject([{ ms: 1234, match: 'POST /api/v3/order' }])
  await sandbox(temporary, 'fault', 'clock-skew', '--ms', '-2000')
  expect(faults.skewMs).toBe(-2000)
})

test('moves a price', async () => {
  const temporary = temporaryFolder()
  const { market } = await running(temporary)
  const { stdout } = await sandbox(temporary, 'nudge', '0.98')
  expect(stdout).toBe('BTC/USDT is at 60000.00, and moves with the next tick\n')
  expect(market.price('BTC/USDT', Date.now() + 1_000)).toBe('58800.00')
})

test('says what to do where no sandbox answers, also when one left its folder behind', async () => {
  const temporary = temporaryFolder()
  const exchange = await running(temporary)
  await exchange.stop()
  mkdirSync(join(temporary, 'keyside-sandbox-half-made'))
  const { code, stderr } = await sandbox(temporary, 'faults')
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: expect.stringMatching(/npm start.*\(sandbox_missing\)/),
  })
})

test('finds the sandbox of this home, on whatever port, and no other that listens here', async () => {
  const temporary = temporaryFolder()
  const exchange = await startExchange({
    market: new Market({ seed: 1, wave: CALM }),
    accounts: [],
  })
  onTestFinished(() => exchange.stop())
  expect((await sandbox(temporary, 'faults')).stderr).toContain('(sandbox_missing)')
  noteSandbox(join(temporary, 'home'), exchange.address)
  expect((await sandbox(temporary, 'faults')).stdout).toMatch(/\nNothing is armed\.\n$/)
})

test('asks which, where several answer', async () => {
  const temporary = temporaryFolder()
  const [first, second] = [await running(temporary), await running(temporary)]
  const { code, stderr } = await sandbox(temporary, 'faults', '--clear')
  expect(code).toBe(3)
  expect(stderr).toContain('(sandbox_ambiguous)')
  expect(stderr).toContain(first.address)
  await sandbox(temporary, 'fault', '504', '--exchange', second.address)
  expect([first.faults.armed.length, second.faults.armed.length]).toEqual([0, 1])
})

test.each([
  [['fault', 'nonsense'], /fault_unknown/],
  [['fault', '504', '--match', 'nonsense'], /expected order, cancel/],
  [['fault', '504', '--count', '0'], /expected 1 to 9999/],
  [['fault', 'hidden', '--ms', 'x'], /expected milliseconds/],
  [['nudge', '0'], /expected a factor/],
  [['nudge', '2', '--market', 'DOGE/USDT'], /unknown-symbol.*sandbox_refused/],
])('refuses %j and says what it expected', async (args, said) => {
  const temporary = temporaryFolder()
  const { faults } = await running(temporary)
  const { code, stderr } = await sandbox(temporary, ...args)
  expect(code).not.toBe(0)
  expect(stderr).toMatch(said)
  expect(faults.armed).toEqual([])
})
