// What is said of an order that is over before it was full: the true reason, also by the executor that comes after.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'

function onDisk(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-canceled-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'journal.db')
}

const canceled = (executor: TestExecutor) =>
  executor.told().filter((line) => line.includes('canceled'))

test('a stop that makes room for a sale is not said to have found nobody', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  await executor.give(executor.exit())
  await executor.clock.advance(100)
  expect(canceled(executor)).toEqual(['stop canceled stop_taken_off'])
  expect(executor.told().at(-1)).toBe('exit filled')
})

test('nor is one that a restart found canceled', async () => {
  const executor = new TestExecutor({ path: onDisk() })
  await executor.enter({ stopPrice: '58000' })
  executor.exchange.lookups = 'silent'
  await executor.give(executor.exit())
  await executor.clock.advance(100)
  expect(canceled(executor)).toEqual([])
  executor.crash()
  executor.exchange.lookups = 'honest'
  await executor.clock.advance(5_000)
  expect(canceled(executor)).toEqual(['stop canceled stop_taken_off'])
  executor.close()
})

test('a stop that another takes the place of says so', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000', size: { unit: 'quote', value: '100' } })
  await executor.enter({ stopPrice: '58500', size: { unit: 'quote', value: '100' } })
  await executor.clock.advance(15_000)
  expect(canceled(executor)).toEqual(['stop canceled stop_replaced'])
})

test('a stop that somebody else took away is said to be', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  const stop = executor.exchange.accepted.at(-1)
  await executor.exchange.cancel('BTC/USDT', stop?.clientOrderId ?? '')
  await executor.clock.advance(10_000)
  expect(canceled(executor)).toEqual(['stop canceled canceled_elsewhere'])
})

test('so is an entry that somebody else took away, and one that this device took back names its reason', async () => {
  for (const [by, code] of [
    ['somebody', 'canceled_elsewhere'],
    ['halt', 'taken_back'],
    ['exit', 'taken_back'],
  ] as const) {
    const executor = new TestExecutor()
    executor.exchange.mode = 'rests'
    await executor.enter({ type: 'limit', limitPrice: '59000' })
    const { clientOrderId = '' } = executor.exchange.accepted.at(-1) ?? {}
    if (by === 'halt') await executor.give({ type: 'halt', by: 'device' })
    if (by === 'exit') await executor.give(executor.exit())
    if (by === 'somebody') await executor.exchange.cancel('BTC/USDT', clientOrderId)
    await executor.clock.advance(5_000)
    expect(canceled(executor), by).toEqual([`entry canceled ${code}`])
  }
})

test('a sale that waits and is taken back names its reason', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  executor.exchange.mode = 'rests'
  await executor.give(executor.exit({ type: 'limit', limitPrice: '70000' }))
  executor.exchange.mode = 'fills'
  await executor.give({ type: 'halt', by: 'device', positions: 'sell' })
  await executor.clock.advance(5_000)
  expect(canceled(executor)).toEqual(['exit canceled taken_back'])
})
