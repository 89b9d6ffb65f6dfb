// Send intents to a Keyside engine from Node: needs the package "mqtt", and nothing else.
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

const sha256 = (text) => createHash('sha256').update(text).digest('base64url')
const segment = (text) => Buffer.from(text).toString('base64url')

/** RFC 7515, with the header that docs/protocol.md prescribes. */
function signed(secret, claims) {
  // RFC 8410: the 16 bytes that stand before the 32 of an Ed25519 key in DER.
  const before = Buffer.from('302e020100300506032b657004220420', 'hex')
  const seed = Buffer.concat([before, Buffer.from(secret, 'base64url')])
  const key = createPrivateKey({ key: seed, format: 'der', type: 'pkcs8' })
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  const kid = sha256(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`)
  const header = `{"alg":"Ed25519","kid":"${kid}","typ":"keyside-intent+jwt"}`
  const text = `${segment(header)}.${segment(JSON.stringify(claims))}`
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`
}

/** A program of `keyside program add`; `folder` is what that command made. */
export class Program {
  #read
  #facts

  constructor(folder) {
    this.#read = (name) => readFileSync(join(folder, name), 'utf8').trim()
    this.#facts = JSON.parse(this.#read('program.json'))
  }

  /** The engine's answer; rejects after ten seconds without one. */
  async send(kind, what) {
    const { program, provider, stream, market } = this.#facts
    const iat = Date.now() / 1000
    const jti = randomBytes(16).toString('base64url')
    const names = { iss: program, aud: provider, sub: stream, iat, exp: iat + 20, jti }
    const token = signed(this.#read('program.key'), { ...names, kind, market, ...what })
    const link = await this.#connect()
    try {
      return await this.#answer(link, token)
    } finally {
      await link.endAsync()
    }
  }

  async #connect() {
    const { client, broker } = this.#facts
    const local = new URL(broker)
    const isNear = ['127.0.0.1', '[::1]', 'localhost'].includes(local.hostname)
    if (local.protocol !== 'unix:' && !isNear)
      throw new Error('the token must not travel in clear: connect with TLS')
    const options = { clientId: client, username: client, password: this.#read('access.token') }
    if (local.protocol !== 'unix:') return connectAsync(broker, options)
    return connectAsync({ protocol: 'unix', path: local.pathname, ...options })
  }

  async #answer(link, token) {
    const { intents, results } = this.#facts
    const answered = new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error('no answer: does the engine run?')), 10_000).unref()
      link.on('message', (_topic, message) => {
        const result = this.#verified(message.toString())
        if (result?.to === sha256(token)) resolve(result.answer)
      })
    })
    await link.subscribeAsync(results, { qos: 1 })
    await link.publishAsync(intents, token, { qos: 1 })
    return answered
  }

  /** The answer is the engine's: its key stands in program.json. Null for another's. */
  #verified(token) {
    const [head = '', body = '', signature = ''] = token.split('.')
    const x = this.#facts.engine
    const engine = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    const text = Buffer.from(`${head}.${body}`)
    const isEngine = verify(null, text, engine, Buffer.from(signature, 'base64url'))
    return isEngine ? JSON.parse(Buffer.from(body, 'base64url').toString()) : null
  }
}
