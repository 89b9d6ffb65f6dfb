// The composition: store, links to the devices, cards, commands, outbox, Telegram, and shutdown.
import { resolve } from 'node:path'
import { type Clock, type Logger, type RandomBytes, type Trace, whileBusy } from '@keyside/runtime'
import { resumeCards, tickCards } from './approvals/card.ts'
import { Background } from './background.ts'
import { resumeQuestions, tickQuestions } from './buttons/question.ts'
import { drawOrNull } from './charts/draw.ts'
import { chatHandlers } from './chat-handlers.ts'
import { ClaimCode } from './claim.ts'
import type { CommandDeps } from './commands/run.ts'
import type { BotConfig } from './config.ts'
import { type DeviceLink, DeviceLinks, followDevices } from './device-link.ts'
import { Outbox } from './outbox/outbox.ts'
import { ownerOnly } from './owner.ts'
import { erasePinNotes } from './pin-notes.ts'
import { Poll } from './poll.ts'
import { notifyKept } from './reports/before-owner.ts'
import { styled } from './settings/styled.ts'
import { warnBusy } from './store/busy.ts'
import { forgetDevice } from './store/device.ts'
import type { NotificationContext } from './store/messages.ts'
import { openExclusive, prune, type Store, transact } from './store/open.ts'
import { findOwner, type Owner } from './store/owner.ts'
import { say } from './store/say.ts'
import { noteProblem } from './store/telegram-problem.ts'
import { Summaries } from './summaries/summaries.ts'
import { createTelegram, type Telegram } from './telegram.ts'
import { COMMANDS, claimed, unwritable } from './texts/chat.ts'

export interface BotDeps {
  /** KEYSIDE_HOME: the files of the config are relative to it. */
  readonly home: string
  /** The devices as config.yaml has them now: asked again when it has changed. None: another bot has taken this one's place. */
  readonly devices: () => BotConfig['devices']
  readonly log: Logger
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly trace: Trace
  /** Shows the code at the bot's own terminal, and nowhere else. */
  readonly onClaimCode: (code: string, botUsername: string) => void
  /** Called before a connection to a device's broker: the device may have been paired after the start. */
  readonly reach?: (url: string) => void
}

export interface RunningBot {
  stop(): Promise<void>
}

interface Parts extends BotDeps {
  readonly store: Store
  readonly telegram: Telegram
  readonly deviceLinks: DeviceLinks
  readonly claim: ClaimCode
  readonly background: Background
  readonly wake: () => void
  readonly outbox: Outbox
}

/** How long stopping waits for work under way, ms. */
const BACKGROUND_STOP_MS = 300
/** How long stopping waits for the message that is being sent, ms. */
const OUTBOX_STOP_MS = 1000
/** How late a device that was paired or taken out may be noticed, ms. */
const LOOK_MS = 250
/** How late a summary may be sent. */
const SUMMARIES_MS = 5000
/** How long starting waits for the broker, ms. */
const BROKER_MS = 2000

/**
 * Needs neither Telegram nor the broker to be there: it keeps trying both.
 * Throws a KeysideError with one of BOT_START_CODES or RUNTIME_CODES.
 */
export async function startBot(config: BotConfig, deps: BotDeps): Promise<RunningBot> {
  const { home, clock, log } = deps
  const telegram = createTelegram(config, deps)
  const followed = followDevices(home, deps.devices)
  const { store, close } = openExclusive(resolve(home, config.database))
  await whileBusy(() => prune(store, clock.now()), clock, warnBusy(log))
  const outbox = new Outbox({
    ...deps,
    store,
    api: telegram.api,
    draw: drawOrNull(log),
    devices: () => (deviceLinks.all.length === 1 ? 'one' : 'several'),
    account: (device) => deviceLinks.accountOf(device),
  })
  const wake = () => outbox.wake()
  const background = new Background(log, telegram.token)
  const onGone = (name: string) =>
    background.run(whileBusy(() => forgetDevice(store, name), clock, warnBusy(log)))
  const deviceLinks = new DeviceLinks(followed, { ...deps, bot: config.id, store, wake, onGone })
  for (const { link } of deviceLinks.all) background.run(link.ready)
  const show = (code: string) => deps.onClaimCode(code, telegram.bot.botInfo.username)
  const claim = new ClaimCode({ ...deps, show })
  await awaitBrokers(deviceLinks.all)
  const stopWork = startWork({
    ...deps,
    store,
    telegram,
    deviceLinks,
    claim,
    background,
    wake,
    outbox,
  })
  let state: 'running' | 'stopped' = 'running'
  return {
    async stop() {
      if (state === 'stopped') return
      state = 'stopped'
      await Promise.all([stopWork(), deviceLinks.close(), outbox.stop(OUTBOX_STOP_MS)])
      await background.settled(BACKGROUND_STOP_MS)
      close()
    },
  }
}

/** Waits a moment for the brokers, so that commands that waited at Telegram are not refused because they came first. */
async function awaitBrokers(links: readonly DeviceLink[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, BROKER_MS)
  await Promise.race([Promise.allSettled(links.map(({ link }) => link.ready)), promise])
  clearTimeout(timer)
}

/** Sets everything in motion. Returns what ends it. */
function startWork(parts: Parts): () => Promise<void> {
  const { store, telegram, deviceLinks, claim, background, wake, log, clock } = parts
  const linkTo = (name: string) => deviceLinks.find(name)
  const erase = async (chat: number, message: number) =>
    void (await telegram.api.deleteMessage(chat, message))
  const inBackground = background.run
  const shared = { ...parts, devices: deviceLinks.all, linkTo, inBackground, erase }
  const handlers = chatHandlers({ ...shared, toast: telegram.toast }).middleware()
  telegram.bot.use(
    erasePinNotes(shared),
    ownerOnly({
      ...parts,
      onClaimed: (owner) => welcome(shared, owner),
      onUnwritable: ({ message }) => background.run(sayUnwritable(parts, message)),
    }),
    // A lost press is harm, and each handler may run twice without any.
    (ctx) => {
      const handle = () => styled(store, () => handlers(ctx, async () => undefined))
      return whileBusy(handle, clock, warnBusy(log))
    },
  )
  /** A database that is busy for a while must not end the bot. */
  const safely = (run: () => void) => background.run(Promise.try(() => styled(store, run)))
  const onStart = () => {
    background.run(telegram.api.setMyCommands(COMMANDS).then(() => undefined))
    safely(() => keepClaimable(telegram, store, claim))
  }
  const poll = new Poll({
    ...parts,
    bot: telegram.bot,
    onStart,
    onHeard: () => parts.outbox.retry(),
    onFailed: (error) => background.logFailure(error),
    onTrouble: (code) => {
      if (code === null) telegram.freshen()
      safely(() => noteProblem(store, code, parts.clock.now()))
    },
  })
  const summaries = new Summaries({ ...shared, styled: (run) => styled(store, run) })
  const timers = [
    clock.every(1000, () => safely(() => keepClaimable(telegram, store, claim))),
    clock.every(1000, () => safely(() => tickCards(shared))),
    clock.every(1000, () => safely(() => tickQuestions(shared))),
    clock.every(SUMMARIES_MS, () => background.run(summaries.tick())),
    clock.every(3000, () => {
      for (const { receiver } of deviceLinks.all) safely(() => receiver.tick())
    }),
    clock.every(LOOK_MS, () => {
      safely(() => deviceLinks.look())
      if (deviceLinks.all.length > 0) return
      log.warn(
        'another bot was paired with the device of this home: this one is silent from now on',
      )
      void stop()
    }),
  ]
  background.run(whileBusy(() => styled(store, () => resumeCards(shared)), clock, warnBusy(log)))
  background.run(whileBusy(() => resumeQuestions(shared), clock, warnBusy(log)))
  wake()
  poll.start()
  let stopped: Promise<void> | undefined
  function stop(): Promise<void> {
    for (const cancel of timers) cancel()
    stopped ??= poll.stop()
    return stopped
  }
  return stop
}

/** Without the outbox, which could not store it. */
async function sayUnwritable({ store, telegram }: Parts, why: string): Promise<void> {
  const owner = findOwner(store)
  if (owner !== null) await telegram.api.sendMessage(owner.chat, unwritable(why))
}

/** Greets the owner, then shows the reports that were kept for the claim. */
function welcome(deps: CommandDeps & Pick<NotificationContext, 'randomBytes'>, owner: Owner): void {
  say(deps, owner, claimed)
  const { store } = deps
  styled(store, () => transact(store, () => notifyKept({ ...deps, owner, now: deps.clock.now() })))
  deps.wake()
}

function keepClaimable({ bot }: Telegram, store: Store, claim: ClaimCode): void {
  if (findOwner(store) !== null) claim.forget()
  else if (bot.isInited()) claim.renew()
}
