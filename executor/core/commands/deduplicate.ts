// A command or an approval counts once: its `jti` is remembered until it expires by itself.
import type { Approval, Command } from '@keyside/protocol'
import { append, type DecisionContext } from '../execution/context.ts'
import { refuseInput } from '../execution/refusals.ts'
import { sentenceOf } from '../model/codes.ts'

/** They live a minute, so this is also the most in a minute. */
const MAX_REMEMBERED = 300

export function deduplicate(
  context: DecisionContext,
  { jti, exp, sub }: Command | Approval,
  what: string,
): 'taken' | 'seen' | 'flood' {
  const { seenMessages } = context.portfolio
  if (seenMessages[jti] !== undefined) return 'seen'
  const alive = Object.values(seenMessages).filter(
    (until) => until * 1000 > context.environment.now,
  )
  if (alive.length >= MAX_REMEMBERED) {
    refuseInput(context, { code: 'command_flood', message: sentenceOf('command_flood') })
    return 'flood'
  }
  append(context, { type: 'commanded', jti, exp, by: sub, what })
  return 'taken'
}
