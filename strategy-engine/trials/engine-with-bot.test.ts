// Strategies from the chat in a whole engine, over a real broker.
import { signingKey } from '@keyside/protocol/node'
import { expect, test } from 'vitest'
import { engineConfig } from '../config.ts'
import { BOT_KEY, startWithBot } from '../testing/bot.ts'
import { until } from '../testing/fixture.ts'
import { MINE } from '../testing/trials.ts'

test('a rule from the chat is tried on a year, and runs in a plan that no device hears; nobody but the bot is answered', async () => {
  const { ask, answers, logged, messages, send, token } = await startWithBot()
  const tried = await ask({ do: 'try', text: MINE })
  expect(tried).toMatchObject({ do: 'tried', backtest: { ran: 'yes' } })
  if (tried.do !== 'tried' || tried.backtest.ran === 'no') throw new Error('not tried')
  const { figures, series, candles, notes } = tried.backtest
  expect(notes.join()).not.toMatch(/No year|the exchange/)
  expect(candles).toBeGreaterThan(8_757)
  expect(figures.trades).toBeGreaterThan(100)
  for (const values of Object.values(series)) expect(values).toHaveLength(100)
  expect(series.own.at(-1)).toBe(Math.round(Number(figures.percent) * 100))
  expect(Math.min(...series.falls)).toBe(-Math.round(Number(figures.drawdown) * 100))
  const heads = () =>
    messages('head').map(({ claims }) => [
      claims.sub,
      ...claims.streams.map(([name]) => String(name)),
    ])
  await until(() => heads().some(([plan]) => plan === 'trial'))
  expect(heads()).toContainEqual(['trial', 'trial-mine'])
  const others = heads().filter(([plan]) => plan !== 'trial')
  expect(others.flat()).not.toContain('trial-mine')

  const thief = token({ do: 'drop', name: 'mine' }, signingKey(new Uint8Array(32).fill(32)))
  const foreign = token({ do: 'drop', name: 'mine' }, BOT_KEY, { iss: 'bot-2' })
  await send(thief.token)
  await send(foreign.token)
  const twice = token({ do: 'strategies' })
  await send(twice.token)
  await until(() => answers.delete(twice.jti))
  await send(twice.token)
  expect(await ask({ do: 'strategies' })).toMatchObject({
    rows: [
      { name: 'demo', from: 'device' },
      { name: 'trial-mine', from: 'chat' },
    ],
  })
  for (const { jti } of [thief, foreign, twice]) expect(answers.has(jti)).toBe(false)
  expect(logged()).toContain('header_not_pinned')
  expect(logged()).toContain('issuer_mismatch')
})

test('an engine that signs for others has no bot', () => {
  const config = {
    broker: { url: 'mqtt://127.0.0.1', tokenFile: 'access' },
    signingKeyFile: 'engine.key',
    exchange: {},
    bot: { id: 'bot', key: BOT_KEY.publicKey },
  }
  expect(engineConfig.safeParse(config).success).toBe(true)
  for (const more of [{ provider: 'acme' }, { subscribers: 'engine/subscribers.json' }])
    expect(engineConfig.safeParse({ ...config, ...more }).error?.issues[0]?.message).toContain(
      'its own terminal only',
    )
})
