// The home of a provider: what is in it, what its programs may do, and how subscribers reach it.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authorityConfig } from '@keyside/authority'
import { brokerConfig } from '@keyside/broker'
import { loadConfig, systemClock, systemRandomBytes } from '@keyside/runtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TOKENS } from './home-files.ts'
import { localBroker } from './local-broker.ts'
import { makeProviderHome } from './make-provider-home.ts'
import { programsOf, providerOf } from './roles.ts'

const parts = {
  clock: systemClock,
  randomBytes: systemRandomBytes,
  provider: 'northwind',
  port: 8883,
  passphrase: 'correct horse battery',
  strategies: [],
}

let folder = ''
let home = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyside-provider-'))
  home = join(folder, 'own')
  await makeProviderHome({ ...parts, home, host: 'signals.example.org' })
})
afterAll(() => rmSync(folder, { recursive: true }))

const files = (of: string) =>
  readdirSync(of, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))

test('has a broker, an authority and an engine, and nothing of a trader', () => {
  expect(programsOf(home)).toEqual(['broker', 'authority', 'engine'])
  expect(providerOf(home)).toBe('northwind')
  expect(readdirSync(home).sort()).toEqual(['authority', 'broker', 'config.yaml', 'engine'])
  for (const file of files(home)) expect([file, statSync(file).mode & 0o077]).toEqual([file, 0])
})

test('each of its programs may do what it needs and no more', () => {
  const acl = (file: string) => {
    const [, payload = ''] = readFileSync(join(home, file), 'utf8').split('.')
    return JSON.parse(Buffer.from(payload, 'base64url').toString()).acl
  }
  expect(acl(TOKENS.engine)).toEqual({
    publish: [
      'keyside/v1/signal/northwind/+',
      'keyside/v1/head/northwind/+',
      'keyside/v1/intent/northwind/+/result',
      'keyside/v1/response/northwind/+',
      'keyside/v1/presence/northwind/engine',
    ],
    subscribe: ['keyside/v1/intent/northwind/+', 'keyside/v1/request/northwind/+'],
  })
  expect(acl(TOKENS.authority)).toEqual({
    publish: [
      'keyside/v1/keyset/northwind',
      'keyside/v1/enroll/northwind/+/answer',
      'keyside/v1/response/northwind/+',
      'keyside/v1/presence/northwind/authority',
    ],
    subscribe: [
      'keyside/v1/enroll/northwind/+',
      'keyside/v1/request/northwind/+',
      'keyside/v1/presence/northwind/+',
    ],
  })
})

test('listens with TLS for others, and for its own programs on a socket that no other user reaches', () => {
  const broker = loadConfig('broker', brokerConfig, home, {})
  expect(broker).toMatchObject({ host: '0.0.0.0', port: 8883, wsPort: null, plaintext: 'no' })
  expect(broker.tls).toEqual({ certFile: 'broker/tls.crt', keyFile: 'broker/tls.key' })
  const { addresses, broker: link } = loadConfig('authority', authorityConfig, home, {})
  expect(addresses).toEqual([
    { url: 'mqtts://signals.example.org:8883', tls: expect.stringMatching(/^pin:/) },
  ])
  expect(link.url).toBe(localBroker(home)?.link.url)
})

test('a certificate that was given is known by its authority, and no other is made', async () => {
  const given = { certFile: '/etc/tls/fullchain.pem', keyFile: '/etc/tls/privkey.pem' }
  const other = join(folder, 'given')
  await makeProviderHome({ ...parts, home: other, host: '::1', certificate: given })
  const { tls, host } = loadConfig('broker', brokerConfig, other, {})
  expect({ tls, host }).toEqual({ tls: given, host: '::1' })
  const { addresses } = loadConfig('authority', authorityConfig, other, {})
  expect(addresses).toEqual([{ url: 'mqtts://[::1]:8883', tls: 'ca' }])
  expect(existsSync(join(other, 'broker/tls.key'))).toBe(false)
})

test('a home that is set up is left as it is', async () => {
  const before = files(home).map((file) => readFileSync(file, 'latin1'))
  await expect(
    makeProviderHome({ ...parts, home, host: 'signals.example.org' }),
  ).rejects.toMatchObject({ code: 'home_exists' })
  expect(files(home).map((file) => readFileSync(file, 'latin1'))).toEqual(before)
})

test('without Unix sockets, or with a path too long for one, there is no local way', () => {
  expect(localBroker('C:\\keyside', 'win32')).toBeNull()
  expect(localBroker(`/${'long'.repeat(40)}`, 'linux')).toBeNull()
  expect(localBroker('/home/user/.keyside', 'linux')).toEqual({
    broker: { port: null, socket: 'run/broker.sock' },
    link: { url: 'unix:/home/user/.keyside/run/broker.sock' },
  })
})
