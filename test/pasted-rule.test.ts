// A rule that is pasted into the chat is tried, and buys on the paper account of the home, through every program; beside a
// strategy in TypeScript.
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { readJournal } from '@keyside/executor'
import { expect, onTestFinished, test } from 'vitest'
import { paperOrders } from './paper-orders.ts'
import { openTestSystem, UNASKED_POLICY, until } from './test-system.ts'

const EXAMPLE = join(import.meta.dirname, '../examples/strategies/ema-cross.ts')

/** True at every candle, so that the first one that closes buys. */
const RULE = `name: pasted
market: BTC/USDT
timeframe: 1s
enter: close > 0
exit: close < 0
size: 10 %
stop: 1 %
`

test('a rule from the chat buys on paper, as a trial, and nothing reaches the exchange', async () => {
  const system = await openTestSystem({
    policy: `${UNASKED_POLICY}trials: 1000\n`,
    venue: 'paper',
  })
  onTestFinished(() => system.close())
  const { home, sandbox, start } = system
  cpSync(EXAMPLE, join(home, 'strategies/ema-cross.ts'))
  await start('broker')
  await Promise.all([start('bot'), start('executor')])
  await start('engine')
  // A process of its own, the only one that the engine may begin.
  await until('the strategy in TypeScript', () =>
    system.lines.some((line) => /"ema-cross".*strategy in force/.test(line)),
  )
  const chat = sandbox.telegram.chat()
  const claim = await until('the code of the bot', () =>
    system.messages.find((message) => message.type === 'claim'),
  )
  chat.followDeepLink(claim.type === 'claim' ? claim.code : '')
  await chat.waitForMessage(({ from }) => from?.is_bot === true)
  const says = (words: RegExp) =>
    chat.waitForMessage(
      ({ from, text = '', caption = text }) => from?.is_bot === true && words.test(caption),
    )
  chat.sendText('/status')
  await says(/Paper/)
  chat.sendText(RULE)
  const tried = await says(/pasted is right/)
  expect(tried.text).toContain('on paper, on main, as trial-pasted, with at most 1,000 USDT')
  // Its candles of the past are a thread's, behind walls as the engine is.
  await says(/pasted on the past/)
  const streams = () =>
    readJournal(join(home, 'executor/journal.db')).flatMap(({ body }) =>
      body.type === 'ordered' && body.order.kind === 'entry' ? [body.order.stream] : [],
    )
  await until('the trial has ordered', () => streams().includes('home/trial-pasted'))
  await says(/bought.*trial-pasted|trial-pasted.*bought/is)
  expect(
    paperOrders(home).filter(({ side, executed }) => side === 'buy' && Number(executed) > 0).length,
  ).toBeGreaterThan(0)
  expect(sandbox.exchange.acceptLog()).toEqual([])
})
