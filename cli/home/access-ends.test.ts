// Which access token of a home ends when, and which of them nobody renewed in time.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signingKey } from '@keyside/protocol/node'
import { systemRandomBytes, writePrivate } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { accessEnds, accessText, endsSoon } from './access-ends.ts'
import { editConfig } from './edit-config.ts'
import { makeHome } from './home.ts'
import { TOKENS } from './home-files.ts'
import { accessToken } from './home-tokens.ts'

const DAY = 86_400
const NOW = Date.UTC(2030, 0, 1) / 1_000
const clock = { now: () => NOW * 1_000, after: () => () => undefined, every: () => () => undefined }
const parts = { clock, randomBytes: systemRandomBytes }
const authority = signingKey(systemRandomBytes(32))

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'keyside-access-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const device = { deviceKey: authority.publicKey, keychain: 'vault' as const }
  makeHome({ ...parts, ...device, home, role: 'trader', examples: { strategies: [], policy: '' } })
  return home
}

/** A token that lasts for so many days from now, of thirty. */
function write(home: string, file: string, left: number): void {
  const issued = { now: () => (NOW + (left - 30) * DAY) * 1_000 }
  const rights = { client: 'bot', acl: { publish: [], subscribe: [] }, life: 30 * DAY }
  const token = accessToken({ ...parts, clock: issued }, authority, rights)
  writePrivate(join(home, file), `${token}\n`)
}

function follow(home: string, name: string, left: number): void {
  const folder = join(home, 'executor/providers', name)
  mkdirSync(folder, { recursive: true })
  const record = {
    version: 1,
    issuer: name,
    root: 'A'.repeat(43),
    client: 'c',
    plans: ['main'],
    until: NOW + 300 * DAY,
    address: { url: 'mqtts://127.0.0.1:1', tls: 'ca' },
    terms: [],
    followedAt: '2030-01-01T00:00:00.000Z',
  }
  writeFileSync(join(folder, 'provider.json'), JSON.stringify(record))
  write(home, join('executor/providers', name, 'access.token'), left)
}

const soonIn = (home: string) =>
  accessEnds(home)
    .filter((end) => endsSoon(end, NOW))
    .map(({ whose }) => whose)

test('those of the programs, of the bot at each device and of the device at each provider are all told', () => {
  const home = newHome()
  editConfig(home, (config) => {
    const first = config.getIn(['bot', 'devices', 'main']) as { toJSON(): object }
    const broker = { url: 'mqtts://127.0.0.1:1', tokenFile: 'bot/north.token' }
    const other = signingKey(systemRandomBytes(32)).publicKey
    const north = { ...first.toJSON(), broker, key: other, signingKeyFile: 'bot/north.key' }
    config.setIn(['bot', 'devices', 'north'], config.createNode(north))
  })
  write(home, 'bot/north.token', 20)
  follow(home, 'northwind', 9)
  expect(accessText(accessEnds(home))).toBe(
    'this device at northwind to 2030-01-10; bot at north to 2030-01-21; device, bot at main to 2030-01-31',
  )
  expect(soonIn(home), 'it may be renewed for some days, and nobody need do anything').toEqual([])
})

test('one that nobody renewed is named, whichever it is, and so is one that is not there', () => {
  const home = newHome()
  follow(home, 'northwind', 29)
  follow(home, 'southwind', 2)
  expect(soonIn(home)).toEqual(['this device at southwind'])
  write(home, TOKENS.device, -1)
  rmSync(join(home, 'executor/providers/northwind/access.token'))
  expect(soonIn(home)).toEqual(['this device at northwind', 'device', 'this device at southwind'])
  const [none] = accessEnds(home)
  expect(none && accessText([none])).toBe('this device at northwind without an access token')
})
