// What the trader asks from the chat. Everything here tightens or looks; only `resume` undoes, and only a pause.
import type { Answer, Approval, Command } from '@keyside/protocol'
import { sentenceOf } from '../model/codes.ts'
import { positionsAnswer, statusAnswer, weightsOf } from './answers.ts'
import { append, type DecisionContext, emit, report } from './context.ts'
import { limitsAnswer } from './limits.ts'
import { pause, resume } from './pauses.ts'
import { refuseInput } from './refusals.ts'
import { setTrading } from './trading-state.ts'

export function onCommand(context: DecisionContext, claims: Command): undefined {
  const { instruction, jti: to, sub: by } = claims
  if (deduplicate(context, claims, instruction.do) !== 'taken') return
  const answer = (content: Answer) => report(context, { type: 'answer', to, answer: content })
  switch (instruction.do) {
    case 'status':
      return answer(statusAnswer(context))
    case 'balance':
      return emit(context, { type: 'balances', to, weights: weightsOf(context) })
    case 'positions':
      return answer(positionsAnswer(context))
    case 'limits':
      return answer(limitsAnswer(context))
    case 'orders':
    case 'trades':
    case 'results':
      return emit(context, { type: 'rows', to, ask: instruction })
    case 'pause':
      return answer(pause(context, instruction, by))
    case 'resume':
      return answer(resume(context, instruction, by))
    case 'halt':
      setTrading(context, 'halted', by, instruction.positions)
      return answer({ about: 'done' })
    case 'replay':
      return emit(context, { type: 'replay', after: instruction.after })
  }
}

// A command or an approval counts once: its `jti` is remembered until it expires by itself.
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
