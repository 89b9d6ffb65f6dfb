// A program of one's own: a key and a token for one stream, renewed with the others, and gone when it is removed.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Access } from '@keyside/protocol'
import { readSigningKey, systemClock, systemRandomBytes } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { makeHome } from './home.ts'
import { addProgram, programsOfHome, removeProgram } from './home-programs.ts'
import { renewTokens } from './home-tokens.ts'

const MODEL = { program: 'my-model', stream: 'trend', market: 'BTC/USDT' }

function newHome() {
  const home = mkdtempSync(join(tmpdir(), 'keyside-home-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const parts = { home, clock: systemClock, randomBytes: systemRandomBytes }
  makeHome({
    ...parts,
    role: 'alone',
    deviceKey: 'A'.repeat(43),
    keychain: 'vault',
    port: 1883,
    examples: { strategies: [], policy: '' },
  })
  return parts
}

function tokenIn(folder: string): Access {
  const [, payload = ''] = readFileSync(join(folder, 'access.token'), 'utf8').split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}

test('a program may publish on one topic and read one, for 30 days, and what it needs is private', () => {
  const parts = newHome()
  const { folder, key } = addProgram(parts, MODEL)
  expect(readSigningKey(join(folder, 'program.key')).publicKey).toBe(key)
  expect(programsOfHome(parts.home)).toEqual([{ ...MODEL, key }])
  const { sub, acl, iat, exp } = tokenIn(folder)
  expect({ sub, acl, days: (exp - iat) / 86_400 }).toEqual({
    sub: 'program-my-model',
    acl: {
      publish: ['keyside/v1/intent/home/trend'],
      subscribe: ['keyside/v1/intent/home/trend/result'],
    },
    days: 30,
  })
  for (const file of ['program.key', 'access.token', 'program.json'])
    expect(statSync(join(folder, file)).mode & 0o077).toBe(0)
})

test('its access token is renewed with those of the home, and not where its folder is elsewhere', () => {
  const parts = newHome()
  const { folder } = addProgram(parts, MODEL)
  const before = tokenIn(folder)
  renewTokens(parts)
  expect(tokenIn(folder).jti).not.toBe(before.jti)
  expect(tokenIn(folder).acl).toEqual(before.acl)
  rmSync(folder, { recursive: true })
  renewTokens(parts)
  expect(existsSync(folder)).toBe(false)
})

test('one program a name and a stream, until it is removed', () => {
  const parts = newHome()
  const { folder, key } = addProgram(parts, MODEL)
  const taken = expect.objectContaining({ code: 'program_exists' })
  expect(() => addProgram(parts, { ...MODEL, stream: 'other' })).toThrow(taken)
  expect(() => addProgram(parts, { ...MODEL, program: 'other' })).toThrow(taken)
  removeProgram(parts.home, 'my-model')
  expect(existsSync(folder)).toBe(false)
  expect(programsOfHome(parts.home)).toEqual([])
  expect(() => removeProgram(parts.home, 'my-model')).toThrow(
    expect.objectContaining({ code: 'program_unknown' }),
  )
  expect(addProgram(parts, MODEL).key).not.toBe(key)
})
