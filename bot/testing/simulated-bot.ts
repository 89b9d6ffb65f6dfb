// The bot's own parts over a Telegram that may fail, with a scripted device in place of the broker link.

import type { Report } from '@keyside/protocol'
import { type Clock, createLog, type RandomBytes } from '@keyside/runtime'
import { Api, Bot } from 'grammy'
import { resumeCards, tickCards } from '../approvals/card.ts'
import { Background } from '../background.ts'
import { chatHandlers } from '../chat-handlers.ts'
import { ClaimCode } from '../claim.ts'
import type { Device } from '../device/device.ts'
import { Outbox } from '../outbox/outbox.ts'
import { ownerOnly } from '../owner.ts'
import { Poll } from '../poll.ts'
import { notify } from '../reports/notify.ts'
import { type Store, transact } from '../store/open.ts'
import { findOwner } from '../store/owner.ts'
import { telegramOver } from '../telegram.ts'

const DEVICE_NAME = 'north'

export interface SimulatedBot {
  report(report: Report): void
  /** As a crash does: nothing of what is under way is noted any more. */
  kill(): void
}

export interface BotParts {
  readonly store: Store
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  /** What grammY calls in place of the network. */
  readonly server: { readonly token: string; readonly fetch: unknown }
  readonly device: Pick<Device, 'ask' | 'answerOrder'>
  readonly onLog: (line: string) => void
}

export function startSimulatedBot({
  store,
  clock,
  randomBytes,
  server,
  device,
  onLog,
}: BotParts): SimulatedBot {
  const log = createLog({ program: 'bot', level: 'warn', destination: { write: onLog } })
  const client = { fetch: server.fetch as never, timeoutSeconds: 1000 }
  const bot = new Bot(server.token, { client })
  const { api, toast, freshen } = telegramOver(
    { token: server.token, bot, api: new Api(server.token, client) },
    { clock, idle: () => [] },
  )
  const draw = async () => null
  const outbox = new Outbox({
    store,
    clock,
    log,
    trace: () => undefined,
    devices: () => 'one',
    account: () => null,
    api,
    draw,
  })
  const background = new Background(log, server.token)
  const shared = {
    store,
    clock,
    log,
    randomBytes,
    wake: () => outbox.wake(),
    devices: [{ name: DEVICE_NAME, device }],
    linkTo: () => ({ device, reachable: () => true }),
    inBackground: background.run,
    toast,
    erase: async (chat: number, message: number) => void (await api.deleteMessage(chat, message)),
  }
  const claim = new ClaimCode({ clock, randomBytes, log, show: () => undefined })
  const handlers = chatHandlers(shared).middleware()
  const ignore = () => undefined
  bot.use(ownerOnly({ ...shared, claim, onClaimed: ignore, onUnwritable: ignore }), handlers)
  const poll = new Poll({
    bot,
    clock,
    log,
    onStart: ignore,
    onHeard: () => outbox.retry(),
    onFailed: (error) => background.logFailure(error),
    onTrouble: (code) => {
      if (code === null) freshen()
    },
  })
  const timers = [clock.every(1000, () => tickCards(shared))]
  resumeCards(shared)
  outbox.wake()
  poll.start()
  return {
    report: (report) => {
      const owner = findOwner(store)
      if (owner === null) throw new Error('nobody owns the bot')
      const context = { store, randomBytes, owner, device: DEVICE_NAME, now: clock.now() }
      transact(store, () => notify(context, report))
      outbox.wake()
    },
    kill: () => {
      for (const cancel of timers) cancel()
      void outbox.stop(0)
      void poll.stop()
    },
  }
}
