// The trader behind the bot: answers cards soon, late, twice or never, and gives commands.

import { times } from '../executor/core/model/decimals.ts'
import type { Portfolio } from '../executor/core/model/state.ts'
import {
  type Approval,
  type Command,
  commandTopic,
  keyring,
  type Report,
  reportTopic,
  seconds,
  sign,
  verify,
} from '../protocol/index.ts'
import { newJti } from '../runtime/index.ts'
import { codeAt } from './authenticator.ts'
import { Random } from './base/random.ts'
import type { Device } from './device.ts'
import { BOT_KEY, CODE_SECRET, DEVICE, DEVICE_KEY } from './keys.ts'
import type { Network } from './network.ts'
import type { Simulation } from './simulation.ts'
import type { WaysOutJudge } from './ways-out/judge.ts'
import { WaysOutTrader } from './ways-out/trader.ts'

const READS = keyring([{ key: DEVICE_KEY, issuer: DEVICE, kinds: ['report'] }])
const ANSWERS = ['approve', 'approve', 'approve', 'approve', 'less', 'decline'] as const
const CALM_COMMANDS = ['status', 'positions', 'balance'] as const
const ASK_AGAIN_MS = 5_000
/** Near the end of a run the trader leaves a halt alone: a start takes its time. */
const UNHALTS_MS = 25_000
/** Every fourth seed has a trader with ways out of their own: in the others what the device does by itself goes undisturbed. */
const OWN_WAYS_OUT = 4

export interface TraderOptions {
  readonly simulation: Simulation
  readonly network: Network
  readonly device: Device
  readonly judge: Pick<WaysOutJudge, 'onYes'>
  readonly positions: () => Portfolio['positions']
}

export class Trader {
  readonly #options: TraderOptions
  readonly #random: Random
  readonly #randomBytes = (bytes: number) => this.#random.bytes(bytes)
  readonly #received = new Set<number>()
  readonly #waysOut: WaysOutTrader
  #whole = 0

  constructor(options: TraderOptions) {
    const { simulation, judge, positions } = options
    this.#options = options
    this.#random = new Random(simulation.random.word())
    this.#waysOut = new WaysOutTrader({
      random: new Random(simulation.seed),
      after: (ms, run) => void simulation.scheduler.after(ms, run),
      command: (instruction) => this.#command(instruction),
      held: () => [...new Set(Object.values(positions()).map(({ stream }) => stream))],
      onYes: (shown) => judge.onYes(shown),
    })
  }

  run(): void {
    const { scheduler } = this.#options.simulation
    scheduler.every(ASK_AGAIN_MS, () => this.#askForMissing())
    this.#later()
    if (this.#options.simulation.seed % OWN_WAYS_OUT === 1) this.#leaveLater()
  }

  /** The last report up to which none is missing. */
  whole(): number {
    return this.#whole
  }

  read(token: string): undefined {
    const { simulation } = this.#options
    const now = seconds(simulation.scheduler.now())
    const verified = verify(token, READS, {
      kinds: ['report'],
      audience: 'bot',
      now,
      topic: reportTopic(DEVICE),
    })
    // The device's clock may be wrong: the report comes again when it is right.
    if (!verified.ok) return simulation.note(`trader cannot read a report: ${verified.code}`)
    const { seq, event } = verified.claims
    if (this.#received.has(seq)) return
    this.#received.add(seq)
    while (this.#received.has(this.#whole + 1)) this.#whole += 1
    if (event.type === 'approval') this.#onCard(event)
    this.#waysOut.read(event)
    const isStopped =
      (event.type === 'state' && event.state === 'halted') ||
      (event.type === 'notice' && event.code === 'equivocation')
    if (isStopped) this.#onHalted()
  }

  /** Looks at what has happened and goes on. */
  #onHalted(): void {
    const { simulation, device } = this.#options
    if (simulation.scheduler.now() > simulation.healed + UNHALTS_MS) return
    simulation.scheduler.after(this.#random.between(3_000, 20_000), () => device.unhalt())
  }

  #onCard({ order, code }: Extract<Report['event'], { type: 'approval' }>): void {
    const { scheduler } = this.#options.simulation
    const taps = this.#random.pick([0, 1, 1, 1, 1, 2])
    const answer = this.#random.pick(ANSWERS)
    // Sometimes no less at all, or too little for any order.
    const value = times(order.value, this.#random.pick(['0.5', '0.5', '0.3', '1.5', '0.001']))
    for (let tap = 0; tap < taps; tap += 1) {
      const wait = this.#random.chance(0.7) ? 8_000 : 150_000
      scheduler.after(this.#random.between(500, wait), () =>
        answer === 'less'
          ? this.#say({ order: order.id, answer, value })
          : this.#answer(order.id, answer, code === 'needed' ? this.#code() : undefined),
      )
    }
  }

  #answer(order: string, answer: 'approve' | 'decline', code: string | undefined): void {
    this.#say({ order, answer, ...(code !== undefined && { code }) })
  }

  #say(said: Pick<Approval, 'order' | 'answer' | 'code' | 'value'>): void {
    const claims = { ...this.#registered(), ...said }
    this.#send(`${said.answer} ${said.order.slice(0, 6)}`, () => sign('approval', claims, BOT_KEY))
  }

  /** Sometimes a slip of the finger, or none. */
  #code(): string | undefined {
    if (this.#random.chance(0.1)) return undefined
    if (this.#random.chance(0.1)) return '000000'
    return codeAt(CODE_SECRET, this.#options.simulation.scheduler.now())
  }

  #later(): void {
    const { simulation } = this.#options
    simulation.scheduler.after(this.#random.between(10_000, 60_000), () => {
      if (simulation.scheduler.now() >= simulation.healed) return
      this.#interfere()
      this.#later()
    })
  }

  #leaveLater(): void {
    const { simulation } = this.#options
    simulation.scheduler.after(this.#random.between(500, 4_000), () => {
      if (simulation.scheduler.now() >= simulation.healed) return
      this.#waysOut.ask()
      this.#leaveLater()
    })
  }

  #interfere(): undefined {
    const { device } = this.#options
    const what = this.#random.between(0, 12)
    if (what < 2) return this.#pause()
    if (what === 2) return this.#halt()
    if (what < 6) return device.changePolicy()
    if (what === 6) return this.#command({ do: 'trades', limit: 10 })
    if (what === 7) return this.#command({ do: 'orders', limit: 10 })
    this.#command({ do: this.#random.pick(CALM_COMMANDS) })
  }

  #pause(): undefined {
    const { scheduler } = this.#options.simulation
    const ms = this.#random.between(1_000, 20_000)
    const until = Math.ceil(seconds(scheduler.now() + ms))
    const what = this.#random.pick(['all', 'btc', 'all for a time', 'btc for a time'] as const)
    const of = what.startsWith('btc') ? { what: 'btc' } : {}
    const isTimed = what.endsWith('time')
    this.#command({ do: 'pause', ...of, ...(isTimed && { until }) })
    if (!isTimed) scheduler.after(ms, () => this.#command({ do: 'resume' }))
  }

  #halt(): undefined {
    const sells = this.#random.chance(0.5)
    this.#command({ do: 'halt', ...(sells && { positions: 'sell' }) })
  }

  #askForMissing(): void {
    const { device } = this.#options
    if ((device.journal()?.lastReport() ?? 0) > this.#whole)
      this.#command({ do: 'replay', after: this.#whole })
  }

  #command(instruction: Command['instruction']): undefined {
    this.#send(instruction.do, () =>
      sign('command', { ...this.#registered(), instruction }, BOT_KEY),
    )
  }

  #send(what: string, write: () => string): void {
    const { simulation, network, device } = this.#options
    simulation.note(`trader: ${what}`)
    const token = write()
    network.send(what, () =>
      device.hear({ line: 'home', topic: commandTopic(DEVICE), token, retained: false }),
    )
  }

  #registered() {
    const iat = seconds(this.#options.simulation.scheduler.now())
    const jti = newJti(this.#randomBytes)
    return { iss: 'bot', aud: DEVICE, iat, exp: iat + 60, jti, sub: 'telegram:1' } as const
  }
}
