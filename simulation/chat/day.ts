// A day in the chat from one seed: trades on several streams, a person who answers cards and asks, and Telegram's faults.
import type { DeviceReply } from '../../bot/device/device.ts'
import { openStore, type Store } from '../../bot/store/open.ts'
import { claimFor } from '../../bot/store/owner.ts'
import { type SimulatedBot, startSimulatedBot } from '../../bot/testing/simulated-bot.ts'
import type { Approval, OrderView, Report, ReportEvent } from '../../protocol/index.ts'
import { Random } from '../base/random.ts'
import { amountIn, orderOf } from './orders.ts'
import { type CallFaults, ChatServer, OWNER } from './telegram.ts'
import { VirtualClock } from './virtual-clock.ts'

const START = Date.UTC(2026, 0, 5)
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
/** Afterwards Telegram is well, and all that waits can be sent. */
const CALM_MS = 20 * MINUTE_MS
const STREAMS = 6
/** What the killed bot had under way has reached Telegram by then, or never will. */
const RESTART_MS = 1_000
/** From a trade's card to its sale. */
const MAX_MINUTES = 60

export interface DayOptions {
  readonly seed: number
  readonly hours: number
  /** The share of calls to Telegram that fail. */
  readonly failing: number
  /** Of those, the share that arrives after the bot has given them up. */
  readonly late?: number
}

interface Sent {
  readonly order: string
  /** Unix ms. */
  readonly at: number
}

export interface Day {
  readonly store: Store
  readonly server: ChatServer
  /** Orders that nobody is asked about. */
  readonly direct: Sent[]
  /** After a press. */
  readonly approved: (Sent & { readonly pressed: number; readonly heard: number })[]
  /** From the message to the command, ms. */
  readonly halts: number[]
  readonly presses: number
  readonly reports: number
  readonly log: readonly string[]
}

type OrderStep = Extract<ReportEvent, { type: 'order' }>

export async function runDay({ seed, hours, failing, late = 0 }: DayOptions): Promise<Day> {
  const clock = new VirtualClock(START)
  const end = START + hours * HOUR_MS
  const outages = [[START + 0.3 * hours * HOUR_MS, START + 0.38 * hours * HOUR_MS]] as const
  const calm = { failing: 0, late: 0, outages: [] }
  const faults: CallFaults = failing === 0 ? calm : { failing, late, outages }
  const isOver = () => clock.now() >= end
  const server = new ChatServer(clock, new Random(seed + 1_000_003), {
    get failing() {
      return isOver() ? 0 : faults.failing
    },
    get late() {
      return faults.late
    },
    outages: faults.outages,
  })
  const day = new Running(clock, server, seed)
  day.begin(end)
  await clock.runUntil(end + CALM_MS, () => server.isBusy)
  day.finish()
  return day
}

class Running implements Day {
  readonly store = openStore(':memory:')
  readonly direct: Sent[] = []
  readonly approved: Day['approved'] = []
  readonly halts: number[] = []
  readonly log: string[] = []
  readonly server: ChatServer
  reports = 0
  presses = 0
  #bot: SimulatedBot
  #end = 0
  readonly #clock: VirtualClock
  readonly #seed: number
  readonly #pressed = new Map<string, number>()
  readonly #answered = new Map<string, (answer: Approval['answer']) => void>()
  readonly #pending = new Set<number>()
  #haltedAt = 0

  constructor(clock: VirtualClock, server: ChatServer, seed: number) {
    this.#clock = clock
    this.server = server
    this.#seed = seed
    claimFor(this.store, { user: OWNER, chat: OWNER }, clock.now())
    server.owner.sendText('/help')
    this.#bot = this.#startBot(0)
  }

  begin(end: number): void {
    this.#end = end
    for (let stream = 0; stream < STREAMS; stream += 1) this.#trade(stream, 0)
    this.#ask(0)
    this.#watch()
    const life = end - this.#clock.now()
    for (const part of [0.2, 0.36, 0.7])
      this.#clock.after(part * life, () => {
        this.#bot.kill()
        this.#clock.after(RESTART_MS, () => {
          this.#bot = this.#startBot(part * 10)
        })
      })
  }

  finish(): void {
    this.#bot.kill()
  }

  #startBot(number: number): SimulatedBot {
    const random = new Random(this.#seed + number)
    return startSimulatedBot({
      store: this.store,
      clock: this.#clock,
      randomBytes: (count) => random.bytes(count),
      server: this.server,
      device: {
        ask: (instruction) => this.#command(instruction.do),
        answerOrder: async (answer) => this.#answer(answer),
      },
      onLog: (line) => this.log.push(line),
    })
  }

  #report(event: ReportEvent): void {
    this.reports += 1
    const iat = this.#clock.now() / 1000
    const seq = this.reports
    const registered = { iss: 'device', aud: 'bot', iat, exp: iat + 60, jti: `r${seq}` }
    this.#bot.report({ ...registered, seq, session: 's', at: iat, event } as Report)
  }

  // The device.
  async #command(name: string): Promise<DeviceReply> {
    if (name === 'halt') this.halts.push(this.#clock.now() - this.#haltedAt)
    await this.#clock.wait(30)
    return { outcome: 'answered', answer: { about: 'done' } }
  }

  #answer({ order, answer }: Pick<Approval, 'order' | 'answer'>): void {
    const take = this.#answered.get(order)
    if (take === undefined) return
    this.#answered.delete(order)
    const at = this.#clock.now()
    const { lastPoll: heard } = this.server
    if (answer === 'approve')
      this.approved.push({ order, at, heard, pressed: this.#pressed.get(order) ?? 0 })
    take(answer)
  }

  /** One trade of a stream after the other, at times that nothing in the chat changes. */
  #trade(stream: number, number: number): void {
    const random = new Random(this.#seed * 7919 + stream * 1009 + number)
    const begin = random.between(number === 0 ? 1 : MAX_MINUTES, 80) * MINUTE_MS
    if (this.#clock.now() + begin > this.#end) return
    this.#clock.after(begin + random.between(0, 59_999), () => {
      this.#trade(stream, number + 1)
      void this.#live(random, stream, number)
    })
  }

  async #live(random: Random, stream: number, number: number): Promise<void> {
    const entry = orderOf(stream, number, 0)
    const isAsked = random.chance(0.6)
    if (isAsked && !(await this.#isApproved(random, entry))) return
    if (!isAsked) this.direct.push({ order: entry.id, at: this.#clock.now() })
    const step = (order: OrderView, status: OrderStep['status'], more: Partial<OrderStep> = {}) =>
      this.#report({ type: 'order', status, order, filled: '0', ...more })
    step(entry, 'submitted')
    await this.#clock.wait(400)
    step(entry, 'filled', { filled: entry.amount, average: '64000' })
    let stop = orderOf(stream, number, 1, 63_000)
    step(stop, 'accepted')
    for (let moves = random.between(0, 4); moves > 0; moves -= 1) {
      await this.#clock.wait(random.between(1, 8) * MINUTE_MS)
      step(stop, 'canceled', { code: 'stop_replaced', message: 'taken off' })
      stop = orderOf(stream, number, 10 + moves, 63_500 - moves)
      step(stop, 'accepted')
    }
    await this.#clock.wait(random.between(1, 20) * MINUTE_MS)
    const sold = { filled: entry.amount, average: '64500', result: RESULT }
    if (random.chance(0.3)) step(stop, 'filled', sold)
    else {
      const exit = orderOf(stream, number, 2)
      step(stop, 'canceled', { code: 'stop_taken_off', message: 'taken off' })
      step(exit, 'submitted', { reason: 'the rule' })
      await this.#clock.wait(400)
      step(exit, 'filled', sold)
    }
    if (random.chance(0.2))
      this.#report({
        type: 'notice',
        level: 'warning',
        code: 'dust_left',
        message: `dust of ${entry.id}`,
      })
  }

  /** Asks with a card, and waits for the person or the end of its time. */
  async #isApproved(random: Random, order: OrderView): Promise<boolean> {
    const life = random.between(40, 300)
    const expires = this.#clock.now() / 1000 + life
    const card = { market: '64000', risk: '5', reason: 'the rule', timeframe: '1m', candles: [] }
    this.#report({ type: 'approval', order, expires, ...card } as ReportEvent)
    const answer = await new Promise<Approval['answer'] | 'expired'>((resolve) => {
      this.#answered.set(order.id, resolve)
      this.#clock.after(life * 1000, () => {
        if (this.#answered.delete(order.id)) resolve('expired')
      })
    })
    const status = { approve: 'approved', expired: 'expired' }[answer as string] ?? 'declined'
    this.#report({ type: 'order', status, order, filled: '0' } as ReportEvent)
    return answer === 'approve'
  }

  // The person.
  #watch(): void {
    const random = new Random(this.#seed + 77)
    this.server.state.chats.listen(OWNER, (event) => {
      if (event.type !== 'message' || event.message.reply_markup === undefined) return
      const { message_id, text = '' } = event.message
      if (this.#pending.has(message_id)) return
      this.#pending.add(message_id)
      this.#clock.after(random.between(2, 60) * 1000, () => this.#press(message_id, text, random))
    })
  }

  #press(message_id: number, text: string, random: Random): void {
    this.#pending.delete(message_id)
    const shown = this.server.state.chats.message(OWNER, message_id)
    const buttons = shown?.reply_markup?.inline_keyboard.flat() ?? []
    const [approve, decline] = ['Approve', 'Decline'].map((word) =>
      buttons.find((one) => one.text.includes(word)),
    )
    if (approve === undefined || decline === undefined) return
    this.presses += 1
    const wanted = random.chance(0.9) ? approve : decline
    const order = [...this.#answered.keys()].find((id) => text.includes(amountIn(id)))
    if (order !== undefined) this.#pressed.set(order, this.#clock.now())
    this.server.owner.pressButton({ message_id }, wanted.text)
    this.server.stir()
  }

  #ask(number: number): void {
    const random = new Random(this.#seed * 31 + number)
    this.#clock.after(random.between(5, 60) * MINUTE_MS + 1, () => {
      if (this.#clock.now() > this.#end) return
      const isHalt = number % 5 === 4
      if (isHalt) this.#haltedAt = this.#clock.now()
      this.server.owner.sendText(isHalt ? '/halt' : '/status')
      this.server.stir()
      this.#ask(number + 1)
    })
  }
}

const RESULT = { gain: '25', negative: false, paid: '3200' }
