// Beside the contract, what is no answer, or comes at the wrong time: nothing is read out of it, and after it all goes on.
import assert from 'node:assert/strict'
import type { Answered, OrderRequest } from '../../core/model/exchange.ts'
import type { Exchange } from '../port.ts'
import {
  MARKET,
  resting,
  type SandboxCheck,
  type SandboxVenue,
  stopFarBelow,
} from './sandbox-checks.ts'
import { AGAIN_MS, accepted, canceled, found, newId } from './steps.ts'

const AT_ONCE: SandboxCheck = {
  name: 'nothing is refused for being asked at the same time',
  run: async (venue) => {
    const waiting = resting()
    const { exchangeId } = accepted(await venue.exchange.place(waiting))
    await found(venue, waiting)
    const { 'an order that was never sent': _, ...all } = questions(
      venue.exchange,
      waiting,
      exchangeId,
    )
    const asked = Object.entries(all)
    const answers = await Promise.all(
      asked.map(async ([name, ask]) => [name, await ask()] as const),
    )
    for (const [name, answer] of answers)
      if ('message' in answer) assert.doesNotMatch(answer.message, /^the exchange says/, name)
    await canceled(venue, waiting)
  },
}

const CLOCK: SandboxCheck = {
  name: 'a time that the exchange refuses is measured anew, whichever clock was set',
  run: async ({ exchange, sandbox, pass }) => {
    const answered = async () => {
      for (let left = 2_000; !(await exchange.refreshBalances()).ok; left -= AGAIN_MS) {
        assert.ok(left > 0, 'refused again and again')
        await pass(AGAIN_MS)
      }
    }
    sandbox.faults.arm({ name: 'clock-skew', ms: 120_000 })
    await answered()
    sandbox.faults.disarm()
    await answered()
  },
}

const NO_ANSWER: SandboxCheck = {
  name: 'what is no answer is read as none: nothing is missing, empty, canceled or nought by it',
  run: async (venue) => {
    const { exchange, sandbox } = venue
    const waiting = resting()
    const { exchangeId } = accepted(await exchange.place(waiting))
    await found(venue, waiting)
    for (const fault of NO_ANSWERS) {
      sandbox.faults.arm({ name: fault, match: '*', count: 1_000 })
      for (const [asked, ask] of Object.entries(questions(exchange, waiting, exchangeId)))
        assert.equal(isAnswer(await ask()), false, `${asked} after ${fault}`)
      sandbox.faults.disarm()
    }
    await refusedOnce(venue)
    sandbox.faults.arm({ name: 'timeout-1007-not-accepted', match: '*', count: 1_000 })
    const lost = await exchange.cancel(MARKET, waiting.clientOrderId, 'order')
    sandbox.faults.disarm()
    assert.equal(lost.ok, false)
    await found(venue, waiting, ({ status }) => assert.equal(status, 'open'))
    await canceled(venue, waiting)
  },
}

/** One look is not answered, and all others say that there is no such order: that is not all of them. */
async function refusedOnce({ exchange, sandbox, tap }: SandboxVenue): Promise<void> {
  const [before, id] = [tap.heard.length, newId()]
  assert.equal((await exchange.find(MARKET, id)).outcome, 'missing')
  const asked = tap.heard.slice(before).find(({ raw }) => raw.includes(id))
  const match = `${asked?.method} ${asked?.path}`
  sandbox.faults.arm({ name: 'timeout-1007-not-accepted', match })
  assert.equal((await exchange.find(MARKET, newId())).outcome, 'unknown')
  sandbox.faults.disarm()
}

const NO_ANSWERS = [
  'timeout-1007-not-accepted',
  'html-502',
  '503-after-accept',
  'empty-200',
  'html-200',
  'json-empty-200',
] as const

function questions(exchange: Exchange, { clientOrderId }: OrderRequest, exchangeId: string) {
  return {
    'an order': () => exchange.find(MARKET, clientOrderId),
    'an order that was never sent': () => exchange.find(MARKET, newId()),
    'open orders': () => exchange.openOrders(MARKET, 'readable'),
    'all open orders': () => exchange.openOrders(null),
    fills: () => exchange.fills(MARKET, exchangeId),
    trades: () => exchange.trades(MARKET, 0, 'readable'),
    balances: () => exchange.refreshBalances(),
    rights: () => exchange.keyRights(),
    'a quote': () => exchange.refreshQuote(MARKET),
    candles: () => exchange.candles(MARKET, '1m', 3),
    symbols: () => exchange.symbols(),
  } as const
}

type Answer = Answered<unknown> | Awaited<ReturnType<Exchange['find']>>

function isAnswer(answer: Answer): boolean {
  return 'outcome' in answer ? answer.outcome !== 'unknown' : answer.ok
}

const CANCEL_UNHEARD: SandboxCheck = {
  name: 'an order whose cancel was not heard is not called canceled',
  run: async (venue) => {
    const { exchange, tap } = venue
    for (const waiting of [resting(), stopFarBelow()]) {
      accepted(await exchange.place(waiting))
      await found(venue, waiting)
      let isHeard = false
      tap.intrude(({ method }, response) => {
        if (isHeard || method === 'GET') return 'pass'
        isHeard = true
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end('{}')
        return 'answered'
      })
      const kind = waiting.type === 'limit' ? 'order' : 'stop'
      const answer = await exchange.cancel(MARKET, waiting.clientOrderId, kind)
      tap.intrude(() => 'pass')
      assert.equal(answer.ok, false)
      await found(venue, waiting, ({ status }) => assert.equal(status, 'open'))
      await canceled(venue, waiting)
    }
  },
}

export const ANSWER_CHECKS: readonly SandboxCheck[] = [AT_ONCE, CLOCK, NO_ANSWER, CANCEL_UNHEARD]
