// keyside journal show, by as much of an order's id as somebody types.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemChance, systemClock } from '@keyside/runtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeHome } from '../cli/home.ts'
import { TestExecutor } from '../executor/world-for-tests.ts'
import { keyside } from './keyside.ts'

let home = ''
let orders: readonly string[] = []
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'keyside-journal-'))
  const parts = { clock: systemClock, chance: systemChance, deviceKey: 'A'.repeat(43) } as const
  const examples = { strategies: [], policy: '' }
  makeHome({ ...parts, home, keychain: 'vault', port: 1883, wsPort: null, examples })
  const executor = new TestExecutor({ path: join(home, 'journal.db') })
  // Seventeen ids: two of them begin with the same of sixteen letters.
  for (let count = 0; count < 17; count += 1)
    await executor.enter({ size: { unit: 'quote', value: '20' } })
  orders = executor.exchange.sent.map(({ clientOrderId }) => clientOrderId)
  executor.close()
})
afterAll(() => rmSync(home, { recursive: true }))

const show = (order: string) => {
  const env = { PATH: process.env['PATH'], HOME: home, KEYSIDE_HOME: home }
  return keyside(['journal', 'show', order], { env })
}

test('tells the story of the one order that begins so', async () => {
  const { code, stdout } = await show((orders[0] ?? '').slice(0, 12))
  expect(code).toBe(0)
  expect(stdout).toContain('buy BTC/USDT for 20 USDT')
  expect(stdout).toContain('handed to the exchange')
})

test('tells none where several begin so, and says how many', async () => {
  const letters = orders.map((order) => order.slice(0, 1))
  const shared = letters.find((letter, at) => letters.indexOf(letter) !== at) ?? ''
  const { code, stdout, stderr } = await show(shared)
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  expect(stderr).toMatch(
    new RegExp(`^\\d+ signals, or orders of them, begin with "${shared}": .*\\(order_ambiguous\\)`),
  )
})

test('says so where none begins so', async () => {
  const { code, stderr } = await show('nothing')
  expect(code).toBe(3)
  expect(stderr).toMatch(/"nothing".*keyside journal list \(order_not_found\)/)
})
