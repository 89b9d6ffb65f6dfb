// The public address, asked over real HTTP: believed when it was seen twice, and nothing of the answer is logged.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { agentMaker } from '@keyside/runtime/web'
import { expect, onTestFinished, test, vi } from 'vitest'
import { addressCheckSetting, addressIn, watchAddress } from './public-address.ts'

test('an address is told once it was seen twice in a row; what is none is logged once, without its words', async () => {
  let body = '203.0.113.7\n'
  let status = 200
  const server = createServer((_, response) => response.writeHead(status).end(body))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  const [lines, seen] = [[] as unknown[], [] as string[]]
  let turn: () => void = () => undefined
  const stop = watchAddress({
    setting: { url: `http://127.0.0.1:${port}/`, every: 60 },
    makeAgent: agentMaker(undefined, ''),
    clock: {
      every: (_, run) => {
        turn = run
        return () => undefined
      },
    },
    onAddress: (address) => seen.push(address),
    log: {
      info: (...line: unknown[]) => lines.push(line),
      warn: (...line: unknown[]) => lines.push(line),
    },
  })
  onTestFinished(stop)
  const answered = async () => {
    const asked = new Promise((done) =>
      server.once('request', (_, response) => response.once('finish', done)),
    )
    turn()
    await asked
  }
  await vi.waitFor(async () => {
    await answered()
    expect(seen[0]).toBe('203.0.113.7')
  })
  body = '{"ip": "198.51.100.2"}'
  await answered()
  // Once is not enough: by the time that the first is seen again, it has been thought about.
  body = '203.0.113.7'
  seen.length = 0
  await vi.waitFor(async () => {
    await answered()
    expect(seen).toContain('203.0.113.7')
  })
  expect(seen).not.toContain('198.51.100.2')
  body = '{"ip": "198.51.100.2"}'
  await vi.waitFor(async () => {
    await answered()
    expect(seen.at(-1)).toBe('198.51.100.2')
  })
  body = 'sign in to see the SECRET network'
  for (const code of [200, 500]) {
    status = code
    await answered()
  }
  await vi.waitFor(() => expect(lines).toHaveLength(1))
  expect(JSON.stringify(lines)).not.toContain('SECRET')
})

test.each([
  ['203.0.113.7', '203.0.113.7'],
  [' 2001:DB8::1\n', '2001:db8::1'],
  ['{"ip":"203.0.113.7","country":"XX"}', '203.0.113.7'],
  ['{"ip":7}', null],
  ['{', null],
  ['203.0.113.7 203.0.113.8', null],
  ['999.0.113.7', null],
  ['', null],
])('in %j it finds %j', (body, address) => {
  expect(addressIn(body)).toBe(address)
})

test.each(['http://example.org/', 'https://user:word@example.org/', 'ftp://example.org/', ''])(
  '%j is no address to ask',
  (url) => {
    expect(addressCheckSetting.safeParse({ url }).success).toBe(false)
  },
)
