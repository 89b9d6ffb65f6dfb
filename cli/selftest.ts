// One signal from candle to fill to chat, through every real program, in the sandbox.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HOPS, type Hop, systemChance, systemClock } from '@keyside/runtime'
import { CALM } from '@keyside/sandbox'
import { environment } from './config.ts'
import { type Constellation, startConstellation } from './constellation.ts'
import { newSandboxSecrets, type Sandbox, startSandbox } from './sandbox.ts'
import { makeSandboxHome } from './sandbox-home.ts'

export interface SelftestResult {
  readonly ok: boolean
  /** Entry orders that the exchange filled; one is right. */
  readonly filled: number
  /** `ms`: since the candle closed. */
  readonly hops: readonly { readonly name: Hop; readonly ms: number }[]
  readonly error?: string
}

/** What a test may break, when, to see the selftest notice. */
export interface Tampering {
  readonly home?: (home: string) => void
  readonly sandbox?: (sandbox: Sandbox) => void
  readonly programs?: (constellation: Constellation) => void
}

const PATIENCE_MS = 45_000
/** After the fill was told: long enough for a second order to show itself. */
const AFTERMATH_MS = 1_500
const MARKET = 'BTC/USDT'

/** Down first, so that the averages cross when the price turns up. */
const DIP_AND_RISE = [
  { afterMs: 4_000, factor: 0.995 },
  { afterMs: 12_000, factor: 1.015 },
]

export async function selftest(tampering: Tampering = {}): Promise<SelftestResult> {
  const home = mkdtempSync(join(tmpdir(), 'keyside-selftest-'))
  const hops = new Hops()
  const sandbox = await startSandbox({
    clock: systemClock,
    chance: systemChance,
    secrets: newSandboxSecrets(systemChance),
    wave: CALM,
  })
  let constellation: Constellation | undefined
  try {
    const { passphrase } = await makeSandboxHome({
      home,
      sandbox,
      clock: systemClock,
      chance: systemChance,
    })
    tampering.home?.(home)
    tampering.sandbox?.(sandbox)
    const claim = Promise.withResolvers<string>()
    constellation = await startConstellation({
      home,
      environment,
      passphrase,
      logLevel: 'trace',
      onLine: (_program, line) => hops.read(line),
      onMessage: (_program, message) => {
        if (message.type === 'claim') claim.resolve(message.code)
      },
    })
    await within(claim.promise, 'the bot showed no claim code')
    sandbox.telegram.chat().followDeepLink(await claim.promise)
    await within(greeted(sandbox), 'the bot did not answer its owner')
    tampering.programs?.(constellation)
    sandbox.exchange.market.drive(MARKET, DIP_AND_RISE, systemClock.now())
    const pressed = approve(sandbox)
    await within(
      Promise.race([hops.complete, pressed.then(() => hops.complete)]),
      'the signal did not arrive',
    )
    await new Promise((resolve) => setTimeout(resolve, AFTERMATH_MS))
    return hops.result(filledEntries(sandbox))
  } catch (error) {
    return hops.result(filledEntries(sandbox), error)
  } finally {
    await Promise.all([constellation?.stop(), sandbox.stop()])
    rmSync(home, { recursive: true, force: true })
  }
}

/** The hops of the first signal that the engine sealed. */
class Hops {
  readonly #at = new Map<string, Map<Hop, number>>()
  readonly #complete = Promise.withResolvers<void>()
  readonly complete = this.#complete.promise

  read(line: string): void {
    if (!line.includes('"hop"')) return
    const { hop, id, at } = JSON.parse(line) as { hop: Hop; id: string; at: number }
    const hops = this.#at.get(id) ?? new Map<Hop, number>()
    this.#at.set(id, hops)
    if (!hops.has(hop)) hops.set(hop, at)
    if (HOPS.every((name) => hops.has(name))) this.#complete.resolve()
  }

  result(filled: number, failure?: unknown): SelftestResult {
    const first =
      [...this.#at.values()].find((hops) => hops.has('signal')) ?? new Map<Hop, number>()
    const start = first.get('candle') ?? 0
    const hops = HOPS.filter((name) => first.has(name)).map((name) => ({
      name,
      ms: Math.round(((first.get(name) ?? 0) - start) * 100) / 100,
    }))
    const error = failure === undefined ? wrongCount(filled) : this.#blame(first, failure)
    return { ok: error === undefined, filled, hops, ...(error !== undefined && { error }) }
  }

  #blame(hops: Map<Hop, number>, failure: unknown): string {
    const why = failure instanceof Error ? failure.message : String(failure)
    const missing = HOPS.find((name) => !hops.has(name))
    const last = HOPS.filter((name) => hops.has(name)).at(-1)
    if (last === undefined) return `before the first candle: ${why}`
    return `between "${last}" and "${missing ?? 'the end'}": ${why}`
  }
}

function wrongCount(filled: number): string | undefined {
  return filled === 1 ? undefined : `expected exactly one filled order, the exchange has ${filled}`
}

function filledEntries(sandbox: Sandbox): number {
  return sandbox.exchange.acceptLog().filter((order) => Number(order.executed) > 0).length
}

function greeted(sandbox: Sandbox): Promise<unknown> {
  return sandbox.telegram
    .chat()
    .waitForMessage((message) => message.from?.is_bot === true, PATIENCE_MS)
}

/** Presses Approve on the first card, as a person would. */
async function approve(sandbox: Sandbox): Promise<void> {
  const chat = sandbox.telegram.chat()
  const card = await chat.waitForMessage(
    (message) => buttons(message).some((text) => text.includes('Approve')),
    PATIENCE_MS,
  )
  chat.pressButton(card, buttons(card).find((text) => text.includes('Approve')) ?? '')
}

function buttons(message: { reply_markup?: { inline_keyboard: { text: string }[][] } }): string[] {
  return message.reply_markup?.inline_keyboard.flat().map(({ text }) => text) ?? []
}

async function within<T>(promise: Promise<T>, complaint: string): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new Error(`${complaint} within ${PATIENCE_MS / 1000} s`)),
    PATIENCE_MS,
  )
  return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer))
}
