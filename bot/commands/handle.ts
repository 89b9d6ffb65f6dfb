// What the owner's messages lead to. Nothing here waits for the device: /halt must not stand behind a query.
import { Composer, type Context } from 'grammy'
import type { Owner } from '../store/owner.ts'
import { greeting, help, notACommand, tooOld } from '../texts/chat.ts'
import { CONTROLS } from './controls.ts'
import { QUERIES } from './queries.ts'
import { type CommandDeps, type CommandWords, runCommand, say } from './run.ts'

/** Messages wait at Telegram while the bot is down; after this long they may be meant no more, ms. */
const OLD_MS = 120_000

export interface HandleDeps extends CommandDeps {
  /** Runs on by itself; its failure is logged. */
  readonly inBackground: (work: Promise<void>) => void
}

export function commandHandlers(deps: HandleDeps): Composer<Context> {
  const composer = new Composer()
  const words = Object.entries<CommandWords>({ ...QUERIES, ...CONTROLS })
  for (const [name, command] of words) {
    const [first = name, argument] = name.split(' ')
    const isMeant = ({ match }: { match: string }) =>
      argument === undefined || match.trim().toLowerCase() === argument
    composer.command(first).filter(isMeant, (ctx) => {
      const isOld = deps.clock.now() - ctx.msg.date * 1000 > OLD_MS
      if (isOld && command.evenIfOld !== true) say(deps, senderOf(ctx), tooOld)
      else deps.inBackground(runCommand(deps, command, senderOf(ctx)))
    })
  }
  composer.command('start', (ctx) => say(deps, senderOf(ctx), greeting))
  composer.command('help', (ctx) => say(deps, senderOf(ctx), help))
  composer.on('message', (ctx) => say(deps, senderOf(ctx), notACommand))
  return composer
}

/** The owner check stands before this. */
function senderOf(ctx: Context): Owner {
  if (ctx.from === undefined || ctx.chat === undefined)
    throw new Error('a command without a sender')
  return { user: ctx.from.id, chat: ctx.chat.id }
}
