// In a process of its own, as the guard stays for good.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { getSystemErrorName, promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusedOn } from './outgoing.ts'

type Try = readonly [way: string, ...place: (string | number)[]]

async function guarded(rules: readonly string[], tries: readonly Try[]) {
  const child = join(import.meta.dirname, 'testing/guarded.mjs')
  const words = [child, JSON.stringify({ rules, tries })]
  const { stdout } = await promisify(execFile)(process.execPath, words, { timeout: 20_000 })
  return JSON.parse(stdout) as { said: (string | number)[]; refused: string[] }
}

const server = createServer((socket) => socket.end())
let port = 0
beforeAll(async () => {
  await once(server.listen(0, '0.0.0.0'), 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => void server.close())

test('what is named is reached, by its name and where the name leads, and nothing else', async () => {
  const { said, refused } = await guarded(
    [`localhost ${port}`, 'unix /nowhere/a.sock'],
    [
      ['tcp', '127.0.0.1', port],
      ['tcp', 'localhost', port],
      ['tcp', '127.0.0.1', port],
      ['tcp', '127.0.0.1', 1],
      ['handle', '127.0.0.1', 2],
      ['unix', '/nowhere/a.sock'],
      ['unix', '/nowhere/b.sock'],
      ['lookup', 'elsewhere.example'],
      ['promised', 'secret.elsewhere.example'],
      ['resolve', 'elsewhere.example'],
      ['resolve', 'localhost'],
      ['udp', '127.0.0.1', port],
      ['listen'],
      ['replace'],
    ],
  )
  expect(said).toEqual([
    'EACCES',
    'connected',
    'connected',
    'EACCES',
    -13,
    'ENOENT',
    'EACCES',
    'address_not_allowed',
    'address_not_allowed',
    'EACCES',
    'EACCES',
    'EACCES',
    'EACCES',
    'TypeError',
  ])
  expect(refused).toEqual([
    `127.0.0.1 ${port}`,
    '127.0.0.1 1',
    '127.0.0.1 2',
    '/nowhere/b.sock',
    'elsewhere.example',
    'secret.elsewhere.example',
    'localhost',
    'UDP',
    'listening',
  ])
})

test('an address has any port, a domain its subdomains and not its neighbours, and every host one port', async () => {
  const tries = [
    ['tcp', '127.0.0.1', port],
    ['lookup', 'api.venue.invalid'],
    ['lookup', 'venue.invalid'],
    ['lookup', 'othervenue.invalid'],
  ] as const
  expect((await guarded(['127.0.0.1 *', '*.venue.invalid 443'], tries)).said).toEqual([
    'connected',
    expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
    'address_not_allowed',
    'address_not_allowed',
  ])
  expect(
    (await guarded([`* ${port}`], [...tries.slice(0, 1), ['tcp', '127.0.0.1', 1]])).said,
  ).toEqual(['connected', 'EACCES'])
})

test('what is allowed later is reached from then on', async () => {
  const place = ['tcp', '127.0.0.1', port] as const
  const { said } = await guarded([], [place, ['allow', `127.0.0.1 ${port}`], place])
  expect(said).toEqual(['EACCES', null, 'connected'])
})

test('what a dependency has put in the place of the language’s own parts leads nowhere else', async () => {
  const elsewhere = '127.0.0.2'
  const place = ['tcp', elsewhere, port] as const
  const { said } = await guarded(
    [`localhost ${port}`, '127.0.0.1 1'],
    [
      ['disguised', elsewhere, port, '127.0.0.1', 1],
      ['caught', elsewhere, 'localhost'],
      place,
      ['exchanged', elsewhere, 'localhost'],
      place,
    ],
  )
  expect(said).toEqual(['EACCES', 0, 'EACCES', null, 'EACCES'])
})

test('what is refused is refused by the number that the system has for it, on Windows another', () => {
  expect(getSystemErrorName(refusedOn(process.platform))).toBe('EACCES')
  expect([refusedOn('linux'), refusedOn('win32')]).toEqual([-13, -4092])
})
