// Sends what waits in the store, in order and at least once, for as long as it takes.
import {
  type Cancel,
  type Clock,
  describeError,
  type Logger,
  type Trace,
  whileBusy,
} from '@keyside/runtime'
import { type Api, GrammyError, InlineKeyboard, InputFile } from 'grammy'
import type { ChartInput } from '../charts/input.ts'
import { warnBusy } from '../store/busy.ts'
import { type Message, markSent, nextUnsent, type Shown } from '../store/messages.ts'
import type { Store } from '../store/open.ts'
import { deviceHeading } from '../texts/chat.ts'
import { classifySendError, type SendFailure, TELEGRAM_SENTENCES } from './telegram-errors.ts'

/** How long a store that is busy is left alone, ms. */
const STORE_MS = 1000

export interface OutboxDeps extends DeliverDeps {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  readonly trace: Trace
  /** A message says which device it is about only where there are several. */
  readonly devices: () => 'one' | 'several'
}

export class Outbox {
  #state: 'idle' | 'sending' | 'pausing' | 'stopping' | 'stopped' = 'idle'
  #cancelPause: Cancel = () => {}
  #failures = 0
  #problem: string | null = null
  #work: Promise<void> = Promise.resolve()
  readonly #pace = new RateLimit()
  readonly #deps: OutboxDeps

  constructor(deps: OutboxDeps) {
    this.#deps = deps
  }

  /** Call after each write. Returns at once. */
  wake(): void {
    if (this.#state !== 'idle') return
    this.#state = 'sending'
    this.#work = this.#run()
  }

  /** Telegram has just answered: retry now what was waiting for it. A delay that Telegram asked for is kept. */
  retry(): void {
    this.#failures = 0
    if (this.#state !== 'pausing' || this.#problem === null) return
    if (this.#problem === 'telegram_limited') return
    this.#cancelPause()
    this.#pause(0)
  }

  /** Waits up to `ms` for the call in progress: forgetting it would show its message twice. */
  async stop(ms: number): Promise<void> {
    this.#state = 'stopping'
    this.#cancelPause()
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    await Promise.race([this.#work, promise])
    clearTimeout(timer)
    this.#state = 'stopped'
  }

  async #run(): Promise<void> {
    try {
      while (this.#isSending()) await this.#next()
    } catch (error) {
      if (!this.#isSending()) return
      const err = describeError(error)
      this.#deps.log.error(
        { code: 'handler_failed', err },
        'the store cannot be used; trying again',
      )
      this.#pause(STORE_MS)
    }
  }

  async #next(): Promise<void> {
    const message = nextUnsent(this.#deps.store)
    const wait = message === null ? 0 : this.#pace.take(this.#deps.clock.now())
    if (message === null) this.#state = 'idle'
    else if (wait > 0) this.#pause(wait)
    else await this.#send(message)
  }

  #headed(message: Message): Message {
    const { device, content } = message
    if (this.#deps.devices() === 'one' || device === null) return message
    return {
      ...message,
      content: { ...content, html: `${deviceHeading(device).text}\n${content.html}` },
    }
  }

  async #send(message: Message): Promise<void> {
    const began = this.#deps.clock.now()
    const came = await deliver(this.#deps, this.#headed(message)).catch((error) =>
      classifySendError(error, this.#failures + 1),
    )
    const took = this.#deps.clock.now() - began
    await this.#note(() => {
      if (!('outcome' in came)) this.#accepted(message, came)
      else if (this.#isSending()) this.#failed(message, came, took)
    })
  }

  /** What Telegram has taken must not be sent again because another program holds the store. */
  #note(write: () => void): Promise<void> {
    const { clock, log } = this.#deps
    const unlessStopped = () => {
      if (this.#state !== 'stopped') write()
    }
    return whileBusy(unlessStopped, clock, warnBusy(log))
  }

  #accepted(message: Message, shown: Pick<Message, 'telegram' | 'form'>): void {
    const { store, log, trace } = this.#deps
    markSent(store, message, shown)
    if (message.trace !== null) trace('notified', message.trace)
    if (this.#problem !== null) log.info('Telegram takes messages again')
    this.#failures = 0
    this.#problem = null
  }

  /** `took`: how long the call was under way, ms. */
  #failed(message: Message, verdict: SendFailure, took: number): void {
    const { store, log } = this.#deps
    if (verdict.outcome === 'wait') {
      this.#failures += 1
      this.#warnOnce(verdict.code, verdict.ms)
      const isAsked = verdict.code === 'telegram_limited'
      this.#pause(isAsked ? verdict.ms : Math.max(0, verdict.ms - took))
      return
    }
    this.#failures = 0
    if (verdict.outcome === 'drop')
      log.error({ code: verdict.code, why: verdict.why }, 'Telegram does not take a message')
    markSent(store, message, message)
  }

  #warnOnce(code: Extract<SendFailure, { outcome: 'wait' }>['code'], ms: number): void {
    if (this.#problem === code) return
    this.#problem = code
    this.#deps.log.warn({ code, pauseMs: ms }, TELEGRAM_SENTENCES.get(code) ?? code)
  }

  #pause(ms: number): void {
    this.#state = 'pausing'
    this.#cancelPause = this.#deps.clock.after(ms, () => {
      this.#state = 'idle'
      this.wake()
    })
  }

  #isSending(): boolean {
    return this.#state === 'sending'
  }
}

// One call to Telegram that brings one message to the state it is to have.
interface DeliverDeps {
  readonly api: Api
  /** A PNG, or null when it cannot be drawn: the text alone is sent then. */
  readonly draw: (chart: ChartInput) => Promise<Uint8Array | null>
}

/** Rejects with grammY's errors. */
async function deliver(deps: DeliverDeps, message: Message): Promise<Shown> {
  if (message.telegram !== null) {
    await edit(deps.api, message, message.telegram)
    return { telegram: message.telegram, form: message.form }
  }
  const { chart } = message.content
  const picture = chart === undefined ? null : await deps.draw(chart)
  if (picture === null) return sendText(deps.api, message)
  try {
    return await sendPhoto(deps.api, message, picture)
  } catch (error) {
    // If Telegram refuses the picture, the card is still sent, as text.
    if (error instanceof GrammyError && error.error_code === 400) return sendText(deps.api, message)
    throw error
  }
}

async function sendText(api: Api, message: Message): Promise<Shown> {
  const { chat, content } = message
  const other = {
    ...markup(message),
    ...replyBox(message),
    link_preview_options: { is_disabled: true },
    ...quiet(message),
  }
  const sent = await api.sendMessage(chat, content.html, other)
  return { telegram: sent.message_id, form: 'text' }
}

async function sendPhoto(api: Api, message: Message, picture: Uint8Array): Promise<Shown> {
  const { chat, content } = message
  const other = { caption: content.html, ...markup(message), ...quiet(message) }
  const sent = await api.sendPhoto(chat, new InputFile(picture, 'chart.png'), other)
  return { telegram: sent.message_id, form: 'photo' }
}

async function edit(api: Api, message: Message, number: number): Promise<void> {
  const { chat, content, form } = message
  if (form === 'photo') {
    const other = { caption: content.html, ...markup(message) }
    await api.editMessageCaption(chat, number, other)
  } else await api.editMessageText(chat, number, content.html, markup(message))
}

function markup({ content: { buttons = [] } }: Message) {
  const keyboard = new InlineKeyboard(
    buttons.map((row) => row.map(({ text, data }) => InlineKeyboard.text(text, data))),
  )
  return {
    parse_mode: 'HTML' as const,
    ...(buttons.length > 0 && { reply_markup: keyboard }),
  }
}

/** Telegram lets such a message never be edited: it is deleted when it has served. */
function replyBox({ content: { replyHint } }: Message) {
  if (replyHint === undefined) return {}
  return { reply_markup: { force_reply: true, input_field_placeholder: replyHint } as const }
}

function quiet({ content }: Message) {
  return content.quiet === true ? { disable_notification: true } : {}
}

// How fast one chat may be written to: Telegram asks for one message a second, short bursts aside.
const BURST = 10
const REFILL_MS = 1000

class RateLimit {
  #tokens = BURST
  #at = 0

  /** Takes one call's worth, or says how many ms to wait for it. `now` in Unix ms. */
  take(now: number): number {
    const earned = Math.max(0, now - this.#at) / REFILL_MS
    this.#tokens = Math.min(BURST, this.#tokens + earned)
    this.#at = now
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) * REFILL_MS)
    this.#tokens -= 1
    return 0
  }
}
