// The first middleware: lets the owner through, takes a claim, and is silent to everybody else.
import { type Clock, type Logger, whileBusy } from '@keyside/runtime'
import type { Context, Middleware } from 'grammy'
import { type ClaimCode, CODE_SHAPE } from './claim.ts'
import { privateSender } from './sender.ts'
import { warnBusy } from './store/busy.ts'
import type { Store } from './store/open.ts'
import { claimFor, findOwner, type Owner } from './store/owner.ts'
import { markSeen, wasSeen } from './store/seen-updates.ts'

export interface OwnerDeps {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  readonly claim: ClaimCode
  readonly onClaimed: (owner: Owner) => void
}

export function ownerOnly(deps: OwnerDeps): Middleware {
  const { store, clock, log } = deps
  const held = warnBusy(log)
  let strangers = 0
  return async (ctx, next) => {
    const sender = privateSender(ctx.update)
    const owner = findOwner(store)
    if (owner === null && sender !== null && isClaim(ctx, sender.user, deps)) {
      const isNew = await whileBusy(() => claimFor(store, sender, clock.now()), clock, held)
      if (isNew) deps.onClaimed(sender)
    } else if (owner === null || sender?.user !== owner.user || sender.chat !== owner.chat) {
      strangers += 1
      log.warn({ code: 'stranger_ignored', strangers }, 'an update from another user was ignored')
    } else if (!wasSeen(store, ctx.update.update_id)) {
      await next()
      // After, not before: each handler may run twice without harm, but a lost /halt is harm.
      await whileBusy(() => markSeen(store, ctx.update.update_id, clock.now()), clock, held)
    }
  }
}

/** The code alone, or behind /start as a link sends it. */
function isClaim(ctx: Context, user: number, { claim }: OwnerDeps): boolean {
  const text = ctx.message?.text ?? ''
  const code = text.trim().replace(/^\/start(?:@\w+)?\s+/i, '')
  return CODE_SHAPE.test(code) && claim.take(code, user)
}
