// Whether the addresses of a home stay, from its config.yaml.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { networkOf } from './network.ts'

function home(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-network-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

const PROXY = (host: string) => `{ proxy: { address: 'http://${host}:3128' } }`
const OWN = (host: string) => `
broker: { port: null, wsPort: null, socket: run/broker.sock }
executor: { home: { url: 'unix:/run/broker.sock' }, exchange: ${PROXY(host)} }
bot: { telegram: ${PROXY('127.0.0.1')}, devices: { a: { broker: { url: 'unix:/run/broker.sock' } } } }
`

test('a home that goes out by proxies of fixed addresses alone needs those and this machine', () => {
  const config = { 'config.yaml': OWN('192.0.2.7') }
  expect(networkOf(home(config), {})).toEqual({ reach: 'fixed', addresses: ['192.0.2.7'] })
  expect(networkOf(home({ 'config.yaml': OWN('127.0.0.1') }), {})).toEqual({
    reach: 'fixed',
    addresses: [],
  })
})

test("a provider's broker and authority on one machine, behind a proxy for TLS, need this machine alone", () => {
  const config = `
broker: { host: 127.0.0.1 }
authority: { provider: p, broker: { url: 'mqtt://127.0.0.1:1883' } }
`
  const files = { 'config.yaml': config }
  expect(networkOf(home(files), {})).toEqual({ reach: 'fixed', addresses: [] })
})

test.each<[string, Readonly<Record<string, string>>]>([
  ['addresses of proxy.example, for its executor, change', { 'config.yaml': OWN('proxy.example') }],
  ['addresses of api.telegram.org, for its bot, change', { 'config.yaml': 'bot: {}' }],
  ['addresses of binance.com, for its executor, change', { 'config.yaml': 'executor: {}' }],
  [
    'addresses of any exchange, for its engine, change',
    { 'config.yaml': 'engine: { exchange: { name: kraken } }' },
  ],
  ['clients of its broker come from anywhere', { 'config.yaml': 'broker: { host: 0.0.0.0 }' }],
  [
    'addresses of okx.com, for its executor, change',
    {
      'config.yaml': OWN('192.0.2.7'),
      'accounts/second/config.yaml': 'executor: { exchange: { name: okx } }',
    },
  ],
  [
    'providers may move their brokers',
    { 'config.yaml': OWN('192.0.2.7'), 'executor/providers/acme/provider.json': '{}' },
  ],
])('%s: then no rule is written', (why, files) => {
  expect(networkOf(home(files), {})).toEqual({ reach: 'open', why })
})
