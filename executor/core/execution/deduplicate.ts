// A command or an approval counts once: its `jti` is remembered until it expires by itself.
import type { Approval, Command } from '@keyside/protocol'
import { sentenceOf } from '../model/codes.ts'
import { record, type Turn } from './context.ts'
import { refuseInput } from './refusals.ts'

/** They live a minute, so this is also the most in a minute. */
const MAX_REMEMBERED = 300

export function takeOnce(
  turn: Turn,
  { jti, exp, sub }: Command | Approval,
  what: string,
): 'taken' | 'seen' | 'flood' {
  const { asked } = turn.book
  if (asked[jti] !== undefined) return 'seen'
  const alive = Object.values(asked).filter((until) => until * 1000 > turn.world.now)
  if (alive.length >= MAX_REMEMBERED) {
    refuseInput(turn, { code: 'command_flood', message: sentenceOf('command_flood') })
    return 'flood'
  }
  record(turn, { type: 'asked', jti, exp, by: sub, what })
  return 'taken'
}
