// One signal from candle to fill to chat, through every real program, in the sandbox.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { filledOnPaper, PAPER, PAPER_FILE } from '@keyside/executor'
import { type Hop, KeysideError, systemClock, systemRandomBytes } from '@keyside/runtime'
import { CALM } from '@keyside/sandbox'
import { programsOf } from '../home/roles.ts'
import { warningIn } from '../programs/log-filter.ts'
import type { Service } from '../programs/program-names.ts'
import { type Supervisor, startSupervisor } from '../programs/supervisor.ts'
import { commandsOf } from '../programs/walled-command.ts'
import { environment } from '../terminal/config.ts'
import { HopTimes } from './hop-times.ts'
import { newSandboxSecrets, type Sandbox, startSandbox } from './sandbox.ts'
import { makeSandboxHome } from './sandbox-home.ts'
import type { SandboxAccount } from './venue-option.ts'

export interface SelftestResult {
  readonly ok: boolean
  /** Orders that the exchange filled; one is right. */
  readonly filled: number
  /** `ms`: since the candle closed. */
  readonly hops: readonly { readonly name: Hop; readonly ms: number }[]
  /** Where the signal was lost, what was missed, and what the programs said about it. */
  readonly error?: string
}

/** What a test may break, when, to see the selftest notice. */
export interface Tampering {
  readonly home?: (home: string) => void
  readonly sandbox?: (sandbox: Sandbox) => void
  readonly programs?: (supervisor: Supervisor) => void
}

export interface SelftestOptions extends Tampering {
  /** At whose exchange; at Binance's when left out. */
  readonly venue?: SandboxAccount
  /** For each thing that is waited for; 45 000 by default. */
  readonly timeoutMs?: number
  /** Ends it early, with nothing left behind. */
  readonly stop?: AbortSignal
}

const TIMEOUT_MS = 45_000
const POLL_MS = 20
/** After the fill was told: long enough for a second order to show itself. */
const SETTLE_MS = 1_500
const MARKET = 'BTC/USDT'
/** Down first, so that the averages cross when the price turns up; then level, so that a slow machine is no reason to refuse. */
const DIP_AND_RISE = [
  { afterMs: 2_000, factor: 0.998 },
  { afterMs: 2_050, factor: 1.001 },
]

export async function selftest(options: SelftestOptions = {}): Promise<SelftestResult> {
  const home = mkdtempSync(join(tmpdir(), 'keyside-selftest-'))
  const parts = { clock: systemClock, randomBytes: systemRandomBytes }
  const secrets = newSandboxSecrets(systemRandomBytes)
  const { venue = 'binance' } = options
  const sandbox = await startSandbox({ ...parts, secrets, wave: CALM, venue })
  const run = new Run(home, sandbox, options)
  let supervisor: Supervisor | undefined
  try {
    const { passphrase } = await makeSandboxHome({ home, sandbox, ...parts })
    options.home?.(home)
    options.sandbox?.(sandbox)
    supervisor = await run.start(home, passphrase)
    await run.claim()
    options.programs?.(supervisor)
    await run.trade()
    return run.result()
  } catch (error) {
    return run.result(error)
  } finally {
    await Promise.all([supervisor?.stop(), sandbox.stop()])
    rmSync(home, { recursive: true, force: true })
  }
}

class Run {
  readonly #home: string
  readonly #sandbox: Sandbox
  readonly #timeoutMs: number
  readonly #stop: AbortSignal | undefined
  readonly #times = new HopTimes()
  #code: string | undefined
  #ended: Awaited<Supervisor['firstExit']> | undefined
  #trouble: { readonly program: Service; readonly text: string } | undefined

  constructor(home: string, sandbox: Sandbox, { timeoutMs = TIMEOUT_MS, stop }: SelftestOptions) {
    this.#home = home
    this.#sandbox = sandbox
    this.#timeoutMs = timeoutMs
    this.#stop = stop
  }

  async start(home: string, passphrase: string): Promise<Supervisor> {
    const supervisor = await startSupervisor({
      home,
      programs: programsOf(home),
      commandOf: commandsOf({ home, environment, logLevel: 'trace' }),
      clock: systemClock,
      passphrase,
      onLine: (program, line) => this.#read(program, line),
      onMessage: (_program, message) => {
        if (message.type === 'claim') this.#code = message.code
      },
    })
    void supervisor.firstExit.then((ended) => {
      this.#ended = ended
    })
    return supervisor
  }

  async claim(): Promise<void> {
    const chat = this.#chat()
    chat.followDeepLink(await this.#until('the bot shows its claim code', () => this.#code))
    await this.#until('the bot answers its owner', () => this.#lastWords())
  }

  /** Presses Approve on the card, as a person would. */
  async trade(): Promise<void> {
    const { market } = this.#sandbox.exchange
    market.drive(MARKET, DIP_AND_RISE, systemClock.now())
    const { card, button } = await this.#until('a card comes to the chat', () => this.#card())
    this.#chat().pressButton(card, button)
    await this.#until('the fill is reported in the chat', () => this.#times.complete() || undefined)
    await delay(SETTLE_MS)
  }

  result(failure?: unknown): SelftestResult {
    const filled = this.#filled()
    const hops = this.#times.hops()
    if (failure === undefined && filled === 1) return { ok: true, filled, hops }
    const why =
      failure === undefined
        ? `expected exactly one filled order, the exchange has ${filled}`
        : [words(failure), ...this.#said()].join('; ')
    return { ok: false, filled, hops, error: `${this.#times.where()}: ${why}` }
  }

  #read(program: Service, line: string): void {
    if (this.#times.read(line)) return
    const text = warningIn(line)
    if (text !== null) this.#trouble = { program, text }
  }

  async #until<T>(what: string, look: () => T | undefined): Promise<T> {
    const deadline = systemClock.now() + this.#timeoutMs
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      // Ctrl-C ends the programs too, so their end is not reported.
      if (this.#stop?.aborted) throw new Error(`it was stopped before ${what}`)
      if (this.#ended !== undefined)
        throw new Error(`the ${this.#ended.program} ended by itself before ${what}`)
      if (systemClock.now() > deadline)
        throw new Error(`waited ${this.#timeoutMs / 1000} s until ${what}`)
      await delay(POLL_MS)
    }
  }

  /** The executor gives its reasons to the trader, and the programs their troubles to the log. */
  #said(): string[] {
    const words = this.#lastWords()
    return [
      ...(words === undefined ? [] : [`the chat says: ${words.replaceAll('\n', ' | ')}`]),
      ...(this.#trouble === undefined
        ? []
        : [`the ${this.#trouble.program} warned: ${this.#trouble.text}`]),
    ]
  }

  #lastWords(): string | undefined {
    const last = this.#chat()
      .messages()
      .findLast(({ from }) => from?.is_bot)
    return last?.text ?? last?.caption
  }

  #card() {
    for (const card of this.#chat().messages()) {
      const buttons = card.reply_markup?.inline_keyboard.flat() ?? []
      const approve = buttons.find(({ text }) => text.includes('Approve'))
      if (approve !== undefined) return { card, button: approve.text }
    }
    return undefined
  }

  #filled(): number {
    const { venue, exchange } = this.#sandbox
    if (venue === PAPER) return this.#filledOnPaper()
    const orders = exchange.acceptLog()
    return orders.filter(({ executed }) => Number(executed) > 0).length
  }

  #filledOnPaper(): number {
    const file = join(this.#home, PAPER_FILE)
    return existsSync(file) ? filledOnPaper(file) : 0
  }

  #chat() {
    return this.#sandbox.telegram.chat()
  }
}

function words(failure: unknown): string {
  if (failure instanceof KeysideError) return `${failure.message} (${failure.code})`
  return failure instanceof Error ? failure.message : String(failure)
}
