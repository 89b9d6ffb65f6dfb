// Notices about a position that stay true for long: said at once, and again at most once a minute.
import { shownStream } from '@keyside/protocol'
import { sentenceOf } from '../model/codes.ts'
import type { Position } from '../model/position.ts'
import { type DecisionContext, notice } from './context.ts'
import type { Notice } from './inputs.ts'

const AGAIN_MS = 60_000

export function notifyPosition(
  context: DecisionContext,
  { stream, market }: Pick<Position, 'stream' | 'market'>,
  { level, code, message }: Omit<Notice, 'message'> & { message?: string },
): undefined {
  const { priceWatch } = context.session
  const name = `${stream} ${market} ${code}`
  if (context.environment.now < (priceWatch.toldUntil[name] ?? 0)) return
  const said = { ...priceWatch.toldUntil, [name]: context.environment.now + AGAIN_MS }
  context.session = { ...context.session, priceWatch: { ...priceWatch, toldUntil: said } }
  const detail = message === undefined ? '' : `: ${message}`
  notice(context, {
    level,
    code,
    message: `${sentenceOf(code)} (${shownStream(stream)}, ${market})${detail}`,
  })
}
