import { expect, test } from 'vitest'
import { brokerAddress, plaintextRefusal, socketPathProblem } from './broker-url.ts'

test.each([
  ['mqtt://127.0.0.1:1884', { tls: false, host: '127.0.0.1', port: 1884 }],
  ['mqtt://[::1]:1884', { tls: false, host: '::1', port: 1884 }],
  ['mqtts://[2001:db8::7]', { tls: true, host: '2001:db8::7', port: 8883 }],
  ['mqtts://broker.example', { tls: true, host: 'broker.example', port: 8883 }],
  ['mqtt://broker', { tls: false, host: 'broker', port: 1883 }],
  ['mqtt://LocalHost/', { tls: false, host: 'localhost', port: 1883 }],
  ['mqtt://127.1:1884', { tls: false, host: '127.0.0.1', port: 1884 }],
  ['mqtts://b\u00fccher.example:1884', { tls: true, host: 'xn--bcher-kva.example', port: 1884 }],
])('%s leads there', (text, address) => {
  expect(brokerAddress(text)).toEqual({ type: 'tcp', ...address })
})

test('unix:/path leads to a socket', () => {
  const address = { type: 'unix', path: '/home/a/run/broker.sock' }
  expect(brokerAddress('unix:/home/a/run/broker.sock')).toEqual(address)
})

test.each(['unix:', 'unix:run/broker.sock', `unix:/${'x'.repeat(107)}`])('refuses %s', (text) => {
  expect(() => brokerAddress(text)).toThrow(expect.objectContaining({ code: 'address_invalid' }))
})

test.each([
  ['linux', 107],
  ['darwin', 103],
  ['freebsd', 103],
] as const)('a path of a socket on %s has at most %i bytes', (platform, most) => {
  expect(socketPathProblem(`/${'x'.repeat(most - 1)}`, platform)).toBeNull()
  expect(socketPathProblem(`/${'x'.repeat(most)}`, platform)).toContain(`takes ${most}`)
  expect(socketPathProblem(`/${'é'.repeat(most / 2 + 1)}`, platform)).toContain('too long')
})

test('a system without Unix sockets takes none', () => {
  expect(socketPathProblem('C:\\run\\broker.sock', 'win32')).toContain('use a port')
})

test.each(['mqtt://[fe80::1%eth0]:1883', 'mqtt://[fe80::1%25eth0]:1883'])(
  'refuses %s, and says that it is the zone',
  (text) => {
    const refusal = { code: 'address_invalid', message: expect.stringContaining('with a zone') }
    expect(() => brokerAddress(text)).toThrow(expect.objectContaining(refusal))
  },
)

test.each([
  'mqtt://::1:1883',
  'mqtt://',
  'tcp://127.0.0.1:1',
  '127.0.0.1',
  'mqtt://127.0.0.999:1883',
  'mqtt://broker%00:1883',
  'mqtt://broker%zz:1883',
  'mqtt://broker:0',
  'mqtt://name:password@broker:1883',
  'mqtt://broker:1883/path',
  'mqtt://broker:1883?qos=1',
  'mqtt://broker:1883#home',
])('refuses %s', (text) => {
  expect(() => brokerAddress(text)).toThrow(expect.objectContaining({ code: 'address_invalid' }))
})

test('refuses where a token would travel in clear to another machine, unless that is accepted', () => {
  expect(plaintextRefusal('mqtt://192.0.2.1:1883', 'no')).toContain('use mqtts://')
  expect(plaintextRefusal('mqtt://[2001:db8::1]:1883', 'no')).toContain('"plaintext: yes"')
  expect(plaintextRefusal('mqtt://192.0.2.1:1883', 'yes')).toBeNull()
  expect(plaintextRefusal('mqtts://192.0.2.1', 'no')).toBeNull()
  expect(plaintextRefusal('mqtt://[::1]:1883', 'no')).toBeNull()
  expect(plaintextRefusal('unix:/run/broker.sock', 'no')).toBeNull()
})
