// A market that is halted, gone or back is told by its name, once for each change.
import { expect, test } from 'vitest'
import type { Input } from './core/execution/inputs.ts'
import type { MarketRules } from './core/model/exchange.ts'
import { watchMarkets } from './market-watch.ts'
import { RULES } from './testing/fake-exchange.ts'

function watch(held: readonly string[] = []) {
  const rules = new Map<string, MarketRules>()
  const told: Input[] = []
  let look = () => {}
  const set = (market: string, status: MarketRules['status']) =>
    rules.set(market, { ...RULES, market, status })
  set('BTC/USDT', 'trading')
  set('ETH/USDT', 'trading')
  const start = () =>
    watchMarkets({
      exchange: { rules: (market) => rules.get(market) ?? null },
      markets: ['BTC/USDT', 'ETH/USDT', 'GONE/USDT'],
      isHeld: (market) => held.includes(market),
      clock: {
        every: (_, run) => {
          look = run
          return () => undefined
        },
      },
      take: (input) => told.push(input),
    })
  const notices = () =>
    told
      .splice(0)
      .map((input) =>
        input.type === 'notice'
          ? `${input.notice.level} ${input.notice.code} ${/[A-Z]+\/USDT/.exec(input.notice.message)?.[0]}`
          : input.type,
      )
  return { set, start, look: () => look(), notices }
}

test('at the start it names what is not there, and nothing else', () => {
  const { start, look, notices } = watch()
  start()
  expect(notices()).toEqual(['warning exchange_market_unknown GONE/USDT'])
  look()
  expect(notices()).toEqual([])
})

test('what is held there makes it an error', () => {
  const { start, notices } = watch(['GONE/USDT'])
  start()
  expect(notices()).toEqual(['error exchange_market_unknown GONE/USDT'])
})

test('a halt, an end and a return while it runs are told by name, once each', () => {
  const { set, start, look, notices } = watch(['BTC/USDT'])
  set('GONE/USDT', 'trading')
  start()
  set('BTC/USDT', 'halted')
  look()
  look()
  expect(notices()).toEqual(['error market_closed BTC/USDT'])
  set('BTC/USDT', 'gone')
  set('ETH/USDT', 'halted')
  look()
  expect(notices()).toEqual([
    'error exchange_market_unknown BTC/USDT',
    'warning market_closed ETH/USDT',
  ])
  set('BTC/USDT', 'trading')
  look()
  expect(notices()).toEqual(['info market_open BTC/USDT'])
})
