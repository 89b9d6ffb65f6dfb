// An exchange that numbers its trades anew, from one endpoint to the other or after a restart: what was booked is not booked again.
import { expect, onTestFinished, test } from 'vitest'
import type { ShownOrder } from '../../testing/fake-exchange.ts'
import { TestExecutor } from '../../testing/rig.ts'

const STOP = { stopPrice: '58000' }
const SECOND = 1_000

function executorOf(): TestExecutor {
  const executor = new TestExecutor()
  onTestFinished(() => executor.close())
  return executor
}

function newest({ exchange }: TestExecutor): ShownOrder {
  const shown = exchange.orders.get(exchange.sent.at(-1)?.clientOrderId ?? '')
  if (shown === undefined) throw new Error('nothing was sent')
  return shown
}

let times = 0
/** From now on each of its trades has another number. */
function renumber(shown: ShownOrder): void {
  times += 1
  for (const fill of shown.fills) Object.assign(fill, { id: `${fill.id} anew ${times}` })
}

const held = (executor: TestExecutor) => Object.values(executor.state().portfolio.positions)

/** An entry of 0.005 that waits at the exchange, half of it bought and known. */
async function halfBought() {
  const executor = executorOf()
  executor.exchange.mode = 'rests'
  const size = { unit: 'base', value: '0.005' } as const
  await executor.enter({ ...STOP, type: 'limit', limitPrice: '59000', size })
  const entry = newest(executor)
  executor.exchange.fill(entry.order.clientOrderId, '0.002', 'open')
  await executor.clock.advance(3 * SECOND)
  expect(held(executor)).toMatchObject([{ amount: '0.002' }])
  return { executor, entry }
}

test('what is bought of an order that waits is booked once', async () => {
  const { executor, entry } = await halfBought()
  for (let look = 0; look < 5; look += 1) {
    renumber(entry)
    await executor.clock.advance(3 * SECOND)
  }
  expect(held(executor)).toMatchObject([{ amount: '0.002' }])
})

test.each([
  ['0.001', '0.003', 'entry canceled canceled_elsewhere'],
  ['0.003', '0.005', 'entry filled'],
])('and what it buys after that, %s, is booked too', async (more, all, told) => {
  const { executor, entry } = await halfBought()
  renumber(entry)
  executor.exchange.fill(entry.order.clientOrderId, more, 'canceled')
  await executor.clock.advance(3 * SECOND)
  expect(held(executor)).toMatchObject([{ amount: all }])
  expect(executor.told()).toContain(told)
})

test('what a stop has sold in part is booked once, also over a restart, and the rest is protected', async () => {
  const executor = executorOf()
  await executor.enter(STOP)
  const stop = newest(executor)
  executor.exchange.fill(stop.order.clientOrderId, '0.002', 'open')
  await executor.clock.advance(5 * SECOND)
  renumber(stop)
  executor.crash()
  await executor.clock.advance(5 * SECOND)
  renumber(stop)
  stop.status = 'canceled'
  await executor.clock.advance(5 * SECOND)
  expect(held(executor)).toMatchObject([{ amount: '0.00297' }])
  expect(newest(executor).order).toMatchObject({ type: 'stop_limit', amount: '0.00297' })
})

test('of an order that no answer shows any more, too', async () => {
  const executor = executorOf()
  await executor.enter(STOP)
  const stop = newest(executor)
  const { clientOrderId } = stop.order
  executor.exchange.fill(clientOrderId, '0.002', 'open')
  await executor.clock.advance(5 * SECOND)
  renumber(stop)
  executor.exchange.orders.delete(clientOrderId)
  executor.exchange.fills = async () => ({ ok: true, value: [...stop.fills] })
  await executor.clock.advance(30 * SECOND)
  expect(held(executor)).toMatchObject([{ amount: '0.00297' }])
})
