import { brokerConfig } from '@keyside/broker'
import { PAPER, VENUE_NAMES } from '@keyside/executor'
import { signingKey } from '@keyside/protocol/node'
import { expect, test } from 'vitest'
import { loadCcxt } from '../../executor/venues/adapter/load-ccxt.ts'
import { reachable, ruleOf, VENUE_RULES } from './reachable.ts'

test.each([
  ['mqtts://broker.example:8884', 'broker.example 8884'],
  ['mqtts://broker.example', 'broker.example 8883'],
  ['mqtt://127.0.0.1:1883', '127.0.0.1 1883'],
  ['mqtt://[::1]:1883', '::1 1883'],
  ['unix:/home/me/.keyside/run/broker.sock', 'unix /home/me/.keyside/run/broker.sock'],
  ['https://exchange.example', 'exchange.example 443'],
  ['http://exchange.example:80', 'exchange.example 80'],
  ['socks5://127.0.0.1:9050', '127.0.0.1 9050'],
  ['ftp://exchange.example', null],
  ['no address', null],
])('%s', (address, rule) => expect(ruleOf(address)).toBe(rule))

test('an executor reaches its brokers, its exchange and its watchdog', () => {
  const section = {
    home: { url: 'unix:/run/broker.sock' },
    engine: { url: 'mqtts://engine.example:8883' },
    exchange: { name: 'okx' },
    watchdog: { url: 'https://watchdog.example/secret' },
  }
  expect(reachable('executor', section, '/home')).toEqual([
    'unix /run/broker.sock',
    'engine.example 8883',
    'watchdog.example 443',
    '*.okx.com 443',
    '*.okx.com 8443',
  ])
})

test.each(['executor', 'engine', 'bot'] as const)(
  'behind a proxy, or with another address, %s goes nowhere else',
  (program) => {
    const part = program === 'bot' ? 'telegram' : 'exchange'
    for (const to of [
      { proxy: { address: 'socks5://proxy.example:1080' } },
      { address: 'http://proxy.example:1080' },
    ])
      expect(reachable(program, { [part]: to }, '/home')).toEqual(['proxy.example 1080'])
  },
)

test('a bot reaches Telegram and the broker of each device', () => {
  const devices = { a: { broker: { url: 'unix:/a' } }, b: { broker: { url: 'mqtts://b.example' } } }
  expect(reachable('bot', { devices }, '/home')).toEqual([
    'unix /a',
    'b.example 8883',
    'api.telegram.org 443',
  ])
})

test('a broker listens, and connects to its own ports alone', () => {
  const authority = signingKey(new Uint8Array(32).fill(7)).publicKey
  const of = (section: object) => reachable('broker', { ...section }, '/home')
  const { port, wsPort } = brokerConfig.parse({ authority })
  expect(of({ host: '0.0.0.0', socket: 'run/broker.sock' })).toEqual([
    `localhost ${port}`,
    `localhost ${wsPort}`,
    'unix /home/run/broker.sock',
    'listen',
  ])
  expect(of({ port: 8883, wsPort: null })).toEqual(['127.0.0.1 8883', 'listen'])
  expect(of({ port: 0, wsPort: null })).toEqual(['127.0.0.1 *', 'listen'])
})

test.each(VENUE_NAMES)('%s has the hosts that ccxt asks', async (name) => {
  const venue = new (await loadCcxt(name))({})
  const { api } = venue.urls as { api: unknown }
  const hosts = [...JSON.stringify(api).matchAll(/https:\/\/([^/"]+)/g)].map(([, host = '']) =>
    host.replace('{hostname}', String(venue['hostname'])),
  )
  const own = VENUE_RULES[name] ?? []
  expect(hosts.length).toBeGreaterThan(0)
  for (const host of hosts)
    expect(
      own.some((rule) => `${host} 443`.endsWith(rule.slice(1))),
      host,
    ).toBe(true)
  expect(reachable('executor', { exchange: { name: PAPER, of: name } }, '/home')).toEqual(own)
})

test.each(['kraken', 'constructor'])('paper follows any exchange, by every name: %s', (of) => {
  const exchange = { name: PAPER, of }
  const all = ['* 443', '* 8443', '* 9443']
  expect(reachable('executor', { exchange }, '/home')).toEqual(all)
  expect(reachable('engine', { exchange: { name: of } }, '/home')).toEqual(all)
})
