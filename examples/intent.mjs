#!/usr/bin/env node
// Tell a Keyside engine what a program wants: docs/programs.md. Needs the package "mqtt", and nothing else.
//
//   node examples/intent.mjs ~/.keyside/programs/my-model entry 65000.12 63700.5 "p(up) 0.71"
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
// biome-ignore lint/correctness/noUndeclaredDependencies: an example is no package; npm install mqtt
import { connectAsync } from 'mqtt'

const [folder, kind, price, ...rest] = process.argv.slice(2)
const [stop, reason] = kind === 'entry' ? rest : [undefined, ...rest]
const read = (name) => readFileSync(join(folder, name), 'utf8').trim()
const facts = JSON.parse(read('program.json'))
const { program, provider, stream, market, client, broker, intents, results, engine } = facts

// RFC 8410: the 16 bytes that stand before the 32 of an Ed25519 key in DER.
const seed = Buffer.concat([
  Buffer.from('302e020100300506032b657004220420', 'hex'),
  Buffer.from(read('program.key'), 'base64url'),
])
const key = createPrivateKey({ key: seed, format: 'der', type: 'pkcs8' })
const { x } = createPublicKey(key).export({ format: 'jwk' })
const sha256 = (text) => createHash('sha256').update(text).digest('base64url')
const kid = sha256(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`)
const segment = (text) => Buffer.from(text).toString('base64url')

const iat = Date.now() / 1000
const claims = {
  iss: program,
  aud: provider,
  sub: stream,
  iat,
  exp: iat + 20,
  jti: randomBytes(16).toString('base64url'),
  kind,
  market,
  referencePrice: price,
  reason,
  size: { unit: 'percent', value: kind === 'entry' ? '10' : '100' },
  ...(stop && { stopPrice: stop }),
}
const header = `{"alg":"Ed25519","kid":"${kid}","typ":"keyside-intent+jwt"}`
const text = `${segment(header)}.${segment(JSON.stringify(claims))}`
const token = `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`

const local = new URL(broker)
if (local.protocol !== 'unix:' && !['127.0.0.1', '[::1]', 'localhost'].includes(local.hostname))
  throw new Error('the token must not travel in clear: connect with TLS')
const address = local.protocol === 'unix:' ? { protocol: 'unix', path: local.pathname } : broker
const options = { clientId: client, username: client, password: read('access.token') }
const link = await (typeof address === 'string'
  ? connectAsync(address, options)
  : connectAsync({ ...address, ...options }))
const answered = new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error('no answer: does the engine run?')), 10_000).unref()
  link.on('message', (_topic, message) => {
    const [head = '', body = '', signature = ''] = message.toString().split('.')
    const by = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: engine }, format: 'jwk' })
    const isEngine = verify(
      null,
      Buffer.from(`${head}.${body}`),
      by,
      Buffer.from(signature, 'base64url'),
    )
    const result = JSON.parse(Buffer.from(body, 'base64url').toString())
    if (isEngine && result.to === sha256(token)) resolve(result.answer)
  })
})
await link.subscribeAsync(results, { qos: 1 })
await link.publishAsync(intents, token, { qos: 1 })
const answer = await answered
await link.endAsync()
console.log(JSON.stringify(answer))
process.exitCode = answer.do === 'accepted' ? 0 : 1
