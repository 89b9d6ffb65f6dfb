// The first middleware: lets the owner through, takes a claim, and is silent to everybody else.
import {
  type Clock,
  fileRefused,
  type KeysideError,
  type Logger,
  whileBusy,
} from '@keyside/runtime'
import type { Context, Middleware } from 'grammy'
import type { Update } from 'grammy/types'
import { type ClaimCode, CODE_SHAPE } from './claim.ts'
import { warnBusy } from './store/busy.ts'
import type { Store } from './store/open.ts'
import { claimFor, findOwner, type Owner } from './store/owner.ts'
import { SeenUpdates } from './store/seen-updates.ts'

export interface OwnerDeps {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  readonly claim: ClaimCode
  readonly onClaimed: (owner: Owner) => void
  /** What the owner asks for cannot be stored: once, until something could be. */
  readonly onUnwritable: (refused: KeysideError) => void
}

export function ownerOnly(deps: OwnerDeps): Middleware {
  const { store, clock, log } = deps
  const held = warnBusy(log)
  const seen = new SeenUpdates(store)
  let strangers = 0
  let disk: 'writable' | 'refused' = 'writable'
  const handle = async (update: Update, next: () => Promise<void>) => {
    if (seen.has(update)) return
    await next()
    // After it was handled: handlers may run twice without harm, while a lost /halt does harm.
    await whileBusy(() => seen.add(update, clock.now()), clock, held)
    disk = 'writable'
  }
  const tellRefused = (error: unknown) => {
    const refused = fileRefused(error, 'bot.db')
    if (refused !== null && disk === 'writable') deps.onUnwritable(refused)
    if (refused !== null) disk = 'refused'
    throw error
  }
  return async (ctx, next) => {
    const sender = privateSender(ctx.update)
    const owner = findOwner(store)
    if (owner === null && sender !== null && isClaim(ctx, sender.user, deps)) {
      const isNew = await whileBusy(() => claimFor(store, sender, clock.now()), clock, held)
      if (isNew) deps.onClaimed(sender)
    } else if (owner === null || sender?.user !== owner.user || sender.chat !== owner.chat) {
      strangers += 1
      log.warn({ code: 'stranger_ignored', strangers }, 'an update from another user was ignored')
    } else await handle(ctx.update, next).catch(tellRefused)
  }
}

/** The code alone, or behind /start as a link sends it. */
function isClaim(ctx: Context, user: number, { claim }: OwnerDeps): boolean {
  const text = ctx.message?.text ?? ''
  const code = text.trim().replace(/^\/start(?:@\w+)?\s+/i, '')
  return CODE_SHAPE.test(code) && claim.take(code, user)
}

// Who sent an update: one user in a private chat with the bot, or null.
/** Null for groups, channels, forwards, other bots, anonymous senders, and all that is no message or press. */
function privateSender(update: Update): Owner | null {
  const { update_id: _, ...kinds } = update
  if (Object.keys(kinds).length !== 1) return null
  const message = update.message ?? update.edited_message
  // Not an object, so not an update: it must not hold up the ones after it.
  if (isObject(message)) return senderOfMessage(message)
  return isObject(update.callback_query) ? senderOfPress(update.callback_query) : null
}

function senderOfMessage(message: NonNullable<Update['message']>): Owner | null {
  const { from, chat, sender_chat, forward_origin, via_bot, sender_business_bot } = message
  if (sender_chat ?? forward_origin ?? via_bot ?? sender_business_bot) return null
  return inPrivate(from, chat)
}

function senderOfPress(press: NonNullable<Update['callback_query']>): Owner | null {
  // An inaccessible message has date 0; an inline message has no chat at all.
  if (!isObject(press.message) || press.message.date === 0) return null
  if (press.inline_message_id !== undefined) return null
  return inPrivate(press.from, press.message.chat)
}

function isObject<T>(value: T): value is T & object {
  return typeof value === 'object' && value !== null
}

function inPrivate(
  from: { id: number; is_bot: boolean } | undefined,
  chat: { id: number; type: string } | undefined,
): Owner | null {
  if (from?.is_bot !== false || chat?.type !== 'private') return null
  // A private chat has the number of its person.
  return chat.id === from.id ? { user: from.id, chat: chat.id } : null
}
