// Notices about a position that stay true for long: said at once, and again at most once a minute.
import { sentenceOf } from '../model/codes.ts'
import type { Position } from '../model/state.ts'
import { notice, type Turn } from './context.ts'
import type { Notice } from './inputs.ts'

const AGAIN_MS = 60_000

export function say(
  turn: Turn,
  { stream, market }: Pick<Position, 'stream' | 'market'>,
  { level, code, message }: Omit<Notice, 'message'> & { message?: string },
): undefined {
  const { watch } = turn.live
  const name = `${stream} ${market} ${code}`
  if (turn.world.now < (watch.said[name] ?? 0)) return
  const said = { ...watch.said, [name]: turn.world.now + AGAIN_MS }
  turn.live = { ...turn.live, watch: { ...watch, said } }
  const detail = message === undefined ? '' : `: ${message}`
  notice(turn, { level, code, message: `${sentenceOf(code)} (${stream}, ${market})${detail}` })
}
