// The composition: store, line to the device, cards, commands, outbox, Telegram, and the way back down.
import { resolve } from 'node:path'
import {
  type Clock,
  type Logger,
  type RandomBytes,
  readSecret,
  readSigningKey,
  type Trace,
  whileBusy,
} from '@keyside/runtime'
import { Composer } from 'grammy'
import { resumeCards, tickCards } from './approvals/countdown.ts'
import { pressHandlers } from './approvals/handle.ts'
import { codeHandlers } from './approvals/handle-code.ts'
import { Background } from './background.ts'
import { drawOrNull } from './charts/draw.ts'
import { ClaimCode } from './claim.ts'
import { commandHandlers } from './commands/handle.ts'
import { type CommandDeps, say } from './commands/run.ts'
import type { BotConfig } from './config.ts'
import { type Line, openLine } from './line.ts'
import { Outbox } from './outbox/outbox.ts'
import { ownerOnly } from './owner.ts'
import { Poll } from './poll.ts'
import { tellKept } from './reports/before-owner.ts'
import type { Telling } from './reports/telling.ts'
import { tellHeld } from './store/held.ts'
import { openAlone, prune, type Store, transact } from './store/open.ts'
import { findOwner, type Owner } from './store/owner.ts'
import { noteTrouble } from './store/trouble.ts'
import { createTelegram, type Telegram } from './telegram.ts'
import { COMMANDS, claimed } from './texts/chat.ts'

export interface BotDeps {
  /** KEYSIDE_HOME: the files of the config are relative to it. */
  readonly home: string
  readonly log: Logger
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly trace: Trace
  /** Shows the code at the bot's own terminal, and nowhere else. */
  readonly onClaimCode: (code: string, botUsername: string) => void
}

export interface RunningBot {
  stop(): Promise<void>
}

interface Parts extends BotDeps {
  readonly store: Store
  readonly telegram: Telegram
  readonly line: Line
  readonly claim: ClaimCode
  readonly background: Background
  readonly kick: () => void
  readonly outbox: Outbox
}

/** How long stopping waits for work under way, ms. */
const FAREWELL_MS = 300
/** How long stopping waits for the message that is being sent, ms. */
const OUTBOX_MS = 1000
/** How long starting waits for the broker, ms. */
const BROKER_MS = 2000

/**
 * Needs neither Telegram nor the broker to be there: it keeps trying both.
 * Throws a KeysideError with one of BOT_START_CODES or RUNTIME_CODES.
 */
export async function startBot(config: BotConfig, deps: BotDeps): Promise<RunningBot> {
  const { home, clock, log } = deps
  const telegram = createTelegram(config, deps)
  const access = () => readSecret(resolve(home, config.broker.tokenFile))
  // Without a token there is nothing to begin with; a new one later needs no restart.
  access()
  const secrets = { key: readSigningKey(resolve(home, config.signingKeyFile)), access }
  const { store, close } = openAlone(resolve(home, config.database))
  await whileBusy(() => prune(store, clock.now()), clock, tellHeld(log))
  const outbox = new Outbox({ ...deps, store, api: telegram.api, draw: drawOrNull(log) })
  const kick = () => outbox.kick()
  const line = openLine(config, secrets, { ...deps, store, kick })
  const background = new Background(log, telegram.token)
  background.run(line.link.ready)
  const show = (code: string) => deps.onClaimCode(code, telegram.bot.botInfo.username)
  const claim = new ClaimCode({ ...deps, show })
  await broker(line)
  const stopWork = work({ ...deps, store, telegram, line, claim, background, kick, outbox })
  let state: 'running' | 'stopped' = 'running'
  return {
    async stop() {
      if (state === 'stopped') return
      state = 'stopped'
      line.device.close()
      await Promise.all([stopWork(), line.link.close(), outbox.stop(OUTBOX_MS)])
      await background.settled(FAREWELL_MS)
      close()
    },
  }
}

/** A press or a command that waited at Telegram should not find the broker missing, only because it came first. */
async function broker({ link }: Line): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, BROKER_MS)
  await Promise.race([link.ready, promise]).catch(() => undefined)
  clearTimeout(timer)
}

/** Sets everything in motion. Returns what ends it. */
function work(parts: Parts): () => Promise<void> {
  const { store, telegram, line, claim, background, kick, log, clock } = parts
  const { device, there: deviceThere } = line
  const shared = { ...parts, device, deviceThere, inBackground: background.run }
  const handlers = new Composer(
    pressHandlers({ ...shared, toast: telegram.toast }),
    codeHandlers({
      ...shared,
      erase: async (chat, message) => void (await telegram.api.deleteMessage(chat, message)),
    }),
    commandHandlers(shared),
  ).middleware()
  telegram.bot.use(
    ownerOnly({ ...parts, onClaimed: (owner) => welcome(shared, owner) }),
    // A lost press is harm, and each handler may run twice without any.
    (ctx) => whileBusy(() => handlers(ctx, async () => undefined), clock, tellHeld(log)),
  )
  /** A database that is busy for a while must not end the bot. */
  const safely = (run: () => void) => background.run(Promise.try(run))
  const onStart = () => {
    background.run(telegram.api.setMyCommands(COMMANDS).then(() => undefined))
    safely(() => keepClaimable(telegram, store, claim))
  }
  const poll = new Poll({
    ...parts,
    bot: telegram.bot,
    onStart,
    onHeard: () => parts.outbox.retry(),
    onFailed: (error) => background.confess(error),
    onTrouble: (code) => {
      if (code === null) telegram.freshen()
      safely(() => noteTrouble(store, code, parts.clock.now()))
    },
  })
  const timers = [
    clock.every(1000, () => safely(() => keepClaimable(telegram, store, claim))),
    clock.every(1000, () => safely(() => tickCards(shared))),
    clock.every(3000, () => safely(() => line.receiver.tick())),
  ]
  background.run(whileBusy(() => resumeCards(shared), clock, tellHeld(log)))
  kick()
  poll.start()
  return async () => {
    for (const cancel of timers) cancel()
    await poll.stop()
  }
}

/** Then what waited for somebody to claim the bot. */
function welcome(deps: CommandDeps & Pick<Telling, 'randomBytes'>, owner: Owner): void {
  say(deps, owner, claimed)
  transact(deps.store, () => tellKept({ ...deps, owner, now: deps.clock.now() }))
  deps.kick()
}

function keepClaimable({ bot }: Telegram, store: Store, claim: ClaimCode): void {
  if (findOwner(store) !== null) claim.forget()
  else if (bot.isInited()) claim.renew()
}
