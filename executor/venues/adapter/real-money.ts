// Whether real money is behind an address: it is, unless the sandbox of this home has answered a nonce there just now.

import { encodeBase64url, isLoopback } from '@keyside/protocol'
import {
  type Cancel,
  type Clock,
  KeysideError,
  type Logger,
  originOf,
  PROOF_PATH,
  provesSandbox,
  type RandomBytes,
} from '@keyside/runtime'
import { type HttpAnswer, HttpClient, type MakeAgent, RedirectedError } from '@keyside/runtime/web'
import { z } from 'zod'
import { readJson } from './json.ts'
import { keepFresh } from './keep-fresh.ts'
import { unreachable } from './reply.ts'

/** What this device shares with the sandbox of its home, and with nobody else. */
export interface SandboxSecret {
  readonly secret: Uint8Array
  readonly randomBytes: RandomBytes
}

export interface RealMoneyOptions {
  /** Absent for the exchange's own. */
  readonly address?: string
  readonly sandbox?: SandboxSecret
  /** Where it goes through a proxy. */
  readonly makeAgent?: MakeAgent | undefined
  readonly clock: Clock
  readonly log: Pick<Logger, 'info' | 'warn'>
  /** For an answer, ms. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 3_000
const NONCE_BYTES = 32
/** When the same question is asked again, ms: soon where nobody answered, seldom of what seems a real exchange. */
const AGAIN_MS = { proof: 15_000, silence: 2_000, 'no proof': 60_000 }
/** How long a proof counts, ms. */
const LIFE_MS = 4 * AGAIN_MS.proof
const LOOK_MS = 1_000

const answer = z.object({ proof: z.string() })

type Heard = keyof typeof AGAIN_MS

export class RealMoney {
  readonly #options: RealMoneyOptions
  readonly #http: HttpClient
  /** Of the last question, Unix ms. */
  #askedAt = 0
  #heard: Heard = 'silence'
  #said: 'nothing' | 'real' | 'sandbox' = 'nothing'

  constructor(options: RealMoneyOptions) {
    this.#options = options
    this.#http = new HttpClient(options.makeAgent)
  }

  /** A proof from ahead of the clock is from before it was set back. */
  get realMoney(): 'yes' | 'no' {
    const age = this.#options.clock.now() - this.#askedAt
    return this.#heard === 'proof' && age >= 0 && age <= LIFE_MS ? 'no' : 'yes'
  }

  /** Never throws: whatever is not the right answer is real money. The secret is not sent. */
  async ask(): Promise<void> {
    const { address, sandbox, clock } = this.#options
    if (address === undefined) return
    const askedAt = clock.now()
    this.#heard = sandbox === undefined ? 'no proof' : await this.#answer(address, sandbox)
    this.#askedAt = askedAt
    this.#say(this.#heard === 'proof' ? 'sandbox' : 'real')
  }

  /**
   * Asks, before a key is shown there. Rejects with `exchange_address_plain` where it would go over the network for all
   * to read, and with `exchange_unreachable` where nobody has said whether it would.
   */
  async enter(): Promise<void> {
    await this.ask()
    const { address, makeAgent } = this.#options
    if (address === undefined || this.#heard === 'proof') return
    if (isClosed(address, makeAgent === undefined ? 'direct' : 'proxy')) return
    if (this.#heard === 'silence') throw unreachable(`nobody answers at ${address}`)
    throw new KeysideError(
      'exchange_address_plain',
      `${address} has not proved to be your sandbox, and over http anybody on the way can read the API key and change the answers: write https://, or start the sandbox with executor/sandbox.secret of this home`,
    )
  }

  keepFresh(): Cancel {
    const { address, sandbox, clock } = this.#options
    if (address === undefined || sandbox === undefined) return () => undefined
    return keepFresh(clock, LOOK_MS, async () => {
      const age = clock.now() - this.#askedAt
      if (age < 0 || age >= AGAIN_MS[this.#heard]) await this.ask()
    })
  }

  close(): void {
    this.#http.close()
  }

  async #answer(address: string, { secret, randomBytes }: SandboxSecret): Promise<Heard> {
    const nonce = encodeBase64url(randomBytes(NONCE_BYTES))
    const request = {
      method: 'POST',
      // A new connection each time: a kept one could still lead to an earlier server.
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ nonce }),
      timeout: this.#options.timeoutMs ?? TIMEOUT_MS,
    }
    const sent = this.#http.send(`${originOf(address)}${PROOF_PATH}`, request)
    const answered = await sent.catch((error: unknown) => error)
    if (answered instanceof RedirectedError) return 'no proof'
    if (answered instanceof Error) return 'silence'
    const { status, body } = answered as HttpAnswer
    const read = answer.safeParse(readJson(body))
    const right = status === 200 && read.success && provesSandbox(secret, nonce, read.data.proof)
    return right ? 'proof' : 'no proof'
  }

  #say(now: 'real' | 'sandbox'): void {
    if (now === this.#said) return
    this.#said = now
    const { address, log } = this.#options
    if (now === 'sandbox') log.info({ address }, 'the exchange has proved to be the sandbox')
    else log.warn({ address }, 'this address has not proved to be the sandbox: it is real money')
  }
}

/** Whether nobody can listen on the way. Behind a proxy, loopback means the proxy's machine. */
function isClosed(address: string, way: 'direct' | 'proxy'): boolean {
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || (way === 'direct' && isLoopback(hostname))
}
