// Config, private files, the log's scrubbing, rebased addresses and YAML errors.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { readSecret, writePrivate } from './files.ts'
import { loadConfig } from './load-config.ts'
import { createLog, scrub } from './log.ts'
import { systemRandomBytes } from './random.ts'
import { exchangeAddress, originOf, rebaseUrls } from './rebase-urls.ts'
import { ensureProofSecret, provesSandbox, readProofSecret, sandboxProof } from './sandbox-proof.ts'
import { makeSigningKey, readSigningKey } from './signing-keys.ts'
import { logTrace } from './trace.ts'
import { checkYaml } from './yaml/yaml.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-runtime-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const schema = z.strictObject({
  id: z.string(),
  port: z.number().default(1883),
  telegram: z.strictObject({ address: z.string() }).optional(),
})
const config = (text: string) => writeFileSync(join(home, 'config.yaml'), text)

test('reads one section, and leaves the others to their programs', () => {
  config('bot:\n  id: bot\nother: { x: 1 }\n')
  expect(loadConfig('bot', schema, home, {})).toEqual({ id: 'bot', port: 1883 })
})

test('an environment variable stands above the file', () => {
  config('bot:\n  id: bot\n')
  const env = { KEYSIDE_BOT__TELEGRAM__ADDRESS: 'http://127.0.0.1:1', KEYSIDE_BOT__PORT: '99' }
  expect(loadConfig('bot', schema, home, env)).toEqual({
    id: 'bot',
    port: 99,
    telegram: { address: 'http://127.0.0.1:1' },
  })
})

test('names file, line and key of what is wrong', () => {
  config('bot:\n  id: bot\n  prot: 1\n')
  expect(() => loadConfig('bot', schema, home, {})).toThrow(
    `${home}/config.yaml, line 3: bot.prot: unknown key "prot"`,
  )
})

test('says what to run when there is no config', () => {
  expect(() => loadConfig('bot', schema, home, {})).toThrow('run "keyside init" first')
})

test('writes secrets for their owner alone, and refuses one that others may read', () => {
  const file = join(home, 'secrets', 'bot.token')
  writePrivate(file, 'abc\n')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(join(home, 'secrets')).mode & 0o777).toBe(0o700)
  expect(readSecret(file)).toBe('abc')
  chmodSync(file, 0o640)
  expect(() => readSecret(file)).toThrow('run chmod 600')
})

test.each([
  ['as Unix ends a line', 'correct horse\n'],
  ['as Windows does', 'correct horse\r\n'],
  ['with the mark of an editor', '\ufeffcorrect horse\r\n'],
  ['without an end', 'correct horse'],
])('a passphrase in a file is the one that a person types, %s', (_, text) => {
  const file = join(home, 'passphrase')
  writePrivate(file, text)
  expect(readSecret(file)).toBe('correct horse')
})

test('a secret in UTF-16 is refused, and not taken for another one', () => {
  const file = join(home, 'passphrase')
  writePrivate(file, Buffer.from('\ufeffcorrect horse\r\n', 'utf16le'))
  const refusal = { code: 'file_unreadable', message: expect.stringContaining('save it as UTF-8') }
  expect(() => readSecret(file)).toThrow(expect.objectContaining(refusal))
})

test('a signing key survives its file', () => {
  const file = join(home, 'engine.key')
  const made = makeSigningKey(file, systemRandomBytes)
  expect(readSigningKey(file).publicKey).toBe(made.publicKey)
  writePrivate(file, 'AAAA')
  const refusal = {
    code: 'file_unreadable',
    message: expect.stringContaining('holds no signing key'),
  }
  expect(() => readSigningKey(file)).toThrow(expect.objectContaining(refusal))
})

test('a secret file that is missing, or is a folder, is named', () => {
  const missing = join(home, 'bot.token')
  const folder = join(home, 'secrets')
  mkdirSync(folder, { mode: 0o700 })
  const refusal = (code: string, message: string) => expect.objectContaining({ code, message })
  expect(() => readSecret(missing)).toThrow(
    refusal('file_unreadable', `there is no file ${missing}: put it back, or correct its name`),
  )
  expect(() => readSecret(folder)).toThrow(
    refusal('file_refused', `${folder}: it is a folder: name a file`),
  )
})

const TOKEN = '123456789:AAH0abcdefghijklmnopqrstuvwxyz01234'
const lines: string[] = []
const log = (level: string) =>
  createLog({ program: 'bot', level, destination: { write: (line) => lines.push(line) } })

test('keeps secrets out of the log, however they are wrapped', () => {
  const cause = new Error(`request to https://api.telegram.org/bot${TOKEN}/getMe failed`)
  const error = Object.assign(new Error(`POST ?symbol=X&signature=deadbeef`, { cause }), { cause })
  log('info').error({ err: error }, `token ${TOKEN}`)
  log('info').error(error)
  log('info').warn({ deep: { deeper: { url: `/bot${TOKEN}/x`, secret: 'hush-hush' } } })
  const text = lines.join('')
  for (const secret of [TOKEN, 'deadbeef', 'hush-hush']) expect(text).not.toContain(secret)
})

test('scrubs signed tokens and private keys', () => {
  expect(scrub('password eyJhbGciOiJFZDI1NTE5Iiwi.eyJpc3MiOiJlbmdpbmUi.AAAA')).not.toContain('eyJ')
  const pem = '-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----'
  expect(scrub(pem)).toBe('[private key]')
})

test('a hop is a line that a program can read', async () => {
  lines.length = 0
  logTrace(log('trace'))('signal', 'AAECAwQFBgcICQoLDA0ODw')
  await vi.waitUntil(() => lines.length > 0)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ hop: 'signal', id: 'AAECAwQFBgcICQoLDA0ODw' })
})

test('points every URL at another address, and keeps its path', () => {
  const urls = {
    public: 'https://api.binance.com/api/v3',
    ws: { spot: 'wss://stream.binance.com:9443/ws' },
  }
  expect(rebaseUrls(urls, 'http://127.0.0.1:8090')).toEqual({
    public: 'http://127.0.0.1:8090/api/v3',
    ws: { spot: 'ws://127.0.0.1:8090/ws' },
  })
})

test.each([
  'example',
  'api.binance.com:443',
  '//api.binance.com',
  'ftp://127.0.0.1',
  'ws://127.0.0.1:8090',
  'http://',
  'https://api.binance.com/api',
  'https://api.binance.com?a=1',
  'https://name:word@api.binance.com',
  ' ',
  '',
])('points no URL at "%s", and config.yaml may not hold it', (address) => {
  const refusal = {
    code: 'address_invalid',
    message: expect.stringMatching(/expected an address like/),
  }
  const section = z.strictObject({ exchange: z.strictObject({ address: exchangeAddress }) })
  config(`engine: { exchange: { address: ${JSON.stringify(address)} } }\n`)
  expect(() => loadConfig('engine', section, home, {})).toThrow(
    expect.objectContaining({
      code: 'config_invalid',
      message: expect.stringMatching(/exchange\.address: expected an address like/),
    }),
  )
  const rebased = () => rebaseUrls({ public: 'https://api.binance.com/api/v3' }, address)
  expect(rebased).toThrow(expect.objectContaining(refusal))
})

test('an empty variable of the environment is no address', () => {
  const section = z.strictObject({
    exchange: z.strictObject({ address: exchangeAddress.optional() }).prefault({}),
  })
  config('engine: {}\n')
  const env = { KEYSIDE_ENGINE__EXCHANGE__ADDRESS: '' }
  expect(() => loadConfig('engine', section, home, env)).toThrow(
    expect.objectContaining({ code: 'config_invalid' }),
  )
  expect(originOf('HTTPS://API.binance.com:443/')).toBe('https://api.binance.com')
})

test('a proof belongs to its secret and its nonce, and a secret is 32 bytes that nobody else reads', () => {
  const file = join(home, 'secrets', 'sandbox.secret')
  expect(readProofSecret(file)).toBeNull()
  const secret = ensureProofSecret(file, systemRandomBytes)
  expect(Buffer.from(ensureProofSecret(file, systemRandomBytes))).toEqual(Buffer.from(secret))
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(provesSandbox(secret, 'nonce', sandboxProof(secret, 'nonce'))).toBe(true)
  expect(provesSandbox(secret, 'other', sandboxProof(secret, 'nonce'))).toBe(false)
  expect(provesSandbox(secret, 'nonce', '')).toBe(false)
  chmodSync(file, 0o644)
  expect(() => readProofSecret(file)).toThrow(expect.objectContaining({ code: 'file_not_private' }))
  for (const text of ['', 'short', 'A'.repeat(44)]) {
    writePrivate(file, text)
    expect(() => readProofSecret(file)).toThrow(
      expect.objectContaining({ code: 'file_unreadable' }),
    )
  }
})

test('YAML errors carry the line', () => {
  const strict = z.strictObject({ a: z.string(), b: z.strictObject({ c: z.number() }) })
  expect(checkYaml('a: x\nb:\n  c: no\n', strict)).toMatchObject({
    ok: false,
    line: 3,
    path: 'b.c',
  })
  expect(checkYaml('a: x\na: y\n', strict)).toMatchObject({ ok: false, line: 2 })
  expect(checkYaml('a: [\n', strict)).toMatchObject({ ok: false })
  expect(checkYaml('', strict)).toMatchObject({ ok: false, line: 1 })
  expect(checkYaml('a: &x 1\nb: *x\n', strict)).toMatchObject({ ok: false })
})
